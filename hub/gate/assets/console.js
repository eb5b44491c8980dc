/* console.js: keeps the list of /console up to date, and says when it no longer can. See hub/gate/console.h.
 *
 * One question at a time to /console/list: the gate answers when something changed, or after WAIT_S. What is shown as new is at most
 * STALE_S old by two clocks, of which one also counts while the machine sleeps; after that the page says since when its picture stands.
 * Failures: asked again after 1, 2, 4 … PAUSE_MAX_S.
 */
'use strict';

(() => {
	const WAIT_S = 10;
	const STALE_S = 15;
	const PAUSE_MAX_S = 15;
	const BREATH_MS = 250; // between two answers
	const CALM_MS = 5000; // when it is answered at once although nothing is new: more wait than the hub lets wait
	const WORDS = {
		live: ['自動で更新しています。', 'Updating by itself.'],
		lost: ['配信ハブと通信できません。下の内容は{}のもので、その後の変化は分かりません。つながり次第、自動で更新します。',
			'The hub cannot be reached. What stands below is of {}; what happened since is not known. It updates by itself once the hub is back.'],
		none: ['配信ハブと通信できません。まだ何も確認できていません。つながり次第、自動で表示します。',
			'The hub cannot be reached, and nothing is known yet. The list appears by itself once it is back.'],
		out: ['サインインの期限が切れました。下の内容は{}のものです。もう一度サインインしてください。',
			'You are no longer signed in. What stands below is of {}. Please sign in again.'],
	};

	const place = document.getElementById('console');
	const stateLine = document.getElementById('state');
	const newsLine = document.getElementById('news');
	const before = new URLSearchParams(location.search).get('before');
	const sources = new Map(); // id of an article → its HTML as the gate wrote it
	const now = () => ({ performance: performance.now(), date: Date.now() });
	const sinceS = (moment) => Math.max(performance.now() - moment.performance, Date.now() - moment.date) / 1000;
	let heard = now();
	let shown = '';
	let request = null;

	const list = () => document.getElementById('list');
	const sleep = (ms) => new Promise((done) => { setTimeout(done, ms); });

	function say(state) {
		const asOf = document.getElementById('as-of');
		const [ja, en] = WORDS[state].map((text) => text.replace('{}', asOf ? asOf.textContent : '?'));
		if (shown === state) return;
		shown = state;
		const english = document.createElement('span');
		english.className = 'en';
		english.lang = 'en';
		english.textContent = en;
		stateLine.setAttribute('role', state === 'live' ? 'status' : 'alert');
		stateLine.className = state === 'live' ? 'note' : 'problem';
		stateLine.replaceChildren(ja + ' ', english);
		place.classList.toggle('stale', state !== 'live');
		document.title = document.title.replace(/^(【[^】]*】)?(⚠ )?/, (all, drill = '') => drill + (state === 'live' ? '' : '⚠ '));
	}

	const lose = (state) => say(state === 'lost' && !list() ? 'none' : state);

	/* ---- what came into what is there: only what changed is touched, so that focus and place stay ---- */

	function article(fresh) {
		const old = document.getElementById(fresh.id);
		const source = fresh.outerHTML;
		if (old && sources.get(fresh.id) === source) return old;
		const folds = fresh.querySelector('details');
		const folded = old && old.querySelector('details');
		if (folds && folded && folded.dataset.chosen) {
			folds.open = folded.open;
			folds.dataset.chosen = '1';
		}
		sources.set(fresh.id, source);
		return fresh;
	}

	function merge(next) {
		const focus = document.activeElement && document.activeElement.id;
		const items = document.getElementById('items');
		const wanted = [...next.querySelectorAll('#items > article')].map(article);
		wanted.forEach((node, at) => {
			const there = items.children[at];
			if (there === node) return;
			if (there && there.id === node.id) there.replaceWith(node);
			else items.insertBefore(node, there || null);
		});
		while (items.children.length > wanted.length) items.lastElementChild.remove();
		for (const id of ['summary', 'as-of'])
			document.getElementById(id).replaceChildren(...next.querySelector('#' + id).childNodes);
		const pages = next.querySelector('.pages');
		const there = list().querySelector('.pages');
		if (pages.innerHTML !== there.innerHTML) there.replaceWith(pages);
		list().dataset.version = next.dataset.version;
		if (focus && document.activeElement === document.body) {
			const again = document.getElementById(focus);
			if (again) again.focus({ preventScroll: true });
		}
	}

	function take(next) {
		const known = list() && (next.querySelector('#items').children.length > 0) === (document.getElementById('items').children.length > 0);
		if (known) {
			merge(next);
		} else {
			for (const item of next.querySelectorAll('#items > article')) sources.set(item.id, item.outerHTML);
			place.replaceChildren(place.querySelector('h2'), next);
		}
		const news = document.getElementById('summary').textContent;
		if (newsLine.textContent !== news) newsLine.textContent = news;
		heard = now();
		say('live');
	}

	/* ---- asking ---- */

	async function ask() {
		// When it looks lost, any answer is news.
		const query = new URLSearchParams({ wait: list() && shown === 'live' ? WAIT_S : 0, version: list() ? list().dataset.version : 0 });
		if (before) query.set('before', before);
		const began = performance.now();
		request = { ...now(), abort: new AbortController() };
		const timer = setTimeout(() => request.abort.abort(), STALE_S * 1000);
		try {
			const reply = await fetch('/console/list?' + query, { signal: request.abort.signal, cache: 'no-store', redirect: 'error' });
			const text = await reply.text();
			if (!reply.ok && reply.status !== 403) return 'lost';
			const next = new DOMParser().parseFromString(text, 'text/html').getElementById('list');
			if (!next) return 'out';
			const idle = list() && list().dataset.version === next.dataset.version && performance.now() - began < 1000;
			take(document.adoptNode(next));
			return idle ? 'idle' : 'live';
		} catch (problem) {
			return 'lost';
		} finally {
			clearTimeout(timer);
		}
	}

	async function run() {
		let failures = 0;
		for (;;) {
			const state = await ask();
			const well = state === 'live' || state === 'idle';
			failures = well ? 0 : failures + 1;
			if (!well) lose(state);
			await sleep(state === 'live' ? BREATH_MS : state === 'idle' ? CALM_MS : Math.min(2 ** (failures - 1), PAUSE_MAX_S) * 1000 + Math.random() * 250);
		}
	}

	/* Also when no answer comes at all, and right after a sleep of the machine. */
	function look() {
		if (sinceS(heard) <= STALE_S + 1 || shown === 'out') return;
		lose('lost');
		if (request && sinceS(request) > STALE_S) request.abort.abort();
	}

	document.addEventListener('click', (event) => {
		const summary = event.target.closest('summary');
		if (summary) summary.parentElement.dataset.chosen = '1';
	});
	document.addEventListener('visibilitychange', look);
	addEventListener('pageshow', look);
	setInterval(look, 1000);
	if (list()) {
		for (const item of list().querySelectorAll('#items > article')) sources.set(item.id, item.outerHTML);
		say('live');
	}
	run();
})();
