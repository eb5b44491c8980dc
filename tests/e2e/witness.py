"""Who watches while something goes wrong: a subscriber that never gives up, and the book of what was
acknowledged. After each fault: a good order arrives, and nothing that was acknowledged is missing.
"""

import asyncio
import itertools
import os
import subprocess
import sys
import threading

import requests
import yaml

sys.path.insert(0, os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "history"))

from logs import Notes, note_entitled, note_frame  # noqa: E402

from conftest import BIN, wait_until
from documents import order
from feed_client import Subscriber

PAUSE_S = 0.1
LATENCY_MS = 60000  # these tests kill, stop and starve what is in between
_numbers = itertools.count(1)


class Witness:
    """A subscriber in a thread of its own; reconnects and resumes behind what it has."""

    def __init__(self, stack, log, feed=0):
        self.stack, self.url, self.log = stack, stack.ws_url(feed), log
        self.mode = stack.mode
        note_entitled(log, "witness", {"mode": self.mode})
        self.frames = []
        self.position = None
        self.live = threading.Event()
        self.loop = asyncio.new_event_loop()
        self.thread = threading.Thread(target=self._main, daemon=True)
        self.thread.start()
        assert self.live.wait(20), "the witness never got live"

    def _main(self):
        self.task = self.loop.create_task(self._watch())
        try:
            self.loop.run_until_complete(self.task)
        except asyncio.CancelledError:
            pass

    async def _watch(self):
        while True:
            try:
                await self._read()
            except (OSError, asyncio.TimeoutError, *_closed()) as problem:
                self.log.write("close", why=repr(problem))
                await asyncio.sleep(PAUSE_S)

    async def _read(self):
        self.log.write("connect", start=self.position or "beginning")
        async with Subscriber(self.url) as one:
            hello = (await one.until("hello"))[0]
            note_frame(self.log, hello)
            start = self.position or {"epoch": hello["epoch"], "seq": 0}
            await one.subscribe(mode=self.mode, **{"from": start})
            while True:
                frame = await one.next(60)
                note_frame(self.log, frame)
                if frame["type"] == "notice":
                    self.position = {"epoch": frame["epoch"], "seq": frame["seq"]}
                    self.frames.append(frame)
                elif frame["type"] == "live":
                    self.live.set()

    @property
    def seqs(self):
        return [frame["seq"] for frame in list(self.frames)]

    def close(self):
        self.loop.call_soon_threadsafe(self.task.cancel)
        self.thread.join(10)
        self.loop.close()


def _closed():
    import websockets
    return (websockets.ConnectionClosed, websockets.InvalidHandshake)


class Book:
    """Submits, notes what was acknowledged, and settles the account with a witness."""

    def __init__(self, stack):
        self.stack = stack
        self.status = "Actual" if stack.mode == "live" else "Exercise"
        self.acknowledged = {}  # seq → (id, document)
        self.notes = Notes(stack.path(f"notes-{next(_numbers)}"))
        self.sender = self.notes.submitter("book", stack.submit)
        self.witness = Witness(stack, self.notes.log("subscriber", "witness"))

    def note(self, reply, document):
        answer = reply.json()
        if reply.status_code == 202 and answer["outcome"] in ("accepted", "duplicate"):
            self.acknowledged[answer["seq"]] = (answer["id"], document)
        return answer

    def submit(self, document, **more):
        reply = self.sender.submit(document, **more)
        if reply.status_code == 202:
            self.note(reply, document)
        return reply

    def good(self, **more):
        """A good order is taken and reaches the subscriber."""
        reply = self.submit(order(status=self.status, **more))
        assert reply.status_code == 202 and reply.json()["outcome"] == "accepted", reply.text
        seq = reply.json()["seq"]
        wait_until(lambda: seq in self.witness.seqs, f"order {seq} reaches the subscriber")
        return reply.json()

    def settle(self, **bounds):
        """A good order goes through; the subscriber has every seq once and in order; every
        acknowledged submission is known under its id and sending it again is a duplicate; the laws of
        tests/history are kept. bounds: for those."""
        newest = self.good()["seq"]
        assert self.witness.seqs == list(range(1, newest + 1))
        for seq, (submission, document) in list(self.acknowledged.items())[-20:]:
            state = self.stack.status(submission).json()
            assert (state["id"], state["seq"]) == (submission, seq), state
            again = self.stack.submit(document).json()
            assert (again["outcome"], again["seq"], again["id"]) == ("duplicate", seq, submission)
        listed = set()
        while len(listed) < newest:
            page = requests.get(self.stack.feed_url(
                f"/v1/notices?after={len(listed)}&limit=64"), timeout=20).json()["notices"]
            assert page, f"only {len(listed)} of {newest} are listed"
            listed |= {notice["seq"] for notice in page}
        assert set(self.acknowledged) <= listed
        self.notes.check(self.journal(), latency_ms=LATENCY_MS, settle_ms=0, others_submit=1, **bounds)

    @property
    def epoch(self):
        return self.witness.position["epoch"]

    def journal(self):
        """The hub has it open; reading does not disturb it."""
        with open(self.stack.path("hub.yaml"), encoding="utf-8") as file:
            return yaml.safe_load(file)["journal"]

    def close(self):
        self.witness.close()


def journal_is_whole(path):
    check = subprocess.run([os.path.join(BIN, "hansho"), "journal", "check", path],
                           capture_output=True, text=True, timeout=60)
    assert check.returncode == 0, check.stdout + check.stderr
    return check.stdout
