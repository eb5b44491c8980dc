"""The running gate and feed against their published descriptions, and the cancel that brings back what stood.

Every answer below is validated with the schema that stands for it in gate.openapi.yaml, feed.openapi.yaml or
feed.schema.json; members that are not described are a fault here.
"""

import asyncio
import os
import time

import jsonschema
import pytest
import requests

import documents
from alarms import SENDERS, answer, tsunami
from categories import document
from conftest import wait_until
from feed_client import Subscriber
from test_schemas import closed, read

NAMES = ["notice.schema.json", "feed.schema.json", "feed.openapi.yaml", "gate.openapi.yaml"]
BASE = "https://hansho.example/schemas/"


@pytest.fixture(scope="module")
def check():
    store = {BASE + name: closed(read(name)) for name in NAMES}

    def one(value, ref):
        resolver = jsonschema.RefResolver(BASE, {}, store=store)
        jsonschema.Draft202012Validator({"$ref": BASE + ref}, resolver=resolver).validate(value)
    return one


def feed(stack, path):
    return requests.get(stack.feed_url(path), timeout=20)


def arrived(stack, seq):
    wait_until(lambda: stack.metrics("feed-1")["hansho_feed_newest_seq"] >= seq, f"feed has {seq}")


def test_the_gate_answers_as_described(stack, check):
    xml = documents.order()
    reply = stack.submit(xml)
    assert reply.status_code == 202
    check(reply.json(), "gate.openapi.yaml#/components/schemas/Accepted")
    again = stack.submit(xml)
    check(again.json(), "gate.openapi.yaml#/components/schemas/Accepted")
    assert (again.json()["outcome"], again.json()["id"]) == ("duplicate", reply.json()["id"])
    valid = stack.validate(documents.order())
    assert valid.status_code == 200
    check(valid.json(), "gate.openapi.yaml#/components/schemas/Valid")
    check(stack.status(reply.json()["id"]).json(), "gate.openapi.yaml#/components/schemas/Status")


def test_alarms_are_as_described(make_stack, check):
    stack = make_stack(principals=SENDERS, hub={"no_order_s": 1, "no_update_s": 1, "watch_interval_ms": 50})
    check(answer(stack), "gate.openapi.yaml#/components/schemas/Alarms")
    stack.accepted(documents.order())
    stack.accepted(tsunami(), "relay")
    stack.accepted(tsunami(over=True, at_s=time.time() + 1), "relay")
    stack.accepted(document("UrgentMail", code="990027", source="bosai.soba.example", name="架空第二市"), "soba")
    wait_until(lambda: {row["kind"] for row in answer(stack, "pref")["alarms"]} == {"no_order", "no_update"}, "both kinds")
    check(answer(stack, "pref"), "gate.openapi.yaml#/components/schemas/Alarms")
    stack.stop("hub")
    reply = requests.get(stack.gate_url + "/v1/alarms", auth=stack.auth(), timeout=20)
    assert reply.status_code == 503 and "Retry-After" in reply.headers
    check(reply.json(), "gate.openapi.yaml#/components/schemas/Error")


def test_the_gate_refuses_as_described(stack, check):
    refused = [stack.submit("<a/>"), stack.submit("<a"), stack.submit(documents.order(status="Actual")),
               stack.submit(documents.order(code="990027", name="想定市"))]
    for reply in refused:
        assert 400 <= reply.status_code < 500
        check(reply.json(), "gate.openapi.yaml#/components/schemas/Error")
        assert reply.json()["findings"]


def test_the_feed_answers_as_described(stack, check):
    seq = stack.accepted(documents.order())["seq"]
    arrived(stack, seq)
    check(feed(stack, "/v1/state").json(), "feed.openapi.yaml#/components/schemas/State")
    now = feed(stack, "/v1/state").json()["at"].replace("+", "%2B")
    check(feed(stack, "/v1/state?at=" + now).json(), "feed.openapi.yaml#/components/schemas/State")
    check(feed(stack, "/v1/areas/990019/history").json(), "feed.openapi.yaml#/components/schemas/History")
    check(feed(stack, f"/v1/notices/{seq}").json(), "feed.schema.json#/$defs/FeedNotice")
    check(feed(stack, "/v1/notices?limit=3").json(), "feed.openapi.yaml#/components/schemas/Page")
    check(feed(stack, "/v1/state.geojson").json(), "feed.openapi.yaml#/components/schemas/FeatureCollection")
    for path in ("/v1/notices/999999", "/v1/state?areas=980005", "/v1/state?mode=live", "/v1/notices?after=x",
                 "/v1/state?at=yesterday", "/v1/areas/980005/history", "/v1/areas/990019"):
        reply = feed(stack, path)
        assert 400 <= reply.status_code < 500, path
        check(reply.json(), "feed.openapi.yaml#/components/schemas/Error")


def test_the_stream_is_as_described(stack, check):
    async def run():
        async with Subscriber(stack.ws_url(), "json") as one:
            frames = await one.start()
            await asyncio.to_thread(stack.accepted, documents.order())
            frames += await one.notices(1)
            assert {frame["type"] for frame in frames} >= {"hello", "snapshot", "live", "notice"}
            for frame in frames:
                check(frame, "feed.schema.json")
    asyncio.run(asyncio.wait_for(run(), 60))


def in_force(stack, document):
    features = feed(stack, "/v1/state.geojson").json()["features"]
    return {f["properties"]["name"]: f["properties"]["level"] for f in features
            if f["properties"]["document"].endswith("|" + document)}


def say(stack, document, revision, details, **more):
    seq = stack.accepted(documents.order(details, document=document, revision=revision, **more))["seq"]
    arrived(stack, seq)


@pytest.mark.parametrize("wrong", ["raised", "lifted"])
def test_a_cancel_brings_back_what_stood(stack, wrong):
    document, north, south = documents.new_id(), f"北町{os.urandom(2).hex()}", f"南町{os.urandom(2).hex()}"
    say(stack, document, 1, [documents.detail("高齢者等避難", [north])])
    assert in_force(stack, document) == {north: 3}
    if wrong == "raised":
        say(stack, document, 2, [documents.detail("避難指示", [north, south])])
        assert in_force(stack, document) == {north: 4, south: 4}
    else:
        say(stack, document, 2, [documents.detail("高齢者等避難", [north], state="解除")])
        assert in_force(stack, document) == {}
    say(stack, document, 3, [documents.detail("避難指示", [south])], kind="Cancel", errata="入力誤りのため取り消します。")
    assert in_force(stack, document) == {north: 3}

    async def run():  # hub, feed and a snapshot agree, and nobody had to start over
        async with Subscriber(stack.ws_url(), "json") as one:
            frames = await one.start()
            snapshot = next(frame for frame in frames if frame["type"] == "snapshot")
            assert snapshot["digest"] == feed(stack, "/v1/state.geojson").json()["digest"]
    asyncio.run(asyncio.wait_for(run(), 60))
    assert stack.metrics("feed-1").get("hansho_feed_resyncs_total", 0) == 0
