/* sign.js: one screen. Gets its whole state at each connection and each change, draws it, says so.
 *
 * The rule above all: what is not known to be true now is never shown as calm. Without a message or a
 * heartbeat for stale_after_ms the screen says 情報途絶 over what it last knew.
 */
'use strict';

const DEFAULT_STALE_MS = 15000;
const TURN_MS = 8000; // how long one alert or one page of names stands
const NAMES_PER_PAGE = 46; // characters
const NAMES_PER_ROW = 22;
const ROWS = 3; // of the list below the alert
const screenId = location.pathname.split('/')[2];
const storeKey = 'hansho.sign.' + screenId;
const byId = (id) => document.getElementById(id);

let message = null; // the newest state
let heardAt = -Infinity; // performance.now() of the newest word of the server
let heardClock = null; // the same on the wall clock, for people
let socket = null;
let attempts = 0;
let strange = 0; // heartbeats that named another digest than ours
let turn = 0;

/* ---- small helpers ---- */

function element(tag, className, text) {
	const made = document.createElement(tag);
	if (className) made.className = className;
	if (text !== undefined) made.textContent = text;
	return made;
}

function wants(language) {
	const list = message && message.languages && message.languages.length > 0
		? message.languages : ['ja', 'ja-easy', 'en'];
	return list.includes(language);
}

function otherLanguages(target, words) {
	target.replaceChildren();
	for (const language of ['ja-easy', 'en']) {
		if (words && words[language] && wants(language)) {
			const line = element('div', 'lang-' + language, words[language]);
			line.lang = language === 'en' ? 'en' : 'ja';
			target.append(line);
		}
	}
}

/* "2026-07-01T18:55:00+09:00" → 7月1日 18:55, in the offset in which it was told. */
function orderedText(stamp) {
	const parts = /^\d+-(\d+)-(\d+)T(\d+):(\d+)/.exec(stamp || '');
	return parts ? `${+parts[1]}月${+parts[2]}日 ${+parts[3]}:${parts[4]}` : '';
}

const clock = new Intl.DateTimeFormat('ja-JP', {
	timeZone: 'Asia/Tokyo', month: 'numeric', day: 'numeric', hour: 'numeric', minute: '2-digit', hourCycle: 'h23',
});

/* The players' own zone does not matter: everything is told in Japanese time. */
function clockText(date) {
	const part = {};
	for (const { type, value } of clock.formatToParts(date)) part[type] = value;
	return `${part.month}月${part.day}日 ${+part.hour}:${part.minute}`;
}

/* Shrinks a text until it fits its box: a name is never cut. Heights are those of the lines, because
 * glyphs may reach beyond them. */
function fit(target) {
	target.style.removeProperty('font-size');
	const style = getComputedStyle(target);
	const most = parseFloat(style.maxHeight);
	let size = parseFloat(style.fontSize);
	const least = size * 0.25;
	target.style.setProperty('max-height', 'none');
	while (size > least && (target.scrollWidth > target.clientWidth + 1 || target.offsetHeight > most + 1)) {
		size *= 0.95;
		target.style.setProperty('font-size', size + 'px');
	}
	target.style.removeProperty('max-height');
}

/* The words of an alert shrink together, so that their order of sizes stays. */
function fitWords(words) {
	words.style.removeProperty('font-size');
	let size = parseFloat(getComputedStyle(words).fontSize);
	const least = size * 0.3;
	const wide = () => [...words.children].some((line) => line.scrollWidth > line.clientWidth);
	while (size > least && (words.scrollHeight > words.clientHeight + 1 || wide())) {
		size *= 0.96;
		words.style.setProperty('font-size', size + 'px');
	}
}

/* The number is as large as its row allows. */
function fitLevel(level) {
	const room = parseFloat(getComputedStyle(level.parentElement).gridTemplateRows);
	level.style.removeProperty('font-size');
	let size = parseFloat(getComputedStyle(level).fontSize);
	const least = size * 0.3;
	while (size > least && level.offsetHeight > room) {
		size *= 0.96;
		level.style.setProperty('font-size', size + 'px');
	}
}

function namePages(names, room) {
	const pages = [[]];
	let used = 0;
	for (const name of names) {
		if (used > 0 && used + name.length > room) {
			pages.push([]);
			used = 0;
		}
		pages[pages.length - 1].push(name);
		used += name.length + 1;
	}
	return pages;
}

function nameElements(names) {
	return names.map((name) => element('span', 'name', name));
}

/* What stands at a turn; undefined when there is nothing. */
function at(turns, now) {
	return turns[now % turns.length];
}

/* ---- whose turn it is ---- */

/* The highest level stands large: each of its items with each page of its names, two turns at least. */
function alertTurns(top) {
	return top.flatMap((item) => {
		const turns = Math.max(2, namePages(item.areas, NAMES_PER_PAGE).length);
		return Array.from({ length: turns }, (_, page) => ({ item, page }));
	});
}

/* The list below, three rows at a time, each group for as long as its longest list of names. The groups do not
 * depend on what stands large just now: else the two would take turns in such a way that some name never comes. */
function listTurns(groups) {
	return groups.flatMap((rows, group) => {
		const turns = Math.max(...rows.map((item) => namePages(item.areas, NAMES_PER_ROW).length));
		return Array.from({ length: turns }, (_, page) => ({ group, page }));
	});
}

function groupsOf(rows) {
	const groups = [];
	for (let first = 0; first < rows.length; first += ROWS)
		groups.push(rows.slice(first, first + ROWS));
	return groups;
}

/* ---- drawing ---- */

function paint(target, item) {
	const own = item.colour && message.mode === 'live';
	target.classList.toggle('no-level', !item.level);
	target.classList.toggle('level-5', item.level === 5);
	target.style.setProperty('--background', own ? item.colour.background : 'var(--plain-background)');
	target.style.setProperty('--foreground', own ? item.colour.foreground : 'var(--plain-foreground)');
}

function place(item) {
	const municipality = item.municipality.ja;
	return municipality.startsWith(item.prefecture) ? municipality : item.prefecture + municipality;
}

function drawAlert(item, page) {
	const alert = byId('alert');
	paint(alert, item);
	byId('level-number').textContent = item.level || '';
	byId('level').hidden = !item.level;
	byId('term').replaceChildren(item.term.ja);
	if (item.hazard) byId('term').append(element('span', 'hazard', `（${item.hazard.ja}）`));
	byId('action').textContent = item.action.ja;
	otherLanguages(byId('other-languages'), item.action);
	byId('municipality').replaceChildren(element('span', '', place(item)));
	if (item.municipality.en && wants('en'))
		byId('municipality').append(element('span', 'name-en', item.municipality.en));
	const pages = namePages(item.areas, NAMES_PER_PAGE);
	const names = byId('areas');
	names.replaceChildren();
	names.append(...nameElements(pages[page % pages.length]));
	if (pages.length > 1)
		names.append(element('small', 'count', `${page % pages.length + 1}/${pages.length}`));
	const notes = [orderedText(item.ordered_at) + ' 発令'];
	if (item.term.en && wants('en')) notes.push(item.term.en);
	if (item.unknown) notes.push(WORDS.unknown);
	if (item.expired) notes.push(WORDS.expired);
	byId('when').replaceChildren(...notes.map((note) => element('span', '', note)));
	for (const id of ['municipality', 'areas']) fit(byId(id));
	fitLevel(byId('level')); /* first: the words have what it leaves */
	fitWords(byId('words'));
}

/* One line: what it is, and one page of its names. */
function line(item, head, word, page) {
	const row = element('div', 'row');
	paint(row, item);
	row.append(element('span', 'row-level', head));
	row.append(element('span', 'row-term', word));
	const names = namePages(item.areas, NAMES_PER_ROW);
	const where = element('span', 'row-place', `${place(item)}　`);
	where.append(...nameElements(names[page % names.length]));
	row.append(where);
	if (names.length > 1) row.append(element('small', 'count', `${page % names.length + 1}/${names.length}`));
	return row;
}

/* What stands large already is left out of its group. */
function drawList(groups, { group, page }, shown) {
	const list = byId('list');
	const rows = groups.length > 0 ? groups[group].filter((item) => item !== shown) : [];
	list.hidden = rows.length === 0;
	list.replaceChildren(...rows.map((item) => line(item, item.level ? `レベル${item.level}` : '！', item.term.ja, page)));
	if (groups.length > 1) list.append(element('div', 'count', `${group + 1}/${groups.length}`));
	for (const where of list.querySelectorAll('.row-place')) fit(where);
}

/* What the newest cancel brought back and what it ended, one line and page at a time. */
function cancelTurns() {
	const said = (message && message.cancel) || {};
	return ['returned', 'ended'].flatMap((kind) => (said[kind] || []).flatMap((item) =>
		namePages(item.areas, NAMES_PER_ROW).map((names, page) => ({ kind, item, page }))));
}

/* Never in the colour of a level. */
function drawCancel({ kind, item, page }) {
	const word = (item.level ? `レベル${item.level} ` : '') + item.term.ja;
	const row = line({ ...item, level: 0, colour: null }, WORDS.cancel[kind].ja, word, page);
	if (wants('en')) {
		const words = element('span', 'count', WORDS.cancel[kind].en);
		words.lang = 'en';
		row.append(words);
	}
	byId('cancel').replaceChildren(row);
	fit(row);
}

/* The further items and the cancel take turns, so that the alert keeps its height; each goes on in its own turns only. */
function drawBelow(groups, shown) {
	const cancels = cancelTurns();
	const both = groups.length > 0 && cancels.length > 0;
	const now = both ? turn >> 1 : turn;
	drawList(groups, at(listTurns(groups), now) || {}, shown);
	byId('cancel').hidden = cancels.length === 0 || (both && turn % 2 === 1);
	if (byId('cancel').hidden) return;
	byId('list').hidden = true;
	drawCancel(at(cancels, now));
}

function separator() {
	const [before, after] = WORDS.separator;
	const line = element('div', 'separator', `〈${before}`);
	line.append(element('wbr'), `${after}〉`);
	return line;
}

/* The five levels with the rule between 5 and 4: everybody must have left by level 4. */
function drawScale(item) {
	const strip = byId('scale');
	strip.replaceChildren();
	for (const step of [...(message.scale || [])].sort((a, b) => b.level - a.level)) {
		const row = element('div', 'step');
		paint(row, { level: step.level, colour: step });
		row.classList.toggle('now', Boolean(item) && step.level === item.level);
		row.append(element('b', '', step.level), element('span', '', step.term));
		strip.append(row);
		if (step.level === 5) strip.append(separator());
	}
}

function drawDrillBands() {
	for (const id of ['drill-first', 'drill-last']) {
		const band = byId(id);
		const words = ['ja', 'ja-easy', 'en'].filter(wants).map((language) => WORDS.drill[language]);
		band.replaceChildren(element('b', '', WORDS.drillMark),
			element('span', '', words.join('　')), element('b', '', WORDS.drillMark));
	}
}

function draw() {
	const lost = isLost();
	const items = message ? message.items : [];
	const drill = Boolean(message) && message.mode !== 'live';
	document.body.dataset.state = lost ? 'lost' : message.state;
	document.body.dataset.mode = drill ? 'drill' : 'live';
	document.body.dataset.items = items.length > 0 ? 'some' : 'none';
	byId('state-name').textContent = WORDS.states[document.body.dataset.state];
	byId('screen-name').textContent = message ? message.screen.name || message.screen.id : screenId;
	fit(byId('screen-name'));
	if (drill) drawDrillBands();
	const top = items.filter((item) => item.level === items[0].level);
	const large = at(alertTurns(top), turn);
	if (large) drawScale(large.item);
	drawBelow(groupsOf(top.length > 1 ? items : items.slice(1)), large && large.item);
	if (large) drawAlert(large.item, large.page); // last: its words fit the room that is left
	otherLanguages(byId('calm-other'), WORDS.calm);
	byId('calm-time').textContent = clockText(new Date()) + ' 現在';
	otherLanguages(byId('lost-other'), WORDS.lost);
	tellTime();
}

/* "12分前"; nothing when the clock of this player or of the server was set meanwhile. */
function ageText(age_ms) {
	const unit = WORDS.ages.find(({ ms }) => age_ms >= ms);
	return unit ? `（${Math.floor(age_ms / unit.ms)}${unit.ja}）` : '';
}

/* How old what is shown is, and what time it is: both go on while nothing else happens. */
function tellTime() {
	const newest = message && message.heard_at ? new Date(message.heard_at) : heardClock;
	byId('lost-time').textContent = newest
		? `${WORDS.heard}　${clockText(newest)}${ageText(Date.now() - newest.getTime())}` : '';
	byId('clock').textContent = clockText(new Date());
}

/* ---- what is known, and how old it is ---- */

function staleAfter() {
	return message && message.stale_after_ms > 0 ? message.stale_after_ms : DEFAULT_STALE_MS;
}

function isLost() {
	return !message || message.state === 'lost' || performance.now() - heardAt > staleAfter();
}

function keep() {
	try {
		localStorage.setItem(storeKey, JSON.stringify({ at: Date.now(), message }));
	} catch (error) {
		console.warn('not kept for the next start:', error.name);
	}
}

/* What is left from before a reload. It is shown as lost until the server speaks: how long this player was off is
 * known only by a clock that may have been set. */
function restore() {
	try {
		const kept = JSON.parse(localStorage.getItem(storeKey) || 'null');
		if (!kept || !kept.message || !Array.isArray(kept.message.items)) return;
		message = kept.message;
		heardClock = new Date(kept.at);
	} catch (error) {
		console.warn('what was kept is not readable:', error.name);
	}
}

/* ---- the feed ---- */

function heard() {
	heardAt = performance.now();
	heardClock = new Date();
	attempts = 0;
}

function sayDisplayed(digest, seq) {
	/* Two frames later it has been painted. */
	requestAnimationFrame(() => requestAnimationFrame(() => {
		if (socket && socket.readyState === WebSocket.OPEN && message && message.digest === digest)
			socket.send(JSON.stringify({ type: 'displayed', seq, digest }));
	}));
}

/* A canary of the server: answered when frames are drawn, with what is shown then. Nothing changes on the screen. */
function sayCanary(token) {
	requestAnimationFrame(() => requestAnimationFrame(() => {
		if (socket && socket.readyState === WebSocket.OPEN && message && !isLost())
			socket.send(JSON.stringify({ type: 'canary', token, digest: message.digest }));
	}));
}

function take(text) {
	const incoming = JSON.parse(text);
	heard();
	if (incoming.type === 'screen') {
		message = incoming;
		strange = 0;
		turn = 0;
		keep();
		draw();
		sayDisplayed(incoming.digest, incoming.seq);
	} else if (incoming.type === 'heartbeat') {
		strange = message && incoming.digest === message.digest ? 0 : strange + 1;
		if (strange >= 2) socket.close();
		else keep();
	} else if (incoming.type === 'canary') {
		sayCanary(incoming.token);
	}
}

function connect() {
	const scheme = location.protocol === 'https:' ? 'wss:' : 'ws:';
	const address = `${scheme}//${location.host}/v1/sign?screen=${encodeURIComponent(screenId)}`;
	const own = new WebSocket(address);
	socket = own;
	own.onmessage = (event) => take(event.data);
	own.onclose = () => {
		if (socket !== own) return;
		socket = null;
		attempts += 1;
		const pause = Math.min(10000, 500 * 2 ** Math.min(attempts, 6));
		setTimeout(connect, pause / 2 + Math.random() * pause / 2);
	};
}

/* A socket that looks open but says nothing is closed; the screen is lost long before. */
function watch() {
	if (socket && socket.readyState === WebSocket.OPEN && performance.now() - heardAt > 2 * staleAfter())
		socket.close();
	if (isLost() !== (document.body.dataset.state === 'lost')) draw();
	tellTime();
}

restore();
draw();
connect();
setInterval(watch, 250);
setInterval(() => {
	turn += 1;
	draw();
}, TURN_MS);
addEventListener('resize', draw);
if (document.fonts) document.fonts.ready.then(draw);
if ('serviceWorker' in navigator) {
	navigator.serviceWorker.register('/sign/worker.js').catch((error) => {
		console.warn('no offline copy of this page:', error.name);
	});
}
