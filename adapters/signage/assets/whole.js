/* whole.js: which texts of a message stood on the screen by now, read back from the page turn by turn, so that the last turn proves
 * the whole. The adapter makes the same lines from the message (hs_screen_proofs). */
import { hashOf, isSeen } from './proof.js';
import { tierOf } from './fit.js';
import { turnsOf } from './turns.js';

const ALWAYS = ['ja', 'ja-easy', 'en'];
const ALERT = '#title, #place, #action > span, #other-languages > *, #areas .name'; // of the item that stands large
const ROW = '.row-term, .row-title, .row-place .name'; // of the items below it

/* There nothing stands below the alert: each item stands large in its turn. */
const isFar = (message) => tierOf(message.look.least_permille) === 'far';

/* The texts of each item, in the order of the message. */
function linesOf(message) {
	const further = message.languages.filter((language) => !ALWAYS.includes(language));
	return message.items.map((item) => {
		const large = isFar(message) || item.level === message.items[0].level;
		return [item.title.ja, item.place, ...item.areas, ...(large ? [...ALWAYS, ...further].map((language) => item.action[language]) : [])]
			.filter((text) => text !== undefined);
	});
}

export class Whole {
	/* turn: at which it came. */
	constructor(message, turn) {
		this.lines = linesOf(message);
		this.areas = message.items.map((item) => item.areas);
		this.seen = message.items.map(() => new Set());
		this.parts = message.items.map((item) => item.areas.map((name) => new Array(name.length).fill(false))); // of names on several pages
		const rounds = ALWAYS.length + message.languages.length;
		const names = message.items.reduce((sum, item) => sum + item.areas.length, 0);
		this.turnsMax = turn + 2 * (turnsOf(message.items, isFar(message)) * rounds + names + message.items.length);
		this.said = false;
	}

	/* What stands there now. */
	look() {
		for (const box of document.querySelectorAll('#alert[data-item], #list .row[data-item]')) {
			const item = Number(box.dataset.item);
			if (!this.seen[item]) continue;
			for (const element of box.querySelectorAll(box.id === 'alert' ? ALERT : ROW)) {
				if (!isSeen(element)) continue;
				if (element.dataset.of === undefined) this.seen[item].add(element.textContent);
				else this.note(item, Number(element.dataset.of), Number(element.dataset.from), element.textContent);
			}
		}
	}

	/* A name, or a part of one: it was seen when all of its characters were. */
	note(item, of, from, text) {
		const name = this.areas[item][of];
		if (name === undefined || name.slice(from, from + text.length) !== text) return;
		const parts = this.parts[item][of].fill(true, from, from + text.length);
		if (parts.every(Boolean)) this.seen[item].add(name);
	}

	isComplete() {
		return this.lines.every((texts, item) => texts.every((text) => this.seen[item].has(text)));
	}

	/* The hash when all was seen, or after two rounds what was seen till then; nothing else, and each once. */
	result(turn) {
		const over = turn >= this.turnsMax;
		if (this.said || (!over && !this.isComplete())) return null;
		this.said = true;
		return hashOf(this.lines.flatMap((texts, item) => texts.filter((text) => this.seen[item].has(text))));
	}
}
