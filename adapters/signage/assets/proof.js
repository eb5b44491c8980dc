/* proof.js: what was really drawn, read back from the page and not from the message, as a hash that the adapter compares
 * (hs_screen_proofs): state, mark, level, title, place, a line each. */
import { sha256 } from './lib.js';

const TOLERANCE = 1; // pixel

const holds = (outer, box) => box.left >= outer.left - TOLERANCE && box.right <= outer.right + TOLERANCE &&
	box.top >= outer.top - TOLERANCE && box.bottom <= outer.bottom + TOLERANCE;

/* The boxes of its lines, one em high: the ink, not the room that a font reserves above and below. */
function inkOf(element) {
	const range = document.createRange();
	range.selectNodeContents(element);
	const em = parseFloat(getComputedStyle(element).fontSize);
	return [...range.getClientRects()].filter(({ width }) => width > 0).map(({ left, right, top, bottom }) => {
		const spare = Math.max(0, (bottom - top - em) / 2);
		return { left, right, top: top + spare, bottom: bottom - spare };
	});
}

/* All of its text lies on the screen, and in each box around it that cuts what lies outside. */
export function isSeen(element) {
	if (!element || !element.checkVisibility({ checkOpacity: true, checkVisibilityCSS: true })) return false;
	const ink = inkOf(element);
	if (ink.length === 0) return element.textContent === '' && element.getBoundingClientRect().width > 0;
	const outers = [{ left: 0, right: innerWidth, top: 0, bottom: innerHeight }];
	for (let outer = element; outer && outer !== document.body; outer = outer.parentElement)
		if (getComputedStyle(outer).overflow !== 'visible') outers.push(outer.getBoundingClientRect());
	return ink.every((box) => outers.every((outer) => holds(outer, box)));
}

function seen(selector) {
	const element = document.querySelector(selector);
	return isSeen(element) ? element.textContent : '';
}

export function drawnLines() {
	const [first, last] = [seen('#drill-first .mark'), seen('#drill-last .mark')];
	const mark = first === last ? first : ''; // first and last, or none
	return [seen('#state-name'), mark, seen('#level-number'), seen('#title'), seen('#place')];
}

export function hashOf(lines) {
	const bytes = sha256(new TextEncoder().encode(lines.map((line) => line + '\n').join('')));
	return [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('').slice(0, 32);
}

export function drawn() {
	return hashOf(drawnLines());
}
