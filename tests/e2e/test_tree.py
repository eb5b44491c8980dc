"""A tree of feeds: hub → feed-1 → leaves. A leaf keeps every promise of a feed that is linked to the hub itself."""

import asyncio
import os
import random
import signal
import sys
import threading
import time

import pytest
import requests
import yaml

sys.path.insert(0, os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "history"))

from logs import Notes, random_stays  # noqa: E402

from conftest import Process, wait_until  # noqa: E402
from documents import detail, new_id, order  # noqa: E402
from feed_client import Subscriber  # noqa: E402

FAST = {"heartbeat_ms": 1000}  # a link that is silent for two of them is given up: not less, for a busy machine
LATENCY_MS = 15000
AGED_MS = 5000  # of a hub that is away


def tree(make_stack, leaves=2, hub=None, **config):
    """hub → feed-1 → leaf-1 …; rings of 16 notices, so that what is older comes from the journal."""
    feed = {"ring_notices": 16, **FAST, **config}
    stack = make_stack(feeds=1, feed=feed, hub={**FAST, **(hub or {})}, start=False)
    stack.grow([f"leaf-{i + 1}" for i in range(leaves)], **feed)
    stack.start_all()
    return stack


def newest(stack, name):
    return stack.metrics(name)["hansho_feed_newest_seq"]


def age_at(stack, name):
    """The age of the hub as that feed has it; as good as never while the process starts."""
    try:
        return stack.metrics(name)["hansho_feed_hub_age_ms"]
    except requests.RequestException:
        return 2 ** 32 - 1


def changed(stack, process, **config):
    """The configuration of a process with other values, for its next start."""
    path = stack.commands[process][1][-1]
    with open(path, encoding="utf-8") as file:
        config = {**yaml.safe_load(file), **config}
    with open(path, "w", encoding="utf-8") as file:
        yaml.safe_dump(config, file, allow_unicode=True)


class Orders(threading.Thread):
    """Orders, updates and cancels until it is told to stop."""

    def __init__(self, sender):
        super().__init__(daemon=True)
        self.sender, self.newest, self.wrong, self.enough = sender, 0, [], threading.Event()

    def run(self):
        while not self.enough.is_set() and not self.wrong:
            document = new_id()
            for revision in (1, 2, 3):
                details = [detail("避難指示", ["北町", f"第{revision}地区"], code="990019")]
                more = {"kind": "Cancel", "errata": "誤り"} if revision == 3 else {}
                reply = self.sender.submit(order(details, document=document, revision=revision, **more))
                if reply.status_code == 202:
                    self.newest = reply.json()["seq"]
                else:
                    self.wrong.append(reply.text)
                time.sleep(0.01)


def test_a_parent_that_dies_in_a_stream_of_orders_costs_its_leaves_nothing(make_stack, tmp_path):
    stack = tree(make_stack)
    notes = Notes(tmp_path)
    readers = [notes.follower("above", stack.ws_url(0), start="beginning")]
    for leaf in (1, 2):
        readers += [notes.follower(f"stays-{leaf}", stack.ws_url(leaf), start="beginning", form="proto"),
                    notes.follower(f"comes-{leaf}", stack.ws_url(leaf), start="beginning", left=random_stays(leaf, 25),
                                   silence=lambda numbers=random.Random(leaf): numbers.uniform(0.002, 0.05), pause_s=0),
                    notes.follower(f"north-{leaf}", stack.ws_url(leaf), {"areas": ["990019"], "level_min": 4})]
    for reader in readers:
        reader.start()
    work = Orders(notes.submitter("kakuu", stack.submit))
    work.start()
    for _ in range(3):
        before = newest(stack, "leaf-1")
        wait_until(lambda: newest(stack, "leaf-1") > before + 20, "orders reach the leaf")
        stack.kill("feed-1")
        below = work.newest
        wait_until(lambda: work.newest > below + 25, "orders go on while the parent is away")
        stack.start("feed-1")
    work.enough.set()
    work.join(20)
    assert work.wrong == []
    wait_until(lambda: all(r.place.seq >= work.newest for r in readers if not r.wish), "everybody has the last one")
    for reader in readers:
        reader.stop()
    print("\n" + notes.check(stack.path("journal.db"), latency_ms=LATENCY_MS, settle_ms=1000))
    for name in stack.feeds:
        figures = stack.metrics(name)
        assert figures["hansho_feed_gaps_total"] == 0 and figures["hansho_feed_resyncs_total"] == 0, name
    figures = stack.metrics("feed-1")
    for leaf in ("leaf-1", "leaf-2"):
        assert figures[f'hansho_feed_child_digests_differ_total{{child="{leaf}"}}'] == 0
        assert figures[f'hansho_feed_child_gaps_total{{child="{leaf}"}}'] == 0
        wait_until(lambda leaf=leaf: stack.metrics("feed-1")[f'hansho_feed_child_up{{child="{leaf}"}}'] == 1, "leaf is up")
    pages = [requests.get(f"http://{stack.ops[name]}/status", timeout=5).json() for name in stack.feeds]
    assert len({(page["newest_seq"], page["digest"], page["epoch"]) for page in pages}) == 1, pages
    assert stack.output("leaf-1").count("feed.ready") > 1


def test_a_leaf_answers_what_its_parent_answers(make_stack):
    stack = tree(make_stack, leaves=1)
    document = new_id()
    for revision in range(1, 26):  # more than a ring holds
        last = stack.accepted(order([detail("避難指示", ["北町", f"第{revision}地区"], code="990019")], document=document,
                                    revision=revision))
    wait_until(lambda: newest(stack, "leaf-1") == 25, "the leaf has all")
    moment = stack.notice(20)["notice"]["times"]["accepted"].replace("+", "%2B")
    for path in ("/v1/notices/1", "/v1/notices/25", "/v1/notices/3/original", "/v1/notices?after=0&limit=25", 
                 "/v1/areas/990019/history?mode=drill", f"/v1/state?mode=drill&at={moment}", "/v1/notices/2.cap"):
        replies = [requests.get(stack.feed_url(path, feed), timeout=10) for feed in (0, 1)]
        assert [reply.status_code for reply in replies] == [200, 200], (path, [reply.text for reply in replies])
        if path.startswith("/v1/notices/3") or path.endswith("cap"):
            assert replies[0].content == replies[1].content, path
        else:
            assert plain(replies[0].json()) == plain(replies[1].json()), path
    hops = [hop["name"] for hop in stack.notice(25, feed=1)["hops"]]
    assert hops[-2:] == ["relay", "feed"] and "durable" in hops

    async def receipt():
        async with Subscriber(stack.ws_url(1)) as one:
            await one.start(**{"from": "now"})
            await one.ws.send('{"type": "receipt", "seq": 25, "state": "displayed", "outlet": "lobby"}')
            await one.quiet()
    asyncio.run(receipt())
    rows = wait_until(lambda: [row for row in stack.status(last["id"]).json()["receipts"] if row.get("detail") == "lobby"],
                      "the receipt of a leaf's subscriber")
    assert (rows[0]["adapter"], rows[0]["outlet"], rows[0]["state"]) == ("feed-1", "(guests)", "displayed")


def plain(frame):
    """Without what differs from feed to feed: the way that a notice came."""
    if isinstance(frame, dict):
        return {key: plain(value) for key, value in frame.items() if key not in ("hops", "time")}
    return [plain(value) for value in frame] if isinstance(frame, list) else frame


def test_a_leaf_hands_down_the_true_age_of_the_hub(make_stack):
    stack = tree(make_stack, leaves=1)
    stack.accepted(order())

    async def watch():
        async with Subscriber(stack.ws_url(1)) as one:
            await one.start(**{"from": "now"})
            calm = (await one.until("heartbeat"))[-1]
            assert calm["hub_age_ms"] < AGED_MS, calm
            stack.kill("hub")
            ages = []
            while len(ages) < 8:
                ages.append((await one.until("heartbeat"))[-1]["hub_age_ms"])
            assert ages[-1] > AGED_MS and ages == sorted(ages), ages
            await one.ws.send('{"type": "receipt", "seq": 1, "state": "displayed", "outlet": "lobby"}')
            error = (await one.until("error"))[-1]
            assert "the hub is away" in error["text"], error
    asyncio.run(watch())
    assert requests.get(f"http://{stack.ops['leaf-1']}/readyz", timeout=5).status_code == 503
    assert requests.get(stack.feed_url("/v1/notices/1/original", 1), timeout=5).status_code == 503
    stack.restart("leaf-1", wait=False)  # nobody greets it while the hub is away
    wait_until(lambda: age_at(stack, "leaf-1") < 2 ** 32 - 1, "the leaf hears of the hub's age")
    assert stack.metrics("leaf-1")["hansho_feed_hub_age_ms"] > AGED_MS
    assert stack.metrics("leaf-1")["hansho_feed_hub_up"] == 0
    assert "feed.hub_up " not in stack.output("leaf-1"), "a place was taken up from a feed that is cut off"
    stack.start("hub")
    stack.processes["leaf-1"].wait_ready(stack.ops["leaf-1"])
    assert stack.metrics("leaf-1")["hansho_feed_hub_age_ms"] < AGED_MS


def test_silence_between_parent_and_leaf_is_found_from_both_sides(make_stack):
    """Frozen processes: their connections look open, and nothing comes."""
    stack = tree(make_stack, leaves=1)
    leaf, parent = (stack.processes[name] for name in ("leaf-1", "feed-1"))
    parent.signal(signal.SIGSTOP)
    try:
        wait_until(lambda: "reason=silent" in stack.output("leaf-1"), "the leaf gives its parent up")
        wait_until(lambda: age_at(stack, "leaf-1") > 600, "the age of the hub grows")
    finally:
        parent.signal(signal.SIGCONT)
    stack.accepted(order())
    wait_until(lambda: newest(stack, "leaf-1") == 1, "the leaf has what comes after")
    leaf.signal(signal.SIGSTOP)
    try:
        wait_until(lambda: "feed.child_dropped child=leaf-1 reason=silent" in stack.output("feed-1"), "the parent gives it up")
        wait_until(lambda: stack.metrics("feed-1")['hansho_feed_child_up{child="leaf-1"}'] == 0, "it is counted as gone")
    finally:
        leaf.signal(signal.SIGCONT)
    stack.accepted(order())
    wait_until(lambda: newest(stack, "leaf-1") == 2, "the leaf is back")


@pytest.mark.parametrize("replaced", [["hub"], ["hub", "feed-1"]], ids=["hub", "hub-and-parent"])
def test_another_epoch_above_is_told_below(make_stack, replaced):
    stack = tree(make_stack, leaves=1)
    stack.accepted(order())
    stack.accepted(order())

    async def watch():
        async with Subscriber(stack.ws_url(1)) as one:
            frames = await one.start(**{"from": "snapshot"})
            for name in replaced:  # another hub, and another parent in the place of the first one
                stack.kill(name)
            os.rename(stack.path("journal.db"), stack.path("old.db"))
            for rest in ("-wal", "-shm", ".head"):
                if os.path.exists(stack.path("journal.db" + rest)):
                    os.remove(stack.path("journal.db" + rest))
            for name in replaced:
                stack.start(name)
            _, code, _ = await one.refused()
            assert code == 4410
        wait_until(lambda: requests.get(f"http://{stack.ops['leaf-1']}/readyz", timeout=5).status_code == 200, "leaf")
        old = {"epoch": frames[0]["epoch"], "seq": 2}
        async with Subscriber(stack.ws_url(1)) as one:
            frames = await one.start(**{"from": old})
            assert [frame["type"] for frame in frames] == ["hello", "gap", "snapshot", "live"]
            assert frames[0]["epoch"] != old["epoch"] and frames[2].get("notices", []) == []
    asyncio.run(watch())
    stack.accepted(order())
    assert stack.notice(1, feed=1)["notice"]["mode"] == "drill"


def test_a_leaf_takes_nothing_of_the_other_lane_and_no_third_level(make_stack):
    stack = tree(make_stack, leaves=1)
    stack.stop("leaf-1")
    program, arguments = stack.commands["leaf-1"]

    def refused(word, **config):
        changed(stack, "leaf-1", **config)
        leaf = Process(program, arguments, "leaf-1")
        wait_until(lambda: word in leaf.output or not leaf.running(), word)
        assert word in leaf.output, leaf.output
        assert requests.get(stack.feed_url("/v1/state", 1), timeout=5).status_code == 503
        leaf.stop_clean()

    refused("feed.tree_too_deep", children=[{"name": "third", "url": stack.link("third")}])
    refused("feed.hub_down", children=[], mode="live")
    assert "hello_from_the_other_lane" in stack.output("feed-1")
    changed(stack, "leaf-1", mode="drill", name="leaf-9")
    leaf = Process(program, arguments, "leaf-1")
    wait_until(lambda: "hello_names_another_feed" in stack.output("feed-1"), "a wrong name is refused")
    leaf.stop_clean()
