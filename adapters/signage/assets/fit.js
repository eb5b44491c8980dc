/* fit.js: texts that fit their boxes, and names that fit a page. No name is ever cut: what has no room gets a page of its own.
 *
 * The least size of a character (message.look.least_permille, thousandths of the picture's height) comes from the viewing
 * distance; nothing shrinks below it. */

let leastPx = 0;

export function setLeast(permille) {
	leastPx = (permille || 0) * innerHeight / 1000;
	document.documentElement.style.setProperty('--least', `${leastPx}px`);
}

/* How much of the picture is left for what is not essential: near shows all, mid leaves out scale and panels, far also says one
 * language at a time. */
export function tierOf(permille) {
	if (!permille || permille <= 22) return 'near';
	return permille <= 45 ? 'mid' : 'far';
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

/* Characters of names for a page of `room` at its usual size (thousandths of the height): fewer when they must be larger. */
export function roomFor(room, usualPermille) {
	const usual = usualPermille * innerHeight / 1000;
	return leastPx <= usual ? room : Math.max(4, Math.floor(room * (usual / leastPx) ** 2));
}

export function namePages(names, room) {
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
