/* form.test.js: the form of a municipality with scripts switched off and by keyboard alone, as it must work. */
'use strict';

const test = require('node:test');
const assert = require('node:assert/strict');
const { REFUSED, startBrowser, watchedContext, withStack, picture, until } = require('./harness.js');
const { assertLegible, assertVisible, assertWalkable, go, press, signIn, tryToSignIn } = require('./hands.js');
const look = require('./look.js');

const SCREENS = [{ id: 'hall', name: '架空市役所', areas: ['990019'], stale_after_ms: 60000 }];
const STILL_MS = 5000;
/* The official ones: schemas/tables/level_display.csv. */
const LEVELS = {
	5: { word: '緊急安全確保', action: '命の危険', background: 'rgb(12, 0, 12)', colour: 'rgb(255, 255, 255)' },
	4: { word: '避難指示', action: '危険な場所から全員避難', background: 'rgb(170, 0, 170)', colour: 'rgb(255, 255, 255)' },
	3: { word: '高齢者等避難', action: '危険な場所から高齢者等は避難', background: 'rgb(255, 40, 0)', colour: 'rgb(0, 0, 0)' },
};
const COLOURS = Object.values(LEVELS).map((level) => level.background);

let browser;
test.before(async () => { browser = await startBrowser(); });
test.after(() => browser.close());

function withForm(options, body) {
	const setup = {
		wanted: { mode: options.mode || 'drill', screens: SCREENS, gate: { receipt_refresh_s: 1 } },
		options: { javaScriptEnabled: false, viewport: options.viewport || { width: 1280, height: 720 } },
	};
	return withStack(browser, setup, async (parts) => {
		await parts.page.goto(parts.stack.gate + '/');
		await body(parts);
	});
}

/* The radio with that value: Tab into its group, then arrows. */
async function choose(page, name, value, act = 'issue') {
	await go(page, (stop) => stop.name === name && stop.type === 'radio' && stop.act === act);
	if ((await look.focusStop(page)).value === value) await page.keyboard.press('Space');
	else await go(page, (stop) => stop.name === name && stop.value === value, 'ArrowDown');
	const stop = await look.focusStop(page);
	assert.ok(stop.checked && stop.value === value, JSON.stringify(stop));
}

const isSubmitOf = (act) => (stop) => stop.tag === 'button' && stop.action === '/check' && stop.act === act;
const isLastButton = (stop) => stop.tag === 'button' && stop.action === '/send' && stop.last;

/* Each refresh loses the focus: the key to end that is where the focus comes back. */
async function stopUpdates(page) {
	await until(async () => {
		const at = await page.evaluate(() => document.activeElement.getAttribute('href')).catch(() => null);
		if (at && at.endsWith('?still=1')) await page.keyboard.press('Enter');
		await page.waitForLoadState();
		return page.url().endsWith('?still=1');
	}, 'the page stands still', STILL_MS);
}

/* From the check page to the receipt that says that the screen has drawn it, and stands still. */
async function sendAndSeeReceipt(page) {
	assert.equal(await page.locator('form[action="/send"]').count(), 1, 'the check page');
	await go(page, isLastButton);
	await press(page, 'Space');
	assert.match(page.url(), /\/receipt\/[0-9a-f]{32}$/);
	const row = page.locator('tbody tr').filter({ has: page.locator('th', { hasText: 'hall' }) });
	const drawn = async () => await row.count() === 1 && /表示/.test(await row.innerText());
	await until(() => drawn().catch(() => false), 'the screen has it, says the receipt'); // false: it is just loading itself
	await stopUpdates(page);
}

async function home(page) {
	await go(page, (stop) => stop.tag === 'a' && stop.href === '/');
	await press(page, 'Enter');
}

function inForce(page) {
	return page.locator('section[aria-labelledby=now] tbody tr').evaluateAll((rows) =>
		rows.map((row) => `${row.cells[0].innerText.trim()} ${row.cells[1].innerText.trim()}`).sort());
}

/* What the screen shows, in the words of the form's table. */
function onScreen(screen) {
	return screen.evaluate(() => JSON.parse(localStorage.getItem('hansho.sign.hall')).message.items
		.flatMap((item) => item.areas.map((area) => `${area} 警戒レベル${item.level} ${item.term.ja}`)).sort());
}

async function assertSame(page, screen, expected) {
	assert.deepEqual(await inForce(page), expected);
	await until(async () => JSON.stringify(await onScreen(screen)) === JSON.stringify(expected), 'the screen shows the same');
}

/* ---- what is tested ---- */

test('issue, lift and cancel by keyboard alone, each to the receipt and to a public screen', () =>
	withForm({}, async ({ stack, page }) => {
		const watching = await watchedContext(browser);
		const screen = await watching.newPage();
		await screen.goto(stack.sign + '/sign/hall');
		await signIn(page);

		await choose(page, 'hazard', 'flood');
		await choose(page, 'level', '4');
		await go(page, (stop) => stop.name === 'areas');
		await page.keyboard.type('北町一丁目\n港町');
		await go(page, isSubmitOf('issue'));
		await press(page, 'Enter');
		await picture(page, 'form-check');
		await sendAndSeeReceipt(page);
		await picture(page, 'form-receipt');
		await home(page);
		await assertSame(page, screen, ['北町一丁目 警戒レベル4 避難指示', '港町 警戒レベル4 避難指示']);

		const label = page.locator('label[for^=lift_]').filter({ hasText: '港町' });
		const box = await label.getAttribute('for');
		await go(page, (stop) => stop.name === box);
		await page.keyboard.press('Space');
		await go(page, isSubmitOf('lift'));
		await press(page, 'Space');
		await sendAndSeeReceipt(page);
		await home(page);
		await assertSame(page, screen, ['北町一丁目 警戒レベル4 避難指示']);

		await go(page, (stop) => stop.name === 'document' && stop.act === 'cancel');
		await page.keyboard.press('Space');
		await go(page, (stop) => stop.name === 'reason');
		await page.keyboard.type('訓練のための取消');
		await go(page, isSubmitOf('cancel'));
		await press(page, 'Enter');
		await sendAndSeeReceipt(page);
		await home(page);
		await assertSame(page, screen, ['北町一丁目 警戒レベル4 避難指示', '港町 警戒レベル4 避難指示']);
		await picture(page, 'form-home');
		watching.watch.assertClean();
		await watching.close();
	}));

/* Every page of the form, each from the same state: visit(name) is called on each. */
async function eachPage({ stack, page }, visit) {
	await visit('sign-in');
	await signIn(page);
	await stack.submit([['避難指示', ['北町一丁目', '港町'], '発令']], { document: 'other-desk' });
	await visit('home');
	await choose(page, 'hazard', 'flood');
	await choose(page, 'level', '3');
	await go(page, (stop) => stop.name === 'areas');
	await page.keyboard.type('南町');
	await go(page, isSubmitOf('issue'));
	await press(page, 'Enter');
	await visit('check');
	await go(page, isLastButton);
	await press(page, 'Enter');
	await stopUpdates(page);
	await visit('receipt');
	await home(page);
	await visit('home-with-lift-and-cancel');
	await go(page, isSubmitOf('cancel'));
	page.context().watch.expected = REFUSED;
	await press(page, 'Enter');
	await visit('problem');
}

test('on every page the focus is seen, goes in the order of the eye, meets everything and is never caught', () =>
	withForm({}, (parts) => eachPage(parts, (name) => assertWalkable(parts.page, name))));

for (const [name, viewport] of Object.entries({ desk: { width: 1280, height: 720 }, phone: { width: 375, height: 667 } })) {
	test(`${name}: all text has contrast, and no colour of a level is seen without the mark of the drill`, () =>
		withForm({ viewport }, async (parts) => {
			let windows = 0;
			await eachPage(parts, async (page) => {
				await assertLegible(parts.page, page);
				const { seen, found } = await look.unmarked(parts.page, COLOURS);
				assert.deepEqual(found, [], page);
				windows += seen;
				await picture(parts.page, `form-${name}-${page}`);
			});
			assert.ok(windows > 3, 'colours of levels were looked at');
		}));
}

for (const mode of ['live', 'drill']) {
	test(`${mode}: each level is offered with number, word, action and its official colour`, () =>
		withForm({ mode }, async ({ page }) => {
			await signIn(page);
			await look.prepare(page);
			const offered = await look.levels(page);
			assert.deepEqual(offered.map((level) => level.value), ['5', '4', '3']);
			for (const level of offered) {
				const official = LEVELS[level.value];
				assert.equal(level.sign, `警戒レベル${level.value} ${official.word}`);
				assert.ok(level.text.includes(official.action), level.text);
				assert.match(level.text, new RegExp(`Level ${level.value} `));
				assert.deepEqual([level.background, level.colour], [official.background, official.colour]);
				assert.ok(level.contrast >= 4.5, String(level.contrast));
			}
			const { seen, found } = await look.unmarked(page, COLOURS);
			assert.ok(seen > 0);
			assert.equal(found.length, mode === 'live' ? seen : 0, 'the pattern of the drill stands in drills only');
		}));
}

/* What is left out → the field that the keyboard comes to from the words that say so. */
const PROBLEMS = [
	['nothing chosen', 'issue', async () => {}, (stop) => ['hazard', 'level', 'areas', 'whole'].includes(stop.name)],
	['no reason', 'cancel', async (page) => {
		await go(page, (stop) => stop.name === 'document' && stop.act === 'cancel');
		await page.keyboard.press('Space');
	}, (stop) => stop.name === 'reason'],
	['no area to lift', 'lift', async () => {}, (stop) => /^lift_/.test(stop.name)],
];

test('an error says what to mend, and the keyboard is one key away from it', () => withForm({}, async ({ stack, page }) => {
	page.context().watch.expected = REFUSED;
	await tryToSignIn(page, 'kakuu', 'wrong');
	assert.equal(await page.locator('main [role=alert]').count(), 1);
	await look.prepare(page);
	assert.equal((await look.focusStop(page)).name, 'username', 'the next try begins where it must');
	await signIn(page);
	await stack.submit([['高齢者等避難', ['港町'], '発令']], { document: 'mine' });
	await page.reload();
	for (const [name, act, fill, isField] of PROBLEMS) {
		await fill(page);
		await go(page, isSubmitOf(act));
		await press(page, 'Enter');
		const problem = page.locator('main [role=alert]');
		assert.equal(await problem.count(), 1, name);
		assert.ok((await problem.innerText()).length > 10, name);
		await look.prepare(page);
		const stop = await look.focusStop(page);
		assert.ok(stop && stop.tag === 'a' && stop.href.startsWith('#'), `${name}: the focus is at ${JSON.stringify(stop)}`);
		assertVisible(stop);
		assert.equal(await problem.locator('a:focus').count(), 1, `${name}: within the words`);
		await picture(page, `form-problem-${act}`);
		await page.keyboard.press('Enter');
		let field = await look.focusStop(page);
		if (!field || field.tag === 'a') {
			await page.keyboard.press('Tab');
			field = await look.focusStop(page);
		}
		assert.ok(field && isField(field), `${name}: led to ${JSON.stringify(field)}`);
		assertVisible(field);
	}
}));
