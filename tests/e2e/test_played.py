"""Announcements as an auto-starter plays them: contacts in their time, who waits for whom, what is told of it afterwards, and what
is left of it when the adapter dies in between."""

import datetime
import os
import re
import statistics
import tempfile
import time

import pytest
import yaml

from conftest import BUSY_S, HeldUp, Process, free_port, wait_until
from documents import detail, new_id, order
from starter import Starter
from test_adapters_jalert import adapter, wait_state
from test_alerts import LIVE, missile, principals, put, start_receiver, telegram


@pytest.fixture
def folder(scrap):
    scrap.append(tempfile.mkdtemp(prefix="hs-p-", dir="/tmp"))
    return scrap[-1]


@pytest.fixture
def starter(folder):
    server = Starter(folder)
    yield server
    server.close()


def live(make_stack, folder, starter, **config):
    return make_stack(mode="live", principals=principals(LIVE), adapters=[
        adapter(folder, starter.url, **{"areas": ["990019", "382035"], **config})])


def wait_receipt(stack, answer, state, outlet="controller", who="kakuu"):
    def check():
        rows = [r for r in stack.status(answer["id"], who).json()["receipts"]
                if r["adapter"] == "jalert" and r["outlet"] == outlet]
        return rows[-1] if rows and rows[-1]["state"] == state else None
    return wait_until(check, f"{outlet} is {state}")


def seconds(text):
    return datetime.datetime.fromisoformat(text).timestamp()


def span(item):
    """From its real start to its end."""
    return seconds(item["ended"]) - seconds(item["started"])


def planned_s(item, speed):
    return item["document"]["plan"]["duration_ms"] / 1000 / speed


def test_contacts_close_in_their_time_and_groups_take_turns(make_stack, folder, starter):
    starter.behave(speed=40)
    stack = live(make_stack, folder, starter, groups=["北", "南"], group_pause_ms=4000)
    held = HeldUp()
    answer = stack.accepted(order(status=LIVE))
    item = starter.wait_item(answer["seq"], "finished")
    held.done.set()
    late_ms = sorted(contact[told] - planned / 40 for contact in item["contacts"] for told, planned in (
        ("from_ms", contact["at_ms"]), ("to_ms", contact["at_ms"] + contact["on_ms"])))
    assert late_ms[0] > -2 and statistics.median(late_ms) < 50 + held.s * 1000 and late_ms[-1] < (1 + held.s) * 1000, (late_ms, held.s)
    north, south = ([c for c in item["contacts"] if c["group"] == group] for group in ("北", "南"))
    assert len(north) == len(south) and max(c["to_ms"] for c in north) < min(c["from_ms"] for c in south)
    sirens = [c for c in north if c["kind"] == "tone"][:2]
    assert [(c["at_ms"], c["on_ms"]) for c in sirens] == [(0, 60000), (65000, 60000)]
    assert sirens[0]["to_ms"] < sirens[1]["from_ms"], "silence between the two"
    assert len([c for c in north if c["kind"] == "speech"]) == 2 + 2 + 1, "twice the call, twice the body, the closing"

    played = wait_receipt(stack, answer, "displayed")
    told = re.fullmatch(r"played: (\S+)/(\S+)", played["detail"])
    assert (told[1], told[2]) == (item["started"], item["ended"]), "with the real times"
    assert planned_s(item, 40) <= span(item) < planned_s(item, 40) + 1 + held.s


def test_equal_ones_sound_one_after_the_other(make_stack, folder, starter):
    starter.behave(speed=10)
    stack = live(make_stack, folder, starter)
    first, second = (stack.accepted(order([detail("避難指示", [name])], status=LIVE)) for name in ("北町", "南町"))
    wait_receipt(stack, second, "accepted")
    assert starter.item(second["seq"])["state"] == "waits" and starter.item(second["seq"])["started"] == ""
    starter.behave(speed=100)
    for answer in (first, second):
        wait_receipt(stack, answer, "displayed")
    items = [starter.item(answer["seq"]) for answer in (first, second)]
    assert seconds(items[0]["ended"]) <= seconds(items[1]["started"])
    assert [(i["begun"], i["interrupted"]) for i in items] == [(1, 0), (1, 0)]


def test_an_early_warning_cuts_the_siren_off_and_the_order_begins_anew(make_stack, folder, starter):
    starter.behave(speed=10)
    stack = live(make_stack, folder, starter)
    first = stack.accepted(order(status=LIVE))
    starter.wait_item(first["seq"], "sounds")
    warning = stack.accepted(telegram("eew", "E2", status="通常"), "relay")
    eew = starter.wait_item(warning["seq"], "sounds")
    cut = starter.item(first["seq"])
    siren = cut["contacts"][0]
    assert cut["state"] == "stopped" and siren["to_ms"] < 60000 / 10, "cut off within its first tone"
    assert seconds(cut["ended"]) <= seconds(eew["started"]), "first silence, then the warning"
    assert all(c["from_ms"] is None for c in cut["contacts"][1:])
    starter.behave(speed=100)
    wait_receipt(stack, warning, "displayed", who="relay")
    wait_receipt(stack, first, "displayed")
    order_, eew = starter.item(first["seq"]), starter.item(warning["seq"])
    assert order_["begun"] == 2 and eew["begun"] == 1
    assert seconds(order_["started"]) >= seconds(eew["ended"]), "from its head, behind the warning"
    assert all(c["to_ms"] is not None for c in order_["contacts"]) and order_["contacts"][0]["from_ms"] < 1000


def test_a_live_one_silences_a_drill(make_stack, folder, starter):
    """Two hubs, one adapter with both lanes: the drill has the loudspeakers when the live order comes."""
    stacks = {mode: make_stack(mode=mode, feeds=0, adapters=[adapter(folder)], start=False) for mode in ("live", "drill")}
    config = {**adapter(folder, starter.url)["config"], "name": "jalert", "drill": True, "ops_listen": f"127.0.0.1:{free_port()}",
              **{f"{mode}_url": stack.link("jalert") for mode, stack in stacks.items()}}
    path = os.path.join(folder, "jalert.yaml")
    with open(path, "w", encoding="utf-8") as file:
        yaml.safe_dump(config, file, allow_unicode=True)
    for stack in stacks.values():
        for name in ("hub", "gate"):
            stack.start(name, wait=False)
        stack.processes["gate"].wait_ready(stack.ops["gate"])
    process = Process("hansho-jalert", ["--config", path])
    try:
        process.wait_ready(config["ops_listen"])
        drill = stacks["drill"].accepted(order())
        starter.wait_item(drill["seq"], "sounds")
        stacks["live"].accepted(order(status=LIVE))
        first, second = wait_until(lambda: len(starter.items()) == 2 and starter.items(), "both are there")
        assert first["key"].startswith("drill-") and first["state"] == "stopped"
        assert second["key"].startswith("live-") and seconds(first["ended"]) <= seconds(second["started"])
    finally:
        process.stop_clean()


def test_what_waited_too_long_never_sounds(make_stack, folder, starter):
    starter.behave(speed=10)
    stack = live(make_stack, folder, starter, max_age_ms=6000)
    first, second = (stack.accepted(order([detail("避難指示", [name])], status=LIVE)) for name in ("北町", "南町"))
    failed = wait_receipt(stack, second, "failed")
    assert failed["detail"] == "not played: too old to begin"
    item = starter.item(second["seq"])
    assert (item["state"], item["begun"]) == ("expired", 0)
    assert starter.item(first["seq"])["begun"] == 1


def test_a_deaf_one_is_told_again_and_plays_once(make_stack, folder, starter):
    starter.behave(deaf=1)
    stack = live(make_stack, folder, starter)
    answer = stack.accepted(order(status=LIVE))
    stack.processes["jalert"].wait_output("adapter.retry outlet=controller")
    assert starter.items() == []
    starter.behave(deaf=0)
    wait_receipt(stack, answer, "displayed")
    assert starter.item(answer["seq"])["begun"] == 1


def test_a_slow_one_is_told_again_and_plays_once(make_stack, folder, starter):
    starter.behave(answer_ms=1300)
    stack = live(make_stack, folder, starter, attempt_timeout_ms=300)
    answer = stack.accepted(order(status=LIVE))
    wait_receipt(stack, answer, "displayed")
    look = starter.look()
    assert look["duplicates"] >= 1 and [i["begun"] for i in look["items"]] == [1]


def test_one_that_refuses_is_told_to_the_sender(make_stack, folder, starter):
    starter.behave(refuse=1)
    stack = live(make_stack, folder, starter)
    answer = stack.accepted(order(status=LIVE))
    assert wait_receipt(stack, answer, "failed")["detail"] == "refused"
    assert starter.items() == []


# ---- the adapter dies ----

def test_killed_between_plan_and_answer(make_stack, folder, starter):
    starter.behave(mute=1, speed=50)
    stack = live(make_stack, folder, starter)
    answer = stack.accepted(order(status=LIVE))
    starter.wait_item(answer["seq"], "sounds")
    stack.kill("jalert")
    starter.behave(mute=0)
    stack.start("jalert")
    wait_receipt(stack, answer, "displayed")
    item = starter.item(answer["seq"])
    assert item["begun"] == 1 and span(item) < planned_s(item, 50) * 2 + BUSY_S, "not begun anew"
    assert starter.look()["duplicates"] >= 1, "asked for by its id"


def test_killed_between_accepted_and_finished(make_stack, folder, starter):
    starter.behave(speed=10)
    stack = live(make_stack, folder, starter)
    answer = stack.accepted(order(status=LIVE))
    wait_receipt(stack, answer, "accepted")
    stack.wait_acked()
    stack.kill("jalert")
    stack.start("jalert")
    assert starter.item(answer["seq"])["state"] == "sounds", "the machine was too slow for this test"
    starter.behave(speed=100)
    played = wait_receipt(stack, answer, "displayed")
    item = starter.item(answer["seq"])
    assert played["detail"] == f"played: {item['started']}/{item['ended']}"
    assert starter.look()["total"] == 1 and item["begun"] == 1, "nothing was sent again"


def test_finished_while_the_adapter_was_dead(make_stack, folder, starter):
    starter.behave(speed=10)
    stack = live(make_stack, folder, starter)
    answer = stack.accepted(order(status=LIVE))
    wait_receipt(stack, answer, "accepted")
    stack.wait_acked()
    stack.kill("jalert")
    starter.behave(speed=100)
    starter.wait_item(answer["seq"], "finished")
    stack.start("jalert")
    wait_receipt(stack, answer, "displayed")
    assert starter.look()["total"] == 1


def test_what_became_too_old_meanwhile_is_asked_for_and_not_played(make_stack, folder, starter):
    starter.behave(mute=1)
    stack = live(make_stack, folder, starter, max_age_ms=4000)
    played = stack.accepted(order([detail("避難指示", ["北町"])], status=LIVE))
    starter.wait_item(played["seq"], "sounds")
    stack.kill("jalert")
    never = stack.accepted(order([detail("避難指示", ["南町"])], status=LIVE))
    starter.wait_item(played["seq"], "finished")
    time.sleep(4)
    starter.behave(mute=0)
    stack.start("jalert")
    wait_receipt(stack, played, "displayed")
    wait_state(stack, never["id"], "", "expired")
    look = starter.look()
    assert look["total"] == 1 and [i["begun"] for i in look["items"]] == [1], "nothing old is played, nothing twice"


def test_a_correction_that_came_while_the_adapter_was_dead_is_spoken(make_stack, folder, starter):
    stack = live(make_stack, folder, starter)
    spool = start_receiver(stack, folder)
    message = new_id()
    put(spool, "1.json", missile("M1", id=message, sent="2026-07-01T07:29:00+09:00"))
    wait_until(lambda: [i["state"] for i in starter.items()] == ["finished"], "the missile is announced")
    stack.wait_acked()
    stack.kill("jalert")
    put(spool, "2.json", missile("M1", action="cancel", replaces=[f"{message} 2026-07-01T07:29:00+09:00"]))
    wait_until(lambda: stack.metrics("hub")["hansho_hub_newest_seq"] == 2, "the cancel is taken")
    stack.start("jalert")
    items = wait_until(lambda: len(starter.items()) == 2 and starter.items(), "it is spoken")
    text = items[1]["document"]["plan"]["announcements"][0]["text"]
    assert "ミサイル発射に関する放送は、誤りでした" in text, text
    assert items[0]["begun"] == 1
