"""Urgent mails from the form of a municipality to carriers that take them, are slow, refuse, or are gone."""

import subprocess
import time

import pytest

from carriers import Carriers, carrier, pages_text
from conftest import START_S, free_port, wait_until
from documents import detail, new_id, order

MARK = "【訓練】"


def adapter(rows, **config):
    return {"program": "hansho-telecom", "name": "telecom", "config": {
        "carriers": rows, "retry_first_ms": 50, "retry_max_ms": 200, "heartbeat_ms": 500,
        "attempt_timeout_ms": 1000, "stop_grace_ms": 500, **config}}


def receipts(stack, submission, name="telecom", user="kakuu"):
    rows = stack.status(submission, user).json()["receipts"]
    return {row["outlet"]: row for row in rows if row["adapter"] == name}


def wait_state(stack, submission, outlet, state, timeout_s=START_S, user="kakuu"):
    def check():
        row = receipts(stack, submission, user=user).get(outlet)
        return row if row and row["state"] == state else None
    return wait_until(check, f"{outlet} is {state}", timeout_s)


def test_each_carrier_on_its_own(make_stack, carriers):
    carriers.slow_s = 4
    stack = make_stack(adapters=[adapter([
        carrier("good", carriers.url("/ok"), lalert_code="UMC1"),
        carrier("slow", carriers.url("/slow")),
        carrier("flaky", carriers.url("/flaky"), body_max=500),
        carrier("strict", carriers.url("/refuse")),
        carrier("gone", f"http://127.0.0.1:{free_port()}/"),
        carrier("hanging", carriers.url("/hang")),
    ], max_age_ms=20000, attempt_timeout_ms=15000)])
    answer = stack.accepted(order([detail("避難指示", ["北町一丁目", "南町"])]))
    wait_until(lambda: carriers.of("/ok"), "the good carrier has it")
    good = carriers.of("/ok")[0]
    wait_state(stack, answer["id"], "good/990019", "accepted")
    wait_state(stack, answer["id"], "slow/990019", "accepted")
    assert good[3] < carriers.of("/slow")[0][3], "nobody waits for the slow ones"
    wait_state(stack, answer["id"], "flaky/990019", "accepted")
    refused = wait_state(stack, answer["id"], "strict/990019", "failed")
    assert "422" in refused["detail"]
    gone = wait_state(stack, answer["id"], "gone/990019", "expired")
    assert "attempts" in gone["detail"]
    wait_state(stack, answer["id"], "hanging/990019", "expired")

    key, mail = good[1], good[2]
    assert key == f"{answer['epoch']}-{answer['seq']}-good-990019"
    assert mail["carrier"] == "good" and mail["areas"] == ["990019"]
    assert mail["mode"] == "drill" and mail["action"] == "issue"
    assert mail["notice"]["seq"] == answer["seq"] and mail["notice"]["epoch"] == answer["epoch"]
    assert mail["title"] == MARK + "避難指示" + MARK and len(mail["title"]) <= 15
    assert mail["body"].startswith(MARK) and mail["body"].endswith(MARK)
    assert len(mail["body"]) <= 200
    assert "北町一丁目、南町" in mail["body"] and "警戒レベル4「避難指示」" in mail["body"]
    assert mail["dcs"] == 0x48 and mail["message_id"] == 4381, "drills have an id of their own"
    assert mail["serial_nr"] >> 14 == 1 and mail["serial_nr"] & 15 == 0
    assert pages_text(mail["pages"]) == mail["title"] + "\n" + mail["body"]

    flaky_key = f"{answer['epoch']}-{answer['seq']}-flaky-990019"
    assert carriers.tries[("/flaky", flaky_key)] == 3
    assert len(carriers.of("/flaky")) == 1


def test_a_refusal_that_is_no_utf8_reaches_the_sender(make_stack, carriers):
    stack = make_stack(adapters=[adapter([carrier("babbling", carriers.url("/babble"))])])
    answer = stack.accepted(order())
    row = wait_state(stack, answer["id"], "babbling/990019", "failed")
    assert "HTTP 422 ????" in row["detail"]
    assert "frame_not_readable" not in stack.stop("hub")


def test_one_mail_for_each_municipality(make_stack, carriers):
    stack = make_stack(adapters=[adapter([carrier("good", carriers.url("/ok"))])])
    answer = stack.accepted(order([detail("避難指示", ["北町"], code="990019"),
                                   detail("高齢者等避難", ["川端"], code="990027")],
                                  source="bosai.pref.example", code="990001", name="架空県"),
                            user="pref")
    wait_until(lambda: len(carriers.of("/ok")) == 2, "two mails")
    mails = {mail[2]["areas"][0]: mail[2] for mail in carriers.of("/ok")}
    assert "北町" in mails["990019"]["body"] and "川端" not in mails["990019"]["body"]
    assert "川端" in mails["990027"]["body"] and "高齢者等避難" in mails["990027"]["title"]
    for code in ("990019", "990027"):
        wait_state(stack, answer["id"], f"good/{code}", "accepted", user="pref")


def test_lift_and_cancel_are_mails_too(make_stack, carriers):
    stack = make_stack(adapters=[adapter([carrier("good", carriers.url("/ok"))])])
    document, wrong = new_id(), new_id()
    lift = [detail("避難指示", ["北町一丁目"], "解除")]
    steps = [order(document=document), order(lift, document=document, revision=2),
             order(document=wrong),
             order(document=wrong, revision=2, kind="Cancel", errata="入力の誤り")]
    for xml in steps:  # one by one: a revision that still waits is replaced by the next
        answer = stack.accepted(xml)
        wait_state(stack, answer["id"], "good/990019", "accepted")
    assert len(carriers.of("/ok")) == 4
    mails = sorted((mail[2] for mail in carriers.of("/ok")), key=lambda m: m["notice"]["seq"])
    assert [mail["action"] for mail in mails][2:] == ["issue", "cancel"]
    assert "解除" in mails[1]["title"] and "を解除しました" in mails[1]["body"]
    assert "取消" in mails[3]["title"] and "入力の誤り" in mails[3]["body"]
    assert mails[1]["message_id"] == mails[3]["message_id"] == 4381
    # the same alert keeps its code and gets the next update number
    assert mails[0]["serial_nr"] + 1 == mails[1]["serial_nr"]
    assert mails[0]["serial_nr"] >> 4 != mails[2]["serial_nr"] >> 4


def test_an_end_names_what_goes_on(make_stack, carriers):
    stack = make_stack(adapters=[adapter([carrier("good", carriers.url("/ok"))])])
    document, other = new_id(), new_id()
    steps = [order([detail("高齢者等避難", ["南町", "港町"])], document=document),
             order([detail("避難指示", ["南町", "港町"])], document=document, revision=2),
             order(document=document, revision=3, kind="Cancel", errata="入力の誤り")]
    for xml in steps:
        answer = stack.accepted(xml)
        wait_state(stack, answer["id"], "good/990019", "accepted")
    body = carriers.of("/ok")[-1][2]["body"]
    assert "取り消します" in body
    assert "再び発令中：警戒レベル3「高齢者等避難」 南町、港町" in body, "what stood before stands again"
    assert "誤り：「避難指示」 南町、港町" in body and "継続中" not in body
    stack.kill("telecom")
    stack.start("telecom")
    steps = [order([detail("避難指示", ["山手"])], document=other),
             order([detail("避難指示", ["山手"], "解除")], document=other, revision=2)]
    for xml in steps:
        answer = stack.accepted(xml)
        wait_state(stack, answer["id"], "good/990019", "accepted")
    lift = carriers.of("/ok")[-1][2]
    assert "解除" in lift["title"] and len(lift["body"]) <= 200


def test_a_crash_sends_nothing_twice_to_those_who_have_it(make_stack, carriers):
    gone = free_port()
    stack = make_stack(adapters=[adapter([
        carrier("good", carriers.url("/ok")), carrier("gone", f"http://127.0.0.1:{gone}/")])])
    answer = stack.accepted(order())
    wait_state(stack, answer["id"], "good/990019", "accepted")
    stack.kill("telecom")
    stack.start("telecom")
    later = stack.accepted(order(document=new_id()))
    wait_state(stack, later["id"], "good/990019", "accepted")
    wait_until(lambda: len(carriers.of("/ok")) >= 3, "the unfinished one comes again")
    keys = [mail[1] for mail in carriers.of("/ok")]
    assert set(keys) == {f"{answer['epoch']}-{answer['seq']}-good-990019",
                         f"{later['epoch']}-{later['seq']}-good-990019"}, \
        "what comes again carries the same key"


def test_nothing_finished_comes_again_after_a_restart(make_stack, carriers):
    stack = make_stack(adapters=[adapter([carrier("good", carriers.url("/ok"))])])
    answer = stack.accepted(order())
    wait_state(stack, answer["id"], "good/990019", "accepted")
    stack.wait_acked()
    stack.restart("telecom")
    later = stack.accepted(order(document=new_id()))
    wait_state(stack, later["id"], "good/990019", "accepted")
    assert len(carriers.of("/ok")) == 2


def test_old_orders_never_ring_after_an_outage(make_stack, carriers):
    stack = make_stack(adapters=[adapter([carrier("good", carriers.url("/ok"))], max_age_ms=5000)])
    stack.stop("telecom")
    old = stack.accepted(order())
    time.sleep(5.5)
    stack.start("telecom")
    wait_state(stack, old["id"], "", "expired")
    new = stack.accepted(order(document=new_id()))
    wait_state(stack, new["id"], "good/990019", "accepted")
    assert len(carriers.of("/ok")) == 1


def test_forbidden_character_is_told_to_the_sender(make_stack, carriers):
    stack = make_stack(adapters=[adapter([
        carrier("strict", carriers.url("/ok")),
        carrier("lenient", carriers.url("/ok"), forbid_platform=False)])])
    answer = stack.accepted(order([detail("避難指示", ["髙台地区"])]))
    row = wait_state(stack, answer["id"], "strict/990019", "failed")
    assert "「髙」" in row["detail"] and "「高」にしてください" in row["detail"]
    assert "is not allowed" in row["detail"]
    wait_state(stack, answer["id"], "lenient/990019", "accepted")


def test_adapter_without_the_drill_switch_sends_nothing(make_stack, carriers):
    stack = make_stack(adapters=[adapter(
        [carrier("good", carriers.url("/ok"))], drill=False)], start=False)
    for name in ("hub", "gate", "feed-1"):
        stack.start(name)
    telecom = stack.start("telecom", wait=False)
    stack.accepted(order())
    time.sleep(1)
    assert telecom.running()
    assert carriers.mails == []


def test_drill_never_goes_to_the_live_endpoint(make_stack, carriers):
    stack = make_stack(adapters=[adapter([
        {"name": "liveonly", "live_endpoint": carriers.url("/ok")}])])
    answer = stack.accepted(order())
    row = wait_state(stack, answer["id"], "liveonly", "filtered")
    assert "drill_endpoint" in row["detail"]
    assert carriers.mails == []


def test_live_lane_uses_live_ids_and_no_marks(make_stack, carriers):
    stack = make_stack(mode="live", adapters=[adapter([
        {"name": "good", "live_endpoint": carriers.url("/ok"),
         "drill_endpoint": carriers.url("/refuse")}])])
    answer = stack.accepted(order(status="Actual"))
    wait_state(stack, answer["id"], "good/990019", "accepted")
    mail = carriers.of("/ok")[0][2]
    assert mail["mode"] == "live" and mail["message_id"] == 4371
    assert mail["title"] == "警戒レベル4 避難指示"
    assert "訓練" not in mail["title"] + mail["body"]


def test_carriers_certificate_is_checked(make_stack, tmp_path):
    cert, key = str(tmp_path / "carrier.pem"), str(tmp_path / "carrier.key")
    subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "1",
                    "-subj", "/CN=carrier", "-addext", "subjectAltName=IP:127.0.0.1",
                    "-keyout", key, "-out", cert], check=True, capture_output=True)
    server = Carriers(tls=(cert, key))
    try:
        stack = make_stack(adapters=[adapter([carrier("good", server.url("/ok"))],
                                             http_ca=cert)])
        answer = stack.accepted(order())
        wait_state(stack, answer["id"], "good/990019", "accepted")
        assert len(server.of("/ok")) == 1
        stranger = make_stack(adapters=[adapter([carrier("good", server.url("/ok"))],
                                                max_age_ms=5000)])
        answer = stranger.accepted(order())
        row = wait_state(stranger, answer["id"], "good/990019", "expired")
        assert "certificate" in row["detail"].lower()
        assert len(server.of("/ok")) == 1, "nothing was told to an unknown server"
    finally:
        server.close()


def test_a_carrier_tells_what_became_of_a_mail(make_stack, carriers):
    carriers.results = {"good": ["pending", "broadcast"], "bad": ["failed"], "late": ["pending"] * 99}
    rows = [carrier(name, carriers.url("/ok"), result_url=carriers.url(f"/results/{name}/")) for name in carriers.results]
    stack = make_stack(adapters=[adapter(rows)])
    answer = stack.accepted(order())
    wait_state(stack, answer["id"], "late/990019", "accepted")
    assert "broadcast" in wait_state(stack, answer["id"], "good/990019", "displayed")["detail"]
    assert "基地局" in wait_state(stack, answer["id"], "bad/990019", "failed")["detail"]
    assert receipts(stack, answer["id"])["late/990019"]["state"] == "accepted"
    assert len(carriers.of("/ok")) == 3, "a failed result sends nothing again"


def test_what_became_of_a_mail_is_asked_after_a_restart(make_stack, carriers):
    row = carrier("good", carriers.url("/ok"), result_url=carriers.url("/results/good/"))
    stack = make_stack(adapters=[adapter([row])])
    answer = stack.accepted(order())
    wait_state(stack, answer["id"], "good/990019", "accepted")
    wait_until(lambda: stack.metrics("hub")['hansho_hub_peer_acked_seq{peer="telecom"}'] == answer["seq"], "it does not come again")
    stack.restart("telecom")
    carriers.results["good"] = ["broadcast"] * 50
    wait_state(stack, answer["id"], "good/990019", "displayed")


def test_a_result_that_is_never_told_is_called_so(make_stack, carriers):
    row = carrier("good", carriers.url("/ok"), result_url=carriers.url("/results/good/"), result_wait_ms=1500)
    stack = make_stack(adapters=[adapter([row])])
    answer = stack.accepted(order())

    def told():
        row = receipts(stack, answer["id"]).get("good/990019")
        return row and row["state"] == "accepted" and "not told within result_wait_ms" in row["detail"]
    wait_until(told, "what is not known is said")


def test_each_carrier_has_its_own_deadline(make_stack, carriers):
    stack = make_stack(adapters=[adapter([
        carrier("short", carriers.url("/hang"), deadline_ms=5000, attempt_timeout_ms=400),
        carrier("long", carriers.url("/hang"), attempt_timeout_ms=400)], max_age_ms=60000)])
    answer = stack.accepted(order())
    row = wait_state(stack, answer["id"], "short/990019", "expired")
    assert "attempts" in row["detail"]
    assert "long/990019" not in receipts(stack, answer["id"])


def test_title_and_body_have_a_limit_together(make_stack, carriers):
    stack = make_stack(adapters=[adapter([carrier("both", carriers.url("/ok"), total_max=80),
                                          carrier("wide", carriers.url("/two"), counting="width", body_max=80)])])
    answer = stack.accepted(order([detail("避難指示", [f"第{n}町" for n in range(40)])]))
    for name in ("both", "wide"):
        wait_state(stack, answer["id"], f"{name}/990019", "accepted")
    mail = carriers.of("/ok")[0][2]
    assert 70 < len(mail["title"]) + len(mail["body"]) <= 80 and "地区" in mail["body"]
    wide = carriers.of("/two")[0][2]["body"]
    assert len(wide) > 80, "half-width digits are half a character"


def actions(carriers, path="/ok"):
    return [(mail[2]["action"], mail[2]["areas"][0]) for mail in carriers.of(path)]


def with_remark(text, **more):
    return order(**more).replace("<ev:ComplementaryInfo/>", f"<ev:ComplementaryInfo>{text}</ev:ComplementaryInfo>")


def test_a_correction_reaches_the_municipality_that_it_leaves_out(make_stack, carriers):
    stack = make_stack(adapters=[adapter([carrier("good", carriers.url("/ok"))])])
    document, pref = new_id(), {"source": "bosai.pref.example", "code": "990001", "name": "架空県"}
    both = [detail("避難指示", ["北町一丁目"]), detail("避難指示", ["川下"], code="990027")]
    first = stack.accepted(order(both, document=document, **pref), user="pref")
    for code in ("990019", "990027"):
        wait_state(stack, first["id"], f"good/{code}", "accepted", user="pref")
    right = stack.accepted(order(both[:1], document=document, revision=2, kind="Update", errata="対象市の誤り", **pref), user="pref")
    for code in ("990019", "990027"):
        wait_state(stack, right["id"], f"good/{code}", "accepted", user="pref")
    assert sorted(actions(carriers)[2:]) == [("correct", "990019"), ("correct", "990027")]
    mail = next(m[2] for m in carriers.of("/ok")[2:] if m[2]["areas"] == ["990027"])
    assert mail["title"] == MARK + "避難指示の訂正" + MARK
    assert "次の地区は対象ではありません。\n対象ではない地区：川下\n理由：対象市の誤り" in mail["body"]


def test_a_correction_names_the_district_that_it_takes_back(make_stack, carriers):
    stack = make_stack(adapters=[adapter([carrier("good", carriers.url("/ok"))])])
    document = new_id()
    first = stack.accepted(order([detail("避難指示", ["北町一丁目", "南町"])], document=document))
    wait_state(stack, first["id"], "good/990019", "accepted")
    right = stack.accepted(order([detail("避難指示", ["北町一丁目"])], document=document, revision=2, errata="地区の誤り"))
    wait_state(stack, right["id"], "good/990019", "accepted")
    body = carriers.of("/ok")[-1][2]["body"]
    assert "対象：北町一丁目\n" in body and "\n訂正により対象外「避難指示」：南町" in body


@pytest.mark.parametrize("errata", ["警戒レベルの誤り", ""])
def test_a_lowering_reaches_whom_the_order_reached(make_stack, carriers, errata):
    stack = make_stack(adapters=[adapter([carrier("good", carriers.url("/ok"))], level_min=4)])
    document = new_id()
    first = stack.accepted(order(document=document))
    wait_state(stack, first["id"], "good/990019", "accepted")
    lower = stack.accepted(order([detail("高齢者等避難", ["北町一丁目"])], document=document, revision=2, errata=errata))
    wait_state(stack, lower["id"], "good/990019", "accepted")
    assert "警戒レベル3「高齢者等避難」" in carriers.of("/ok")[1][2]["body"]
    quiet = stack.accepted(order([detail("高齢者等避難", ["北町一丁目"])], document=document, revision=3))
    wait_state(stack, quiet["id"], "good/990019", "filtered")


def test_a_lowering_has_the_identifier_of_the_order(make_stack, carriers):
    stack = make_stack(mode="live", adapters=[adapter([{"name": "good", "live_endpoint": carriers.url("/ok")}])])
    document = new_id()
    for revision, sort in ((1, "緊急安全確保"), (2, "高齢者等避難")):
        answer = stack.accepted(order([detail(sort, ["北町一丁目"])], document=document, revision=revision, status="Actual",
                                      errata="警戒レベルの誤り" if revision == 2 else ""))
        wait_state(stack, answer["id"], "good/990019", "accepted")
    ids = [mail[2]["message_id"] for mail in carriers.of("/ok")]
    assert ids == [4370, 4370]


def test_the_order_goes_without_a_remark_that_may_not_go(make_stack, carriers):
    stack = make_stack(adapters=[adapter([carrier("good", carriers.url("/ok"))])])
    for text in ("問合せ 0120-444-113", "コールセンター0120-444-113", "電話(03)1234-5678", "電話 03 1234 5678",
                 "詳細 ｈｔｔｐｓ：／／ｅｘａｍｐｌｅ．ｊｐ"):
        answer = stack.accepted(with_remark(text))
        row = wait_state(stack, answer["id"], "good/990019", "accepted")
        assert "備考を省いて送ります" in row["detail"] and "Sent without the remark" in row["detail"], row
        body = carriers.of("/ok")[-1][2]["body"]
        assert "北町一丁目" in body and text not in body
    answer = stack.accepted(with_remark("10月5日 03時30分に更新"))
    assert "備考" not in wait_state(stack, answer["id"], "good/990019", "accepted")["detail"]
    assert "10月5日 03時30分に更新" in carriers.of("/ok")[-1][2]["body"]


def test_the_whole_municipality_is_never_one_district(make_stack, carriers):
    stack = make_stack(adapters=[adapter([carrier("good", carriers.url("/ok"))])])
    names = [f"架空地区第{i:02}町内会区域" for i in range(1, 31)]
    answer = stack.accepted(order([detail("避難指示", names), detail("高齢者等避難", ["架空市"])]))
    wait_state(stack, answer["id"], "good/990019", "accepted")
    assert "\n警戒レベル3「高齢者等避難」：全域" in carriers.of("/ok")[-1][2]["body"]


@pytest.mark.parametrize("name", ["𠮷野地区", "🌊海岸", "葛\U000e0100西"])
def test_what_no_japanese_code_page_has_is_told_to_the_sender(make_stack, carriers, name):
    stack = make_stack(adapters=[adapter([carrier("good", carriers.url("/ok"))])])
    answer = stack.accepted(order([detail("避難指示", [name])]))
    assert "機種依存文字" in wait_state(stack, answer["id"], "good/990019", "failed")["detail"]
    assert not carriers.of("/ok")


def test_what_the_gate_mends_is_no_obstacle(make_stack, carriers):
    stack = make_stack(adapters=[adapter([carrier("good", carriers.url("/ok"))])])
    answer = stack.accepted(order([detail("避難指示", ["か\u3099けの下", "\u200b北町", "南\u00a0町"])]))
    wait_state(stack, answer["id"], "good/990019", "accepted")
    assert "対象：がけの下、北町、南 町\n" in carriers.of("/ok")[0][2]["body"]
