/* sign_parts.test.js: what else stands on a screen: languages, shelters, map, code, sizes, ends, expiry, flashes, watchdog. */
'use strict';

const test = require('node:test');
const assert = require('node:assert/strict');
const { execFileSync } = require('node:child_process');
const crypto = require('node:crypto');
const fs = require('node:fs');
const path = require('node:path');
const { AWAY, startBrowser, withStack, picture, until } = require('./harness.js');
const { SIZES, resize, textFaults } = require('./layout.js');

const ROOT = path.resolve(__dirname, '../..');
const TURN_MS = 8000;
const SITE = { position: '38.50000,143.50000', facing_degrees: 90 };
const SHELTERS = [
	{ name: '架空第一小学校', position: '38.50450,143.50000' }, // 500 m to the north
	{ name: '架空総合体育館', position: '38.50000,143.52300', hazards: ['landslide'] },
	{ name: '港公民館', position: '38.48200,143.50000', hazards: ['flood'] },
];
const FULL = {
	id: 'full', name: '架空駅前 東口', areas: ['990019'], languages: ['zh-Hans', 'ko', 'pt', 'es', 'vi', 'th'], stale_after_ms: 300000, ...SITE,
	shelters: SHELTERS, qr_url: 'https://www.city.kakuu.example/bousai/now', return_after_ms: 600000,
};

let browser;
test.before(async () => { browser = await startBrowser(); });
test.after(() => browser.close());

/* wanted.clock: the page's clock is ours, so that nobody waits for turns. */
function onScreen({ mode = 'live', screen = FULL, signage = {}, clock = true, gate = {} }, body) {
	const setup = {
		wanted: { mode, screens: [screen], signage, gate }, options: { viewport: { width: 1280, height: 720 } },
		prepare: (context) => (clock ? context.clock.install() : undefined),
	};
	return withStack(browser, setup, async (parts) => {
		await parts.page.goto(`${parts.stack.sign}/sign/${screen.id}`);
		await untilState(parts.page, 'normal', clock);
		await body(parts);
	});
}

async function untilState(page, state, clock = true) {
	await until(async () => {
		if (clock) await page.clock.runFor(100);
		return await page.evaluate(() => document.body.dataset.state) === state;
	}, `the state ${state}`);
}

async function drawn(page, seq) {
	await until(async () => {
		await page.clock.runFor(100);
		return page.evaluate((wanted) => Number(document.body.dataset.seq) >= wanted, seq);
	}, `seq ${seq} on the screen`);
	await page.clock.runFor(500);
}

/* What the codes of a picture say, by zbar. */
function readCode(png) {
	return execFileSync('zbarimg', ['--quiet', '--raw', '-'], { input: png, encoding: 'utf8' }).trim();
}

function faultsOf(page) {
	return page.evaluate(textFaults, { root: 'body', margin: 0.005 });
}

/* All that is shown in some turns: {text of each element, by selector}. */
async function overTurns(page, turns, selector) {
	const seen = new Set();
	for (let turn = 0; turn < turns; turn += 1) {
		for (const text of await page.evaluate((wanted) => [...document.querySelectorAll(wanted)].filter((element) => element.checkVisibility())
			.map((element) => `${element.lang || ''}|${element.textContent}`), selector)) seen.add(text);
		await page.clock.runFor(TURN_MS);
	}
	return seen;
}

/* The table as it stands in the repository, with what nobody reviewed. */
function terms() {
	const lines = fs.readFileSync(path.join(ROOT, 'adapters/signage/terms.csv'), 'utf8').split('\n').filter((line) => line && !line.startsWith('#'));
	return lines.slice(1).map((line) => {
		const parts = /^([^,]*),([^,]*),("(?:[^"]|"")*"|[^,]*),([^,]*)$/.exec(line);
		return { term: parts[1], language: parts[2], text: parts[3].replace(/^"|"$/g, '').replace(/""/g, '"'), status: parts[4] };
	});
}

test('Japanese, easy Japanese and English always, the others in turn, and nothing that nobody reviewed', () => onScreen({}, async ({ stack, page }) => {
	const { seq } = await stack.submit([['避難指示', ['港町'], '発令']], { document: 'languages', disaster: '洪水' });
	await drawn(page, seq);
	for (let turn = 0; turn < 4; turn += 1) {
		const other = await page.evaluate(() => document.getElementById('other-languages').innerText);
		assert.match(other, /全員 にげて/);
		assert.match(other, /Everyone should evacuate/);
		await page.clock.runFor(TURN_MS);
	}
	const seen = await overTurns(page, 16, '#other-languages > *, #when > *, #term, #action');
	const all = [...seen].join('\n');
	const known = terms();
	const row = (term, language) => known.find((one) => one.term === term && one.language === language);
	for (const language of ['zh-Hans', 'ko']) {
		assert.ok(all.includes(row('act_l4', language).text), `${language}: what to do`);
		assert.ok(all.includes(row('evac_l4_order', language).text), `${language}: its name`);
	}
	assert.ok(all.includes(row('evac_l4_order', 'pt').text), 'a reviewed name without a reviewed sentence');
	const hidden = known.filter(({ status }) => status === 'unverified');
	const shown = new Set(known.filter(({ status }) => status !== 'unverified').map(({ text }) => text));
	assert.ok(hidden.length > 50, 'the table has rows that nobody reviewed');
	const state = await (await fetch(`${stack.sign}/sign/status.json`)).text();
	for (const { text, language, term } of hidden.filter((one) => !shown.has(one.text)))
		assert.ok(!all.includes(text) && !state.includes(text), `${term} ${language} is not reviewed`);
}));

test('of a drill every text in every language begins and ends with the mark', () => onScreen({ mode: 'drill' }, async ({ stack, page }) => {
	const { seq } = await stack.submit([['緊急安全確保', ['港町'], '発令']], { document: 'marks' });
	await drawn(page, seq);
	const marks = { ja: '【訓練】', 'ja-easy': '【くんれん】', en: '[DRILL]', 'zh-Hans': '【演习】', ko: '【훈련】', pt: '【訓練】[DRILL]' };
	const seen = await overTurns(page, 16, '#title, #action > span, .other > *, #when > span[lang]');
	for (const line of seen) {
		const [, text] = line.split('|');
		assert.ok(Object.values(marks).some((mark) => text.startsWith(mark) && text.endsWith(mark)), line);
	}
	for (const mark of Object.values(marks).slice(0, 5)) assert.ok([...seen].some((line) => line.includes(mark)), mark);
	assert.equal(await page.evaluate(() => document.querySelector('.area.in-force')?.style.fill || ''), '', 'no colour of a level on the map');
	await picture(page, 'parts-drill');
}));

test('the way to the shelters: nearest that is fit, how far, and where to as seen from the screen', () => onScreen({}, async ({ stack, page }) => {
	const { seq } = await stack.submit([['避難指示', ['港町'], '発令']], { document: 'ways', disaster: '洪水' });
	await drawn(page, seq);
	await until(async () => {
		await page.clock.runFor(TURN_MS);
		return page.evaluate(() => Boolean(document.getElementById('ways')));
	}, 'the panel of shelters');
	const ways = await page.evaluate(() => [...document.querySelectorAll('.way')].map((way) => ({
		text: way.innerText, turned: way.querySelector('g').getAttribute('transform') })));
	assert.equal(ways.length, 2);
	assert.match(ways[0].text, /架空第一小学校[^]*500 m 北 N[^]*開設は未確認/);
	assert.match(ways[1].text, /港公民館[^]*2\.0 km 南 S/);
	assert.equal(ways[0].turned, 'rotate(270 32 32)', 'north is to the left of who looks east');
	assert.ok(!JSON.stringify(ways).includes('体育館'), 'not fit for a flood');
	const { faults } = await faultsOf(page);
	await picture(page, `${faults.length ? 'fault-' : ''}parts-ways`);
	assert.deepEqual(faults, []);
}));

test('the map shows the area, its order and the screen; the code holds the address', () => onScreen({}, async ({ stack, page }) => {
	const { seq } = await stack.submit([['避難指示', ['港町'], '発令']], { document: 'map' });
	await drawn(page, seq);
	const found = {};
	for (let turn = 0; turn < 6; turn += 1) {
		const now = await page.evaluate(() => ({
			map: document.querySelectorAll('#map .area').length, inForce: document.querySelectorAll('#map .in-force').length,
			fill: document.querySelector('#map .in-force')?.style.fill, here: Boolean(document.querySelector('#map .here')),
			credit: document.querySelector('#map .credit')?.textContent, code: Boolean(document.querySelector('#code')) }));
		if (now.map) {
			Object.assign(found, now);
			await picture(page, 'parts-map');
		}
		if (now.code) {
			found.code = readCode(await page.screenshot());
			await picture(page, 'parts-code');
		}
		await page.clock.runFor(TURN_MS);
	}
	assert.equal(found.map, 5, 'the municipalities of the prefecture');
	assert.equal(found.inForce, 1);
	assert.equal(found.fill, 'rgb(170, 0, 170)');
	assert.ok(found.here);
	assert.match(found.credit, /国土数値情報/);
	assert.equal(found.code, FULL.qr_url, 'as a reader that is not ours reads it off the whole picture');
}));

for (const [metres, tier] of [[3, 'near'], [5, 'mid'], [12, 'far']]) {
	test(`read from ${metres} m no character is too small, and nothing is cut (${tier})`, () => {
		const heightMm = 680;
		const screen = { ...FULL, viewing_distance_cm: metres * 100, height_mm: heightMm };
		return onScreen({ screen }, async ({ stack, page }) => {
			const { seq } = await stack.submit([['高齢者等避難', ['北町一丁目', '港町', '西ヶ丘団地'], '発令']], { document: 'far', disaster: '洪水' });
			await drawn(page, seq);
			assert.equal(await page.evaluate(() => document.body.dataset.tier), tier);
			const small = [];
			for (let turn = 0; turn < 6; turn += 1) {
				const wanted = 4 * metres / heightMm * 720;
				small.push(...await page.evaluate((least) => {
					const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
					const found = [];
					for (let node = walker.nextNode(); node; node = walker.nextNode()) {
						const own = node.parentElement;
						const size = parseFloat(getComputedStyle(own).fontSize);
						if (node.data.trim() && own.checkVisibility() && !own.closest('.credit') && size < least - 0.05)
							found.push(`${own.className || own.id || own.tagName} "${node.data.slice(0, 12)}" ${size.toFixed(1)} of ${least.toFixed(1)}`);
					}
					return found;
				}, wanted));
				small.push(...(await faultsOf(page)).faults);
				await picture(page, `${small.length ? 'fault-' : ''}parts-${tier}-${turn}`);
				await page.clock.runFor(TURN_MS);
			}
			assert.deepEqual(small, []);
		});
	});
}

test('a lift is as visible as the order was, and then the screen returns', () => onScreen({ screen: { ...FULL, return_after_ms: 15000 }, clock: false }, async ({ stack, page }) => {
	await stack.submit([['避難指示', ['港町'], '発令']], { document: 'end' });
	await untilState(page, 'emergency', false);
	await stack.submit([['避難指示', ['港町'], '解除']], { document: 'end', revision: 2 });
	await untilState(page, 'caution', false);
	const end = await page.evaluate(() => ({ text: document.getElementById('cancel').innerText, calm: document.getElementById('calm').checkVisibility(),
		size: parseFloat(getComputedStyle(document.querySelector('#cancel .row-level')).fontSize) }));
	assert.match(end.text, /解除[^]*避難指示[^]*架空市[^]*港町[^]*この お知らせは 終わりました[^]*Lifted/);
	assert.ok(!end.calm && end.size > 60, JSON.stringify(end));
	const { faults } = await faultsOf(page);
	await picture(page, `${faults.length ? 'fault-' : ''}parts-lifted`);
	assert.deepEqual(faults, []);
	await untilState(page, 'normal', false);
	assert.equal(await page.evaluate(() => document.getElementById('cancel').hidden), true);
}));

test('what expires disappears in its time, without a word of the server too', () => onScreen({ screen: { ...FULL, renew_ms: 60000, stale_after_ms: 5000 } }, async ({ stack, context, page }) => {
	const { seq } = await stack.submit([['避難指示', ['港町'], '発令']], { document: 'expiry' });
	await drawn(page, seq);
	context.watch.expected = AWAY;
	await stack.ask({ do: 'stop', name: 'signage' });
	await page.clock.runFor(6000);
	const shown = () => page.evaluate(() => ({ state: document.body.dataset.state, items: document.body.dataset.items }));
	assert.deepEqual(await shown(), { state: 'lost', items: 'some' });
	await page.clock.runFor(61000);
	assert.deepEqual(await shown(), { state: 'lost', items: 'none' }, 'nothing old, and not calm');
	await page.reload();
	await page.clock.runFor(500);
	assert.deepEqual(await shown(), { state: 'lost', items: 'none' }, 'nor after a restart');
	await picture(page, 'parts-expired');
}));

test('an order for the whole municipality whose area has no name is for 全域, and proven as that', () => onScreen({}, async ({ stack, page }) => {
	const { seq, id } = await stack.submit([['避難指示', [''], '発令']], { document: 'nameless' });
	await drawn(page, seq);
	assert.deepEqual(await page.evaluate(() => [...document.querySelectorAll('#areas .name')].map((name) => name.textContent)), ['全域']);
	await until(async () => (await stack.ask({ do: 'receipts', id })).states.full === 'displayed', 'proof at the hub');
	await until(async () => {
		await page.clock.runFor(TURN_MS);
		return (await (await fetch(`${stack.sign}/sign/status.json`)).json()).screens[0].whole;
	}, 'each turn is proven');
}));

/* Nobody lifted it: the screen says that it is past its time, and is not calm however long that lasts. */
test('an order past its time is no calm', () => onScreen({ screen: { ...FULL, expired_shown_ms: 12000 }, clock: false }, async ({ stack, page }) => {
	await stack.submit([['緊急安全確保', ['港町'], '発令']], { document: 'past', valid_s: 3 });
	await untilState(page, 'emergency', false);
	await untilState(page, 'caution', false);
	const said = () => page.evaluate(() => ({ text: document.getElementById('cancel').innerText, calm: document.getElementById('calm').checkVisibility() }));
	await until(async () => /掲載期限切れ（解除の知らせはありません）[^]*緊急安全確保[^]*架空市[^]*港町/.test((await said()).text), 'said with its districts');
	await until(async () => !(await said()).text.includes('港町'), 'then in short');
	const now = await said();
	assert.match(now.text, /掲載期限切れ（解除の知らせはありません）[^]*緊急安全確保[^]*架空市/);
	assert.ok(!now.calm && await page.evaluate(() => document.body.dataset.state) === 'caution', JSON.stringify(now));
	const { faults } = await faultsOf(page);
	await picture(page, `${faults.length ? 'fault-' : ''}parts-past`);
	assert.deepEqual(faults, []);
}));

test('a burst of messages makes no picture that flashes three times a second', () => onScreen({ clock: false }, async ({ stack, page }) => {
	await page.evaluate(() => {
		self.looks = [];
		const look = () => {
			const now = `${document.body.dataset.state} ${document.getElementById('level-number')?.textContent || ''}`;
			if (looks.length === 0 || looks[looks.length - 1].now !== now) looks.push({ now, at: performance.now() });
			requestAnimationFrame(look);
		};
		look();
	});
	const sent = [];
	const begin = Date.now();
	for (let revision = 1; revision <= 4000 && (Date.now() - begin < 4000 || revision % 2 === 0); revision += 1)
		sent.push(await stack.submit([[revision % 2 ? '緊急安全確保' : '高齢者等避難', ['港町'], '発令']], { document: 'burst', revision }));
	await until(() => page.evaluate((seq) => Number(document.body.dataset.seq) >= seq, sent[sent.length - 1].seq), 'the newest');
	const looks = await page.evaluate(() => self.looks);
	assert.ok(looks.length > 6 && sent.length > 40, JSON.stringify(looks));
	for (const [index, look] of looks.entries()) {
		const within = looks.slice(index + 1).filter(({ at }) => at - look.at < 1000).length;
		assert.ok(within <= 4, `${within} changes in a second: two flashes at most`);
	}
	assert.equal(looks[looks.length - 1].now, 'caution 3', 'and the newest stays');
}));

/* Each language and each page of names takes its turn; then the player says so, and the adapter knows the same from its message. */
test('a whole rotation is proven, and one that never shows a part of it is a failure', () => onScreen({}, async ({ stack, page }) => {
	const NAMES = ['北町一丁目', '北町二丁目', '港町', '西ヶ丘団地一号棟から五号棟まで', '架空川左岸の堤防に沿った地区', '東山の谷筋にある集落と林道', '南浜漁港の周辺'];
	const { seq } = await stack.submit([['避難指示', NAMES, '発令'], ['高齢者等避難', ['山手'], '発令']], { document: 'whole', disaster: '洪水' });
	await drawn(page, seq);
	const status = async () => (await (await fetch(`${stack.sign}/sign/status.json`)).json()).screens[0];
	await until(async () => (await status()).shown, 'its first turn is proven');
	assert.equal((await status()).whole, false, 'but not yet what comes later');
	await until(async () => {
		await page.clock.runFor(TURN_MS);
		return (await status()).whole;
	}, 'each turn is proven', 60000);
	assert.equal((await status()).failures, 0);
	/* A language that the page leaves out is told. */
	await page.evaluate(() => document.styleSheets[0].insertRule('.lang-ko { display: none !important; }'));
	const next = await stack.submit([['緊急安全確保', ['港町'], '発令']], { document: 'whole', revision: 2, disaster: '洪水' });
	await drawn(page, next.seq);
	await until(async () => {
		await page.clock.runFor(4 * TURN_MS);
		return (await status()).failures > 0;
	}, 'what never came', 60000);
	const { whole, failure } = await status();
	assert.equal(whole, false);
	assert.match(failure, /never drawn/);
}));

test('the proof is a hash of what stands on the page, and one that is wrong proves nothing', () => onScreen({ clock: false, signage: { proof_timeout_ms: 2000 } }, async ({ stack, page }) => {
	const first = await stack.submit([['避難指示', ['港町'], '発令']], { document: 'proof' });
	await until(async () => (await stack.ask({ do: 'receipts', id: first.id })).states.full === 'displayed', 'proof at the hub');
	const row = async () => (await (await fetch(`${stack.sign}/sign/status.json`)).json()).screens[0];
	const lines = ['緊急', '', '4', '避難指示（洪水）', '架空県架空市'];
	const wanted = crypto.createHash('sha256').update(lines.map((line) => line + '\n').join('')).digest('hex').slice(0, 32);
	assert.equal((await row()).drawn, wanted);
	assert.ok(Math.abs(Date.parse((await row()).shown_at) - Date.now()) < 60000);
	/* Somebody pins a cloth over the title: the page still runs, and says honestly what it shows. */
	await page.evaluate(() => {
		const sheet = new CSSStyleSheet();
		sheet.replaceSync('#title { visibility: hidden }');
		document.adoptedStyleSheets = [sheet];
	});
	const second = await stack.submit([['緊急安全確保', ['港町'], '発令']], { document: 'proof', revision: 2 });
	await until(async () => (await stack.ask({ do: 'receipts', id: second.id })).states.full === 'failed', 'it is told that it is not shown');
	/* The watchdog closes the line, the page loads itself anew, without the cloth. */
	await until(async () => (await stack.ask({ do: 'receipts', id: second.id })).states.full === 'displayed', 'shown after all');
	assert.equal(await page.evaluate(() => document.adoptedStyleSheets.length), 0, 'a new page');
}));
