"""Partitions: two feeds and subscribers of every form at each, whose ways are cut at random while orders go out; HS_PARTITIONS
of them (default 2).

A cut is silent (nothing is closed) or loud; it lies between hub and a feed, between a feed and its subscribers, or both. When
the ways are whole again, every subscriber must hold the same active set as the hub (newest seq and digest of its heartbeats)
within 10 s (the heartbeats that tell it come each second here; all bear silence as with the usual ones). Afterwards the history must keep every law (tests/history): nothing missed, nothing twice, no gap.
"""

import os
import random
import sys
import threading
import time

import pytest
import requests

sys.path.insert(0, os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "history"))

from logs import Notes  # noqa: E402

from conftest import HeldUp, wait_until  # noqa: E402
from feed_client import FORMS  # noqa: E402
from relay import Relay  # noqa: E402
from test_reconnect import life_of_a_document  # noqa: E402

PARTITIONS = int(os.environ.get("HS_PARTITIONS", "2"))
SEED = int(os.environ.get("HS_SEED", "20261126"))
AGREE_S = 10
SHORT_S, LONG_S = (0.3, 2.0), (9.0, 18.0)  # of a cut; every third of a long run is longer than what anybody bears
SILENCE_S, DIAL_S = 8.0, 3.0  # what a subscriber bears, as hansho does
LATENCY_MS = 45000


class Work(threading.Thread):
    """Submits the lives of documents, but not while it is held."""

    def __init__(self, senders):
        super().__init__(daemon=True)
        self.senders, self.newest, self.wrong = senders, 0, []
        self.going, self.stopping, self.resting = threading.Event(), threading.Event(), threading.Event()

    def run(self):
        number = 0
        while not self.stopping.is_set() and not self.wrong:
            number += 1
            for user, document in life_of_a_document(number):
                self.resting.set()
                self.going.wait()
                self.resting.clear()
                reply = self.senders[user].submit(document)
                if reply.status_code == 202:
                    self.newest = reply.json()["seq"]
                else:
                    self.wrong.append(reply.text)
                self.stopping.wait(0.05)
        self.resting.set()

    def hold(self):
        self.going.clear()
        assert self.resting.wait(60)


class Town:
    def __init__(self, stack, notes):
        self.stack = stack
        self.fronts = [Relay(("127.0.0.1", stack.ports[name])) for name in stack.feeds]
        self.ways = [*[stack.relays[name] for name in stack.feeds], *self.fronts]
        self.readers = []
        for number, front in enumerate(self.fronts):
            base = f"127.0.0.1:{front.port}/v1/"
            for form in FORMS:
                url = f"http://{base}events" if form == "sse" else f"ws://{base}feed"
                self.readers.append(notes.follower(f"{form}-{number + 1}", url, {}, form=form, dial_s=DIAL_S,
                                                   start="snapshot" if form == "sse" else "beginning",
                                                   silence=lambda: SILENCE_S))

    def hubs_word(self):
        status = requests.get(f"http://{self.stack.ops['hub']}/status", timeout=20).json()
        return status["newest_seq"], status["digest"]

    def agree(self):
        word = self.hubs_word()
        return all(reader.place.beat == word for reader in self.readers)

    def cut(self, numbers, long):
        ways = numbers.sample(self.ways, numbers.randint(1, len(self.ways)))
        for way in ways:
            way.silence()
            if numbers.random() < 0.3:
                way.reset()
        time.sleep(numbers.uniform(*(LONG_S if long else SHORT_S)))
        for way in ways:
            way.heal(kept=numbers.random() < 0.5)

    def close(self):
        for front in self.fronts:
            front.close()


@pytest.fixture
def make_town():
    towns = []

    def make(*parts):
        towns.append(Town(*parts))
        return towns[-1]
    yield make
    for town in towns:
        town.close()


def test_after_a_partition_everybody_holds_the_same(make_stack, make_town, tmp_path):
    stack = make_stack(feeds=2, relayed=True, feed={"ring_notices": 64, "heartbeat_ms": 1000})
    notes, numbers = Notes(tmp_path), random.Random(SEED)
    senders = {user: notes.submitter(user, lambda body, user=user: stack.submit(body, user)) for user in ("kakuu", "pref")}
    town = make_town(stack, notes)
    for reader in town.readers:
        reader.start()
    assert all(reader.live.wait(60) for reader in town.readers)
    work, slowest_s = Work(senders), 0.0
    work.going.set()
    work.start()
    for number in range(PARTITIONS):
        held = HeldUp()
        town.cut(numbers, long=number % 3 == 2)
        healed = time.monotonic()
        work.hold()
        wait_until(town.agree, f"after partition {number + 1} of seed {SEED} everybody holds the same", 60)
        took_s = time.monotonic() - healed
        held.done.set()
        slowest_s = max(slowest_s, took_s)
        assert took_s <= AGREE_S + held.s, f"partition {number + 1} of seed {SEED}: agreed after {took_s:.1f} s"
        work.going.set()
    work.stopping.set()
    work.join(60)
    assert not work.is_alive() and work.wrong == []
    wait_until(lambda: all(reader.place.seq >= work.newest for reader in town.readers), "everybody has the last one")
    for reader in town.readers:
        reader.stop()
    print(f"\n{PARTITIONS} partitions, the same set after {slowest_s:.1f} s at most; "
          + notes.check(stack.path("journal.db"), latency_ms=LATENCY_MS, settle_ms=1000))
    for name in stack.feeds:
        assert stack.metrics(name)["hansho_feed_gaps_total"] == 0
