"""The console: the list of one's own submissions as JSON and as a page, whose it is, page by page, as it happens; silence that begins.

What the page does in a browser is in tests/browser/console.test.js.
"""

import os
import re
import stat
import time

import requests
from lxml import html

from carriers import carrier
from categories import ALL, document
from conftest import BUSY_S, PRINCIPALS, free_port, wait_until
from documents import detail, new_id, order
from test_adapters_telecom import adapter, wait_state
from test_canary import status_command
from test_form import Browser

WATCHER = {"id": "watch", "organisation": "架空県運用", "code": "990001", "role": "operator", "username": "watch",
           "password": "drill-only-watch", "token": "drill-token-watch-0004", "statuses": ["Exercise"]}
WITH_WATCHER = [*({**p, "statuses": ["Exercise"]} for p in PRINCIPALS), WATCHER]


def listed(stack, user="kakuu", **params):
    return requests.get(stack.gate_url + "/v1/submissions", params=params, auth=stack.auth(user), timeout=60)


def ids(answer):
    return [row["id"] for row in answer.json()["submissions"]]


class Visitor:
    """Somebody at the console with a browser that knows no script."""

    def __init__(self, stack, user="kakuu"):
        self.stack, self.session = stack, Browser(stack, user).session

    def get(self, path, **params):
        return self.session.get(self.stack.gate_url + path, params=params, timeout=60)

    def page(self, path="/console", **params):
        return html.fromstring(self.get(path, **params).content.decode("utf-8"))


def articles(page):
    return [node.get("id").removeprefix("s-") for node in page.xpath("//article")]


def test_the_list_is_ones_own_and_newest_first(make_stack, carriers):
    stack = make_stack(principals=WITH_WATCHER, adapters=[adapter([carrier("good", carriers.url("/ok"))])])
    first = stack.accepted(order())["id"]
    foreign = stack.accepted(order(code="990027", name="架空第二市", source="bosai.soba.example"), "soba")["id"]
    last = stack.accepted(order([detail("高齢者等避難", ["港町"])]))["id"]
    wait_state(stack, last, "good/990019", "accepted")
    assert ids(listed(stack)) == [last, first]
    assert ids(listed(stack, "soba")) == [foreign]
    assert ids(listed(stack, "pref")) == [], "a prefecture's areas are not its submissions"
    assert ids(listed(stack, "watch")) == [last, foreign, first], "an operator sees all"
    page = Visitor(stack, "watch").page()
    assert articles(page) == [last, foreign, first] and "架空第二市" in page.xpath(f"//article[@id='s-{foreign}']")[0].text_content()
    row = listed(stack).json()["submissions"][0]
    assert row["notice"]["kind"] == "evacuation" and row["notice"]["mode"] == "drill"
    assert (row["notice"]["level"], row["notice"]["term"], row["notice"]["sender"]) == (3, "高齢者等避難", "架空市")
    assert row["notice"]["areas"][0]["code"] == "990019" and row["notice"]["headline"].startswith("【訓練】")
    assert {(r["outlet"], r["state"]) for r in row["receipts"]} >= {("good/990019", "accepted")}
    assert row == {**stack.status(last).json(), "notice": row["notice"]}, "the same as asked for alone"


def test_another_ones_id_opens_nothing(make_stack):
    stack = make_stack(principals=WITH_WATCHER)
    own = stack.accepted(order())["id"]
    foreign = stack.accepted(order(code="990027", name="架空第二市", source="bosai.soba.example"), "soba")["id"]
    for before in (foreign, "0" * 32):
        assert listed(stack, before=before).status_code == 404
    assert ids(listed(stack, "watch", before=foreign)) == [own]
    for wrong in ({"before": "no-id"}, {"before": ""}, {"limit": 0}, {"limit": "x"}, {"wait": "-1"}, {"version": "1e3"}, {"before": "0" * 400}):
        assert listed(stack, **wrong).status_code == 400, wrong
    assert requests.get(stack.gate_url + "/v1/submissions", timeout=20).status_code == 401
    visitor = Visitor(stack)
    page = visitor.get("/console", before=foreign)
    assert page.status_code == 404 and "見つかりません" in page.text
    assert visitor.get("/console/list", before=foreign).status_code == 404
    assert articles(visitor.page()) == [own]
    for text in (page.text, visitor.get("/console").text, visitor.get("/console/list").text):
        shown = text.replace(f"before={foreign}", "")
        assert foreign not in shown and "soba" not in shown and "架空第二市" not in shown
    forged = requests.Session()
    forged.cookies.set("hansho_session", "kakuu-city.0.0.0000")
    assert "サインイン" in forged.get(stack.gate_url + "/console", timeout=20).text


def test_two_hundred_submissions_page_by_page(make_stack):
    stack = make_stack()
    sent = [stack.accepted(order([detail("避難指示", [f"第{i}区"])], new_id()))["id"] for i in range(200)]
    sent.reverse()
    assert ids(listed(stack, limit=1000)) == sent[:100], "a page is at most a hundred"
    found, before = [], None
    while before is None or found[-1] != before:
        before = found[-1] if found else None
        answer = listed(stack, **({"before": before} if before else {}))
        found += ids(answer)
        assert len(ids(answer)) == 20
        if not answer.json()["more"]:
            break
    assert found == sent
    visitor = Visitor(stack)
    page = visitor.page()
    seen = articles(page)
    while page.xpath("//a[@id='older']"):
        page = visitor.page(page.xpath("//a[@id='older']/@href")[0])
        seen += articles(page)
    assert seen == sent
    stack.restart("hub")
    wait_until(lambda: listed(stack).status_code == 200, "the gate is back at the hub")
    assert ids(listed(stack, before=sent[99])) == sent[100:120], "the same after a restart"


def test_what_was_refused_for_its_revision_is_listed_with_what_it_says(make_stack):
    """Stale and conflicting ones have no seq and are not delivered; who sent them still sees which they were, also after a restart."""
    stack = make_stack(principals=WITH_WATCHER)
    document = new_id()
    stack.accepted(order([detail("避難指示", ["北町"])], document=document, revision=3))
    stale = stack.submit(order([detail("高齢者等避難", ["南町"])], document=document, revision=2))
    conflict = stack.submit(order([detail("緊急安全確保", ["港町"])], document=document, revision=3))
    assert [answer.status_code for answer in (stale, conflict)] == [202, 409], (stale.text, conflict.text)

    def rows(user="kakuu"):
        return listed(stack, user).json()["submissions"]
    for user in ("kakuu", "watch"):
        assert [(row["outcome"], row["seq"], row["notice"]["kind"], row["notice"]["level"]) for row in rows(user)] == [
            ("conflict", 0, "evacuation", 5), ("stale", 0, "evacuation", 3), ("accepted", 1, "evacuation", 4)]
    assert rows()[0]["notice"]["term"] == "緊急安全確保" and rows()[1]["notice"]["areas"][0]["code"] == "990019"
    before = rows()
    page = Visitor(stack).page()
    titles = [node.text_content() for node in page.xpath("//h3")]
    assert ["警戒レベル5" in titles[0], "警戒レベル3" in titles[1], "表示できません" in "".join(titles)] == [True, True, False], titles
    assert all("避難情報" in title for title in titles)
    assert "港町" in page.xpath("//p[@class='places']")[0].text_content()
    assert "配信していません" in page.xpath("//p[@class='when']")[0].text_content()
    stack.restart("hub")
    wait_until(lambda: listed(stack).status_code == 200, "the gate is back at the hub")
    assert rows() == before


def test_old_submissions_are_read_from_the_journal(make_stack):
    stack = make_stack(hub={"recent_notices": 2})
    sent = [stack.accepted(order(document=f"doc-{i}"))["id"] for i in range(6)]
    answer = listed(stack).json()["submissions"]
    assert [row["id"] for row in answer] == sent[::-1]
    assert all(row["notice"]["level"] == 4 and not row["notice"]["shortened"] for row in answer)


def test_the_page_says_what_became_of_it_and_what_to_do(make_stack, carriers):
    away = {"program": "hansho-jalert", "name": "jalert", "config": {"plan_dir": "/nowhere"}, "peer": {"silent_after_ms": 500}}
    stack = make_stack(adapters=[adapter([carrier("good", carriers.url("/ok")), carrier("strict", carriers.url("/refuse"))]), away],
                       start=False)
    for name in ("hub", "gate", "feed-1", "telecom"):
        stack.start(name)
    sent = stack.accepted(order())["id"]
    wait_state(stack, sent, "good/990019", "accepted")
    wait_state(stack, sent, "strict/990019", "failed")
    visitor = Visitor(stack)

    def silent():
        page = visitor.page()
        return [page] if page.xpath("//tr[@class='silent']") else None
    page = wait_until(silent, "silence stands on the page")[0]
    assert page.xpath("//title")[0].text.startswith("【訓練】")
    item = page.xpath(f"//article[@id='s-{sent}']")[0]
    title = item.xpath(".//h3")[0].text_content()
    assert "訓練" in title and "警戒レベル4" in title and "避難情報" in title and "新規" in title
    assert "北町一丁目" in item.xpath(".//p[@class='places']")[0].text_content()
    rows = {row.xpath("./th")[0].text_content(): row for row in item.xpath(".//tbody/tr")}
    by_class = {row.get("class"): row.text_content() for row in rows.values()}
    assert "422" in by_class["trouble"] and "電話など別の方法で" in by_class["trouble"], "the reason, and what to do"
    assert "応答なし" in by_class["silent"] and "確認してください" in by_class["silent"]
    assert "○" in by_class["has"] and re.search(r"\d+時\d\d分\d\d秒", by_class["has"])
    assert "届いていない 1" in page.xpath("//p[@id='summary']")[0].text_content()
    assert "応答なし 1" in page.xpath("//p[@id='summary']")[0].text_content()
    policy = visitor.get("/console").headers["Content-Security-Policy"]
    assert "script-src 'self'" in policy and "unsafe" not in policy
    assert "script-src" not in visitor.get("/").headers["Content-Security-Policy"], "the form stays without"


def test_silence_wakes_who_waits_and_alarms(make_stack, carriers, tmp_path):
    """The long polls answer when the silence begins, the metric counts, the command is called; and all of it ends with a word."""
    told = tmp_path / "told"
    program = tmp_path / "page-somebody"
    program.write_text(f'#!/bin/sh\necho "$@" >> {told}\n', encoding="utf-8")
    os.chmod(program, stat.S_IRWXU)
    away = {"program": "hansho-signage", "name": "signage", "peer": {"silent_after_ms": 3000}, "config": {
        "listen": f"127.0.0.1:{free_port()}", "screens": [{"id": "hall", "name": "市役所", "areas": ["990019"]}]}}
    stack = make_stack(adapters=[{**adapter([carrier("good", carriers.url("/ok"))]), "peer": {"silent_after_ms": 3000}}, away],
                       hub={"alarm_command": str(program)}, start=False)
    for name in ("hub", "gate", "feed-1", "telecom"):
        stack.start(name)
    sent = stack.accepted(order())["id"]
    wait_state(stack, sent, "good/990019", "accepted")
    assert stack.metrics("hub")['hansho_hub_outlets_silent{peer="signage"}'] == 0
    version = stack.status(sent).json()["version"]
    listing = listed(stack).json()["version"]
    began = time.time()
    answer = stack.status(sent, wait=25, version=version).json()
    silent = [row for row in answer["receipts"] if row["silent_ms"]]
    assert [row["adapter"] for row in silent] == ["signage"] and answer["version"] > version
    assert time.time() - began < 3 + 1 + BUSY_S and silent[0]["silent_ms"] < 3000 + 1000 + BUSY_S * 1000
    assert listed(stack, wait=25, version=listing).json()["version"] > listing
    assert stack.metrics("hub")['hansho_hub_outlets_silent{peer="signage"}'] == 1
    assert stack.metrics("hub")['hansho_hub_outlets_silent{peer="telecom"}'] == 0
    stack.wait_output("hub", r"hub\.outlet_silent .*peer=signage")
    wait_until(lambda: told.exists() and told.read_text().count("\n") == 1, "the command is called once")
    assert re.fullmatch(r"alarm hub drill signage silent about seq 1, sent \d+ s ago\n", told.read_text())
    status = requests.get(f"http://{stack.ops['hub']}/status", timeout=20).json()
    assert {peer["name"]: peer["silent_outlets"] for peer in status["peers"] if peer["kind"] == "adapter"} == {"telecom": 0, "signage": 1}
    said = status_command(stack, tmp_path)
    assert said.returncode == 1 and re.search(r"signage +SILENT +1 outlets", said.stdout), said.stdout
    stack.start("signage")
    # Nobody looks at that screen: sent and received are no words. Somebody who does is one.
    cancel = stack.accepted(order(document=new_id()))["id"]
    assert stack.metrics("hub")['hansho_hub_outlets_silent{peer="signage"}'] == 1
    assert stack.status(cancel).status_code == 200
    assert told.read_text().count("\n") == 1, "one silence, one alarm"


def test_an_outlet_that_speaks_again_ends_the_alarm(make_stack, carriers, tmp_path):
    told = tmp_path / "told"
    program = tmp_path / "page-somebody"
    program.write_text(f'#!/bin/sh\necho "$1 $4" >> {told}\n', encoding="utf-8")
    os.chmod(program, stat.S_IRWXU)
    stack = make_stack(adapters=[{**adapter([carrier("good", carriers.url("/ok"))]), "peer": {"silent_after_ms": 500}}],
                       hub={"alarm_command": str(program)}, start=False)
    for name in ("hub", "gate", "feed-1"):
        stack.start(name)
    sent = stack.accepted(order())["id"]
    wait_until(lambda: told.exists() and told.read_text() == "alarm telecom\n", "the adapter that is away is told")
    stack.start("telecom")
    wait_state(stack, sent, "good/990019", "accepted")
    wait_until(lambda: told.read_text() == "alarm telecom\nover telecom\n", "and that it is over")
    assert stack.metrics("hub")['hansho_hub_outlets_silent{peer="telecom"}'] == 0
    stack.wait_output("hub", r"hub\.outlet_silent_over .*peer=telecom")


def test_without_the_hub_nothing_is_shown_as_known(make_stack):
    stack = make_stack()
    sent = stack.accepted(order())["id"]
    visitor = Visitor(stack)
    assert articles(visitor.page()) == [sent]
    stack.stop("hub")
    wait_until(lambda: listed(stack).status_code == 503, "the gate knows")
    page = visitor.get("/console")
    assert page.status_code == 503 and "状況を確認できません" in page.text and "発信はまだありません" not in page.text
    assert visitor.get("/console/list").status_code == 503
    stack.start("hub")
    wait_until(lambda: visitor.get("/console").status_code == 200, "it is back")
    assert articles(visitor.page()) == [sent]


def test_what_is_no_longer_kept_is_never_shown_as_fine(make_stack, carriers):
    rows = [carrier(name, carriers.url("/ok")) for name in ("one", "two", "three")]
    stack = make_stack(adapters=[adapter(rows)], hub={"status_notices": 2, "receipts_per_notice": 3})
    sent = [stack.accepted(order(document=f"doc-{i}"))["id"] for i in range(3)]
    wait_until(lambda: all(len(stack.status(one).json()["receipts"]) == 3 for one in sent[1:]), "what there is room for is kept")
    old, newest = stack.status(sent[0]).json(), stack.status(sent[2]).json()
    assert (old["version"], old["receipts"], old["receipts_complete"]) == (0, [], False)
    wait_until(lambda: not stack.status(sent[2]).json()["receipts_complete"], "a fourth found no room")
    assert newest["version"] > 0
    visitor = Visitor(stack)
    page = visitor.page()
    summary = page.xpath("//p[@id='summary']")[0].text_content()
    assert "確認が必要な配信先はありません" not in summary and "残っていない、または一部だけの発信 3" in summary, summary
    gone = page.xpath(f"//article[@id='s-{sent[0]}']")[0].text_content()
    assert "ここにはもう記録がありません" in gone and "まだどこからも返事がありません" not in gone
    assert "ここにあるのは一部です" in page.xpath(f"//article[@id='s-{sent[2]}']")[0].text_content()
    receipt = visitor.get(f"/receipt/{sent[0]}").text
    assert "ここにはもう記録がありません" in receipt and "まだどこからも返事がありません" not in receipt


def test_what_an_outlet_leaves_out_is_no_silence(make_stack, outlets):
    """Kinds that an outlet does not announce are told as filtered, or they would be an alarm each time."""
    adapters = [{**row, "peer": {"silent_after_ms": 1500}} for row in outlets.adapters]
    stack = make_stack(adapters=adapters)
    sent = [stack.accepted(document(category))["id"] for category in ALL]
    time.sleep(3)
    rows = [(row["adapter"], row["outlet"], submission["notice"]["kind"]) for submission in listed(stack).json()["submissions"]
            for row in submission["receipts"] if row["silent_ms"]]
    assert len(sent) == len(ALL) and rows == []
    assert all(stack.metrics("hub")[f'hansho_hub_outlets_silent{{peer="{name}"}}'] == 0 for name in outlets.names)
