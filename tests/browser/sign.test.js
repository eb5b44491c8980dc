/* sign.test.js: a public screen as it lives: an order comes, is raised, is lifted; the line goes and comes back.
 *
 * The rule above all: what is not known to be true now is never shown as calm.
 */
'use strict';

const test = require('node:test');
const assert = require('node:assert/strict');
const { AWAY, startBrowser, withStack, picture, until } = require('./harness.js');
const { prepare, faint } = require('./look.js');
const { SIZES, resize, textFaults } = require('./layout.js');

const STALE_MS = 4000; // four heartbeats of the hub
const TICK_MS = 500; // the page looks every 250 ms
const BUSY_MS = 10000; // what a busy machine may add where the page cannot be asked
const SCREENS = [{ id: 'hall', name: '架空市役所', areas: ['990019'], stale_after_ms: STALE_MS, return_after_ms: 0 }];
/* The official ones: schemas/tables/level_display.csv. */
const LEVELS = {
	3: { term: '高齢者等避難', background: 'rgb(255, 40, 0)', colour: 'rgb(0, 0, 0)', action: '危険な場所から高齢者等は避難',
		easy: /にげる/, en: /Elderly people .* should evacuate/ },
	4: { term: '避難指示', background: 'rgb(170, 0, 170)', colour: 'rgb(255, 255, 255)', action: '危険な場所から全員避難',
		easy: /全員 にげて/, en: /Everyone should evacuate/ },
	5: { term: '緊急安全確保', background: 'rgb(12, 0, 12)', colour: 'rgb(255, 255, 255)', action: '命の危険 直ちに安全確保',
		easy: /命が あぶない/, en: /Secure your safety/ },
};

let browser;
test.before(async () => { browser = await startBrowser(); });
test.after(() => browser.close());

/* The page writes down each frame that it shows; the level that was drawn as soon as a state had come, not at its next turn;
 * the server's last word, when it came and when the page was through with it (its own clock for it is set between the two);
 * when it said that it is lost; and for how long the machine did not let it run meanwhile, which is no fault of the page. */
async function writeFrames(context) {
	await context.addInitScript(() => {
		const everyMs = 50;
		let ranAt = performance.now();
		const ran = () => {
			self.line.heldUpMs += Math.max(0, performance.now() - ranAt - 2 * everyMs);
			ranAt = performance.now();
		};
		const heard = () => {
			ranAt = performance.now();
			self.line = { heardAt: ranAt, takenAt: ranAt, lostAt: null, heldUpMs: 0 };
		};
		const taken = () => {
			self.line.takenAt = performance.now();
			const alert = document.getElementById('alert');
			self.drawn = alert && alert.checkVisibility() ? document.getElementById('level-number').innerText.trim() : '';
		};
		self.frames = [];
		self.line = { heardAt: 0, takenAt: 0, lostAt: null, heldUpMs: 0 };
		self.WebSocket = class extends WebSocket {
			constructor(...parts) {
				super(...parts);
				this.addEventListener('message', heard); // before the page's own
				queueMicrotask(() => this.addEventListener('message', taken)); // after it
			}
		};
		new MutationObserver(() => {
			if (!document.body || document.body.dataset.state !== 'lost' || self.line.lostAt !== null) return;
			ran();
			self.line.lostAt = performance.now();
		}).observe(document, { subtree: true, attributes: true, attributeFilter: ['data-state'] });
		setInterval(ran, everyMs);
		const look = () => {
			const calm = document.getElementById('calm');
			if (calm) frames.push({ calm: calm.checkVisibility(), state: document.body.dataset.state });
			requestAnimationFrame(look);
		};
		look();
	});
}

function onScreen(mode, body) {
	const setup = { wanted: { mode, screens: SCREENS }, options: { viewport: { width: 1280, height: 720 } }, prepare: writeFrames };
	return withStack(browser, setup, async (parts) => {
		await parts.page.goto(parts.stack.sign + '/sign/hall');
		await body(parts);
	});
}

function seen(page) {
	return page.evaluate(() => {
		const at = (id) => document.getElementById(id);
		const text = (id) => (at(id) ? at(id).innerText.trim() : '');
		const shown = (id) => Boolean(at(id)) && at(id).checkVisibility();
		const style = getComputedStyle(at('alert') || document.body);
		return {
			state: document.body.dataset.state, mode: document.body.dataset.mode, word: text('state-name'),
			alert: shown('alert'), calm: shown('calm'), lost: shown('lost'), drill: shown('drill-first') && shown('drill-last'),
			level: text('level-number'), term: text('term'), action: text('action'), other: text('other-languages'),
			areas: [...document.querySelectorAll('#areas .name')].map((name) => name.textContent), background: style.backgroundColor, colour: style.color,
			lostText: text('lost'), lostTime: text('lost-time'), bands: text('drill-first') + text('drill-last'),
		};
	});
}

async function untilSeen(page, check, what, timeoutMs) {
	return until(async () => {
		const now = await seen(page);
		return check(now) && now;
	}, what, timeoutMs);
}

function assertLevel(now, level) {
	const { term, background, colour, action, easy, en } = LEVELS[level];
	assert.ok(now.alert && !now.calm && !now.lost, JSON.stringify(now));
	assert.equal(now.level, String(level));
	assert.ok(now.term.startsWith(term), now.term);
	assert.equal(now.action, action);
	assert.match(now.other, easy);
	assert.match(now.other, en);
	assert.deepEqual([now.background, now.colour], [background, colour]);
}

const isCalm = (now) => now.state === 'normal' && now.calm;
const isLost = (now) => now.state === 'lost' && now.lost;
const isLevel = (level) => (now) => now.alert && now.level === String(level) && now.state !== 'lost';

/* From the last word of the server: not before its time, and at the first look after it. */
async function assertLostInTime(page) {
	const line = await page.evaluate(() => self.line);
	assert.ok(line.heardAt > 0 && line.lostAt - line.heardAt >= STALE_MS, JSON.stringify(line));
	assert.ok(line.lostAt - line.takenAt <= STALE_MS + TICK_MS + line.heldUpMs, JSON.stringify(line));
}

/* Calm and lost at once, or calm after it was lost, is the one thing that must not be. */
async function assertNeverCalm(page) {
	const frames = await page.evaluate(() => self.frames);
	assert.ok(frames.length > 5, 'frames were written down');
	assert.deepEqual(frames.filter((frame) => frame.calm || frame.state === 'normal'), []);
}

async function assertContrast(page) {
	await prepare(page);
	assert.deepEqual(await faint(page), []);
}

async function assertReadable(page, name) {
	for (const size of SIZES) {
		await resize(page, size);
		const { faults } = await page.evaluate(textFaults, { root: 'body', margin: 0.01 });
		await picture(page, `${faults.length > 0 ? 'fault-' : ''}${name}-${size.join('x')}`);
		assert.deepEqual(faults, [], `${name} ${size}`);
	}
	await resize(page, SIZES[0]);
}

test('an order is drawn, a raise replaces it, a lift takes it away', () => onScreen('live', async ({ stack, page }) => {
	await untilSeen(page, isCalm, 'calm');
	const document = 'life';
	for (const [revision, level] of [[1, 3], [2, 4], [3, 5]]) {
		await stack.submit([[LEVELS[level].term, ['北町一丁目', '港町'], '発令']], { document, revision });
		const now = await untilSeen(page, isLevel(level), `level ${level}`);
		assertLevel(now, level);
		/* At once, or as soon as the picture may change again (two flashes a second); not at its next turn, after eight seconds. */
		await until(() => page.evaluate((wanted) => self.drawn === wanted, String(level)), 'what comes is drawn when it comes', 6000);
		assert.deepEqual(now.areas, ['北町一丁目', '港町']);
		assert.equal(now.mode, 'live');
		await assertContrast(page);
		assert.ok(!now.drill);
	}
	const { id } = await stack.submit([[LEVELS[5].term, ['北町一丁目', '港町'], '解除']], { document, revision: 4 });
	const calm = await untilSeen(page, isCalm, 'calm after the lift');
	await until(() => page.evaluate(() => self.drawn === ''), 'at once', 6000);
	assert.ok(!calm.alert && !calm.lost);
	await assertContrast(page);
	await until(async () => (await stack.ask({ do: 'receipts', id })).states.hall === 'displayed', 'proof of display at the hub');
}));

test('a canary is answered by what is drawn, and nobody sees it', () => {
	const setup = { wanted: { mode: 'drill', screens: SCREENS, signage: { canary_ms: 500, canary_timeout_ms: 1500 } }, prepare: writeFrames };
	return withStack(browser, setup, async ({ stack, page }) => {
		const isNow = (proof) => async () => (await stack.ask({ do: 'proof' })).proof === proof;
		await page.goto(stack.sign + '/sign/hall');
		await untilSeen(page, isCalm, 'calm');
		await page.evaluate(() => {
			self.changes = 0;
			new MutationObserver((rows) => { changes += rows.length; }).observe(document.getElementById('calm'), { subtree: true, childList: true, attributes: true });
		});
		await until(isNow('proven'), 'the screen proves itself');
		await page.evaluate(() => { self.requestAnimationFrame = () => 0; });
		await until(isNow('failed'), 'a page that draws nothing is an alarm');
		assert.equal(await page.evaluate(() => self.changes), 0, 'nothing changed on the screen');
	});
});

test('a drill has its mark and its pattern, and no colour of a level', () => onScreen('drill', async ({ stack, context, page }) => {
	for (const [revision, level] of [[1, 3], [2, 4], [3, 5]]) {
		await stack.submit([[LEVELS[level].term, ['港町'], '発令']], { document: 'drill', revision });
		const now = await untilSeen(page, isLevel(level), `level ${level}`);
		assert.ok(now.drill, 'bands above and below');
		assert.match(now.bands, /^【訓練】[^]*これは訓練です[^]*This is a drill[^]*【訓練】$/);
		assert.equal(now.word, '訓練');
		await assertContrast(page);
		const look = await page.evaluate(() => ({
			pattern: getComputedStyle(document.getElementById('drill-first')).backgroundImage,
			grounds: [...document.querySelectorAll('body *')].map((part) => getComputedStyle(part).backgroundColor),
		}));
		assert.match(look.pattern, /repeating-linear-gradient/);
		for (const { background } of Object.values(LEVELS))
			assert.ok(!look.grounds.includes(background), `${background} in a drill`);
	}
	context.watch.expected = AWAY;
	await stack.ask({ do: 'stop', name: 'signage' });
	assert.ok((await untilSeen(page, isLost, 'lost')).drill, 'the bands stay');
	await assertReadable(page, 'lost-over-drill');
}));

test('the adapter goes: information lost within its time, over what was known; it comes back without a reload',
	() => onScreen('live', async ({ stack, context, page }) => {
		await stack.submit([['避難指示', ['港町'], '発令']], { document: 'line' });
		await untilSeen(page, isLevel(4), 'level 4');
		await page.evaluate(() => { self.mark = 'not reloaded'; });
		context.watch.expected = AWAY;
		await stack.ask({ do: 'stop', name: 'signage' });
		const lost = await untilSeen(page, isLost, 'lost');
		await assertLostInTime(page);
		assert.match(lost.lostText, /情報途絶/);
		assert.match(lost.lostTime, /最後の受信.*\d+秒前/);
		assert.ok(lost.alert && lost.level === '4', 'what was known stays under it');
		await assertReadable(page, 'lost-over-order');
		await stack.ask({ do: 'start', name: 'signage' });
		assertLevel(await untilSeen(page, isLevel(4), 'level 4 again'), 4);
		context.watch.expected = null;
		assert.equal(await page.evaluate(() => self.mark), 'not reloaded');
	}));

test('the hub goes: a calm screen says that it does not know, and is calm again when the hub is heard',
	() => onScreen('live', async ({ stack, page }) => {
		await untilSeen(page, isCalm, 'calm');
		await stack.ask({ do: 'stop', name: 'hub' });
		const lost = await untilSeen(page, isLost, 'lost', STALE_MS + BUSY_MS);
		assert.ok(!lost.calm);
		await assertReadable(page, 'lost-over-nothing');
		await stack.ask({ do: 'start', name: 'hub' });
		await untilSeen(page, isCalm, 'calm again');
	}));

for (const [what, details] of [['an order', [['避難指示', ['港町'], '発令']]], ['no order', null]]) {
	test(`loaded once with ${what} in force, then without a server: a reload shows the kept page as lost, never as calm`,
		() => onScreen('live', async ({ stack, context, page }) => {
			if (details) await stack.submit(details, { document: 'offline' });
			await untilSeen(page, details ? isLevel(4) : isCalm, 'first state');
			await page.evaluate(() => navigator.serviceWorker.ready);
			context.watch.expected = AWAY;
			await stack.ask({ do: 'stop', name: 'signage' });
			await page.reload(); // at once: what was fresh before counts no more
			assert.match((await untilSeen(page, isLost, 'lost after the reload')).lostText, /情報途絶/);
			assert.deepEqual(await page.evaluate(() => self.frames.filter((frame) => frame.state && frame.state !== 'lost')), [], 'at once');
			const lost = await untilSeen(page, (now) => /最後の受信.*\d+秒前/.test(now.lostTime), 'how old it is');
			assert.equal(lost.alert, Boolean(details));
			assert.equal(lost.level, details ? '4' : '');
			const age = Number(/(\d+)秒前/.exec(lost.lostTime)[1]);
			await untilSeen(page, (now) => Number(/(\d+)秒前/.exec(now.lostTime)[1]) > age, 'the age grows');
			await assertNeverCalm(page);
			await picture(page, details ? 'offline-order' : 'offline-nothing');
			await stack.ask({ do: 'start', name: 'signage' });
			await untilSeen(page, details ? isLevel(4) : isCalm, 'the state is shown again');
		}));
}
