"""Hansho itself: the whole stack (gate, hub, feed), a real order as XML at the gate, subscribers at the feed."""

import os
import sys

import bench_stack
from server import MESSAGE_LEAST_BYTES, ROOT, Server, frame, free_port, upgrade, write

QUIET = {"heartbeat_ms": 60000, "pong_timeout_ms": 600000, "connections_max": 100000}
SUBSCRIBE_JSON = '{"type":"subscribe","mode":"drill","from":"now"}'
# FeedFrame{subscribe{from_text "now", mode "drill"}}
SUBSCRIBE_PROTO = b"\x42\x0c\x12\x03now\x1a\x05drill"


def messages():
    """The classes of link.proto (make python-messages)."""
    path = os.path.join(ROOT, "build", "gen", "python")
    if path not in sys.path:
        sys.path.insert(0, path)
    from schemas import link_pb2
    return link_pb2


def hops_of(path):
    """When the newest notice passed where: hop → unix µs, from the frame that a subscriber got."""
    received = messages().FeedFrame()
    with open(path, "rb") as file:
        received.ParseFromString(file.read())
    return {hop.name: hop.time.unix_us for hop in received.notice.hops}


class Hansho(Server):
    name, label = "hansho", "Hansho"
    form, places = "proto", 9  # places named in the order, so that the frame has about 2 KB
    workers_max = 2
    can_tls = True
    rest_s = 0.15  # the hub writes down what the feed acknowledged about 0.1 s later, with an fdatasync
    feed = {}
    used = 0

    def start(self):
        port = free_port()
        feed = {**QUIET, "listen": f"127.0.0.1:{port}", **self.feed}
        if self.case.tls:
            feed.update(tls_cert=self.case.tls[0], tls_key=self.case.tls[1])
        self.stack = bench_stack.start(self.case.programs, feeds=self.case.workers, feed=feed, start=False)
        self.port = port
        self.prepare()
        self.stack.start_all()
        self.pids = [process.pid for process in self.stack.processes.values()]

    def prepare(self):
        """For a change of configurations before the start."""

    @property
    def serving(self):
        return [process.pid for name, process in self.stack.processes.items() if name.startswith("feed")]

    def next_message(self):
        """Number of an order that was not sent yet."""
        self.used += 1
        bench_stack.write_requests(self.folder, self.stack, self.used, self.places, first=self.used - 1)
        return self.used - 1

    def subscribers(self):
        then = frame(SUBSCRIBE_PROTO) if self.form == "proto" else frame(SUBSCRIBE_JSON, text=True)
        return ["group=public", f"count={self.case.subscribers}", f"port={self.port}",
                f"hello={write(self.path('hello'), upgrade('/v1/feed', f'hansho.v1.{self.form}'))}",
                f"then={write(self.path('then'), then)}", "skip=2", f"min_bytes={MESSAGE_LEAST_BYTES}",
                *(["tls"] if self.case.tls else [])]

    def words(self):
        return [f"publish={self.stack.ports['gate']}", "publish_new=1", f"messages={self.path('%d')}",
                "expect=HTTP/1.1 202", f"keep={self.path('kept')}", *self.subscribers()]

    def hops(self):
        return hops_of(self.path("kept")) if self.form == "proto" else {}

    def frame_bytes(self):
        return os.path.getsize(self.path("kept"))

    def stop(self):
        try:
            self.stack.stop_all()
        finally:
            self.stack.abort()


class HanshoJson(Hansho):
    name, label, form, places = "hansho-json", "Hansho, JSON form", "json", 1
