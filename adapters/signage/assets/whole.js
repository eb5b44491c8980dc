/* whole.js: which texts of a message stood on the screen by now, read back from the page turn by turn, so that the last turn proves
 * the whole. The adapter makes the same lines from the message (hs_screen_proofs). */
import { hashOf, isSeen } from './proof.js';
import { turnsOf } from './face.js';
import { tierOf } from './fit.js';

const ALWAYS = ['ja', 'ja-easy', 'en'];
const ALERT = '#title, #place, #action > span, #other-languages > *, #areas .name'; // of the item that stands large
const ROW = '.row-term, .row-title, .row-place .name'; // of the items below it

/* The texts of each item, in the order of the message. */
function linesOf(message) {
	const further = message.languages.filter((language) => !ALWAYS.includes(language));
	const far = tierOf(message.look.least_permille) === 'far'; // there nothing stands below the alert
	return message.items.map((item) => {
		const large = item.level === message.items[0].level;
		if (far && !large) return [];
		return [item.title.ja, item.place, ...item.areas, ...(large ? [...ALWAYS, ...further].map((language) => item.action[language]) : [])]
			.filter((text) => text !== undefined);
	});
}

export class Whole {
	constructor(message) {
		this.lines = linesOf(message);
		this.seen = message.items.map(() => new Set());
		const rounds = ALWAYS.length + message.languages.length;
		const names = message.items.reduce((sum, item) => sum + item.areas.length, 0);
		this.turnsMax = 2 * ((message.items.length > 0 ? turnsOf(message.items) : 1) * rounds + names + message.items.length);
		this.said = false;
	}

	/* What stands there now. */
	look() {
		for (const box of document.querySelectorAll('#alert[data-item], #list .row[data-item]')) {
			const seen = this.seen[Number(box.dataset.item)];
			for (const element of box.querySelectorAll(box.id === 'alert' ? ALERT : ROW))
				if (seen && isSeen(element)) seen.add(element.textContent);
		}
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
