"""hansho-feed against a hub in the test's hands (fake_hub.py): what a real hub does only on a bad day.

Clients: python3-websockets, requests, streams of asyncio; resume, gap, heartbeat and digest in all forms.
"""

import asyncio
import json
import socket
import threading
import time

import pytest
import requests

from conftest import BUSY_S, Process, free_port, wait_until
from fake_hub import FakeHub, notice
from feed_client import FORMS, Subscriber, trimmed

SUBPROTOCOLS = ["json", "proto"]
RING = 32


class Alone:
    """One feed and its fake hub."""

    def __init__(self, tmp, hub_options=None, **config):
        self.hub = FakeHub(str(tmp / "hub.link"), **(hub_options or {}))
        self.port, self.ops = free_port(), f"127.0.0.1:{free_port()}"
        self.config = {"mode": "drill", "name": "feed-1", "listen": f"127.0.0.1:{self.port}",
                       "ops_listen": self.ops, "hub_url": f"unix://{tmp}/hub.link",
                       "heartbeat_ms": 500, "ring_notices": RING, **config}
        self.path = tmp / "feed.yaml"
        self.path.write_text(json.dumps(self.config), encoding="utf-8")
        self.process = None

    def start(self):
        self.process = Process("hansho-feed", ["--config", str(self.path)], "feed")
        self.process.wait_ready(self.ops)
        return self

    @property
    def ws(self):
        return f"ws://127.0.0.1:{self.port}/v1/feed"

    def get(self, path, **options):
        return requests.get(f"http://127.0.0.1:{self.port}{path}", timeout=20, **options)

    def metric(self, name):
        text = requests.get(f"http://{self.ops}/metrics", timeout=20).text
        return float(next(line.rsplit(" ", 1)[1] for line in text.splitlines()
                          if line.rsplit(" ", 1)[0] == name))

    def fill(self, count, **more):
        """So many notices, each a revision of one of fifty documents."""
        for _ in range(count):
            number = self.hub.newest
            more["revision"] = number // 50 + 1
            more["action"] = "ISSUE" if number < 50 else "UPDATE"
            self.hub.add(notice(f"doc-{number % 50}", **more))

    def came(self, seq):
        wait_until(lambda: self.metric("hansho_feed_newest_seq") == seq, f"feed has {seq}")


@pytest.fixture
def alone(tmp_path):
    made = []

    def make(before=0, **options):
        one = Alone(tmp_path, **options)
        made.append(one)
        one.fill(before)
        return one.start()

    yield make
    for one in made:
        if one.process:
            one.process.stop_clean()
        one.hub.close()


def seqs(frames):
    return [f["seq"] for f in frames if f["type"] == "notice"]


def kinds_of(frames):
    return [f["type"] for f in frames]


# ---- order of frames, both forms ----

@pytest.mark.parametrize("form", FORMS)
def test_hello_snapshot_live_then_notices(alone, form):
    feed = alone(before=3)

    async def run():
        async with Subscriber(feed.ws, form) as one:
            frames = await one.start()
            assert kinds_of(frames) == ["hello", "snapshot", "live"]
            hello, snapshot, live = frames
            assert hello["epoch"] == "epoch-a" and hello["mode"] == "drill"
            assert (hello["newest_seq"], hello["oldest_seq"]) == (3, 1)
            assert hello["heartbeat_ms"] == 500
            assert [n["seq"] for n in snapshot["notices"]] == [1, 2, 3]
            assert snapshot["seq"] == live["seq"] == 3
            feed.hub.add(notice("doc-4"))
            assert seqs(await one.notices(1)) == [4]
            beat = (await one.until("heartbeat"))[-1]
            assert beat["newest_seq"] == 4 and len(beat["digest"]) == 32
            assert feed.get("/v1/state").json()["digest"] == beat["digest"]
    asyncio.run(run())


def test_both_forms_say_the_same(alone):
    feed = alone(before=2)

    async def run():
        async with Subscriber(feed.ws, "json") as one, Subscriber(feed.ws, "proto") as two:
            a, b = await one.start(), await two.start()
            for frame in (a[0], b[0]):
                frame.pop("time")
            assert trimmed(a) == trimmed(b)
            feed.hub.add(notice("doc-3", point=(135.5, 34.7), body="本文\n二行目\t\"引用\""))
            feed.hub.add(notice("doc-3", revision=2, action="LIFT", level=0))
            feed.hub.add(notice("doc-4", kind="SHELTER", level=0))
            a, b = await one.notices(3), await two.notices(3)
            assert trimmed(a) == trimmed(b)
            assert [h["name"] for h in a[0]["hops"]] == ["accepted", "feed"]
            assert a[0]["notice"]["areas"][0]["geometry"]["circles"][0]["radius_km"] == 1.5
    asyncio.run(run())
    assert feed.metric('hansho_feed_encodes_total{form="json"}') == 3


def test_encoded_once_for_a_thousand_and_got_exactly_once(alone):
    feed = alone(before=1)

    async def run():
        everybody = [Subscriber(feed.ws, SUBPROTOCOLS[i % 2]) for i in range(1000)]
        for i in range(0, 1000, 100):
            await asyncio.gather(*[s.__aenter__() for s in everybody[i:i + 100]])
        await asyncio.gather(*[s.start(**{"from": "now"}) for s in everybody])
        await asyncio.to_thread(feed.fill, 20)
        got = await asyncio.gather(*[s.notices(20, 60) for s in everybody])
        assert all(seqs(frames) == list(range(2, 22)) for frames in got)
        await asyncio.gather(*[s.quiet(0.2) for s in everybody])
        await asyncio.gather(*[s.ws.close() for s in everybody])
    asyncio.run(run())
    assert feed.metric('hansho_feed_encodes_total{form="json"}') == 20
    assert feed.metric('hansho_feed_encodes_total{form="sse"}') == 0
    assert feed.metric('hansho_feed_deliveries_total{form="json"}') == 500 * 20


# ---- resume ----

@pytest.mark.parametrize("form", FORMS)
def test_resume_at_every_seq(alone, form):
    """Also far behind the ring: 200 notices, 32 in memory."""
    feed = alone(before=200)

    async def run():
        for start in range(0, 201):
            async with Subscriber(feed.ws, form) as one:
                frames = await one.start(**{"from": {"epoch": "epoch-a", "seq": start}})
                assert kinds_of(frames) == ["hello", *["notice"] * (200 - start), "live"], start
                assert seqs(frames) == list(range(start + 1, 201))
    asyncio.run(run())
    assert feed.metric("hansho_feed_backfills_total") > 0
    assert feed.metric('hansho_feed_encodes_total{form="json"}') < 600


@pytest.mark.parametrize("form", FORMS)
def test_resume_while_notices_come(alone, form):
    """The way from the journal's pages to the ring to live has neither hole nor double."""
    feed = alone(before=300)
    stop = threading.Event()

    def more():
        while not stop.is_set() and feed.hub.newest < 20000:
            feed.fill(1)
            time.sleep(0.02)

    async def one_client(start):
        async with Subscriber(feed.ws, form) as one:
            frames = await one.start(**{"from": {"epoch": "epoch-a", "seq": start}})
            frames += await one.notices(5)
            assert seqs(frames) == list(range(start + 1, start + 1 + len(seqs(frames))))

    async def run():
        for _ in range(3):
            await asyncio.gather(*[one_client(s) for s in range(0, 300, 33)])

    writer = threading.Thread(target=more)
    writer.start()
    try:
        asyncio.run(run())
    finally:
        stop.set()
        writer.join()


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("start,reason", [
    ({"epoch": "epoch-z", "seq": 3}, "epoch_unknown"),
    ({"epoch": "epoch-a", "seq": 61}, "seq_ahead"),
    ({"epoch": "epoch-a", "seq": 8}, "too_old"),
])
def test_gap_and_snapshot_where_history_is_gone(alone, form, start, reason):
    feed = alone(hub_options={})
    feed.hub.oldest = 10
    feed.fill(60)
    feed.hub.cut()
    feed.came(60)
    wait_until(lambda: feed.hub.live, "resumed")

    async def run():
        async with Subscriber(feed.ws, form) as one:
            frames = await one.start(**{"from": start})
            assert kinds_of(frames) == ["hello", "gap", "snapshot", "live"]
            assert frames[1]["reason"] == reason
            assert (frames[1].get("from_seq", 0), frames[1]["to_seq"]) == (start["seq"] + 1, 60)
            assert frames[2]["seq"] == frames[3]["seq"] == 60
        async with Subscriber(feed.ws, form) as one:
            frames = await one.start(**{"from": {"epoch": "epoch-a", "seq": 9}})
            assert seqs(frames) == list(range(10, 61)) and "gap" not in kinds_of(frames)
    asyncio.run(run())


@pytest.mark.parametrize("form", FORMS)
def test_a_hole_in_the_hubs_stream_is_mended(alone, form):
    feed = alone(before=3)

    async def run():
        async with Subscriber(feed.ws, form) as one:
            await one.start(**{"from": "now"})
            feed.hub.add(notice("lost"), lose=True)
            feed.hub.add(notice("next"))
            assert seqs(await one.notices(2)) == [4, 5]
    asyncio.run(run())
    assert feed.hub.resumes[-1] == ("epoch-a", 3, False)


@pytest.mark.parametrize("form", FORMS)
def test_subscribers_stay_while_the_hub_is_away(alone, form):
    feed = alone(before=40)

    async def run():
        async with Subscriber(feed.ws, form) as one:
            await one.start(**{"from": "now"})
            feed.hub.go_away()
            wait_until(lambda: requests.get(f"http://{feed.ops}/readyz", timeout=20)
                       .status_code == 503, "not ready")
            await asyncio.sleep(1.2)
            ages = [(await one.until("heartbeat"))[-1]["hub_age_ms"] for _ in range(4)]
            assert ages[-1] > 1500 and ages == sorted(ages)
            assert feed.metric("hansho_feed_hub_up") == 0
            # what is remembered is still there, what is not says so
            assert feed.get("/v1/notices/40").status_code == 200
            reply = feed.get("/v1/notices/2")
            assert reply.status_code == 503 and reply.headers["Retry-After"]
            assert feed.get("/v1/state").json()["seq"] == 40
            feed.fill(2)
            feed.hub.listen()
            assert seqs(await one.notices(2)) == [41, 42]
            wait_until(lambda: requests.get(f"http://{feed.ops}/readyz", timeout=20)
                       .status_code == 200, "ready again")
    asyncio.run(run())


def test_silence_of_the_hub_is_noticed(alone):
    feed = alone(before=1)
    feed.hub.silent = True
    begun = time.monotonic()
    wait_until(lambda: feed.metric("hansho_feed_hub_reconnects_total") >= 1, "link dropped")
    assert time.monotonic() - begun < 4 * 1 + BUSY_S
    feed.hub.silent = False
    feed.hub.cut()
    wait_until(lambda: feed.metric("hansho_feed_hub_up") == 1, "up again")


def test_lost_history_closes_with_4410_and_comes_back_with_a_gap(alone):
    feed = alone(before=5)

    async def run():
        async with Subscriber(feed.ws) as one:
            await one.start()
            feed.hub.lose_history("epoch-b")
            error, code, _ = await one.refused()
            assert (error["code"], code) == (4410, 4410)
        wait_until(lambda: feed.hub.live, "resumed")
        feed.fill(2)
        feed.came(2)
        async with Subscriber(feed.ws) as one:
            frames = await one.start(**{"from": {"epoch": "epoch-a", "seq": 5}})
            assert kinds_of(frames) == ["hello", "gap", "snapshot", "live"]
            assert frames[0]["epoch"] == "epoch-b" and frames[2]["seq"] == 2
    asyncio.run(run())
    assert feed.hub.resumes[-1][2] is True


def test_other_mode_of_hub_or_notice_is_refused(alone):
    feed = alone(before=1)

    async def run():
        async with Subscriber(feed.ws) as one:
            await one.start(**{"from": "now"})
            feed.hub.add(notice("real", mode="LIVE"))
            feed.hub.add(notice("drill"))
            assert seqs(await one.notices(1)) == [3]
    asyncio.run(run())
    assert feed.metric("hansho_feed_wrong_mode") == 1
    assert "real" not in feed.get("/v1/state").text
    feed.hub.mode = "LIVE"
    feed.hub.cut()
    feed.process.wait_output(r"feed\.wrong_mode")
    assert requests.get(f"http://{feed.ops}/readyz", timeout=20).status_code == 503


# ---- wishes ----

@pytest.mark.parametrize("form", SUBPROTOCOLS)
@pytest.mark.parametrize("wish,code,named", [
    ({"areas": ["980001"]}, 4400, "980001"),
    ({"areas": ["99", "7"]}, 4400, '"7"'),
    ({"kinds": ["storm"]}, 4400, "storm"),
    ({"kinds": ["!"]}, 4400, "!"),
    ({"level_min": 6}, 4400, "6"),
    ({"mode": "live"}, 4403, "drill"),
    ({"mode": ""}, 4403, "drill"),
    ({"mode": "both"}, 4400, "both"),
    ({"from": "yesterday"}, 4400, "yesterday"),
])
def test_unknown_wishes_are_named_and_closed(alone, form, wish, code, named):
    feed = alone(before=1)

    async def run():
        async with Subscriber(feed.ws, form) as one:
            await one.until("hello")
            await one.subscribe(**wish)
            error, closed, _ = await one.refused()
            assert (error["code"], error["close"], closed) == (code, True, code)
            assert named in error["text"]
            assert kinds_of(one.seen) == ["hello", "error"]
    asyncio.run(run())


def test_nonsense_is_closed_with_4400(alone):
    feed = alone(before=1)

    async def run():
        for message in ["", "[]", "{", "null", '{"type":"hello"}', b"\x00\x01",
                        '{"type":"subscribe","mode":"drill","zone":[]}', "{" * 3000,
                        json.dumps({"type": "あ" * 300}, ensure_ascii=False),
                        json.dumps({"type": "subscribe", "mode": "a" + "😀" * 99},
                                   ensure_ascii=False)]:
            async with Subscriber(feed.ws) as one:
                await one.until("hello")
                await one.ws.send(message)
                assert (await one.refused())[1] == 4400
        async with Subscriber(feed.ws) as one:
            await one.start()
            await one.subscribe()
            assert (await one.refused())[1] == 4400
        async with Subscriber(feed.ws, "proto") as one:
            await one.until("hello")
            await one.ws.send(b"\xff\xff\xff\xff")
            assert (await one.refused())[1] == 4400
    asyncio.run(run())


FILTERED = [  # notice; what each wish of WISHES takes
    dict(area="990019", level=4),
    dict(area="990027", level=3),
    dict(area="130001", level=5),
    dict(area="131016", level=0),
    dict(area="990019", level=3, kind="SHELTER"),
    dict(area="990019", level=2),
    dict(area="990019", level=2, action="UPDATE", revision=2),
    dict(area="990027", level=0, action="LIFT", revision=2),
    dict(area="990019", level=1, action="CANCEL", revision=2),
    dict(area="011011", level=4, kind=41),
]
WISHES = [
    ({}, [1, 2, 3, 4, 5, 6, 7, 8, 9, 10]),
    ({"areas": ["99"]}, [1, 2, 5, 6, 7, 8, 9]),
    ({"areas": ["990019"]}, [1, 5, 6, 7, 9]),
    ({"areas": ["13"]}, [3, 4]),
    ({"areas": ["131016"]}, [3, 4]),
    ({"areas": ["131024"]}, [3]),
    ({"areas": ["011002"]}, [10]),
    ({"areas": ["990027", "131016"]}, [2, 3, 4, 8]),
    ({"kinds": ["evacuation"]}, [1, 2, 3, 4, 6, 7, 8, 9, 10]),
    ({"kinds": ["shelter"]}, [5, 10]),
    ({"kinds": ["!evacuation"]}, [5, 10]),
    ({"level_min": 4}, [1, 3, 4, 7, 8, 9, 10]),
    ({"level_min": 5, "areas": ["99"]}, [7, 8, 9]),
    ({"level_min": 3, "areas": ["99"], "kinds": ["!shelter"]}, [1, 2, 7, 8, 9]),
]


def fill_filtered(feed):
    for i, row in enumerate(FILTERED):
        feed.hub.add(notice(f"f-{i}", **row))


@pytest.mark.parametrize("form", FORMS)
def test_filters_live(alone, form):
    feed = alone()

    async def run():
        everybody = [Subscriber(feed.ws, form) for _ in WISHES]
        for one, (wish, _) in zip(everybody, WISHES):
            await one.__aenter__()
            await one.start(**wish)
        await asyncio.to_thread(fill_filtered, feed)
        for one, (wish, expected) in zip(everybody, WISHES):
            assert seqs(await one.notices(len(expected))) == expected, wish
            await one.quiet(0.05)
            await one.ws.close()
    asyncio.run(run())


def test_filters_in_replay_backfill_and_lists(alone):
    feed = alone()
    fill_filtered(feed)
    feed.fill(2 * RING, area="011002")
    feed.came(10 + 2 * RING)

    async def run():
        for wish, expected in WISHES:
            async with Subscriber(feed.ws) as one:
                frames = await one.start(**wish, **{"from": {"epoch": "epoch-a", "seq": 0}})
                assert [s for s in seqs(frames) if s <= 10] == expected, wish
    asyncio.run(run())
    for wish, expected in WISHES:
        query = {k: ",".join(v) if isinstance(v, list) else v for k, v in wish.items()}
        reply = feed.get("/v1/notices", params={"after": 0, "limit": 100, **query}).json()
        assert [n["seq"] for n in reply["notices"] if n["seq"] <= 10] == expected, wish


# ---- time limits and slow readers ----

def test_who_never_subscribes_is_closed(alone):
    feed = alone(before=1, subscribe_timeout_ms=1000)

    async def run():
        begun = time.monotonic()
        async with Subscriber(feed.ws) as one:
            error, code, _ = await one.refused()
            assert (error["code"], code) == (4401, 4401)
            assert 0.9 < time.monotonic() - begun < 1 + BUSY_S
            assert kinds_of(one.seen) == ["hello", "error"]
    asyncio.run(run())
    assert feed.metric("hansho_feed_unsubscribed_total") == 1


def raw_subscriber(feed, receive_buffer=4096):
    """A WebSocket by hand that reads nothing after its subscribe."""
    sock = socket.socket()
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
    sock.settimeout(20)
    sock.connect(("127.0.0.1", feed.port))
    sock.sendall(b"GET /v1/feed HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                 b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
                 b"Sec-WebSocket-Protocol: hansho.v1.json\r\n\r\n")
    got = b""
    while b"heartbeat_ms" not in got:
        got += sock.recv(4096)
    text = b'{"type":"subscribe","mode":"drill","from":"now"}'
    sock.sendall(bytes([0x81, 0x80 | len(text)]) + b"\0\0\0\0" + text)
    while b'"live"' not in got:
        got += sock.recv(4096)
    return sock


def read_frames(sock):
    """All frames until the close: [(opcode, payload)]."""
    data, frames = b"", []
    try:
        while piece := sock.recv(65536):
            data += piece
    except OSError:
        pass
    while len(data) >= 2:
        length, head = data[1] & 127, 2
        if length == 126:
            length, head = int.from_bytes(data[2:4], "big"), 4
        elif length == 127:
            length, head = int.from_bytes(data[2:10], "big"), 10
        if len(data) < head + length:
            break
        frames.append((data[0] & 15, data[head:head + length]))
        data = data[head + length:]
    return frames


def test_slow_reader_is_closed_with_4408_and_loses_nothing(alone):
    feed = alone(before=1, backlog_max=20, ring_notices=4096, send_buffer_bytes=8192)
    slow = raw_subscriber(feed)

    async def run():
        async with Subscriber(feed.ws) as quick:
            await quick.start(**{"from": "now"})
            for seq in range(2, 62):
                feed.hub.add(notice(f"big-{seq}", body="あ" * 4000))
                assert seqs(await quick.notices(1)) == [seq]
        wait_until(lambda: feed.metric("hansho_feed_behind_total") == 1, "closed as behind")
        frames = read_frames(slow)
        texts = [json.loads(p) for op, p in frames if op == 1]
        got = [f["seq"] for f in texts if f["type"] == "notice"]
        assert got == list(range(2, 2 + len(got))) and len(got) < 60
        closes = [p for op, p in frames if op == 8]
        assert closes and int.from_bytes(closes[0][:2], "big") == 4408
        epoch, seq = closes[0][2:].decode().rsplit(" ", 1)[1].rsplit(":", 1)
        assert (epoch, int(seq)) == ("epoch-a", got[-1])
        async with Subscriber(feed.ws) as back:
            frames = await back.start(**{"from": {"epoch": epoch, "seq": int(seq)}})
            assert got + seqs(frames) == list(range(2, 62))
    asyncio.run(run())
    slow.close()


def test_choked_within_the_limit_catches_up(alone):
    feed = alone(before=1, ring_notices=4096, send_buffer_bytes=8192)
    slow = raw_subscriber(feed)
    for _ in range(60):
        feed.hub.add(notice(f"big-{feed.hub.newest}", body="あ" * 4000))
    feed.came(61)
    assert feed.metric("hansho_feed_choked_total") >= 1
    got, data = [], b""
    deadline = time.monotonic() + 20
    while b'"seq":61,' not in data and time.monotonic() < deadline:
        data += slow.recv(65536)
    got = [int(part.split(b",")[0]) for part in data.split(b'{"type":"notice","epoch":"epoch-a",'
                                                              b'"seq":')[1:]]
    assert got == list(range(2, 62))
    assert feed.metric("hansho_feed_behind_total") == 0
    slow.close()


def test_dead_peer_is_dropped_within_the_limit(alone):
    feed = alone(before=1, pong_timeout_ms=2000)
    dead = raw_subscriber(feed)

    async def run():
        async with Subscriber(feed.ws) as alive:
            await alive.start()
            await asyncio.to_thread(
                wait_until, lambda: feed.metric("hansho_feed_dead_total") == 1, "dropped", 2 + BUSY_S)
            assert (await alive.until("heartbeat"))[-1]
    asyncio.run(run())
    dead.close()


# ---- receipts, pings ----

@pytest.mark.parametrize("form", SUBPROTOCOLS)
def test_receipts_go_to_the_hub(alone, form):
    from schemas import link_pb2
    feed = alone(before=2, receipts_per_minute=3)

    def message(seq, state, outlet):
        if form == "json":
            return json.dumps({"type": "receipt", "seq": seq, "state": state, "outlet": outlet})
        frame = link_pb2.FeedFrame()
        frame.receipt.seq = seq
        frame.receipt.state = link_pb2.ReceiptState.Value(f"RECEIPT_STATE_{state.upper()}")
        frame.receipt.outlet = outlet
        return frame.SerializeToString()

    async def run():
        async with Subscriber(feed.ws, form) as one:
            await one.start()
            await one.ws.send(message(2, "displayed", "station-1"))
            wait_until(lambda: feed.hub.receipts, "receipt at the hub")
            for bad in [(3, "displayed", "s"), (0, "displayed", "s"), (1, "sent", "s"),
                        (1, "displayed", ""), (1, "displayed", "s" * 200)]:
                await one.ws.send(message(*bad))
                error = (await one.until("error"))[-1]
                assert error["code"] == 4400 and not error.get("close")
            for _ in range(3):
                await one.ws.send(message(1, "received", "station-1"))
            assert (await one.until("error"))[-1]["code"] == 4429
    asyncio.run(run())
    wait_until(lambda: len(feed.hub.receipts) == 3, "three receipts at the hub")
    first = feed.hub.receipts[0]
    assert (first.seq, first.state, first.outlet) == (2, link_pb2.RECEIPT_STATE_DISPLAYED,
                                                      "station-1")
    assert first.unix_us > 0


def test_ping_is_answered(alone):
    feed = alone(before=1)

    async def run():
        async with Subscriber(feed.ws) as one:
            await one.start()
            await one.ws.send('{"type":"ping","id":77}')
            assert (await one.until("pong"))[-1]["id"] == 77
            await one.ws.send('{"type":"pong","id":1}')
            await one.quiet()
    asyncio.run(run())


# ---- GETs ----

def test_lists_page_through_the_journal(alone):
    feed = alone(before=150)
    got, after = [], 0
    for _ in range(100):
        page = feed.get(f"/v1/notices?after={after}&limit=7").json()
        got += [n["seq"] for n in page["notices"]]
        after = page["next_after"]
        if page["end"]:
            break
    assert got == list(range(1, 151))
    assert len(feed.get("/v1/notices?after=20&limit=100").json()["notices"]) == 100
    assert feed.get("/v1/notices?limit=101").status_code == 400
    assert feed.get("/v1/notices?after=x").status_code == 400
    assert feed.get("/v1/notices?after=150").json()["notices"] == []
    assert feed.get("/v1/notices?after=999").json()["notices"] == []


def test_notice_is_the_same_everywhere(alone):
    feed = alone(before=100)

    async def run():
        async with Subscriber(feed.ws) as one:
            frames = await one.start(**{"from": {"epoch": "epoch-a", "seq": 90}})
            return [f for f in frames if f["type"] == "notice"]
    streamed = asyncio.run(run())
    listed = feed.get("/v1/notices?after=90&limit=10").json()["notices"]
    assert streamed == listed
    assert [feed.get(f"/v1/notices/{n['seq']}").json() for n in listed] == listed
    old = feed.get("/v1/notices/3")
    assert old.status_code == 200 and old.json()["seq"] == 3
    for bad in ["0", "101", "999999999999999999", "1234567890123456789012", "x", "1/x", "1x", ""]:
        assert feed.get(f"/v1/notices/{bad}").status_code == 404, bad


def test_conditional_get(alone):
    feed = alone(before=2)
    for path in ["/v1/state", "/v1/state.geojson", "/v1/feed.atom", "/v1/notices", "/v1/notices/2"]:
        first = feed.get(path)
        tag = first.headers["ETag"]
        assert first.status_code == 200 and first.headers["Access-Control-Allow-Origin"] == "*"
        for asked in [tag, tag[2:], f'"other", {tag}', "*"]:
            again = feed.get(path, headers={"If-None-Match": asked})
            assert again.status_code == 304 and not again.content, (path, asked)
        assert feed.get(path, headers={"If-None-Match": '"other"'}).status_code == 200
        head = requests.head(f"http://127.0.0.1:{feed.port}{path}", timeout=20)
        assert head.status_code == 200 and head.headers["ETag"] == tag and not head.content
    tag = feed.get("/v1/state").headers["ETag"]
    feed.fill(1)
    feed.came(3)
    assert feed.get("/v1/state", headers={"If-None-Match": tag}).status_code == 200
    preflight = requests.options(f"http://127.0.0.1:{feed.port}/v1/state", timeout=20)
    assert preflight.status_code == 204
    assert "GET" in preflight.headers["Access-Control-Allow-Methods"]


def test_original_bytes(alone):
    feed = alone()
    body = '<?xml version="1.0" encoding="Shift_JIS"?><a>避難</a>\r\n'.encode("shift_jis")
    feed.hub.add(notice("with"), original=body)
    feed.hub.add(notice("without"))
    feed.came(2)
    reply = feed.get("/v1/notices/1/original")
    assert reply.content == body
    assert reply.headers["Content-Type"].startswith("application/xml")
    assert reply.headers["X-Content-Type-Options"] == "nosniff"
    assert reply.headers["Content-Disposition"].startswith("attachment")
    again = feed.get("/v1/notices/1/original", headers={"If-None-Match": reply.headers["ETag"]})
    assert again.status_code == 304
    assert feed.get("/v1/notices/2/original").status_code == 404
    assert feed.get("/v1/notices/3/original").status_code == 404


def test_a_hub_that_does_not_answer_gives_504(alone):
    feed = alone(before=100, fetch_timeout_ms=1000)
    feed.hub.answer_fetches = False
    assert feed.get("/v1/notices/3").status_code == 504
    assert feed.get("/v1/notices/3/original").status_code == 504
    assert feed.metric("hansho_feed_queries_waiting") == 0


def test_geojson_and_atom(alone):
    import xml.etree.ElementTree as tree
    feed = alone()
    feed.hub.add(notice("a", point=(135.5, 34.75)))
    feed.hub.add(notice("b", area="990027"))
    feed.came(2)
    geo = feed.get("/v1/state.geojson")
    assert geo.headers["Content-Type"].startswith("application/geo+json")
    features = {f["properties"]["code"]: f for f in geo.json()["features"]}
    assert features["990019"]["geometry"]["type"] == "Point"
    assert features["990019"]["geometry"]["coordinates"] == [135.5, 34.75]
    assert features["990027"]["geometry"] is None
    assert features["990027"]["properties"]["level"] == 4
    assert [f["properties"]["code"] for f in feed.get("/v1/state.geojson?areas=990027").json()[
        "features"]] == ["990027"]
    atom = feed.get("/v1/feed.atom")
    root = tree.fromstring(atom.content)
    space = "{http://www.w3.org/2005/Atom}"
    entries = root.findall(f"{space}entry")
    assert [e.find(f"{space}id").text for e in entries] == ["urn:hansho:epoch-a:2",
                                                            "urn:hansho:epoch-a:1"]
    assert entries[0].find(f"{space}title").text.startswith("【訓練】")
    feed.fill(RING)
    assert feed.get("/v1/feed.atom?before=5").status_code == 200


def test_wishes_of_gets(alone):
    feed = alone(before=1)
    assert feed.get("/v1/state?areas=98").status_code == 400
    assert "98" in feed.get("/v1/state?areas=98").json()["message"]
    assert feed.get("/v1/notices?kinds=storm").status_code == 400
    reply = feed.get("/v1/state?mode=live")
    assert reply.status_code == 403 and reply.json()["code"] == 4403
    assert feed.get("/v1/events").status_code == 403
    assert feed.get("/v1/events?mode=drill&areas=98").status_code == 400
    assert feed.get("/v1/nothing").status_code == 404


# ---- event stream ----

class Events:
    """A reader of Server-Sent Events, by the rules of the standard."""

    def __init__(self, feed, query="mode=drill", last_event_id=None):
        headers = {"Last-Event-ID": last_event_id} if last_event_id else {}
        self.reply = feed.get(f"/v1/events?{query}", headers=headers, stream=True)
        assert self.reply.headers["Content-Type"].startswith("text/event-stream")
        self.reply.encoding = "utf-8"
        self.lines = self.reply.iter_lines(chunk_size=1, decode_unicode=True)
        self.last_id, self.retry = None, None

    def next(self):
        data = []
        for line in self.lines:
            if line == "" and data:
                return json.loads("\n".join(data))
            name, _, value = line.partition(":")
            value = value.removeprefix(" ")
            if name == "data":
                data.append(value)
            elif name == "id":
                self.last_id = value
            elif name == "retry":
                self.retry = int(value)
        raise AssertionError("the stream ended")

    def until(self, kind):
        frames = []
        while not frames or frames[-1]["type"] != kind:
            frame = self.next()
            if frame["type"] != "heartbeat" or kind == "heartbeat":
                frames.append(frame)
        return frames

    def close(self):
        self.reply.close()


def test_event_stream(alone):
    feed = alone(before=100)
    one = Events(feed)
    assert kinds_of(one.until("live")) == ["hello", "snapshot", "live"]
    assert one.retry == 3000 and one.last_id == "epoch-a:100"
    feed.fill(2)
    assert one.until("notice")[0] == feed.get("/v1/notices/101").json()
    assert one.until("notice")[0]["seq"] == 102
    assert one.last_id == "epoch-a:102"
    assert one.until("heartbeat")[-1]["newest_seq"] == 102
    one.close()
    for start in [0, 1, 63, 64, 65, 69, 70, 71, 101, 102]:
        two = Events(feed, last_event_id=f"epoch-a:{start}")
        frames = two.until("live")
        assert seqs(frames) == list(range(start + 1, 103)), start
        two.close()
    three = Events(feed, last_event_id="epoch-z:7")
    assert kinds_of(three.until("live")) == ["hello", "gap", "snapshot", "live"]
    three.close()
    four = Events(feed, query="mode=drill&areas=990027&from=now")
    assert kinds_of(four.until("live")) == ["hello", "live"]
    feed.fill(1)
    feed.hub.add(notice("x", area="990027"))
    assert four.until("notice")[0]["seq"] == 104
    four.close()
    wait_until(lambda: feed.metric('hansho_feed_subscribers{form="sse"}') == 0, "all gone")
