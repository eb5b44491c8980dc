"""Which mails take something back, and from whom: a cancel or lift goes to all who may have the order, and to nobody else; what was
taken back does not ring afterwards."""

import time

import pytest

from carriers import carrier
from conftest import wait_until
from documents import detail, new_id, order
from test_adapters_telecom import adapter, receipts, wait_state

LIFT = [detail("避難指示", ["北町一丁目"], "解除")]
NEVER = "never got"


def actions(carriers, path="/ok"):
    return [(mail[2]["action"], mail[2]["notice"]["document"]["revision"]) for mail in carriers.of(path)]


def tries(carriers, path, answer, name):
    return carriers.tries[(path, f"{answer['epoch']}-{answer['seq']}-{name}-990019")]


def cancel(document, revision=2):
    return order(document=document, revision=revision, kind="Cancel", errata="入力の誤り")


@pytest.mark.parametrize("again, state, word", [(409, "accepted", "has it"), (422, "failed", "may have been taken")])
def test_a_carrier_that_took_the_order_and_answered_too_late_gets_its_cancel(make_stack, carriers, again, state, word):
    carriers.late_again = again
    stack = make_stack(adapters=[adapter([carrier("late", carriers.url("/late"))])])
    wrong = new_id()
    first = stack.accepted(order(document=wrong))
    assert word in wait_state(stack, first["id"], "late/990019", state)["detail"]
    assert len(carriers.of("/late")) == 1 and tries(carriers, "/late", first, "late") == 2
    stack.accepted(cancel(wrong))
    wait_until(lambda: ("cancel", 2) in actions(carriers, "/late"), "who has the wrong order hears its cancel")


def test_a_refusal_that_says_perhaps_does_so_after_a_restart_too(make_stack, carriers):
    carriers.late_again = 422
    stack = make_stack(adapters=[adapter([carrier("late", carriers.url("/late"))])])
    wrong = new_id()
    first = stack.accepted(order(document=wrong))
    wait_state(stack, first["id"], "late/990019", "failed")
    wait_until(lambda: stack.metrics("hub")['hansho_hub_peer_acked_seq{peer="telecom"}'] == first["seq"], "it does not come again")
    stack.restart("telecom")
    stack.accepted(cancel(wrong))
    wait_until(lambda: ("cancel", 2) in actions(carriers, "/late"), "who has the wrong order hears its cancel")


def test_what_a_carrier_has_from_before_a_crash_is_accepted(make_stack, carriers):
    """The answer comes when the process is gone; the next one posts the same key, and is told that it is known."""
    carriers.late_s = 30
    stack = make_stack(adapters=[adapter([carrier("late", carriers.url("/late"))], attempt_timeout_ms=60000)])
    answer = stack.accepted(order())
    wait_until(lambda: carriers.of("/late"), "it is there")
    stack.kill("telecom")
    stack.start("telecom")
    assert "409" in wait_state(stack, answer["id"], "late/990019", "accepted")["detail"]


def blocked(make_stack, carriers, path="/ok"):
    """A carrier that is down, before which an order of another document waits."""
    stack = make_stack(adapters=[adapter([carrier("good", carriers.url(path))])])
    carriers.down.add(path)
    other = stack.accepted(order([detail("高齢者等避難", ["港町"])]))
    wait_until(lambda: tries(carriers, path, other, "good") >= 1, "the first is tried")
    return stack, other


def test_no_cancel_of_an_order_that_never_left(make_stack, carriers):
    stack, other = blocked(make_stack, carriers)
    wrong = new_id()
    first = stack.accepted(order(document=wrong))
    end = stack.accepted(cancel(wrong))
    wait_state(stack, first["id"], "good/990019", "expired")
    assert tries(carriers, "/ok", first, "good") == 0
    carriers.down.clear()
    wait_state(stack, other["id"], "good/990019", "accepted")
    assert NEVER in wait_state(stack, end["id"], "good/990019", "filtered")["detail"]
    assert actions(carriers) == [("issue", 1)], "nobody got what the cancel takes back"


def test_a_lift_goes_after_an_update_that_is_under_way_before_it(make_stack, carriers):
    """The order never left; the update in its place is about to be taken when the lift comes."""
    stack, _ = blocked(make_stack, carriers, "/slow")
    document, both = new_id(), ["北町一丁目", "南町"]
    first = stack.accepted(order(document=document))
    update = stack.accepted(order([detail("避難指示", both)], document=document, revision=2))
    wait_state(stack, first["id"], "good/990019", "expired")
    carriers.down.clear()
    wait_until(lambda: tries(carriers, "/slow", update, "good") == 1, "the update is under way")
    lift = stack.accepted(order([detail("避難指示", both, "解除")], document=document, revision=3))
    wait_state(stack, update["id"], "good/990019", "accepted")
    wait_state(stack, lift["id"], "good/990019", "accepted")
    assert actions(carriers, "/slow")[1:] == [("update", 2), ("lift", 3)]


def test_the_cancel_of_a_lift_tells_who_never_got_the_order(make_stack, carriers):
    """The order never left, nor did its lift: with the lift taken back it is in force, and nobody knows of it."""
    stack, other = blocked(make_stack, carriers)
    document = new_id()
    first = stack.accepted(order(document=document))
    lift = stack.accepted(order(LIFT, document=document, revision=2))
    wait_state(stack, first["id"], "good/990019", "expired")
    end = stack.accepted(order(LIFT, document=document, revision=3, kind="Cancel", errata="解除は誤り"))
    wait_state(stack, lift["id"], "good/990019", "expired")
    carriers.down.clear()
    wait_state(stack, end["id"], "good/990019", "accepted")
    assert "再び発令中：警戒レベル4「避難指示」 北町一丁目" in carriers.of("/ok")[-1][2]["body"]


@pytest.mark.parametrize("path", ["/slow", "/hang"])
def test_an_order_that_was_lifted_meanwhile_does_not_ring(make_stack, carriers, path):
    """Its first attempt is under way when the lift comes, and fails, or gets no answer."""
    stack = make_stack(adapters=[adapter([carrier("slow", carriers.url(path))])])
    carriers.slow_s = 0.8
    carriers.down.add("/slow")
    document = new_id()
    first = stack.accepted(order(document=document))
    wait_until(lambda: tries(carriers, path, first, "slow") == 1, "the order is under way")
    lift = stack.accepted(order(LIFT, document=document, revision=2))
    assert "replaced by revision 2" in wait_state(stack, first["id"], "slow/990019", "expired")["detail"]
    carriers.down.clear()
    wait_until(lambda: tries(carriers, path, lift, "slow") >= 1, "the lift goes out: the order may have been taken")
    time.sleep(1.5)
    assert tries(carriers, path, first, "slow") == 1, "what is lifted does not ring"
    assert path == "/hang" or actions(carriers, path) == [("lift", 2)]
