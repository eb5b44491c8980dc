"""Guests of the public feed, whom nobody has asked for a name: what they say of notices costs next to nothing, and nobody takes it for
an outlet's word."""

import asyncio
import json
import os
import sqlite3
import time

import pytest

from conftest import wait_until
from documents import order
from feed_client import Subscriber
from test_disk import RESERVE_BYTES, codes, disk, level  # noqa: F401

# So that the hub has to bear all of it, as with a feed that is not ours.
NO_BUDGET = {"receipts_per_minute": 60000, "all_receipts_per_minute": 1000000, "all_receipts_bytes_per_minute": 67108864}


def full_of(disk, **more):  # noqa: F811
    return {"hub": {"journal": os.path.join(disk.dir, "journal.db"), "checkpoint_pages": 100, "reserve_bytes": RESERVE_BYTES}, **more}


async def flood(url, seq, seconds, connections, stop):
    """Each connection says its 600 receipts, goes, and comes back as somebody new."""
    end, said = time.monotonic() + seconds, [0]

    async def one(number):
        while time.monotonic() < end and not stop():
            async with Subscriber(url, "json") as subscriber:
                await subscriber.until("hello")
                await subscriber.ws.send(json.dumps({"type": "subscribe", "from": "now", "mode": "drill"}))
                for i in range(600):
                    await subscriber.ws.send(json.dumps({
                        "type": "receipt", "seq": seq, "state": "failed" if i % 2 else "displayed",
                        "outlet": f"NHK-{number}-{i}", "detail": f"{said[0]}" + "x" * 500}))
                    said[0] += 1
                await subscriber.ws.send('{"type":"ping","id":1}')
                await subscriber.until("pong")
    await asyncio.gather(*[one(i) for i in range(connections)])
    return said[0]


async def orders(stack, numbers, seconds):
    """What becomes of them, one after the other."""
    got = []
    for number in numbers:
        reply = await asyncio.to_thread(stack.submit, level(number, place="町" * 30))
        got.append((number, reply.status_code, codes(reply) if reply.status_code != 202 else "accepted"))
        await asyncio.sleep(seconds)
    return got


@pytest.mark.parametrize("feed", [{}, NO_BUDGET], ids=["as it is", "a feed without a budget"])
def test_guests_do_not_fill_the_disk(disk, make_stack, feed):  # noqa: F811
    if not disk.mounted:
        pytest.skip("may not mount")
    stack = make_stack(**full_of(disk, feed=feed))
    first = stack.accepted(level(3))
    before, done = disk.free(), []

    async def story():
        fill = asyncio.create_task(flood(stack.ws_url(), first["seq"], 8, 4, lambda: bool(done)))
        await asyncio.sleep(2)
        got = await orders(stack, (4, 5) * 5, 0.3)
        done.append(True)
        return await fill, got
    said, got = asyncio.run(story())
    assert said > 2000, "it was a flood"
    assert [status for _, status, _ in got] == [202] * 10, got
    assert before - disk.free() < 2 << 20 < disk.free() - RESERVE_BYTES, "what ten orders and their receipts need"


def rss_mib(pid):
    with open(f"/proc/{pid}/status", encoding="utf-8") as file:
        return int(next(line for line in file if line.startswith("VmRSS")).split()[1]) >> 10


def test_a_full_disk_does_not_fill_the_memory(disk, make_stack, monkeypatch):  # noqa: F811
    """And what outlets say meanwhile is there when there is room again."""
    if not disk.mounted:
        pytest.skip("may not mount")
    # AddressSanitizer keeps 256 MB of what was freed, unless told otherwise
    monkeypatch.setenv("ASAN_OPTIONS", os.environ.get("ASAN_OPTIONS", "detect_leaks=1") + ":quarantine_size_mb=4")
    stack = make_stack(**full_of(disk, feed=NO_BUDGET))
    first = stack.accepted(level(3))
    pid = stack.processes["hub"].pid
    before, seen = rss_mib(pid), []
    disk.fill(0)

    async def story():
        fill = asyncio.create_task(flood(stack.ws_url(), first["seq"], 8, 4, lambda: False))
        while not fill.done():
            await asyncio.sleep(1)
            await asyncio.to_thread(stack.submit, level(5))
            seen.append(rss_mib(pid))
        return await fill
    assert asyncio.run(story()) > 2000
    assert max(seen) < before + 40, seen
    metrics = stack.metrics("hub")
    assert metrics["hansho_hub_guest_receipts_dropped_total"] > 0
    assert metrics["hansho_hub_receipts_lost_total"] == 0
    disk.empty()
    wait_until(lambda: stack.submit(level(5)).status_code == 202, "goes on alone")
    said = stack.stop("hub")
    assert said.count("hub.guests_dropped") <= 2 and "hub.receipts_lost" not in said


def said_of(path):
    """What the journal holds of words of the feed: one for each record of it."""
    from schemas import link_pb2
    with sqlite3.connect(f"file:{path}?mode=ro", uri=True) as db:
        for (body,) in db.execute("SELECT body FROM record WHERE type = ?", (link_pb2.JournalRecord.TYPE_RECEIPTS,)):
            yield from (receipt for receipt in link_pb2.JournalRecord.FromString(body).receipts
                        if receipt.adapter == "feed-1" and receipt.outlet)


def test_guests_are_one_row_under_no_name(make_stack):
    stack = make_stack(feed=NO_BUDGET)
    first = stack.accepted(order())

    async def run():
        async with Subscriber(stack.ws_url(), "json") as subscriber:
            await subscriber.start(**{"from": "now"})
            for i in range(200):
                await subscriber.ws.send(json.dumps({"type": "receipt", "seq": first["seq"], "state": "failed" if i % 2 else "displayed",
                                                     "outlet": f"NHK-{i}", "detail": "第一放送"}))
            await subscriber.ws.send('{"type":"ping","id":1}')
            await subscriber.until("pong")
    asyncio.run(run())

    def of_feed():
        return [row for row in stack.status(first["id"]).json()["receipts"] if row["adapter"] == "feed-1" and row["outlet"]]
    wait_until(lambda: [row["detail"] for row in of_feed()] == ["NHK-199: 第一放送"], "the last word")
    assert [row["outlet"] for row in of_feed()] == ["(guests)"]
    assert stack.status(first["id"]).json()["receipts_complete"]
    stack.stop("hub")
    assert [row.outlet for row in said_of(stack.path("journal.db"))] == ["(guests)"] * 2, "the first of each state"


def test_all_connections_share_what_may_be_said(make_stack):
    """Who comes back under another connection has not a minute of his own."""
    stack = make_stack(feed={"receipts_per_minute": 4, "all_receipts_per_minute": 10})
    first = stack.accepted(order())

    async def one(number):
        async with Subscriber(stack.ws_url(), "json") as subscriber:
            await subscriber.start(**{"from": "now"})
            for _ in range(6):
                await subscriber.ws.send(json.dumps({"type": "receipt", "seq": first["seq"], "state": "displayed", "outlet": f"{number}"}))
            return (await subscriber.until("error"))[-1]["code"]

    if time.monotonic() % 60 > 50:
        time.sleep(60 - time.monotonic() % 60)
    for number in range(6):
        assert asyncio.run(one(number)) == 4429
    metrics = stack.metrics("feed-1")
    assert metrics["hansho_feed_receipts_total"] == 10
    assert metrics["hansho_feed_receipts_dropped_total"] >= 20
    assert stack.stop("feed-1").count("feed.receipts_dropped") == 1
