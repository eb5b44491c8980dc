"""hansho-feed behind the real gate and hub: what a municipality submits is what a subscriber gets.

What a hub does only on a bad day: test_feed_alone.py.
"""

import asyncio
import json
import time

import pytest
import requests

import documents
from conftest import wait_until
from feed_client import FORMS, Subscriber, trimmed


def seqs(frames):
    return [f["seq"] for f in frames if f["type"] == "notice"]


def kinds_of(frames):
    return [f["type"] for f in frames]


def stack_get(stack, path):
    return requests.get(stack.feed_url(path), timeout=20).json()


def newest(stack):
    return stack.metrics("feed-1")["hansho_feed_newest_seq"]


def submit(stack, count=1, **more):
    out = [stack.accepted(documents.order(**more))["seq"] for _ in range(count)]
    wait_until(lambda: newest(stack) >= out[-1], f"feed has {out[-1]}")
    return out


@pytest.mark.parametrize("form", FORMS)
def test_an_order_arrives_with_its_hops(stack, form):
    async def run():
        async with Subscriber(stack.ws_url(), form) as one:
            frames = await one.start()
            assert kinds_of(frames) == ["hello", "snapshot", "live"]
            reply = await asyncio.to_thread(stack.accepted, documents.order())
            got = (await one.notices(1))[0]
            assert (got["epoch"], got["seq"]) == (reply["epoch"], reply["seq"])
            notice = got["notice"]
            assert (notice["mode"], notice["kind"], notice["action"]) == ("drill", "evacuation",
                                                                         "issue")
            assert notice["level"]["number"] == 4
            assert notice["texts"][0]["headline"].startswith("【訓練】")
            hops = {h["name"]: h["time"] for h in got["hops"]}
            assert hops["accepted"] <= hops["durable"] <= hops["feed"]
    asyncio.run(run())


def test_both_forms_and_every_address_say_the_same(stack):
    async def run():
        async with Subscriber(stack.ws_url(), "json") as one:
            async with Subscriber(stack.ws_url(), "proto") as two:
                a, b = await one.start(), await two.start()
                for frame in (a[0], b[0]):
                    frame.pop("time")
                assert trimmed(a) == trimmed(b)
                document = documents.new_id()
                await asyncio.to_thread(submit, stack, document=document)
                await asyncio.to_thread(
                    submit, stack, document=document, revision=2,
                    details=[documents.detail("避難指示", ["北町一丁目"], state="解除")])
                a, b = await one.notices(2), await two.notices(2)
                assert trimmed(a) == trimmed(b)
                return a
    frames = asyncio.run(run())
    for frame in frames:
        assert stack_get(stack, f"/v1/notices/{frame['seq']}") == frame
    listed = stack_get(stack, f"/v1/notices?after={frames[0]['seq'] - 1}&limit=2")["notices"]
    assert listed == frames


@pytest.mark.parametrize("form", FORMS)
def test_resume_at_every_seq(stack, form):
    submit(stack, 5)
    last = int(newest(stack))
    epoch = stack_get(stack, "/v1/state")["epoch"]

    async def run():
        for start in range(0, last + 1):
            async with Subscriber(stack.ws_url(), form) as one:
                frames = await one.start(**{"from": {"epoch": epoch, "seq": start}})
                assert seqs(frames) == list(range(start + 1, last + 1))
        async with Subscriber(stack.ws_url(), form) as one:
            frames = await one.start(**{"from": {"epoch": "another", "seq": 1}})
            assert kinds_of(frames) == ["hello", "gap", "snapshot", "live"]
    asyncio.run(run())


def test_resume_from_the_hubs_journal(make_stack):
    """A ring of 16: everything older is fetched."""
    stack = make_stack(feed={"ring_notices": 16})
    submit(stack, 90)
    epoch = stack_get(stack, "/v1/state")["epoch"]

    async def run():
        for start in [0, 1, 30, 63, 64, 65, 73, 74, 75, 89, 90]:
            async with Subscriber(stack.ws_url(), "proto") as one:
                frames = await one.start(**{"from": {"epoch": epoch, "seq": start}})
                assert seqs(frames) == list(range(start + 1, 91))
    asyncio.run(run())
    assert [n["seq"] for n in stack_get(stack, "/v1/notices?after=3&limit=80")["notices"]] == list(
        range(4, 84))


def test_feed_and_hub_come_back(make_stack):
    """Restart of either: subscribers miss nothing, and the feed knows the active set again."""
    stack = make_stack()
    submit(stack, 3)
    state = stack_get(stack, "/v1/state")
    stack.restart("feed-1")
    again = stack_get(stack, "/v1/state")
    assert (again["epoch"], again["seq"], again["digest"]) == (state["epoch"], 3, state["digest"])

    async def run():
        async with Subscriber(stack.ws_url()) as one:
            frames = await one.start(**{"from": {"epoch": state["epoch"], "seq": 1}})
            assert seqs(frames) == [2, 3]
            await asyncio.to_thread(stack.kill, "hub")
            await asyncio.to_thread(stack.start, "hub")
            await asyncio.to_thread(stack.processes["gate"].wait_ready, stack.ops["gate"])
            await asyncio.to_thread(submit, stack, 2)
            assert seqs(await one.notices(2)) == [4, 5]
    asyncio.run(run())
    assert stack.metrics("feed-1")["hansho_feed_resyncs_total"] == 0


@pytest.mark.parametrize("form", FORMS)
def test_heartbeat_digest_is_the_states(make_stack, form):
    stack = make_stack(feed={"heartbeat_ms": 300}, hub={"heartbeat_ms": 1000})
    document = documents.new_id()
    submit(stack, document=document)
    submit(stack)
    submit(stack, document=document, revision=2,
           details=[documents.detail("避難指示", ["北町一丁目"], state="解除")])

    async def run():
        async with Subscriber(stack.ws_url(), form) as one:
            await one.start()
            beat = (await one.until("heartbeat"))[-1]
            assert beat["newest_seq"] == 3
            assert beat["digest"] == stack_get(stack, "/v1/state")["digest"]
            for _ in range(4):
                await one.until("heartbeat")
    asyncio.run(run())
    assert stack.metrics("feed-1")["hansho_feed_resyncs_total"] == 0
    assert "feed.digest_differs" not in stack.stop("feed-1")


def test_original_is_what_was_sent(stack):
    body = documents.order(headline="原文そのまま ㈱ 髙橋").encode("utf-8")
    seq = stack.accepted(body)["seq"]
    wait_until(lambda: newest(stack) >= seq, "arrived")
    reply = requests.get(stack.feed_url(f"/v1/notices/{seq}/original"), timeout=20)
    assert reply.content == body
    assert reply.headers["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize("sent,kept", [
    ("text/xml; charset=utf-8", "text/xml"), ("application/cap+xml", "application/cap+xml"),
    (None, "application/xml"), ("text/html", "application/xml"), ("application/x-www-form-urlencoded", "application/xml"),
    ("a" * 200 + "/xml+xml", "application/xml")])
def test_original_keeps_its_media_type(stack, sent, kept):
    headers = {"Content-Type": sent} if sent else {}
    reply = requests.post(stack.gate_url + "/v1/submissions", data=documents.order().encode("utf-8"), headers=headers,
                          auth=stack.auth(), timeout=20)
    assert reply.status_code == 202, reply.text
    check_original_type(stack, reply.json()["seq"], kept)


def test_original_of_a_soap_submission_is_xml(stack):
    principal = stack.principal("kakuu")
    envelope = documents.soap(documents.order(), documents.text_token(principal["username"], principal["password"]))
    before = int(newest(stack))
    reply = requests.post(stack.gate_url + "/soap/MQService", data=envelope.encode("utf-8"),
                          headers={"Content-Type": "text/xml; charset=utf-8", "SOAPAction": '""'}, timeout=20)
    assert "<code>0</code>" in reply.text or ">0<" in reply.text, reply.text
    check_original_type(stack, before + 1, "application/xml")


def check_original_type(stack, seq, kept):
    wait_until(lambda: newest(stack) >= seq, "arrived")
    notice = stack_get(stack, f"/v1/notices/{seq}")
    assert "notice" in notice, notice
    assert notice["notice"]["original"]["content_type"] == kept
    reply = requests.get(stack.feed_url(f"/v1/notices/{seq}/original"), timeout=20)
    assert reply.headers["Content-Type"] == kept
    assert reply.headers["X-Content-Type-Options"] == "nosniff"


def test_filters_by_area(stack):
    async def run():
        async with Subscriber(stack.ws_url()) as city, Subscriber(stack.ws_url()) as other:
            await city.start(areas=["990019"], kinds=["evacuation"], level_min=4)
            await other.start(areas=["990027"])
            mine = (await asyncio.to_thread(submit, stack))[0]
            theirs = (await asyncio.to_thread(lambda: [stack.accepted(
                documents.order(source="bosai.soba.example", code="990027", name="架空第二市"),
                user="soba")["seq"]]))[0]
            assert seqs(await city.notices(1)) == [mine]
            assert seqs(await other.notices(1)) == [theirs]
            await city.quiet()
            await other.quiet()
    asyncio.run(run())


def test_two_feeds_agree(make_stack):
    stack = make_stack(feeds=2, feed={"heartbeat_ms": 300})
    submit(stack, 3)

    async def run():
        said = set()
        for feed in (0, 1):
            for form in FORMS:
                async with Subscriber(stack.ws_url(feed), form) as one:
                    assert (await one.start())[-1]["seq"] == 3
                    beat = (await one.until("heartbeat"))[-1]
                    said.add((beat["newest_seq"], beat["digest"]))
        assert said == {(3, stack_get(stack, "/v1/state")["digest"])}
    asyncio.run(run())


def test_a_receipt_reaches_the_sender(stack):
    async def run():
        async with Subscriber(stack.ws_url()) as one:
            await one.start()
            reply = await asyncio.to_thread(stack.accepted, documents.order())
            await one.notices(1)
            await one.ws.send('{"type":"receipt","seq":%d,"state":"displayed","outlet":"局-1"}'
                              % reply["seq"])
            await asyncio.to_thread(wait_until, lambda: any(
                (r["outlet"], r["detail"], r["state"]) == ("(guests)", "局-1", "displayed")
                for r in stack.status(reply["id"]).json().get("receipts", [])), "receipt")
    asyncio.run(run())


def of_prefecture(revision, codes, document, **more):
    """An order of the prefecture that names one district in each of these municipalities."""
    details = [documents.detail("避難指示", ["北町一丁目"], code=code, state=more.get("state", "発令")) for code in codes]
    return documents.order(details=details, document=document, revision=revision, code=codes[0], name="架空県",
                           source="bosai.pref.example", errata=more.get("errata", ""), kind=more.get("kind"))


def events_of(stack, query, count):
    """The seqs of the first `count` notices on the event stream."""
    got, end = [], time.monotonic() + 15
    with requests.get(stack.feed_url(f"/v1/events?mode=drill&{query}"), stream=True, timeout=20) as reply:
        for line in reply.iter_lines(chunk_size=1):
            assert time.monotonic() < end, got
            frame = json.loads(line[6:]) if line.startswith(b"data: ") else {}
            if frame.get("type") == "notice":
                got.append(frame["seq"])
            if len(got) == count:
                return got
    raise AssertionError(f"the stream ended after {got}")


def test_who_was_told_of_an_area_learns_that_it_is_left_out(make_stack):
    """An area that vanishes from its document, and what becomes of the document afterwards, reaches who asked for that
    area only: live, from the ring, from the hub's journal, after a restart, by every way."""
    stack = make_stack(feed={"ring_notices": 16})
    document = documents.new_id()

    async def live():
        async with Subscriber(stack.ws_url()) as one, Subscriber(stack.ws_url(), "proto") as two, \
                Subscriber(stack.ws_url()) as third:
            for who in (one, two):
                await who.start(areas=["990027"])
            await third.start(areas=["990035"])
            for revision, codes, more in [(1, ["990019", "990027"], {}), (2, ["990019"], {}),
                                          (3, ["990019"], {"state": "解除"}),
                                          (4, ["990019"], {"kind": "Cancel", "errata": "解除は誤りでした。"})]:
                body = of_prefecture(revision, codes, document, **more)
                await asyncio.to_thread(stack.accepted, body, "pref")
            for who in (one, two):
                frames = await who.notices(4)
                assert seqs(frames) == [1, 2, 3, 4]
                assert [f["notice"]["document"].get("areas_before", []) for f in frames] == [
                    [], ["990027"], ["990027"], ["990027"]]
            await third.quiet()
    asyncio.run(live())
    epoch = stack_get(stack, "/v1/state")["epoch"]

    async def again(last=4):
        for start in range(0, 4):
            async with Subscriber(stack.ws_url()) as one:
                frames = await one.start(areas=["990027"], **{"from": {"epoch": epoch, "seq": start}})
                assert seqs(frames) == list(range(start + 1, last + 1))
        async with Subscriber(stack.ws_url()) as one:
            frames = await one.start(areas=["990035"], **{"from": {"epoch": epoch, "seq": 0}})
            assert seqs(frames) == []

    def everywhere():
        listed = stack_get(stack, "/v1/notices?areas=990027&after=0&limit=10")["notices"]
        assert [n["seq"] for n in listed] == [1, 2, 3, 4]
        assert stack_get(stack, "/v1/notices?areas=990035&after=0&limit=10")["notices"] == []
        assert events_of(stack, f"areas=990027&from={epoch}:1", 3) == [2, 3, 4]
        for area in ("990019", "990027"):
            state = stack_get(stack, f"/v1/state?areas={area}")["notices"]
            assert [n["seq"] for n in state] == [2, 3, 4]
        assert stack_get(stack, "/v1/state?areas=990035")["notices"] == []
        asyncio.run(again())

    everywhere()
    stack.restart("feed-1")
    everywhere()
    submit(stack, 40)  # pushes them out of the ring
    assert stack_get(stack, "/v1/state?areas=990035")["notices"] == []
    listed = stack_get(stack, "/v1/notices?areas=990027&after=0&limit=10")["notices"]
    assert [n["seq"] for n in listed] == [1, 2, 3, 4, 5]  # the fifth ended what the cancel had brought back
    asyncio.run(again(5))
    second = documents.new_id()
    stack.accepted(of_prefecture(1, ["990019", "990027"], second), "pref")
    stack.restart("hub")
    stack.processes["gate"].wait_ready(stack.ops["gate"])
    seq = stack.accepted(of_prefecture(2, ["990019"], second), "pref")["seq"]
    wait_until(lambda: newest(stack) >= seq, "arrived")
    listed = stack_get(stack, f"/v1/notices?areas=990027&after={seq - 1}&limit=10")["notices"]
    assert [n["seq"] for n in listed] == [seq]
