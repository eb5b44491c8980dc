// A broadcaster by the publish() of uWebSockets, which Bun brings along. usage: bun run uws.js PORT
"use strict";
const server = Bun.serve({
	port: Number(process.argv[2]),
	hostname: "127.0.0.1",
	idleTimeout: 255,
	async fetch(request, self) {
		if (new URL(request.url).pathname === "/sub")
			return self.upgrade(request) ? undefined : new Response("no upgrade", { status: 400 });
		server.publish("orders", new Uint8Array(await request.arrayBuffer()));
		return new Response("taken", { status: 200 });
	},
	websocket: {
		perMessageDeflate: false,
		idleTimeout: 960,
		sendPings: false,
		open(socket) {
			socket.subscribe("orders");
		},
		message() {},
	},
});
