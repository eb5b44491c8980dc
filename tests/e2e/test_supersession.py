"""CAP alerts that replace and end each other, in any order, through gate, hub and feed (cap.md, "Supersession")."""

import asyncio
import json
import re

import pytest
import requests

from conftest import PRINCIPALS, wait_until
from feed_client import Subscriber
from test_cap import RELAYER, alert

SENT = "2026-07-01T18:57:05+09:00"


@pytest.fixture
def relay(make_stack):
    principals = [{**row, "statuses": ["Exercise"]} for row in PRINCIPALS] + [RELAYER]
    return make_stack(principals=principals)


def say(stack, identifier, kind="Alert", replaces=(), minute=0):
    references = " ".join(f"met@met.example,{name},{SENT}" for name in replaces)
    sent = f"2026-07-01T19:{minute:02d}:00+09:00" if minute else SENT
    reply = stack.accepted(alert(identifier, kind, references, sent=sent), user="relay")
    wait_until(lambda: stack.metrics("feed-1")["hansho_feed_newest_seq"] >= reply["seq"], "arrived")
    return reply


def codes(reply):
    return {warning["code"] for warning in reply["warnings"]}


def standing(stack):
    state = requests.get(stack.feed_url("/v1/state"), timeout=20).json()
    return sorted(entry["document"].rsplit("|", 1)[1] for entry in state["in_force"])


def notice(stack, seq):
    return stack.notice(seq)["notice"]


def test_an_update_ends_all_that_it_refers_to(relay):
    say(relay, "A-1")
    say(relay, "A-2")
    say(relay, "A-3", "Update", ["A-1", "A-2"], minute=10)
    assert standing(relay) == ["A-3"]
    say(relay, "A-4", "Cancel", ["A-3"], minute=20)
    assert standing(relay) == []
    events = requests.get(relay.feed_url("/v1/areas/990019/history"), timeout=20).json()["events"]
    assert [e["event"] for e in events][-1] == "cancelled"


def test_an_update_that_leaves_out_what_is_in_force(relay):
    say(relay, "L-1")
    say(relay, "L-2", "Update", ["L-1"], minute=10)
    third = say(relay, "L-3", "Update", ["L-1"], minute=20)
    assert "references_incomplete" in codes(third)
    assert "references_incomplete" in notice(relay, third["seq"])["flags"]
    assert standing(relay) == ["L-3"]
    assert "references_incomplete" not in codes(say(relay, "L-4", "Cancel", ["L-3"], minute=30))
    assert standing(relay) == ["L-2"], "it was in force all the time"
    assert "references_incomplete" not in codes(say(relay, "L-5", "Update", ["L-1", "L-2"], minute=40))
    assert standing(relay) == ["L-5"]


def test_a_cancel_that_comes_first(relay):
    first = say(relay, "B-2", "Cancel", ["B-1"], minute=10)
    assert "cancel_unknown" not in codes(first)
    late = say(relay, "B-1")
    assert "born_superseded" in codes(late)
    assert standing(relay) == []
    told = notice(relay, late["seq"])
    assert told["document"]["ended"] is True and "born_superseded" in told["flags"]
    relay.restart("hub")
    assert standing(relay) == []
    wait_until(lambda: relay.submit(alert("B-3"), user="relay").status_code == 202, "the hub is back")
    wait_until(lambda: standing(relay) == ["B-3"], "what comes after it is in force")


async def end_of_a_weather_alert(stack):
    async with Subscriber(stack.ws_url()) as mine:
        await mine.ws.send(json.dumps({"type": "subscribe", "from": "now", "mode": "drill", "kinds": ["weather"]}))
        await mine.until("live")
        loop = asyncio.get_running_loop()
        for identifier, kind, replaces in (("K-1", "Alert", ""), ("K-2", "Cancel", f"met@met.example,K-1,{SENT}")):
            document = alert(identifier, kind, replaces)
            if kind == "Cancel":
                document = re.sub(r"<info>.*</info>", "", document, flags=re.S)
            await loop.run_in_executor(None, lambda d=document: stack.accepted(d, user="relay"))
        return await mine.notices(2)


def test_a_cancel_without_a_word_reaches_who_holds_the_alert(relay):
    first, cancel = asyncio.run(end_of_a_weather_alert(relay))
    assert (first["notice"]["kind"], first["notice"]["action"]) == ("weather", "issue")
    assert (cancel["notice"]["kind"], cancel["notice"]["action"]) == ("weather", "cancel")
    assert "kind_from_cancelled" in cancel["notice"]["flags"]
    assert standing(relay) == []


def test_a_chain_backwards(relay):
    say(relay, "C-3", "Update", ["C-2"], minute=20)
    assert "born_superseded" in codes(say(relay, "C-2", "Update", ["C-1"], minute=10))
    assert "born_superseded" in codes(say(relay, "C-1"))
    assert standing(relay) == ["C-3"]
