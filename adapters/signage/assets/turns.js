/* turns.js: whose turn it is. Pure: a number of turns so far → what stands now. */
import { mostFor, namePages, roomFor, rowRoomFor } from './fit.js';

const NAMES_PER_PAGE = [46, 54]; // characters, and their usual size in thousandths of the height
const NAMES_PER_ROW = [22, 42];
const TOP_TURNS = 2; // of three, where everything stands large in its turn
const ROWS = 3; // of the list below the alert
const ALWAYS = ['ja-easy', 'en'];
export const ENDS = ['returned', 'ended', 'lifted', 'vanished', 'expired'];

/* undefined when there is nothing. */
export function at(turns, now) {
	return turns[now % turns.length];
}

export function pagesOf(item) {
	return namePages(item.areas, roomFor(...NAMES_PER_PAGE), mostFor(...NAMES_PER_PAGE));
}

export function rowPagesOf(item) {
	const { room, most } = rowRoomFor(...NAMES_PER_ROW, item);
	return namePages(item.areas, room, most);
}

/* Items that stand large: each with each page of its names, `least` turns at least. */
function alertTurns(items, least) {
	return items.flatMap((item) => {
		const turns = Math.max(least, pagesOf(item).length);
		return Array.from({ length: turns }, (_, page) => ({ item, page }));
	});
}

/* The highest level stands large. Seen from far away nothing stands below it: there the lower ones stand large too, at every third
 * turn, so that the highest has most of the time and nothing in force is left out. */
function lanesOf(items, far) {
	const top = items.filter((item) => item.level === items[0].level);
	return { top: alertTurns(top, 2), lower: far ? alertTurns(items.filter((item) => !top.includes(item)), 1) : [] };
}

/* {item, page, round} at this turn: round counts how often its lane was through. undefined when there is nothing. */
export function largeAt(items, turn, far) {
	if (items.length === 0) return undefined;
	const { top, lower } = lanesOf(items, far);
	const triple = Math.floor(turn / (TOP_TURNS + 1));
	const isLower = lower.length > 0 && turn % (TOP_TURNS + 1) === 1; // the second one: soon after it came
	const now = lower.length === 0 ? turn : isLower ? triple : turn - Math.floor((turn + 1) / (TOP_TURNS + 1));
	const lane = isLower ? lower : top;
	return { ...at(lane, now), round: Math.floor(now / lane.length) };
}

/* How many turns a round of the items takes. */
export function turnsOf(items, far) {
	if (items.length === 0) return 1;
	const { top, lower } = lanesOf(items, far);
	return lower.length === 0 ? top.length : (TOP_TURNS + 1) * Math.max(Math.ceil(top.length / TOP_TURNS), lower.length);
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
