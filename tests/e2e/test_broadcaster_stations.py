"""Stations with a profile of their own, on the real stack: what each gets, in which form and width, and what comes back."""

import hashlib
import json
import os
import tempfile
import threading
import time
import unicodedata

import jsonschema
import pytest
import requests
from lxml import etree

import test_adapters_broadcaster
from conftest import PRINCIPALS, START_S, free_port, wait_until
from documents import detail, jst, new_id, order
from nng_station import NngStation
from test_adapters_broadcaster import MARK, arrived, broadcaster, receipts, states
from test_canary import FAST, wait_proof
from test_schemas import closed, read
from ws_client import ConnectionClosed

SHARED = os.path.join(os.path.dirname(os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))),
                      "shared")
BASE = "https://hansho.example/schemas/broadcast.asyncapi.yaml"
ATOM = "{http://www.w3.org/2005/Atom}"


def described(message, name=None, schema=closed(read("broadcast.asyncapi.yaml"))):
    """The message is as schemas/broadcast.asyncapi.yaml says; a member that is not described is a fault."""
    resolver = jsonschema.RefResolver(os.path.dirname(BASE) + "/", {}, store={BASE: schema})
    reference = {"$ref": f"{BASE}#/components/schemas/{name or message['type']}"}
    jsonschema.Draft202012Validator(reference, resolver=resolver).validate(message)
    return message


class Station(test_adapters_broadcaster.Station):
    """One that holds every message to the description."""

    def read(self, timeout=START_S):
        return described(super().read(timeout))


def cells(text):
    """Width in full-width characters."""
    return sum(1 if unicodedata.east_asian_width(c) in "FWA" else 0.5 for c in text)


def station(name, **profile):
    return {"name": name, "drills": True, **profile}


@pytest.fixture
def on_air(make_stack):
    """make(stations, **config) → stack with .port"""
    def make(stations, principals=None, **config):
        port = free_port()
        stack = make_stack(mode="drill", feeds=0, principals=principals,
                           adapters=[broadcaster(port, stations=stations, **config)])
        stack.port = port
        return stack
    return make


@pytest.fixture
def nng(scrap):
    """nng() → a station that listens; closed at the end."""
    made, folder = [], tempfile.mkdtemp(prefix="hansho-")
    scrap.append(folder)

    def make(name="nng-tv", **options):
        made.append(NngStation(os.path.join(folder, f"{name}.sock"), **options))
        return made[-1]
    yield make
    for each in made:
        each.close()


def told(seen):
    """Kinds of messages, canaries left aside."""
    return [message["type"] for message in seen if message["type"] != "canary"]


def reached(stack, answer, outlet, state):
    wait_until(lambda: states(stack, answer["id"], outlet) == [state], f"{outlet} is {state}")
    return receipts(stack, answer["id"], outlet)[0]


def test_a_profile_decides_kinds_areas_levels_and_widths(on_air):
    stack = on_air([station("narrow", areas=["990019"], level_min=4, crawl_width=17, page_width=12, page_rows=5,
                            kinds=["evacuation"]),
                    station("wide", crawl_width=60)])
    narrow, wide = Station(stack.port, "narrow"), Station(stack.port, "wide")
    assert narrow.until("state")[0]["prefectures"] == {}
    wide.until("state")
    low = stack.accepted(order([detail("高齢者等避難", ["南町"])]))
    assert wide.item()["seq"] == low["seq"]
    names = ["北町一丁目", "北町二丁目", "港町（土砂災害警戒区域）", "架空ヶ丘"]
    answer = stack.accepted(order([detail("避難指示", names)]))
    one, other = narrow.item(), wide.item()
    assert one["seq"] == other["seq"] == answer["seq"], "the low one was nothing to the narrow one"
    for item, width in ((one, 17), (other, 60)):
        assert item["crawl"] and max(map(cells, item["crawl"])) <= width
        assert item["crawl"][0].startswith(MARK) and item["crawl"][-1].endswith(MARK)
    assert len(one["crawl"]) > len(other["crawl"])
    for page in one["pages"]:
        assert page["lines"][0] == page["lines"][-1] == MARK and len(page["lines"]) <= 5
        assert max(map(cells, page["lines"])) <= 12
    whole = "".join(line for page in one["pages"] for line in page["lines"][1:-1])
    for name in names:
        assert name in whole
    assert any("北町一丁目" in line for line in one["crawl"]), "a name is in one line"
    assert one["postcode_areas"] == [
        {"code5": "99001", "code": "990019", "town": town, "whole": False} for town in ("北町", "架空ヶ丘", "港町")]
    assert one["loudness"] == 4 and one["break_in_until"] > one["ordered_at"]
    for each in (narrow, wide):
        each.close()


def test_each_station_acknowledges_and_displayed_comes_back_with_its_time(on_air):
    stack = on_air([station("kakuu-tv"), station("other-tv")])
    one, other = Station(stack.port, "kakuu-tv"), Station(stack.port, "other-tv")
    for each in (one, other):
        each.until("state")
    answer = stack.accepted(order())
    item = one.item()
    other.item()
    assert reached(stack, answer, "kakuu-tv", "sent")
    one.send({"type": "receipt", "seq": item["seq"], "state": "received"})
    reached(stack, answer, "kakuu-tv", "accepted")
    shown = "2026-07-01T18:56:03+09:00"
    one.send({"type": "receipt", "seq": item["seq"], "state": "displayed", "at": shown, "detail": "main channel"})
    row = reached(stack, answer, "kakuu-tv", "displayed")
    assert row["detail"] == f"at {shown}; main channel", row
    assert row.get("at") or row.get("time"), row
    other.send({"type": "receipt", "seq": item["seq"], "state": "failed", "detail": "playout is down"})
    assert reached(stack, answer, "other-tv", "failed")["detail"] == "playout is down"
    one.send({"type": "receipt", "seq": item["seq"] + 7, "state": "displayed"})
    one.send({"type": "pong"})
    for each in (one, other):
        each.close()


TWO = [{**PRINCIPALS[0], "areas": ["990019", "131016"], "statuses": ["Exercise"]}]


def in_two_prefectures(**more):
    return order([detail("避難指示", ["北町"]), detail("避難指示", ["丸の内"], code="131016")], **more)


def test_a_receipt_confirms_the_item_that_it_is_about_and_no_other(on_air):
    stack = on_air([station(name) for name in ("named", "plain", "half")], principals=TWO, attempt_timeout_ms=60000)
    stations = {name: Station(stack.port, name) for name in ("named", "plain", "half")}
    for each in stations.values():
        each.until("state")
    answer = stack.accepted(in_two_prefectures())
    for each in stations.values():
        assert [each.item()["prefecture"], each.item()["prefecture"]] == ["13", "99"]

    def say(name, state, **more):
        stations[name].send({"type": "receipt", "seq": answer["seq"], "state": state, **more})
    for name in stations:
        reached(stack, answer, name, "sent")
    say("named", "received", prefecture="99")
    say("named", "received", prefecture="99")
    say("named", "displayed", prefecture="14")
    say("plain", "received")
    say("half", "failed", prefecture="13", detail="no picture")
    assert reached(stack, answer, "half", "failed")["detail"] == "no picture", "told at once"
    assert states(stack, answer["id"], "named") == states(stack, answer["id"], "plain") == ["sent"]
    say("named", "received", prefecture="13")
    say("plain", "received")
    for name in ("named", "plain"):
        reached(stack, answer, name, "accepted")
    say("named", "displayed", prefecture="13")
    say("plain", "displayed")
    say("half", "displayed", prefecture="99")
    later = stack.accepted(order())
    for name, each in stations.items():
        assert each.item()["seq"] == later["seq"]
        each.send({"type": "receipt", "seq": later["seq"], "state": "displayed"})
        reached(stack, later, name, "displayed")
    assert states(stack, answer["id"], "named") == states(stack, answer["id"], "plain") == ["accepted"]
    assert states(stack, answer["id"], "half") == ["failed"]
    say("named", "displayed", prefecture="99")
    say("plain", "displayed")
    say("half", "displayed", prefecture="13")
    for name in stations:
        reached(stack, answer, name, "displayed")
    for each in stations.values():
        each.close()


def test_what_was_confirmed_does_not_come_again_and_the_rest_does(on_air):
    stack = on_air([station("kakuu-tv")], principals=TWO, attempt_timeout_ms=60000)
    one = Station(stack.port, "kakuu-tv")
    one.until("state")
    answer = stack.accepted(in_two_prefectures())
    assert [one.item()["prefecture"], one.item()["prefecture"]] == ["13", "99"]
    one.send({"type": "receipt", "seq": answer["seq"], "state": "displayed"})
    one.send({"type": "pong"})
    time.sleep(0.5)  # it is read before the connection is gone
    one.close()
    one = Station(stack.port, "kakuu-tv")
    assert one.item()["prefecture"] == "99"
    one.send({"type": "receipt", "seq": answer["seq"], "state": "displayed", "prefecture": "99"})
    reached(stack, answer, "kakuu-tv", "displayed")
    _, seen = one.until("heartbeat")
    assert "item" not in told(seen)
    one.close()


def test_who_is_away_gets_it_when_he_comes_or_it_expires(on_air):
    stack = on_air([station("late-tv"), station("never-tv", deadline_ms=1500)])
    answer = stack.accepted(order())
    assert "not connected" in reached(stack, answer, "never-tv", "expired")["detail"]
    late = Station(stack.port, "late-tv")
    state, _ = late.until("state")
    assert [group["level"] for group in state["prefectures"]["99"]] == [4]
    item = late.item()
    assert item["seq"] == answer["seq"] and item["crawl"]
    late.send({"type": "receipt", "seq": item["seq"], "state": "received"})
    reached(stack, answer, "late-tv", "accepted")
    never = Station(stack.port, "never-tv")
    _, seen = never.until("heartbeat")
    assert told(seen) == ["state"], "what expired does not go on air any more"
    late.close()
    again = Station(stack.port, "late-tv")
    _, seen = again.until("heartbeat")
    assert told(seen) == ["state"], "nothing is fired again after a reconnect"
    for each in (never, again):
        each.close()


def test_a_cancel_reaches_exactly_the_stations_that_got_the_order(on_air):
    stack = on_air([station("got-it"), station("away", deadline_ms=1000)])
    there = Station(stack.port, "got-it")
    there.until("state")
    wrong = new_id()
    first = stack.accepted(order([detail("緊急安全確保", ["北町"])], document=wrong))
    assert there.item()["loudness"] == 5
    there.send({"type": "receipt", "seq": first["seq"], "state": "received"})
    reached(stack, first, "away", "expired")
    cancel = stack.accepted(order([detail("緊急安全確保", ["北町"])], document=wrong, revision=2, kind="Cancel",
                                  errata="地区の誤り"))
    item = there.item()
    assert item["change"] == "cancelled" and item["loudness"] == 5 and "level" not in item and item["crawl"]
    assert "got nothing of what is taken back" in reached(stack, cancel, "away", "filtered")["detail"]
    away = Station(stack.port, "away")
    _, seen = away.until("heartbeat")
    assert told(seen) == ["state"] and [m["prefectures"] for m in seen if m["type"] == "state"] == [{}]
    for each in (there, away):
        each.close()


def test_a_cancel_waits_for_no_confirmation(on_air):
    """A station that confirms nothing, or late, gets the cancel at once; what it shows afterwards still counts."""
    stack = on_air([station("silent-tv")], attempt_timeout_ms=60000)
    one = Station(stack.port, "silent-tv")
    one.until("state")
    wrong = new_id()
    first = stack.accepted(order(document=wrong))
    assert one.item()["seq"] == first["seq"]
    cancel = stack.accepted(order(document=wrong, revision=2, kind="Cancel", errata="誤り"))
    assert one.item(5)["change"] == "cancelled"
    assert "replaced" in reached(stack, first, "silent-tv", "expired")["detail"]
    assert states(stack, cancel["id"], "silent-tv") == ["sent"]
    for answer in (cancel, first):
        one.send({"type": "receipt", "seq": answer["seq"], "state": "displayed"})
        reached(stack, answer, "silent-tv", "displayed")
    _, seen = one.until("heartbeat")
    assert "item" not in told(seen), "nothing comes a second time"
    one.close()


def test_who_saw_the_order_in_the_state_gets_its_cancel(on_air):
    stack = on_air([station("late-tv", deadline_ms=1000)])
    wrong = new_id()
    first = stack.accepted(order(document=wrong))
    reached(stack, first, "late-tv", "expired")
    late = Station(stack.port, "late-tv")
    assert late.until("state")[0]["prefectures"]["99"]
    stack.accepted(order(document=wrong, revision=2, kind="Cancel", errata="誤り"))
    assert late.item()["change"] == "cancelled"
    late.close()


def test_a_restart_fires_nothing_again_and_still_cancels(on_air):
    stack = on_air([station("kakuu-tv")])
    one = Station(stack.port, "kakuu-tv")
    one.until("state")
    wrong = new_id()
    answer = stack.accepted(order(document=wrong))
    item = one.item()
    one.send({"type": "receipt", "seq": item["seq"], "state": "displayed"})
    reached(stack, answer, "kakuu-tv", "displayed")
    reached(stack, answer, "", "received")
    stack.wait_acked()
    stack.restart("broadcaster")
    one = Station(stack.port, "kakuu-tv")
    _, seen = one.until("heartbeat")
    assert told(seen) == ["state"]
    stack.accepted(order(document=wrong, revision=2, kind="Cancel", errata="誤り"))
    assert one.item()["change"] == "cancelled"
    one.close()


def test_nng_station_gets_the_forms_it_asks_for(on_air, nng):
    tv = nng()
    stack = on_air([station("nng-tv", channel="nng", drill_url=tv.url, forms=["lalert", "cap", "atom"])], **FAST)
    wait_proof(stack, "broadcaster", "nng-tv", "proven")
    answer = stack.accepted(order([detail("避難指示", ["北町一丁目"])]))
    row = reached(stack, answer, "nng-tv", "displayed")
    assert row["outlet"] == "nng-tv"
    assert tv.messages[0]["type"] == "state"
    for message in tv.messages:
        described(message)
    item = tv.of("item")[0]
    assert item["seq"] == answer["seq"] and item["crawl"]
    check_cap(item["forms"]["cap"])
    check_lalert(stack, item["forms"]["lalert"])
    assert f"urn:hansho:{item['epoch']}:{item['seq']}" in item["forms"]["atom"]
    tv.deaf = True
    wait_proof(stack, "broadcaster", "nng-tv", "failed")
    tv.deaf = False
    wait_proof(stack, "broadcaster", "nng-tv", "proven")


def check_cap(text):
    schema = etree.XMLSchema(etree.parse(os.path.join(SHARED, "samples", "xsd", "cap12.xsd")))
    alert = etree.fromstring(text.encode())
    schema.assertValid(alert)
    assert alert.findtext("{*}status") == "Exercise"
    for name in ("headline", "description", "instruction"):
        for node in alert.iter("{*}" + name):
            if node.text and (node.getparent().findtext("{*}language") or "").startswith("ja"):
                assert node.text.startswith(("【訓練】", "【くんれん】")), node.text
    return alert


def check_lalert(stack, text):
    """The gate reads the same order in it: offered again, it is the one that it has."""
    envelope = etree.fromstring(text.encode())
    assert envelope.findtext("{*}distributionStatus") == "Exercise"
    reply = stack.validate(text)
    assert reply.status_code == 200, reply.text
    notice = reply.json()["notice"]
    assert notice["kind"] == "evacuation" and notice["evacuation"]["details"][0]["areas"]
    return notice


def test_folder_of_a_station_has_every_form_whole(on_air, tmp_path):
    folder = tmp_path / "north-tv"
    stack = on_air([station("north-tv", channel="files", folder=str(folder), forms=["lalert", "cap", "atom"],
                            areas=["990019"], level_min=3)],
                   out_dir=str(tmp_path / "all"), forms=["cap"])
    document = new_id()
    answer = stack.accepted(order([detail("避難指示", ["北町一丁目", "港町"])], document=document))
    reached(stack, answer, "north-tv", "accepted")
    reached(stack, answer, "playout", "accepted")
    seq, drill = answer["seq"], folder / "drill"
    assert sorted(os.listdir(folder)) == ["drill"], "a drill lies in a folder of its own"
    assert sorted(os.listdir(drill)) == sorted(["99", f"{seq}.cap.xml", f"{seq}.lalert.xml", "feed.atom"])
    assert sorted(os.listdir(drill / "99")) == sorted(
        [f"{seq}.json", f"{seq}.txt", f"{seq}.pages.txt", "current.json", "current.txt", "current.pages.txt"])
    assert sorted(os.listdir(tmp_path / "all" / "drill")) == sorted(["99", f"{seq}.cap.xml"])
    check_cap((drill / f"{seq}.cap.xml").read_text())
    first = check_lalert(stack, (drill / f"{seq}.lalert.xml").read_text())
    assert first["document"]["id"] == document
    for name in (f"{seq}.txt", f"{seq}.pages.txt", "current.txt", "current.pages.txt"):
        text = (drill / "99" / name).read_text()
        for page in text.split("\f\n"):
            assert page.startswith(MARK) and page.rstrip().endswith(MARK), (name, text)
    feed = etree.parse(str(drill / "feed.atom"))
    entry, = feed.iter(ATOM + "entry")
    assert MARK in feed.findtext(ATOM + "title") and entry.findtext(ATOM + "title").startswith(MARK)
    for link in entry.iter(ATOM + "link"):
        assert (drill / link.get("href")).exists(), link.get("href")
    update = stack.accepted(order([detail("高齢者等避難", ["北町一丁目"]), detail("避難指示", ["港町"], state="解除")],
                                  document=document, revision=2))
    reached(stack, update, "north-tv", "accepted")
    alert = check_cap((drill / f"{update['seq']}.cap.xml").read_text())
    sent = etree.parse(str(drill / f"{seq}.cap.xml")).getroot().findtext("{*}sent")
    assert alert.findtext("{*}references").endswith(f"{document}.1,{sent}"), "with the real time of the message before"
    assert len(list(etree.parse(str(drill / "feed.atom")).iter(ATOM + "entry"))) == 2


def test_a_playout_system_says_by_files_what_it_showed(on_air, tmp_path):
    stack = on_air([station("disk-tv", channel="files", folder=str(tmp_path / "disk"))], out_dir=str(tmp_path / "all"))
    answer = stack.accepted(order())
    for outlet in ("disk-tv", "playout"):
        reached(stack, answer, outlet, "accepted")
    (tmp_path / "all" / "drill" / "99" / f"{answer['seq']}.displayed").touch()
    failed = tmp_path / "disk" / "drill" / "99" / f"{answer['seq']}.failed"
    failed.write_text("no picture\nand more")
    os.utime(failed, (1782899763, 1782899763))
    row = reached(stack, answer, "disk-tv", "failed")
    assert row["detail"] == "at 2026-07-01T18:56:03+09:00; no picture", row
    assert reached(stack, answer, "playout", "displayed")["detail"].startswith("at 20")
    failed.with_suffix(".displayed").touch()
    reached(stack, answer, "disk-tv", "displayed")
    later = stack.accepted(order())
    reached(stack, later, "playout", "accepted")  # and of this one nothing is said


def test_what_a_playout_system_says_while_nobody_looks_is_found(on_air, tmp_path):
    stack = on_air([], out_dir=str(tmp_path / "all"))
    shown, failed, later, foreign = [stack.accepted(order()) for _ in range(4)]
    for answer in (shown, failed, later, foreign):
        reached(stack, answer, "playout", "accepted")
        reached(stack, answer, "", "received")
    stack.wait_acked()
    stack.kill("broadcaster")
    folder = tmp_path / "all" / "drill" / "99"
    (folder / f"{shown['seq']}.failed").write_text("first it failed")
    (folder / f"{shown['seq']}.displayed").write_text("main channel")
    (folder / f"{failed['seq']}.failed").write_text("no picture")
    record = json.loads((folder / f"{foreign['seq']}.json").read_text())
    (folder / f"{foreign['seq']}.json").write_text(json.dumps({**record, "epoch": "another history"}, indent=1))
    (folder / f"{foreign['seq']}.displayed").touch()
    stack.start("broadcaster")
    assert reached(stack, shown, "playout", "displayed")["detail"].endswith("; main channel")
    assert reached(stack, failed, "playout", "failed")["detail"].endswith("; no picture")
    (folder / f"{later['seq']}.displayed").touch()
    reached(stack, later, "playout", "displayed")
    assert states(stack, foreign["id"], "playout") == ["accepted"], "a file of another history says nothing of this one"


def test_what_expires_is_called_so_when_it_does(on_air, tmp_path):
    """No notice says that an order expired: who only keeps what he got would show it as standing for ever."""
    stack = on_air([station("kakuu-tv")], out_dir=str(tmp_path / "all"), station_heartbeat_ms=200)
    one = Station(stack.port, "kakuu-tv")
    one.until("state")
    soon = order([detail("避難指示", ["北町"])]).replace(
        "</ib:ReportDateTime>", f"</ib:ReportDateTime><ib:ValidDateTime>{jst(int(time.time()) + 4)}</ib:ValidDateTime>")
    limited = stack.accepted(soon)
    standing = stack.accepted(order([detail("避難指示", ["南町"])]))
    reached(stack, limited, "playout", "accepted")
    reached(stack, standing, "playout", "accepted")
    current = tmp_path / "all" / "drill" / "99" / "current.txt"
    assert "有効期限経過" not in current.read_text()
    state, _ = one.until("state")
    marked = {area["name"]: group.get("expired") for group in state["prefectures"]["99"] for area in group["areas"]}
    assert marked == {"北町": True, "南町": None}
    wait_until(lambda: "有効期限経過" in current.read_text(), "the file says it, too")
    line, = [line for line in current.read_text().splitlines() if "有効期限経過" in line]
    assert "北町" in line and "南町" not in line
    seen = [one.read()["type"] for _ in range(6)]
    assert "state" not in seen, "once"
    one.close()


def test_what_is_new_changed_and_lifted_since(on_air):
    stack = on_air([])
    document = new_id()
    first = arrived(stack.port, stack.accepted(order(
        [detail("高齢者等避難", ["北町"]), detail("避難指示", ["南町"])], document=document)))["seq"]
    last = arrived(stack.port, stack.accepted(order(
        [detail("避難指示", ["北町", "東町"]), detail("避難指示", ["南町"], state="解除")],
        document=document, revision=2)))["seq"]
    url = f"http://127.0.0.1:{stack.port}/v1/state"

    def since(seq, **more):
        told = described(requests.get(url, params={"mode": "drill", "since": seq, **more}, timeout=20).json())["since"]
        return {key: sorted(area["name"] for area in told[key]) for key in ("new", "changed", "lifted")}, told
    names, told = since(first)
    assert names == {"new": ["東町"], "changed": ["北町"], "lifted": ["南町"]} and told["complete"]
    changed, = told["changed"]
    assert changed["before"] == {"term": "高齢者等避難", "level": 3} and changed["now"]["level"] == 4
    assert told["lifted"][0]["change"] == "lifted" and told["new"][0]["code5"] == "99001"
    assert since(0)[0] == {"new": ["北町", "東町"], "changed": [], "lifted": []}
    assert since(last)[0] == {"new": [], "changed": [], "lifted": []}
    assert since(first, prefecture="13")[0] == {"new": [], "changed": [], "lifted": []}
    assert not since(first, epoch="another")[1]["complete"]
    assert requests.get(url, params={"since": "x"}, timeout=20).status_code == 404
    items = f"http://127.0.0.1:{stack.port}/v1/items"
    check_cap(requests.get(f"{items}/{last}.cap.xml", timeout=20).text)
    check_lalert(stack, requests.get(f"{items}/{last}.lalert.xml", timeout=20).text)
    feed = etree.fromstring(requests.get(f"{items}/feed.atom", timeout=20).content)
    assert len(list(feed.iter(ATOM + "entry"))) == 2
    for wrong in ("99.cap.xml", "x", f"{last}.dance"):
        assert requests.get(f"{items}/{wrong}", timeout=20).status_code == 404
    stack.restart("broadcaster")
    wait_until(lambda: requests.get(url, params={"since": first}, timeout=20).status_code == 200, "the state is there")
    assert not since(first)[1]["complete"], "after a restart it does not know, and says so"


def test_a_slow_station_delays_no_other(on_air, nng, tmp_path):
    deaf = nng("deaf-tv")
    deaf.deaf = True
    stack = on_air([station("deaf-tv", channel="nng", drill_url=deaf.url, deadline_ms=4000),
                    station("fast-tv"), station("disk-tv", channel="files", folder=str(tmp_path / "disk"))],
                   attempt_timeout_ms=1000)
    fast = Station(stack.port, "fast-tv")
    fast.until("state")
    wait_until(lambda: deaf.of("state"), "the deaf one is connected")
    answers = []
    for _ in range(5):
        answers.append(stack.accepted(order()))
        item = fast.item()
        assert item["seq"] == answers[-1]["seq"]
        fast.send({"type": "receipt", "seq": item["seq"], "state": "received"})
    for answer in answers:
        reached(stack, answer, "fast-tv", "accepted")
        reached(stack, answer, "disk-tv", "accepted")
        assert states(stack, answer["id"], "deaf-tv") in (["sent"], ["expired"])
    assert "no answer in time" in reached(stack, answers[-1], "deaf-tv", "expired")["detail"]
    assert len(deaf.of("item")) >= 10, "and it was tried again while it could be"
    fast.close()


@pytest.mark.parametrize("named", [True, False])
def test_guests_neither_raise_nor_hide_an_alarm(make_stack, named):
    """Whoever connects under a name of its own choice, takes the order and leaves, or shows it, is nobody on whom one counts."""
    port = free_port()
    on_air = broadcaster(port, stations=[station("kakuu-tv")] if named else [])
    stack = make_stack(mode="drill", feeds=0, adapters=[{**on_air, "peer": {"silent_after_ms": 1000}}])
    guests = [Station(port, name) for name in ("shows", "leaves")]
    one = Station(port, "kakuu-tv")
    for each in (*guests, one):
        each.until("state")
    answer = stack.accepted(order())
    for guest, state in zip(guests, ("displayed", "received")):
        guest.item()
        guest.send({"type": "receipt", "seq": answer["seq"], "state": state, "detail": "main channel"})
    assert reached(stack, answer, "(guests)", "displayed")["detail"] == "shows: main channel"
    guests[1].close()
    if named:
        one.item()
        stack.processes["hub"].wait_output(r'hub\.outlet_silent peer=broadcaster outlet=\S*kakuu-tv')
    else:
        time.sleep(3)
    assert stack.metrics("hub")['hansho_hub_outlets_silent{peer="broadcaster"}'] == (1 if named else 0)
    if named:
        one.send({"type": "receipt", "seq": answer["seq"], "state": "displayed"})
        reached(stack, answer, "kakuu-tv", "displayed")
    else:
        assert [row["detail"] for row in stack.status(answer["id"]).json()["receipts"] if not row["outlet"]] == [
            "no station or folder of the configuration is to have it"]
    for each in (guests[0], one):
        each.close()
    assert "guests" not in stack.stop("hub")


def test_what_a_guest_gets_too_late_brings_no_crawl(on_air):
    stack = on_air([], max_age_ms=5000)
    guest = Station(stack.port, "guest")
    epoch = guest.hello["lanes"]["drill"]["epoch"]
    arrived(stack.port, stack.accepted(order()))
    assert guest.item()["crawl"]
    guest.close()
    time.sleep(5.5)
    again = Station(stack.port, "guest", **{"from": {"epoch": epoch, "seq": 0}})
    item = again.item()
    assert item["crawl"] == [] and item["pages"] == [] and item["late"] and item["text"].startswith(MARK)
    again.close()


def test_names_and_lanes_are_kept_apart(on_air, tmp_path):
    stack = on_air([{"name": "live-only"}, station("folder-tv", channel="files", folder=str(tmp_path / "folder-tv"))],
                   guests=False)
    for name in ("live-only", "folder-tv", "stranger"):
        refused = Station(stack.port, name)
        with pytest.raises(ConnectionClosed) as closed:
            refused.until("no such message", 10)
        assert closed.value.rcvd.code == 4400 and closed.value.rcvd.reason


def test_a_new_connection_takes_the_place_of_the_old(on_air):
    stack = on_air([station("kakuu-tv")])
    old = Station(stack.port, "kakuu-tv")
    old.until("state")
    new = Station(stack.port, "kakuu-tv")
    new.until("state")
    with pytest.raises(ConnectionClosed):
        while True:
            old.read()
    answer = stack.accepted(order())
    assert new.item()["seq"] == answer["seq"]
    new.close()


# ---- proof: who has a name ----

TOKEN = "drill-token-kakuu-tv"
PROOF = hashlib.sha256(TOKEN.encode()).hexdigest()


def test_a_name_of_the_configuration_is_proven_by_its_token(on_air):
    """Whoever only says the name gets nothing, under no role, and takes nobody's place; the operator can read who it was."""
    stack = on_air([station("kakuu-tv", token_sha256=PROOF), station("trusted-tv")])
    stack.wait_output("broadcaster", r"broadcaster\.station_unproven station=trusted-tv")
    assert "station_unproven station=kakuu-tv" not in stack.processes["broadcaster"].output
    one = Station(stack.port, "kakuu-tv", token=TOKEN)
    one.until("state")
    for said in ({}, {"token": ""}, {"token": PROOF}, {"token": TOKEN + "x"}, {"token": 7}, {"from": "snapshot"}):
        guest = Station(stack.port, "kakuu-tv", **said)
        with pytest.raises(ConnectionClosed) as closed:
            guest.until("no such message", 10)
        assert closed.value.rcvd.code == 4403 and "token" in closed.value.rcvd.reason, said
    written = stack.wait_output("broadcaster", r"broadcaster\.station_refused .*").group(0)
    assert "station=kakuu-tv mode=drill way=websocket peer=127.0.0.1 reason=token" in written
    assert TOKEN not in stack.processes["broadcaster"].output, "what it said is written nowhere"
    answer = stack.accepted(order())
    assert one.item()["seq"] == answer["seq"], "the station never lost its place"
    stranger = Station(stack.port, "stranger", token=TOKEN)
    stranger.until("live")
    for each in (one, stranger):
        each.close()


def test_over_nng_the_station_proves_itself_before_it_gets_anything(on_air, nng):
    proofs = {"good-tv": {"station": "good-tv", "token": TOKEN}, "silent-tv": None,
              "wrong-tv": {"station": "wrong-tv", "token": "drill-token-of-another"},
              "other-tv": {"station": "good-tv", "token": TOKEN}}
    stations = {name: nng(name, proof=proof) for name, proof in proofs.items()}
    stack = on_air([station(name, channel="nng", drill_url=one.url, token_sha256=PROOF) for name, one in stations.items()], **FAST)
    answer = stack.accepted(order())
    reached(stack, answer, "good-tv", "displayed")
    for name in ("wrong-tv", "other-tv"):
        stack.wait_output("broadcaster", rf"broadcaster\.station_refused station={name} mode=drill way=nng peer={stations[name].url} reason=token")
        wait_until(lambda name=name: stations[name].of("refused"), f"{name} is told")
        assert "token" in stations[name].of("refused")[0]["reason"]
        described(stations[name].of("refused")[0])
    for name in ("silent-tv", "wrong-tv", "other-tv"):
        assert "token" in wait_proof(stack, "broadcaster", name, "failed")["detail"]
        assert [message["type"] for message in stations[name].messages if message["type"] != "refused"] == []
        assert stations[name].canaries == 0
        assert states(stack, answer["id"], name) != ["displayed"]
    stations["wrong-tv"].send({"type": "subscribe", "station": "wrong-tv", "token": TOKEN})
    reached(stack, answer, "wrong-tv", "displayed")


def test_a_guest_has_no_name_of_the_configuration_in_other_letters(on_air):
    stack = on_air([station("kakuu-tv", token_sha256=PROOF)])
    for name in ("Kakuu-TV", "KAKUU-TV"):
        guest = Station(stack.port, name)
        with pytest.raises(ConnectionClosed) as closed:
            guest.until("no such message", 10)
        assert closed.value.rcvd.code == 4403, name
    one = Station(stack.port, "Kakuu-TV", token=TOKEN)
    one.until("state")
    answer = stack.accepted(order())
    assert one.item()["seq"] == answer["seq"]
    one.send({"type": "receipt", "seq": answer["seq"], "state": "displayed"})
    reached(stack, answer, "kakuu-tv", "displayed")
    one.close()


def test_who_guesses_fills_no_log_and_is_counted(on_air):
    stack = on_air([station("kakuu-tv", token_sha256=PROOF), station("other-tv", token_sha256=PROOF)])
    for number in range(20):
        guest = Station(stack.port, "kakuu-tv", token=f"guess-{number}")
        with pytest.raises(ConnectionClosed):
            guest.until("no such message", 10)
    with pytest.raises(ConnectionClosed):
        Station(stack.port, "other-tv").until("no such message", 10)
    stack.wait_output("broadcaster", r"broadcaster\.station_refused station=other-tv")
    assert stack.output("broadcaster").count("station_refused station=kakuu-tv") == 1
    refused = {name: stack.metrics("broadcaster")[f'hansho_broadcaster_refused_total{{station="{name}"}}'] for name in ("kakuu-tv", "other-tv")}
    assert refused == {"kakuu-tv": 20, "other-tv": 1}


def test_over_nng_nobody_guesses_for_ever(on_air, nng):
    guesser = nng("nng-tv")
    stack = on_air([station("nng-tv", channel="nng", drill_url=guesser.url, token_sha256=PROOF)], token_tries_max=3)
    wait_until(lambda: guesser.connections == 1, "it is dialled")
    for number in range(3):
        guesser.send({"type": "subscribe", "station": "nng-tv", "token": f"guess-{number}"})
    wait_until(lambda: guesser.connections == 2, "the connection ended, and a new one is there")
    assert stack.metrics("broadcaster")['hansho_broadcaster_refused_total{station="nng-tv"}'] == 3
    assert stack.output("broadcaster").count("station_refused station=nng-tv") == 1
    wait_until(lambda: guesser.of("refused"), "it is told")
    guesser.send({"type": "subscribe", "station": "nng-tv", "token": TOKEN})
    wait_until(lambda: guesser.of("state"), "and on the new one it may still prove itself")


# ---- canaries: every setting that can be wrong ----

@pytest.mark.parametrize("name,broken,word", [
    ("nobody-connects", {}, "not connected"),
    ("wrong-url", {"channel": "nng", "drill_url": "ipc:///nonexistent/station.sock"}, "not connected"),
    ("too-narrow", {"crawl_width": 8}, "crawl_width"),
    ("pages-too-narrow", {"page_width": 8, "page_rows": 4}, ""),
    ("folder-gone", {"channel": "files", "folder": "/proc/1/nowhere"}, "check the folder"),
])
def test_a_setting_that_is_wrong_is_an_alarm(on_air, name, broken, word):
    good = {"name": "good-tv", "drills": True}
    stack = on_air([good, station(name, **broken)], **FAST)
    one = Station(stack.port, "good-tv")
    one.until("state")
    answering(one)
    if name == "pages-too-narrow":  # narrow, and yet an order fits: no false alarm
        other = Station(stack.port, name)
        answering(other)
        wait_proof(stack, "broadcaster", name, "proven")
        other.stop.set()
    else:
        row = wait_proof(stack, "broadcaster", name, "failed")
        assert word in row["detail"], row
    wait_proof(stack, "broadcaster", "good-tv", "proven")
    one.stop.set()


def answering(one):
    """Gives canaries back until one.stop is set."""
    one.stop, one.items = threading.Event(), []

    def run():
        while not one.stop.is_set():
            try:
                message = one.read(0.2)
            except TimeoutError:
                continue
            except (ConnectionClosed, OSError):
                return
            if message["type"] == "canary" and not getattr(one, "deaf", False):
                one.send(message)
            elif message["type"] == "item":
                one.items.append(message)
                one.send({"type": "receipt", "seq": message["seq"], "state": "received"})
    threading.Thread(target=run, daemon=True).start()


def test_a_changed_configuration_goes_live_after_its_canary(on_air):
    stack = on_air([station("kakuu-tv")], proof_required="always", **FAST)
    answer = stack.accepted(order())
    assert reached(stack, answer, "kakuu-tv", "held")
    one = Station(stack.port, "kakuu-tv")
    one.deaf = True
    answering(one)
    wait_proof(stack, "broadcaster", "kakuu-tv", "failed")
    assert one.items == [], "not before a canary came back"
    one.deaf = False
    wait_proof(stack, "broadcaster", "kakuu-tv", "proven")
    reached(stack, answer, "kakuu-tv", "accepted")
    assert [item["seq"] for item in one.items] == [answer["seq"]]
    one.stop.set()
