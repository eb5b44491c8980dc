/* harness.js: what the browser tests share: the real stack, Debian's chromium, and the watch over both.
 *
 * A page that asks for anything outside 127.0.0.1, or that writes an error to the console, fails its test.
 */
'use strict';

const assert = require('node:assert/strict');
const fs = require('node:fs');
const path = require('node:path');
const readline = require('node:readline');
const { createRequire } = require('node:module');
const { spawn } = require('node:child_process');

const ROOT = path.resolve(__dirname, '../..');
const PICTURES = path.join(ROOT, 'build/browser/pictures');
/* The packages lie under build/ like everything that is made. */
const { chromium } = createRequire(path.join(ROOT, 'build/browser/'))('playwright-core');

const CHROMIUM = process.env.CHROMIUM || '/usr/bin/chromium';
const WAIT_MS = 60000; // a wait ends when what is waited for is there: only a test that fails takes so long

/* The stack behind stack.py. ask({do: …}) → its answer; close() fails when a process did not end clean. */
class Stack {
	static async start(wanted) {
		const stack = new Stack();
		stack.child = spawn('/usr/bin/python3', [path.join(__dirname, 'stack.py'), JSON.stringify(wanted)],
			{ cwd: ROOT, stdio: ['pipe', 'pipe', 'inherit'] });
		stack.ended = new Promise((done) => stack.child.on('close', done));
		stack.lines = readline.createInterface({ input: stack.child.stdout })[Symbol.asyncIterator]();
		Object.assign(stack, await stack.answer());
		return stack;
	}

	async answer() {
		const { value, done } = await this.lines.next();
		if (done) throw new Error('the stack ended: see above');
		const answer = JSON.parse(value);
		if (answer.error) throw new Error(answer.error);
		return answer;
	}

	ask(command) {
		this.child.stdin.write(JSON.stringify(command) + '\n');
		return this.answer();
	}

	submit(details, more = {}) {
		return this.ask({ do: 'submit', details, ...more });
	}

	async close() {
		this.child.stdin.end();
		assert.equal(await this.ended, 0, 'a process of the stack did not end clean');
	}
}

/* Names are resolved to nothing, so that not even the browser itself can leave. */
function startBrowser() {
	return chromium.launch({
		executablePath: CHROMIUM,
		args: ['--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1', '--disable-background-networking'],
	});
}

/* What the browser itself writes while a server is stopped on purpose, or when a page says what is to be mended. */
const AWAY = /net::ERR_(CONNECTION|FAILED|EMPTY)|Failed to fetch/;
const REFUSED = /status of (403|422)/;

/* A context that writes down what it must not do. `watch.expected` is let pass as long as a test has set it. */
async function watchedContext(browser, options = {}) {
	const context = await browser.newContext({ locale: 'ja-JP', timezoneId: 'Asia/Tokyo', ...options });
	const watch = { expected: null, requests: 0, problems: [] };
	context.setDefaultTimeout(WAIT_MS);
	context.on('request', (request) => {
		watch.requests += 1;
		if (new URL(request.url()).hostname !== '127.0.0.1') watch.problems.push('request to ' + request.url());
	});
	context.on('console', (message) => {
		if (!['error', 'warning'].includes(message.type())) return;
		if (!(watch.expected && watch.expected.test(message.text())))
			watch.problems.push(`console ${message.type()}: ${message.text()} ${message.location().url}`);
	});
	context.on('weberror', (error) => watch.problems.push('script error: ' + error.error()));
	watch.assertClean = () => {
		assert.ok(watch.requests > 0, 'nothing was watched');
		assert.deepEqual(watch.problems, []);
	};
	context.watch = watch;
	return context;
}

/* Runs body({ stack, context, page }) and takes everything down again, whatever came of it. options: those of the
 * context; prepare(context): before its first page. */
async function withStack(browser, { wanted, options, prepare = () => {} }, body) {
	const stack = await Stack.start(wanted);
	const endings = [() => stack.close()];
	const problems = [];
	try {
		const context = await watchedContext(browser, options);
		endings.unshift(() => context.close());
		await prepare(context);
		await body({ stack, context, page: await context.newPage() });
		context.watch.assertClean();
	} catch (problem) {
		problems.push(problem);
	}
	for (const end of endings)
		await end().catch((problem) => problems.push(problem));
	if (problems.length > 0) throw problems[0];
}

/* Of what is wrong always, of the rest with HANSHO_PICTURES=1: they take as long as the tests. */
async function picture(page, name, options = {}) {
	if (!process.env.HANSHO_PICTURES && !name.startsWith('fault-')) return;
	fs.mkdirSync(PICTURES, { recursive: true });
	await page.screenshot({ path: path.join(PICTURES, name + '.png'), ...options });
}

/* First true result of check(), or an error that says what never came. */
async function until(check, what, timeoutMs = WAIT_MS) {
	const deadline = Date.now() + timeoutMs;
	for (;;) {
		const result = await check();
		if (result) return result;
		if (Date.now() > deadline) throw new Error(`not within ${timeoutMs} ms: ${what}`);
		await new Promise((done) => setTimeout(done, 50));
	}
}

module.exports = { AWAY, REFUSED, startBrowser, watchedContext, withStack, picture, until };
