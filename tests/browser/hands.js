/* hands.js: somebody at a page of the gate: hands on the keyboard, eyes on what can be read. */
'use strict';

const assert = require('node:assert/strict');
const look = require('./look.js');

const STOPS_MAX = 120;
const RING_MIN_PX = 2;
const RING_MIN_CONTRAST = 3;
const PASSWORD = 'drill-only-kakuu';

function assertVisible(stop) {
	const what = JSON.stringify(stop);
	assert.ok(stop.inView && stop.uncovered, `the focus cannot be seen: ${what}`);
	assert.ok(stop.differs && stop.width >= RING_MIN_PX, `a control looks the same with the focus: ${what}`);
	assert.ok(stop.contrast >= RING_MIN_CONTRAST, `the ring is too faint: ${what}`);
}

/* Presses the key until the focus is where `wanted` says; every stop on the way must be seen. */
async function go(page, wanted, key = 'Tab') {
	await look.prepare(page);
	for (let presses = 0; presses < STOPS_MAX; presses += 1) {
		const stop = await look.focusStop(page);
		if (stop) assertVisible(stop);
		if (stop && wanted(stop)) return stop;
		await page.keyboard.press(key);
	}
	throw new Error(`the keyboard does not reach it: ${wanted}`);
}

/* Presses and waits for the page that comes of it. */
async function press(page, key) {
	const loaded = page.waitForEvent('load');
	await page.keyboard.press(key);
	await loaded;
}

async function tryToSignIn(page, username, password) {
	await go(page, (stop) => stop.name === 'username');
	await page.keyboard.type(username);
	await go(page, (stop) => stop.name === 'password');
	await page.keyboard.type(password);
	await press(page, 'Enter');
}

async function signIn(page) {
	await tryToSignIn(page, 'kakuu', PASSWORD);
	assert.equal(await page.locator('form[action="/sign-out"]').count(), 1, 'signed in');
}

/* All stops until the focus leaves the page; from where it is. */
async function walk(page, key) {
	const stops = [];
	for (;;) {
		await page.keyboard.press(key);
		const stop = await look.focusStop(page);
		if (!stop || (stops.length > 1 && stop.index === stops[0].index)) return stops; // Chromium may go round without leaving
		assertVisible(stop);
		stops.push(stop);
		assert.ok(stops.length < STOPS_MAX, 'a trap: the focus never leaves the page');
	}
}

const keyOf = (stop) => (stop.type === 'radio' ? `radio ${stop.act} ${stop.name}` : String(stop.index));

/* The order of the keyboard is that of the eye, there and back; every control is met. */
async function assertWalkable(page, name) {
	await look.prepare(page);
	if (await look.focusStop(page)) await walk(page, 'Tab'); // the page began in the middle
	const there = await walk(page, 'Tab');
	assert.ok(there.length > 2, name);
	for (const [i, stop] of there.slice(1).entries()) {
		const before = there[i];
		assert.ok(stop.top >= before.bottom - 8 || (stop.top > before.top - 40 && stop.left > before.left),
			`${name}: ${JSON.stringify(before)} comes before ${JSON.stringify(stop)}`);
	}
	const back = await walk(page, 'Shift+Tab');
	assert.deepEqual(back.reverse().map(keyOf), there.map(keyOf), `${name}: back is not the way there`);
	const all = await look.controls(page);
	const met = new Set(there.map((stop) => (stop.type === 'radio' ? `${stop.name}` : stop.index)));
	const missed = all.filter((control, index) => !met.has(control.type === 'radio' ? control.name : index));
	assert.deepEqual(missed, [], `${name}: not reached by keyboard`);
	assert.deepEqual(all.filter((control) => !control.named || !control.group), [], `${name}: without a label`);
}

async function assertLegible(page, name) {
	await look.prepare(page);
	assert.deepEqual(await look.faint(page), [], name);
	const wide = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
	assert.ok(wide <= 0, `${name}: ${wide} px wider than the window`);
}

module.exports = { PASSWORD, assertLegible, assertVisible, assertWalkable, go, press, signIn, tryToSignIn };
