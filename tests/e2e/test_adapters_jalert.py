"""Announcements from a municipality's order to the controller of the loudspeakers and the plan files."""

import json
import os
import time


from conftest import START_S, wait_until
from controller import controller, folder  # noqa: F401 (fixtures)
from documents import area, detail, jst, new_id, order


def adapter(folder, url="", **config):
    return {"program": "hansho-jalert", "name": "jalert", "config": {
        "plan_dir": folder, "controller_url": url, "retry_first_ms": 50, "retry_max_ms": 200,
        "attempt_timeout_ms": 500, "heartbeat_ms": 500, "stop_grace_ms": 300, **config}}


def wait_state(stack, submission, outlet, state, timeout_s=START_S):
    def check():
        rows = stack.status(submission).json()["receipts"]
        return next((r for r in rows if r["adapter"] == "jalert" and r["outlet"] == outlet and
                     r["state"] == state), None)
    return wait_until(check, f"{outlet} is {state}", timeout_s)


def plan_files(folder):
    return sorted(name for name in os.listdir(folder) if name.endswith(".json"))


def named(name, kana):
    return (f"<ev:Detail><ev:Sort>避難指示</ev:Sort><ev:IssueOrLift>発令</ev:IssueOrLift>"
            f"<ev:Areas>{area(name, at=jst(), kana=kana)}</ev:Areas></ev:Detail>")


def test_drill_is_planned_written_and_played(make_stack, folder, controller):
    stack = make_stack(adapters=[adapter(folder, controller.url)])
    answer = stack.accepted(order([named("港町", "みなとまち")]))
    wait_state(stack, answer["id"], "controller", "accepted")
    wait_state(stack, answer["id"], "plan_dir", "accepted")
    request = controller.plays()[0]
    assert request["id"].startswith("drill-") and request["id"].endswith(f"-{answer['seq']}")
    assert plan_files(folder) == [request["id"] + ".json"]
    with open(os.path.join(folder, request["id"] + ".json"), encoding="utf-8") as file:
        assert json.load(file) == request["plan"]
    assert not [name for name in os.listdir(folder) if name.endswith(".tmp")]

    plan = request["plan"]
    assert (plan["lane"], plan["mode"], plan["action"]) == ("drill", "drill", "issue")
    assert plan["volume"] == 50
    assert plan["notice"]["seq"] == answer["seq"] and plan["notice"]["epoch"] == answer["epoch"]
    announcement = plan["announcements"][0]
    assert announcement["area"] == {"code": "990019", "name": "架空市", "kana": "かくうし"}
    assert announcement["text"].startswith("【訓練】") and announcement["text"].endswith("【訓練】")
    speech = [s for s in announcement["segments"] if s["kind"] == "speech"]
    assert all(s["text"].startswith("訓練") for s in speech)
    assert speech[-1]["text"].endswith("これは、訓練です。")
    assert any("みなとまち" in s["reading"] for s in speech)
    assert not any("港町" in s["reading"] for s in speech)
    tones = [s for s in announcement["segments"] if s["kind"] == "tone"]
    assert max(s["on_ms"] for s in tones) <= 1000, "a drill sounds no siren"

    controller.answer(request["id"], "started")
    controller.answer(request["id"], "finished")
    played = wait_state(stack, answer["id"], "controller", "displayed")
    assert played["detail"].startswith("played")


def test_live_order_sounds_the_siren(make_stack, folder, controller):
    stack = make_stack(mode="live", adapters=[adapter(folder, controller.url)])
    answer = stack.accepted(order(status="Actual"))
    wait_state(stack, answer["id"], "controller", "accepted")
    plan = controller.plays()[0]["plan"]
    segments = plan["announcements"][0]["segments"]
    assert [(s["kind"], s["at_ms"], s["on_ms"]) for s in segments[:4]] == [
        ("tone", 0, 60000), ("silence", 60000, 5000), ("tone", 65000, 60000),
        ("silence", 125000, 5000)]
    speech = [s["text"] for s in segments if s["kind"] == "speech"]
    assert speech[0] == speech[1] == "緊急放送、緊急放送、警戒レベル4、避難開始。"
    assert "訓練" not in json.dumps(plan, ensure_ascii=False)
    assert plan["volume"] == 100 and plan["lane"] == "live"


def test_cancel_is_announced_too(make_stack, folder, controller):
    stack = make_stack(adapters=[adapter(folder, controller.url)])
    document = new_id()
    stack.accepted(order([detail("高齢者等避難", ["南町"])], document=document))
    stack.accepted(order([detail("避難指示", ["南町"])], document=document, revision=2))
    answer = stack.accepted(order(document=document, revision=3, kind="Cancel", errata="誤り"))
    wait_state(stack, answer["id"], "controller", "accepted")
    plan = controller.plays()[-1]["plan"]
    assert plan["action"] == "cancel"
    text = plan["announcements"][0]["text"]
    assert "取り消します" in text
    assert "南町には、警戒レベル3、高齢者等避難が、再び発令されています。" in text
    assert "南町に発令した避難指示は、誤りでした。" in text and "引き続き" not in text
    assert plan["announcements"][0]["level"] == 3, "what comes back is an order"


def test_unanswered_plan_is_repeated_until_somebody_answers(make_stack, folder, controller):
    controller.answers = ()
    stack = make_stack(adapters=[adapter(folder, controller.url)])
    answer = stack.accepted(order())
    wait_until(lambda: len(controller.plays()) >= 3, "sent again")
    assert len({r["id"] for r in controller.plays()}) == 1, "always the same item"
    controller.answers = ("accepted", "finished")
    wait_state(stack, answer["id"], "controller", "displayed")


def test_restart_repeats_only_what_nobody_took(make_stack, folder, controller):
    stack = make_stack(adapters=[adapter(folder, controller.url)])
    first = stack.accepted(order())
    wait_state(stack, first["id"], "controller", "accepted")
    stack.wait_acked()
    stack.restart("jalert")
    second = stack.accepted(order(document=new_id()))
    wait_state(stack, second["id"], "controller", "accepted")
    assert len(controller.plays()) == 2


def test_old_orders_never_sound_after_an_outage(make_stack, folder, controller):
    stack = make_stack(adapters=[adapter(folder, controller.url, max_age_ms=1500)])
    stack.stop("jalert")
    old = stack.accepted(order())
    time.sleep(2)
    stack.start("jalert")
    wait_state(stack, old["id"], "", "expired")
    time.sleep(0.3)
    assert controller.requests == [] and plan_files(folder) == []


def test_plan_files_alone_are_enough(make_stack, folder):
    stack = make_stack(adapters=[adapter(folder)])
    answer = stack.accepted(order([detail("高齢者等避難", ["南町"])]))
    row = wait_state(stack, answer["id"], "plan_dir", "accepted")
    assert plan_files(folder) == [row["detail"]]


def test_adapter_without_the_drill_switch_stays_silent(make_stack, folder, controller):
    stack = make_stack(adapters=[adapter(folder, controller.url, drill=False)], start=False)
    for name in ("hub", "gate", "feed-1"):
        stack.start(name)
    process = stack.start("jalert", wait=False)
    stack.accepted(order())
    time.sleep(1)
    assert process.running() and controller.requests == [] and plan_files(folder) == []


def test_what_was_held_stands_beside_an_end(make_stack, folder, controller):
    stack = make_stack(adapters=[adapter(folder, controller.url)])
    order_id = new_id()
    first = stack.accepted(order([detail("避難指示", ["南町"])], document=order_id))
    wait_state(stack, first["id"], "controller", "accepted")
    held = stack.accepted(order([detail("緊急退避", ["北町"])]))
    wait_state(stack, held["id"], "", "held")
    end = stack.accepted(order([detail("避難指示", ["南町"], "解除")], document=order_id, revision=2))
    wait_state(stack, end["id"], "controller", "accepted")
    assert len(controller.plays()) == 2
    text = controller.plays()[-1]["plan"]["announcements"][0]["text"]
    assert "南町の避難指示を解除しました。" in text
    assert "なお、北町の緊急退避は、引き続き発令中です。" in text, "no end sounds like all clear"
