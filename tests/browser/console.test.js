/* console.test.js: the console follows what happens by itself, never looks fresh when it is not, and can be used by everybody. */
'use strict';

const test = require('node:test');
const assert = require('node:assert/strict');
const { AWAY, startBrowser, watchedContext, withStack, picture, until } = require('./harness.js');
const { assertLegible, assertWalkable, signIn } = require('./hands.js');
const look = require('./look.js');

const SCREENS = [{ id: 'hall', name: '架空市役所', areas: ['990019'], stale_after_ms: 60000 }];
const PROMISE_MS = 1000;
const BUSY_MS = 10000; // what a busy machine may add
const REFUSED = /status of (404|503)/;
const VIEWPORTS = { desk: { width: 1280, height: 720 }, phone: { width: 375, height: 667 } };

let browser;
test.before(async () => { browser = await startBrowser(); });
test.after(() => browser.close());

function withConsole(options, body) {
	const setup = {
		wanted: { mode: options.mode || 'drill', screens: SCREENS, peer: { silent_after_ms: options.silentMs || 600000 } },
		options: { viewport: options.viewport || VIEWPORTS.desk, javaScriptEnabled: options.scripts !== false },
	};
	return withStack(browser, setup, async (parts) => {
		await parts.page.goto(parts.stack.gate + '/');
		await signIn(parts.page);
		await body(parts);
	});
}

const visit = ({ stack, page }, query = '') => page.goto(stack.gate + '/console' + query);
const sent = (page) => page.locator('article').evaluateAll((all) => all.map((one) => one.id.slice(2)));
const row = (page, id) => page.locator(`#s-${id} tbody tr`).filter({ has: page.locator('th', { hasText: 'hall' }) });
const state = (page) => page.locator('#state').innerText();

async function openScreen(stack) {
	const watching = await watchedContext(browser);
	const screen = await watching.newPage();
	await screen.goto(stack.sign + '/sign/hall');
	return watching;
}

test('what is sent, and what becomes of it, comes by itself', () => withConsole({}, async (parts) => {
	const { stack, page } = parts;
	await visit(parts);
	assert.match(await page.locator('#list').innerText(), /発信はまだありません/);
	await until(async () => /自動で更新しています/.test(await state(page)), 'it is told of');
	const { id } = await stack.submit([['避難指示', ['北町一丁目', '港町'], '発令']]);
	await until(async () => (await sent(page))[0] === id, 'the submission is there', PROMISE_MS + BUSY_MS);
	const title = await page.locator(`#t-${id}`).innerText();
	assert.match(title, /訓練[\s\S]*警戒レベル4 避難指示[\s\S]*避難情報 新規/);
	assert.match(await page.locator(`#s-${id} .places`).innerText(), /北町一丁目、港町/);
	const watching = await openScreen(stack);
	await until(async () => /表示・放送・放音を確認/.test(await row(page, id).innerText()), 'the screen has drawn it', BUSY_MS + 5000);
	assert.match(await row(page, id).innerText(), /\d時\d\d分\d\d秒/);
	assert.match(await page.locator('#news').innerText(), /確認が必要な配信先はありません/);
	await picture(page, 'console-shown', { fullPage: true });
	const second = (await stack.submit([['高齢者等避難', ['南町'], '発令']], { document: 'other' })).id;
	await until(async () => (await sent(page)).join() === [second, id].join(), 'the newest stands first', PROMISE_MS + BUSY_MS);
	assert.equal(await page.evaluate(() => performance.getEntriesByType('navigation').length), 1, 'without loading the page again');
	await watching.close();
}));

/* The median of many: a machine that is held up now and then decides nothing. */
test('from the answer to the sender to the page it is less than a second', () => withConsole({}, async (parts) => {
	const { stack, page } = parts;
	await visit(parts);
	await page.evaluate(() => {
		self.seen = {};
		const note = () => document.querySelectorAll('article').forEach((one) => { self.seen[one.id.slice(2)] ??= Date.now(); });
		new MutationObserver(note).observe(document.getElementById('console'), { childList: true, subtree: true });
	});
	const delays = [];
	for (let i = 0; i < 9; i += 1) {
		const { id } = await stack.submit([['避難指示', [`第${i}区`], '発令']], { document: `d${i}` });
		const told = Date.now();
		delays.push(await until(() => page.evaluate((one) => self.seen[one], id), 'the page has it') - told);
	}
	delays.sort((a, b) => a - b);
	assert.ok(delays[4] <= PROMISE_MS, String(delays));
}));

test('a hub that is away is said, with the time of what stands there; when it is back, so is the list', () => withConsole({}, async (parts) => {
	const { stack, page } = parts;
	const { id } = await stack.submit([['避難指示', ['北町一丁目'], '発令']]);
	await visit(parts);
	assert.deepEqual(await sent(page), [id]);
	page.context().watch.expected = new RegExp(`${REFUSED.source}|${AWAY.source}`);
	await stack.ask({ do: 'stop', name: 'hub' });
	await until(async () => /通信できません/.test(await state(page)), 'the page says that it is cut off', 2000 + BUSY_MS);
	const asOf = await page.locator('#as-of').innerText();
	assert.ok((await state(page)).includes(`${asOf}のもの`), await state(page));
	assert.equal(await page.locator('#state').getAttribute('role'), 'alert');
	assert.match(await page.title(), /^【訓練】⚠ /);
	assert.equal(await page.locator('#console.stale').count(), 1);
	assert.deepEqual(await sent(page), [id], 'what was known stays, as of then');
	await look.prepare(page);
	assert.deepEqual(await look.faint(page), []);
	await picture(page, 'console-away', { fullPage: true });
	await page.reload();
	assert.match(await page.locator('#console').innerText(), /届いたかどうかは分かりません/);
	assert.doesNotMatch(await page.locator('#console').innerText(), /発信はまだありません/);
	await until(async () => /まだ何も確認できていません/.test(await state(page)), 'nothing is known', 2000 + BUSY_MS);
	await stack.ask({ do: 'start', name: 'hub' });
	const other = (await stack.submit([['避難指示', ['南町'], '発令']], { document: 'other' })).id;
	await until(async () => (await sent(page)).join() === [other, id].join(), 'the list is back', 20000 + BUSY_MS);
	assert.match(await state(page), /自動で更新しています/);
	assert.equal(await page.locator('#console.stale').count(), 0);
	assert.doesNotMatch(await page.title(), /⚠/);
}));

test('a gate that no longer answers is found although nothing fails', () => withConsole({}, async (parts) => {
	const { page } = parts;
	await visit(parts);
	await until(async () => /自動で更新しています/.test(await state(page)), 'it is told of');
	page.context().watch.expected = AWAY;
	await page.route('**/console/list*', () => {}); // an answer that never comes
	await until(async () => /通信できません/.test(await state(page)), 'it says so', 30000 + BUSY_MS);
	await page.unrouteAll({ behavior: 'ignoreErrors' });
	await until(async () => /自動で更新しています/.test(await state(page)), 'it asks again', 20000 + BUSY_MS);
}));

test('after an outage in which nothing happened it is told of again', () => withConsole({}, async (parts) => {
	const { page } = parts;
	await visit(parts);
	await until(async () => /自動で更新しています/.test(await state(page)), 'it is told of');
	const version = () => page.locator('#list').getAttribute('data-version');
	const before = await version();
	page.context().watch.expected = AWAY;
	await page.route('**/console/list*', (route) => route.abort());
	await page.waitForTimeout(22000); // longer than what is shown as new
	assert.match(await state(page), /通信できません/);
	await page.unrouteAll({ behavior: 'ignoreErrors' });
	await until(async () => /自動で更新しています/.test(await state(page)), 'it is told of again', 18000 + BUSY_MS);
	assert.equal(await version(), before, 'and nothing had happened');
}));

test('who is signed out elsewhere is told', () => withConsole({}, async (parts) => {
	const { page, context } = parts;
	await visit(parts);
	await until(async () => /自動で更新しています/.test(await state(page)), 'it is told of');
	await context.clearCookies();
	await until(async () => /サインインの期限/.test(await state(page)), 'it says so', 15000 + BUSY_MS);
}));

test('another municipality is never shown, whatever the address says', () => withConsole({}, async (parts) => {
	const { stack, page } = parts;
	const own = (await stack.submit([['避難指示', ['北町一丁目'], '発令']])).id;
	const foreign = (await stack.submit([['避難指示', ['水辺町'], '発令']], { user: 'soba' })).id;
	await visit(parts);
	assert.deepEqual(await sent(page), [own]);
	assert.doesNotMatch(await page.locator('body').innerText(), /水辺町|架空第二市/);
	page.context().watch.expected = REFUSED;
	for (const query of [`?before=${foreign}`, `?before=${'0'.repeat(32)}`]) {
		await visit(parts, query);
		assert.match(await page.locator('#console').innerText(), /見つかりません/);
		assert.deepEqual(await sent(page), []);
	}
}));

test('two hundred submissions are paged, and the focus stays where it is when something changes', () => withConsole({}, async (parts) => {
	const { stack, page } = parts;
	const all = [];
	for (let i = 0; i < 200; i += 1) all.unshift((await stack.submit([['避難指示', [`第${i}区`], '発令']], { document: `d${i}` })).id);
	await visit(parts);
	const seen = await sent(page);
	while (await page.locator('#older').count()) {
		await page.locator('#older').click();
		await page.waitForLoadState();
		seen.push(...await sent(page));
	}
	assert.deepEqual(seen, all);
	await page.locator('#newest').click();
	await page.waitForLoadState();
	const fold = page.locator(`#m-${all[0]}`);
	await fold.focus();
	await page.keyboard.press('Enter');
	assert.equal(await page.locator(`#d-${all[0]}[open]`).count(), 0, 'folded by hand');
	const watching = await openScreen(stack);
	await until(async () => /届いた 1/.test(await fold.innerText()), 'it changed', BUSY_MS + 10000);
	assert.equal(await page.evaluate(() => document.activeElement.id), `m-${all[0]}`);
	assert.equal(await page.locator(`#d-${all[0]}[open]`).count(), 0, 'and stays folded');
	await watching.close();
}));

for (const [name, viewport] of Object.entries(VIEWPORTS)) {
	test(`${name}: silence and its mending can be read, walked by keyboard and told without colours`, () =>
		withConsole({ viewport, silentMs: 500 }, async (parts) => {
			const { stack, page } = parts;
			await stack.submit([['高齢者等避難', ['南町'], '発令']], { document: 'other' });
			const { id } = await stack.submit([['避難指示', ['北町一丁目', '港町'], '発令']]);
			await visit(parts);
			await until(async () => /応答なし/.test(await page.locator(`#s-${id}`).innerText()), 'silence is told', 1500 + BUSY_MS);
			assert.match(await page.locator(`#s-${id} tr.silent`).innerText(), /応答なし \d+秒[\s\S]*確認してください/);
			assert.match(await page.locator('#news').innerText(), /応答なし 2/);
			await picture(page, `console-${name}`, { fullPage: true });
			await page.route('**/console/list*', () => {}); // it stands still while it is looked at
			await assertLegible(page, name);
			await assertWalkable(page, name);
			const { seen, found } = await look.unmarked(page, ['rgb(170, 0, 170)', 'rgb(255, 40, 0)']);
			assert.ok(seen > 0);
			assert.deepEqual(found, []);
			await page.unrouteAll({ behavior: 'ignoreErrors' });
		}));
}

test('without scripts it is a page that says so', () => withConsole({ scripts: false }, async (parts) => {
	const { stack, page } = parts;
	const { id } = await stack.submit([['避難指示', ['北町一丁目'], '発令']]);
	await visit(parts);
	assert.deepEqual(await sent(page), [id]);
	assert.match(await state(page), /自動では更新されていません/);
	assert.match(await page.locator('#list').innerText(), /確認した時刻/);
}));
