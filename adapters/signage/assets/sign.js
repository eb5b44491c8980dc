/* sign.js: one screen. Gets its whole state at each connection and each change, draws it, says what it drew.
 *
 * The rule above all: what is not known to be true now is never shown as calm. Without a message or a
 * heartbeat for stale_after_ms the screen says 情報途絶 over what it last knew and has not expired.
 * Whatever comes, the picture as a whole changes at most LOOKS_MAX times in a second: two flashes, less than three (WCAG 2.3.1).
 */
import { h, render } from './lib.js';
import { Face } from './face.js';
import { Feed } from './feed.js';
import { fit, fitLevel, fitWords, setLeast, tierOf } from './fit.js';
import { drawn } from './proof.js';
import { loadMap } from './side.js';
import { ENDS, turnsOf } from './turns.js';
import { Whole } from './whole.js';
import { WORDS } from './words.js';

const DEFAULT_STALE_MS = 15000;
const TURN_MS = 8000; // how long one alert or one page of names stands
const LOOK_MS = 250;
const LOOKS_MAX = 4; // changes of the whole picture in LOOKS_MS; a flash is two of them
const LOOKS_MS = 1100; // a second, and some spare for frames that come late
const NO_FRAME_MS = 20000; // without a painted frame for so long the page loads itself anew
const RELOAD_PAUSE_MS = 30000;
const ATTENTION_MS = 10000;
const screenId = location.pathname.split('/')[2];
const root = document.getElementById('sign');

let message = null; // the newest state
let heardAt = -Infinity; // performance.now() of the newest word of the server
let heardClock = null; // the same on the wall clock, for people
let aheadMs = 0; // the server's clock before ours
let strange = 0; // heartbeats that named another digest than ours
let turn = 0;
let whole = null; // what of the newest state stood here by now
let mapReady = false;
const changedAt = []; // when the picture as a whole became another one, the newest LOOKS_MAX times
let shownLook = '';
let drawTimer = null;
let frameAt = performance.now();
let frameAsked = false;
let attentionUntil = 0;

/* ---- what is known, and how old it is ---- */

function staleAfter() {
	return message && message.stale_after_ms > 0 ? message.stale_after_ms : DEFAULT_STALE_MS;
}

function isStale() {
	return performance.now() - heardAt > staleAfter();
}

function isLost() {
	return !message || message.state === 'lost' || isStale();
}

/* What has not expired, by the server's clock; each with its place in the message. */
function itemsNow() {
	const now = Date.now() + aheadMs;
	return (message ? message.items : []).map((item, index) => ({ ...item, index }))
		.filter((item) => Date.parse(item.expires_at) > now);
}

/* Something expired that the server has not taken away yet: this is no calm. */
function stateNow(items) {
	if (isLost()) return 'lost';
	return items.length === 0 && message.items.length > 0 && message.mode === 'live' ? 'caution' : message.state;
}

const clock = new Intl.DateTimeFormat('ja-JP', {
	timeZone: 'Asia/Tokyo', month: 'numeric', day: 'numeric', hour: 'numeric', minute: '2-digit', hourCycle: 'h23',
});

/* The players' own zone does not matter: everything is told in Japanese time. */
function clockText(date) {
	const part = {};
	for (const { type, value } of clock.formatToParts(date)) part[type] = value;
	return `${part.month}月${part.day}日 ${+part.hour}:${part.minute}`;
}

/* "12分前"; nothing when the clock of this player or of the server was set meanwhile. */
function ageText(ageMs) {
	const unit = WORDS.ages.find(({ ms }) => ageMs >= ms);
	return unit ? `（${Math.floor(ageMs / unit.ms)}${unit.ja}）` : '';
}

/* How old what is shown is: it goes on while nothing else happens. */
function lostText() {
	const newest = message && message.heard_at ? new Date(message.heard_at) : heardClock;
	return newest ? `${WORDS.heard}　${clockText(newest)}${ageText(Date.now() - newest.getTime())}` : '';
}

function viewNow() {
	const items = itemsNow();
	const tier = tierOf(message && message.look.least_permille);
	return {
		message, items, screenId, turn, mapReady, tier,
		state: stateNow(items),
		round: items.length > 0 ? Math.floor(turn / turnsOf(items, tier === 'far')) : turn,
		clock: clockText(new Date()),
		lostTime: lostText(),
	};
}

/* ---- drawing ---- */

function dress(view) {
	const { dataset } = document.body;
	if (view.state === 'emergency' && dataset.state !== 'emergency') attentionUntil = performance.now() + ATTENTION_MS;
	dataset.state = view.state;
	dataset.mode = message && message.mode !== 'live' ? 'drill' : 'live';
	dataset.items = view.items.length > 0 ? 'some' : 'none';
	dataset.tier = view.tier;
	dataset.seq = message ? message.seq : '';
	dataset.attention = performance.now() < attentionUntil ? 'now' : 'over';
}

function fitAll() {
	const screenName = document.getElementById('screen-name');
	fit(screenName);
	for (const where of document.querySelectorAll('#list .row-place, #cancel .row, .band-words')) fit(where);
	if (document.body.dataset.items === 'none') return;
	for (const id of ['municipality', 'areas']) fit(document.getElementById(id));
	const level = document.getElementById('level');
	if (!level.hidden) fitLevel(level); // first: the words have what it leaves
	fitWords(document.getElementById('words'));
}

function drawNow() {
	clearTimeout(drawTimer);
	drawTimer = null;
	const view = viewNow();
	if (lookOf(view) !== shownLook) changedAt.push(performance.now());
	if (changedAt.length > LOOKS_MAX) changedAt.shift();
	shownLook = lookOf(view);
	setLeast(message && message.look.least_permille);
	dress(view);
	try {
		render(h(Face, { view }), root);
		fitAll();
	} catch (error) {
		render(null, root);
		if (message) feed.say({ type: 'failed', digest: message.digest, reason: `${error.name}: ${error.message}`.slice(0, 90) });
		reload('not drawn');
		throw error;
	}
}

/* What large areas of the picture look like: state, lane, level. Texts may change at any time. */
function lookOf(view) {
	return [view.state, message ? message.mode : '', view.items.length > 0 ? view.items[0].level || 'none' : ''].join();
}

/* At once; but another look only when there were not too many of late, and then only the newest. done: after it. */
const waiting = [];

function draw(done) {
	if (done) waiting.push(done);
	const rest = changedAt.length < LOOKS_MAX ? 0 : changedAt[0] + LOOKS_MS - performance.now();
	if (rest > 0 && lookOf(viewNow()) !== shownLook) {
		drawTimer ??= setTimeout(finish, rest);
		return;
	}
	finish();
}

function finish() {
	drawNow();
	for (const done of waiting.splice(0)) done();
}

/* ---- what the adapter says ---- */

function heard(time) {
	heardAt = performance.now();
	heardClock = new Date();
	if (time) aheadMs = Date.parse(time) - Date.now();
}

/* Two frames later it has been painted. */
function whenPainted(say) {
	requestAnimationFrame(() => requestAnimationFrame(say));
}

function shownItem() {
	const alert = document.getElementById('alert');
	return alert && alert.dataset.item ? Number(alert.dataset.item) : 0;
}

function sayDisplayed(digest, seq) {
	whenPainted(() => {
		if (!message || message.digest !== digest || isStale()) return;
		feed.say({ type: 'displayed', seq, digest, item: shownItem(), drawn: drawn(), shown_at: new Date(Date.now() + aheadMs).toISOString() });
	});
}

/* Once for each state, when each of its turns was painted; what expired here is taken away by the server. */
function sayWhole() {
	whenPainted(() => {
		if (!message || !whole || isLost()) return;
		whole.look();
		const drawnWhole = whole.result(turn);
		if (drawnWhole) feed.say({ type: 'whole', digest: message.digest, drawn: drawnWhole });
	});
}

/* What must be seen at once: what leads the items, the ends and the shelters. */
function leadOf({ items, shelters, cancel, ...rest }) {
	const first = items[0] && [items[0].title.ja, items[0].place, items[0].seq];
	return JSON.stringify([first, shelters, cancel, ENDS.map((kind) => rest[kind])]);
}

function onScreen(incoming) {
	heard();
	feed.say({ type: 'accepted', digest: incoming.digest });
	/* Else the turns go on: where states come faster than turns, the later ones would never come. */
	if (!message || leadOf(message) !== leadOf(incoming)) turn = 0;
	message = incoming;
	whole = message.items.length > 0 ? new Whole(message, turn) : null;
	strange = 0;
	feed.keep(message, aheadMs);
	draw(() => {
		sayDisplayed(incoming.digest, incoming.seq);
		sayWhole();
	});
	if (incoming.look.map && !mapReady)
		loadMap().then((ready) => { if (ready) { mapReady = true; draw(); } });
}

/* A canary of the server: answered when frames are drawn, with what is shown then. Nothing changes on the screen. */
function onCanary(token) {
	heard();
	whenPainted(() => {
		if (message && !isStale())
			feed.say({ type: 'canary', token, digest: message.digest, item: shownItem(), drawn: drawn() });
	});
}

function onBeat(beat) {
	heard(beat.time);
	strange = message && beat.digest === message.digest ? 0 : strange + 1;
	if (strange >= 2) feed.close();
	else if (message) feed.keep(message, aheadMs);
}

/* ---- the watchdog ---- */

/* Never twice in a short time: a page that cannot draw must still say so. */
function reload(why) {
	const last = Number(sessionStorage.getItem('hansho.reload') || 0);
	if (Math.abs(Date.now() - last) < RELOAD_PAUSE_MS) return;
	sessionStorage.setItem('hansho.reload', String(Date.now()));
	console.info('loads itself anew:', why);
	location.reload();
}

/* Asks for one frame at a time: a page at rest costs nothing. */
function countFrame() {
	if (frameAsked) return;
	frameAsked = true;
	requestAnimationFrame(() => {
		frameAsked = false;
		frameAt = performance.now();
	});
}

/* A socket that looks open but says nothing is closed; the screen is lost long before. */
function watch() {
	countFrame();
	if (feed.open && performance.now() - heardAt > 2 * staleAfter()) feed.close();
	if (document.visibilityState === 'visible' && performance.now() - frameAt > NO_FRAME_MS) reload('no frames');
	const view = viewNow();
	const { dataset } = document.body;
	const changed = view.state !== dataset.state || (view.items.length > 0 ? 'some' : 'none') !== dataset.items;
	if (changed) draw();
	else tellTime(view);
}

/* Nothing but the two texts that go on by themselves; everything else stands. */
function tellTime(view) {
	if (performance.now() >= attentionUntil) document.body.dataset.attention = 'over';
	for (const [id, text] of [['clock', view.clock], ['lost-time', view.lostTime]]) {
		const node = document.getElementById(id)?.firstChild;
		if (node && node.data !== text) node.data = text;
	}
}

const feed = new Feed(screenId, { screen: onScreen, beat: onBeat, canary: onCanary, reload });
const kept = feed.kept();
if (kept) ({ message, aheadMs = 0 } = kept);
if (kept) heardClock = new Date(kept.at);

drawNow();
feed.connect();
setInterval(watch, LOOK_MS);
setInterval(() => {
	turn += 1;
	draw(sayWhole);
}, TURN_MS);
addEventListener('resize', drawNow);
if (document.fonts) document.fonts.ready.then(drawNow);
if ('serviceWorker' in navigator) {
	navigator.serviceWorker.register('/sign/worker.js').catch((error) => {
		console.warn('no offline copy of this page:', error.name);
	});
}
