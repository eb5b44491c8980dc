/* worker.js: keeps the page and its parts, so that a screen that restarts without network still shows
 * its last state as lost instead of an error page. It never keeps the feed.
 *
 * The page that brought this worker was fetched before it: unless it is kept at the installation, a player that
 * loaded its page only once has nothing when the network goes. */
'use strict';

const NAME = 'hansho-sign-1';
const PARTS = ['/sign/assets/sign.css', '/sign/assets/words.js', '/sign/assets/sign.js', '/sign/assets/icon.svg'];

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

self.addEventListener('activate', (event) => {
	event.waitUntil(self.clients.claim());
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
