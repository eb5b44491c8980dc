// A broadcaster as the documentation of ws shows it: POST /pub goes to every WebSocket. usage: node node_ws.js PORT
"use strict";
const http = require("http");
const { WebSocketServer, WebSocket } = require("ws");

const server = http.createServer((request, response) => {
	const parts = [];
	request.on("data", (part) => parts.push(part));
	request.on("end", () => {
		const message = Buffer.concat(parts);
		for (const client of sockets.clients) {
			if (client.readyState === WebSocket.OPEN)
				client.send(message, { binary: true });
		}
		response.writeHead(204).end();
	});
});
server.keepAliveTimeout = 3600000;
const sockets = new WebSocketServer({ server, path: "/sub", perMessageDeflate: false });
server.listen({ port: Number(process.argv[2]), host: "127.0.0.1", backlog: 4096 });
