/* look.js: what a person sees of a page, asked inside the page: focus, labels, contrast, marks.
 *
 * Each function runs in the page and returns plain data; the tests judge.
 */
'use strict';

/* Puts the helpers of this file into the page, as `look`. The page's own scripts may be off: this is not one. */
async function prepare(page) {
	await page.evaluate(() => {
		const look = {};
		const numbers = (colour) => (colour.match(/[\d.]+/g) || []).map(Number);
		look.luminance = (colour) => {
			const [r, g, b] = numbers(colour).map((part) => part / 255)
				.map((part) => (part <= 0.03928 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4));
			return 0.2126 * r + 0.7152 * g + 0.0722 * b;
		};
		look.contrast = (one, other) => {
			const [dark, light] = [look.luminance(one), look.luminance(other)].sort((a, b) => a - b);
			return (light + 0.05) / (dark + 0.05);
		};
		/* Every colour that may lie behind the element: the plain one, or all stops of a pattern. */
		look.grounds = (element) => {
			for (let at = element; at; at = at.parentElement) {
				const style = getComputedStyle(at);
				const stops = style.backgroundImage.match(/rgba?\([^)]*\)/g);
				if (stops) return stops;
				const parts = numbers(style.backgroundColor);
				if (parts.length === 3 || parts[3] === 1) return [style.backgroundColor];
			}
			return ['rgb(255, 255, 255)'];
		};
		look.focusable = () => [...document.querySelectorAll('a[href], button, input, select, textarea, summary, [tabindex]')]
			.filter((element) => element.type !== 'hidden' && !element.disabled && element.tabIndex >= 0 && element.checkVisibility());
		look.ring = (element) => {
			const { outlineStyle, outlineWidth, outlineColor, boxShadow } = getComputedStyle(element);
			return { outlineStyle, outlineWidth, outlineColor, boxShadow };
		};
		/* How each control looks while it has no focus. */
		const focused = document.activeElement;
		if (focused !== document.body) focused.blur();
		look.rest = new Map(look.focusable().map((element) => [element, look.ring(element)]));
		if (focused !== document.body) focused.focus({ focusVisible: true });
		self.look = look;
	});
}

/* Where the focus is, or null when it is on no control. */
function focusStop(page) {
	return page.evaluate(() => {
		const element = document.activeElement;
		if (!element || element === document.body || element === document.documentElement) return null;
		const rest = look.rest.get(element) || {};
		const ring = look.ring(element);
		const box = element.getBoundingClientRect();
		const at = document.elementFromPoint(box.left + box.width / 2, box.top + Math.min(box.height / 2, 20));
		const form = element.form;
		return {
			index: look.focusable().indexOf(element), tag: element.tagName.toLowerCase(), type: element.type || '',
			name: element.name || '', value: element.value || '', href: element.getAttribute('href'), checked: Boolean(element.checked),
			text: (element.innerText || '').trim().slice(0, 30), action: form && form.getAttribute('action'),
			act: form && form.elements.act ? form.elements.act.value : '',
			last: Boolean(form) && element === [...form.querySelectorAll('button')].pop(),
			top: box.top + scrollY, left: box.left, bottom: box.bottom + scrollY,
			inView: box.left >= 0 && box.right <= innerWidth && box.top >= 0 && box.top < innerHeight,
			uncovered: Boolean(at) && (element.contains(at) || at.contains(element)),
			differs: JSON.stringify(rest) !== JSON.stringify(ring),
			width: ring.outlineStyle === 'none' ? 0 : parseFloat(ring.outlineWidth),
			contrast: Math.min(...look.grounds(element.parentElement).map((ground) => look.contrast(ring.outlineColor, ground))),
		};
	});
}

/* Controls that a person can see, and what is wrong with their names. */
function controls(page) {
	return page.evaluate(() => look.focusable().map((element) => ({
		tag: element.tagName.toLowerCase(), type: element.type || '', name: element.name || '', value: element.value || '',
		named: element.labels
			? element.labels.length > 0 && [...element.labels].some((label) => label.innerText.trim() && label.checkVisibility())
				|| element.tagName === 'BUTTON' && Boolean(element.innerText.trim())
			: Boolean(element.innerText.trim()),
		group: element.type !== 'radio' || Boolean(element.closest('fieldset')?.querySelector('legend')?.innerText.trim()),
	})));
}

/* Text whose contrast is under 4.5, as "text: colour on ground = contrast". */
function faint(page) {
	return page.evaluate(() => {
		const found = [];
		const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
		for (let node = walker.nextNode(); node; node = walker.nextNode()) {
			const own = node.parentElement;
			if (!node.data.trim() || !own.checkVisibility()) continue;
			const { color } = getComputedStyle(own);
			for (const ground of look.grounds(own)) {
				const contrast = look.contrast(color, ground);
				if (contrast < 4.5) found.push(`${node.data.trim().slice(0, 20)}: ${color} on ${ground} = ${contrast.toFixed(2)}`);
			}
		}
		return found;
	});
}

/* The choices of the level: what each says and how its sign looks. */
function levels(page) {
	return page.evaluate(() => [...document.querySelectorAll('input[type=radio][name=level]')].map((radio) => {
		const label = radio.labels[0];
		const sign = label.querySelector('.level');
		const { backgroundColor, color } = getComputedStyle(sign);
		return { value: radio.value, sign: sign.innerText.trim(), text: label.innerText, background: backgroundColor, colour: color,
			contrast: look.contrast(backgroundColor, color) };
	}));
}

/* Down the page, window by window: does each window that shows a level's colour show the drill's mark and pattern? */
function unmarked(page, colours) {
	return page.evaluate((official) => {
		const found = [];
		const windows = { seen: 0, found };
		const inWindow = (element) => {
			const box = element.getBoundingClientRect();
			return box.bottom > 0 && box.top < innerHeight && box.height > 0;
		};
		const coloured = [...document.querySelectorAll('body *')]
			.filter((element) => official.includes(getComputedStyle(element).backgroundColor));
		for (let top = 0; top < document.documentElement.scrollHeight; top += innerHeight / 2) {
			scrollTo({ top, behavior: 'instant' });
			if (!coloured.some(inWindow)) continue;
			windows.seen += 1;
			const mark = [...document.querySelectorAll('body *')].find((element) => inWindow(element) &&
				/repeating-linear-gradient/.test(getComputedStyle(element).backgroundImage) && element.innerText.includes('訓練'));
			if (!mark) found.push(`at ${scrollY} of ${document.documentElement.scrollHeight}`);
		}
		scrollTo({ top: 0, behavior: 'instant' });
		return windows;
	}, colours);
}

module.exports = { prepare, focusStop, controls, faint, levels, unmarked };
