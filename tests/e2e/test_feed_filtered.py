"""A hub that is started with another filter for a feed which goes on running: the feed and its subscribers begin anew."""

import asyncio

import pytest
import requests
import websockets

from conftest import wait_until
from documents import detail, new_id, order
from feed_client import Subscriber


def refilter(stack, **filter_):
    """The feed goes on running meanwhile."""
    ups = stack.output("feed-1").count("feed.ready")
    stack.refilter("feed-1", **filter_)
    wait_until(lambda: stack.output("feed-1").count("feed.ready") > ups, "the feed is back")


def standing(stack):
    state = requests.get(stack.feed_url("/v1/state"), timeout=20).json()
    return {entry["document"].rsplit("|", 1)[1] for entry in state["in_force"]}


def soba(document):
    return order([detail("避難指示", ["南町"], code="990027")], source="bosai.soba.example", code="990027", name="架空第二市",
                 document=document)


def test_what_a_narrower_filter_leaves_out_does_not_stand_for_ever(make_stack):
    stack = make_stack()
    name = new_id()
    stack.accepted(order(document=name))
    wait_until(lambda: standing(stack) == {name}, "the feed holds it")

    async def run():
        async with Subscriber(stack.ws_url()) as one:
            frames = await one.start(**{"from": "snapshot"})
            place = {"epoch": frames[-1]["epoch"], "seq": frames[-1]["seq"]}
            await asyncio.to_thread(refilter, stack, areas=["990027"])
            with pytest.raises(websockets.ConnectionClosed):
                while True:
                    await one.next()
            assert one.ws.close_code == 4410
        await asyncio.to_thread(stack.accepted, order(document=name, revision=2, kind="Cancel", errata="誤り"))
        async with Subscriber(stack.ws_url()) as one:
            frames = await one.start(**{"from": place})
            assert [frame["type"] for frame in frames] == ["hello", "gap", "snapshot", "live"]
            assert frames[0]["epoch"].split(".")[0] == place["epoch"] != frames[0]["epoch"]
            assert not [notice for notice in frames[2]["notices"] if notice["notice"]["action"] != "cancel"]
    asyncio.run(run())
    assert standing(stack) == set()


def test_what_a_wider_filter_lets_in_is_there_at_once(make_stack):
    stack = make_stack()
    refilter(stack, areas=["990027"])
    here, there = new_id(), new_id()
    stack.accepted(order(document=here))
    stack.accepted(soba(there), user="soba")
    wait_until(lambda: standing(stack) == {there}, "the feed has what it is for")
    refilter(stack, areas=["990019", "990027"])
    wait_until(lambda: standing(stack) == {here, there}, "what stands in the other town, too")


def test_with_the_same_filter_nobody_begins_anew(make_stack):
    stack = make_stack()
    refilter(stack, areas=["990027"])
    there = new_id()
    stack.accepted(soba(there), user="soba")

    async def run():
        async with Subscriber(stack.ws_url()) as one:
            await one.start(**{"from": "snapshot"})
            await asyncio.to_thread(refilter, stack, areas=["990027"])
            await asyncio.to_thread(stack.accepted, soba(new_id()), "soba")
            assert (await one.notices(1))[0]["seq"] == 2
    asyncio.run(run())


def test_who_comes_from_a_feed_that_had_more_is_not_given_back_what_was_cancelled(make_stack):
    stack = make_stack(feeds=2, relayed=True)
    name = new_id()
    stack.accepted(order(document=name))
    stack.notice(1, feed=1)
    stack.relays["feed-2"].silence()
    stack.accepted(order(document=name, revision=2, kind="Cancel", errata="誤り"))

    async def run():
        async with Subscriber(stack.ws_url(0)) as first:
            frames = await first.start(**{"from": "snapshot"})
            place = {"epoch": frames[-1]["epoch"], "seq": frames[-1]["seq"]}
            assert place["seq"] == 2
        async with Subscriber(stack.ws_url(1)) as second:
            await second.until("hello")
            await second.subscribe(**{"from": place})
            await second.quiet(2)
            stack.relays["feed-2"].heal()
            frames = await second.until("live")
            assert [(frame["type"], frame["seq"]) for frame in frames] == [("live", 2)]
            await asyncio.to_thread(stack.accepted, order(document=new_id()))
            assert (await second.notices(1))[0]["seq"] == 3
    asyncio.run(run())
