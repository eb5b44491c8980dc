"""Cell broadcast centres: the real adapter against the centre of hansho-sim, habits and faults included."""

import copy
import glob
import os
import re
import time

import pytest
import requests

from carriers import carrier
from centre import DRILL, IDS, Centre, centre_of
from conftest import BUSY_S, PRINCIPALS, HeldUp, free_port, wait_until
from documents import detail, jst, new_id, order
from test_adapters_telecom import receipts, wait_state
from test_alerts import telegram as reported
from test_jma import RELAYER, telegram

MARK = "【訓練】"


@pytest.fixture
def centre(tmp_path):
    made = Centre(tmp_path)
    yield made
    made.close()


def adapter(cbcs, carriers=(), **config):
    return {"program": "hansho-telecom", "name": "telecom", "config": {
        "cbcs": cbcs, "carriers": list(carriers), "retry_first_ms": 100, "retry_max_ms": 300, "heartbeat_ms": 1000,
        "stop_grace_ms": 500, **config}}


def drill(make_stack, centre, carriers=(), config=None, **more):
    return make_stack(adapters=[adapter([centre_of(centre.url, **more)], carriers, **(config or {}))])


def test_an_order_its_update_and_its_lift(make_stack, centre):
    stack = drill(make_stack, centre)
    document = new_id()
    first = stack.accepted(order([detail("避難指示", ["北町一丁目"])], document=document))
    row = wait_state(stack, first["id"], "cb/990019", "accepted")
    assert "id 4381" in row["detail"] and "no proof of broadcast" in row["detail"], row
    one = centre.wait_air(1)[0]
    assert one["text"].startswith(MARK) and one["text"].endswith(MARK)
    assert "北町一丁目" in one["text"] and "警戒レベル4「避難指示」" in one["text"]
    assert one["dcs"] == 0x48 and one["kind"] == "text" and one["rang"] and "warning_period_sec" not in one
    assert one["serial_nr"] >> 14 == 1 and one["serial_nr"] & 15 == 0

    second = stack.accepted(order([detail("避難指示", ["北町一丁目", "南町"])], document=document, revision=2))
    wait_state(stack, second["id"], "cb/990019", "accepted")
    two = centre.wait_air(2)[1]
    assert "南町" in two["text"] and two["rang"]
    assert two["serial_nr"] == one["serial_nr"] + 1, "new text: the next update number of the same code"

    third = stack.accepted(order([detail("避難指示", ["北町一丁目", "南町"], "解除")], document=document, revision=3))
    wait_state(stack, third["id"], "cb/990019", "accepted")
    three = centre.wait_air(3)[2]
    assert "解除" in three["text"] and three["message_id"] == 4381 and three["rang"]
    assert three["serial_nr"] == one["serial_nr"] + 2
    assert 880 <= three["warning_period_sec"] <= 900, "an end is told for end_period_s"
    changes = [row for row in centre.asked() if row[0] == "POST" or row[2] == 200]
    assert changes == [("POST", 4381, 201), ("DELETE", 4381, 200), ("POST", 4381, 201), ("DELETE", 4381, 200),
                       ("POST", 4381, 201)], "an update is a DELETE and a POST"


def test_a_lift_goes_off_the_air_by_itself(make_stack, centre):
    stack = drill(make_stack, centre, end_period_s=10)
    document = new_id()
    stack.accepted(order(document=document))
    centre.wait_air(1)
    lift = stack.accepted(order([detail("避難指示", ["北町一丁目"], "解除")], document=document, revision=2))
    wait_state(stack, lift["id"], "cb/990019", "accepted")
    wait_until(lambda: not centre.stands(), "nothing stands there any more")
    assert len(centre.air()) == 2


def valid_until(text, at_s):
    """The same order with an end that its sender set."""
    return text.replace("</ib:ReportDateTime>", f"</ib:ReportDateTime><ib:ValidDateTime>{jst(at_s)}</ib:ValidDateTime>")


def test_what_its_sender_ended_beforehand_goes_off_the_air(make_stack, centre):
    """The centre ends the broadcast by its period; the message under the identifier goes all the same, without ringing."""
    stack = drill(make_stack, centre)
    until = int(time.time()) + 15
    ending = stack.accepted(valid_until(order(), until))
    wait_state(stack, ending["id"], "cb/990019", "accepted")
    assert 1 <= centre.wait_air(1)[0]["warning_period_sec"] <= 15, "what is left until then"
    lasting = stack.accepted(order([detail("避難指示", ["川端"], code="990027")], source="bosai.soba.example", code="990027",
                                   name="架空第二市"), user="soba")
    wait_state(stack, lasting["id"], "cb/990027", "accepted", user="soba")
    both = centre.wait_air(2)[1]
    assert "架空市：" in both["text"] and "warning_period_sec" not in both, "of two the later end counts, and one has none"
    alone = centre.wait_air(3)[2]
    assert time.time() >= until and "架空市：" not in alone["text"] and "川端" in alone["text"]
    assert not alone["rang"] and alone["serial_nr"] == both["serial_nr"], "phones keep still"
    assert list(centre.stands()) == [4381]


def test_nothing_stands_after_the_last_end(make_stack, centre):
    stack = drill(make_stack, centre)
    until = int(time.time()) + 10
    answer = stack.accepted(valid_until(order(), until))
    wait_state(stack, answer["id"], "cb/990019", "accepted")
    assert list(centre.stands()) == [4381]
    wait_until(lambda: not centre.stands(), "it is deleted")
    assert time.time() >= until and len(centre.air()) == 1


def test_two_towns_share_the_place_of_an_identifier(make_stack, centre):
    stack = drill(make_stack, centre)
    one = new_id()
    stack.accepted(order(document=one))
    centre.wait_air(1)
    answer = stack.accepted(order([detail("避難指示", ["川端"], code="990027")], source="bosai.soba.example",
                                  code="990027", name="架空第二市"), user="soba")
    row = wait_state(stack, answer["id"], "cb/990027", "accepted", user="soba")
    assert "one text with 1 others" in row["detail"], row
    text = centre.wait_air(2)[1]["text"]
    assert text.index("川端") < text.index("架空市"), "the newest leads"
    assert "架空市：避難指示を発令" in text
    assert list(centre.stands()) == [4381]
    lift = stack.accepted(order([detail("避難指示", ["北町一丁目"], "解除")], document=one, revision=2))
    wait_state(stack, lift["id"], "cb/990019", "accepted")
    text = centre.wait_air(3)[2]["text"]
    assert "解除しました" in text and "避難指示を発令" in text, "the other one goes on"
    serials = [row["serial_nr"] for row in centre.air()]
    assert len(set(serials)) == 3, serials


def test_the_second_language_has_its_own_identifier(make_stack, centre):
    stack = drill(make_stack, centre, second_language="en")
    answer = stack.accepted(order())
    wait_state(stack, answer["id"], "cb/990019", "accepted")
    wait_state(stack, answer["id"], "cb/990019/en", "accepted")
    english = centre.air(4394)[0]["text"]
    assert english.startswith("[DRILL]") and english.endswith("[DRILL]"), english
    assert "Evacuation Order" in english and "架空市" in english and "架空県" in english and "北町一丁目" in english
    assert len(centre.air(4381)) == 1


def test_a_drill_needs_an_identifier_for_drills(make_stack, centre):
    stack = drill(make_stack, centre, ids=IDS)
    answer = stack.accepted(order())
    row = wait_state(stack, answer["id"], "cb/990019", "filtered")
    assert "identifier for drills" in row["detail"]
    assert centre.air() == [] and centre.asked("POST") == []


def test_live_identifiers_by_level(make_stack, centre):
    stack = make_stack(mode="live", adapters=[adapter([
        {**centre_of(centre.url, lane="live", ids=IDS + DRILL), "drill_url": "http://127.0.0.1:1/api/ecbe/v1"}])])
    document = new_id()
    steps = [("高齢者等避難", 4373), ("避難指示", 4371), ("緊急安全確保", 4370)]
    for revision, (term, message_id) in enumerate(steps, 1):
        answer = stack.accepted(order([detail(term, ["北町"])], document=document, revision=revision, status="Actual"))
        wait_state(stack, answer["id"], "cb/990019", "accepted")
        assert len(centre.air(message_id)) == 1
        wait_until(lambda: list(centre.stands()) == [message_id], "the lower one is gone")
    assert all("訓練" not in row["text"] for row in centre.air())
    cancel = stack.accepted(order(document=document, revision=4, kind="Cancel", errata="誤入力", status="Actual"))
    wait_state(stack, cancel["id"], "cb/990019", "accepted")
    assert "取り消します" in centre.air(4370)[-1]["text"], "as loud as what was wrong"


def test_places_outside_of_its_network_are_not_sent(make_stack, centre):
    stack = drill(make_stack, centre, areas=["990027"])
    answer = stack.accepted(order())
    row = wait_state(stack, answer["id"], "cb", "filtered")
    assert "network" in row["detail"] and centre.air() == []


def test_the_same_text_is_not_sent_again(make_stack, centre):
    stack = drill(make_stack, centre)
    document = new_id()
    details = [detail("避難指示", ["北町"], at="2026-07-02T18:57:00+09:00")]
    stack.accepted(order(details, document=document))
    centre.wait_air(1)
    again = stack.accepted(order(details, document=document, revision=2))
    row = wait_state(stack, again["id"], "cb/990019", "accepted")
    assert "stands already" in row["detail"] and len(centre.air()) == 1


# ---- faults of the centre ----

def test_nobody_is_reached_and_nobody_else_waits(make_stack, centre, carriers):
    centre.behave(peers_connected=0, block_ms=1500)
    stack = drill(make_stack, centre, [carrier("good", carriers.url("/ok"))])
    start, held = time.monotonic(), HeldUp()
    answer = stack.accepted(order())
    wait_state(stack, answer["id"], "good/990019", "accepted")
    assert time.monotonic() - start < 1.5 + held.s + BUSY_S
    row = wait_state(stack, answer["id"], "cb/990019", "held")
    assert "nobody reached" in row["detail"] and centre.air() == []
    centre.behave(peers_connected=1, answer_ms=2)
    wait_state(stack, answer["id"], "cb/990019", "accepted")
    assert len(centre.air()) == 1 and centre.air()[0]["rang"]


def test_a_peer_that_is_away_is_no_proof(make_stack, centre):
    centre.behave(peers_connected=0, peers_disconnected=1, delete_block_ms=500)
    stack = drill(make_stack, centre)
    answer = stack.accepted(order())
    row = wait_state(stack, answer["id"], "cb/990019", "accepted")
    assert "no proof of broadcast" in row["detail"] and centre.air() == []


def test_a_lost_answer_rings_once(make_stack, centre):
    centre.behave(lose_posts=1)
    stack = drill(make_stack, centre, post_timeout_ms=500)
    answer = stack.accepted(order())
    wait_state(stack, answer["id"], "cb/990019", "accepted")
    air = centre.air()
    assert [row["rang"] for row in air] == [True, False], "the same serial number: phones keep still"
    assert len({(row["message_id"], row["serial_nr"]) for row in air}) == 1


def test_a_lost_delete_is_asked_again(make_stack, centre):
    stack = drill(make_stack, centre, delete_timeout_ms=500)
    document = new_id()
    stack.accepted(order(document=document))
    centre.wait_air(1)
    centre.behave(lose_deletes=1, lost_delete_every=1)
    update = stack.accepted(order([detail("避難指示", ["南町"])], document=document, revision=2))
    wait_until(lambda: ("DELETE", 4381, 0) in centre.asked(), "one is never answered")
    centre.behave(lost_delete_every=0)
    wait_state(stack, update["id"], "cb/990019", "accepted")
    assert [row["rang"] for row in centre.air()] == [True, True]


def test_somebody_elses_message_gives_way(make_stack, centre):
    stack = drill(make_stack, centre)
    wait_until(lambda: ("DELETE", 4381, 404) in centre.asked(), "the identifiers were cleared at the start")
    page = "0041000d"
    body = {"cbe_name": "x", "repetition_period": 5, "scope": {"scope_plmn": {}}, "smscb_message": {
        "message_id": 4381, "serial_nr": {"serial_nr_encoded": 1},
        "payload": {"payload_encoded": {"dcs": 72, "pages": [page]}}}}
    assert requests.post(centre.url + "/message", json=body, timeout=10).status_code == 201
    answer = stack.accepted(order())
    wait_state(stack, answer["id"], "cb/990019", "accepted")
    assert "避難指示" in centre.stands()[4381]["text"]
    assert ("POST", 4381, 409) in centre.asked()


@pytest.mark.parametrize("status,state,word", [(503, "expired", "HTTP 503"), (401, "failed", "HTTP 401")])
def test_what_a_proxy_says(make_stack, centre, status, state, word):
    stack = drill(make_stack, centre, config={"max_age_ms": 6000})
    wait_until(lambda: ("DELETE", 4381, 404) in centre.asked(), "the identifiers were cleared at the start")
    centre.behave(refuse_status=status)
    answer = stack.accepted(order())
    row = wait_state(stack, answer["id"], "cb/990019", state)
    assert word in row["detail"], row
    centre.behave(refuse_status=0)
    time.sleep(1.5)
    assert centre.air() == [], "what did not go in its time never goes"


def test_a_cancel_of_what_never_went_is_not_told(make_stack, centre, carriers):
    stack = drill(make_stack, centre, [carrier("strict", carriers.url("/refuse")), carrier("good", carriers.url("/ok"))])
    wait_until(lambda: ("DELETE", 4381, 404) in centre.asked(), "the identifiers were cleared at the start")
    centre.behave(refuse_status=403)
    document = new_id()
    answer = stack.accepted(order(document=document))
    wait_state(stack, answer["id"], "cb/990019", "failed")
    wait_state(stack, answer["id"], "strict/990019", "failed")
    wait_state(stack, answer["id"], "good/990019", "accepted")
    centre.behave(refuse_status=0)
    cancel = stack.accepted(order(document=document, revision=2, kind="Cancel", errata="誤入力"))
    for outlet in ("cb/990019", "strict/990019"):
        row = wait_state(stack, cancel["id"], outlet, "filtered")
        assert "never got" in row["detail"]
    wait_state(stack, cancel["id"], "good/990019", "accepted")
    assert centre.air() == []


def test_a_cancel_is_told_to_who_got_an_earlier_revision_before_a_restart(make_stack, centre):
    stack = drill(make_stack, centre)
    document = new_id()
    answer = stack.accepted(order(document=document))
    wait_state(stack, answer["id"], "cb/990019", "accepted")
    stack.wait_acked()
    stack.restart("telecom")
    centre.behave(refuse_status=403)
    update = stack.accepted(order([detail("避難指示", ["南町"])], document=document, revision=2))
    wait_state(stack, update["id"], "cb/990019", "failed")
    centre.behave(refuse_status=0)
    cancel = stack.accepted(order(document=document, revision=3, kind="Cancel", errata="誤入力"))
    wait_state(stack, cancel["id"], "cb/990019", "accepted")


# ---- restarts ----

def test_a_restarted_centre_gets_what_stands_once(make_stack, centre):
    stack = drill(make_stack, centre, ensure_ms=500)
    lifted = new_id()
    stack.accepted(order([detail("高齢者等避難", ["港町"])], document=lifted))
    centre.wait_air(1)
    end = stack.accepted(order([detail("高齢者等避難", ["港町"], "解除")], document=lifted, revision=2))
    wait_state(stack, end["id"], "cb/990019", "accepted")
    answer = stack.accepted(order())
    wait_state(stack, answer["id"], "cb/990019", "accepted")
    before = centre.air()
    wait_until(lambda: ("POST", 4381, 409) in centre.asked(), "what stands is posted again, and changes nothing")
    assert centre.air() == before
    centre.behave(restart=1)
    wait_until(lambda: 4381 in centre.stands(), "it stands again")
    again = centre.air()[len(before):]
    assert len(again) == 1 and not again[0]["rang"] and again[0]["serial_nr"] == before[-1]["serial_nr"]
    time.sleep(1.2)
    assert len(centre.air()) == len(before) + 1, "once"


def test_base_stations_that_come_later_get_it(make_stack, centre):
    stack = drill(make_stack, centre, renew_ms=1000)
    answer = stack.accepted(order())
    wait_state(stack, answer["id"], "cb/990019", "accepted")
    centre.behave(peers_restart=1)
    wait_until(lambda: centre.stands().get(4381, {}).get("peers") == 1, "it is deleted and posted for them")
    assert {row["rang"] for row in centre.air()[1:]} == {False}
    assert len({row["serial_nr"] for row in centre.air()}) == 1


def test_a_lowering_stands_where_the_order_stood(make_stack, centre):
    """Also after a restart: under another identifier it would ring anew."""
    stack = make_stack(mode="live", adapters=[adapter([
        {**centre_of(centre.url, lane="live", ids=IDS + DRILL, ensure_ms=500), "drill_url": "http://127.0.0.1:1/api/ecbe/v1"}])])
    document = new_id()
    for revision, term in ((1, "緊急安全確保"), (2, "高齢者等避難")):
        answer = stack.accepted(order([detail(term, ["北町"])], document=document, revision=revision, status="Actual",
                                      errata="レベルの誤り" if revision == 2 else ""))
        wait_state(stack, answer["id"], "cb/990019", "accepted")
    assert "高齢者等避難" in centre.air(4370)[-1]["text"] and list(centre.stands()) == [4370]
    stack.kill("telecom")
    stack.start("telecom")
    seen = len(centre.asked("POST"))
    wait_until(lambda: ("POST", 4370, 409) in centre.asked("POST")[seen - 1:], "it asks whether it stands")
    time.sleep(1)
    assert list(centre.stands()) == [4370] and [row["rang"] for row in centre.air()].count(True) == 2, centre.air()


def test_a_correction_is_told_in_the_town_that_it_leaves_out(make_stack, centre):
    stack = drill(make_stack, centre)
    document, pref = new_id(), {"source": "bosai.pref.example", "code": "990001", "name": "架空県"}
    both = [detail("避難指示", ["北町"]), detail("避難指示", ["川下"], code="990027")]
    first = stack.accepted(order(both, document=document, **pref), user="pref")
    wait_state(stack, first["id"], "cb/990027", "accepted", user="pref")
    right = stack.accepted(order(both[:1], document=document, revision=2, errata="対象市の誤り", **pref), user="pref")
    wait_state(stack, right["id"], "cb/990027", "accepted", user="pref")
    assert any("対象ではない地区：川下" in row["text"] or "避難指示は訂正、対象外" in row["text"] for row in centre.air()), centre.air()


def test_a_restart_of_the_adapter_rings_nobody(make_stack, centre):
    stack = drill(make_stack, centre, ensure_ms=500)
    document, ended = new_id(), new_id()
    stack.accepted(order([detail("高齢者等避難", ["港町"])], document=ended))
    stack.accepted(order(document=document))
    update = stack.accepted(order([detail("避難指示", ["北町一丁目", "南町"])], document=document, revision=2))
    wait_state(stack, update["id"], "cb/990019", "accepted")
    stack.kill("telecom")
    stack.start("telecom")
    seen = len(centre.asked("POST"))
    wait_until(lambda: ("POST", 4381, 409) in centre.asked("POST")[seen - 1:], "it asks whether it stands")
    assert all(row["rang"] is False for row in centre.air()[3:]), centre.air()
    count = len(centre.air())
    # and when the centre was restarted too, the serial number is found again
    serial = centre.stands()[4381]["serial_nr"]
    stack.kill("telecom")
    centre.behave(restart=1)
    stack.start("telecom")
    wait_until(lambda: 4381 in centre.stands(), "it stands again")
    assert centre.stands()[4381]["serial_nr"] == serial
    assert [row["rang"] for row in centre.air()[count:]] == [False]


def test_nothing_old_rings_after_a_restart(make_stack, centre):
    """An order that came while the adapter was away and is too old now: in force, but never broadcast."""
    stack = drill(make_stack, centre, repost_age_ms=5000, ensure_ms=500, config={"max_age_ms": 5000})
    stack.stop("telecom")
    old = stack.accepted(order())
    time.sleep(5.5)
    stack.start("telecom")
    wait_state(stack, old["id"], "", "expired")
    for _ in range(2):
        time.sleep(1.5)
        assert centre.air() == []
        stack.restart("telecom")
    new = stack.accepted(order([detail("避難指示", ["南町"])], document=new_id()))
    wait_state(stack, new["id"], "cb/990019", "accepted")
    assert len(centre.air()) == 1


def test_what_is_refused_after_a_start_too_is_tried_once(make_stack, centre):
    stack, *_ = refused_update(make_stack, centre)
    centre.behave(refuse_status=403)
    seen = len(centre.asked())
    stack.start("telecom")
    wait_until(lambda: [row for row in centre.asked()[seen:] if row[1] == 4381], "it is tried")
    time.sleep(7)
    assert len([row for row in centre.asked()[seen:] if row[1] == 4381]) == 1


def refused_update(make_stack, centre, **more):
    """The order stands at the centre, which refused its update."""
    stack = drill(make_stack, centre, ensure_ms=500, **more)
    document = new_id()
    one = stack.accepted(order([detail("避難指示", ["北町"])], document=document))
    wait_state(stack, one["id"], "cb/990019", "accepted")
    centre.behave(refuse_status=403)
    wider = [detail("避難指示", ["北町", "南町"])]
    two = stack.accepted(order(wider, document=document, revision=2))
    wait_state(stack, two["id"], "cb/990019", "failed")
    time.sleep(0.5)  # the ack
    stack.stop("telecom")
    centre.behave(refuse_status=0)
    return stack, document, wider, two


def test_an_update_that_was_never_taken_does_not_pass_for_what_stands(make_stack, centre):
    """After a start it takes the place of the order that stands, once; its sender is told, and its lift is."""
    stack, document, _, two = refused_update(make_stack, centre)
    stack.start("telecom")
    row = wait_state(stack, two["id"], "cb/990019", "accepted")
    assert "after a start" in row["detail"]
    assert "南町" in centre.stands()[4381]["text"] and [one["rang"] for one in centre.air()] == [True, True]
    stack.restart("telecom")
    seen = len(centre.asked())
    wait_until(lambda: ("POST", 4381, 409) in centre.asked()[seen:], "it asks whether it stands")
    assert len(centre.air()) == 2 and all(row[0] == "POST" for row in centre.asked()[seen:] if row[1] == 4381)
    lift = stack.accepted(order([detail("避難指示", ["北町", "南町"], "解除")], document=document, revision=3))
    wait_state(stack, lift["id"], "cb/990019", "accepted")


def test_an_old_update_that_was_never_taken_leaves_what_stands_alone(make_stack, centre):
    """Its next report is sent, although it says the same."""
    stack, document, wider, two = refused_update(make_stack, centre, repost_age_ms=1500)
    time.sleep(1.5)
    stack.start("telecom")
    time.sleep(1.5)
    assert "南町" not in centre.stands()[4381]["text"] and len(centre.air()) == 1
    assert receipts(stack, two["id"])["cb/990019"]["state"] == "failed"
    again = stack.accepted(order(wider, document=document, revision=3))
    wait_state(stack, again["id"], "cb/990019", "accepted")
    assert "南町" in centre.stands()[4381]["text"] and len(centre.air()) == 2


def test_what_came_while_it_was_away_is_sent(make_stack, centre):
    """Young enough: it comes with what is in force and again by itself, and is sent once, with its receipt."""
    stack = drill(make_stack, centre, ensure_ms=500)
    document = new_id()
    stack.stop("telecom")
    first = stack.accepted(order(document=document))
    second = stack.accepted(order([detail("避難指示", ["南町"])], document=document, revision=2))
    stack.start("telecom")
    wait_state(stack, second["id"], "cb/990019", "accepted")
    assert receipts(stack, first["id"])["cb/990019"]["state"] in ("expired", "accepted")
    assert "南町" in centre.air()[-1]["text"] and sum(row["rang"] for row in centre.air()) <= 2
    seen = len(centre.air())
    time.sleep(1.2)
    assert len(centre.air()) == seen


def test_an_update_is_broadcast_after_the_hub_lost_its_history(make_stack, centre):
    """The adapter goes on; the hub begins anew, with lower seqs than the adapter remembers."""
    stack = drill(make_stack, centre)
    for _ in range(3):
        stack.accepted(order([detail("避難指示", ["南町"])], document=new_id()))
    document = new_id()
    answer = stack.accepted(order([detail("避難指示", ["北町"])], document=document))
    wait_state(stack, answer["id"], "cb/990019", "accepted")
    stack.kill("hub")
    for path in glob.glob(stack.path("journal.db") + "*"):
        os.unlink(path)
    stack.start("hub")
    again = stack.taken(order([detail("緊急安全確保", ["北町"])], document=document, revision=2))
    assert again["seq"] < answer["seq"]
    wait_state(stack, again["id"], "cb/990019", "accepted")
    assert "緊急安全確保" in centre.air()[-1]["text"]


def test_what_ended_meanwhile_goes_off_the_air(make_stack, centre):
    stack = drill(make_stack, centre, config={"max_age_ms": 5000, "max_age_end_ms": 5000})
    document = new_id()
    stack.accepted(order(document=document))
    centre.wait_air(1)
    stack.stop("telecom")
    lift = stack.accepted(order([detail("避難指示", ["北町一丁目"], "解除")], document=document, revision=2))
    time.sleep(5.5)
    stack.start("telecom")
    wait_state(stack, lift["id"], "", "expired")
    wait_until(lambda: not centre.stands(), "it is deleted, without a word")
    assert len(centre.air()) == 1


# ---- canaries ----

FAST = {"canary_ms": 800, "canary_timeout_ms": 900}


def proof(stack, outlet="cb"):
    status = requests.get(f"http://{stack.ops['telecom']}/status", timeout=20).json()
    return next(row for row in status["outlets"] if row["outlet"] == outlet)


def wait_proof(stack, state, outlet="cb"):
    def there():
        row = proof(stack, outlet)
        return row if row["proof"] == state else None
    return wait_until(there, f"{outlet} is {state}")


def test_a_canary_is_heard_by_no_phone(make_stack, centre):
    stack = drill(make_stack, centre, config=FAST)
    wait_proof(stack, "proven")
    assert centre.air() == [] and centre.stands() == {}


@pytest.mark.parametrize("fault,word", [
    ("gone", "cannot be reached"), ("path", "must end with /api/ecbe/v1"), ("proxy", "HTTP 401"),
    ("other", "is it a cell broadcast centre"), ("pages", "pages_max")])
def test_a_wrong_setting_of_a_centre_is_an_alarm(make_stack, centre, carriers, fault, word):
    urls = {"gone": f"http://127.0.0.1:{free_port()}/api/ecbe/v1", "path": centre.url.removesuffix("/v1")}
    if fault == "proxy":
        centre.behave(refuse_status=401)
    elif fault == "other":
        centre.behave(accept_all=1)
    stack = make_stack(adapters=[adapter(
        [centre_of(urls.get(fault, centre.url), **({"pages_max": 1, "second_language": "en"} if fault == "pages" else {}))],
        [carrier("good", carriers.url("/ok"))], **FAST)])
    row = wait_proof(stack, "failed")
    assert word in row["detail"], row
    wait_proof(stack, "proven", "good")
    stack.wait_output("telecom", r"adapter\.canary_alarm outlet=cb lane=drill")


def test_a_canary_of_its_own_identifier_goes_to_the_base_stations(make_stack, centre):
    stack = drill(make_stack, centre, ids=DRILL + [{"use": "canary", "id": 4398}], config=FAST)
    wait_proof(stack, "proven")
    assert {row["message_id"] for row in centre.air()} == {4398} and centre.air()[0]["text"] == ""
    centre.behave(peers_connected=0, block_ms=100)
    assert "nobody reached" in wait_proof(stack, "failed")["detail"]
    centre.behave(peers_connected=1)
    wait_proof(stack, "proven")
    assert 4398 not in centre.stands() or wait_until(lambda: 4398 not in centre.stands(), "it is deleted")


def test_with_proof_required_an_order_waits(make_stack, centre):
    centre.behave(refuse_status=503)
    stack = drill(make_stack, centre, config={**FAST, "proof_required": "always"})
    answer = stack.accepted(order())
    wait_state(stack, answer["id"], "cb/990019", "held")
    centre.behave(refuse_status=0)
    wait_state(stack, answer["id"], "cb/990019", "accepted")
    assert len(centre.air()) == 1


# ---- primary warnings ----

ALL_JAPAN = [f"{number:02d}" for number in range(1, 48)]


def relayed(make_stack, mode, cbc, carriers=(), config=None, **more):
    status = ["Actual"] if mode == "live" else ["Exercise", "Test"]
    principals = [{**row, "statuses": status[:1]} for row in PRINCIPALS] + [{**RELAYER, "statuses": status}]
    return make_stack(mode=mode, principals=principals, adapters=[adapter([cbc], carriers, **(config or {}))], **more)


def shaken(mode, serial=5, cancel=False, at=None):
    """An early warning of now: an old one would start nothing."""
    now = time.time() if at is None else at
    text = telegram("eew")
    text = text.replace("2026-07-01T09:50:00Z", time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(now)))
    text = text.replace("2026-07-01T18:50:00+09:00", time.strftime("%Y-%m-%dT%H:%M:%S+09:00", time.gmtime(now + 9 * 3600)))
    text = text.replace("<Serial>5", f"<Serial>{serial}")
    if cancel:
        text = text.replace("<InfoType>発表", "<InfoType>取消")
    return text.replace("<Status>訓練", "<Status>通常").replace("<Text>訓練</Text>", "<Text>強い揺れ</Text>").replace(
        "<Title>訓練</Title>", "<Title>緊急地震速報</Title>") if mode == "live" else text


def test_an_early_warning_is_a_primary_warning(make_stack, centre, carriers):
    cbc = centre_of(centre.url, lane="live", areas=ALL_JAPAN)
    stack = relayed(make_stack, "live", cbc, [{**carrier("good", carriers.url("/ok")), "live_endpoint": carriers.url("/ok")}])
    held, start = HeldUp(), time.monotonic()
    answer = stack.accepted(shaken("live"), "relay")
    row = wait_state(stack, answer["id"], "cb/etws", "accepted", user="relay")
    assert time.monotonic() - start < 4 + held.s, "the budget of a primary warning"
    one = centre.air(4352)[0]
    assert one["kind"] == "etws" and one["warning_type"] == 0 and one["user_alert"] and one["popup"]
    assert one["serial_nr"] >> 12 == 0x7, "scope 1, emergency user alert, popup"
    assert 55 <= one["warning_period_sec"] <= 60 and "id 4352" in row["detail"]
    assert carriers.mails == []
    stack.wait_output("telecom", r"telecom\.etws outlet=cb/etws ms=\d")
    later = stack.accepted(shaken("live", serial=6, at=time.time() + 1), "relay")
    row = wait_state(stack, later["id"], "cb/etws", "filtered", user="relay")
    assert "no graver" in row["detail"] and len(centre.air()) == 1, "an update rings nobody"
    wrong = stack.accepted(shaken("live", serial=7, cancel=True, at=time.time() + 2), "relay")
    wait_state(stack, wrong["id"], "cb/etws", "accepted", user="relay")
    end = centre.air(4352)[1]
    assert end["kind"] == "text" and "緊急地震速報は取り消されました" in end["text"] and end["rang"], "as loud as it was"
    assert list(centre.stands()) == [4352]


def two_routes(make_stack, centre):
    """Two routes that name one earthquake differently: what each sends."""
    relayers = [{**RELAYER, "statuses": ["Actual"]},
                {**copy.deepcopy(RELAYER), "id": "bridge", "username": "bridge", "password": "test-bridge", "token": "test-token-bridge",
                 "source": "bridge.example", "statuses": ["Actual"]}]
    stack = make_stack(mode="live", principals=[{**row, "statuses": ["Actual"]} for row in PRINCIPALS] + relayers, adapters=[
        adapter([centre_of(centre.url, lane="live", areas=ALL_JAPAN)])])
    return stack, {"relay": lambda **more: shaken("live", **more),
                   "bridge": lambda **more: re.sub("<EventID>[^<]*", "<EventID>J-1", shaken("live", **more))}


@pytest.mark.parametrize("restarts", ["", "hub", "telecom"])
@pytest.mark.parametrize("cancels", [["relay"], ["bridge"], ["relay", "bridge"], ["bridge", "relay"]])
@pytest.mark.parametrize("first", ["relay", "bridge"])
def test_the_cancel_of_either_route_ends_a_primary_warning_once(make_stack, centre, first, cancels, restarts):
    """The one that comes first is sent."""
    stack, routes = two_routes(make_stack, centre)

    def named(route, **more):
        return routes[route](**more)
    told = stack.accepted(named(first), first)
    wait_state(stack, told["id"], "cb/etws", "accepted", user=first)
    second = next(route for route in ("relay", "bridge") if route != first)
    other = stack.accepted(named(second), second)
    assert "same_event" in [row["code"] for row in other["warnings"]]
    wait_state(stack, other["id"], "", "filtered", user=second)
    for count, route in enumerate(cancels):
        text = named(route, serial=7, cancel=True, at=time.time() + 2)
        if restarts == "hub" or (restarts and count == 0):
            stack.wait_acked()
            stack.restart(restarts)
            wait_until(lambda text=text, route=route: stack.submit(text, route).status_code in (200, 202), "the hub is back")
        cancel = stack.submit(text, route).json()
        wait_state(stack, cancel["id"], "cb/etws", "filtered" if count else "accepted", user=route)
    air = centre.air(4352)
    assert [one["kind"] for one in air] == ["etws", "text"] and "取り消されました" in air[1]["text"] and air[1]["rang"]


def restarted(stack, names, answer):
    for name in names:
        stack.restart(name)
        wait_until(lambda: "receipts" in stack.status(answer["id"], "relay").json(), "the hub is back")


@pytest.fixture
def other(tmp_path):
    (tmp_path / "other").mkdir()
    made = Centre(tmp_path / "other", refuse_status=503)
    yield made
    made.close()


def taken_by_one(make_stack, centre, other):
    """A warning that one centre took, and not the other."""
    rows = [centre_of(one.url, name, lane="live", areas=list(ALL_JAPAN), ids=[dict(one_id) for one_id in IDS],
                      etws_deadline_ms=1000)
            for one, name in ((centre, "cb"), (other, "never"))]
    stack = make_stack(mode="live", principals=[{**row, "statuses": ["Actual"]} for row in PRINCIPALS] + [
        {**RELAYER, "statuses": ["Actual"]}], adapters=[adapter(rows)])
    first = stack.accepted(shaken("live"), "relay")
    wait_state(stack, first["id"], "cb/etws", "accepted", user="relay")
    wait_state(stack, first["id"], "never/etws", "expired", user="relay")
    other.behave(refuse_status=0)
    stack.wait_acked()
    return stack, first


@pytest.mark.parametrize("restarts", [["telecom"], ["hub", "telecom"]])
def test_a_primary_warning_is_known_after_a_restart(make_stack, centre, other, restarts):
    """Its update rings where it was not had and nowhere else; its cancel goes to both."""
    stack, first = taken_by_one(make_stack, centre, other)
    restarted(stack, restarts, first)
    later = stack.accepted(shaken("live", serial=6, at=time.time() + 1), "relay")
    assert "no graver" in wait_state(stack, later["id"], "cb/etws", "filtered", user="relay")["detail"]
    wait_state(stack, later["id"], "never/etws", "accepted", user="relay")
    stack.wait_acked()
    restarted(stack, restarts, first)
    wrong = stack.accepted(shaken("live", serial=7, cancel=True, at=time.time() + 2), "relay")
    for outlet, one in (("cb/etws", centre), ("never/etws", other)):
        wait_state(stack, wrong["id"], outlet, "accepted", user="relay")
        assert [(row["kind"], row["rang"]) for row in one.air(4352)] == [("etws", True), ("text", True)]
        assert "緊急地震速報は取り消されました" in one.air(4352)[1]["text"]


def test_a_cancel_that_comes_while_it_is_away_goes_to_who_was_warned(make_stack, centre, other):
    stack, _ = taken_by_one(make_stack, centre, other)
    stack.stop("telecom")
    wrong = stack.accepted(shaken("live", serial=7, cancel=True, at=time.time() + 2), "relay")
    stack.start("telecom")
    wait_state(stack, wrong["id"], "cb/etws", "accepted", user="relay")
    wait_state(stack, wrong["id"], "never/etws", "filtered", user="relay")
    assert [row["kind"] for row in centre.air(4352)] == ["etws", "text"] and other.air() == []


def test_a_restart_between_two_cancels_ends_a_primary_warning_once(make_stack, centre):
    stack, routes = two_routes(make_stack, centre)
    told = stack.accepted(routes["relay"](), "relay")
    wait_state(stack, told["id"], "cb/etws", "accepted", user="relay")
    other = stack.accepted(routes["bridge"](), "bridge")
    wait_state(stack, other["id"], "", "filtered", user="bridge")
    for count, route in enumerate(routes):
        cancel = stack.accepted(routes[route](serial=7, cancel=True, at=time.time() + 2), route)
        wait_state(stack, cancel["id"], "cb/etws", "filtered" if count else "accepted", user=route)
        stack.wait_acked()
        stack.restart("telecom")
    air = centre.air(4352)
    assert [one["kind"] for one in air] == ["etws", "text"]


def test_a_warning_that_came_while_it_was_away_rings(make_stack, centre):
    """It is in force, and nobody was told of it."""
    stack = relayed(make_stack, "drill", centre_of(centre.url, areas=ALL_JAPAN))
    stack.stop("telecom")
    answer = stack.accepted(telegram("tsunami"), "relay")
    stack.start("telecom")
    wait_state(stack, answer["id"], "cb/etws", "accepted", user="relay")
    assert [row["kind"] for row in centre.air()] == ["etws"]
    stack.wait_acked()
    stack.restart("telecom")
    time.sleep(1)
    assert len(centre.air()) == 1, "and once only"


def tsunami_report(serial, at, **more):
    return reported("tsunami", "20260701185010", at=at, serial=serial, **more)


def refused_tsunami(make_stack, centre, restarts):
    """The centre refused the warning for good, and takes again now. Returns when it was."""
    stack = relayed(make_stack, "drill", centre_of(centre.url, areas=ALL_JAPAN))
    wait_until(lambda: ("DELETE", 4355, 404) in centre.asked(), "the identifiers were cleared at the start")
    centre.behave(refuse_status=403)
    now = time.time()
    first = stack.accepted(tsunami_report(1, now - 2), "relay")
    wait_state(stack, first["id"], "cb/etws", "failed", user="relay")
    centre.behave(refuse_status=0)
    stack.wait_acked()
    restarted(stack, restarts, first)
    return stack, now


@pytest.mark.parametrize("restarts", [[], ["telecom"], ["hub", "telecom"]])
def test_who_refused_a_warning_gets_its_next_report(make_stack, centre, restarts):
    stack, now = refused_tsunami(make_stack, centre, restarts)
    again = stack.accepted(tsunami_report(2, now), "relay")
    wait_state(stack, again["id"], "cb/etws", "accepted", user="relay")
    later = stack.accepted(tsunami_report(3, now + 1), "relay")
    wait_state(stack, later["id"], "cb/etws", "filtered", user="relay")
    assert [one["kind"] for one in centre.air()] == ["etws"]


def test_a_warning_of_longer_ago_than_the_past_rings_once(make_stack, centre):
    """Its newest report was left out, because the first one rang: what is in force was taken by nobody, and was heard."""
    stack = relayed(make_stack, "drill", centre_of(centre.url, areas=ALL_JAPAN), hub={"past_ms": 1000})
    now = time.time()
    first = stack.accepted(tsunami_report(1, now - 3), "relay")
    wait_state(stack, first["id"], "cb/etws", "accepted", user="relay")
    time.sleep(1.2)
    again = stack.accepted(tsunami_report(2, now), "relay")
    wait_state(stack, again["id"], "cb/etws", "filtered", user="relay")
    stack.wait_acked()
    stack.restart("telecom")
    later = stack.accepted(tsunami_report(3, now + 2), "relay")
    wait_state(stack, later["id"], "cb/etws", "filtered", user="relay")
    assert [one["kind"] for one in centre.air()] == ["etws"]


def raised(serial, at, graver=True):
    """A tsunami warning, or a major one."""
    text = tsunami_report(serial, at)
    return text if graver else text.replace("大津波警報：発表</Name><Code>53", "津波警報</Name><Code>51")


@pytest.mark.parametrize("restarts", [[], ["telecom"]])
@pytest.mark.parametrize("apart_s", [1, 16])
def test_a_warning_that_became_graver_rings_again(make_stack, centre, restarts, apart_s):
    """Also where the moments of both give the same update number by themselves."""
    stack = relayed(make_stack, "drill", centre_of(centre.url, areas=ALL_JAPAN))
    now = time.time()
    first = stack.accepted(raised(1, now - 20, graver=False), "relay")
    wait_state(stack, first["id"], "cb/etws", "accepted", user="relay")
    time.sleep(0.5)  # the ack
    restarted(stack, restarts, first)
    graver = stack.accepted(raised(2, now - 20 + apart_s), "relay")
    row = wait_state(stack, graver["id"], "cb/etws", "accepted", user="relay")
    assert "stands already" not in row["detail"]
    assert [(one["kind"], one["rang"]) for one in centre.air()] == [("etws", True)] * 2


@pytest.mark.parametrize("restarts", [["telecom"], ["hub", "telecom"]])
def test_an_update_that_the_centre_never_took_of_a_warning_older_than_the_past(make_stack, centre, restarts):
    """It warned of less, longer ago than past_ms; that it became graver was refused: its next report rings, and what was told does not."""
    stack = relayed(make_stack, "drill", centre_of(centre.url, areas=ALL_JAPAN), hub={"past_ms": 1000})
    now = time.time()
    first = stack.accepted(raised(1, now - 4, graver=False), "relay")
    wait_state(stack, first["id"], "cb/etws", "accepted", user="relay")
    time.sleep(1.2)
    centre.behave(refuse_status=403)
    graver = stack.accepted(raised(2, now - 3), "relay")
    wait_state(stack, graver["id"], "cb/etws", "failed", user="relay")
    centre.behave(refuse_status=0)
    time.sleep(0.5)  # the ack
    restarted(stack, restarts, first)
    less = stack.accepted(raised(3, now - 2, graver=False), "relay")
    wait_state(stack, less["id"], "cb/etws", "filtered", user="relay")
    again = stack.accepted(raised(4, now - 1), "relay")
    wait_state(stack, again["id"], "cb/etws", "accepted", user="relay")
    later = stack.accepted(raised(5, now), "relay")
    wait_state(stack, later["id"], "cb/etws", "filtered", user="relay")
    assert [(one["kind"], one["rang"]) for one in centre.air()] == [("etws", True)] * 2


def came_too_late(make_stack, centre, serial):
    """In force, and older than it may be when the adapter gets it; the hub tells nothing of before. Returns when it was."""
    stack = relayed(make_stack, "drill", centre_of(centre.url, areas=ALL_JAPAN), hub={"past_ms": 0}, config={"max_age_ms": 1000})
    stack.stop("telecom")
    now = time.time()
    old = stack.accepted(tsunami_report(serial, now - 3), "relay")
    time.sleep(1.5)
    stack.start("telecom")
    wait_state(stack, old["id"], "", "expired", user="relay")
    return stack, now


@pytest.mark.parametrize("serial", [1, 2])
def test_a_warning_that_is_too_old_when_it_comes_silences_no_report(make_stack, centre, serial):
    stack, now = came_too_late(make_stack, centre, serial)
    again = stack.accepted(tsunami_report(3, now), "relay")
    wait_state(stack, again["id"], "cb/etws", "accepted", user="relay")
    assert [(one["kind"], one["rang"]) for one in centre.air()] == [("etws", True)]


@pytest.mark.parametrize("serial,state", [(1, "filtered"), (2, "accepted")])
def test_the_end_of_an_update_that_was_too_old_is_told(make_stack, centre, serial, state):
    """What went before it may have been broadcast; before a first report nothing was."""
    stack, now = came_too_late(make_stack, centre, serial)
    wrong = stack.accepted(tsunami_report(3, now, infotype="取消"), "relay")
    wait_state(stack, wrong["id"], "cb/etws", state, user="relay")


def test_who_refused_a_warning_gets_no_end_of_it_after_a_restart(make_stack, centre):
    stack, now = refused_tsunami(make_stack, centre, ["telecom"])
    wrong = stack.accepted(tsunami_report(2, now, infotype="取消"), "relay")
    wait_state(stack, wrong["id"], "cb/etws", "filtered", user="relay")
    assert centre.air() == []


def test_an_early_warning_that_never_went_out_rings_with_its_next_report(make_stack, centre):
    stack = relayed(make_stack, "live", centre_of(centre.url, lane="live", areas=ALL_JAPAN, etws_deadline_ms=1000))
    wait_until(lambda: ("DELETE", 4352, 404) in centre.asked(), "the identifiers were cleared at the start")
    centre.behave(refuse_status=503)
    first = stack.accepted(shaken("live"), "relay")
    wait_state(stack, first["id"], "cb/etws", "expired", user="relay")
    centre.behave(refuse_status=0)
    later = stack.accepted(shaken("live", serial=6, at=time.time() + 1), "relay")
    wait_state(stack, later["id"], "cb/etws", "accepted", user="relay")
    assert [one["kind"] for one in centre.air(4352)] == ["etws"]


def test_a_tsunami_warning_is_a_primary_warning(make_stack, centre):
    stack = relayed(make_stack, "drill", centre_of(centre.url, areas=ALL_JAPAN))
    answer = stack.accepted(telegram("tsunami"), "relay")
    wait_state(stack, answer["id"], "cb/etws", "accepted", user="relay")
    one = centre.air()[0]
    assert (one["message_id"], one["kind"], one["warning_type"]) == (4355, "etws", 3), "a drill is a test to phones"


def test_a_warning_elsewhere_or_without_identifier_is_not_sent(make_stack, centre):
    stack = relayed(make_stack, "drill", centre_of(centre.url, areas=["01"]))
    answer = stack.accepted(telegram("tsunami"), "relay")
    assert "network" in wait_state(stack, answer["id"], "cb/etws", "filtered", user="relay")["detail"]
    other = relayed(make_stack, "drill", centre_of(centre.url, areas=ALL_JAPAN, ids=DRILL[:1]))
    answer = other.accepted(telegram("tsunami"), "relay")
    assert "no identifier" in wait_state(other, answer["id"], "cb/etws", "filtered", user="relay")["detail"]
    assert centre.air() == []


def test_a_slow_text_delays_no_primary_warning(make_stack, centre):
    """The text's POST hangs; the primary warning goes beside it."""
    cbc = centre_of(centre.url, areas=ALL_JAPAN + ["99"], post_timeout_ms=15000)
    stack = relayed(make_stack, "drill", cbc)
    wait_until(lambda: ("DELETE", 4381, 404) in centre.asked(), "the identifiers were cleared at the start")
    centre.behave(answer_ms=8000)
    stack.accepted(order())
    wait_until(lambda: centre.asked("POST"), "the text is on its way")
    centre.behave(answer_ms=2)
    held, start = HeldUp(), time.monotonic()
    answer = stack.accepted(telegram("tsunami"), "relay")
    wait_state(stack, answer["id"], "cb/etws", "accepted", user="relay")
    assert time.monotonic() - start < 4 + held.s


# ---- preview ----

def test_a_preview_sends_nothing(make_stack, centre, carriers):
    port = free_port()
    stack = drill(make_stack, centre, [carrier("one", carriers.url("/ok")), carrier("narrow", carriers.url("/two"), title_max=12,
                                                                                     body_max=60),
                                       carrier("strict", carriers.url("/ok"), forbid_characters="町")],
                  {"preview_listen": f"127.0.0.1:{port}"})
    stack.stop("telecom")
    answer = stack.accepted(order([detail("避難指示", [f"第{n}町" for n in range(40)])]))
    notice = stack.notice(answer["seq"])["notice"]
    stack.start("telecom")
    wait_state(stack, answer["id"], "cb/990019", "accepted")
    air, mails = len(centre.air()), len(carriers.mails)
    reply = requests.post(f"http://127.0.0.1:{port}/v1/preview", json=notice, timeout=10)
    assert reply.status_code == 200, reply.text
    rows = {row["outlet"]: row for row in reply.json()["outlets"]}
    assert set(rows) == {"one/990019", "narrow/990019", "strict/990019", "cb/990019"}
    sent = {mail[2]["carrier"]: mail[2] for mail in carriers.mails}
    for name in ("one", "narrow"):
        row = rows[f"{name}/990019"]
        assert (row["verdict"], row["title"], row["body"]) == ("send", sent[name]["title"], sent[name]["body"])
        assert row["body_chars"] == len(row["body"])
    assert rows["narrow/990019"]["body_chars"] <= 60 and rows["narrow/990019"]["names_left_out"] > 30
    assert rows["strict/990019"]["verdict"] == "refused" and "「町」" in rows["strict/990019"]["why"]
    row = rows["cb/990019"]
    assert row["message_id"] == 4381 and row["body"] == centre.air()[-1]["text"] and row["pages"] == centre.air()[-1]["pages"]
    assert (len(centre.air()), len(carriers.mails)) == (air, mails)
    for body, status in ((b"{", 400), (b'{"kind":[]}', 400), (b'{"mode":"drill","kind":"evacuation","evacuation":{}}', 422)):
        assert requests.post(f"http://127.0.0.1:{port}/v1/preview", data=body, timeout=10).status_code == status, body
    assert requests.post(f"http://127.0.0.1:{port}/v1/preview", json={**notice, "mode": "test"}, timeout=10).status_code == 409
