"""SIGKILL of the hub in the middle of a stream of submissions, HS_KILLS times (default 200).

Afterwards: every acknowledged order is in the journal, once, under the seq that was acknowledged; nothing is
in it that was not sent; a subscriber that went through all of it, dropping its own connection now and then,
got every seq once and in order; the chain of hashes is whole; the epoch never changed.
"""

import os
import random
import subprocess
import sys
import threading
import time

import requests

sys.path.insert(0, os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "e2e"))

from conftest import BIN, Stack, wait_until  # noqa: E402
from documents import new_id, order  # noqa: E402
from ws_client import ConnectionClosed, WebSocket  # noqa: E402

KILLS = int(os.environ.get("HS_KILLS", "200"))
SENDERS = 3
SEED = int(os.environ.get("HS_SEED", "20261120"))


class Sender(threading.Thread):
    """Posts documents one after the other; a document without a clear answer is sent again unchanged."""

    def __init__(self, stack, stop):
        super().__init__(daemon=True)
        self.stack, self.stop_event = stack, stop
        self.acknowledged = {}  # document id -> (submission id, seq, epoch)
        self.sent = set()
        self.unknown = 0  # answers that left it open
        self.wrong = []

    def run(self):
        while not self.stop_event.is_set():
            document = new_id()
            xml = order(document=document)
            self.sent.add(document)
            for _ in range(400):
                if self.send(document, xml):
                    break
                time.sleep(0.01)
            else:
                self.wrong.append(f"{document}: no answer after 400 tries")

    def send(self, document, xml):
        try:
            reply = self.stack.submit(xml)
        except requests.RequestException:
            self.unknown += 1
            return False
        if reply.status_code in (503, 504):
            self.unknown += 1
            return False
        body = reply.json()
        if reply.status_code != 202 or body["outcome"] not in ("accepted", "duplicate"):
            self.wrong.append(f"{document}: {reply.status_code} {reply.text[:300]}")
        else:
            self.acknowledged[document] = (body["id"], body["seq"], body["epoch"])
        return True


class Subscriber(threading.Thread):
    """Takes the feed from the beginning; drops its connection now and then and resumes where it was."""

    def __init__(self, stack, stop, random_numbers):
        super().__init__(daemon=True)
        self.stack, self.stop_event, self.random = stack, stop, random_numbers
        self.epoch, self.seq = None, 0
        self.got = []  # (seq, document id)
        self.gaps = 0
        self.connections = 0

    def run(self):
        while not self.stop_event.is_set():
            try:
                self.listen()
            except (ConnectionClosed, OSError, TimeoutError, AssertionError):
                time.sleep(0.05)

    def listen(self):
        socket = WebSocket(self.stack.ws_url(), ["hansho.v1.json"])
        self.connections += 1
        try:
            hello = socket.read()
            self.epoch = self.epoch or hello["epoch"]
            socket.send({"type": "subscribe", "mode": "drill", "from": {"epoch": self.epoch, "seq": self.seq}})
            left = self.random.randint(20, 400)
            while left > 0 and not self.stop_event.is_set():
                frame = socket.read(timeout=60)
                if frame["type"] == "notice":
                    self.seq = frame["seq"]
                    self.got.append((frame["seq"], frame["notice"]["document"]["id"]))
                    left -= 1
                self.gaps += frame["type"] == "gap"
        finally:
            socket.close()


def all_notices(stack):
    """The whole journal by the feed's pages: [(seq, document id)]."""
    found, after = [], 0
    while True:
        page = requests.get(stack.feed_url(f"/v1/notices?after={after}&limit=100"), timeout=20).json()["notices"]
        if not page:
            return found
        found += [(n["seq"], n["notice"]["document"]["id"]) for n in page]
        after = page[-1]["seq"]


def kill_and_restart(stack, numbers):
    time.sleep(numbers.uniform(0.002, 0.06))
    stack.kill("hub")
    stack.start("hub", wait=False)


def newest_seq(stack):
    return requests.get(stack.feed_url("/v1/state"), timeout=20).json()["seq"]


def test_nothing_acknowledged_is_lost_and_nothing_is_invented_or_doubled():
    numbers = random.Random(SEED)
    stack = Stack(mode="drill", hub={"heartbeat_ms": 1000}, feed={"heartbeat_ms": 1000},
                  gate={"answer_timeout_ms": 2000})
    try:
        run(stack, numbers)
    finally:
        stack.abort()


def run(stack, numbers):
    stop_senders, stop_subscriber = threading.Event(), threading.Event()
    senders = [Sender(stack, stop_senders) for _ in range(SENDERS)]
    subscriber = Subscriber(stack, stop_subscriber, numbers)
    for thread in [*senders, subscriber]:
        thread.start()
    kills_while_busy = 0
    for _ in range(KILLS):
        # A kill counts only when something was acknowledged since the one before.
        before = sum(len(s.acknowledged) for s in senders)
        wait_until(lambda: sum(len(s.acknowledged) for s in senders) > before, "submissions go on", 30, 0.002)
        kill_and_restart(stack, numbers)
        kills_while_busy += 1
    before = sum(len(s.acknowledged) for s in senders)
    wait_until(lambda: sum(len(s.acknowledged) for s in senders) > before, "submissions go on after the last kill", 30)
    stop_senders.set()
    for sender in senders:
        sender.join(60)
        assert not sender.is_alive()
    acknowledged = {k: v for s in senders for k, v in s.acknowledged.items()}
    newest = max(seq for _, seq, _ in acknowledged.values())
    wait_until(lambda: subscriber.seq >= newest, f"the subscriber reaches seq {newest}", 60)
    journal = all_notices(stack)
    stop_subscriber.set()
    judge(senders, acknowledged, journal, subscriber)
    check_journal(stack, len(journal))
    print(f"\n{kills_while_busy} kills, {len(acknowledged)} acknowledged, {len(journal)} in the journal, "
          f"{sum(s.unknown for s in senders)} open answers, {subscriber.connections} connections of the subscriber")


def judge(senders, acknowledged, journal, subscriber):
    assert [problem for s in senders for problem in s.wrong] == []
    assert [seq for seq, _ in journal] == list(range(1, len(journal) + 1)), "the sequence has holes"
    by_document = {}
    for seq, document in journal:
        assert document not in by_document, f"{document} stands twice in the journal"
        by_document[document] = seq
    lost = [d for d, (_, seq, _) in acknowledged.items() if by_document.get(d) != seq]
    assert lost == [], f"acknowledged, but not in the journal under that seq: {lost[:5]}"
    sent = set().union(*(s.sent for s in senders))
    assert set(by_document) <= sent, "something was invented"
    assert len({epoch for _, _, epoch in acknowledged.values()}) == 1, "the epoch changed"
    assert subscriber.gaps == 0
    got = subscriber.got[:len(journal)]
    assert got == journal[:len(got)], "the subscriber missed, doubled or disordered something"
    assert subscriber.seq >= max(seq for _, seq, _ in acknowledged.values())


def check_journal(stack, notices):
    """The journal by itself, with nobody having it open: every record, every hash."""
    path = stack.path("journal.db")
    for name in list(stack.processes):
        stack.stop(name)
    run_check = subprocess.run([os.path.join(BIN, "hansho"), "--json", "journal", "check", path],
                               stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=60)
    text = run_check.stdout.decode()
    assert run_check.returncode == 0, text
    assert f'"newest_seq":{notices}' in text, text
