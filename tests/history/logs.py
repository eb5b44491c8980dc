"""Writes the logs that the checker reads: helpers for any test that submits and subscribes.

    notes = Notes(folder)
    sender = notes.submitter("city", lambda body: stack.submit(body))   sender.submit(xml)
    reader = notes.follower("tv", stack.ws_url(), {"mode": "drill", "areas": ["990019"]}); reader.start()
    …                                                                   reader.stop()
    notes.check(stack.path("journal.db"))

Flow:    each writes to a log of its own, one line per event at the moment when it is seen (formats: history.py).
Threads: a log may be written by several. A follower is a thread with a loop of its own; `follow` is one connection, for
         those who have a loop.
"""

import asyncio
import glob
import hashlib
import itertools
import json
import os
import random
import sys
import threading
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

import requests  # noqa: E402
import websockets  # noqa: E402
from lxml import etree  # noqa: E402

import check  # noqa: E402
from history import facts_of_notice  # noqa: E402
from feed_client import EventStream, frame_of, subscribe_message  # noqa: E402

# Answers with a status of "later" that promise that nothing was taken (hub/gate/refusal.c); any other leaves it open.
NOTHING_TAKEN = {"busy", "hub_away", "stopping"}
KEPT_OF_A_NOTICE = ("source", "document", "revision", "mode", "kind", "action", "areas", "sha256", "notice_sha256")
PAUSE_S = 0.05
SILENCE_S = 60
STOP_S = 40
LOST = (OSError, asyncio.TimeoutError, websockets.ConnectionClosed, websockets.InvalidHandshake,
        websockets.InvalidMessage, EOFError)


class Log:
    """One file of JSON lines."""

    def __init__(self, path):
        self.path = str(path)
        self.lock = threading.Lock()
        self.file = open(self.path, "w", encoding="utf-8", buffering=1)

    def write(self, event, **fields):
        """at_ns among the fields: when it happened, if that was not now."""
        with self.lock:  # lines in the order of their times
            if not self.file.closed:
                self.file.write(json.dumps({"event": event, "at_ns": time.monotonic_ns(), **fields},
                                           ensure_ascii=False) + "\n")

    def close(self):
        with self.lock:
            self.file.close()


# ---- submitters ----

def named(root, name):
    return [element for element in root.iter() if isinstance(element.tag, str) and etree.QName(element).localname == name]


def first_text(root, *names):
    return next((element.text or "" for name in names for element in named(root, name)), "")


def sent_areas(root):
    """The places of an evacuation order as the document has them; None for what has none of this form."""
    if not named(root, "EvacuationOrder"):
        return None
    places = [area for detail in named(root, "Detail") for area in named(detail, "Area")]
    return [f"{first_text(area, 'jisX0402')} {first_text(area, 'areaName')}" for area in places]


def facts_of_document(body):
    """What an L-Alert style document says of itself; only the hash of what is none."""
    facts = {"sha256": hashlib.sha256(body).hexdigest(), "document": "", "source": "", "revision": 0, "kind": "",
             "action": "", "areas": None}
    try:
        root = etree.fromstring(body, etree.XMLParser(resolve_entities=False, no_network=True))
    except (etree.XMLSyntaxError, ValueError):
        return facts
    revision = first_text(root, "documentRevision")
    facts.update(document=first_text(root, "documentID"), source=first_text(root, "senderID"),
                 revision=int(revision) if revision.isdigit() else 0, kind=first_text(root, "category"),
                 action=first_text(root, "distributionType"), areas=sent_areas(root))
    return facts


def outcome_of(reply):
    """(event, fields) of an answer of POST /v1/submissions."""
    try:
        answer = reply.json()
    except ValueError:
        answer = {}
    if reply.status_code == 202 and "id" in answer:
        return "ok", {name: answer.get(name) for name in ("id", "epoch", "seq", "outcome")}
    code = answer.get("code", "")
    if 400 <= reply.status_code < 500 or code in NOTHING_TAKEN:
        return "fail", {"status": reply.status_code, "code": code}
    return "unknown", {"why": f"{reply.status_code} {code}"}


class Submitter:
    """Posts and notes. post: (bytes, …) → requests.Response."""

    _tokens = itertools.count(1)

    def __init__(self, log, name, post):
        self.log, self.name, self.post = log, name, post

    def submit(self, body, **more):
        """The reply, or what requests raised. more: for post."""
        body = body.encode("utf-8") if isinstance(body, str) else body
        call = f"{self.name}-{next(self._tokens)}"
        self.log.write("invoke", call=call, **facts_of_document(body))
        try:
            reply = self.post(body, **more)
        except requests.RequestException as problem:
            self.log.write("unknown", call=call, why=type(problem).__name__)
            raise
        event, fields = outcome_of(reply)
        self.log.write(event, call=call, **fields)
        return reply


# ---- subscribers ----

def kept(frame):
    """What a log keeps of a notice frame, or of one notice of a snapshot."""
    facts = facts_of_notice(frame["notice"])
    return {"seq": frame["seq"], "epoch": frame.get("epoch", ""), **{name: facts[name] for name in KEPT_OF_A_NOTICE}}


def note_frame(log, frame):
    """A frame of the feed, in either form."""
    kind = frame["type"]
    if kind == "notice":
        log.write("notice", **kept(frame))
    elif kind == "snapshot":
        log.write("snapshot", seq=frame.get("seq", 0), epoch=frame.get("epoch", ""),
                  notices=[kept(notice) for notice in frame.get("notices", [])])
    elif kind == "gap":
        log.write("gap", **{name: frame.get(name, 0) for name in ("from_seq", "to_seq")})
    elif kind == "hello":
        log.write("hello", epoch=frame["epoch"], newest_seq=frame.get("newest_seq", 0))
    elif kind == "live":
        log.write("live", seq=frame.get("seq", 0))


def note_entitled(log, name, wish):
    log.write("entitled", subscriber=name, **{"mode": "drill", "areas": [], "kinds": [], "level_min": 0, **wish})


class Place:
    """Where a subscriber is: what he resumes from, and what a test waits for. start: "beginning", "snapshot" or "now"."""

    def __init__(self, start="snapshot"):
        self.epoch, self.seq, self.start = None, 0, start
        self.connections = self.notices = 0
        self.beat = None  # (newest seq, digest) of the newest heartbeat

    def resume(self):
        return {"epoch": self.epoch, "seq": self.seq} if self.epoch else self.start

    def take(self, frame):
        kind = frame["type"]
        self.notices += kind == "notice"
        if kind == "hello" and self.start == "beginning":
            self.epoch = self.epoch or frame["epoch"]
        elif kind == "snapshot":
            self.epoch, self.seq = frame["epoch"], frame.get("seq", 0)
        elif kind == "heartbeat":
            self.beat = (frame.get("newest_seq", 0), frame.get("digest", ""))
        elif kind in ("notice", "live"):
            self.epoch, self.seq = frame["epoch"], max(self.seq, frame.get("seq", 0))


async def connected(url, form):
    if form == "sse":
        return EventStream(url)
    return await asyncio.wait_for(websockets.connect(
        url, subprotocols=[f"hansho.v1.{form}"], max_size=None, ping_interval=None, compression=None,
        close_timeout=1), SILENCE_S)


async def begin(socket, log, place, form, wish, silence_s):
    """Who starts at the beginning reads hello first, because he needs the epoch; an event stream cannot."""
    if form == "sse":
        await asyncio.wait_for(socket.subscribe(**{"mode": "drill", **wish, "from": place.resume()}), silence_s)
        return
    if place.resume() == "beginning":
        frame = await take(socket, log, place, silence_s)
        if frame["type"] != "hello":
            raise ConnectionError(f"{frame} instead of hello")
    await socket.send(subscribe_message(form, **{"mode": "drill", **wish, "from": place.resume()}))


async def take(socket, log, place, silence_s):
    frame = frame_of(await asyncio.wait_for(socket.recv(), silence_s))
    note_frame(log, frame)
    place.take(frame)
    return frame


async def follow(url, log, wish, place, form="json", stays=lambda frame: True, silence_s=SILENCE_S,
                 dial_s=SILENCE_S):
    """One connection: from its place on, until stays(frame) says no, nothing comes for silence_s, or it breaks. It leaves
    without a word, as one does whose cable was pulled."""
    log.write("connect", start=place.resume())
    place.connections += 1
    why = "cancelled"
    socket = None
    try:
        socket = await asyncio.wait_for(connected(url, form), dial_s)
        await begin(socket, log, place, form, wish, max(silence_s, dial_s))
        while stays(await take(socket, log, place, silence_s)):
            pass
        why = "left"
    except LOST as problem:
        why = repr(problem)
    finally:
        log.write("close", why=why)
        if socket is not None:
            if socket.transport is not None:
                socket.transport.abort()
            await socket.wait_closed()
    return why


class Follower(threading.Thread):
    """A subscriber that never gives up: connects, follows, resumes behind what it has. left: () → how many frames to
    stay for; None: for ever. silence: () → seconds without a frame after which it leaves; dial_s: without an answer when it
    connects. form: json, proto or sse."""

    def __init__(self, log, name, url, wish, form="json", start="snapshot", left=None, silence=lambda: SILENCE_S,
                 pause_s=PAUSE_S, dial_s=SILENCE_S):
        super().__init__(daemon=True, name=name)
        note_entitled(log, name, wish)
        self.log, self.url, self.wish, self.form = log, url, wish, form
        self.left, self.silence, self.pause_s, self.dial_s = left, silence, pause_s, dial_s
        self.place, self.live = Place(start), threading.Event()
        self.loop = asyncio.new_event_loop()
        self.task = None

    def run(self):
        self.task = self.loop.create_task(self._follow())
        try:
            self.loop.run_until_complete(self.task)
        except asyncio.CancelledError:
            pass
        self.loop.run_until_complete(self._tidy())

    @staticmethod
    async def _tidy():
        """What is left of a connection that was just being made."""
        rest = asyncio.all_tasks() - {asyncio.current_task()}
        for task in rest:
            task.cancel()
        await asyncio.gather(*rest, return_exceptions=True)

    async def _follow(self):
        while True:
            left = itertools.count(self.left() if self.left else 0, -1)
            if await follow(self.url, self.log, self.wish, self.place, self.form,
                            lambda frame, left=left: self._stays(frame, left), self.silence(), self.dial_s) != "left":
                await asyncio.sleep(self.pause_s)

    def _stays(self, frame, left):
        if frame["type"] == "live":
            self.live.set()
        return self.left is None or next(left) > 0

    def stop(self):
        """asyncio.wait_for loses a cancel that comes together with what it waits for: so it is said again."""
        end = time.monotonic() + STOP_S
        while self.is_alive() and time.monotonic() < end:
            try:
                self.loop.call_soon_threadsafe(lambda: self.task.cancel())
            except RuntimeError:  # it has just ended
                break
            self.join(0.5)
        self.join(1)
        assert not self.is_alive()
        self.log.write("end")
        self.loop.close()


class Events(threading.Thread):
    """The same on the event stream (SSE): resumes by Last-Event-ID, which only notices, live and snapshot carry."""

    def __init__(self, log, name, url, wish, left=lambda: 10):
        super().__init__(daemon=True, name=name)
        note_entitled(log, name, wish)
        self.log, self.url, self.wish, self.left = log, url, wish, left
        self.place, self.stopping = Place(), threading.Event()

    def run(self):
        while not self.stopping.is_set():
            self.log.write("connect", start=self.place.resume())
            self.place.connections += 1
            why = "left"
            try:
                self._read(self.left())
            except requests.RequestException as problem:
                why = type(problem).__name__
            self.log.write("close", why=why)
            self.stopping.wait(PAUSE_S)

    def _read(self, left):
        headers = {"Last-Event-ID": f"{self.place.epoch}:{self.place.seq}"} if self.place.epoch else {}
        query = {"mode": "drill", **{name: ",".join(value) for name, value in self.wish.items() if isinstance(value, list)}}
        if not headers:
            query["from"] = "snapshot"
        with requests.get(self.url, params=query, headers=headers, stream=True, timeout=2) as reply:
            for line in reply.iter_lines(chunk_size=1):
                if line.startswith(b"data: "):
                    frame = json.loads(line[6:])
                    note_frame(self.log, frame)
                    self.place.take(frame)
                    left -= frame["type"] != "heartbeat"
                if left <= 0 or self.stopping.is_set():
                    return

    def stop(self):
        self.stopping.set()
        self.join(20)
        assert not self.is_alive()
        self.log.write("end")


# ---- outlets ----

def monotonic_ns(unix_ns):
    """A moment of the wall clock, which was not set meanwhile, on the clock of the logs."""
    return time.monotonic_ns() - (time.time_ns() - unix_ns)


def note_outlet(log, name, wish, epoch, seen):
    """What an outlet got, told afterwards: seen is [(unix_ns, {seq, source, id, revision}, mode)]. It was there from the
    beginning, and gets words of its own: there is nothing to compare but which notices they are. Files have the time of
    the kernel's last tick, some milliseconds apart: what has the same time counts in the order of seq."""
    note_entitled(log, name, wish)
    log.write("connect", start="beginning", at_ns=0)
    log.write("hello", epoch=epoch, at_ns=0)
    log.write("live", seq=0, at_ns=0)
    for unix_ns, notice, mode in sorted(seen, key=lambda row: (row[0], row[1]["seq"])):
        log.write("notice", at_ns=monotonic_ns(unix_ns), seq=notice["seq"], source=notice["document"]["source"],
                  document=notice["document"]["id"], revision=notice["document"]["revision"], mode=mode)
    log.write("close", why="read")
    log.write("end")
    log.close()


# ---- all logs of one test ----

class Notes:
    """The logs of one test, in a folder."""

    def __init__(self, folder):
        self.folder, self.logs = str(folder), []
        os.makedirs(self.folder, exist_ok=True)

    def log(self, kind, name):
        self.logs.append(Log(os.path.join(self.folder, f"{kind}-{name}.jsonl")))
        return self.logs[-1]

    def submitter(self, name, post):
        return Submitter(self.log("submitter", name), name, post)

    def follower(self, name, url, wish=None, **more):
        return Follower(self.log("subscriber", name), name, url, wish or {}, **more)

    def events(self, name, url, wish=None, **more):
        return Events(self.log("subscriber", name), name, url, wish or {}, **more)

    def files(self, kind):
        return sorted(glob.glob(os.path.join(self.folder, f"{kind}-*.jsonl")))

    def check(self, journal, **bounds):
        """Judges what was noted so far against the journal; fails with the violations, returns a line that sums up."""
        return check.assert_kept(self.files("submitter"), journal, self.files("subscriber"), **bounds)


def random_stays(seed, most):
    """left() of a follower that drops at random: often at once, sometimes late."""
    numbers = random.Random(seed)
    return lambda: numbers.choice((0, 1, 2, 3, numbers.randint(0, most)))
