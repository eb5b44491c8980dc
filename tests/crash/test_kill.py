"""SIGKILL of the hub in the middle of a stream of submissions, HS_KILLS times (default 200).

Senders send orders and take some of them back; what has no clear answer is sent again unchanged. Subscribers go through all of
it and drop their own connections now and then; one of them knows one municipality only. Afterwards the history of all of them
must keep the laws C1 … C10 of tests/history/laws.py: every acknowledged order is in the journal, once, under the seq that was
acknowledged, and at every subscriber, once and in order; nothing else is anywhere; the chain of hashes is whole.
"""

import os
import random
import subprocess
import sys
import threading
import time

import requests

TESTS = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
sys.path[:0] = [os.path.join(TESTS, "e2e"), os.path.join(TESTS, "history")]

from conftest import BIN, Stack, wait_until  # noqa: E402
from documents import detail, new_id, order  # noqa: E402
from logs import Notes  # noqa: E402

KILLS = int(os.environ.get("HS_KILLS", "200"))
SENDERS = 3
SEED = int(os.environ.get("HS_SEED", "20261120"))
LATENCY_MS = 30000  # a hub that was killed must come back in between
WAIT_S = 60


class Sender(threading.Thread):
    """Posts documents one after the other; a document without a clear answer is sent again unchanged."""

    def __init__(self, submitter, user, stop):
        super().__init__(daemon=True)
        self.submitter, self.user, self.stop_event = submitter, user, stop
        self.acknowledged = []  # seqs
        self.open = 0  # answers that were no ok
        self.wrong = []

    def documents(self):
        """An order, now and then its cancel. Those of the prefecture name two municipalities, their cancel one."""
        number = 0
        codes, source = {"pref": (["990019", "990027"], "bosai.pref.example")}.get(
            self.user, (["990019"], "bosai.kakuu.example"))
        while True:
            number += 1
            document = new_id()
            for revision, kind, places in [(1, None, codes), (2, "Cancel", codes[:1])][:1 + (number % 3 == 0)]:
                yield order([detail("避難指示", ["北町"], code=code) for code in places], document=document, source=source,
                            revision=revision, kind=kind, errata="誤り" if kind else "")

    def run(self):
        for xml in self.documents():
            if self.stop_event.is_set():
                return
            for _ in range(400):
                if self.send(xml):
                    break
                time.sleep(0.01)
            else:
                self.wrong.append("no answer after 400 tries")

    def send(self, xml):
        try:
            reply = self.submitter.submit(xml)
        except requests.RequestException:
            self.open += 1
            return False
        if reply.status_code in (503, 504):
            self.open += 1
            return False
        body = reply.json()
        if reply.status_code != 202 or body["outcome"] not in ("accepted", "duplicate"):
            self.wrong.append(f"{reply.status_code} {reply.text[:300]}")
        else:
            self.acknowledged.append(body["seq"])
        return True


def kill_and_restart(stack, numbers):
    time.sleep(numbers.uniform(0.002, 0.06))
    stack.kill("hub")
    stack.start("hub", wait=False)


def test_nothing_acknowledged_is_lost_and_nothing_is_invented_or_doubled(tmp_path):
    stack = Stack(mode="drill", hub={"heartbeat_ms": 1000}, feed={"heartbeat_ms": 1000},
                  gate={"answer_timeout_ms": 2000})
    try:
        run(stack, Notes(tmp_path), random.Random(SEED))
    finally:
        stack.abort()


def make_senders(stack, notes, stop):
    users = ["pref", *["kakuu"] * (SENDERS - 1)]
    return [Sender(notes.submitter(f"{user}-{number}", lambda body, user=user: stack.submit(body, user)), user, stop)
            for number, user in enumerate(users)]


def make_readers(stack, notes, numbers):
    """From the beginning; each leaves after 5 to 100 frames and comes back where it was."""
    def left():
        return numbers.randint(5, 100)
    return [notes.follower(name, stack.ws_url(), wish, form=form, start="beginning", left=left)
            for name, wish, form in [("all", {}, "json"), ("packed", {}, "proto"), ("port", {"areas": ["990027"]}, "json")]]


def run(stack, notes, numbers):
    stop_senders = threading.Event()
    senders, readers = make_senders(stack, notes, stop_senders), make_readers(stack, notes, numbers)
    for thread in [*senders, *readers]:
        thread.start()

    def acknowledged():
        return sum(len(s.acknowledged) for s in senders)
    for _ in range(KILLS):
        # A kill counts only when something was acknowledged since the one before.
        before = acknowledged()
        wait_until(lambda: acknowledged() > before, "submissions go on", WAIT_S, 0.002)
        kill_and_restart(stack, numbers)
    before = acknowledged()
    wait_until(lambda: acknowledged() > before, "submissions go on after the last kill", WAIT_S)
    stop_senders.set()
    for sender in senders:
        sender.join(WAIT_S)
        assert not sender.is_alive()
    newest = max(seq for s in senders for seq in s.acknowledged)
    newest_of_port = max(senders[0].acknowledged)
    wait_until(lambda: all(reader.place.seq >= (newest_of_port if reader.wish else newest) for reader in readers),
               f"the subscribers reach seq {newest}", WAIT_S)
    for reader in readers:
        reader.stop()
    summary = notes.check(check_journal(stack), latency_ms=LATENCY_MS, settle_ms=0)
    assert [problem for s in senders for problem in s.wrong] == []
    print(f"\n{KILLS} kills; {sum(s.open for s in senders)} answers that were no ok; {summary}")


def check_journal(stack):
    """The journal by itself, with nobody having it open: every record, every hash. Returns its path."""
    path = stack.path("journal.db")
    for name in list(stack.processes):
        stack.stop(name)
    run_check = subprocess.run([os.path.join(BIN, "hansho"), "--json", "journal", "check", path],
                               stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=WAIT_S)
    assert run_check.returncode == 0, run_check.stdout.decode()
    return path
