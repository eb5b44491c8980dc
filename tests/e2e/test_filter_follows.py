"""Who filters by kind or level learns of all that ends, replaces, lowers or displaces what his filter let pass
(Document.kinds_before, level_before, follows; hub/core/before.h), and a snapshot never shows as in force what is not."""

import asyncio
import re
import time

import pytest
import requests

from alarms import SENDERS, rain
from conftest import PRINCIPALS, wait_until
from documents import detail, new_id, order
from feed_client import Subscriber
from test_cap import RELAYER, alert
from test_supersession import SENT, say, standing as alerts_standing

LOWER = ("高齢者等避難", ["北町一丁目"])


@pytest.fixture
def relay(make_stack):
    principals = [{**row, "statuses": ["Exercise"]} for row in PRINCIPALS] + [RELAYER]
    return make_stack(principals=principals)


def flood(xml):
    return xml.replace("大雨警報", "洪水")


def bare(xml):
    return re.sub(r"<info>.*</info>", "", xml, flags=re.S)


def reference(*names):
    return " ".join(f"met@met.example,{name},{SENT}" for name in names)


async def seen_by(stack, story, wait_s=3, **filter_):
    """The notices that a subscriber with this filter gets while the story is told."""
    got = []
    async with Subscriber(stack.ws_url(), "json") as subscriber:
        await subscriber.start(**{"from": "snapshot", "mode": "drill", **filter_})
        await asyncio.to_thread(story)
        try:
            while True:
                frame = await subscriber.next(wait_s)
                if frame["type"] == "notice":
                    got.append(frame["notice"])
        except asyncio.TimeoutError:
            return got


async def snapshot_of(stack, **filter_):
    async with Subscriber(stack.ws_url(), "json") as subscriber:
        frames = await subscriber.start(**{"from": "snapshot", "mode": "drill", **filter_})
        return [item["notice"] for frame in frames if frame["type"] == "snapshot" for item in frame["notices"]]


def ids(notices):
    return [notice["document"]["id"] for notice in notices]


def levels(notices, name="level"):
    return [notice[name]["number"] for notice in notices]


def state(stack, **query):
    return requests.get(stack.feed_url("/v1/state"), params=query, timeout=20).json()


def in_force(stack, **query):
    return [(entry["document"].rsplit("|", 1)[1], entry.get("level")) for entry in state(stack, **query)["in_force"]]


# ---- kinds ----

def test_an_update_of_another_kind_reaches_who_holds_what_it_replaces(relay):
    def story():
        say(relay, "K-1")
        relay.accepted(flood(alert("K-2", "Update", reference("K-1"), sent="2026-07-01T19:10:00+09:00")), user="relay")
    got = asyncio.run(seen_by(relay, story, kinds=["weather"]))
    assert alerts_standing(relay) == ["K-2"]
    assert ids(got) == ["K-1", "K-2"]
    assert got[1]["document"]["kinds_before"] == ["weather"] and got[1]["kind"] == "flood"


def test_a_cancel_of_two_kinds_reaches_who_holds_one_of_them(relay):
    def story():
        say(relay, "M-1")
        relay.accepted(flood(alert("M-2")), user="relay")
        relay.accepted(bare(alert("M-3", "Cancel", reference("M-1", "M-2"), sent="2026-07-01T19:10:00+09:00")),
                       user="relay")
    got = asyncio.run(seen_by(relay, story, kinds=["weather"]))
    assert alerts_standing(relay) == []
    assert ids(got) == ["M-1", "M-3"]
    assert got[1]["kind"] == "other" and got[1]["document"]["kinds_before"] == ["flood", "weather"]


# ---- levels ----

def test_who_asked_for_level_4_learns_that_the_next_telegram_lowered_it(make_stack):
    stack = make_stack(principals=SENDERS)
    now = time.time() - 120

    def story():
        stack.accepted(rain(4, at_s=now), user="relay")
        stack.accepted(rain(3, at_s=now + 60), user="relay")
    got = asyncio.run(seen_by(stack, story, level_min=4))
    assert levels(got, "equivalent_level") == [4, 3]
    assert asyncio.run(snapshot_of(stack, level_min=4)) == []


def test_a_second_revision_that_calls_itself_a_report(make_stack):
    stack, name = make_stack(), new_id()

    def story():
        stack.accepted(order(document=name))
        stack.accepted(order([detail(*LOWER)], name, 2, kind="Report"))
    got = asyncio.run(seen_by(stack, story, level_min=4))
    assert levels(got) == [4, 3]
    assert got[1]["document"]["follows"] and got[1]["document"]["level_before"] == 4


def test_who_asked_for_level_4_learns_that_a_new_document_lowered_it(make_stack):
    stack, old, new, last = make_stack(), new_id(), new_id(), new_id()

    def story():
        stack.accepted(order(document=old))
        stack.accepted(order([detail(*LOWER)], document=new))
        stack.accepted(order([detail(*LOWER)], document=last))
    got = asyncio.run(seen_by(stack, story, level_min=4))
    assert ids(got) == [old, new, last]  # the last one displaces what displaced his
    assert in_force(stack) == [(last, 3)] and in_force(stack, level_min=4) == []
    assert set(ids(asyncio.run(snapshot_of(stack, level_min=4)))) == {old, last}


def test_who_asked_for_level_4_is_not_told_of_what_he_never_had(make_stack):
    stack, name = make_stack(), new_id()

    def story():
        stack.accepted(order([detail(*LOWER)], document=new_id()))
        stack.accepted(order([detail(*LOWER)], document=name))
        stack.accepted(order([detail("避難指示", ["南町"], code="990027")], source="bosai.soba.example", code="990027",
                             name="架空第二市"), user="soba")
    assert levels(asyncio.run(seen_by(stack, story, level_min=4))) == [4]


# ---- the hub's own routes ----

def refilter(stack, **filter_):
    """And the feed anew."""
    stack.stop("feed-1")
    stack.refilter("feed-1", **filter_)
    stack.start("feed-1")
    for name in ("gate", "feed-1"):
        wait_until(lambda: requests.get(f"http://{stack.ops[name]}/readyz", timeout=5).status_code == 200, "it is back")


def test_the_hub_tells_a_peer_of_level_4_that_a_new_document_lowered_it(make_stack):
    stack, old, new = make_stack(), new_id(), new_id()
    refilter(stack, level_min=4)
    stack.accepted(order([detail(*LOWER)], document=new_id()))  # nobody of level 4 has had anything
    stack.accepted(order(document=old))
    wait_until(lambda: in_force(stack) == [(old, 4)], "the feed holds it")
    stack.accepted(order([detail(*LOWER)], document=new))
    wait_until(lambda: in_force(stack) == [(new, 3)], "the feed knows what displaced it")
    assert state(stack)["seq"] == 3
    stack.restart("hub")  # the record says who was told
    stack.restart("feed-1")
    wait_until(lambda: in_force(stack) == [(new, 3)], "the feed gets both after a start")
