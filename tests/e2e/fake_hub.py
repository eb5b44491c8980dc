"""A hub for feeds, in the test's own hands: it can lose its history, cut the link, leave holes, be slow.

Speaks schemas/link.proto over the stream of hub/base/link.h: each frame has its length before it, four
bytes, big-endian. Written from the descriptions of both, not from the code under test.
"""

import os
import socket
import struct
import sys
import threading
import time

sys.path.insert(0, os.environ.get("HANSHO_PYTHON", "build/gen/python"))

from schemas import link_pb2, notice_pb2  # noqa: E402


def notice(document="doc-1", revision=1, area="990019", level=4, kind="EVACUATION", action="ISSUE",
           mode="DRILL", body="", point=None):
    """A small evacuation order (or whatever kind says) as a Notice."""
    out = notice_pb2.Notice()
    out.mode = notice_pb2.Mode.Value(f"MODE_{mode}")
    out.kind = notice_pb2.Kind.Value(f"KIND_{kind}") if isinstance(kind, str) else kind
    out.action = notice_pb2.Action.Value(f"ACTION_{action}")
    out.document.source = "bosai.kakuu.example"
    out.document.id = document
    out.document.revision = revision
    out.source.code = area
    out.source.name = "架空市"
    out.times.accepted.unix_us = int(time.time() * 1e6)
    out.times.accepted.offset_minutes = 540
    if level:
        out.level.number = level
        out.level.term = "避難指示"
        out.level.scheme = "2026"
    place = out.areas.add(code=area, name=f"北町 {document}")
    if point:
        circle = place.geometry.circles.add(radius_km=1.5)
        circle.center.longitude, circle.center.latitude = point
    text = out.texts.add(language="ja", headline="【訓練】避難指示 <北町> & \"南町\"【訓練】")
    text.body = body
    if kind == "EVACUATION":
        detail = out.evacuation.details.add(sort="避難指示")
        lifted = action == "LIFT"
        detail.state = (notice_pb2.Evacuation.STATE_LIFTED if lifted
                        else notice_pb2.Evacuation.STATE_ISSUED)
        if not lifted:
            detail.level.CopyFrom(out.level)
        detail.areas.add().area.CopyFrom(place)
        detail.areas[0].ordered.unix_us = out.times.accepted.unix_us
    return out


class FakeHub:
    """Listens on a unix socket path; serves one feed at a time."""

    def __init__(self, path, mode="DRILL", epoch="epoch-a", heartbeat_ms=1000, window=64):
        self.path, self.mode, self.epoch = path, mode, epoch
        self.heartbeat_ms, self.window = heartbeat_ms, window
        self.history = []   # Deliver, by seq
        self.originals = {}  # seq: bytes
        self.oldest = 1
        self.receipts, self.acks, self.fetches, self.resumes = [], [], [], []
        self.answer_fetches = True
        self.silent = False
        self.lock = threading.RLock()
        self.peer = None
        self.live = False
        self.stopping = False
        self.listener = None
        self.listen()
        self.beats = threading.Thread(target=self._beat, daemon=True)
        self.beats.start()

    # ---- connections ----

    def listen(self):
        if os.path.exists(self.path):
            os.unlink(self.path)
        self.listener = socket.socket(socket.AF_UNIX)
        self.listener.bind(self.path)
        self.listener.listen()
        threading.Thread(target=self._accept, args=(self.listener,), daemon=True).start()

    def _accept(self, listener):
        while True:
            try:
                peer, _ = listener.accept()
            except OSError:
                return
            with self.lock:
                self.peer, self.live = peer, False
            threading.Thread(target=self._serve, args=(peer,), daemon=True).start()

    def cut(self):
        """Ends the connection; the feed comes back by itself."""
        with self.lock:
            if self.peer:
                try:
                    self.peer.shutdown(socket.SHUT_RDWR)
                except OSError:
                    pass
                self.peer.close()
            self.peer, self.live = None, False

    def go_away(self):
        self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()
        self.cut()

    def close(self):
        self.stopping = True
        self.go_away()

    def send(self, frame, peer=None):
        data = frame.SerializeToString()
        with self.lock:
            peer = peer or self.peer
            if peer is None or self.silent:
                return
            try:
                peer.sendall(struct.pack(">I", len(data)) + data)
            except OSError:
                pass

    def _read(self, peer, count):
        data = b""
        while len(data) < count:
            piece = peer.recv(count - len(data))
            if not piece:
                raise EOFError
            data += piece
        return data

    def _serve(self, peer):
        try:
            while True:
                length = struct.unpack(">I", self._read(peer, 4))[0]
                frame = link_pb2.LinkFrame.FromString(self._read(peer, length))
                with self.lock:
                    getattr(self, "_on_" + frame.WhichOneof("body"), lambda *_: None)(frame, peer)
        except (EOFError, OSError):
            pass
        with self.lock:
            if self.peer is peer:
                self.peer, self.live = None, False

    # ---- frames ----

    @property
    def newest(self):
        return self.history[-1].seq if self.history else 0

    def _on_hello(self, _frame, peer):
        out = link_pb2.LinkFrame()
        out.hello.mode = notice_pb2.Mode.Value(f"MODE_{self.mode}")
        out.hello.epoch = self.epoch
        out.hello.newest_seq = self.newest
        out.hello.oldest_seq = self.oldest if self.history else 0
        out.hello.heartbeat_ms = self.heartbeat_ms
        out.hello.window = self.window
        self.send(out, peer)

    def _on_resume(self, frame, peer):
        resume = frame.resume
        self.resumes.append((resume.epoch, resume.seq, resume.snapshot))
        if resume.snapshot:
            newest = {}
            for deliver in self.history:
                newest[deliver.notice.document.id] = deliver
            out = link_pb2.LinkFrame()
            out.snapshot.seq = self.newest
            out.snapshot.last = True
            out.snapshot.notices.extend(sorted(newest.values(), key=lambda d: d.seq))
            self.send(out, peer)
        prev = resume.seq
        for deliver in self.history:
            if deliver.seq > resume.seq:
                self._deliver(deliver, prev, peer)
                prev = deliver.seq
        out = link_pb2.LinkFrame()
        out.live.seq = self.newest
        self.send(out, peer)
        self.live = True

    def _deliver(self, deliver, prev, peer=None):
        out = link_pb2.LinkFrame()
        out.deliver.CopyFrom(deliver)
        out.deliver.prev_seq = prev
        self.send(out, peer)

    def _on_ack(self, frame, _peer):
        self.acks.append(frame.ack.seq)

    def _on_receipt(self, frame, _peer):
        self.receipts.append(frame.receipt)

    def _on_fetch(self, frame, peer):
        fetch = frame.fetch
        self.fetches.append((fetch.after_seq, fetch.limit, fetch.originals))
        if not self.answer_fetches:
            return
        out = link_pb2.LinkFrame()
        out.fetch_reply.request = fetch.request
        found = [d for d in self.history if d.seq > fetch.after_seq and d.seq >= self.oldest]
        out.fetch_reply.notices.extend(found[:fetch.limit])
        if fetch.originals:
            out.fetch_reply.originals.extend(
                self.originals.get(d.seq, b"") for d in found[:fetch.limit])
        out.fetch_reply.end = len(found) <= fetch.limit
        self.send(out, peer)

    def _beat(self):
        while not self.stopping:
            time.sleep(self.heartbeat_ms / 1000)
            with self.lock:
                if self.live:
                    out = link_pb2.LinkFrame()
                    out.heartbeat.newest_seq = self.newest
                    out.heartbeat.unix_us = int(time.time() * 1e6)
                    self.send(out)

    # ---- what tests do ----

    def add(self, item, original=b"", lose=False):
        """Appends a notice and delivers it; lose: forget to deliver it. Returns its seq."""
        with self.lock:
            prev = self.newest
            deliver = link_pb2.Deliver(seq=prev + 1, submission_id=f"{prev + 1:032x}")
            deliver.notice.CopyFrom(item)
            deliver.hops.add(name="accepted").time.unix_us = int(time.time() * 1e6)
            self.history.append(deliver)
            if original:
                self.originals[deliver.seq] = original
            if self.live and not lose:
                self._deliver(deliver, prev)
            return deliver.seq

    def lose_history(self, epoch):
        with self.lock:
            self.epoch = epoch
            self.history.clear()
            self.originals.clear()
        self.cut()
