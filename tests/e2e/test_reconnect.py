"""Subscribers that drop at random points and resume by (epoch, seq), HS_RECONNECTS times (default 450) in all, in every form
of the feed alike.

Some leave before the first frame, some in the middle of a replay, some long after `live`, all without a word. The ring of the
feed holds 16 notices, so that some resume from the hub's journal. Afterwards the history must keep every law
(tests/history): nothing missed, nothing twice, no gap, each cancel at everybody who holds its order.
"""

import os
import random
import sys
import threading
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "history"))

from logs import Notes, random_stays  # noqa: E402

from conftest import wait_until  # noqa: E402
from documents import detail, new_id, order  # noqa: E402
from feed_client import FORMS  # noqa: E402

RECONNECTS = int(os.environ.get("HS_RECONNECTS", "450"))
SEED = int(os.environ.get("HS_SEED", "20261126"))
PER_NOTICE = 4  # reconnects of all for one notice
PATIENCE_S = 0.1  # or so long
STAY_MAX_S = 0.05  # without a frame
DELAY_MAX_S = 60 + RECONNECTS / 20
LATENCY_MS = 15000
LEAST_OF_A_FORM = 0.2  # of all reconnects
READERS = [("all", {}, "json"), ("packed", {}, "proto"), ("events", {}, "sse"),
           ("north", {"areas": ["990019"]}, "json"), ("port", {"areas": ["990027"]}, "proto"),
           ("events-north", {"areas": ["990019"]}, "sse"), ("severe", {"level_min": 5}, "json"),
           ("events-severe", {"level_min": 5}, "sse"), ("first", {}, "proto")]


def life_of_a_document(number):
    """(user, document): one order, what changes it, and at times its cancel, which names one of two municipalities."""
    document, codes = new_id(), ["990019", "990027"] if number % 3 == 0 else ["990019"]
    user, source = ("pref", "bosai.pref.example") if number % 3 == 0 else ("kakuu", "bosai.kakuu.example")

    def of(revision, codes, sort="避難指示", **more):
        return user, order([detail(sort, ["北町", f"第{number}地区"], code=code) for code in codes], document=document,
                           revision=revision, source=source, code=codes[0], **more)
    yield of(1, codes)
    if number % 2 == 0:
        yield of(2, codes[:1], "緊急安全確保")
    if number % 5 < 3:
        yield of(3, codes[:1], kind="Cancel", errata="誤り")


class Work(threading.Thread):
    """Sends on while the subscribers come and go: one notice for PER_NOTICE reconnects."""

    def __init__(self, senders, readers):
        super().__init__(daemon=True)
        self.senders, self.readers = senders, readers
        self.sent, self.wrong, self.newest = 0, [], 0

    def reconnects(self):
        return sum(reader.place.connections for reader in self.readers)

    def run(self):
        number, end = 0, time.monotonic() + DELAY_MAX_S
        while self.reconnects() < RECONNECTS and time.monotonic() < end and not self.wrong:
            number += 1
            for user, document in life_of_a_document(number):
                patience = time.monotonic() + PATIENCE_S
                while self.reconnects() < self.sent * PER_NOTICE and time.monotonic() < patience:
                    time.sleep(0.002)
                reply = self.senders[user].submit(document)
                self.sent += 1
                if reply.status_code != 202:
                    self.wrong.append(reply.text)
                else:
                    self.newest = reply.json()["seq"]


def test_who_drops_and_resumes_misses_nothing_and_gets_nothing_twice(make_stack, tmp_path):
    stack = make_stack(feed={"ring_notices": 16})
    notes = Notes(tmp_path)
    senders = {user: notes.submitter(user, lambda body, user=user: stack.submit(body, user)) for user in ("kakuu", "pref")}
    readers = [notes.follower(name, stack.feed_url("/v1/events") if form == "sse" else stack.ws_url(), wish, form=form,
                              left=random_stays(SEED + number, 20),
                              silence=lambda numbers=random.Random(SEED + number): numbers.uniform(0.002, STAY_MAX_S),
                              start="snapshot" if name == "first" or form == "sse" else "beginning", pause_s=0)
               for number, (name, wish, form) in enumerate(READERS)]
    for reader in readers:
        reader.start()
    work = Work(senders, readers)
    work.start()
    work.join(DELAY_MAX_S + 60)
    assert not work.is_alive() and work.wrong == []
    everywhere = [reader for reader in readers if not reader.wish]
    wait_until(lambda: all(reader.place.seq >= work.newest for reader in everywhere), "everybody has the last one", 60)
    for reader in readers:
        reader.stop()
    by_form = {form: sum(reader.place.connections for reader in readers if reader.form == form) for form in FORMS}
    assert work.reconnects() >= RECONNECTS and min(by_form.values()) >= LEAST_OF_A_FORM * RECONNECTS, by_form
    print(f"\n{work.reconnects()} connections {by_form}; " + notes.check(stack.path("journal.db"), latency_ms=LATENCY_MS, settle_ms=1000))
    assert stack.metrics("feed-1")["hansho_feed_gaps_total"] == 0
