"""The kinds of misissuance that happened (M1 … M14), each with the guard that would have stopped it, on the real
processes.
"""

import datetime
import json
import os
import re
import shutil
import subprocess
import time

import pytest
import requests
import yaml

import categories
import test_cap
import test_jma
from alarms import SENDERS, alarms, answer, rain, tsunami
from categories import document
from conftest import BIN, BUSY_S, Process, wait_until
from documents import detail, jst, new_id, order
from outlets import lane_principals
from test_faults import findings_of
from test_form import Browser

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
REGISTER = {"districts": [
    {"code": "990019", "name": name, "households": households, "people": 2 * households, "rivers": rivers}
    for name, households, rivers in (
        ("北町一丁目", 100, ["架空川"]), ("北町二丁目", 100, ["架空川"]), ("港町", 50, ["仮想川"]),
        ("山手", 40, []), ("中央", 300, ["架空川", "仮想川"]))]}
ALL = [row["name"] for row in REGISTER["districts"]]


@pytest.fixture
def lanes(make_stack, keep):
    live = make_stack(mode="live", principals=lane_principals("Actual", "live"))
    drill = make_stack(principals=lane_principals("Exercise", "drill"))
    return live, drill, keep(live), keep(drill)


@pytest.fixture
def guarded(make_stack, tmp_path):
    """Factory: a drill stack whose gate knows the districts of 架空市."""
    path = tmp_path / "register.yaml"
    path.write_text(yaml.safe_dump(REGISTER, allow_unicode=True), encoding="utf-8")

    def make(**gate):
        return make_stack(gate={"register": str(path), **gate})
    return make


def codes(reply):
    return {row["code"] for row in reply.json()["warnings"]}


def notices(stack, after=0):
    return requests.get(stack.feed_url(f"/v1/notices?after={after}"), timeout=20).json()["notices"]


def test_m1_the_mode_is_that_of_the_credential(lanes, outlets):
    live, drill, live_book, drill_book = lanes
    for stack, allowed in ((live, "Actual"), (drill, "Exercise")):
        for envelope in ("Actual", "Exercise", "Test", "System"):
            for control in ("Actual", "Exercise"):
                reply = stack.submit(order(status=envelope, control=control))
                good = envelope == control == allowed
                assert (reply.status_code == 202) == good, (stack.mode, envelope, control, reply.text)
                if not good:
                    assert reply.json()["code"] == "mode_mismatch"
    live_book.good()
    drill_book.good()
    assert {frame["notice"]["mode"] for frame in live_book.witness.frames} == {"live"}
    assert {frame["notice"]["mode"] for frame in drill_book.witness.frames} == {"drill"}


def test_m2_a_drill_account_can_do_nothing_live(lanes):
    live, drill, live_book, _ = lanes
    basic = drill.auth()
    bearer = {"Authorization": "Bearer " + drill.principal()["token"], "Content-Type": "application/xml"}
    body = order(status="Actual").encode("utf-8")
    for path in ("/v1/submissions", "/v1/validate", "/v1/submissions?confirm=1"):
        assert requests.post(live.gate_url + path, data=body, auth=basic, timeout=20).status_code == 401
        assert requests.post(live.gate_url + path, data=body, headers=bearer, timeout=20).status_code == 401
    known = live_book.good()["id"]
    assert requests.get(f"{live.gate_url}/v1/submissions/{known}", auth=basic, timeout=20).status_code == 401
    page = requests.post(live.gate_url + "/sign-in", timeout=20, data={
        "username": basic[0], "password": basic[1]}, allow_redirects=False)
    assert page.status_code != 303 or "/receipt" not in page.headers.get("location", "")
    assert "hs_session" not in page.headers.get("set-cookie", "")
    assert live.metrics("gate")["hansho_gate_auth_failures_total"] >= 7, "each try is counted"
    assert live_book.witness.seqs == [1], "nothing of it went out"


def test_m3_a_drill_leaves_no_adapter_that_did_not_opt_in(make_stack, outlets):
    for adapter in outlets.adapters:
        adapter["config"]["drill"] = False
    stack = make_stack(adapters=outlets.adapters, start=False)
    for name in ("hub", "gate", "feed-1"):
        stack.start(name, wait=name != "hub")
    for name in outlets.names:
        stack.start(name, wait=False)  # without a lane it is never ready
    answer = stack.accepted(order())
    time.sleep(1)  # it would be out long since
    assert outlets.all() == {"aired": [], "mailed": [], "planned": [], "played": []}
    rows = stack.status(answer["id"]).json()["receipts"]
    assert not [row for row in rows if row["state"] in ("accepted", "displayed")], rows


def test_m4_a_doubtful_order_waits_and_goes_out_unchanged(guarded):
    stack = guarded(hold_s=1)
    document = order([detail("避難指示", ALL)])
    reply = stack.submit(document)
    assert reply.json()["outcome"] == "accepted"
    assert {"areas_all", "held"} <= codes(reply)
    notice = stack.notice(reply.json()["seq"])["notice"]
    assert [p["area"]["name"] for p in notice["evacuation"]["details"][0]["areas"]] == ALL
    assert {"areas_all", "held"} <= set(notice["flags"])
    stack.wait_output("gate", r"gate\.held.*principal=kakuu-city.*reason=areas_all")
    stack.wait_output("gate", r"gate\.released.*reason=ran_out")
    # confirmed, level 5, a lift: none of them waits
    confirmed = stack.post("/v1/submissions?confirm=1", order([detail("避難指示", ALL)]))
    assert "areas_all" in codes(confirmed) and "held" not in codes(confirmed)
    five = stack.submit(order([detail("緊急安全確保", ALL)]))
    assert "areas_all" in codes(five) and "held" not in codes(five)
    lift = stack.submit(order([detail("避難指示", ALL, "解除")]))
    assert not {"areas_all", "held"} & codes(lift)


def test_m4_a_gate_that_stops_sends_what_it_holds(guarded):
    stack = guarded(hold_s=30)
    session = requests.Session()
    import threading
    got = []
    thread = threading.Thread(target=lambda: got.append(stack.submit(order([detail("避難指示", ALL)]))))
    thread.start()
    wait_until(lambda: stack.metrics("gate")["hansho_gate_held"] == 1, "it is held")
    assert notices(stack) == []
    stack.stop("gate")
    thread.join(20)
    assert got[0].json()["outcome"] == "accepted" and "held" in codes(got[0])
    stack.notice(got[0].json()["seq"])
    stack.start("gate")
    session.close()


def test_m4_a_correction_reaches_every_outlet_that_had_the_wrong_order(make_stack, keep, outlets):
    stack = make_stack(adapters=outlets.adapters)
    document = new_id()
    wrong = stack.accepted(order([detail("避難指示", ["港町"])], document=document))["seq"]
    outlets.have([wrong], "everybody has the wrong one")
    cancel = stack.accepted(order([detail("避難指示", ["港町"])], document=document, revision=2, kind="Cancel",
                                  errata="種別の誤り"))["seq"]
    right = stack.accepted(order([detail("高齢者等避難", ["港町"])]))["seq"]
    outlets.have([wrong, cancel, right], "and its end, and the right one")


@pytest.mark.parametrize("before,after,warned", [
    ([], "高齢者等避難", False), ([], "避難指示", True), ([], "緊急安全確保", True), (["高齢者等避難"], "避難指示", False),
    (["高齢者等避難"], "緊急安全確保", True), (["避難指示"], "緊急安全確保", False), (["避難指示"], "高齢者等避難", False)])
def test_m4_a_jump_of_two_steps_is_told_and_goes_out(make_stack, before, after, warned):
    stack, document = make_stack(), new_id()
    for number, sort in enumerate([*before, after], 1):
        reply = stack.submit(order([detail(sort, ["港町"])], document=document, revision=number))
    assert reply.json()["outcome"] == "accepted"
    assert ("level_jump" in codes(reply)) == warned, reply.text
    notice = stack.notice(reply.json()["seq"])["notice"]
    assert ("level_jump" in notice.get("flags", [])) == warned and notice["evacuation"]["details"][0]["sort"] == after


def test_the_same_order_under_another_document_is_told(make_stack):
    stack = make_stack()
    names = ["港町", "北町一丁目", "山手"]
    first = stack.submit(order([detail("避難指示", names)], document="first"))
    assert "near_duplicate" not in codes(first)
    again = stack.submit(order([detail("避難指示", list(reversed(names)))], document="second"))
    assert again.json()["outcome"] == "accepted" and "near_duplicate" in codes(again)
    fewer = stack.submit(order([detail("避難指示", names[:2])], document="third"))
    assert "near_duplicate" not in codes(fewer)


@pytest.mark.parametrize("names,disaster,code", [
    (["北町三丁目"], "河川の氾濫", "area_unusual"), (["北町一丁目"], "河川の氾濫", None),
    (["北町一丁目", "港町"], "架空川の氾濫", "area_other_river"), (["北町一丁目"], "架空川の氾濫", None),
    (ALL, "河川の氾濫", "areas_all"), (ALL[:4], "河川の氾濫", None)])
def test_m5_areas_that_are_not_likely_are_named_to_the_sender(guarded, names, disaster, code):
    stack = guarded()
    reply = stack.submit(order([detail("避難指示", names)], disaster=disaster))
    found = codes(reply) & {"area_unusual", "area_other_river", "areas_all", "households_far"}
    assert found == ({code} if code else set()), reply.text
    notice = stack.notice(reply.json()["seq"])["notice"]
    assert [p["area"]["name"] for p in notice["evacuation"]["details"][0]["areas"]] == names, "unchanged"
    if code in ("area_unusual", "area_other_river"):
        row = next(r for r in reply.json()["warnings"] if r["code"] == code)
        assert names[-1] in str(row) and "/Area" in row["path"], row


def test_m5_a_district_of_another_municipality_is_refused(make_stack):
    stack = make_stack()
    reply = stack.submit(order([detail("避難指示", ["北町"], code="990027")]))
    assert reply.status_code in (403, 422) and "area_foreign" in findings_of(reply.json()), reply.text


def test_m6_nothing_but_a_cancel_cancels(make_stack, keep):
    stack = make_stack()
    book = keep(stack)
    first = book.good(document=new_id())
    for _ in range(2):
        stack.restart("hub")
        stack.restart("gate")
        for name in ("gate", "feed-1"):
            stack.processes[name].wait_ready(stack.ops[name])
    assert stack.submit(order(kind="Cancel", revision=2, document=new_id(), errata="")).status_code == 422
    reply = stack.submit(order(kind="Cancel", revision=2, document=new_id(), errata="誤り"))
    assert reply.status_code == 422 and "cancel_unknown" in findings_of(reply.json()), reply.text
    book.good()
    actions = [frame["notice"]["action"] for frame in book.witness.frames]
    assert actions == ["issue", "issue"], actions
    state = requests.get(stack.feed_url("/v1/state"), timeout=20).json()
    assert first["seq"] in [row["seq"] for row in state["notices"]], state


def test_m7_an_area_that_vanishes_without_a_lift_is_told(make_stack):
    stack = make_stack()
    document, names = new_id(), [f"第{n}地区" for n in range(1, 11)]
    stack.accepted(order([detail("避難指示", names)], document=document))
    reply = stack.submit(order([detail("避難指示", names[:9])], document=document, revision=2))
    row = next(r for r in reply.json()["warnings"] if r["code"] == "vanished")
    assert names[9] in str(row) and names[8] not in str(row), row


def test_m7_what_stays_in_force_is_in_every_answer(make_stack):
    stack = make_stack()
    document, names = new_id(), [f"第{n}地区" for n in range(1, 11)]
    first = stack.accepted(order([detail("避難指示", names)], document=document))
    assert sorted(row["area_name"] for row in first["in_force"]) == sorted(names)
    lift = stack.accepted(order([detail("避難指示", names[:9], "解除"), detail("避難指示", names[9:])],
                                document=document, revision=2))
    assert lift["in_force_count"] == 1, lift
    assert lift["in_force"] == [{"area_code": "990019", "area_name": names[9], "level": 4, "term": "避難指示",
                                 "document": document}]
    other = stack.accepted(order([detail("高齢者等避難", ["港町"])], document="another"))
    assert {(row["area_name"], row["level"]) for row in other["in_force"]} == {(names[9], 4), ("港町", 3)}
    last = stack.accepted(order([detail("避難指示", names[9:], "解除")], document=document, revision=3))
    assert [row["area_name"] for row in last["in_force"]] == ["港町"]


def test_m9_a_late_entry_is_told_and_counted(make_stack):
    stack = make_stack()
    at = jst(time.time() - 35 * 60)
    reply = stack.submit(order([detail("避難指示", ["港町"], at=at)]))
    row = next(r for r in reply.json()["warnings"] if r["code"] == "late_entry")
    assert reply.json()["outcome"] == "accepted" and "35 min" in str(row), row
    stack.accepted(order([detail("避難指示", ["港町"])]))
    metrics = stack.metrics("gate")
    name = "hansho_gate_entry_lag_seconds"
    assert metrics[f'{name}_count{{principal="kakuu-city"}}'] == 2
    assert metrics[f'{name}_bucket{{principal="kakuu-city",le="1800"}}'] == 1
    assert 2100 <= metrics[f'{name}_sum{{principal="kakuu-city"}}'] < 2200


@pytest.fixture
def watched(make_stack):
    """Factory: a drill stack whose hub misses an order after seconds."""
    def make(**hub):
        return make_stack(principals=SENDERS, hub={"no_order_s": 0, "no_update_s": 0, "mail_s": 600,
                                                   "watch_interval_ms": 50, **hub})
    return make


def raised(stack, kind):
    return stack.metrics("hub")[f'hansho_hub_alarms{{kind="{kind}"}}']


MISSED = ("no_order", "990019")
LATE = ("no_update", "990019")


@pytest.mark.parametrize("cause", ["level 4", "tsunami", "mail"])
def test_m8_an_order_that_does_not_come_is_told_after_t(watched, cause):
    stack = watched(no_order_s=2)
    send = {"level 4": lambda: stack.accepted(rain(), "relay"), "tsunami": lambda: stack.accepted(tsunami(), "relay"),
            "mail": lambda: stack.accepted(document("UrgentMail"))}[cause]
    assert answer(stack)["alarms"] == []
    before = time.time()
    seq = send()["seq"]
    after = time.time()
    wait_until(lambda: MISSED in alarms(stack), "the municipality is told")
    assert time.time() >= before + 2, "not before T"
    row = next(r for r in answer(stack)["alarms"] if r["area_code"] == "990019")
    assert row["cause"]["seq"] == seq and row["area_name"] == "架空市", row
    assert row["cause"]["kind"] == {"level 4": "weather", "tsunami": "tsunami", "mail": "urgent_mail"}[cause]
    assert before + 2 <= datetime.datetime.fromisoformat(row["since"]).timestamp() <= after + 2, row
    assert row["message"]["ja"].startswith("【訓練】") and row["message"]["ja"].endswith("【訓練】"), row
    assert row["message"]["en"].startswith("[DRILL]"), row
    assert MISSED in alarms(stack, "pref"), "and its prefecture"
    others = {code for _, code in alarms(stack, "soba")}
    assert others == ({"990027"} if cause == "tsunami" else set()), "and nobody else"
    assert alarms(stack, "relay") == set()
    stack.wait_output("hub", rf"hub\.alarm_raised kind=no_order area=990019 .*cause_seq={seq} ")
    stack.accepted(order())
    wait_until(lambda: MISSED not in alarms(stack), "an order ends it")
    assert MISSED not in alarms(stack, "pref")
    stack.wait_output("hub", r"hub\.alarm_ended kind=no_order area=990019 ")
    assert stack.metrics("hub")['hansho_hub_alarms_raised_total{kind="no_order"}'] >= 1


def test_m8_with_an_order_in_force_nobody_is_told(watched):
    stack = watched(no_order_s=1)
    stack.accepted(order())
    stack.accepted(rain(), "relay")
    stack.accepted(tsunami(), "relay")
    stack.accepted(document("UrgentMail"))
    # The neighbour has no order: when that is told, the time is over for both.
    wait_until(lambda: ("no_order", "990027") in alarms(stack, "soba"), "the neighbour is told")
    assert alarms(stack) == set()
    assert MISSED not in alarms(stack, "pref")


def test_m8_it_ends_with_the_warning_and_outlives_a_restart(watched):
    stack = watched(no_order_s=1)
    stack.accepted(rain(), "relay")
    wait_until(lambda: MISSED in alarms(stack), "it is told")
    first = answer(stack)["alarms"]
    assert len(first) == 1

    def stands_still(expected, user="kakuu"):
        wait_until(lambda: requests.get(stack.gate_url + "/v1/alarms", auth=stack.auth(), timeout=20).status_code == 200,
                   "the hub has looked")
        assert answer(stack, user)["alarms"] == expected

    def die(name):
        stack.kill(name)
        stack.start(name)
    die("hub")  # there is no note yet: all records are taken again
    stands_still(first)
    stack.restart("hub")  # with a note
    stands_still(first)
    # and with a note and records after it: the warning goes on, and a neighbour sends a mail
    stack.accepted(rain(5, at_s=time.time() + 1), "relay")
    stack.accepted(document("UrgentMail", code="990027", source="bosai.soba.example", name="架空第二市"), "soba")
    wait_until(lambda: ("no_order", "990027") in alarms(stack, "soba"), "the neighbour is told")
    both = answer(stack, "pref")["alarms"]
    assert [(row["since"], row["cause"]["level"]) for row in both][0] == (first[0]["since"], 5), both
    die("hub")
    stands_still(both, "pref")
    stack.accepted(rain(3, at_s=time.time() + 2), "relay")
    wait_until(lambda: alarms(stack) == set(), "a lower warning ends it")
    assert raised(stack, "no_order") == 1, "that of the neighbour"


def test_m8_tests_and_what_is_switched_off_raise_nothing(watched):
    stack = watched(no_order_s=1)
    stack.accepted(rain(status="試験"), "relay")
    stack.accepted(document("UrgentMail", code="990027", source="bosai.soba.example", name="架空第二市"), "soba")
    wait_until(lambda: ("no_order", "990027") in alarms(stack, "soba"), "what is no test is told")
    assert alarms(stack) == set()
    off = watched()
    off.accepted(document("UrgentMail"))
    looked = answer(off)["looked"]
    wait_until(lambda: answer(off)["looked"] > looked, "it has looked since")
    assert answer(off)["alarms"] == [] and answer(off)["watched"] == []


def test_m8_the_form_says_what_to_do(watched):
    stack = watched(no_order_s=1)
    browser = Browser(stack, "kakuu")
    assert browser.get("/").problem() == ""
    stack.accepted(rain(), "relay")
    wait_until(lambda: MISSED in alarms(stack), "it is told")
    told = browser.get("/").problem()
    assert "架空市" in told and "レベル４大雨危険警報" in told, told
    for words in ("いますぐ発令してください", "何もする必要はありません", "issue an order now", "nothing needs to be done"):
        assert words in told, told
    assert "架空市" in Browser(stack, "pref").get("/").problem()
    assert Browser(stack, "soba").get("/").problem() == ""
    stack.accepted(order())
    wait_until(lambda: browser.get("/").problem() == "", "it is gone with the order")


def test_m8_nobody_sees_alarms_without_a_credential(watched):
    stack = watched()
    assert requests.get(stack.gate_url + "/v1/alarms", timeout=20).status_code == 401
    stack.stop("hub")
    reply = requests.get(stack.gate_url + "/v1/alarms", auth=stack.auth(), timeout=20)
    assert reply.status_code == 503, "no answer is not the answer that all is well"


def test_m9_an_order_that_nobody_ends_is_reminded_of(watched):
    stack = watched(no_update_s=2)
    document_id = new_id()
    stack.accepted(rain(3), "relay")
    stack.accepted(order(document=document_id))
    other = stack.accepted(order(code="990027", source="bosai.soba.example", name="架空第二市"), "soba")
    wait_until(lambda: ("no_update", "990027") in alarms(stack, "soba"), "where there is no warning it is told")
    assert alarms(stack) == set(), "not while the warning stands"
    assert ("no_update", "990027") in alarms(stack, "pref")
    row = answer(stack, "soba")["alarms"][0]
    assert row["cause"] == {**row["cause"], "seq": other["seq"], "kind": "evacuation", "level": 4}
    stack.accepted(rain(0, at_s=time.time() + 1), "relay")
    wait_until(lambda: LATE in alarms(stack), "the warning is gone and the order is old")
    told = Browser(stack, "kakuu").get("/").problem()
    assert "解除してください" in told and "続報を送ってください" in told and "lift the order" in told, told
    before = time.time()
    stack.accepted(order(document=document_id, revision=2))
    wait_until(lambda: alarms(stack) == set(), "an update ends it")
    wait_until(lambda: LATE in alarms(stack), "for N")
    assert time.time() >= before + 2, "not before N"
    stack.accepted(order([detail("避難指示", ["北町一丁目"], "解除")], document=document_id, revision=3))
    wait_until(lambda: alarms(stack) == set(), "a lift ends it")


def test_m10_areas_are_never_filled_in_from_before(lanes):
    live, drill, live_book, drill_book = lanes
    drill_book.good()
    live_book.good()
    bare = order(status="Actual").replace("<commons:jisX0402>990019</commons:jisX0402>", "")
    bare = re.sub(r"<eb:OrganizationCode>.*?</eb:OrganizationCode>", "", bare)
    bare = re.sub(r"<commons:publishingOfficeID>.*?</commons:publishingOfficeID>", "", bare)
    reply = live.submit(bare)
    assert reply.status_code in (403, 422) and "area_missing" in findings_of(reply.json()), reply.text
    assert live_book.witness.seqs == [1]


def test_m10_what_waited_too_long_is_not_sounded(make_stack, outlets):
    for adapter in outlets.adapters:
        if adapter["name"] in ("telecom", "jalert"):
            adapter["config"]["max_age_ms"] = 1000
    stack = make_stack(adapters=outlets.adapters)
    outlets.have([stack.accepted(order())["seq"]], "a fresh one goes out")
    for name in ("telecom", "jalert"):
        stack.stop(name)
    late = stack.accepted(order())
    time.sleep(1.2)
    for name in ("telecom", "jalert"):
        stack.start(name)

    def expired():
        rows = stack.status(late["id"]).json()["receipts"]
        return {row["adapter"] for row in rows if row["state"] == "expired"} == {"telecom", "jalert"}
    wait_until(expired, "both say that it was too old")
    assert late["seq"] not in outlets.mailed() and late["seq"] not in outlets.planned()


def tcp_ports(process):
    """Local ports of all TCP sockets that a process holds, listening or connected."""
    inodes = set()
    for fd in os.listdir(f"/proc/{process.pid}/fd"):
        try:
            name = os.readlink(f"/proc/{process.pid}/fd/{fd}")
        except FileNotFoundError:
            continue  # closed meanwhile
        if name.startswith("socket:["):
            inodes.add(name[8:-1])
    ports = set()
    for table in ("tcp", "tcp6"):
        with open(f"/proc/{process.pid}/net/{table}", encoding="ascii") as file:
            rows = [line.split() for line in file.readlines()[1:]]
        ports |= {int(row[1].rsplit(":", 1)[1], 16) for row in rows if row[9] in inodes}
    return ports


def in_maintenance(stack, adapters, on):
    """Writes the switch into the configurations; it counts from the next start."""
    for adapter in adapters:
        adapter["config"]["maintenance"] = on
        stack.configure(adapter)


def peers_of(stack):
    status = requests.get(f"http://{stack.ops['hub']}/status", timeout=20).json()
    return {row["name"]: row for row in status["peers"] if row["kind"] == "adapter"}


def test_m11_in_maintenance_nothing_is_contacted_and_nothing_old_fires_after_it(make_stack, outlets):
    for adapter in outlets.adapters:
        adapter["config"].update(maintenance=True, canary_ms=1000, heartbeat_ms=300)
        if adapter["name"] in ("telecom", "jalert"):
            adapter["config"]["max_age_ms"] = 2000
    stack = make_stack(adapters=outlets.adapters, start=False)
    stack.start("hub", wait=False)
    for name in ("gate", "feed-1"):
        stack.start(name)
    for name in outlets.names:
        stack.start(name, wait=False)
    wait_until(lambda: all(row["maintenance"] and row["up"] for row in peers_of(stack).values()),
               "the hub hears from each that it is in maintenance")
    old = stack.accepted(order([detail("避難指示", ["港町"])]))

    def held():
        rows = stack.status(old["id"]).json()["receipts"]
        return {row["adapter"] for row in rows
                if row["state"] == "held" and "保守作業中" in row["detail"] and "maintenance" in row["detail"]
                } == set(outlets.names)
    wait_until(held, "each says to the sender why it sends nothing")
    accepted_at = time.monotonic()
    for name in outlets.names:
        ops_port = int(stack.ops[name].rsplit(":", 1)[1])
        assert tcp_ports(stack.processes[name]) == {ops_port}, f"{name} has its own page and no other socket"
        reply = requests.get(f"http://{stack.ops[name]}/readyz", timeout=20)
        assert reply.status_code == 503 and "maintenance" in reply.text
        assert stack.metrics(name)["hansho_adapter_maintenance"] == 1
        assert stack.metrics("hub")[f'hansho_hub_peer_maintenance{{peer="{name}"}}'] == 1
    assert (outlets.carriers.connections, outlets.controller.connections) == (0, 0)
    assert not os.path.exists(outlets.playout) and os.listdir(outlets.plans) == []
    wait_until(lambda: time.monotonic() - accepted_at > 2.1, "the order is too old to sound")
    assert all(row["acked_seq"] == 0 for row in peers_of(stack).values()), "nothing is acknowledged"

    in_maintenance(stack, outlets.adapters, False)
    for name in outlets.names:
        stack.restart(name)

    def judged():
        rows = stack.status(old["id"]).json()["receipts"]
        return {row["adapter"] for row in rows if row["state"] == "expired"} == {"telecom", "jalert"}
    wait_until(judged, "what rings says that it was too old")
    assert outlets.mailed() == outlets.planned() == outlets.played() == []
    shown = outlets.shown().json()["screens"][0]
    assert shown["seq"] == old["seq"] and shown["state"] == "drill", "what is in force is shown"
    wait_until(lambda: outlets.aired() == [old["seq"]], "and stations know of it")
    new = stack.accepted(order([detail("避難指示", ["北町"])]))["seq"]
    wait_until(lambda: outlets.mailed() == outlets.planned() == outlets.played() == [new], "and new orders sound")
    wait_until(lambda: not any(row["maintenance"] for row in peers_of(stack).values()), "the hub hears of the end")


def run(program, *arguments):
    return subprocess.run([program, *arguments], stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=120, text=True,
                          encoding="utf-8")


@pytest.fixture(scope="module")
def changed(tmp_path_factory):
    """Function: path of a program that was built with one changed rule: 避難指示 is level 5."""
    folder = tmp_path_factory.mktemp("changed")
    tables = folder / "tables"
    shutil.copytree(os.path.join(ROOT, "schemas/tables"), tables)
    path = tables / "levels.csv"
    text, count = re.subn(r"(?m)^避難指示,(20\d\d),4,", r"避難指示,\1,5,", path.read_text(encoding="utf-8"))
    assert count >= 2
    path.write_text(text, encoding="utf-8")
    mode = os.path.basename(os.path.dirname(os.path.abspath(BIN)))
    subprocess.run(["make", "-s", f"MODE={mode}", "changed-tables", f"TABLES={tables}", f"CHANGED={folder / 'bin'}"],
                   cwd=ROOT, check=True, timeout=600)
    return lambda program: str(folder / "bin" / program)


def rehearsal(program, stack, *more, status=0):
    """The messages that differ, and the summary."""
    done = run(program, "rehearse", stack.path("journal.db"), "--json", *more)
    assert done.returncode == status, done.stdout + done.stderr
    rows = [json.loads(line) for line in done.stdout.splitlines()]
    return rows[:-1], rows[-1]


def refused_start(program, stack):
    """What a hub says that does not start."""
    process = Process(program, ["--config", stack.path("hub.yaml")])
    assert process.ended() == 1, process.output
    return process.output


def test_m11_rules_act_only_when_their_difference_was_acknowledged(make_stack, changed):
    stack = make_stack()
    stack.accepted(order([detail("高齢者等避難", ["山手"])]))
    seq = stack.accepted(order([detail("避難指示", ["港町"])]))["seq"]
    # the same tables: nothing differs, and nothing is to be acknowledged
    rows, same = rehearsal(os.path.join(BIN, "hansho"), stack)
    assert rows == [] and same["messages"] == 2 and same["ran"] and same["changed"] == "", (rows, same)
    # other tables, while the hub runs: the message whose level would be another is shown
    rows, seen = rehearsal(changed("hansho"), stack)
    assert [row["seq"] for row in rows] == [seq] and not seen["ran"], (rows, seen)
    assert seen["changed"] == "levels" and (seen["messages"], seen["differing"]) == (2, 1), seen
    fields = {row["field"]: (row["before"], row["after"]) for row in rows[0]["differences"]}
    assert fields["level.number"] == ("4", "5") and fields["evacuation.details[0].level.number"] == ("4", "5"), fields
    text = run(changed("hansho"), "rehearse", stack.path("journal.db")).stdout
    assert f"seq {seq}  evacuation  架空市" in text and 'level.number: "4" → "5"' in text, text
    command = re.search(r"hansho (rehearse \S+ --up-to 2 --acknowledge \S+ --by) NAME", text)
    assert command, text
    stack.accepted(order([detail("避難指示", ["中央"])]))  # what comes meanwhile does not change that word
    # nobody has acknowledged it: neither hub nor gate act by it
    stack.stop("hub")
    said = refused_start(changed("hansho-hub"), stack)
    assert "hansho rehearse" in said and "(levels)" in said, said
    stack.start("hub")
    stack.stop("gate")
    own = stack.commands["gate"]
    stack.commands["gate"] = (changed("hansho-gate"), own[1])
    stack.start("gate", wait=False)
    stack.wait_output("hub", "peer=gate reason=hello_with_tables_that_nobody_rehearsed")
    assert stack.submit(order([detail("避難指示", ["港町"])])).status_code == 503
    # a word that is not the one of this difference acknowledges nothing
    _, wrong = rehearsal(changed("hansho"), stack, "--up-to", "2", "--acknowledge", same["word"], "--by", "Y", status=1)
    assert not wrong["acknowledged"] and not os.path.exists(stack.path("journal.db.tables"))
    assert run(changed("hansho"), "rehearse", stack.path("journal.db"), "--acknowledge", seen["word"]).returncode == 2
    # acknowledged while the old hub runs; the old hub can still be started
    done = run(changed("hansho"), *command.group(1).split(), "架空 花子")
    assert done.returncode == 0 and "acknowledged by 架空 花子" in done.stdout, done.stdout + done.stderr
    stack.restart("hub")
    stack.stop("hub")
    old = stack.commands["hub"]
    stack.commands["hub"] = (changed("hansho-hub"), old[1])
    stack.start("hub")
    stack.wait_output("hub", r'hub\.tables_activated .*acknowledged_by="架空 花子" .*messages=2 differing=1')
    stack.processes["gate"].wait_ready(stack.ops["gate"])
    after = stack.accepted(order([detail("避難指示", ["北町一丁目"])]))["seq"]
    assert stack.notice(after)["notice"]["level"]["number"] == 5, "the changed rule acts now"
    # back to what ran before: at once, by hub and gate
    stack.stop("gate")
    stack.stop("hub")
    stack.commands.update(hub=old, gate=own)
    stack.start("hub")
    stack.wait_output("hub", r"hub\.tables_again")
    stack.start("gate")
    back = stack.accepted(order([detail("避難指示", ["山手"])]))["seq"]
    assert stack.notice(back)["notice"]["level"]["number"] == 4


def test_m11_the_same_rules_differ_in_no_kind_of_message(make_stack):
    stack = make_stack(principals=test_jma.ALL_PRINCIPALS, gate={"late_s": 60})
    document = new_id()
    hansho = os.path.join(BIN, "hansho")
    for category in categories.ALL:
        stack.accepted(categories.document(category))
    for name in ("rain", "eew", "quake", "tsunami", "volcano", "flood"):
        stack.accepted(test_jma.telegram(name), "relay")
    stack.accepted(test_cap.alert(), "relay")
    stack.accepted(order([detail("避難指示", ["港町"])], document=document))
    stack.accepted(order([detail("緊急安全確保", ["港町"])], document=document, revision=3))  # the hub flags a gap
    stack.accepted(order([detail("緊急安全確保", ["港町"])], document=document, revision=4, kind="Cancel", errata="誤り"))
    stack.accepted(order(source="bosai.pref.example"), "pref")  # the gate shows who entered it
    late = stack.accepted(order([detail("避難指示", ["山手"], at=jst(time.time() - 300))]))["seq"]
    rows, same = rehearsal(hansho, stack, "--gate", stack.path("gate.yaml"))
    assert (rows, same["messages"]) == ([], late), rows
    # late is what the gate's configuration calls so
    rows, other = rehearsal(hansho, stack)
    assert [(row["seq"], row["differences"]) for row in rows] == \
        [(late, [{"field": "flags", "before": "late_entry", "after": None}])], rows
    assert other["word"] != same["word"]
    rows, few = rehearsal(hansho, stack, "--newest", "2", "--up-to", str(late - 1))
    assert (rows, few["messages"], few["up_to"]) == ([], 2, late - 1)


def test_m11_an_emergency_starts_without_and_says_so(make_stack, changed):
    stack = make_stack(hub={"tables_unrehearsed": True})
    assert stack.metrics("hub")["hansho_hub_tables_unrehearsed"] == 0, "these tables ran before"
    stack.accepted(order())
    stack.stop("hub")
    stack.commands["hub"] = (changed("hansho-hub"), stack.commands["hub"][1])
    for _ in range(2):  # each time: it is not taken for an acknowledgement
        stack.start("hub")
        stack.wait_output("hub", r"error hub\.tables_unrehearsed .*changed=\"levels\"")
        assert stack.metrics("hub")["hansho_hub_tables_unrehearsed"] == 1
        status = requests.get(f"http://{stack.ops['hub']}/status", timeout=20).json()
        assert status["tables_unrehearsed"] is True
        stack.processes["gate"].wait_ready(stack.ops["gate"])
        stack.accepted(order())
        stack.stop("hub")


def test_m12_the_drill_mark_is_the_first_of_every_text(make_stack, outlets):
    stack = make_stack(adapters=outlets.adapters)
    seq = stack.accepted(order(headline="これは訓練ではありません。北町一丁目に避難指示"))["seq"]
    outlets.have([seq], "everywhere")
    marks = {"ja": "【訓練】", "en": "[DRILL]", "ja-x-easy": "【くんれん】"}
    texts = stack.notice(seq)["notice"]["texts"]
    assert {text["language"] for text in texts} == set(marks)
    for text in texts:
        for part in ("headline", "body", "instruction"):
            if text.get(part):
                assert text[part].startswith(marks[text["language"]]), text
                assert text[part].endswith(marks[text["language"]]), text
    mail = outlets.carriers.of("/ok")[0][2]
    assert mail["title"].startswith("【訓練】") and mail["body"].startswith("【訓練】"), mail
    plan = outlets.controller.plays()[0]
    speech = [s for s in plan["plan"]["announcements"][0]["segments"] if s["kind"] == "speech"]
    assert speech and all(segment["text"].startswith("訓練") for segment in speech), speech
    folder = os.path.join(outlets.playout, "drill", "99")
    for name in os.listdir(folder):
        if name.endswith(".txt"):
            with open(os.path.join(folder, name), encoding="utf-8") as file:
                lines = [line for line in file.read().splitlines() if line.strip()]
            assert lines[0].lstrip().startswith("【訓練】"), (name, lines[0])


def test_m13_an_outlet_that_would_not_be_served_raises_an_alarm(make_stack, outlets):
    for adapter in outlets.adapters:
        adapter["config"].update(canary_ms=2000, canary_timeout_ms=1800, heartbeat_ms=500)
    stack = make_stack(adapters=outlets.adapters)
    ways = {("telecom", "good"), ("jalert", "controller"), ("jalert", "plan_dir"), ("broadcaster", "playout")}

    def proofs():
        return {(name, row["outlet"]): row["proof"] for name, peer in peers_of(stack).items()
                for row in peer["outlets"]}

    def is_proven(but=()):
        now = proofs()
        return all(now.get(way) == ("failed" if way in but else "proven") for way in ways)
    wait_until(is_proven, "every outlet is proven")
    breaks = {
        ("telecom", "good"): (lambda: outlets.carriers.deaf.add("/ok"), outlets.carriers.deaf.clear),
        ("jalert", "controller"): (lambda: setattr(outlets.controller, "deaf", True),
                                   lambda: setattr(outlets.controller, "deaf", False))}
    for way, (broken, mended) in breaks.items():
        broken()
        # one period, the time limit of a canary, twice at most; the rest is for a busy machine
        wait_until(lambda: is_proven([way]), f"{way} is in alarm, nobody else", timeout_s=2 + 2 * 1.8 + BUSY_S)
        stack.wait_output(way[0], rf"adapter\.canary_alarm outlet={way[1]} .*proven=before")
        mended()
        wait_until(is_proven, f"{way} is good again", timeout_s=2 + 2 * 1.8 + BUSY_S)
    assert outlets.all() == {"aired": [], "mailed": [], "planned": [], "played": []}, "nobody saw a canary"


def test_m14_a_silent_correction_alarms_nobody(make_stack, outlets):
    stack = make_stack(adapters=outlets.adapters)
    document = new_id()
    first = stack.accepted(order([detail("避難指示", ["港町"])], document=document))["seq"]
    outlets.have([first], "the order itself is sounded")
    path = "/v1/submissions?silent=1"
    louder = stack.post(path, order([detail("緊急安全確保", ["港町"])], document=document, revision=2, errata="誤り"))
    assert louder.status_code == 422 and "silent_changes" in findings_of(louder.json()), louder.text
    wider = stack.post(path, order([detail("避難指示", ["港町", "北町"])], document=document, revision=2, errata="誤り"))
    assert wider.status_code == 422 and "silent_changes" in findings_of(wider.json()), wider.text
    unknown = stack.post(path, order([detail("避難指示", ["港町"])], revision=2, errata="誤り"))
    assert unknown.status_code == 422 and "silent_changes" in findings_of(unknown.json()), unknown.text
    refused = stack.post(path, order([detail("避難指示", ["港町"])], document=document, revision=2))
    assert (refused.status_code, refused.json()["code"]) == (422, "silent_no_correction"), refused.text
    reply = stack.post(path, order([detail("避難指示", ["港町"])], document=document, revision=2,
                                   errata="住所の誤記", disaster="河川の氾濫（表記訂正）"))
    assert reply.json()["outcome"] == "accepted", reply.text
    seq = reply.json()["seq"]

    def settled():
        rows = stack.status(reply.json()["id"]).json()["receipts"]
        return {"telecom", "jalert"} <= {r["adapter"] for r in rows if r["state"] == "filtered"}
    wait_until(settled, "telecom and J-Alert say that they stay silent")
    assert outlets.mailed() == [first] and outlets.planned() == [first] and outlets.played() == [first]
    notice = stack.notice(seq)["notice"]
    assert notice["silent"] is True and notice["action"] == "correct"
