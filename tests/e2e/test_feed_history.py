"""What was in force at any moment, and what happened in one place: from the hub's journal, through the feed."""

import datetime
import time

import pytest
import requests

import categories
import documents
from conftest import Stack, wait_until


def get(stack, path, **params):
    reply = requests.get(stack.feed_url(path), params=params, timeout=60)
    assert reply.status_code == 200, reply.text
    return reply.json()


def say(stack, document, revision, details, user="kakuu", **more):
    reply = stack.accepted(documents.order(details, document=document, revision=revision, **more), user)
    wait_until(lambda: stack.metrics("feed-1")["hansho_feed_newest_seq"] >= reply["seq"], "the feed has it")
    return reply["seq"]


def now():
    """A moment between two messages."""
    time.sleep(0.05)
    moment = datetime.datetime.now(datetime.timezone.utc).isoformat()
    time.sleep(0.05)
    return moment


def in_force(state):
    return {(e["area_name"], e["level"]) for e in state["in_force"]}


def events(page):
    return [(e["event"], e["area_name"], e["level"]) for e in page["events"]]


@pytest.fixture(scope="module")
def past():
    """A day in two towns, with a ring so small that the feed has forgotten all of it."""
    stack = Stack(feed={"ring_notices": 16})
    try:
        yield tell_the_past(stack)
        stack.stop_all()
    finally:
        stack.abort()


def tell_the_past(stack):
    moments, seqs = [now()], []
    one, two = documents.new_id(), documents.new_id()
    north, port = ["北町一丁目"], ["港町"]
    steps = [
        (one, 1, [documents.detail("高齢者等避難", north)], {}),
        (one, 2, [documents.detail("避難指示", north), documents.detail("高齢者等避難", port)], {}),
        (one, 3, [documents.detail("避難指示", north, state="解除")], {}),
        (one, 4, [documents.detail("避難指示", north, state="解除")], {"kind": "Cancel", "errata": "誤って解除"}),
        (two, 1, [documents.detail("緊急安全確保", north)], {}),
    ]
    for document, revision, details, more in steps:
        seqs.append(say(stack, document, revision, details, **more))
        moments.append(now())
    other = documents.new_id()
    for revision in range(1, 41):
        say(stack, other, revision, [documents.detail("避難指示", ["上町"], code="990027")],
            user="soba", code="990027", name="架空第二市", source="bosai.soba.example")
    return stack, moments, seqs


EXPECTED = [
    set(),
    {("北町一丁目", 3)},
    {("北町一丁目", 4), ("港町", 3)},
    set(),
    {("北町一丁目", 4), ("港町", 3)},
    {("北町一丁目", 5)},
]


@pytest.mark.parametrize("areas", [None, "990019", "99"])
def test_the_state_of_every_moment(past, areas):
    stack, moments, seqs = past
    for step, moment in enumerate(moments):
        params = {"at": moment} if areas is None else {"at": moment, "areas": areas}
        state = get(stack, "/v1/state", **params)
        assert in_force(state) == EXPECTED[step], step
        assert state["seq"] == (seqs[step - 1] if step else 0)
    assert in_force(get(stack, "/v1/state", areas="990019")) == EXPECTED[-1]


def test_the_time_line_of_a_town(past):
    stack, _, seqs = past
    page = get(stack, "/v1/areas/990019/history")
    assert page["end"] is True and page["mode"] == "drill"
    assert events(page) == [
        ("issued", "北町一丁目", 3),
        ("raised", "北町一丁目", 4), ("issued", "港町", 3),
        ("lifted", "北町一丁目", 4), ("vanished", "港町", 3),
        ("restored", "北町一丁目", 4), ("restored", "港町", 3),
        ("raised", "北町一丁目", 5), ("superseded", "港町", 3),
    ]
    assert [e["by_seq"] for e in page["events"]] == [seqs[0], seqs[1], seqs[1], seqs[2], seqs[2], seqs[3], seqs[3],
                                                     seqs[4], seqs[4]]
    assert page["events"][1]["level_before"] == 3
    after, collected = 0, []
    while True:
        part = get(stack, "/v1/areas/990019/history", limit=1, after=after)
        collected += part["events"]
        if part["end"]:
            break
        assert part["next_after"] > after
        after = part["next_after"]
    assert collected == page["events"]
    assert get(stack, "/v1/areas/990019/history", kinds="shelter")["events"] == []
    assert {e["area_code"] for e in get(stack, "/v1/areas/99/history")["events"]} == {"990019", "990027"}


def test_what_expired_is_told_once(make_stack):
    stack = make_stack(mode="drill", feeds=1)

    def page(**cursor):
        return get(stack, "/v1/areas/990019/history", **cursor)
    soon = categories.document("Shelter").replace(
        "<pcx_cns_i3:ValidDateTime/>", f"<pcx_cns_i3:ValidDateTime>{documents.jst(time.time() + 2)}</pcx_cns_i3:ValidDateTime>")
    first = stack.accepted(soon)
    done = wait_until(lambda: (lambda p: p if [e["event"] for e in p["events"]] == ["issued", "expired"] else None)(page()),
                      "the shelter expires")
    assert done["next_after"] == first["seq"] and done["next_expired_after_us"] > 0
    cursor = {"after": done["next_after"], "expired_after_us": done["next_expired_after_us"]}
    again = page(**cursor)
    assert again["events"] == [] and again["end"] is True
    assert (again["next_after"], again["next_expired_after_us"]) == (done["next_after"], done["next_expired_after_us"])
    second = stack.accepted(categories.document("AntidisasterHeadquarter"))
    news = wait_until(lambda: (lambda p: p if p["events"] else None)(page(**cursor)), "the next notice")
    assert [(e["event"], e["by_seq"]) for e in news["events"]] == [("issued", second["seq"])]
    assert requests.get(stack.feed_url("/v1/areas/990019/history"), params={"expired_after_us": "soon"}, timeout=20).status_code == 400


def test_the_past_has_etags_and_refusals(past):
    stack, moments, _ = past
    url = stack.feed_url("/v1/areas/990019/history")
    reply = requests.get(url, timeout=20)
    assert reply.headers["Access-Control-Allow-Origin"] == "*"
    again = requests.get(url, headers={"If-None-Match": reply.headers["ETag"]}, timeout=20)
    assert again.status_code == 304
    url = stack.feed_url("/v1/state")
    reply = requests.get(url, params={"at": moments[2]}, timeout=20)
    again = requests.get(url, params={"at": moments[2]}, headers={"If-None-Match": reply.headers["ETag"]}, timeout=20)
    assert again.status_code == 304
    for at in ("yesterday", "2999-01-01T00:00:00Z", ""):
        assert requests.get(url, params={"at": at}, timeout=20).status_code == 400, at
    assert requests.get(url, params={"at": moments[2], "mode": "live"}, timeout=20).status_code == 403
    for path in ("/v1/areas/980005/history", "/v1/areas/990019", "/v1/areas/x/history"):
        assert requests.get(stack.feed_url(path), timeout=20).status_code == 404


def test_too_much_of_the_past_names_the_way_out(make_stack):
    stack = make_stack(feed={"history_notices_max": 64, "ring_notices": 16})
    document, other = documents.new_id(), documents.new_id()
    say(stack, document, 1, None)
    for revision in range(1, 131):
        say(stack, other, revision, [documents.detail("避難指示", ["上町"], code="990027")],
            user="soba", code="990027", name="架空第二市", source="bosai.soba.example")
    moment = now()
    reply = requests.get(stack.feed_url("/v1/state"), params={"at": moment}, timeout=20)
    assert reply.status_code == 413 and "area" in reply.json()["message"]
    assert len(get(stack, "/v1/state", at=moment, areas="990019")["in_force"]) == 1


def test_the_hub_is_away(make_stack):
    stack = make_stack()
    say(stack, documents.new_id(), 1, None)
    stack.kill("hub")
    wait_until(lambda: requests.get(stack.feed_url("/v1/areas/990019/history"), timeout=20).status_code == 503,
               "503 without a hub")
