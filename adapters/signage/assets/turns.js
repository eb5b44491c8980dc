/* turns.js: whose turn it is. Pure: a number of turns so far → what stands now. */
import { namePages, roomFor } from './fit.js';

const NAMES_PER_PAGE = 46; // characters
const NAMES_PER_ROW = 22;
const ROWS = 3; // of the list below the alert
const ALWAYS = ['ja-easy', 'en'];
export const ENDS = ['returned', 'ended', 'lifted', 'vanished', 'expired'];

/* undefined when there is nothing. */
export function at(turns, now) {
	return turns[now % turns.length];
}

export function pagesOf(item) {
	return namePages(item.areas, roomFor(NAMES_PER_PAGE, 54));
}

export function rowPagesOf(item) {
	return namePages(item.areas, roomFor(NAMES_PER_ROW, 42));
}

/* The highest level stands large: each of its items with each page of its names, two turns at least. */
export function alertTurns(top) {
	return top.flatMap((item) => {
		const turns = Math.max(2, pagesOf(item).length);
		return Array.from({ length: turns }, (_, page) => ({ item, page }));
	});
}

/* The list below, three rows at a time, each group for as long as its longest list of names. The groups do not
 * depend on what stands large just now: else the two would take turns in such a way that some name never comes. */
export function listTurns(groups) {
	return groups.flatMap((rows, group) => {
		const turns = Math.max(...rows.map((item) => rowPagesOf(item).length));
		return Array.from({ length: turns }, (_, page) => ({ group, page }));
	});
}

export function groupsOf(rows) {
	const groups = [];
	for (let first = 0; first < rows.length; first += ROWS)
		groups.push(rows.slice(first, first + ROWS));
	return groups;
}

/* What ended and what a cancel brought back, one line and page at a time. */
export function endTurns(message) {
	const said = { ...(message && message.cancel), ...message };
	return ENDS.flatMap((kind) => (said[kind] || []).flatMap((item) =>
		rowPagesOf(item).map((names, page) => ({ kind, item, page }))));
}

/* Which languages stand beside Japanese at this turn. Easy Japanese and English always; of the others one after the other, each for
 * a whole round of the items, so that each item comes in each language. Seen from far away there is room for one at a time. */
export function languagesAt(words, further, round, far) {
	const have = (language) => words && words[language];
	const always = ALWAYS.filter(have);
	const others = further.filter((language) => have(language) && language !== 'ja' && !ALWAYS.includes(language));
	if (far) return [at([...always, ...others], round)].filter(Boolean);
	return [...always, at(others, round)].filter(Boolean);
}
