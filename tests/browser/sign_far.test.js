/* sign_far.test.js: a screen that is read from far away: everything in force has its turn, long names are whole, and what is told as
 * displayed was there. */
'use strict';

const test = require('node:test');
const assert = require('node:assert/strict');
const { startBrowser, withStack, picture, until } = require('./harness.js');
const { textFaults } = require('./layout.js');

const TURN_MS = 8000;
const LONG = '架空川下流左岸土砂災害警戒区域及び急傾斜地崩壊危険箇所周辺一帯';
const PREF = { id: 'pref', name: '県庁', areas: ['99'], stale_after_ms: 300000, return_after_ms: 0, height_mm: 680 };
const FAR = { ...PREF, viewing_distance_cm: 1200 };
const MID = { ...PREF, viewing_distance_cm: 750 };

let browser;
test.before(async () => { browser = await startBrowser(); });
test.after(() => browser.close());

/* The page's clock is ours, so that nobody waits for turns. */
function onScreen(screen, body) {
	const setup = { wanted: { mode: 'live', screens: [screen] }, options: { viewport: { width: 1280, height: 720 } },
		prepare: (context) => context.clock.install() };
	return withStack(browser, setup, async ({ stack, page }) => {
		await page.goto(`${stack.sign}/sign/${screen.id}`);
		await body(stack, page);
	});
}

async function drawn(page, seq) {
	await until(async () => {
		await page.clock.runFor(100);
		return page.evaluate((wanted) => Number(document.body.dataset.seq) >= wanted, seq);
	}, `seq ${seq} on the screen`);
}

async function status(stack) {
	return (await (await fetch(`${stack.sign}/sign/status.json`)).json()).screens[0];
}

/* What stands large, turn by turn: [{level, place, parts, below}]; and all that cannot be read in full. */
async function overTurns(page, turns, name) {
	const [shown, found] = [[], new Set()];
	for (let turn = 0; turn < turns; turn += 1) {
		const { faults } = await page.evaluate(textFaults, { root: 'body', margin: 0.005 });
		for (const fault of faults) found.add(fault);
		if (turn < 8 || faults.length > 0) await picture(page, `${faults.length > 0 ? 'fault-' : ''}${name}-${turn}`);
		shown.push(await page.evaluate(() => ({ level: document.getElementById('level-number').textContent, place: document.getElementById('place').textContent,
			parts: [...document.querySelectorAll('#areas .name')].map((part) => part.textContent),
			below: [...document.querySelectorAll('#list .name')].filter((part) => part.checkVisibility()).map((part) => part.textContent) })));
		await page.clock.runFor(TURN_MS);
	}
	return { shown, faults: [...found] };
}

async function untilWhole(stack, page) {
	await until(async () => {
		await page.clock.runFor(TURN_MS);
		const now = await status(stack);
		assert.equal(now.failures, 0, now.failure);
		return now.whole;
	}, 'each turn is proven');
}

test('an order of a lower level stands large in its turn, the highest most of the time', () => onScreen(FAR, async (stack, page) => {
	const high = await stack.submit([['緊急安全確保', ['北町'], '発令']], {});
	await drawn(page, high.seq);
	await page.clock.runFor(TURN_MS);
	const low = await stack.submit([['高齢者等避難', ['川下', '川上'], '発令']], { user: 'soba' });
	const other = await stack.submit([['避難指示', ['港'], '発令']], { user: 'pref', code: '990035', name: '仮想町' });
	await drawn(page, other.seq);
	const { shown, faults } = await overTurns(page, 12, 'far-levels');
	assert.deepEqual(faults, []);
	const levels = shown.map(({ level }) => level);
	assert.equal(levels.filter((level) => level === '5').length, 8, String(levels));
	assert.ok(levels.indexOf('4') < 4 && levels.indexOf('3') < 7, String(levels));
	assert.ok(shown.find(({ level }) => level === '3').parts.includes('川下'));
	await untilWhole(stack, page);
	const receipts = await stack.ask({ do: 'receipts', id: low.id, user: 'soba' });
	assert.equal(receipts.states.pref, 'displayed');
}));

/* States that come faster than the turns: the later turns come all the same, and what leads the items is shown at once. */
test('a state that changes something below does not begin the turns anew', () => onScreen(FAR, async (stack, page) => {
	await drawn(page, (await stack.submit([['緊急安全確保', ['北町'], '発令']], {})).seq);
	const levels = [];
	for (let revision = 1; revision <= 6; revision += 1) {
		const { seq } = await stack.submit([['高齢者等避難', [`第${revision}区`], '発令']], { document: 'below', revision, user: 'soba' });
		await drawn(page, seq);
		levels.push(await page.evaluate(() => document.getElementById('level-number').textContent));
		await page.clock.runFor(TURN_MS);
	}
	assert.ok(levels.includes('3'), String(levels));
	const { seq } = await stack.submit([['緊急安全確保', ['東町'], '発令']], { document: 'above', user: 'pref', code: '990035', name: '仮想町' });
	await drawn(page, seq);
	assert.equal(await page.evaluate(() => document.getElementById('place').textContent), '架空県仮想町');
}));

for (const [screen, name] of [[FAR, 'far'], [MID, 'mid']]) {
	test(`a long name is whole, on as many pages as it needs (${name})`, () => onScreen(screen, async (stack, page) => {
		const names = [LONG, LONG.repeat(3), 'Kitamachi-Nishi-Danchi-Dai-Ni-Jichikai', '𠮷'.repeat(60), '港町'];
		await drawn(page, (await stack.submit([['避難指示', names, '発令']], {})).seq);
		await drawn(page, (await stack.submit([['高齢者等避難', ['川下', LONG.repeat(2)], '発令']], { user: 'soba' })).seq);
		const { shown, faults } = await overTurns(page, 60, `${name}-long`);
		assert.deepEqual(faults, []);
		/* The parts of a name follow each other, and together they are the name. */
		const own = shown.filter(({ place }) => place === '架空県架空市').flatMap(({ parts }) => parts).join('');
		for (const wanted of names) assert.ok(own.includes(wanted), wanted);
		const other = shown.flatMap(({ place, parts, below }) => (place === '架空県架空市' ? below : parts)).join('');
		assert.ok(other.includes(LONG.repeat(2)), 'and that of the lower level');
		assert.ok(shown.some(({ parts }) => parts.some((part) => part.endsWith('及び'))), 'divided where it reads best');
		await untilWhole(stack, page);
	}));
}

test('what is cut or lies outside of the picture is not proven', () => onScreen(FAR, async (stack, page) => {
	await drawn(page, (await stack.submit([['避難指示', ['北町'], '発令']], {})).seq);
	await until(async () => (await status(stack)).shown, 'its first turn is proven');
	const seen = (style) => page.evaluate(async (css) => {
		const { isSeen } = await import('/sign/assets/proof.js');
		const sheet = new CSSStyleSheet();
		sheet.replaceSync(css);
		document.adoptedStyleSheets = [sheet];
		const result = isSeen(document.querySelector('#areas .name'));
		document.adoptedStyleSheets = [];
		return result;
	}, style);
	assert.equal(await seen(''), true);
	assert.equal(await seen('#areas { max-height: 0.5em }'), false, 'cut by its box');
	assert.equal(await seen('#areas { max-width: 1em; white-space: nowrap }'), false, 'cut at its side');
	assert.equal(await seen('#areas { position: fixed; top: 98vh }'), false, 'half below the picture');
	assert.equal(await seen('#areas { position: fixed; left: -1em }'), false, 'half beside it');
}));

/* What ended stands beside what is in force, and nothing of it is cut. */
test('an end is said in full beside an order', () => onScreen({ ...FAR, return_after_ms: 3600000 }, async (stack, page) => {
	await drawn(page, (await stack.submit([['避難指示', ['北町'], '発令']], {})).seq);
	await stack.submit([['高齢者等避難', ['川下'], '発令']], { document: 'end', user: 'soba' });
	await drawn(page, (await stack.submit([['高齢者等避難', ['川下'], '解除']], { document: 'end', revision: 2, user: 'soba' })).seq);
	const { faults } = await overTurns(page, 4, 'far-end');
	assert.deepEqual(faults, []);
	assert.match(await page.evaluate(() => document.getElementById('cancel').innerText), /解除[^]*高齢者等避難[^]*川下/);
}));
