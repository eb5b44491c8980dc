/* layout.js: the sizes of screens, and which visible texts of a page cannot be read in full.
 *
 * textFaults runs inside the page. Looked at: the boxes of all text nodes (one em high: the ink, not the room that a font reserves). A text is
 * at fault when it comes nearer to an edge of the screen than `margin` of it, when a box that hides its
 * overflow cuts it, when its element is wider inside than outside, or when another text lies on it.
 */
'use strict';

const SIZES = [[1280, 720], [1920, 1080], [1080, 1920], [800, 600]];

/* Ends after the page itself has heard of its new size and drawn. */
async function resize(page, [width, height]) {
	const size = page.viewportSize();
	if (size.width === width && size.height === height) return;
	const heard = page.evaluate(() => new Promise((done) => { addEventListener('resize', () => done(), { once: true }); }));
	await page.setViewportSize({ width, height });
	await heard;
}

function textFaults({ root, margin }) {
	const faults = [];
	const boxes = [];
	const shown = (element) => element.checkVisibility({ checkOpacity: true, checkVisibilityCSS: true });
	const name = (node) => `${node.parentElement.id || node.parentElement.className || node.parentElement.tagName} ` +
		`"${node.data.trim().slice(0, 24)}"`;
	const inside = (box, outer, slack) => box.left >= outer.left - slack && box.right <= outer.right + slack &&
		box.top >= outer.top - slack && box.bottom <= outer.bottom + slack;
	const screen = { left: margin * innerWidth, right: (1 - margin) * innerWidth,
		top: margin * innerHeight, bottom: (1 - margin) * innerHeight };

	function inkOf(node) {
		const range = document.createRange();
		range.selectNodeContents(node);
		const em = parseFloat(getComputedStyle(node.parentElement).fontSize);
		return [...range.getClientRects()].filter((r) => r.width > 0).map((r) => {
			const spare = (r.height - em) / 2;
			return { left: r.left, right: r.right, top: r.top + spare, bottom: r.bottom - spare };
		});
	}

	const walker = document.createTreeWalker(document.querySelector(root), NodeFilter.SHOW_TEXT);
	for (let node = walker.nextNode(); node; node = walker.nextNode()) {
		const own = node.parentElement;
		if (!node.data.trim() || !shown(own)) continue;
		const ink = inkOf(node);
		if (ink.length === 0) faults.push(`${name(node)}: no room at all`);
		for (const box of ink) {
			if (!inside(box, screen, 0)) faults.push(`${name(node)}: at the edge ${JSON.stringify(box)}`);
			for (let outer = own; outer && outer !== document.body; outer = outer.parentElement) {
				if (getComputedStyle(outer).overflow === 'visible') continue;
				if (!inside(box, outer.getBoundingClientRect(), 1))
					faults.push(`${name(node)}: cut by ${outer.id || outer.className}`);
			}
		}
		if (own.clientWidth > 0 && own.scrollWidth > own.clientWidth)
			faults.push(`${name(node)}: ${own.scrollWidth} wide in ${own.clientWidth}`);
		boxes.push({ node, ink });
	}
	for (const [i, one] of boxes.entries()) {
		for (const other of boxes.slice(i + 1)) {
			if (one.ink.some((a) => other.ink.some((b) => a.left < b.right - 1 && b.left < a.right - 1 &&
				a.top < b.bottom - 1 && b.top < a.bottom - 1)))
				faults.push(`${name(one.node)} and ${name(other.node)} lie on each other`);
		}
	}
	return { faults, texts: boxes.length };
}

module.exports = { SIZES, resize, textFaults };
