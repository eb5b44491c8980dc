"""National warnings at the loudspeakers of a municipality: what starts, what interrupts, who hears the correction, and the
sound that is made of it."""

import json
import os
import re
import shutil
import struct
import subprocess
import time
import wave

import pytest
import requests

from conftest import PRINCIPALS, Stack, free_port, wait_until
from controller import controller, folder  # noqa: F401 (fixtures)
from documents import detail, jst, new_id, order
from test_adapters_jalert import adapter, plan_files, wait_state
from voice import write_voice

SEEDS = os.path.join(os.path.dirname(__file__), "..", "fuzz", "seeds")
LIVE = "Actual"


def relayer(name, mark, statuses):
    return {"id": name, "organisation": "中継", "office": "", "code": "990001", "areas": ["99"], "username": name,
            "password": f"{mark}-{name}", "token": f"{mark}-token-{name}", "source": f"{name}.example",
            "role": "relayer", "statuses": statuses}


def principals(status):
    return [{**row, "statuses": [status]} for row in PRINCIPALS] + [
        relayer("relay", "test", [status]), relayer("bridge", "test", [status])]


def telegram(name, event, at=None, status="訓練", serial=None, infotype="発表"):
    """A telegram of the seeds that is issued now."""
    at = at or time.time()
    with open(os.path.join(SEEDS, f"jma_{name}.xml"), encoding="utf-8") as file:
        text = file.read()
    utc = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(at))
    local = time.strftime("%Y-%m-%dT%H:%M:%S+09:00", time.gmtime(at + 9 * 3600))
    text = re.sub(r"(<Control>.*?<DateTime>)[^<]*", rf"\g<1>{utc}", text, count=1, flags=re.S)
    text = re.sub(r"<(ReportDateTime|TargetDateTime)>[^<]*", rf"<\1>{local}", text)
    text = re.sub(r"<EventID>[^<]*", f"<EventID>{event}", text)
    text = text.replace("<Status>訓練", f"<Status>{status}").replace("<InfoType>発表", f"<InfoType>{infotype}")
    if serial is not None:
        text = re.sub(r"<Serial>[^<]*", f"<Serial>{serial}", text)
    if status == "通常":
        text = text.replace("<Title>訓練</Title>", "<Title>標題</Title>").replace("<Text>訓練</Text>", "<Text>本文</Text>")
    return text


def speech_of(plan):
    return [s["text"] for s in plan["announcements"][0]["segments"] if s["kind"] == "speech"]


def plan_of(controller, seq):
    found = [r["plan"] for r in controller.plays() if r["id"].endswith(f"-{seq}")]
    return found[0] if found else None


def test_a_tsunami_warning_sounds_and_its_cancel_reaches_those_who_heard(make_stack, folder, controller):
    stack = make_stack(mode="live", principals=principals(LIVE), adapters=[
        adapter(folder, controller.url, areas=["032018", "342025"], groups=["北", "南"])])
    issue = stack.accepted(telegram("tsunami", "E1", status="通常"), "relay")
    wait_state_as(stack, issue, "accepted")
    plan = plan_of(controller, issue["seq"])
    assert [(a["area"]["code"], a["kind"]) for a in plan["announcements"]] == [("032018", "tsunami_major")], \
        "the one in Iwate, not the one in Hiroshima"
    segments = plan["announcements"][0]["segments"]
    assert [(s["kind"], s["on_ms"]) for s in segments[:6]] == [("tone", 3000), ("silence", 2000)] * 3
    said = speech_of(plan)
    assert len([text for text in said if text.startswith("大津波警報。")]) == 3
    reading = [s["reading"] for s in segments if s["kind"] == "speech"]
    assert reading[0].startswith("おおつなみけいほう。") and "こちらは、もりおかしです。" in reading[3]
    assert plan["priority"] == 1 and plan["volume"] == 100 and plan["groups"] == []
    assert "とても 大きな 津波" in plan["announcements"][0]["easy"]

    again = stack.accepted(telegram("tsunami", "E1", at=time.time() + 5, status="通常"), "relay")
    wait_until(lambda: state_of(stack, again, "") == "filtered", "the same again is no news")

    text = telegram("tsunami", "E1", at=time.time() + 9, status="通常", infotype="取消")
    text = re.sub(r"<Tsunami>.*</Tsunami>", "", text, flags=re.S)
    cancel = stack.accepted(text, "relay")
    wait_state_as(stack, cancel, "accepted")
    taken_back = plan_of(controller, cancel["seq"])
    assert [a["area"]["code"] for a in taken_back["announcements"]] == ["032018"]
    assert "誤りでした。取り消します。" in speech_of(taken_back)[0]
    assert taken_back["volume"] == plan["volume"]
    assert taken_back["announcements"][0]["segments"][0]["on_ms"] == 3000, "as loud: the same siren"
    assert controller.of("stop")[-1]["id"] == f"{[r['id'] for r in controller.plays()][0]}", "what is wrong falls silent"


def state_of(stack, answer, outlet, who="relay"):
    rows = stack.status(answer["id"], who).json()["receipts"]
    found = [r["state"] for r in rows if r["adapter"] == "jalert" and r["outlet"] == outlet]
    return found[-1] if found else None


def wait_state_as(stack, answer, state, outlet="controller", who="relay"):
    wait_until(lambda: state_of(stack, answer, outlet, who) == state, f"{outlet} is {state}")


def test_a_cancel_reaches_who_heard_across_a_restart(make_stack, folder, controller):
    stack = make_stack(mode="live", principals=principals(LIVE), adapters=[
        adapter(folder, controller.url, areas=["032018"])])
    issue = stack.accepted(telegram("tsunami", "E1", status="通常"), "relay")
    wait_state_as(stack, issue, "accepted")
    stack.wait_acked()
    stack.restart("jalert")
    assert len(controller.plays()) == 1, "nothing fires anew"
    text = telegram("tsunami", "E1", at=time.time() + 9, status="通常", infotype="取消")
    cancel = stack.accepted(re.sub(r"<Tsunami>.*</Tsunami>", "", text, flags=re.S), "relay")
    wait_state_as(stack, cancel, "accepted")
    assert [a["area"]["code"] for a in plan_of(controller, cancel["seq"])["announcements"]] == ["032018"]


def test_the_table_says_what_starts(make_stack, folder, controller):
    off = [{"kind": "tsunami_major", "areas": ["03"], "start": False},
           {"kind": "eew", "threshold": "7"}]
    stack = make_stack(mode="live", principals=principals(LIVE), adapters=[
        adapter(folder, controller.url, areas=["032018", "382035"], auto_start=off)])
    for name in ("tsunami", "eew"):
        answer = stack.accepted(telegram(name, name, status="通常"), "relay")
        wait_until(lambda: state_of(stack, answer, "") == "filtered", f"{name} stays silent")
    assert controller.plays() == []


def test_an_early_warning_interrupts_and_the_order_begins_again(make_stack, folder, controller):
    stack = make_stack(mode="live", principals=principals(LIVE), adapters=[
        adapter(folder, controller.url, areas=["382035", "990019"])])
    first = stack.accepted(order(status=LIVE))
    wait_until(controller.plays, "the order is played")
    order_id = controller.plays()[0]["id"]
    controller.answer(order_id, "started")
    warning = stack.accepted(telegram("eew", "E2", status="通常"), "relay")
    wait_state_as(stack, warning, "accepted")
    eew = plan_of(controller, warning["seq"])
    assert eew["priority"] == 0 and speech_of(eew)[0].startswith("緊急地震速報。大地震です。")
    assert "おおじしんです" in next(s["reading"] for s in eew["announcements"][0]["segments"] if s["kind"] == "speech")
    kinds = [(r["type"], r["id"]) for r in controller.requests]
    assert kinds.index(("stop", order_id)) < kinds.index(("play", eew["id"])), "first silence, then the warning"
    time.sleep(1)
    assert len([k for k in kinds if k == ("play", order_id)]) == 1
    controller.answer(eew["id"], "finished")
    wait_until(lambda: [r["id"] for r in controller.plays()].count(order_id) == 2, "the order begins again")
    controller.answer(order_id, "finished")
    wait_until(lambda: "displayed" in [r["state"] for r in stack.status(first["id"]).json()["receipts"]
                                       if r["outlet"] == "controller"], "and is played whole")


def test_a_late_early_warning_never_sounds(make_stack, folder, controller):
    stack = make_stack(mode="live", principals=principals(LIVE), adapters=[
        adapter(folder, controller.url, areas=["382035"], instant_max_age_ms=5000)])
    late = stack.accepted(telegram("eew", "E3", at=time.time() - 60, status="通常"), "relay")
    wait_until(lambda: state_of(stack, late, "") == "expired", "too late")
    assert controller.plays() == []


def test_a_drill_says_so_first_and_last(make_stack, folder, controller):
    stack = make_stack(principals=principals("Exercise"), adapters=[
        adapter(folder, controller.url, areas=["032018"], easy_speech=True)])
    answer = stack.accepted(telegram("tsunami", "E4"), "relay")
    wait_state_as(stack, answer, "accepted")
    plan = plan_of(controller, answer["seq"])
    one = plan["announcements"][0]
    assert one["text"].startswith("【訓練】") and one["text"].endswith("【訓練】")
    assert one["easy"].startswith("【くんれん】") and one["easy"].endswith("【くんれん】")
    for text in speech_of(plan):
        assert text.startswith(("訓練", "くんれん")) and text.rstrip("。").endswith(("訓練です", "くんれんです", "行います")), text
    assert all(s["bank"].startswith("drill-") for s in one["segments"] if s["kind"] == "speech")
    assert max(s["on_ms"] for s in one["segments"] if s["kind"] == "tone") <= 1000 and plan["volume"] == 50


def test_districts_take_turns_when_nothing_hurries(make_stack, folder, controller):
    stack = make_stack(mode="live", principals=principals(LIVE), adapters=[
        adapter(folder, controller.url, groups=["北", "南"], group_pause_ms=2000)])
    stack.accepted(order(status=LIVE))
    plan = wait_until(controller.plays, "played")[0]["plan"]
    turn = plan["announcements"][0]["duration_ms"]
    assert plan["groups"] == [{"name": "北", "start_ms": 0}, {"name": "南", "start_ms": turn + 2000}]
    assert plan["duration_ms"] == 2 * turn + 2000


# ---- the same event by two routes ----

def cap(event, areas, kind="津波警報", severity="Extreme", message="Alert", references="", when=None):
    at = time.strftime("%Y-%m-%dT%H:%M:%S+09:00", time.gmtime((when or time.time()) + 9 * 3600))
    places = "".join(f"<area><areaDesc>x</areaDesc><geocode><valueName>JISX0402-6</valueName><value>{code}</value></geocode></area>"
                     for code in areas)
    return (f'<alert xmlns="urn:oasis:names:tc:emergency:cap:1.2"><identifier>{new_id()}</identifier><sender>bridge.example</sender>'
            f"<sent>{at}</sent><status>Actual</status><msgType>{message}</msgType><scope>Public</scope>{references}"
            f"<incidents>{event}</incidents><info><language>ja</language><category>Geo</category><event>{kind}</event>"
            f"<urgency>Immediate</urgency><severity>{severity}</severity><certainty>Likely</certainty><headline>津波</headline>"
            f"<description>津波</description>{places}</info></alert>")


def codes(reply):
    return [w["code"] for w in reply.get("warnings", [])]


def test_the_second_route_does_not_alarm_again(make_stack, folder, controller):
    stack = make_stack(mode="live", principals=principals(LIVE), adapters=[
        adapter(folder, controller.url, areas=["032018", "042021"])])
    text = telegram("tsunami", "E5", status="通常")
    first = stack.accepted(text, "relay")
    wait_state_as(stack, first, "accepted")
    same = stack.submit(text, "bridge").json()
    assert (same["outcome"], same["seq"]) == ("duplicate", first["seq"]), "byte for byte: one effect"
    other = stack.accepted(text.replace("<Title>標題", "<Title> 標題"), "bridge")
    assert "same_event" in codes(other)
    wait_until(lambda: state_of(stack, other, "", "bridge") == "filtered", "it stays silent")
    third = stack.accepted(cap("E5", ["032018"]), "bridge")
    assert "same_event" in codes(third), "another form of it, for a part of the areas"
    wider = stack.accepted(cap("E5", ["032018", "042021"]), "bridge")
    assert "same_event" not in codes(wider), "one more area: it is delivered as it is"
    unknown = stack.accepted(cap("E6", ["032018"]), "bridge")
    assert "same_event" not in codes(unknown), "another event"
    wait_state_as(stack, unknown, "accepted", who="bridge")
    said = [(r["id"].rsplit("-", 1)[1], [a["area"]["code"] for a in r["plan"]["announcements"]]) for r in controller.plays()]
    assert said == [(str(first["seq"]), ["032018"]), (str(wider["seq"]), ["042021"]), (str(unknown["seq"]), ["032018"])], \
        "what is new is said, where it is new"


def test_the_second_route_is_known_without_a_common_id(make_stack, folder, controller):
    stack = make_stack(mode="live", principals=principals(LIVE), adapters=[
        adapter(folder, controller.url, areas=["382035"])])
    first = stack.accepted(telegram("eew", "20260701072934", status="通常"), "relay")
    wait_state_as(stack, first, "accepted")
    other = stack.accepted(telegram("eew", "J-1", status="通常"), "bridge")
    assert "same_event" in codes(other), "by origin time and hypocentre"
    wait_until(lambda: state_of(stack, other, "", "bridge") == "filtered", "it stays silent")
    later = re.sub(r"(<OriginTime>[^<]*T\d\d:)(\d\d)", lambda m: f"{m[1]}{(int(m[2]) + 1) % 60:02}", telegram("eew", "J-2", status="通常"))
    second = stack.accepted(later, "bridge")
    assert "same_event" not in codes(second), "a minute later it is another one"
    wait_state_as(stack, second, "accepted", who="bridge")
    assert len(controller.plays()) == 2


def taken_back(name, event):
    """Its cancel, which says nothing but its event."""
    text = telegram(name, event, at=time.time() + 5, status="通常", infotype="取消")
    return re.sub(r"<Body[^>]*>.*</Body>", lambda body: body[0] if name == "eew" else re.sub(r"<Tsunami>.*</Tsunami>", "", body[0], flags=re.S),
                  text, flags=re.S)


ROUTES = {"relay": "20260701072934", "bridge": "J-1"}


@pytest.mark.parametrize("cancels", [["relay"], ["bridge"], ["relay", "bridge"], ["bridge", "relay"]])
@pytest.mark.parametrize("first", ROUTES)
@pytest.mark.parametrize("name, place, restarts", [("eew", "382035", ""), ("eew", "382035", "hub"), ("eew", "382035", "jalert"), ("tsunami", "032018", ""),
                                                   ("tsunami", "032018", "hub"), ("tsunami", "032018", "jalert")])
def test_the_cancel_of_either_route_reaches_who_heard_once(make_stack, folder, controller, name, place, first, cancels, restarts):
    """Two routes without a common id; who heard the one hears the first cancel, of whichever route, and no second one."""
    stack = make_stack(mode="live", principals=principals(LIVE), adapters=[adapter(folder, controller.url, areas=[place])])
    told = stack.accepted(telegram(name, ROUTES[first], status="通常"), first)
    wait_state_as(stack, told, "accepted", who=first)
    second = next(route for route in ROUTES if route != first)
    other = stack.accepted(telegram(name, ROUTES[second], status="通常"), second)
    assert "same_event" in codes(other)
    wait_until(lambda: state_of(stack, other, "", second) == "filtered", "it stays silent")
    for count, route in enumerate(cancels):
        text = taken_back(name, ROUTES[route])
        if restarts == "hub" or (restarts and count == 0):
            stack.wait_acked()
            stack.restart(restarts)
            wait_until(lambda text=text, route=route: stack.submit(text, route).status_code in (200, 202), "the hub is back")
        cancel = stack.submit(text, route).json()
        if count == 0:
            wait_state_as(stack, cancel, "accepted", who=route)
        else:
            wait_until(lambda cancel=cancel, route=route: state_of(stack, cancel, "", route) == "filtered", "it was said already")
    plays = controller.plays()
    assert len(plays) == 2
    assert [a["area"]["code"] for a in plays[1]["plan"]["announcements"]] == [place]
    assert "取り消します" in "".join(speech_of(plays[1]["plan"]))
    assert plays[1]["plan"]["volume"] == plays[0]["plan"]["volume"], "as loud as it was"
    if restarts != "jalert":  # this controller tells a new process nothing of what the old one sent
        assert [stop["id"] for stop in controller.of("stop")] == [plays[0]["id"]], "what is wrong falls silent"


@pytest.mark.parametrize("cancels", [["relay"], ["bridge"], ["relay", "bridge"], ["bridge", "relay"]])
@pytest.mark.parametrize("first", ["relay", "bridge"])
def test_the_cancel_of_an_alert_by_the_other_route_reaches_who_heard_once(make_stack, folder, controller, first, cancels):
    """One route has telegrams, the other CAP, whose cancel names the document and nothing else."""
    stack = make_stack(mode="live", principals=principals(LIVE), adapters=[adapter(folder, controller.url, areas=["032018"])])
    warning = telegram("tsunami", "20260701072934", status="通常")
    alert = cap("20260701072934", ["032018"])
    sent = re.search(r"<sent>([^<]*)", alert)[1]
    named = f"<references>bridge.example,{re.search(r'<identifier>([^<]*)', alert)[1]},{sent}</references>"
    texts = {"relay": (warning, taken_back("tsunami", "20260701072934")),
             "bridge": (alert, cap("", ["032018"], message="Cancel", references=named, when=time.time() + 5))}
    for route in (first, next(route for route in texts if route != first)):
        told = stack.accepted(texts[route][0], route)
        wait_until(lambda told=told, route=route: state_of(stack, told, "controller" if route == first else "", route), "it is decided")
    time.sleep(1)
    sounded = len(controller.plays())
    for route in cancels:
        cancel = stack.accepted(texts[route][1], route)
        wait_until(lambda cancel=cancel, route=route: state_of(stack, cancel, "", route) in ("received", "filtered"), "it is decided")
        time.sleep(0.5)
    said = [play["plan"] for play in controller.plays()[sounded:]]
    assert [[a["area"]["code"] for a in plan["announcements"]] for plan in said] == [["032018"]]
    assert "取り消します" in "".join(speech_of(said[0]))


def test_a_stronger_second_message_is_not_kept_back(make_stack, folder, controller):
    stack = make_stack(mode="live", principals=principals(LIVE), adapters=[
        adapter(folder, controller.url, areas=["032018"])])
    weak = telegram("tsunami", "E7", status="通常").replace("大津波警報：発表", "津波警報").replace("<Code>53", "<Code>51")
    first = stack.accepted(weak, "bridge")
    wait_state_as(stack, first, "accepted", who="bridge")
    strong = stack.accepted(telegram("tsunami", "E7", at=time.time() + 2, status="通常"), "relay")
    assert "same_event" not in codes(strong)
    wait_state_as(stack, strong, "accepted")
    assert plan_of(controller, strong["seq"])["announcements"][0]["kind"] == "tsunami_major"


def test_the_hub_knows_the_event_after_a_restart(make_stack, folder, controller):
    stack = make_stack(mode="live", principals=principals(LIVE), adapters=[
        adapter(folder, controller.url, areas=["032018"])])
    text = telegram("tsunami", "E8", status="通常")
    wait_state_as(stack, stack.accepted(text, "relay"), "accepted")
    stack.restart("hub")
    wait_until(lambda: stack.submit(text, "relay").status_code == 202, "the hub is back")
    other = stack.accepted(text.replace("<Title>標題", "<Title> 標題"), "bridge")
    assert "same_event" in codes(other)


# ---- the bridge of the receiver ----

def start_receiver(stack, folder, **more):
    spool = os.path.join(folder, "spool")
    os.makedirs(spool, exist_ok=True)
    for name, text in (("token", "test-token-bridge"), ("door", "door-token")):
        with open(os.path.join(folder, name), "w", encoding="ascii") as file:
            file.write(text + "\n")
    stack._write("receiver", "hansho-jalert", {
        "gate_url": stack.gate_url + "/v1/submissions", "token_file": os.path.join(folder, "token"), "spool_dir": spool,
        "sender": "jalert.kakuu.example", "retry_first_ms": 50, "retry_max_ms": 200, **more})
    program, arguments = stack.commands["receiver"]
    stack.commands["receiver"] = (program, ["--receive", *arguments])
    stack.start("receiver")
    return spool


def put(spool, name, text):
    with open(os.path.join(spool, "." + name), "w", encoding="utf-8") as file:
        file.write(text)
    os.rename(os.path.join(spool, "." + name), os.path.join(spool, name))


def missile(event, status=LIVE, **more):
    return json.dumps({"kind": "missile", "phase": "launch", "action": "alert", "event": event, "id": new_id(),
                       "sent": jst(), "status": status, "areas": ["990019"], **more})


def done(spool):
    return sorted(os.listdir(os.path.join(spool, "done")))


def test_the_receiver_brings_telegrams_and_missiles(make_stack, folder, controller):
    stack = make_stack(mode="live", principals=principals(LIVE), adapters=[
        adapter(folder, controller.url, areas=["990019", "032018"])])
    spool = start_receiver(stack, folder)
    put(spool, "1.xml", telegram("tsunami", "E9", status="通常"))
    put(spool, "2.json", missile("M1"))
    wait_until(lambda: done(spool) == ["1.xml", "2.json"], "both are submitted")
    plans = {r["plan"]["announcements"][0]["kind"]: r["plan"] for r in wait_until(
        lambda: len(controller.plays()) >= 2 and controller.plays(), "both sound")}
    said = speech_of(plans["missile"])
    assert said[0].startswith("ミサイル発射。ミサイル発射。") and said.count(said[0]) == 3
    sirens = [s for s in plans["missile"]["announcements"][0]["segments"] if s["kind"] == "tone" and s["on_ms"] == 14000]
    assert len(sirens) == 3, "the siren before each time"
    put(spool, "3.json", missile("M1", phase="none", action="update", replaces=["x 2026-07-01T07:20:00+09:00"]))
    wait_until(lambda: any("飛来しない" in speech_of(r["plan"])[0] for r in controller.plays()), "the end of it is said")


def test_a_missile_is_told_with_its_places_and_times(make_stack, folder, controller):
    stack = make_stack(mode="live", principals=principals(LIVE), adapters=[
        adapter(folder, controller.url, areas=["990019"], easy_speech=True)])
    spool = start_receiver(stack, folder)
    put(spool, "1.json", missile("M1", phase="take_cover", areas=["02", "990019"], sent="2026-07-01T07:36:10+09:00",
                                 at="2026-07-01T07:44:30+09:00"))
    one = wait_until(controller.plays, "it sounds")[0]["plan"]["announcements"][0]
    sentence = ("ミサイルが、7時44分頃、青森県、架空県周辺に落下するものとみられます。直ちに避難して下さい。7時36分の発表です。")
    assert sentence in one["text"]
    assert one["easy"].startswith("ミサイルが 7時44分ごろ、青森県、架空県の 近くに おちます。")
    assert "しちじよんじゅうよんぷんごろ、あおもりけん、かくうけんしゅうへんに" in one["reading"]
    spoken = [(s["text"], s["reading"]) for s in one["segments"] if s["kind"] == "speech"]
    assert spoken.count(("7時", "しちじ")) == 3 * 2 + 1, "each in a part of its own, that is prepared"
    assert spoken.count(("青森県", "あおもりけん")) == 3 + 1 and ("44分", "よんじゅうよんぷん") in spoken


def test_however_many_places_and_however_a_moment_is_written(make_stack, folder, controller):
    stack = make_stack(mode="live", principals=principals(LIVE), adapters=[
        adapter(folder, controller.url, areas=["990019"], civil_places_max=47, sirens=[{"kind": "missile", "times": 3}])])
    spool = start_receiver(stack, folder)
    everywhere = [f"{number:02d}" for number in range(1, 48)] + ["990019"]
    put(spool, "1.json", missile("M1", phase="take_cover", areas=everywhere, sent="2026-06-30T22:36:10.25Z", at="2026-06-30T22:44:30Z"))
    one = wait_until(controller.plays, "it sounds")[0]["plan"]["announcements"][0]
    assert "7時44分頃、北海道、青森県、" in one["text"] and "など周辺に" in one["text"] and "7時36分の発表です" in one["text"]
    assert len(one["segments"]) > 120, "as many names as there is room for"
    put(spool, "2.json", missile("M1", phase="sea", action="update", sent="2026-06-30T22:50:00.5Z",
                                 replaces=["x 2026-06-30T22:36:10.25Z"]))
    wait_until(lambda: done(spool) == ["1.json", "2.json"], "the gate takes both")


def test_what_the_gate_refuses_is_kept_with_the_reason(make_stack, folder):
    stack = make_stack(mode="live", principals=principals(LIVE))
    spool = start_receiver(stack, folder)
    put(spool, "bad.json", missile("M2", areas=[]))
    put(spool, "drill.json", missile("M2", status="Exercise"))
    put(spool, "bad.xml", "<x/>")
    refused = os.path.join(spool, "refused")
    wait_until(lambda: len(os.listdir(refused)) == 6, "three files and three reasons")
    with open(os.path.join(refused, "bad.json.why"), encoding="utf-8") as file:
        assert "areas" in file.read()
    assert done(spool) == []


def test_nothing_is_lost_while_the_gate_is_away(make_stack, folder):
    stack = make_stack(mode="live", principals=principals(LIVE))
    spool = start_receiver(stack, folder)
    stack.stop("gate")
    put(spool, "1.json", missile("M3"))
    stack.wait_output("receiver", "receiver.retry")
    assert done(spool) == []
    stack.start("gate")
    wait_until(lambda: done(spool) == ["1.json"], "it is submitted when the gate is back")


def test_the_receiver_may_post(make_stack, folder):
    stack = make_stack(mode="live", principals=principals(LIVE))
    listen = f"127.0.0.1:{free_port()}"
    spool = start_receiver(stack, folder, listen=listen, listen_url=f"http://{listen}/v1/telegrams",
                           listen_token_file=os.path.join(folder, "door"))
    url = f"http://{listen}/v1/telegrams"

    def post(token):
        return requests.post(url, data=missile("M4").encode(), timeout=20,
                             headers={"Authorization": f"Bearer {token}", "Content-Type": "application/json"}).status_code
    assert post("wrong") == 401 and post("door-token") == 202
    wait_until(lambda: len(done(spool)) == 1, "submitted")


# ---- sound ----

def samples(path):
    with wave.open(path) as file:
        assert (file.getframerate(), file.getsampwidth(), file.getnchannels()) == (48000, 2, 1)
        return struct.unpack(f"<{file.getnframes()}h", file.readframes(file.getnframes()))


def wavs(folder):
    return sorted(name for name in os.listdir(folder) if name.endswith(".wav") and name[0] != ".")


def audio(folder, **more):
    os.makedirs(os.path.join(folder, "audio"), exist_ok=True)
    # a sentence has the time that it takes on a busy machine
    return {"audio_dir": os.path.join(folder, "audio"), "audio_timeout_ms": 60000, **more}


def test_the_real_open_jtalk_speaks(make_stack, folder, controller):
    assert shutil.which("open_jtalk"), "deploy/packages.txt"
    voice = write_voice(os.path.join(folder, "hum.htsvoice"))
    config = audio(folder, audio_voice=voice, areas=["990019"])
    stack = make_stack(mode="live", principals=principals(LIVE), adapters=[adapter(folder, controller.url, **config)])
    answer = stack.accepted(order([detail("避難指示", ["北町一丁目"])], status=LIVE))
    rows = wait_state(stack, answer["id"], "audio", "accepted")
    assert rows["detail"].endswith("0 sentences without speech"), rows
    names = wavs(config["audio_dir"])
    told = {r["file"]: r for r in controller.of("audio")}
    assert names and sorted(told) == names
    assert told[names[-1]]["last"] and all(told[n]["id"] == controller.plays()[0]["id"] for n in names)
    whole = sum((samples(os.path.join(config["audio_dir"], name)) for name in names), ())
    tone_frames = 130 * 48000  # 60 s / 5 s twice
    assert max(abs(x) for x in whole[:tone_frames]) == 16384 and len(whole) > tone_frames + 20 * 48000
    assert any(whole[tone_frames:tone_frames + 48000 * 5]), "words behind the siren"
    joints = max(abs(a - b) for a, b in zip(whole[:tone_frames], whole[1:tone_frames]))
    assert joints < 16384 * 2 * 3.2 * 400 / 48000, "no step beyond that of the tone itself"


def test_what_may_be_needed_is_spoken_ahead_and_a_missile_waits_for_nobody(make_stack, folder, controller):
    voice = write_voice(os.path.join(folder, "hum.htsvoice"))
    off = [{"kind": kind, "start": False} for kind in ("air_attack", "guerrilla", "terror", "civil_other", "eew",
           "tsunami_major", "tsunami_warning", "eruption", "special_warning")]
    config = audio(folder, audio_voice=voice, areas=["990019"], auto_start=off)
    stack = make_stack(mode="live", principals=principals(LIVE), adapters=[adapter(folder, controller.url, **config)])
    wait_until(lambda: stack.metrics("jalert")["hansho_jalert_audio_preparing"] == 0, "all is prepared", 120)
    spool = start_receiver(stack, folder)
    put(spool, "1.json", missile("M5"))
    told = wait_until(lambda: controller.of("audio"), "there is sound")
    play = controller.plays()[0]
    assert told[0]["part"] == 1 and told[0]["last"], "one file, nothing to be made"
    assert stack.metrics("jalert")["hansho_jalert_audio_unsaid_total"] == 0
    assert told[0]["at"] - play["at"] < 5, "a busy machine; the figure is the bench's"
    data = samples(os.path.join(config["audio_dir"], told[0]["file"]))
    assert any(data[int(15.5 * 48000):18 * 48000]), "words behind the first siren"


def fake_jtalk(folder, script):
    path = os.path.join(folder, "fake_jtalk")
    with open(path, "w", encoding="utf-8") as file:
        file.write("#!/bin/sh\n" + script)
    os.chmod(path, 0o755)
    return path


@pytest.mark.parametrize("script, why", [
    ("exec sleep 60\n", "a program that hangs"),
    ("exit 0\n", "an empty result"),
    ("exit 1\n", "an error"),
])
def test_broken_speech_leaves_tone_and_text_and_raises_the_alarm(make_stack, folder, controller, script, why):
    voice = write_voice(os.path.join(folder, "hum.htsvoice"))
    config = audio(folder, audio_voice=voice, audio_program=fake_jtalk(folder, script), areas=["990027"],
                   audio_timeout_ms=200, canary_ms=1000, canary_timeout_ms=1000)
    stack = make_stack(mode="live", principals=principals(LIVE), adapters=[
        adapter(folder, controller.url, **{**config, "areas": []})])
    answer = stack.accepted(order(status=LIVE))
    wait_state(stack, answer["id"], "controller", "accepted")
    rows = wait_state(stack, answer["id"], "audio", "accepted", 120)
    assert re.search(r"[1-9]\d* sentences without speech", rows["detail"]), why
    assert max(samples(os.path.join(config["audio_dir"], wavs(config["audio_dir"])[0]))) == 16384
    stack.wait_output("jalert", "adapter.canary_alarm.*outlet=speech")


def test_a_bank_speaks_and_a_missing_file_is_found_before_the_start(make_stack, folder, controller):
    bank = os.path.join(folder, "bank")
    os.makedirs(bank)
    config = audio(folder, audio_bank_dir=bank, live_url="ipc:///tmp/nowhere", name="jalert", areas=["990019"])
    path = os.path.join(folder, "look.yaml")
    with open(path, "w", encoding="utf-8") as file:
        json.dump(config, file)
    program = os.path.join(os.environ.get("HANSHO_BIN", "build/debug/bin"), "hansho-jalert")

    def look():
        return subprocess.run([program, "--check", "--config", path], capture_output=True, text=True, timeout=60)
    made = 0
    while made < 200:
        run = look()
        missing = re.search(r"lacks (\S+\.wav)", run.stderr + run.stdout)
        if not missing:
            break
        with wave.open(os.path.join(bank, missing.group(1)), "wb") as file:
            file.setparams((1, 2, 48000, 0, "NONE", ""))
            file.writeframes(struct.pack("<h", 1000) * 4800)
        made += 1
    assert run.returncode == 0 and made > 20, run.stderr
    assert "missile-0-launch.wav" in os.listdir(bank) and "evacuation-4-cancel.wav" in os.listdir(bank)
    del config["live_url"]
    stack = make_stack(mode="live", principals=principals(LIVE), adapters=[adapter(folder, controller.url, **config)])
    answer = stack.accepted(order(status=LIVE))
    rows = wait_state(stack, answer["id"], "audio", "accepted")
    assert rows["detail"] == "1 files, 0 sentences without speech"


@pytest.mark.parametrize("broken", ["dictionary", "voice", "folder"])
def test_what_breaks_the_sound_raises_the_alarm_without_an_order(make_stack, folder, controller, broken):
    voice = write_voice(os.path.join(folder, "hum.htsvoice"))
    config = audio(folder, audio_voice=voice, areas=["990019"], canary_ms=1000, canary_timeout_ms=3000)
    if broken == "dictionary":
        config["audio_dictionary"] = folder
    stack = make_stack(mode="live", principals=principals(LIVE), adapters=[adapter(folder, controller.url, **config)])
    if broken != "dictionary":
        stack.wait_output("jalert", f"adapter.outlet_proven outlet={'speech' if broken == 'voice' else 'audio'}")
    if broken == "voice":
        with open(voice, "w", encoding="ascii") as file:
            file.write("no voice")
    if broken == "folder":
        shutil.rmtree(config["audio_dir"])
    stack.wait_output("jalert", f"adapter.canary_alarm .*outlet={'audio' if broken == 'folder' else 'speech'}")
    assert controller.plays() == []
    answer = stack.accepted(order(status=LIVE))
    wait_state(stack, answer["id"], "controller", "accepted")  # contacts wait for no sound


def test_the_receivers_configuration_is_looked_at(tmp_path):
    program = os.path.join(os.environ.get("HANSHO_BIN", "build/debug/bin"), "hansho-jalert")
    example = os.path.join(SEEDS, "..", "..", "..", "deploy", "examples", "adapters", "receiver.yaml")
    with open(example, encoding="utf-8") as file:
        text = file.read()
    (tmp_path / "token").write_text("abc\n")
    (tmp_path / "spool").mkdir()
    text = re.sub("(?m)^gate_ca.*\n", "", text).replace("/etc/hansho/receiver.token", str(tmp_path / "token"))
    path = tmp_path / "receiver.yaml"

    def look(content):
        path.write_text(content)
        run = subprocess.run([program, "--receive", "--check", "--config", str(path)], capture_output=True, text=True, timeout=60)
        return run.returncode, run.stdout + run.stderr
    status, said = look(text)
    assert status == 1 and "spool_dir" in said
    status, said = look(text.replace("/var/lib/hansho/receiver", str(tmp_path / "spool")))
    assert status == 0 and "usable" in said, said
    (tmp_path / "token").write_text("\n")
    status, said = look(text.replace("/var/lib/hansho/receiver", str(tmp_path / "spool")))
    assert status == 1 and "token_file" in said
