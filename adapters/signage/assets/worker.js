/* worker.js: keeps the page and its parts, so that a screen that restarts without network still shows
 * its last state as lost instead of an error page. It never keeps the feed. */
'use strict';

const NAME = 'hansho-sign-1';
const PARTS = ['/sign/assets/sign.css', '/sign/assets/words.js', '/sign/assets/sign.js'];

self.addEventListener('install', (event) => {
	event.waitUntil(caches.open(NAME).then((cache) => cache.addAll(PARTS)).then(() => self.skipWaiting()));
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
	const path = new URL(event.request.url).pathname;
	if (event.request.method === 'GET' && path.startsWith('/sign/') && !path.startsWith('/sign/status'))
		event.respondWith(newestOrKept(event.request));
});
