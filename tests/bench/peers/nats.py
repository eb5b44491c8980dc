"""nats-server (Debian): subscribers over WebSocket, publisher over TCP; core, and JetStream with a file store.

With JetStream the message goes into a stream first, and from there by a push consumer to whom subscribes to its
delivery subject. It acknowledges before its file is synced."""

import json
import socket

from server import MESSAGE_LEAST_BYTES, Server, frame, free_port, upgrade, write

CONFIG = """
listen: "127.0.0.1:{publish}"
max_connections: 65536
ping_interval: "1h"
write_deadline: "60s"
websocket {{ listen: "127.0.0.1:{port}", no_tls: true, compression: false }}
{more}
"""
CONNECT = 'CONNECT {"verbose":false,"pedantic":false}\r\n'


class Nats(Server):
    name, label = "nats", "NATS, core"
    workers_max = 2  # threads of one process
    more, subject, publish_subject = "", "orders", "orders"

    def start(self):
        self.port, self.publish = free_port(), free_port()
        write(self.path("nats.conf"), CONFIG.format(port=self.port, publish=self.publish, more=self.more.format(folder=self.folder)))
        self.run("/usr/sbin/nats-server", "-c", self.path("nats.conf"))
        self.wait_listening(self.port, self.publish)

    def words(self):
        body = self.message()
        return [f"publish={self.publish}", f"publish_hello={write(self.path('connect'), CONNECT)}",
                f"messages={write(self.path('message'), f'PUB {self.publish_subject} {len(body)}'.encode() + bytes([13, 10]) + body + bytes([13, 10]))}",
                "group=public", f"count={self.case.subscribers}", f"port={self.port}",
                f"hello={write(self.path('hello'), upgrade('/'))}",
                f"then={write(self.path('then'), frame(CONNECT) + frame(f'SUB {self.subject} 1' + chr(13) + chr(10) + 'PING' + chr(13) + chr(10)))}",
                "skip=2", f"min_bytes={MESSAGE_LEAST_BYTES}"]


class JetStream(Nats):
    name, label = "nats-jetstream", "NATS, JetStream file"
    more = 'jetstream {{ store_dir: "{folder}/store" }}'
    subject = "delivered"

    def start(self):
        super().start()
        self.ask("$JS.API.STREAM.CREATE.orders", {"name": "orders", "subjects": ["orders"], "storage": "file",
                                                  "retention": "limits", "num_replicas": 1})
        self.ask("$JS.API.CONSUMER.DURABLE.CREATE.orders.all", {"stream_name": "orders", "config": {
            "durable_name": "all", "deliver_subject": self.subject, "ack_policy": "none", "deliver_policy": "new",
            "replay_policy": "instant"}})

    def ask(self, subject, request):
        body = json.dumps(request)
        with socket.create_connection(("127.0.0.1", self.publish), timeout=10) as peer:
            peer.sendall(f"{CONNECT}SUB reply 1\r\nPUB {subject} reply {len(body)}\r\n{body}\r\n".encode())
            seen = ""
            while "MSG reply" not in seen or not seen.endswith("}\r\n"):
                seen += peer.recv(65536).decode()
        assert '"error"' not in seen, seen
