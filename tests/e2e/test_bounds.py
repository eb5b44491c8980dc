"""What a slow or hostile peer of gate and feed may cost: so much memory, so many descriptors, so much of a good order's
time, and no more. After each attack the memory of both has grown by less than a named figure, their descriptors
are back to where they were, and orders that were sent meanwhile have arrived in time.

HS_CYCLES (default 2000): connections that are opened and dropped. make check-all takes 100,000.
"""

import asyncio
import concurrent.futures
import contextlib
import itertools
import json
import os
import random
import re
import socket
import ssl
import statistics
import struct
import subprocess
import threading
import time

import pytest
import requests
import urllib3
import websockets

from attacks import attacked as attacks_beside
from conftest import Stack, wait_until
from documents import order
from feed_client import Subscriber
from test_hostile import TOKEN, UPGRADE, connect, many_areas, masked, post
from witness import Book

SLOW = "asan" in os.environ.get("HANSHO_BIN", "") or os.environ.get("HANSHO_MODE") == "asan"
SOON_S = 12 if SLOW else 4
CYCLES = int(os.environ.get("HS_CYCLES", "2000"))
MORE_KIB = 8 * 1024  # what gate or feed may have grown by after an attack: heaps in pieces, caches
DOCUMENTS = 10
HONEST, GREEDY = "127.0.0.1", "127.0.0.2"


def resident_kib(process):
    with open(f"/proc/{process.pid}/status", encoding="ascii") as file:
        return int(re.search(r"VmRSS:\s+(\d+)", file.read()).group(1))


def descriptors(process):
    return len(os.listdir(f"/proc/{process.pid}/fd"))


class Place:
    """Hub, gate and feed, a witness, and what they held before."""

    def __init__(self, **options):
        self.stack = Stack(**options)
        self.book = Book(self.stack)
        self.gate, self.feed = self.stack.ports["gate"], self.stack.ports["feed-1"]
        self.numbers = itertools.count()
        for _ in range(3):
            self.good()

    def close(self):
        self.book.close()
        try:
            self.stack.stop_all()
        finally:
            self.stack.abort()

    def good(self):
        """An order: (s until its answer, s until a subscriber has it)."""
        begun = time.monotonic()
        # a few documents in turn: what is in force does not grow
        revision, document = divmod(next(self.numbers), DOCUMENTS)
        reply = self.book.submit(order(document=f"good-{document}", revision=revision + 1))
        answered_s = time.monotonic() - begun
        assert reply.status_code == 202, reply.text
        seq = reply.json()["seq"]
        wait_until(lambda: seq in self.book.witness.seqs[-50:], f"order {seq} reaches the subscriber", pause_s=0.001)
        took_s = time.monotonic() - begun
        assert took_s < SOON_S, f"a good order took {took_s:.1f} s"
        return answered_s, took_s

    def both(self):
        return {name: self.stack.processes[name] for name in ("gate", "feed-1")}

    @contextlib.contextmanager
    def flat(self, more_kib=MORE_KIB):
        """Memory and descriptors of gate and feed afterwards are what they were."""
        before = {name: (resident_kib(one), descriptors(one)) for name, one in self.both().items()}
        yield
        for name, one in self.both().items():
            kib, files = before[name]
            wait_until(lambda o=one, f=files: descriptors(o) <= f + 2,
                       f"{name} has {descriptors(one)} descriptors, before {files}", 20)
            if not SLOW:  # a sanitizer keeps freed memory for a while
                assert resident_kib(one) < kib + more_kib, f"{name}: {kib} → {resident_kib(one)} KiB"

    @contextlib.contextmanager
    def attacked(self, *attacks, orders=3, **bounds):
        """Attacks and good orders beside them, within the bounds of flat()."""
        with self.flat(**bounds), attacks_beside(self.good, attacks, orders):
            yield


@pytest.fixture(scope="module")
def place():
    # Short limits, so that what never ends is seen to end; a small ring, so that it is full before memory is looked at.
    one = Place(gate={"request_timeout_ms": 2000}, feed={"request_timeout_ms": 2000, "ring_notices": 16})
    yield one
    one.close()


# ---- subscribers that stop reading ----

HALF = 8 if SLOW else 30
LARGE, AREAS = 6, 500 if SLOW else 2200  # notices of more than any buffer on the way takes
BACKLOG = 2
SLOW_MORE_KIB = 10 * 1024  # what the notices weigh in both forms, and a piece of 32 KiB for each


class Reader(Subscriber):
    """A subscriber with a small window, if asked for."""

    def __init__(self, url, receive_bytes=0):
        sock = socket.socket()
        if receive_bytes:
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_bytes)
        sock.connect((HONEST, int(re.search(r":(\d+)/", url).group(1))))
        super().__init__(url, sock=sock, max_queue=1)

    async def __aenter__(self):
        self.ws = await websockets.connect(self.url, subprotocols=["hansho.v1.json"], max_size=None,
                                           ping_interval=None, compression=None, close_timeout=1, **self.options)
        return self


async def read_until(url, newest, position, one=None):
    """Reads to that seq, comes back whenever it is closed. (seqs, close codes)"""
    seqs, codes = [], []
    while not seqs or seqs[-1] < newest:
        try:
            if one is None:
                one = await Reader(url).__aenter__()
                await one.until("hello")
                await one.subscribe(**{"from": position})
            while not seqs or seqs[-1] < newest:
                frame = await one.next(30)
                assert frame["type"] != "gap", frame
                if frame["type"] == "notice":
                    seqs.append(frame["seq"])
                    position = {"epoch": frame["epoch"], "seq": frame["seq"]}
        except websockets.ConnectionClosed:
            codes.append(one.ws.close_code)
            one = None
    await one.ws.close()
    return seqs, codes


async def half_stops(place, url):
    everybody = [await Reader(url, 16384 * (number // HALF)).__aenter__() for number in range(2 * HALF)]
    lives = [(await one.start(**{"from": "now"}))[-1] for one in everybody]
    for one in everybody[HALF:]:
        one.ws.transport.pause_reading()
    position = {"epoch": lives[0]["epoch"], "seq": lives[0]["seq"]}
    newest = position["seq"] + LARGE

    def send():
        for number in range(LARGE):
            reply = place.book.submit(many_areas(AREAS, f"{number}の{{}}", document="large", revision=number + 1))
            assert reply.status_code == 202, reply.text[:300]
    sending = asyncio.to_thread(send)
    got = await asyncio.gather(sending, *[read_until(url, newest, position, one) for one in everybody[:HALF]])
    await asyncio.to_thread(wait_until, lambda: place.stack.metrics("feed-1")["hansho_feed_behind_total"] > 0,
                            "some are told that they are behind")
    most_kib = resident_kib(place.stack.processes["feed-1"])
    for one in everybody[HALF:]:
        one.ws.transport.resume_reading()
    late = await asyncio.gather(*[read_until(url, newest, position, one) for one in everybody[HALF:]])
    return position["seq"], list(got[1:]), list(late), most_kib


def test_half_that_stops_reading_comes_back_without_a_gap():
    place = Place(feed={"backlog_max": BACKLOG, "send_buffer_bytes": 16384})
    try:
        before_kib = resident_kib(place.stack.processes["feed-1"])
        with place.flat(more_kib=64 * 1024):  # the gate has read large documents
            start, quick, late, most_kib = asyncio.run(half_stops(place, place.stack.ws_url()))
        for seqs, _ in quick + late:
            assert seqs == list(range(start + 1, start + 1 + LARGE)), seqs
        assert any(codes for _, codes in late), "some had to come back"
        assert SLOW or most_kib < before_kib + SLOW_MORE_KIB, f"{before_kib} → {most_kib} KiB"
        place.good()
    finally:
        place.close()


# ---- frames ----

def many(data, limit_bytes, one):
    """Sends data again and again until the other end closes; how much of it was taken."""
    sent = 0
    with contextlib.suppress(OSError):
        while sent < limit_bytes:
            sent += one.send(data)
    return sent


FRAMES = {  # what is sent → with which codes it may end
    "unmasked": (b"\x81\x05hello", {1002, 4400, None}),  # libwebsockets does not tell whether it was masked
    "unmasked-giant": (b"\x81\x7f" + b"\x00\x00\x00\x00\x7f\xff\xff\xff" + b"x" * 70000, {1002, 1009, None}),
    "giant-length": (b"\x82\xff" + b"\x00\x00\x00\x7f\xff\xff\xff\xff" + b"abcd" + b"x" * 70000, {1009, None}),
    "length-with-sign": (b"\x82\xff" + b"\xff" * 8 + b"abcd", {1002, 1009, None}),
    "larger-than-allowed": (masked(b"x" * 70000), {1009, None}),
    "reserved-opcode": (masked(b"{}", 3), {1002, None}),
    "reserved-bits": (b"\xf1" + masked(b"{}")[1:], {1002, None}),
    "not-utf8": (masked(b"\xff\xfe\xfd"), {1007, 4400, None}),
    "long-ping": (masked(b"p" * 126, 9), {1002, None}),
    "long-close": (masked(b"\x03\xe8" + b"c" * 300, 8), {1002, None}),
    "ping-in-fragments": (masked(b"p", 9, fin=False), {1002, None}),
    "continues-nothing": (masked(b"x", 0), {1002, 4400, None}),
    "endless-fragments": (masked(b"{", fin=False) + masked(b"x" * 1000, 0, fin=False) * 100, {1009, None}),
    "empty-message": (masked(b""), {4400}),
    "no-json": (masked(b"[" * 5000), {4400}),
}


def open_socket(port, hello=True):
    one = connect(port)
    one.settimeout(8)
    one.sendall(UPGRADE)
    got = b""
    while hello and b'"heartbeat_ms"' not in got:
        piece = one.recv(4096)
        assert piece, got
        got += piece
    return one


def close_code(got):
    """Of a close frame among these frames; 0: there is none."""
    while len(got) >= 4:
        size, head = got[1] & 127, 2
        if size == 126:
            size, head = struct.unpack(">H", got[2:4])[0], 4
        if got[0] & 15 == 8:
            return struct.unpack(">H", got[2:4])[0]
        got = got[head + size:]
    return 0


def how_it_ends(one):
    """The code of the close frame, None when the connection ended without. Whoever is not closed within 8 s fails."""
    got = b""
    with contextlib.suppress(ConnectionError):
        while piece := one.recv(65536):
            got += piece
            if code := close_code(got):
                return code
    return None


@pytest.mark.parametrize("name", FRAMES)
def test_bad_frames_end_their_connection(place, name):
    data, codes = FRAMES[name]
    with open_socket(place.feed) as one:
        with contextlib.suppress(ConnectionError):
            one.sendall(data)
        code = how_it_ends(one)
    assert code in codes, code


def test_memory_is_flat_after_bad_frames(place):
    def attack(stop):
        for _ in range(4 if SLOW else 12):
            for data, _ in FRAMES.values():
                if stop.is_set():
                    return
                with open_socket(place.feed, hello=False) as one, contextlib.suppress(OSError):
                    one.sendall(data)
    with place.attacked(attack, attack):
        time.sleep(0.5)


def test_fragments_and_pings_without_end(place):
    """A message that never ends, bytes of a frame that was announced as giant, pings whose answers nobody reads."""
    taken = []

    def fragments(_stop):
        with open_socket(place.feed) as one:
            one.sendall(masked(b"{", fin=False))
            taken.append(many(masked(b"x" * 500, 0, fin=False), 64 << 20, one))

    def giant(_stop):
        with open_socket(place.feed) as one:
            one.sendall(b"\x82\xff" + struct.pack(">Q", 1 << 40) + b"abcd")
            taken.append(many(b"x" * 65536, 64 << 20, one))

    def pings(stop):
        with open_socket(place.feed) as one:
            one.settimeout(1)
            while not stop.is_set() and many(masked(b"p" * 100, 9) * 100, 1 << 20, one) > 0:
                pass
    with place.attacked(fragments, giant, pings, pings):
        time.sleep(1)
    assert len(taken) == 2 and max(taken) < 16 << 20, f"{max(taken)} bytes were taken of a client's message"


# ---- handshakes ----

@pytest.fixture(scope="module")
def secure(tmp_path_factory):
    """Gate and feed with TLS."""
    folder = tmp_path_factory.mktemp("tls")
    cert, key = str(folder / "cert.pem"), str(folder / "key.pem")
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
                    "-days", "2", "-subj", "/CN=localhost", "-keyout", key, "-out", cert], check=True,
                   capture_output=True)
    tls = {"tls_cert": cert, "tls_key": key, "request_timeout_ms": 1000}
    stack = Stack(gate=tls, feed=tls)
    yield stack
    try:
        stack.stop_all()
    finally:
        stack.abort()


def client_hello():
    incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
    context = ssl.create_default_context()
    with contextlib.suppress(ssl.SSLWantReadError):
        context.wrap_bio(incoming, outgoing, server_hostname="localhost").do_handshake()
    return outgoing.read()


def secure_order(stack):
    """An order over TLS, until the feed shows it over TLS."""
    urllib3.disable_warnings()
    begun = time.monotonic()
    reply = requests.post(f"https://127.0.0.1:{stack.ports['gate']}/v1/submissions", data=order().encode(), verify=False,
                          auth=stack.auth(), headers={"Content-Type": "application/xml"}, timeout=20)
    assert reply.status_code == 202, reply.text
    seq = reply.json()["seq"]
    url = f"https://127.0.0.1:{stack.ports['feed-1']}/v1/notices/{seq}"
    wait_until(lambda: requests.get(url, verify=False, timeout=20).status_code == 200, "at the feed")
    assert time.monotonic() - begun < SOON_S


HALF_WAY = 150


def stop_half_way(stack, pieces):
    """Connections that stay open, until gate and feed have ended them; an order meanwhile."""
    both = [stack.processes[name] for name in ("gate", "feed-1")]
    before, held = [descriptors(one) for one in both], []
    for number in range(HALF_WAY):
        for name in ("gate", "feed-1"):
            held.append(connect(stack.ports[name]))
            with contextlib.suppress(ConnectionError):
                held[-1].sendall(pieces[number % len(pieces)])
    secure_order(stack)
    for one, files in zip(both, before):
        wait_until(lambda o=one, f=files: descriptors(o) <= f + 2, f"{one.name} ends them by itself")
    for one in held:
        one.close()
    return [resident_kib(one) for one in both]


def test_handshakes_that_stop_half_way(secure):
    """Connections without a byte, hellos of TLS that stop after a byte, half way and at their end, and HTTP at a TLS port."""
    hello = client_hello()
    pieces = [b"", hello[:1], hello[:5], hello[:len(hello) // 2], hello, b"GET / HTTP/1.1\r\nHost: a\r\n\r\n",
              b"\x16\x03\x01\xff\xff" + b"\x01" * 400]
    secure_order(secure)
    first = stop_half_way(secure, pieces)  # what so many need at once stays in the heap
    for _ in range(2):
        last = stop_half_way(secure, pieces)
    assert SLOW or all(b < a + MORE_KIB for a, b in zip(first, last)), f"{first} → {last} KiB"


# ---- one address ----

def from_address(address, port):
    return socket.create_connection((HONEST, port), timeout=5, source_address=(address, 0))


def slow_order(place):
    """A sender whose head takes a second. The status of the answer."""
    whole = post(order().encode(), head=TOKEN + b"Content-Type: application/xml\r\n")
    with from_address(HONEST, place.gate) as one:
        one.settimeout(10)
        for at in range(0, 50, 5):
            one.sendall(whole[at:at + 5])
            time.sleep(0.1)
        one.sendall(whole[50:])
        got = b""
        with contextlib.suppress(ConnectionError):
            while piece := one.recv(65536):
                got += piece
    return int(got.split(b" ", 2)[1]) if got else 0


@pytest.fixture
def small():
    one = Place(gate={"connections_max": 40}, feed={"connections_max": 40, "replies_max_bytes": 1 << 20})
    yield one
    one.close()


def test_an_address_that_takes_all_connections_keeps_nobody_out(small):
    """It opens connections as fast as it can at the gate, and fills the feed with subscribers."""
    wish = masked(b'{"type":"subscribe","mode":"drill","from":"now"}')

    def flood(stop):
        held = []
        while not stop.is_set():
            with contextlib.suppress(OSError):
                held.append(from_address(GREEDY, small.gate))
                held[-1].sendall(b"GET / HT")
            if len(held) > 200:
                held.pop(0).close()
        for one in held:
            one.close()

    def fill(stop):
        held = []
        for _ in range(60):
            with contextlib.suppress(OSError):
                held.append(from_address(GREEDY, small.feed))
                held[-1].sendall(UPGRADE + wish)
        assert not stop.wait(0.2)
        wait_until(lambda: small.stack.metrics("feed-1")['hansho_feed_subscribers{form="json"}'] >= 35, "it is full")
        full.set()
        stop.wait(30)
        for one in held:
            one.close()
    full = threading.Event()
    with small.attacked(flood, fill, orders=1):
        assert full.wait(20)
        assert [slow_order(small) for _ in range(2)] == [202, 202], "a sender of another address is served"

        async def subscribe():
            for _ in range(3):
                async with Subscriber(small.stack.ws_url()) as one:
                    assert (await one.start())[-1]["type"] == "live"
        asyncio.run(subscribe())


def test_answers_that_nobody_reads_are_bounded(small):
    """Twelve hundred areas are in force. One address asks for all of it 30 times and reads nothing."""
    assert small.book.submit(many_areas(1200)).status_code == 202
    small.good()
    state = requests.get(small.stack.feed_url("/v1/state"), timeout=20)
    assert 270_000 < len(state.content) < 500_000, len(state.content)
    held, statuses = [], []
    with small.flat(more_kib=4096):
        for _ in range(30):
            held.append(from_address(GREEDY, small.feed))
            held[-1].sendall(b"GET /v1/state HTTP/1.1\r\nHost: a\r\n\r\n")
            statuses.append(held[-1].recv(4096).split(b" ", 2)[1])
        other = requests.get(small.stack.feed_url("/v1/state"), timeout=20)
        for one in held:
            one.close()
    assert statuses[0] == b"200" and statuses[-1] == b"503" and statuses.count(b"503") > 20, statuses
    assert other.status_code == 200 and len(other.content) == len(state.content), "others are served"


# ---- connections that come and go ----

def reset(one):
    one.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    one.close()


WISH = masked(b'{"type":"subscribe","mode":"drill","from":"now"}')
WAYS = [  # what is sent, whether the end comes after the first bytes of an answer
    (b"", False), (b"GET /v1/state HT", False), (b"GET /v1/state HTTP/1.1\r\nHost: a\r\n\r\n", False),
    (b"GET /v1/state HTTP/1.1\r\nHost: a\r\n\r\n", True), (UPGRADE[:60], False), (UPGRADE, False), (UPGRADE, True),
    (UPGRADE + WISH, True), (UPGRADE + WISH[:9], False), (UPGRADE + masked(b"{", fin=False), True),
]


CYCLES_MORE_KIB = 2048  # however many there were


def cycles(place, count, seed):
    """Some are reset, the others closed."""
    dice = random.Random(seed)
    for _ in range(count):
        sent, answered = dice.choice(WAYS)
        with contextlib.suppress(OSError):
            one = connect(dice.choice([place.gate, place.feed, place.feed]))
            one.sendall(sent)
            if answered:
                one.recv(100)
            dice.choice([reset, socket.socket.close])(one)


def test_connect_and_drop_cycles(place):
    without = [place.good() for _ in range(30)]
    for _ in range(2):  # the first ones fill caches
        cycles(place, 200, 0)
    before = {name: resident_kib(one) for name, one in place.both().items()}
    meanwhile, begun = [], time.monotonic()
    with place.flat(more_kib=CYCLES_MORE_KIB), concurrent.futures.ThreadPoolExecutor(2) as pool:
        running = [pool.submit(cycles, place, CYCLES // 2, number) for number in range(2)]
        while not meanwhile or not all(one.done() for one in running):
            meanwhile.append(place.good())
            time.sleep(max(0.05, CYCLES / 500000))
        for one in running:
            one.result()
    after = {name: resident_kib(one) for name, one in place.both().items()}
    found = {"cycles": CYCLES, "seconds": round(time.monotonic() - begun, 1), "before_kib": before, "after_kib": after,
             "orders": len(meanwhile)}
    for at, name in enumerate(("answered", "delivered")):
        calm, busy = (sorted(row[at] * 1000 for row in rows) for rows in (without, meanwhile))
        found[name] = {"without_ms": round(statistics.median(calm), 1), "meanwhile_ms": round(statistics.median(busy), 1),
                       "ratio": round(statistics.median(busy) / statistics.median(calm), 2),
                       "slowest_without_ms": round(calm[-1], 1), "slowest_ms": round(busy[-1], 1)}
    print(json.dumps(found))


def test_everything_is_there_afterwards(place):
    """Every order of this file arrived once and in its turn, and the history keeps its laws."""
    place.book.settle()
