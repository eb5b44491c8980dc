/* fit.js: texts that fit their boxes, and names that fit a page. No name is ever cut: what has no room gets a page of its own.
 *
 * The least size of a character (message.look.least_permille, thousandths of the picture's height) comes from the viewing
 * distance; nothing shrinks below it. */

const NEAR = 22; // thousandths of the picture's height; as HS_SCREEN_NEAR_PERMILLE and the other one
const MID = 45;

let leastPx = 0;

export function setLeast(permille) {
	leastPx = (permille || 0) * innerHeight / 1000;
	document.documentElement.style.setProperty('--least', `${leastPx}px`);
}

/* How much of the picture is left for what is not essential: near shows all, mid leaves out scale and panels, far also says one
 * language at a time. */
export function tierOf(permille) {
	if (!permille || permille <= NEAR) return 'near';
	return permille <= MID ? 'mid' : 'far';
}

/* Shrinks a text until it fits its box. Heights are those of the lines, because glyphs may reach beyond them. */
export function fit(target) {
	target.style.removeProperty('font-size');
	const style = getComputedStyle(target);
	const most = parseFloat(style.maxHeight);
	let size = parseFloat(style.fontSize);
	const least = Math.max(size * 0.25, leastPx);
	target.style.setProperty('max-height', 'none');
	while (size > least && (target.scrollWidth > target.clientWidth + 1 || target.offsetHeight > most + 1)) {
		size = Math.max(size * 0.95, least);
		target.style.setProperty('font-size', size + 'px');
	}
	target.style.removeProperty('max-height');
}

/* The words of an alert shrink together, so that their order of sizes stays. */
export function fitWords(words) {
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
export function fitLevel(level) {
	const room = parseFloat(getComputedStyle(level.parentElement).gridTemplateRows);
	level.style.removeProperty('font-size');
	let size = parseFloat(getComputedStyle(level).fontSize);
	const least = size * 0.3;
	while (size > least && level.offsetHeight > room) {
		size *= 0.96;
		level.style.setProperty('font-size', size + 'px');
	}
}

/* ---- pages of names ---- */

const ROW_SIZE = 54;
const ROW_WIDE = 0.93; // of the picture's width
const ROW_HEAD = 6; // characters: レベル4 and the gaps
const ROW_COUNT = 4; // the gap behind the place, and which page it is
const LINES = 2; // of names in the alert
const WIDE = 0.9; // of the picture's width that a line has
const SHRINKS = 0.25; // what fit() leaves of a size when nothing asks for larger characters
const SPARE = 0.8; // lines end at words, so they are not full

/* Characters of names for a page of `room` at its usual size (thousandths of the height): fewer when they must be larger. */
export function roomFor(room, usualPermille) {
	const usual = usualPermille * innerHeight / 1000;
	if (leastPx <= usual) return room;
	const line = Math.floor(WIDE * innerWidth / leastPx);
	return Math.max(4, Math.min(Math.floor(room * (usual / leastPx) ** 2), Math.floor(LINES * line * SPARE)));
}

/* The same for a row below the alert, where its other texts leave one line: head and title at the row's size, place and names at the least. */
export function rowRoomFor(room, usualPermille, { title, place }) {
	if (leastPx <= NEAR * innerHeight / 1000) return { room: roomFor(room, usualPermille), most: mostFor(room, usualPermille) };
	const size = Math.max(ROW_SIZE * innerHeight / 1000, leastPx);
	const before = innerHeight > innerWidth ? 0 : (ROW_HEAD + title.ja.length) * size;
	const line = Math.floor((ROW_WIDE * innerWidth - before) / leastPx) - place.length - ROW_COUNT;
	return { room: Math.max(4, line), most: Math.max(4, line) };
}

/* Characters of the longest name that still stands on a page as one, made smaller: only longer ones are divided. */
export function mostFor(room, usualPermille) {
	const usual = usualPermille * innerHeight / 1000;
	const least = Math.max(leastPx, usual * SHRINKS);
	return least >= usual ? roomFor(room, usualPermille) : Math.floor(SPARE * room * (usual / least) ** 2);
}

/* Where a name may be divided best: behind a mark or a joining word, else between words, else anywhere between characters. */
const JOINTS = /(?:[\s、，・,/／）」\-]|及び|並びに|または|又は|から|まで)$/;
const wordsOf = (text) => [...new Intl.Segmenter('ja', { granularity: 'word' }).segment(text)].map(({ segment }) => segment);
const charactersOf = (text) => [...new Intl.Segmenter('ja', { granularity: 'grapheme' }).segment(text)].map(({ segment }) => segment);

/* How much of the text stands first, at most `room` characters and never nothing. */
function firstOf(text, room) {
	let [words, joined] = [0, 0];
	for (const word of wordsOf(text)) {
		if (words + word.length > room) break;
		words += word.length;
		if (JOINTS.test(text.slice(0, words))) joined = words;
	}
	if (joined >= room / 2) return joined;
	if (words > 0) return words;
	let characters = 0;
	for (const character of charactersOf(text)) {
		if (characters > 0 && characters + character.length > room) break;
		characters += character.length;
	}
	return characters;
}

/* A name as what stands on pages: [{text, of, from, more}]; of: which of the names, from: where in it, more: it goes on. */
function piecesOf(name, of, room, most) {
	if (name.length <= most) return [{ text: name, of, from: 0, more: false }];
	const pieces = [];
	for (let from = 0; from < name.length;) {
		const rest = name.slice(from);
		const length = rest.length <= room ? rest.length : firstOf(rest, room - 1); // and the mark that it goes on
		pieces.push({ text: rest.slice(0, length), of, from, more: from + length < name.length });
		from += length;
	}
	return pieces;
}

/* Pages of pieces; what goes on ends its page. */
export function namePages(names, room, most) {
	const pages = [[]];
	let [used, goesOn] = [0, false];
	for (const piece of names.flatMap((name, of) => piecesOf(name, of, room, most))) {
		if (goesOn || (used > 0 && used + piece.text.length > room)) {
			pages.push([]);
			used = 0;
		}
		pages[pages.length - 1].push(piece);
		used += piece.text.length + 1;
		goesOn = piece.more;
	}
	return pages;
}
