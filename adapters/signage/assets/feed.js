/* feed.js: the line to the adapter, and what of it is kept for a start without a line.
 *
 * Every state comes whole; the newest replaces all before it. What was kept is shown as lost until the adapter speaks. */

const PAUSE_FIRST_MS = 500;
const PAUSE_MAX_MS = 10000;
const NO_PROOF = 4411; // the adapter's watchdog: load this page anew

export class Feed {
	/* on: {screen(message), beat(message), canary(token), reload(why)} */
	constructor(screenId, on) {
		this.address = `${location.protocol === 'https:' ? 'wss:' : 'ws:'}//${location.host}` +
			`/v1/sign?screen=${encodeURIComponent(screenId)}`;
		this.storeKey = 'hansho.sign.' + screenId;
		this.on = on;
		this.socket = null;
		this.attempts = 0;
	}

	connect() {
		const own = new WebSocket(this.address);
		this.socket = own;
		own.onmessage = (event) => this.take(JSON.parse(event.data));
		own.onclose = (event) => {
			if (this.socket !== own) return;
			this.socket = null;
			if (event.code === NO_PROOF) this.on.reload('no proof');
			this.attempts += 1;
			const pause = Math.min(PAUSE_MAX_MS, PAUSE_FIRST_MS * 2 ** Math.min(this.attempts, 6));
			setTimeout(() => this.connect(), pause / 2 + Math.random() * pause / 2);
		};
	}

	take(message) {
		this.attempts = 0;
		if (message.type === 'screen') this.on.screen(message);
		else if (message.type === 'heartbeat') this.on.beat(message);
		else if (message.type === 'canary') this.on.canary(message.token);
	}

	get open() {
		return Boolean(this.socket) && this.socket.readyState === WebSocket.OPEN;
	}

	say(word) {
		if (this.open) this.socket.send(JSON.stringify(word));
	}

	close() {
		if (this.socket) this.socket.close();
	}

	/* aheadMs: how far the adapter's clock is before ours, so that things expire in time after a start without a line. */
	keep(message, aheadMs) {
		try {
			localStorage.setItem(this.storeKey, JSON.stringify({ at: Date.now(), aheadMs, message }));
		} catch (error) {
			console.warn('not kept for the next start:', error.name);
		}
	}

	/* {at, aheadMs, message} of a message of this version, or null. */
	kept() {
		try {
			const kept = JSON.parse(localStorage.getItem(this.storeKey) || 'null');
			const good = kept && kept.message && Array.isArray(kept.message.items) && kept.message.look && kept.message.marks &&
				kept.message.items.every((item) => item.title && item.expires_at);
			return good ? kept : null;
		} catch (error) {
			console.warn('what was kept is not readable:', error.name);
			return null;
		}
	}
}
