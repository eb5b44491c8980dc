"""Telegrams of the weather agency from a relayer's gate to the feed."""

import os

import pytest
import requests

from carriers import carrier
from conftest import PRINCIPALS, Stack, free_port, wait_until

SEEDS = os.path.join(os.path.dirname(__file__), "..", "fuzz", "seeds")
RELAYER = {"id": "relay", "organisation": "中継", "office": "", "code": "990001", "areas": ["99"],
           "username": "relay", "password": "drill-only-relay", "token": "drill-token-relay-0004",
           "source": "relay.example", "role": "relayer", "statuses": ["Exercise", "Test"]}


def telegram(name):
    with open(os.path.join(SEEDS, f"jma_{name}.xml"), encoding="utf-8") as file:
        return file.read()


ALL_PRINCIPALS = [{**row, "statuses": ["Exercise"]} for row in PRINCIPALS] + [RELAYER]


@pytest.fixture(scope="module")
def relay_stack():
    running = Stack(mode="drill", feeds=1, principals=ALL_PRINCIPALS)
    yield running
    try:
        running.stop_all()
    finally:
        running.abort()


def read(stack, path):
    """What the feed answers once the notice has come there."""
    def there():
        reply = requests.get(stack.feed_url(path), timeout=20)
        return reply if reply.status_code == 200 else None
    return wait_until(there, path)


def notice_of(stack, seq):
    return read(stack, f"/v1/notices/{seq}").json()["notice"]


@pytest.mark.parametrize("name, kind", [("rain", "weather"), ("eew", "eew"), ("quake", "earthquake"),
                                        ("tsunami", "tsunami"), ("volcano", "volcano"), ("flood", "flood"),
                                        ("ash", "volcano"), ("counts", "earthquake"), ("long_period", "earthquake")])
def test_each_kind_reaches_the_feed(relay_stack, name, kind):
    answer = relay_stack.accepted(telegram(name), "relay")
    notice = notice_of(relay_stack, answer["seq"])
    assert notice["kind"] == kind
    assert kind in notice
    assert notice["document"]["source"] == "jma.go.jp"
    assert notice["mode"] == "drill"
    assert notice["texts"][0]["headline"].startswith("【訓練】")
    again = relay_stack.submit(telegram(name), "relay").json()
    assert (again["outcome"], again["seq"]) == ("duplicate", answer["seq"])


def test_parts_of_their_own_in_json(relay_stack):
    """What the feed's readers get of ash, counts and stations: values as sent, and nothing where nothing was given."""
    def detail(name, kind):
        return notice_of(relay_stack, relay_stack.submit(telegram(name), "relay").json()["seq"])[kind]
    item = detail("ash", "volcano")["ash"][0]["items"][0]
    assert item["polygons"][0]["points"][0] == {"latitude": 31.5, "longitude": 130.6}
    assert (item["name"], item["size"], item["size_unit"], item["areas"][0]["code"]) == ("多量の降灰", "1", "mm", "990019")
    first, second = detail("counts", "earthquake")["counts"]
    assert "number" not in first and first["felt"] == {"value": 3} and second["number"] == {"value": 120}
    quake = detail("long_period", "earthquake")
    assert quake["epicenter"] == {"latitude": 36.2, "longitude": 140.0} and quake["depth_fine_km"] == 51
    assert round(quake["epicenter_fine"]["latitude"], 3) == 36.185
    assert quake["stations"][0]["bands"][1] == {"period": "2", "long_period": "2", "sva": "23.4", "period_unit": "秒台", "sva_unit": "cm/s"}


def test_an_early_warning_out_of_order_is_stale(relay_stack):
    text = telegram("eew").replace("20260701185000", "20260701190000")
    newest = text.replace("09:50:00Z", "09:50:09Z").replace("<Serial>5", "<Serial>9")
    older = text.replace("09:50:00Z", "09:50:03Z").replace("<Serial>5", "<Serial>6")
    assert relay_stack.accepted(newest, "relay")["outcome"] == "accepted"
    assert relay_stack.submit(older, "relay").json()["outcome"] == "stale"


def test_a_municipality_may_not_pass_it_on(relay_stack):
    reply = relay_stack.submit(telegram("rain"))
    assert reply.status_code == 403
    assert reply.json()["code"] == "format_forbidden"


def test_a_live_telegram_is_refused_on_the_lane_of_drills(relay_stack):
    reply = relay_stack.submit(telegram("rain").replace("<Status>訓練", "<Status>通常"), "relay")
    assert reply.status_code == 422
    assert reply.json()["code"] == "mode_mismatch"


def large(text, count):
    """The items of a telegram many times over, each for an area of its own name."""
    start, end = text.index("<Item>"), text.index("</Item>") + len("</Item>")
    items = "".join(text[start:end].replace("架空市", f"架空市{i}") for i in range(count))
    return text[:start] + items + text[end:]


def test_only_a_relayer_sends_large_documents(relay_stack):
    document = large(telegram("rain"), 24000).replace("架空地方気象台", "大規模気象台")
    assert 4_000_000 < len(document.encode()) < 8_000_000
    refused = relay_stack.submit(document)
    assert refused.status_code == 413
    nobody = relay_stack.submit(document, user=None)
    assert nobody.status_code == 413
    answer = relay_stack.accepted(document, "relay")
    original = read(relay_stack, f"/v1/notices/{answer['seq']}/original")
    assert original.content == document.encode()
    assert notice_of(relay_stack, answer["seq"])["equivalent_level"]["number"] == 4


def test_what_rings_for_a_telegram(make_stack, carriers, tmp_path):
    """Mails announce orders of mayors; loudspeakers what their table starts by itself; stations get the agency's own words."""
    stack = make_stack(feeds=0, principals=ALL_PRINCIPALS, adapters=[
        {"program": "hansho-jalert", "name": "jalert",
         "config": {"plan_dir": str(tmp_path / "plans"), "instant_max_age_ms": 1000}},
        {"program": "hansho-telecom", "name": "telecom",
         "config": {"carriers": [carrier("good", carriers.url("/ok"))]}},
        {"program": "hansho-broadcaster", "name": "broadcaster",
         "config": {"listen": f"127.0.0.1:{free_port()}", "out_dir": str(tmp_path / "air")}}])
    (tmp_path / "plans").mkdir(exist_ok=True)
    # an old early warning is never sounded; rain of level 4 starts by no default
    for name, at_loudspeakers in (("eew", ["expired"]), ("tsunami", ["accepted", "received"]),
                                  ("rain", ["filtered"]), ("volcano", ["accepted", "received"])):
        answer = stack.accepted(telegram(name).replace("<Text>訓練", "<Text>見出しの言葉"), "relay")

        def states(adapter):
            rows = stack.status(answer["id"], "relay").json()["receipts"]
            return [row["state"] for row in rows if row["adapter"] == adapter]
        wait_until(lambda: sorted(s for s in states("jalert") if len(states("jalert")) == 1 or s != "sent") ==
                   at_loudspeakers, f"jalert and {name}")
        wait_until(lambda: states("telecom") == ["filtered"], f"telecom leaves {name} out")
        wait_until(lambda: "accepted" in states("broadcaster"), f"playout of {name}")
        texts = list((tmp_path / "air" / "drill").glob(f"*/{answer['seq']}.txt"))
        assert texts
        for text in texts:
            assert "【訓練】見出しの言葉" in text.read_text(encoding="utf-8")
    assert carriers.of("/ok") == []
    assert len(list((tmp_path / "plans").iterdir())) == 2
