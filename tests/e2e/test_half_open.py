"""Ways that go silent without a word: nothing passes any more, and no connection is closed. All intervals are the defaults.

Promised: who takes notices finds it within 10 s, who sends them within 15 s; when the way is whole again everybody has what
is in force within 10 s. Told from the logs of the programs, by their times.
"""

import asyncio
import ctypes
import datetime
import json
import os
import re
import socket
import struct
import subprocess
import threading
import time

import pytest

from conftest import BIN, HeldUp, wait_until
from documents import order
from feed_client import Subscriber
from relay import Relay

TAKER_S, SENDER_S, AGAIN_S = 10, 15, 10
EARLY_S = 6  # who gives up earlier has taken one late heartbeat for silence
FINDS = {"gate": r"gate\.hub_silent", "feed-1": r"feed\.hub_dropped reason=silent",
         **dict.fromkeys(("broadcaster", "telecom", "signage", "jalert"), r"adapter\.link_dropped .*reason=hub_is_silent")}
SO_ATTACH_FILTER = 26
DROP_ALL = struct.pack("HBBI", 0x06, 0, 0, 0)  # one instruction: return 0


def deafen(sock):
    """From now on the kernel drops what comes for this socket before it is acknowledged, as if its machine were gone."""
    code = ctypes.create_string_buffer(DROP_ALL)
    sock.setsockopt(socket.SOL_SOCKET, SO_ATTACH_FILTER, struct.pack("HP", 1, ctypes.addressof(code)))


def seconds_until(process, pattern, begin):
    """From begin (of the wall clock) to the first such line."""
    line = process.wait_output(rf"(?m)^(\S+) .*(?:{pattern})")
    return datetime.datetime.fromisoformat(line.group(1)).timestamp() - begin


class Viewers(threading.Thread):
    """Subscribers behind a way that goes silent, one in each form; each notes when it got its last frame."""

    def __init__(self, ways):
        super().__init__(daemon=True)
        self.ways, self.live, self.stop = ways, threading.Barrier(len(ways) + 1), threading.Event()
        self.sockets = {}

    def run(self):
        asyncio.run(self._all())

    async def _all(self):
        await asyncio.gather(*[self._one(form, url) for form, url in self.ways.items()])

    async def _one(self, form, url):
        async with Subscriber(url, form) as one:
            await one.start()
            self.sockets[form] = one.ws.transport.get_extra_info("socket")
            await asyncio.to_thread(self.live.wait)
            await asyncio.to_thread(self.stop.wait)


@pytest.fixture
def relays():
    made = []

    def make(port):
        made.append(Relay(("127.0.0.1", port)))
        return made[-1]
    yield make
    for relay in made:
        relay.close()


def peers_up(stack):
    metrics = stack.metrics("hub")
    return {name for name in stack.relays if metrics.get(f'hansho_hub_peer_up{{peer="{name}"}}') == 1}


def start_tail(stack, relay):
    config = stack.path("client.yaml")
    with open(config, "w", encoding="utf-8") as file:
        file.write(f"mode: {stack.mode}\ngate_url: {stack.gate_url}\nfeed_url: http://127.0.0.1:{relay.port}\n")
    return subprocess.Popen([os.path.join(BIN, "hansho"), "--config", config, "--json", "tail"], stdout=subprocess.PIPE,
                            stderr=subprocess.PIPE, text=True)


def test_who_is_cut_off_without_a_word_is_found_and_comes_back(make_stack, outlets, relays):
    stack = make_stack(adapters=outlets.adapters, relayed=True)
    feed = stack.ports["feed-1"]
    front, line = relays(feed), relays(feed)
    ws = f"ws://127.0.0.1:{front.port}/v1/feed"
    viewers = Viewers({"json": ws, "proto": ws, "sse": stack.ws_url()})
    viewers.start()
    viewers.live.wait(60)
    tail = start_tail(stack, line)
    wait_until(lambda: stack.metrics("feed-1")['hansho_feed_subscribers{form="sse"}'] == 2, "the feed has the tail")
    first = stack.accepted(order())
    outlets.have([first["seq"]], "every outlet has the first")
    assert f'"seq":{first["seq"]}' in re.sub(r"\s", "", told_by(tail))
    held, begin = HeldUp(), time.time()
    for relay in (*stack.relays.values(), front, line):
        relay.silence()
    deafen(viewers.sockets["sse"])

    _, said = tail.communicate(timeout=60)
    tail_s = time.time() - begin
    assert tail.returncode == 3 and f"--after {first['epoch']}:{first['seq']}" in said, said
    takers = {name: seconds_until(stack.processes[name], pattern, begin) for name, pattern in FINDS.items()}
    takers["tail"] = tail_s
    senders = {name: seconds_until(stack.processes["hub"], rf"hub\.peer_dropped peer={name} reason=silent", begin)
               for name in FINDS}
    feed_log = stack.processes["feed-1"]
    wait_until(lambda: stack.metrics("feed-1")["hansho_feed_dead_total"] == 3, "the feed finds its three viewers")
    dead = re.findall(r"(?m)^(\S+) .*feed\.subscriber_dead", wait_lines(feed_log, r"feed\.subscriber_dead", 3))
    senders["viewers"] = max(datetime.datetime.fromisoformat(at).timestamp() for at in dead) - begin
    print({name: round(took_s, 1) for name, took_s in takers.items()}, {name: round(took_s, 1) for name, took_s in senders.items()})
    assert all(EARLY_S < took_s <= TAKER_S + held.s for took_s in takers.values()), takers
    assert all(took_s <= SENDER_S + held.s for took_s in senders.values()), senders

    healed = time.monotonic()
    for relay in stack.relays.values():
        relay.heal()
    wait_until(lambda: peers_up(stack) == set(FINDS), "every peer is back")
    second = stack.taken(order())
    outlets.have([first["seq"], second["seq"]], "every outlet has the next, and the first once")
    stack.notice(second["seq"])
    assert time.monotonic() - healed <= AGAIN_S + held.s
    held.done.set()
    viewers.stop.set()
    viewers.join(20)


def told_by(tail):
    """Its first notice; who tells none is ended, so that nobody reads for ever."""
    bound = threading.Timer(60, tail.kill)
    bound.start()
    try:
        for text in tail.stdout:
            if json.loads(text)["type"] == "notice":
                return text
    finally:
        bound.cancel()
    raise AssertionError(f"tail has ended: {tail.communicate()}")


def wait_lines(process, pattern, count):
    wait_until(lambda: len(re.findall(pattern, process.output)) >= count, f"{process.name} writes {pattern} {count} times")
    return process.output
