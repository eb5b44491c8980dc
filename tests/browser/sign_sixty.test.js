/* sign_sixty.test.js: sixty screens at once, of six municipalities in all states: each shows what is its own, and nothing else. */
'use strict';

const test = require('node:test');
const assert = require('node:assert/strict');
const { startBrowser, withStack, picture, until } = require('./harness.js');

const SCREENS_PER_PLACE = 12;
const PLACES = [
	{ code: '990019', user: 'kakuu', level: 5, sort: '緊急安全確保', state: 'emergency' },
	{ code: '990027', user: 'soba', level: 4, sort: '避難指示', state: 'emergency' },
	{ code: '990035', user: 'pref', name: '仮想町', level: 3, sort: '高齢者等避難', state: 'caution' },
	{ code: '990043', user: 'pref', name: '模擬村', level: 4, sort: '避難指示', state: 'caution', emergency: 5 },
	{ code: '990051', user: 'pref', name: '例示町', level: null, state: 'normal' },
];
/* Large and small, upright and lying, near and far, with and without what stands beside. */
const SIZES = [[1280, 720], [1080, 1920], [800, 600], [1920, 1080]];
const KINDS = [{}, { languages: ['zh-Hans', 'ko'] }, { viewing_distance_cm: 1000, height_mm: 900 }, { map: false }, { qr_url: 'https://www.example/b' },
	{ position: '38.5,143.5', facing_degrees: 180, shelters: [{ name: '架空小学校', position: '38.501,143.501' }] }];
const SCREENS = PLACES.flatMap((place) => Array.from({ length: SCREENS_PER_PLACE }, (_, n) => ({
	id: `s${place.code}-${n}`, name: `画面 ${place.code} ${n}`, areas: [place.code], stale_after_ms: 60000, return_after_ms: 0,
	emergency_level: place.emergency || 4, ...KINDS[n % KINDS.length],
})));

let browser;
test.before(async () => { browser = await startBrowser(); });
test.after(() => browser.close());

function shown(page) {
	return page.evaluate(() => {
		const text = (id) => (document.getElementById(id)?.checkVisibility() ? document.getElementById(id).textContent : '');
		const level = text('level-number');
		return { state: document.body.dataset.state, level: level ? Number(level) : null, place: text('place'), seq: document.body.dataset.seq };
	});
}

test('sixty screens: each draws its own state, proves it, and only those of a cancel change', () => {
	const setup = { wanted: { mode: 'live', screens: SCREENS, signage: { proof_timeout_ms: 120000, player_heartbeat_ms: 5000 } } };
	return withStack(browser, setup, async ({ stack, context, page }) => {
		await page.close();
		const pages = new Map();
		for (const [n, { id }] of SCREENS.entries()) {
			const own = await context.newPage();
			const [width, height] = SIZES[n % SIZES.length];
			await own.setViewportSize({ width, height });
			await own.goto(`${stack.sign}/sign/${id}`);
			pages.set(id, own);
		}
		assert.equal(pages.size, 60);
		const answers = new Map();
		for (const { code, user, name, sort } of PLACES.filter((place) => place.sort))
			answers.set(code, await stack.submit([[sort, ['北町'], '発令']], { document: `sixty-${code}`, user, code, ...(name ? { name } : {}) }));
		for (const place of PLACES) {
			for (const { id } of SCREENS.filter(({ areas }) => areas[0] === place.code)) {
				const now = await until(async () => {
					const seen = await shown(pages.get(id));
					return seen.state === place.state && seen.level === place.level && seen;
				}, `${id} shows ${place.state}`);
				if (place.level) assert.ok(now.place.length > 0 && now.seq === String(answers.get(place.code).seq), JSON.stringify(now));
			}
		}
		for (const [code, { id }] of answers) {
			const wanted = SCREENS.filter(({ areas }) => areas[0] === code).map((screen) => screen.id).sort();
			const states = await until(async () => {
				const got = (await stack.ask({ do: 'receipts', id, user: PLACES.find((place) => place.code === code).user })).states;
				return wanted.every((screen) => got[screen] === 'displayed') && got;
			}, `all screens of ${code} have proven it`);
			assert.deepEqual(Object.keys(states).filter((outlet) => outlet.startsWith('s99')).sort(), wanted, 'and no other');
		}
		for (const n of [0, 1, 2, 5, 12, 24, 36, 48]) await picture(pages.get(SCREENS[n].id), `sixty-${SCREENS[n].id}`);
		/* A cancel in one place: its twelve change, the others stay as they are. */
		const before = new Map();
		for (const [id, own] of pages) before.set(id, await shown(own));
		await stack.submit([['避難指示', ['北町'], '発令']],
			{ document: 'sixty-990027', revision: 2, user: 'soba', code: '990027', kind: 'Cancel', errata: '地区の誤り' });
		for (const { id, areas } of SCREENS) {
			if (areas[0] === '990027') await until(async () => (await shown(pages.get(id))).level === null, `${id} takes it away`);
			else assert.deepEqual(await shown(pages.get(id)), before.get(id), id);
		}
		const list = (await (await fetch(`${stack.sign}/sign/status.json`)).json()).screens;
		assert.equal(list.length, 60);
		await until(async () => (await (await fetch(`${stack.sign}/sign/status.json`)).json()).screens
			.every((row) => row.players === 1 && row.shown && row.drawn.length === 32), 'all sixty are proven');
		assert.deepEqual([...new Set(list.map((row) => row.failures))], [0]);
	});
});
