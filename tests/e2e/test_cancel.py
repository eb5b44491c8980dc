"""The cancel of a lift, from the form to every outlet: what is in force again is said first, what was right is never
called wrong."""

import json

import pytest

from carriers import carrier, pages_text
from conftest import free_port, wait_until
from test_adapters_broadcaster import Station, broadcaster
from test_adapters_signage import Player, signage
from test_form import Browser, cancel, issue, lift_keys, send

MARK = "【訓練】"


@pytest.fixture
def town(make_stack, carriers, tmp_path):
    """A drill stack with all four outlets."""
    class Town:
        air, screens, plans = free_port(), free_port(), tmp_path / "plans"
    Town.plans.mkdir()
    Town.stack = make_stack(mode="drill", feeds=0, adapters=[
        broadcaster(Town.air), signage(Town.screens),
        {"program": "hansho-telecom", "name": "telecom", "config": {
            "carriers": [carrier("good", carriers.url("/ok"))], "heartbeat_ms": 500}},
        {"program": "hansho-jalert", "name": "jalert", "config": {"plan_dir": str(Town.plans), "heartbeat_ms": 500}}])
    return Town


def plan(town, number):
    """The plan file of the message with that seq."""
    def found():
        files = list(town.plans.glob(f"drill-*-{number}.json"))
        return json.loads(files[0].read_text(encoding="utf-8")) if files else None
    return wait_until(found, f"a plan for {number}")


def mail(carriers, number):
    def found():
        return next((m[2] for m in carriers.of("/ok") if m[2]["notice"]["seq"] == number), None)
    return wait_until(found, f"a mail for {number}")


def test_a_lift_that_is_taken_back_at_every_outlet(town, carriers):
    station, player = Station(town.air), Player(town.screens)
    player.until(lambda m: m["state"] == "normal")
    browser = Browser(town.stack, "kakuu")
    send(issue(browser, level="4", areas="港町,みなとまち\n北町,きたまち"))
    send(issue(browser, level="5", areas="港町"))
    page = browser.get("/")
    send(page.press(page.form("/check", "lift"), **lift_keys(page, ["北町"])))
    for _ in range(3):
        station.item()
    send(cancel(browser))

    item = station.item()
    assert item["seq"] == 4 and item["change"] == "cancelled" and item["level"] == 4
    assert {a["name"]: a["change"] for a in item["areas"]} == {"北町": "returned", "港町": "unchanged"}
    assert item["text"].startswith(MARK + "【取消】") and item["text"].endswith(MARK)
    assert "北町には、警戒レベル4 避難指示が再び発令されています" in item["text"]
    assert "港町の警戒レベル5 緊急安全確保は引き続き発令中です" in item["text"]
    crawl = "".join(line.removeprefix(MARK) for line in item["crawl"])
    assert "北町に警戒レベル４避難指示を再び発令" in crawl and "緊急安全確保" not in crawl

    sent = mail(carriers, 4)
    assert sent["title"] == MARK + "訂正 避難指示" + MARK and len(sent["title"]) <= 15
    assert sent["body"].startswith(MARK) and sent["body"].endswith(MARK) and len(sent["body"]) <= 200
    assert "再び発令中：警戒レベル4「避難指示」 北町" in sent["body"]
    assert "継続中：警戒レベル5「緊急安全確保」 港町" in sent["body"]
    assert "誤り：" not in sent["body"]
    assert pages_text(sent["pages"]) == sent["title"] + "\n" + sent["body"]

    announcement = plan(town, 4)["announcements"][0]
    assert announcement["level"] == 4
    assert "北町には、警戒レベル4、避難指示が、再び発令されています" in announcement["text"]
    assert "港町に発令した" not in announcement["text"]
    assert "きたまちには、" in announcement["reading"], "its reading comes with the lift that is repeated"

    state = player.until(lambda m: "cancel" in m)
    assert {i["level"]: i["areas"] for i in state["items"]} == {5: ["港町"], 4: ["北町"]}
    assert [(i["level"], i["areas"]) for i in state["cancel"]["returned"]] == [(4, ["北町"])]
    assert "ended" not in state["cancel"]
    station.close()
    player.close()


def test_outlets_that_start_after_the_lift_say_only_what_they_know(town, carriers):
    """A restart between lift and cancel: the snapshot gives the state, so the difference is known again. A cancel
    that came while the outlet was away is told with what stands now, and nothing is called ended."""
    browser = Browser(town.stack, "kakuu")
    send(issue(browser, level="4", areas="港町\n北町"))
    page = browser.get("/")
    send(page.press(page.form("/check", "lift"), **lift_keys(page, ["北町"])))
    mail(carriers, 2)
    for name in ("telecom", "jalert"):
        town.stack.stop(name)
    send(cancel(browser))
    for name in ("telecom", "jalert"):
        town.stack.start(name)
    sent = mail(carriers, 3)
    assert sent["title"] == MARK + "発表の取消" + MARK
    assert "取り消す発表：「避難指示」の解除 北町" in sent["body"]
    assert "\n発令中：警戒レベル4「避難指示」" in sent["body"] and "継続中" not in sent["body"]
    assert "誤り：" not in sent["body"]
    text = plan(town, 3)["announcements"][0]["text"]
    assert "北町の避難指示の解除を含む発表です" in text
    assert "現在、北町、港町の警戒レベル4、避難指示が、発令されています" in text
