/* sign_layout.test.js: a screen is read in full: every size, level and number of areas, live and drill. */
'use strict';

const test = require('node:test');
const assert = require('node:assert/strict');
const { startBrowser, withStack, picture, until } = require('./harness.js');
const { SIZES, resize, textFaults } = require('./layout.js');

const MARGIN = 0.01;
const LEVELS = [[3, '高齢者等避難'], [4, '避難指示'], [5, '緊急安全確保']];
const NAME_CHARS_MAX = 400; // hub/gate/limits.h, name_chars
const LONG = '架空川下流左岸土砂災害警戒区域及び急傾斜地崩壊危険箇所周辺一帯';
const AREAS = {
	one: ['北町一丁目'],
	forty: Array.from({ length: 40 }, (_, n) => `第${n + 1}町内会`),
	long: [LONG, LONG.repeat(20).slice(0, NAME_CHARS_MAX), 'Kitamachi-Nishi-Danchi-Dai-Ni-Jichikai-'.repeat(3)],
};
/* The city's screen shows one municipality; the prefecture's all of them, so that a list stands below. */
const SCREENS = [
	{ id: 'hall', name: '架空市役所', areas: ['990019'], stale_after_ms: 300000, return_after_ms: 0 },
	{ id: 'pref', name: '架空県庁 県民ホール 大型表示装置 東側入口', areas: ['99'], stale_after_ms: 300000, return_after_ms: 0 },
];
const TURN_MS = 8000;
const TURNS_MAX = 60;
const TIGHT = [[1280, 720], [800, 600]];

let browser;
test.before(async () => { browser = await startBrowser(); });
test.after(() => browser.close());

/* The page's clock is ours, so that nobody waits for the turns of names. found: all that is wrong, told at once. */
function onScreen(mode, screen, body) {
	const setup = { wanted: { mode, screens: SCREENS }, prepare: (context) => context.clock.install() };
	return withStack(browser, setup, async ({ stack, page }) => {
		const found = [];
		await page.goto(`${stack.sign}/sign/${screen}`);
		await body(stack, page, found);
		assert.deepEqual(found, []);
	});
}

async function drawn(page, seq) {
	await until(async () => {
		await page.clock.runFor(100);
		return page.evaluate((wanted) => Number(document.body.dataset.seq) >= wanted, seq);
	}, `seq ${seq} on the screen`);
}

async function look(page, name, found) {
	const { faults, texts } = await page.evaluate(textFaults, { root: 'body', margin: MARGIN });
	assert.ok(texts > 5, 'something was looked at');
	found.push(...faults.map((fault) => `${name}: ${fault}`));
	if (faults.length > 0) await picture(page, `fault-${name}`);
}

async function lookAtAllSizes(page, name, found) {
	for (const [width, height] of SIZES) {
		await resize(page, [width, height]);
		await look(page, `${name}-${width}x${height}`, found);
		await picture(page, `${name}-${width}x${height}`);
	}
}

/* Turn by turn every one of the names is there, and whole. */
async function lookAtAllTurns(page, name, names, found) {
	for (const [width, height] of TIGHT) {
		await resize(page, [width, height]);
		const missing = new Set(names);
		for (let turn = 0; turn < TURNS_MAX && missing.size > 0; turn += 1) {
			await look(page, `${name}-${width}x${height}-turn`, found);
			const shown = await page.evaluate(() =>
				[...document.querySelectorAll('#areas .name, #list .name, #cancel .name')].filter((place) => place.checkVisibility())
				.map((place) => place.textContent));
			for (const place of shown) missing.delete(place);
			await page.clock.runFor(TURN_MS);
		}
		found.push(...[...missing].map((place) => `${name} ${width}x${height}: never shown: ${place.slice(0, 40)}`));
	}
}

for (const mode of ['live', 'drill']) {
	test(`${mode}: nothing is cut, hidden or at the edge, at any size, level and number of areas`, () =>
		onScreen(mode, 'hall', async (stack, page, found) => {
			let revision = 0;
			await until(() => page.evaluate(() => document.body.dataset.state === 'normal'), 'calm');
			await page.clock.runFor(100);
			await lookAtAllSizes(page, `${mode}-calm`, found);
			for (const [level, sort] of LEVELS) {
				for (const [areas, names] of Object.entries(AREAS)) {
					revision += 1;
					const { seq } = await stack.submit([[sort, names, '発令']], { document: 'layout', revision });
					await drawn(page, seq);
					await lookAtAllSizes(page, `${mode}-${level}-${areas}`, found);
					if (level === 3) await lookAtAllTurns(page, `${mode}-${level}-${areas}`, names, found);
				}
			}
		}));
}

test('a prefecture in need: two municipalities at the highest level, three below, and no name is left out', () =>
	onScreen('live', 'pref', async (stack, page, found) => {
		const orders = [
			['甲', '避難指示', {}],
			['乙', '避難指示', { user: 'soba' }],
			['丙', '高齢者等避難', { user: 'pref', code: '990035', name: '仮想町' }],
			['丁', '高齢者等避難', { user: 'pref', code: '990043', name: '模擬村' }],
			['戊', '高齢者等避難', { user: 'pref', code: '990051', name: '例示町' }],
		];
		const names = [];
		for (const [prefix, sort, sender] of orders) {
			const own = AREAS.forty.map((name) => prefix + name);
			names.push(...own);
			const { seq } = await stack.submit([[sort, own, '発令']], sender);
			await drawn(page, seq);
		}
		await lookAtAllSizes(page, 'live-many', found);
		await lookAtAllTurns(page, 'live-many', names, found);
	}));

test('what a cancel did is said in full, and takes turns with the list', () =>
	onScreen('live', 'pref', async (stack, page, found) => {
		const names = {
			again: AREAS.forty.map((name) => '甲' + name),
			below: AREAS.forty.map((name) => '丙' + name),
			more: AREAS.forty.map((name) => '丁' + name),
		};
		const document = 'cancelled';
		await stack.submit([['避難指示', names.again, '発令']], { document });
		await stack.submit([['高齢者等避難', names.below, '発令']], { user: 'pref', code: '990035', name: '仮想町' });
		await stack.submit([['高齢者等避難', names.more, '発令']], { user: 'pref', code: '990043', name: '模擬村' });
		await stack.submit([['緊急安全確保', names.again, '発令']], { document, revision: 2 });
		const { seq } = await stack.submit([['緊急安全確保', names.again, '発令']],
			{ document, revision: 3, kind: 'Cancel', errata: 'レベルの選び間違い' });
		await drawn(page, seq);
		assert.ok(await page.evaluate(() => document.getElementById('cancel').checkVisibility()), 'the cancel is told');
		await lookAtAllSizes(page, 'live-cancel', found);
		await lookAtAllTurns(page, 'live-cancel', [...names.below, ...names.more], found);
	}));
