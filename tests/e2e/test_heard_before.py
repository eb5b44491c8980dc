"""What the loudspeakers heard before hansho-jalert was started anew: who heard a warning hears its cancel, what still sounds is
stopped, nothing rings twice, and nothing is corrected twice; also of an early warning, which is never in force for the hub."""

import time

import pytest

from conftest import wait_until
from test_alerts import LIVE, ROUTES, codes, principals, speech_of, taken_back, telegram
from test_adapters_jalert import adapter
from test_played import folder, starter, wait_receipt  # noqa: F401 (fixtures)

PLACES = {"eew": "382035", "tsunami": "032018"}


def live(make_stack, folder, starter, hub=None, **config):
    return make_stack(mode="live", principals=principals(LIVE), hub=hub or {}, adapters=[
        adapter(folder, starter.url, areas=["990019", *PLACES.values()], **config)])


def places_of(item):
    return [announcement["area"]["code"] for announcement in item["document"]["plan"]["announcements"]]


def told(stack, name, route="relay", event=None):
    """A warning that sounds, and is acknowledged."""
    answer = stack.accepted(telegram(name, event or ROUTES[route], status="通常"), route)
    wait_receipt(stack, answer, "accepted", who=route)
    stack.wait_acked()
    return answer


def restart(stack, name, answer):
    """Until the gate answers again."""
    if name:
        stack.restart(name)
        wait_until(lambda: "receipts" in stack.status(answer["id"], "relay").json(), "the hub is back")


def check_corrected(starter, warning, cancel, name):
    """The warning was cut off, and behind it comes the correction, once, where it was heard."""
    said = starter.wait_item(cancel["seq"], "sounds")
    wrong = starter.item(warning["seq"])
    assert places_of(said) == places_of(wrong) == [PLACES[name]]
    assert "取り消します" in "".join(speech_of(said["document"]["plan"]))
    assert said["document"]["plan"]["volume"] == wrong["document"]["plan"]["volume"], "as loud as it was"
    assert wrong["state"] == "stopped" and wrong["ended"] <= said["started"], "what is wrong falls silent first"
    assert [i["begun"] for i in starter.items()] == [1, 1] and starter.look()["total"] == 2


@pytest.mark.parametrize("restarts", ["", "hub"])
@pytest.mark.parametrize("name", PLACES)
def test_a_cancel_that_comes_while_it_is_away(make_stack, folder, starter, name, restarts):
    starter.behave(speed=1)
    stack = live(make_stack, folder, starter)
    warning = told(stack, name)
    stack.kill("jalert")
    cancel = stack.accepted(taken_back(name, ROUTES["relay"]), "relay")
    restart(stack, restarts, warning)
    stack.start("jalert")
    check_corrected(starter, warning, cancel, name)
    row = wait_receipt(stack, warning, "expired", who="relay")
    assert "taken back" in row["detail"], "who sent it is told that it was stopped"


@pytest.mark.parametrize("restarts", ["", "hub"])
@pytest.mark.parametrize("name", PLACES)
def test_a_cancel_that_comes_after_a_restart(make_stack, folder, starter, name, restarts):
    starter.behave(speed=1)
    stack = live(make_stack, folder, starter)
    warning = told(stack, name)
    restart(stack, restarts, warning)
    stack.restart("jalert")
    cancel = stack.accepted(taken_back(name, ROUTES["relay"]), "relay")
    check_corrected(starter, warning, cancel, name)


def test_a_controller_that_answers_late_gets_the_stop_all_the_same(make_stack, folder, starter):
    """The cancel is handled before the controller says what became of the warning."""
    starter.behave(speed=1)
    stack = live(make_stack, folder, starter)
    warning = told(stack, "eew")
    stack.kill("jalert")
    starter.behave(mute=1)
    cancel = stack.accepted(taken_back("eew", ROUTES["relay"]), "relay")
    stack.start("jalert")
    starter.wait_item(warning["seq"], "stopped")
    starter.behave(mute=0)
    wait_receipt(stack, cancel, "accepted", who="relay")
    said = starter.item(cancel["seq"])
    assert starter.item(warning["seq"])["ended"] <= said["started"] and said["begun"] == 1
    assert starter.item(warning["seq"])["begun"] == 1, "nothing begins again"


def test_what_was_played_to_its_end_stays_played(make_stack, folder, starter):
    stack = live(make_stack, folder, starter)
    warning = told(stack, "eew")
    wait_receipt(stack, warning, "displayed", who="relay")
    stack.kill("jalert")
    cancel = stack.accepted(taken_back("eew", ROUTES["relay"]), "relay")
    stack.start("jalert")
    wait_receipt(stack, cancel, "displayed", who="relay")
    assert places_of(starter.item(cancel["seq"])) == [PLACES["eew"]]
    wait_receipt(stack, warning, "displayed", who="relay")
    assert starter.item(warning["seq"])["state"] == "finished"


@pytest.mark.parametrize("restarts", ["", "hub"])
def test_a_further_report_without_news_stays_silent(make_stack, folder, starter, restarts):
    stack = live(make_stack, folder, starter)
    warning = told(stack, "eew")
    stack.kill("jalert")
    restart(stack, restarts, warning)
    stack.start("jalert")
    again = stack.accepted(telegram("eew", ROUTES["relay"], at=time.time() + 1, status="通常", serial=9), "relay")
    wait_receipt(stack, again, "filtered", outlet="", who="relay")
    assert len(starter.items()) == 1
    other = stack.accepted(telegram("eew", "another", at=time.time() + 2, status="通常"), "relay")
    wait_receipt(stack, other, "accepted", who="relay")
    assert len(starter.items()) == 2, "another event rings"


@pytest.mark.parametrize("away", [False, True])
@pytest.mark.parametrize("cancels", [["relay", "bridge"], ["bridge", "relay"]])
@pytest.mark.parametrize("name", PLACES)
def test_a_restart_between_two_cancels_corrects_once(make_stack, folder, starter, name, cancels, away):
    """Two routes tell of it, and each takes it back."""
    stack = live(make_stack, folder, starter)
    told(stack, name, cancels[0])
    other = stack.accepted(telegram(name, ROUTES[cancels[1]], status="通常"), cancels[1])
    assert "same_event" in codes(other)
    wait_receipt(stack, other, "filtered", outlet="", who=cancels[1])
    first = stack.accepted(taken_back(name, ROUTES[cancels[0]]), cancels[0])
    wait_receipt(stack, first, "displayed", who=cancels[0])
    stack.wait_acked()
    stack.kill("jalert")
    if not away:
        stack.start("jalert")
    second = stack.accepted(taken_back(name, ROUTES[cancels[1]]), cancels[1])
    if away:
        stack.start("jalert")
    wait_receipt(stack, second, "filtered", outlet="", who=cancels[1])
    assert [i["key"].rsplit("-", 1)[1] for i in starter.items()] == ["1", str(first["seq"])]


def test_who_heard_nothing_hears_the_repeated_report(make_stack, folder, starter):
    """The plan was written, and never taken by the loudspeakers: the file is no proof that anybody heard it."""
    starter.behave(deaf=1)
    stack = live(make_stack, folder, starter, instant_max_age_ms=6000)
    lost = stack.accepted(telegram("eew", ROUTES["relay"], status="通常"), "relay")
    wait_receipt(stack, lost, "expired", who="relay")
    wait_receipt(stack, lost, "accepted", outlet="plan_dir", who="relay")
    stack.wait_acked()
    stack.restart("jalert")
    starter.behave(deaf=0)
    again = stack.accepted(telegram("eew", ROUTES["relay"], at=time.time(), status="通常", serial=9), "relay")
    wait_receipt(stack, again, "accepted", who="relay")
    assert [i["key"].rsplit("-", 1)[1] for i in starter.items()] == [str(again["seq"])]


def report(serial, at, major=False):
    """Of one tsunami: a warning, or a major one."""
    text = telegram("tsunami", ROUTES["relay"], at=at, status="通常", serial=serial)
    return text if major else text.replace("大津波警報：発表</Name><Code>53", "津波警報</Name><Code>51")


@pytest.mark.parametrize("restarts", ["", "hub"])
def test_an_update_that_nobody_heard_of_a_warning_older_than_the_past(make_stack, folder, starter, restarts):
    """The warning was heard, longer ago than past_ms; it was raised, and the loudspeakers never took that. The report after that
    rings, one that says what was heard does not, and the cancel is told."""
    stack = live(make_stack, folder, starter, hub={"past_ms": 1000}, max_age_ms=3000)
    now = time.time()
    told_first = stack.accepted(report(1, now), "relay")
    wait_receipt(stack, told_first, "displayed", who="relay")
    time.sleep(1.2)
    starter.behave(deaf=1)
    raised = stack.accepted(report(2, now + 1, major=True), "relay")
    wait_receipt(stack, raised, "expired", who="relay")
    time.sleep(0.5)  # the ack
    stack.kill("jalert")
    restart(stack, restarts, raised)
    stack.start("jalert")
    starter.behave(deaf=0)
    same = stack.accepted(report(3, now + 2), "relay")
    wait_receipt(stack, same, "filtered", outlet="", who="relay")
    again = stack.accepted(report(4, now + 3, major=True), "relay")
    wait_receipt(stack, again, "displayed", who="relay")
    cancel = stack.accepted(telegram("tsunami", ROUTES["relay"], at=now + 4, status="通常", serial=5, infotype="取消"), "relay")
    wait_receipt(stack, cancel, "displayed", who="relay")
    assert [i["key"].rsplit("-", 1)[1] for i in starter.items()] == [
        str(one["seq"]) for one in (told_first, again, cancel)]


def test_without_a_past_it_is_as_before(make_stack, folder, starter):
    """past_ms: 0: only what is in force is known."""
    stack = live(make_stack, folder, starter, hub={"past_ms": 0})
    told(stack, "eew")
    stack.restart("jalert")
    cancel = stack.accepted(taken_back("eew", ROUTES["relay"]), "relay")
    row = wait_receipt(stack, cancel, "filtered", outlet="", who="relay")
    assert "nobody here heard" in row["detail"]
