"""Lanes: what is urgent is committed first, and who is to hear first is sent to first. Live stacks, because every drill is on
the lane of drills; only on 127.0.0.0/8. What is asked is an order, never a time."""

import asyncio
import concurrent.futures
import os
import re
import signal
import subprocess

import pytest
import requests
import websockets

from conftest import BIN, PRINCIPALS, wait_until
from documents import order
from feed_client import Subscriber, subscribe_message
from test_jma import RELAYER, telegram

TELEGRAMS = 200
IN_FLIGHT = 8
LIVE = [{**row, "statuses": ["Actual"]} for row in [*PRINCIPALS, RELAYER]]
GATE = {"jobs_max": 2 * TELEGRAMS, "pending_max": 2 * TELEGRAMS, "in_flight_max": IN_FLIGHT, "answer_timeout_ms": 60000}


def live_telegram(number):
    """On the lane of the rest; each of an office of its own: another document."""
    return telegram("counts").replace("<Status>訓練", "<Status>通常").replace(
        "架空地方気象台", f"架空{number}地方気象台")


def waits(stack, count):
    """Until so many submissions have passed the checks and have no answer yet."""
    wait_until(lambda: stack.metrics("gate")["hansho_gate_hub_pending"] == count, f"{count} that wait")


def test_an_order_is_committed_before_the_telegrams_that_came_before_it(make_stack):
    """The hub stands still until all of them are at the gate; then it is let go."""
    stack = make_stack(mode="live", principals=LIVE, gate=GATE)
    hub = stack.processes["hub"]
    with concurrent.futures.ThreadPoolExecutor(TELEGRAMS + 2) as pool:
        hub.signal(signal.SIGSTOP)
        try:
            sent = [pool.submit(stack.submit, live_telegram(n), "relay") for n in range(TELEGRAMS)]
            waits(stack, TELEGRAMS)
            assert stack.metrics("gate")["hansho_gate_hub_waiting"] == TELEGRAMS - IN_FLIGHT
            urgent = pool.submit(stack.submit, order(status="Actual"))
            waits(stack, TELEGRAMS + 1)
        finally:
            hub.signal(signal.SIGCONT)
        answers = [future.result(60).json() for future in sent]
        answer = urgent.result(60).json()
    assert answer["outcome"] == "accepted"
    assert answer["seq"] <= IN_FLIGHT + 1
    assert [one["outcome"] for one in answers] == ["accepted"] * TELEGRAMS
    assert sorted([answer["seq"], *[one["seq"] for one in answers]]) == list(range(1, TELEGRAMS + 2))


def test_an_early_warning_is_not_behind_orders_at_a_full_gate(make_stack):
    """Telegrams fill their part of the gate and get 503; an order and an early warning are still taken."""
    stack = make_stack(mode="live", principals=LIVE, gate={"pending_max": 16, "in_flight_max": 4, "answer_timeout_ms": 60000})
    hub = stack.processes["hub"]
    with concurrent.futures.ThreadPoolExecutor(24) as pool:
        hub.signal(signal.SIGSTOP)
        try:
            sent = [pool.submit(stack.submit, live_telegram(n), "relay") for n in range(12)]
            waits(stack, 12)
            refused = stack.submit(live_telegram(99), "relay")
            urgent = [pool.submit(stack.submit, order(status="Actual")),
                      pool.submit(stack.submit, telegram("eew").replace("<Status>訓練", "<Status>通常"), "relay")]
            waits(stack, 14)
        finally:
            hub.signal(signal.SIGCONT)
        assert refused.status_code == 503
        assert all(one.result(60).status_code == 202 for one in [*sent, *urgent])


# ---- who hears first ----

PEER = r"->(127\.0\.0\.\d+):"
LINK = r"(feed-\d)\.link"

def traced(process, path):
    """strace of the process; the log names the peer of each descriptor."""
    tracer = subprocess.Popen(["/usr/bin/strace", "-f", "-qq", "-yy", "-e", "trace=write,writev,sendto,sendmsg",
                               "-p", str(process.pid), "-o", path], stdin=subprocess.DEVNULL,
                              stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    with open(f"/proc/{process.pid}/status", encoding="ascii") as file:
        assert "TracerPid" in file.read()
    wait_until(lambda: traced_by(process) == tracer.pid or tracer.poll() is not None, "strace to attach")
    if tracer.poll() is not None:
        pytest.skip(f"strace cannot attach: {tracer.stderr.read().decode()}")
    return tracer


def traced_by(process):
    with open(f"/proc/{process.pid}/status", encoding="ascii") as file:
        return int(re.search(r"TracerPid:\t(\d+)", file.read()).group(1))


def written_to(path, pattern):
    """What the pattern finds in the descriptors of large writes, in their order."""
    with open(path, encoding="utf-8", errors="replace") as file:
        lines = [line for line in file if (size := re.search(r"= (\d+)$", line)) and int(size.group(1)) > 1000]
    return [found.group(1) for line in lines if (found := re.search(pattern, line.split(", ")[0]))]


def test_subscribers_that_are_named_get_it_first(make_stack, tmp_path):
    """The last of twelve to connect comes from an address that is served first."""
    stack = make_stack(feed={"first_addresses": ["127.0.0.9"], "sends_per_call": 1})  # strace does not see into a ring
    log = os.path.join(tmp_path, "strace")

    async def connect(address):
        one = await websockets.connect(stack.ws_url(), subprotocols=["hansho.v1.json"], local_addr=(address, 0),
                                       compression=None, ping_interval=None, max_size=None)
        await one.recv()
        await one.send(subscribe_message("json", mode="drill", **{"from": "now"}))
        while '"live"' not in await one.recv():
            pass
        return one

    async def run():
        everybody = [await connect("127.0.0.1") for _ in range(11)] + [await connect("127.0.0.9")]
        tracer = traced(stack.processes["feed-1"], log)
        try:
            await asyncio.to_thread(stack.accepted, order())
            for one in everybody:
                while '"type":"notice"' not in await asyncio.wait_for(one.recv(), 30):
                    pass
            wait_until(lambda: len(written_to(log, PEER)) == len(everybody), "strace to write all of it down")
        finally:
            tracer.terminate()
            tracer.wait(20)
        for one in everybody:
            await one.close()

    asyncio.run(run())
    assert written_to(log, PEER) == ["127.0.0.9"] + ["127.0.0.1"] * 11


def test_the_hub_sends_by_rank(make_stack, tmp_path):
    """The feed that is configured last has the lowest rank: it is written to first."""
    stack = make_stack(feeds=3, start=False)
    log = os.path.join(tmp_path, "strace")
    with open(stack.path("hub.yaml"), encoding="utf-8") as file:
        text = file.read()
    with open(stack.path("hub.yaml"), "w", encoding="utf-8") as file:
        file.write(text.replace("name: feed-3", "name: feed-3\n  rank: 1"))
    stack.start_all()

    async def run():
        async with Subscriber(stack.ws_url(0)) as first, Subscriber(stack.ws_url(1)) as second, \
                Subscriber(stack.ws_url(2)) as third:
            everybody = (first, second, third)
            for one in everybody:
                await one.start(**{"from": "now"})
            tracer = traced(stack.processes["hub"], log)
            try:
                await asyncio.to_thread(stack.accepted, order())
                for one in everybody:
                    await one.notices(1)
                wait_until(lambda: len(written_to(log, LINK)) == len(everybody), "strace to write all of it down")
            finally:
                tracer.terminate()
                tracer.wait(20)

    asyncio.run(run())
    assert written_to(log, LINK) == ["feed-3", "feed-1", "feed-2"]


# ---- large telegrams ----

DIGEST_ITEMS = 12000
# By the processor's time of the loop, so that a busy machine does not count; one step over such a digest takes 25 ms and more.
TURN_MAX_S = 0.15 if "asan" in BIN else 0.015
PROGRAMS = ("hub", "feed-1")
ORDERS_MAX = 300  # below backlog_max: the subscriber reads when all are sent


def digest(number):
    """Some MB, each the next version of one document."""
    text = telegram("rain").replace("<Status>訓練", "<Status>通常").replace("架空地方気象台", "集約気象台").replace(
        "（大雨）", "（集約通報）")
    text = re.sub(r"<DateTime>[^<]*</DateTime>", f"<DateTime>2026-07-01T09:{number:02d}:00Z</DateTime>", text, count=1)
    start, end = text.index("<Item>"), text.index("</Item>") + len("</Item>")
    return text[:start] + "".join(text[start:end].replace("架空市", f"架空市{i}") for i in range(DIGEST_ITEMS)) + text[end:]


def items_of(text):
    return text[text.index("<Item>"):text.rindex("</Item>")]


def state_of(stack, name):
    return requests.get(f"http://{stack.ops[name]}/status", timeout=10).json()


def turn_s(stack, name):
    return stack.metrics(name)['hansho_loop_turn_max_seconds{by="processor"}']


def test_digests_do_not_hold_the_loops(make_stack):
    """Orders and digests at the same time: all of them arrive, in order and whole, and no turn of a loop is long."""
    stack = make_stack(mode="live", principals=LIVE)
    count = 3

    async def run():
        async with Subscriber(stack.ws_url()) as client:
            await client.start(mode="live", **{"from": "now"})
            with concurrent.futures.ThreadPoolExecutor(2) as pool:
                digests = pool.submit(lambda: [stack.submit(digest(n), "relay") for n in range(count)])
                orders = []
                while not digests.done() and len(orders) < ORDERS_MAX:
                    orders.append(await asyncio.to_thread(
                        stack.submit, order(document=f"order-{len(orders)}", status="Actual")))
                answers = [one.json() for one in [*digests.result(), *orders]]
            return answers, await client.notices(len(answers), 60)

    answers, notices = asyncio.run(run())
    assert [one["outcome"] for one in answers] == ["accepted"] * len(answers)
    assert [one["seq"] for one in notices] == list(range(1, len(answers) + 1))
    assert sorted(one["seq"] for one in answers) == [one["seq"] for one in notices]
    for answer in answers[:count]:
        weather = notices[answer["seq"] - 1]["notice"]["weather"]
        assert sum(len(item["areas"]) for item in weather["items"]) == DIGEST_ITEMS
    wait_until(lambda: state_of(stack, "feed-1")["digest"] == state_of(stack, "hub")["digest"], "the feed's active set")
    for name in PROGRAMS:
        assert turn_s(stack, name) < TURN_MAX_S, name


def test_a_large_document_keeps_its_order(make_stack):
    """A small version that comes while the large one before it is worked on is taken after it."""
    stack = make_stack(mode="live", principals=LIVE)
    small = re.sub(r"09:00:00Z", "10:00:00Z", digest(0).replace(items_of(digest(0)), items_of(telegram("rain"))), count=1)
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        first = pool.submit(stack.submit, digest(0), "relay")
        wait_until(lambda: stack.metrics("gate")["hansho_gate_hub_pending"] == 1 or first.done(), "the digest to be sent", pause_s=0.001)
        second = stack.submit(small, "relay").json()
    assert [first.result().json()["seq"], second["seq"]] == [1, 2]
    assert [first.result().json()["outcome"], second["outcome"]] == ["accepted", "accepted"]
