/* worker.js: keeps the page and its parts, so that a screen that restarts without network still shows
 * its last state as lost instead of an error page. It never keeps the feed.
 *
 * The page that brought this worker was fetched before it: unless it is kept at the installation, a player that
 * loaded its page only once has nothing when the network goes. */
'use strict';

const NAME = 'hansho-sign-2';
const PARTS = ['sign.css', 'icon.svg', 'lib.js', 'sign.js', 'face.js', 'feed.js', 'fit.js', 'pictograms.js', 'proof.js', 'side.js', 'turns.js', 'whole.js',
	'words.js', 'japan.topo.json', 'synthetic.json'].map((name) => '/sign/assets/' + name);

function ours(url) {
	const path = new URL(url).pathname;
	return path.startsWith('/sign/') && !path.startsWith('/sign/status');
}

async function keepAll() {
	const cache = await caches.open(NAME);
	const open = await self.clients.matchAll({ type: 'window', includeUncontrolled: true });
	await cache.addAll([...PARTS, ...open.map((page) => page.url).filter(ours)]);
	await self.skipWaiting();
}

self.addEventListener('install', (event) => {
	event.waitUntil(keepAll());
});

/* What an older version kept is not mixed with ours. */
async function begin() {
	for (const name of await caches.keys())
		if (name !== NAME) await caches.delete(name);
	await self.clients.claim();
}

self.addEventListener('activate', (event) => {
	event.waitUntil(begin());
});

async function newestOrKept(request) {
	const cache = await caches.open(NAME);
	try {
		const answer = await fetch(request);
		if (answer.ok) await cache.put(request, answer.clone());
		return answer;
	} catch (error) {
		const kept = await cache.match(request);
		if (kept) return kept;
		throw error;
	}
}

self.addEventListener('fetch', (event) => {
	if (event.request.method === 'GET' && ours(event.request.url))
		event.respondWith(newestOrKept(event.request));
});
