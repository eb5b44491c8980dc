"""Two small broadcasters: POST /pub, and everybody at /sub has it. ws on Node, and uWebSockets under Bun, whose own
publish() it is. Their packages are those of package-lock.json, in build/peers (make bench-peers)."""

import os
import platform

from server import HERE, MESSAGE_LEAST_BYTES, ROOT, Server, free_port, post, upgrade, write

MODULES = os.path.join(ROOT, "build", "peers", "node_modules")


class NodeWs(Server):
    name, label = "node-ws", "Node ws"
    script = "node_ws.js"

    def command(self):
        return ["node"]

    def start(self):
        self.port = free_port()
        self.run(*self.command(), os.path.join(HERE, self.script), str(self.port), env={**os.environ, "NODE_PATH": MODULES})
        self.wait_listening(self.port)

    def words(self):
        return [f"publish={self.port}", f"messages={write(self.path('message'), post('/pub', self.message()))}",
                "expect=HTTP/1.1 20", "group=public", f"count={self.case.subscribers}", f"port={self.port}",
                f"hello={write(self.path('hello'), upgrade('/sub'))}", f"min_bytes={MESSAGE_LEAST_BYTES}"]


class Uws(NodeWs):
    name, label = "uws", "uWebSockets under Bun"
    script = "uws.js"

    def command(self):
        machine = {"x86_64": "x64", "aarch64": "aarch64"}[platform.machine()]
        return [os.path.join(MODULES, "@oven", f"bun-linux-{machine}", "bin", "bun"), "run"]
