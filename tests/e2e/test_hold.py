"""An order that waits because it may be a mistake, and its sender who finds that it is one: what he takes back does not go out."""

import threading
import time

import pytest
import requests

from conftest import wait_until
from documents import detail, new_id, order, text_token
from test_form import Browser, cancel, send
from test_gate import code_of, publish
from test_misissuance import ALL, codes, guarded, notices  # noqa: F401

HOLD_S = 3


class Waiting:
    """An order that is on its way in a thread of its own, and waits."""

    def __init__(self, stack, document, post=None):
        self.got = []
        post = post or stack.submit
        before = stack.metrics("gate")["hansho_gate_held"]
        self.thread = threading.Thread(target=lambda: self.got.append(post(document)))
        self.thread.start()
        wait_until(lambda: stack.metrics("gate")["hansho_gate_held"] > before, "it is held")

    def answer(self):
        self.thread.join(20)
        return self.got[0]


def doubtful(name, revision=1, **more):
    return order([detail("避難指示", ALL)], document=name, revision=revision, **more)


def a_cancel(name, revision=2):
    return doubtful(name, revision, kind="Cancel", errata="誤り")


def in_force(stack):
    return requests.get(stack.feed_url("/v1/state"), timeout=20).json()["in_force"]


def is_withdrawn(reply):
    assert (reply.status_code, reply.json()["code"]) == (409, "withdrawn"), reply.text
    assert "配信していません" in reply.json()["message"]["ja"] and "Nothing of it went out" in reply.json()["message"]["en"]
    finding = [row for row in reply.json()["findings"] if row["code"] == "withdrawn"]
    assert len(finding) == 1 and "次の版数" in str(finding) and "next revision" in str(finding)


@pytest.mark.parametrize("revision", [2, 1])
def test_a_cancel_takes_back_what_waits(guarded, revision):  # noqa: F811
    stack, name = guarded(hold_s=HOLD_S), new_id()
    waiting = Waiting(stack, doubtful(name))
    other = Waiting(stack, doubtful(new_id()))
    reply = stack.submit(a_cancel(name, revision))
    assert (reply.status_code, reply.json()["outcome"], reply.json()["seq"]) == (202, "withdrawn", 0), reply.text
    assert "withdrawn" in codes(reply) and "cancel_unknown" not in reply.text
    is_withdrawn(waiting.answer())
    assert other.answer().json()["outcome"] == "accepted", "another document is none of its business"
    assert len(notices(stack)) == 1 and name not in str(notices(stack)), "its time is over, and it did not go out"
    assert stack.metrics("gate")["hansho_gate_held"] == 0
    assert stack.metrics("gate")['hansho_gate_submissions_total{outcome="withdrawn"}'] == 2
    # It may be said anew, rightly, from the beginning.
    assert stack.submit(order([detail("避難指示", ["港町"])], document=name, revision=3)).json()["outcome"] == "accepted"


def test_what_stood_before_still_stands(guarded):  # noqa: F811
    """A cancel says that the message before it was wrong: of two, the one that waited. The one that went out is a warning that counts."""
    stack, name = guarded(hold_s=HOLD_S), new_id()
    stack.accepted(order([detail("避難指示", ["港町"])], document=name))
    waiting = Waiting(stack, doubtful(name, 2))
    reply = stack.submit(a_cancel(name, 3))
    assert reply.json()["outcome"] == "withdrawn" and {"withdrawn", "before_stands"} <= codes(reply), reply.text
    is_withdrawn(waiting.answer())
    time.sleep(HOLD_S)
    assert len(in_force(stack)) == 1 and len(notices(stack)) == 1
    # Once more, because that one was wrong too.
    assert stack.submit(a_cancel(name, 3)).json()["outcome"] == "accepted"
    wait_until(lambda: in_force(stack) == [], "and it is cancelled")


def test_a_cancel_that_is_wrong_takes_nothing_back(guarded):  # noqa: F811
    stack, name = guarded(hold_s=HOLD_S), new_id()
    waiting = Waiting(stack, doubtful(name))
    assert stack.submit(doubtful(name, 2, kind="Cancel")).status_code == 422, "no reason given"
    assert stack.post("/v1/validate", a_cancel(name)).status_code == 200, "nothing was sent"
    assert waiting.answer().json()["outcome"] == "accepted"


def test_a_newer_revision_replaces_what_waits(guarded):  # noqa: F811
    stack, name = guarded(hold_s=HOLD_S), new_id()
    first = Waiting(stack, doubtful(name))
    reply = stack.submit(order([detail("緊急安全確保", ["港町"])], document=name, revision=2))
    assert reply.json()["outcome"] == "accepted" and "withdrawn" in codes(reply), reply.text
    is_withdrawn(first.answer())
    time.sleep(HOLD_S)
    assert [row["notice"]["document"]["revision"] for row in notices(stack)] == [2]


def test_a_newer_revision_that_is_doubtful_too_waits_itself(guarded):  # noqa: F811
    stack, name = guarded(hold_s=HOLD_S), new_id()
    first = Waiting(stack, doubtful(name))
    reply = stack.submit(doubtful(name, 2))
    is_withdrawn(first.answer())
    assert reply.json()["outcome"] == "accepted" and {"held", "withdrawn"} <= codes(reply), reply.text
    assert [row["notice"]["document"]["revision"] for row in notices(stack)] == [2]


def test_what_is_not_taken_replaces_nothing(guarded):  # noqa: F811
    """A warning is not lost for one that did not come through: here an older one, and the same again."""
    stack, name = guarded(hold_s=HOLD_S), new_id()
    stack.accepted(order([detail("避難指示", ["港町"])], document=name, revision=2))
    waiting = Waiting(stack, doubtful(name, 3))
    assert stack.submit(order([detail("高齢者等避難", ["港町"])], document=name, revision=1)).json()["outcome"] == "stale"
    again = stack.submit(doubtful(name, 3))
    assert waiting.answer().json()["outcome"] == "accepted" and again.json()["outcome"] == "duplicate"
    assert [row["notice"]["document"]["revision"] for row in notices(stack)] == [2, 3]


def test_over_soap(guarded):  # noqa: F811
    stack, name = guarded(hold_s=HOLD_S), new_id()

    def post(document):
        row = stack.principal()
        return publish(stack, document, text_token(row["username"], row["password"]))
    waiting = Waiting(stack, doubtful(name), post)
    reply = post(a_cancel(name))
    assert code_of(reply) == 0 and "withdrawn" in reply.text and "取り下げました" in reply.text, reply.text
    answer = waiting.answer()
    assert code_of(answer) != 0 and "withdrawn" in answer.text and "配信していません" in answer.text, answer.text
    time.sleep(0.5)
    assert notices(stack) == []


def test_by_the_form(guarded):  # noqa: F811
    """Who sees the order of before on the form, and takes all of it back."""
    stack, name = guarded(hold_s=HOLD_S), new_id()
    stack.accepted(order([detail("避難指示", ["港町"])], document=name))
    waiting = Waiting(stack, doubtful(name, 2))
    page = send(cancel(Browser(stack, "kakuu")))
    assert "/receipt/" in page.reply.url, page.text
    is_withdrawn(waiting.answer())
    time.sleep(HOLD_S)
    assert in_force(stack) == []
