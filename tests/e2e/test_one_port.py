"""Several feeds behind one port (SO_REUSEPORT): the kernel spreads who connects, and any of them can go on for another."""

import asyncio
import os
import signal
import sys

import requests

sys.path.insert(0, os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "history"))

from logs import Notes  # noqa: E402

from conftest import free_port, wait_until  # noqa: E402
from documents import detail, new_id, order  # noqa: E402
from feed_client import Subscriber  # noqa: E402

FEEDS = 3
READERS = 24
LATENCY_MS = 15000


def on_one_port(make_stack):
    """Three feeds with the same `listen`, each with its own link to the hub."""
    port = free_port()
    stack = make_stack(feeds=FEEDS, feed={"listen": f"127.0.0.1:{port}", "heartbeat_ms": 500, "ring_notices": 16})
    stack.ports.update({name: port for name in stack.feeds})
    return stack


def subscribers(stack):
    """How many each feed has; of those that run."""
    return {name: sum(value for key, value in stack.metrics(name).items() if key.startswith("hansho_feed_subscribers{"))
            for name in stack.feeds if name in stack.processes}


def send(stack, sender, count):
    document = new_id()
    for revision in range(1, count + 1):
        reply = sender.submit(order([detail("避難指示", ["北町", f"第{revision}地区"], code="990019")], document=document,
                                    revision=revision))
        assert reply.status_code == 202, reply.text
    return reply.json()["seq"]


def test_any_feed_behind_the_port_goes_on_for_another(make_stack, tmp_path):
    stack = on_one_port(make_stack)
    notes = Notes(tmp_path)
    sender = notes.submitter("kakuu", stack.submit)
    readers = [notes.follower(f"r{i}", stack.ws_url(), start="beginning", form=("json", "proto")[i % 2]) for i in range(READERS)]
    for reader in readers:
        reader.start()
    spread = wait_until(lambda: (found := subscribers(stack)) and sum(found.values()) == READERS and found, "all are there")
    assert all(spread.values()), f"the kernel gave one feed nobody: {spread}"
    last = send(stack, sender, 20)
    wait_until(lambda: all(reader.place.seq >= last for reader in readers), "everybody has all")
    gone = max(spread, key=spread.get)
    stack.kill(gone)
    wait_until(lambda: sum(subscribers(stack).values()) == READERS, "who lost his feed is at the others")
    last = send(stack, sender, 20)
    wait_until(lambda: all(reader.place.seq >= last for reader in readers), "everybody has what came after it")
    stack.start(gone)
    last = send(stack, sender, 1)
    wait_until(lambda: all(reader.place.seq >= last for reader in readers), "everybody has the last one")
    for reader in readers:
        reader.stop()
    assert sum(reader.place.connections for reader in readers) == READERS + spread[gone]
    print("\n" + notes.check(stack.path("journal.db"), latency_ms=LATENCY_MS, settle_ms=1000))
    assert all(stack.metrics(name)["hansho_feed_gaps_total"] == 0 for name in stack.feeds)


def test_a_position_of_one_feed_is_good_at_each_other(make_stack):
    """Resumes at every feed in turn by stopping the ones that took it before."""
    stack = on_one_port(make_stack)

    def everywhere(seq):
        wait_until(lambda: all(stack.metrics(name)["hansho_feed_newest_seq"] >= seq for name in stack.feeds
                               if name in stack.processes), "each feed that runs has it")

    everywhere(stack.accepted(order())["seq"])

    async def visit(start):
        async with Subscriber(stack.ws_url()) as one:
            frames = await one.start(**{"from": start})
            here = {name for name, count in subscribers(stack).items() if count}
            return here, frames

    seen, seqs = set(), []
    place = {"epoch": requests.get(stack.feed_url("/v1/state"), timeout=5).json()["epoch"], "seq": 0}
    for _ in range(FEEDS):
        here, frames = asyncio.run(visit(place))
        assert "gap" not in [frame["type"] for frame in frames]
        got = [frame["seq"] for frame in frames if frame["type"] == "notice"]
        seqs += got
        place["seq"] = got[-1]
        seen |= here
        assert len(here) == 1
        if len(seen) < FEEDS:
            stack.stop(here.pop())
            everywhere(stack.accepted(order())["seq"])
    assert len(seen) == FEEDS and seqs == [1, 2, 3]


def test_a_feed_that_stood_still_drops_nobody(make_stack):
    """A suspended machine, a starved core: the silence was the feed's own."""
    stack = make_stack(feed={"pong_timeout_ms": 2000, "heartbeat_ms": 500})

    async def watch():
        async with Subscriber(stack.ws_url()) as one:
            await one.start(**{"from": "now"})
            stack.processes["feed-1"].signal(signal.SIGSTOP)
            try:
                await asyncio.sleep(5)  # longer than pong_timeout_ms: nothing can be waited for, because nothing happens
            finally:
                stack.processes["feed-1"].signal(signal.SIGCONT)
            stack.accepted(order())
            assert (await one.notices(1))[0]["seq"] == 1
            await one.quiet(2.5)
    asyncio.run(watch())
    assert stack.metrics("feed-1")["hansho_feed_dead_total"] == 0
