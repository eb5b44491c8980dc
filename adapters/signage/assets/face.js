/* face.js: what a screen shows, as components: a view (sign.js) → elements. Nothing here decides what is known or how old it is. */
import { h } from './lib.js';
import { ASKS, Pictogram } from './pictograms.js';
import { AreaMap, Code, Ways } from './side.js';
import { at, endTurns, groupsOf, languagesAt, largeAt, listTurns, pagesOf, rowPagesOf } from './turns.js';
import { WORDS } from './words.js';

const htmlLanguage = (language) => (language === 'ja-easy' ? 'ja' : language);

/* ---- small parts ---- */

/* "2026-07-01T18:55:00+09:00" → 7月1日 18:55, in the offset in which it was told. */
function stampText(stamp) {
	const parts = /^\d+-(\d+)-(\d+)T(\d+):(\d+)/.exec(stamp || '');
	return parts ? `${+parts[1]}月${+parts[2]}日 ${+parts[3]}:${parts[4]}` : '';
}

function Lines({ words, languages }) {
	return languages.filter((language) => words && words[language])
		.map((language) => h('div', { class: `lang-${language}`, lang: htmlLanguage(language) }, words[language]));
}

/* One that was divided says so by its style: its text is what proves it (whole.js). */
const Name = ({ piece: { text, of, from, more } }) =>
	h('span', { class: ['name', from > 0 && 'goes-on', more && 'has-more'].filter(Boolean).join(' '), 'data-of': of, 'data-from': from }, text);
const Count = ({ page, pages }) => (pages > 1 ? h('small', { class: 'count' }, `${page % pages + 1}/${pages}`) : null);

/* The page's own words are marked like those of the adapter. */
export function marked(view, language, text) {
	const mark = view.message && view.message.marks && view.message.marks[language];
	return mark ? mark + text + mark : text;
}

function ownWords(view, words) {
	return Object.fromEntries(Object.entries(words).map(([language, text]) => [language, marked(view, language, text)]));
}

function coloured(view, item, className) {
	const own = item.colour && view.message.mode === 'live';
	return {
		class: [className, !item.level && 'no-level', item.level === 5 && 'level-5'].filter(Boolean).join(' '),
		style: `--background:${own ? item.colour.background : 'var(--plain-background)'};` +
			`--foreground:${own ? item.colour.foreground : 'var(--plain-foreground)'}`,
	};
}

/* ---- the alert ---- */

function Words({ view, item, round }) {
	const further = view.message.languages;
	const lines = languagesAt(item.action, further, round, view.tier === 'far');
	return h('div', { class: 'words', id: 'words' },
		h('div', { class: 'term', id: 'term' }, h(Pictogram, { name: item.pictogram }), h('span', { id: 'title' }, item.title.ja)),
		h('div', { class: 'action', id: 'action' }, h(Pictogram, { name: ASKS[item.level] }), h('span', null, item.action.ja)),
		h('div', { class: 'other', id: 'other-languages' }, h(Lines, { words: item.action, languages: lines })));
}

function notesOf(view, item) {
	const names = languagesAt(item.names, view.message.languages, view.round, false).filter((language) => language !== 'ja-easy');
	return [
		`${stampText(item.ordered_at)} ${WORDS.ordered}`,
		...names.map((language) => item.names[language]),
		item.valid_until && `${stampText(item.valid_until)} ${WORDS.until}`,
		item.unknown && WORDS.unknown,
	].filter(Boolean);
}

function Alert({ view, item, page, round }) {
	const pages = pagesOf(item);
	const { class: className, style } = coloured(view, item, '');
	return h('section', { id: 'alert', class: className, style, 'aria-live': 'assertive', 'data-item': item.index },
		h('div', { class: 'level', id: 'level', hidden: !item.level },
			h('div', { class: 'level-label' }, WORDS.level), h('div', { class: 'level-number', id: 'level-number' }, item.level || '')),
		h(Words, { view, item, round }),
		h('div', { class: 'where' },
			h('div', { class: 'municipality', id: 'municipality' }, h('span', { id: 'place' }, item.place),
				item.municipality.en && h('span', { class: 'name-en', lang: 'en' }, item.municipality.en)),
			h('div', { class: 'areas', id: 'areas' }, pages[page % pages.length].map((piece) => h(Name, { piece })),
				h(Count, { page, pages: pages.length })),
			h('div', { class: 'when', id: 'when' }, notesOf(view, item).map((note) => h('span', null, note)))));
}

/* ---- below the alert ---- */

/* One line: what it is, and one page of its names. */
function Row({ view, item, head, word, page, className, children }) {
	const names = rowPagesOf(item);
	return h('div', { ...coloured(view, item, `row ${className || ''}`), 'data-item': item.index },
		h('span', { class: 'row-level' }, head),
		h('span', { class: 'row-term' }, word),
		h('span', { class: 'row-place' }, h('span', { class: 'row-title' }, item.place), '　', names[page % names.length].map((piece) => h(Name, { piece }))),
		h(Count, { page, pages: names.length }), children);
}

/* What stands large already is left out of its group. */
function List({ view, groups, now, shown, hidden }) {
	const rows = groups.length > 0 ? groups[now.group].filter((item) => item !== shown) : [];
	return h('section', { id: 'list', hidden: hidden || rows.length === 0 },
		rows.map((item) => h(Row, { view, item, page: now.page, head: item.level ? `レベル${item.level}` : '！', word: item.title.ja })),
		groups.length > 1 && h('div', { class: 'count' }, `${now.group + 1}/${groups.length}`));
}

/* An end, or what a cancel brought back: never in the colour of a level. */
function End({ view, end, hidden }) {
	if (!end) return h('section', { id: 'cancel', hidden: true });
	const { item, page } = end;
	const word = (item.level ? `レベル${item.level} ` : '') + item.title.ja;
	const languages = languagesAt(item.word, view.message.languages, view.round, view.tier === 'far');
	return h('section', { id: 'cancel', hidden, 'aria-live': 'assertive', 'data-kind': end.kind },
		h(Row, { view, item: { ...item, level: 0, colour: null }, head: item.word.ja, word, page, className: 'end' },
			h('span', { class: 'end-words' }, languages.map((language) =>
				h('span', { lang: htmlLanguage(language) }, item.word[language])))));
}

/* The further items and the ends take turns, so that the alert keeps its height; each goes on in its own turns only. */
function below(view, groups, shown) {
	const ends = view.state === 'lost' ? [] : endTurns(view.message); // an end may be old by now
	const both = groups.length > 0 && ends.length > 0;
	const now = both ? view.turn >> 1 : view.turn;
	const noEnd = ends.length === 0 || (both && view.turn % 2 === 1);
	return [h(List, { view, groups, shown, now: at(listTurns(groups), now) || {}, hidden: !noEnd }),
		h(End, { view, end: at(ends, now), hidden: noEnd })];
}

/* ---- beside it ---- */

/* The five levels with the rule between 5 and 4: everybody must have left by level 4. */
function Scale({ view, item }) {
	const steps = [...(view.message.scale || [])].sort((a, b) => b.level - a.level);
	const [before, after] = WORDS.separator;
	return h('aside', { id: 'scale' }, steps.map((step) => [
		h('div', coloured(view, { level: step.level, colour: step }, `step${step.level === item.level ? ' now' : ''}`),
			h('b', null, step.level), h('span', null, step.term)),
		step.level === 5 && h('div', { class: 'separator' }, `〈${before}`, h('wbr'), `${after}〉`),
	]));
}

function panels(view) {
	const { message } = view;
	return [
		message.shelters && (() => h(Ways, { shelters: message.shelters })),
		message.look.map && view.mapReady && (() => h(AreaMap, { message, items: view.items })),
		message.look.qr_url && (() => h(Code, { url: message.look.qr_url })),
	].filter(Boolean);
}

function Beside({ view, item }) {
	const panel = at(panels(view), view.turn);
	return h('div', { id: 'beside', class: panel ? 'two' : 'one' }, h(Scale, { view, item }), panel && h('div', { id: 'side' }, panel()));
}

/* ---- the whole ---- */

function Header({ view }) {
	const { message } = view;
	return h('header', null,
		h('span', { class: 'state', id: 'state-name' }, WORDS.states[view.state]),
		h('span', { class: 'place', id: 'screen-name' }, message ? message.screen.name || message.screen.id : view.screenId),
		h('time', { id: 'clock' }, view.clock));
}

/* First and last on the screen. */
function Band({ view, id }) {
	const { message } = view;
	if (!message || message.mode === 'live') return h('div', { class: 'drill-band', id });
	const mark = message.marks.ja;
	const words = ['ja', ...languagesAt(message.drill, message.languages, view.round, view.tier === 'far')];
	return h('div', { class: 'drill-band', id },
		h('b', { class: 'mark' }, mark),
		h('span', { class: 'band-words' }, words.map((language) =>
			h('span', { lang: htmlLanguage(language) }, `${message.drill[language]}　`))),
		h('b', null, mark));
}

function Calm({ view }) {
	const words = ownWords(view, WORDS.calm);
	return h('section', { id: 'calm', hidden: view.state !== 'normal' },
		h('div', { class: 'calm-word' }, WORDS.states.normal),
		h('div', { class: 'calm-ja' }, words.ja),
		h('div', { class: 'calm-other', id: 'calm-other' }, h(Lines, { words, languages: ['ja-easy', 'en'] })),
		h('div', { class: 'calm-time', id: 'calm-time' }, `${view.clock} 現在`));
}

function Lost({ view }) {
	const { ja, ...others } = WORDS.lost;
	const words = ownWords(view, others);
	const [first, last] = marked(view, 'ja', ja.join('\n')).split('\n');
	return h('section', { id: 'lost', role: 'alert' },
		h('div', { class: 'lost-word' }, WORDS.states.lost),
		h('div', { class: 'lost-ja' }, first, h('br'), last),
		h('div', { class: 'lost-other', id: 'lost-other' }, h(Lines, { words, languages: ['ja-easy', 'en'] })),
		h('div', { class: 'lost-time', id: 'lost-time' }, view.lostTime));
}

export function Face({ view }) {
	const { items } = view;
	const large = largeAt(items, view.turn, view.tier === 'far');
	const alone = items.filter((item) => item.level === items[0].level).length === 1;
	const groups = groupsOf(alone ? items.slice(1) : items);
	return [
		h(Band, { view, id: 'drill-first' }),
		h(Header, { view }),
		h('main', null,
			large ? h(Alert, { view, ...large }) : h('section', { id: 'alert', hidden: true }),
			h(Calm, { view }),
			large && h(Beside, { view, item: large.item }),
			view.message && below(view, groups, large && large.item)),
		h(Lost, { view }),
		h(Band, { view, id: 'drill-last' }),
	];
}
