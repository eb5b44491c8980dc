/* proof.js: what was really drawn, read back from the page and not from the message, as a hash that the adapter compares
 * (hs_screen_proofs): state, mark, level, title, place, a line each. */
import { sha256 } from './lib.js';

export function isSeen(element) {
	if (!element || !element.checkVisibility({ checkOpacity: true, checkVisibilityCSS: true })) return false;
	const box = element.getBoundingClientRect();
	return box.width > 0 && box.height > 0 && box.left < innerWidth && box.right > 0 && box.top < innerHeight && box.bottom > 0;
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
