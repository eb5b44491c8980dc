"""The real hub and its journal, without gate and feed: the tests speak schemas/link.proto to it themselves.

What is on the wire is written from link.proto and hub/base/link_framing.h (four bytes of length, then the frame).
A story is a list of submissions, one after the other; Teller tells it to a hub that may die or be refused its disk in
the middle, and knows afterwards what was promised. Judge starts the hub anew and holds it to that.
"""

import hashlib
import os
import random
import shutil
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import time

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
sys.path.insert(0, os.path.join(ROOT, "tests", "e2e"))

from conftest import BIN  # noqa: E402
from fake_hub import link_pb2, notice_pb2  # noqa: E402

RESTART_S = 15  # 5 are promised, the rest is for a busy machine
STRACE_START_S = 60
ANSWER_S = 60
TRIES = 10
LARGE_BYTES = 12000  # above: in pieces, before the record
ACCEPTED, DUPLICATE, UNAVAILABLE = (link_pb2.Outcome.Value(f"OUTCOME_{name}")
                                    for name in ("ACCEPTED", "DUPLICATE", "UNAVAILABLE"))
BULK = 5  # HS_PRIORITY_BULK of schemas/notice.h
KINDS = {"gate": "GATE", "feed": "FEED", "signage": "ADAPTER"}


class Gone(Exception):
    """The hub ended the connection."""


class Link:
    """One connection of one peer, with time limits."""

    def __init__(self, path, name, within_s=RESTART_S, alive=lambda: True):
        deadline = time.monotonic() + within_s
        while True:
            self.socket = socket.socket(socket.AF_UNIX)
            self.socket.settimeout(ANSWER_S)
            try:
                self.socket.connect(path)
                break
            except OSError:
                self.socket.close()
                if not alive() or time.monotonic() > deadline:
                    raise Gone(f"{name}: no hub within {within_s} s") from None
                time.sleep(0.003)
        frame = link_pb2.LinkFrame()
        frame.hello.name = name
        frame.hello.kind = link_pb2.PeerKind.Value(f"PEER_KIND_{KINDS[name]}")
        frame.hello.mode = notice_pb2.MODE_DRILL
        self.send(frame)
        self.hello = self.read("hello").hello

    def send(self, frame):
        data = frame.SerializeToString()
        try:
            self.socket.sendall(struct.pack(">I", len(data)) + data)
        except OSError as error:
            raise Gone(str(error)) from None

    def _exactly(self, count):
        data = b""
        while len(data) < count:
            try:
                piece = self.socket.recv(count - len(data))
            except socket.timeout:
                raise AssertionError(f"no answer of the hub within {ANSWER_S} s") from None
            except OSError as error:
                raise Gone(str(error)) from None
            if not piece:
                raise Gone("closed")
            data += piece
        return data

    def next(self):
        length = struct.unpack(">I", self._exactly(4))[0]
        return link_pb2.LinkFrame.FromString(self._exactly(length))

    def read(self, *bodies):
        """The next frame of one of these; others are passed over."""
        while True:
            frame = self.next()
            if frame.WhichOneof("body") in bodies:
                return frame

    def close(self):
        self.socket.close()


class Submission:
    """One document of a story, always the same bytes."""

    def __init__(self, document, revision, action, level, size):
        self.key = (document, revision)
        self.original = hashlib.shake_256(f"{document} {revision}".encode()).hexdigest(size // 2).encode()
        notice = notice_pb2.Notice(mode=notice_pb2.MODE_DRILL, kind=notice_pb2.KIND_EVACUATION,
                                   action=notice_pb2.Action.Value(f"ACTION_{action}"))
        notice.document.source, notice.document.id = "bosai.kakuu.example", document
        notice.document.revision = revision
        notice.source.code, notice.source.name = "990019", "架空市"
        if level:
            notice.level.number, notice.level.term, notice.level.scheme = level, "避難指示", "2026"
        place = notice.areas.add(code="990019", name=f"北町 {document}")
        notice.texts.add(language="ja", headline=f"避難指示 {document} 第{revision}版")
        detail = notice.evacuation.details.add(sort="避難指示", state=(
            notice_pb2.Evacuation.STATE_LIFTED if action == "LIFT" else notice_pb2.Evacuation.STATE_ISSUED))
        detail.areas.add().area.CopyFrom(place)
        # Large ones are no orders, so they go to disk in pieces (hub/core/waiting.h).
        notice.priority = BULK if size > LARGE_BYTES else 0
        notice.original.sha256 = hashlib.sha256(self.original).digest()
        self.notice = notice
        self.content = hashlib.sha256(notice.SerializeToString() + self.original).digest()

    def frame(self, request):
        frame = link_pb2.LinkFrame()
        submit = frame.submit
        submit.request, submit.principal = request, "kakuu-city"
        submit.notice.CopyFrom(self.notice)
        submit.original, submit.content_sha256 = self.original, self.content
        return frame


def story(seed, length, large, small=(2000, 9000)):
    """Issues, updates, lifts and cancels of several documents, large ones between so that the log fills."""
    numbers, out, open_documents = random.Random(seed), [], {}
    for step in range(length):
        size = numbers.choice(small) if step % 3 else large
        document = numbers.choice(sorted(open_documents)) if open_documents and step % 2 else f"doc-{seed}-{step}"
        revision = open_documents.get(document, 0) + 1
        action = "ISSUE" if revision == 1 else numbers.choice(["UPDATE", "LIFT", "CANCEL"])
        level = 0 if action in ("LIFT", "CANCEL") else numbers.choice([3, 4, 5])
        out.append(Submission(document, revision, action, level, size))
        open_documents[document] = revision
        if action == "CANCEL":
            del open_documents[document]
    return out


class Hub:
    """A folder with configuration and journal; the process comes and goes."""

    def __init__(self, image=None, base="/tmp", **settings):
        self.dir = tempfile.mkdtemp(prefix="hs-w-", dir=base)
        for name in os.listdir(image) if image else ():
            shutil.copy(os.path.join(image, name), self.dir)
        self.journal = self.path("journal.db")
        config = {"mode": "drill", "journal": self.journal, "checkpoint_pages": 100, "batch_ms": 1,
                  "heartbeat_ms": 15000, "state_notices": 5, "reserve_bytes": 0,
                  "ahead_large_bytes": LARGE_BYTES, "piece_bytes": 8192, "piece_checkpoint_bytes": 65536, **settings}
        with open(self.path("hub.yaml"), "w", encoding="utf-8") as file:
            file.writelines(f"{key}: {value}\n" for key, value in config.items())
            file.write("peers:\n")
            for name, kind in KINDS.items():
                file.write(f"  - {{name: {name}, kind: {kind.lower()}, url: \"unix://{self.path(name)}\"}}\n")
        self.process = None
        self.output = ""

    def path(self, name):
        return os.path.join(self.dir, name)

    def start(self, strace=()):
        """strace: its options; the hub itself stays our child (-D)."""
        command = [os.path.join(BIN, "hansho-hub"), "--config", self.path("hub.yaml")]
        if strace:
            command = ["/usr/bin/strace", "-D", "-f", "-qq", "-y", "-o", self.path("strace.log"),
                       "-E", "ASAN_OPTIONS=detect_leaks=0", *strace, *command]
        for name in KINDS:
            if os.path.exists(self.path(name)):
                os.unlink(self.path(name))
        self.log = open(self.path("hub.log"), "ab")
        self.process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=self.log, stderr=self.log)

    def running(self):
        return self.process.poll() is None

    def link(self, name, within_s=RESTART_S):
        return Link(self.path(name), name, within_s, self.running)

    def signal(self, number):
        if self.running():
            os.kill(self.process.pid, number)

    def wait(self):
        """The exit status; a hub that does not end is killed and fails."""
        try:
            status = self.process.wait(15)
        except subprocess.TimeoutExpired:
            self.signal(signal.SIGKILL)
            self.process.wait()
            raise AssertionError(f"the hub does not end\n{self.said()}") from None
        finally:
            self.log.close()
        return status

    def stop(self):
        self.signal(signal.SIGTERM)
        return self.wait()

    def kill(self):
        self.signal(signal.SIGKILL)
        return self.wait()

    def said(self):
        with open(self.path("hub.log"), encoding="utf-8", errors="replace") as file:
            return file.read()

    def traced(self):
        try:
            with open(self.path("strace.log"), encoding="utf-8", errors="replace") as file:
                return file.read()
        except FileNotFoundError:
            return ""

    def check(self):
        """(exit status, text) of hansho journal check."""
        run = subprocess.run([os.path.join(BIN, "hansho"), "--json", "journal", "check", self.journal],
                             stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=60, check=False)
        return run.returncode, run.stdout.decode()

    def remove(self):
        if self.process is not None and self.running():
            self.kill()
        shutil.rmtree(self.dir, ignore_errors=True)


class Teller:
    """Tells a story: gate, feed and adapter at once, each step finished before the next. past: who told this journal
    before."""

    def __init__(self, hub, submissions, past=None):
        self.hub, self.submissions = hub, submissions
        self.past = past.submissions if past else []  # told before, all acknowledged
        self.acknowledged = dict(past.acknowledged) if past else {}  # key → (id, seq)
        self.open = []      # keys without a positive answer, in order
        self.findings = []  # codes of the negative ones
        self.received = []  # (seq, key) at the feed
        self.epoch, self.seq = "", 0
        self.replies = []   # (when it was sent, when it was acknowledged), unix time
        self.links = []

    def tell(self):
        """Until the end, or until the hub is gone."""
        try:
            self.gate = self._link("gate")
            self.resume()
            for number, submission in enumerate(self.submissions):
                self._submit(number + 1, submission)
        except Gone:
            pass
        finally:
            self.close()

    def close(self):
        for link in self.links:
            link.close()
        self.links = []

    def resume(self):
        """Feed and adapter; the feed goes on behind what it has."""
        self.feed, self.adapter = feed, adapter = self._link("feed"), self._link("signage")
        for link, seq in ((feed, self.seq), (adapter, 0)):
            frame = link_pb2.LinkFrame()
            frame.resume.epoch, frame.resume.seq = link.hello.epoch, seq
            link.send(frame)
        self.epoch = feed.hello.epoch
        self._take(feed.hello.newest_seq)

    def _link(self, name):
        self.links.append(self.hub.link(name, STRACE_START_S))
        return self.links[-1]

    def _submit(self, request, submission):
        """Sends it, and the same again as long as the hub says so."""
        self.open.append(submission.key)
        for _ in range(TRIES):
            sent = time.time()
            self.gate.send(submission.frame(request))
            reply = self.gate.read("submit_reply").submit_reply
            if reply.outcome != UNAVAILABLE:
                break
            self.findings += [finding.code for finding in reply.findings]
        assert reply.outcome in (ACCEPTED, DUPLICATE), reply
        self.open.remove(submission.key)
        self.acknowledged[submission.key] = (reply.id, reply.seq)
        self.replies.append((sent, time.time()))
        self._take(reply.seq)

    def _take(self, seq):
        """Feed and adapter get everything up to seq, report and acknowledge it."""
        while self.seq < seq:
            frame = self.feed.read("deliver", "gap", "snapshot")
            assert frame.WhichOneof("body") == "deliver", f"a {frame.WhichOneof('body')} on the way to {seq}"
            deliver = frame.deliver
            self.seq = deliver.seq
            self.received.append((deliver.seq, (deliver.notice.document.id, deliver.notice.document.revision)))
            ack = link_pb2.LinkFrame()
            ack.ack.seq = deliver.seq
            self.feed.send(ack)
        while seq and self.adapter.read("deliver").deliver.seq < seq:
            pass
        if seq:
            out = link_pb2.LinkFrame()
            out.receipt.seq, out.receipt.outlet = seq, "screen-1"
            out.receipt.state = link_pb2.RECEIPT_STATE_DISPLAYED
            self.adapter.send(out)
            out = link_pb2.LinkFrame()
            out.ack.seq = seq
            self.adapter.send(out)


def everything(hub, out):
    """What a feed without a past gets: out becomes {"epoch", "notices": {seq: bytes}, "originals", "state"}; when the
    hub goes away, it is what came until then."""
    feed = hub.link("feed")
    out.update({"epoch": feed.hello.epoch, "notices": {}, "state": {}, "originals": {}})
    frame = link_pb2.LinkFrame()
    frame.resume.epoch, frame.resume.seq, frame.resume.snapshot = feed.hello.epoch, 0, True
    feed.send(frame)
    while True:
        frame = feed.read("deliver", "gap", "snapshot", "live")
        body = frame.WhichOneof("body")
        assert body != "gap", "a gap in a journal that is whole"
        if body == "live":
            break
        if body == "snapshot":
            out["state"].update((d.seq, d.notice.SerializeToString(deterministic=True)) for d in frame.snapshot.notices)
        if body == "deliver":
            assert frame.deliver.seq not in out["notices"], "twice"
            out["notices"][frame.deliver.seq] = frame.deliver.notice.SerializeToString(deterministic=True)
            frame = link_pb2.LinkFrame()
            frame.ack.seq = max(out["notices"])
            feed.send(frame)
    after, end = 0, False
    while not end:
        frame = link_pb2.LinkFrame()
        frame.fetch.request, frame.fetch.after_seq, frame.fetch.limit, frame.fetch.originals = 1, after, 64, True
        feed.send(frame)
        reply = feed.read("fetch_reply").fetch_reply
        for deliver, original in zip(reply.notices, reply.originals):
            after = deliver.seq
            out["originals"][after] = (deliver.notice.SerializeToString(deterministic=True), original)
        end = reply.end
    feed.close()


def judge(hub, teller):
    """A new start on what is on disk: within RESTART_S; nothing lost, nothing doubled, sending again is safe."""
    begin = time.monotonic()
    hub.start()
    try:
        gate = hub.link("gate")
    except Gone as gone:
        raise AssertionError(f"{gone}\n{hub.said()}") from None
    assert time.monotonic() - begin < RESTART_S
    if teller.epoch:
        assert gate.hello.epoch == teller.epoch, "another epoch"
    answers = {}
    for attempt in (1, 2):
        for number, submission in enumerate([*teller.past, *teller.submissions]):
            key = submission.key
            gate.send(submission.frame(1000 * attempt + number))
            reply = gate.read("submit_reply").submit_reply
            first = key in teller.acknowledged or attempt == 2
            assert reply.outcome in ((DUPLICATE,) if first else (ACCEPTED, DUPLICATE)), (key, attempt, reply)
            answers.setdefault(key, (reply.id, reply.seq))
            assert answers[key] == (reply.id, reply.seq), "sending again had another effect"
    for key, promised in teller.acknowledged.items():
        assert answers.get(key, promised) == promised, f"{key} was promised as {promised}"
    newest = max([seq for _, seq in answers.values()] + [seq for _, seq in teller.acknowledged.values()])
    feed = Teller(hub, [])
    feed.seq, feed.received = teller.seq, list(teller.received)
    feed.resume()
    feed.close()
    gate.close()
    seqs = [seq for seq, _ in feed.received]
    assert seqs == list(range(seqs[0] if seqs else 1, newest + 1)), f"a subscriber that resumes got {seqs}, newest {newest}"
    by_key = {key: seq for key, (_, seq) in {**teller.acknowledged, **answers}.items()}
    assert all(by_key[key] == seq for seq, key in feed.received), "another notice under that seq"
    assert hub.stop() == 0, hub.said()
    status, text = hub.check()
    assert status == 0 and f'"newest_seq":{newest}' in text, text
    assert "pieces" not in text, f"the start left pieces that no record names: {text}"
