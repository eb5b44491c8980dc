"""hansho explain: what it says would go out is compared with what did; nothing of it leaves."""

import json
import os
import re
import socket
import subprocess
import tempfile
import time

import pytest
import requests
import yaml

from carriers import carrier
from centre import DRILL, Centre, centre_of
from conftest import BIN, free_port, wait_until
from documents import detail, new_id, order
from nng_station import NngStation
from test_adapters_broadcaster import Station, broadcaster
from test_adapters_jalert import adapter
from test_adapters_signage import CONTRACT, Player
from test_alerts import LIVE, audio, codes, principals, telegram, wait_state_as
from test_cell_broadcast import ALL_JAPAN, relayed, shaken
from voice import write_voice

MARK = "【訓練】"
# Of a screen, what hangs on the moment: until when a player that is cut off may show it, and the digest over that.
OF_THE_MOMENT = ("expires_at", "digest")


def settings_of(stack, folder, **more):
    path = folder / "client.yaml"
    names = ["hub", *[a["name"] for a in stack.adapters]]
    path.write_text(yaml.safe_dump({
        "mode": stack.mode, "gate_url": stack.gate_url, "feed_url": stack.feed_url(""),
        "token": stack.principal()["token"], "outlets": [stack.path(f"{n}.yaml") for n in names], **more}))
    return path


def run(settings, *arguments, status=0, folder=None):
    command = [os.path.abspath(os.path.join(BIN, "hansho")), *(["--config", str(settings)] if settings else []), "explain", *arguments]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False, cwd=folder)
    assert done.returncode == status, done
    return done


def explained(settings, *arguments):
    """{adapter: answer} of one notice; outlets by name, outputs as {what: text}."""
    whole = json.loads(run(settings, "--json", *arguments).stdout)
    answers = {answer["adapter"]: answer for answer in whole["answers"]}
    for answer in answers.values():
        answer["at"] = {row["outlet"]: row for row in answer["outlets"]}
        for row in answer["outlets"]:
            row["out"] = {output["what"]: output["text"] for output in row["outputs"]}
    return answers


def read(*parts):
    with open(os.path.join(*parts), encoding="utf-8") as file:
        return file.read()


def texts_of_a_story():
    """An order, a level change with a lift, and its cancel."""
    document = new_id()
    return (order([detail("避難指示", ["北町一丁目", "南町"])], document),
            order([detail("緊急安全確保", ["北町一丁目"]), detail("避難指示", ["南町"], "解除")], document, 2),
            order([detail("緊急安全確保", ["北町一丁目"])], document, 3, "Cancel", errata="入力の誤り"))


def story(stack, outlets, player):
    """One after the other: a revision that still waits at an outlet is replaced by the next. Answers, and the states that the player got."""
    player.until(lambda m: m["state"] == "normal")
    answers, states = [], []
    for xml in texts_of_a_story():
        answers.append(stack.accepted(xml))
        states.append(player.until(lambda m: m["seq"] == answers[-1]["seq"]))
        outlets.have([a["seq"] for a in answers], f"revision {len(answers)} came out")
    return answers, states


def mailed(outlets, seq, told, area="990019"):
    mail = wait_until(lambda: next((m[2] for m in outlets.carriers.of("/ok") if m[2]["notice"]["seq"] == seq), None), f"mail {seq}")
    shown = json.loads(told["telecom"]["at"][f"good/{area}"]["out"]["mail"])
    numbers = ("serial_nr",)  # depends on what was sent before
    assert {k: v for k, v in shown.items() if k not in numbers} == {k: v for k, v in mail.items() if k not in numbers}


def got(request):
    """What came to the controller, without its note of when."""
    return {k: v for k, v in request.items() if k != "at"}


def lasting(value):
    """Without what hangs on the moment, at any depth."""
    if isinstance(value, dict):
        return {k: lasting(v) for k, v in value.items() if k not in OF_THE_MOMENT}
    return [lasting(v) for v in value] if isinstance(value, list) else value


def came_out(outlets, answer, told, state):
    """Compares one notice: carriers, loudspeakers, files and screens got exactly what is explained."""
    seq, epoch8 = answer["seq"], answer["epoch"][:8]
    mailed(outlets, seq, told)
    name = f"drill-{epoch8}-{seq}.json"
    assert told["jalert"]["at"]["plan_dir"]["out"][name] == read(outlets.plans, name)
    play = next(got(r) for r in outlets.controller.plays() if r["id"] == name[:-5])
    assert json.loads(told["jalert"]["at"]["controller"]["out"]["play"]) == play
    for kind in ("json", "txt"):
        path = f"drill/99/{seq}.{kind}"
        assert told["broadcaster"]["at"]["playout"]["out"][path] == read(outlets.playout, path)
    record = told["broadcaster"]["at"]["(guests)"]["out"]["99"]
    assert json.loads(record) == json.loads(read(outlets.playout, "drill", "99", f"{seq}.json"))
    screen = json.loads(told["signage"]["at"]["hall"]["out"]["screen"])
    assert lasting(screen) == lasting(state)
    assert screen["mode"] == "drill" and MARK in json.dumps(screen, ensure_ascii=False)


def test_what_is_explained_is_what_went_out(make_stack, outlets, tmp_path):
    stack = make_stack(adapters=outlets.adapters)
    player = Player(outlets.sign)
    answers, states = story(stack, outlets, player)
    settings = settings_of(stack, tmp_path)
    before = (outlets.all(), outlets.controller.connections, sorted(os.listdir(outlets.plans)))
    for answer, state in zip(answers, states):
        stack.notice(answer["seq"])
        told = explained(settings, answer["id"])
        assert all(told[name]["decision"] == "passed" for name in outlets.names), told
        assert {row["outlet"] for row in told["hub"]["outlets"]} == {"feed-1", *outlets.names}
        came_out(outlets, answer, told, state)
    assert explained(settings, str(answers[0]["seq"])).keys() == told.keys(), "a seq does as well"
    assert (outlets.all(), outlets.controller.connections, sorted(os.listdir(outlets.plans))) == before
    words = run(settings, str(answers[2]["seq"])).stdout
    assert "good/990019" in words and "sends" in words and MARK in words


@pytest.fixture
def nng(scrap):
    """A station that listens on nng; closed at the end."""
    folder = tempfile.mkdtemp(prefix="hansho-")
    scrap.append(folder)
    one = NngStation(os.path.join(folder, "tv.sock"))
    yield one
    one.close()


STATIONS = [
    {"name": "tv", "drills": True, "crawl_width": 30, "page_width": 20, "page_rows": 6, "forms": ["cap"]},
    {"name": "urgent", "drills": True, "level_min": 5},
    {"name": "weather", "drills": True, "kinds": ["weather"]},
    {"name": "elsewhere", "drills": True, "areas": ["990027"]},
    {"name": "both", "drills": True, "areas": ["990027"], "level_min": 5, "kinds": ["weather"]},
    {"name": "quiet"},
]
WHY = {"urgent": "below level_min", "weather": "not of its kinds", "elsewhere": "not in its areas",
       "both": "more than one of kinds, areas and level_min leave it out", "quiet": "it takes no drills (drills: false)"}


def test_what_a_station_gets_is_what_was_explained(make_stack, nng, tmp_path, scrap):
    """Before it is sent: the message of each way, word by word, and why not. After it: the same."""
    port, folder = free_port(), tempfile.mkdtemp(prefix="hansho-")
    scrap.append(folder)
    stations = [*STATIONS, {"name": "nng-tv", "channel": "nng", "drills": True, "drill_url": nng.url, "crawl_width": 17},
                {"name": "paper", "channel": "files", "drills": True, "folder": folder, "forms": ["lalert"]}]
    stack = make_stack(adapters=[broadcaster(port, stations=stations)])
    settings = settings_of(stack, tmp_path)
    tv, guest = Station(port, "tv"), Station(port, "guest")
    tv.until("state")
    guest.until("live")
    document = new_id()
    first = stack.accepted(order([detail("高齢者等避難", ["北町一丁目", "南町"])], document))
    assert tv.item()["seq"] == guest.item()["seq"] == first["seq"]
    sent = stack.accepted(order([detail("避難指示", ["北町一丁目"]), detail("高齢者等避難", ["南町"], "解除")], document, 2))
    got, open_to_all = tv.item(), guest.item()
    assert got["seq"] == open_to_all["seq"] == sent["seq"]
    at = explained(settings, sent["id"])["broadcaster"]["at"]
    assert json.loads(at["tv"]["out"]["99"]) == got and got["pages"] and "cap" in got["forms"]
    assert json.loads(at["(guests)"]["out"]["99"]) == open_to_all
    assert at["tv"]["out"] != at["(guests)"]["out"], "its widths are its own"
    on_nng = wait_until(lambda: [m for m in nng.messages if m.get("seq") == sent["seq"] and m["type"] == "item"], "nng has it")
    assert json.loads(at["nng-tv"]["out"]["99"]) == on_nng[0]
    assert {at[name]["decision"] for name in ("tv", "nng-tv", "paper", "(guests)")} == {"sends"}
    files = at["paper"]["out"]
    assert set(files) == {f"drill/99/{sent['seq']}.{kind}" for kind in ("json", "txt", "pages.txt")} | {f"drill/{sent['seq']}.lalert.xml"}
    wait_until(lambda: all(os.path.exists(os.path.join(folder, path)) for path in files), "the folder has it")
    for path, text in files.items():
        assert text == read(folder, path), path
    assert {name: at[name]["reason"] for name in WHY} == WHY
    assert all(at[name]["decision"] == "filtered" and not at[name]["out"] for name in WHY)
    words = run(settings, sent["id"]).stdout
    assert "below level_min" in words and "nng-tv" in words

    cancel = tmp_path / "cancel.xml"
    cancel.write_text(order([detail("避難指示", ["北町一丁目"])], document, 3, "Cancel", errata="入力の誤り"))
    before = explained(settings, str(cancel))["broadcaster"]["at"]
    after = stack.accepted(cancel.read_text())
    got = tv.item()
    shown = json.loads(before["tv"]["out"]["99"])
    assert got["seq"] == after["seq"] and shown["crawl"] == got["crawl"] and shown["areas"] == got["areas"]
    assert "unless this station got nothing" in before["tv"]["reason"]
    tv.close()
    guest.close()


def test_guests_that_are_not_let_in(tmp_path):
    config = tmp_path / "broadcaster.yaml"
    config.write_text(yaml.safe_dump({"name": "broadcaster", "live_url": "ipc:///nowhere/live", "guests": False,
                                      "listen": "127.0.0.1:0", "stations": [{"name": "tv"}], "proof_required": "always"}))
    file = tmp_path / "order.xml"
    file.write_text(order([detail("避難指示", ["北町一丁目"], code="990019")], status="Actual"))
    answer = json.loads(run(None, "--json", "--with", str(config), "--mode", "live", str(file)).stdout)["answers"][0]
    rows = {row["outlet"]: row for row in answer["outlets"]}
    assert (rows["(guests)"]["decision"], rows["(guests)"]["reason"]) == ("filtered", "guests: false")
    assert rows["tv"]["decision"] == "sends" and rows["tv"]["reason"].startswith("proof_required")
    assert json.loads(rows["tv"]["outputs"][0]["text"])["mode"] == "live"


def test_a_file_is_explained_as_it_then_goes_out(make_stack, outlets, tmp_path):
    stack = make_stack(adapters=outlets.adapters)
    document = new_id()
    first = stack.accepted(order([detail("避難指示", ["北町一丁目", "南町"])], document))
    stack.notice(first["seq"])
    file = tmp_path / "lift.xml"
    file.write_text(order([detail("避難指示", ["北町一丁目"], "解除"), detail("避難指示", ["南町"])], document, 2))
    told = explained(settings_of(stack, tmp_path), str(file))
    second = stack.accepted(file.read_text())
    outlets.have([first["seq"], second["seq"]], "both came out")
    mail = next(m[2] for m in outlets.carriers.of("/ok") if m[2]["notice"]["seq"] == second["seq"])
    shown = json.loads(told["telecom"]["at"]["good/990019"]["out"]["mail"])
    assert (shown["title"], shown["body"], shown["pages"]) == (mail["title"], mail["body"], mail["pages"])
    assert "南町" in shown["body"], "what stays in force is known"
    screen, = (json.loads(row["out"]["screen"]) for row in told["signage"]["outlets"])
    assert (screen["seq"], screen["state"], [i["areas"] for i in screen["items"]]) == (second["seq"], "drill", [["南町"]])
    assert [i["areas"] for i in screen["lifted"]] == [["北町一丁目"]]
    plan = json.loads(read(outlets.plans, f"drill-{second['epoch'][:8]}-{second['seq']}.json"))
    play = json.loads(told["jalert"]["at"]["controller"]["out"]["play"])["plan"]
    assert [a["text"] for a in play["announcements"]] == [a["text"] for a in plan["announcements"]]


def test_why_not(make_stack, outlets, tmp_path):
    """The reason of each rule: the hub's filter, the adapter's level, the screen's areas, another kind."""
    for one in outlets.adapters:
        if one["name"] == "broadcaster":
            one["peer"] = {"areas": ["990027"]}
        if one["name"] == "telecom":
            one["config"]["level_min"] = 4
        if one["name"] == "signage":
            one["config"]["screens"][0]["areas"] = ["990027"]
        if one["name"] == "jalert":
            one["peer"] = {"level_min": 4}
    stack = make_stack(adapters=outlets.adapters)
    answer = stack.accepted(order([detail("高齢者等避難", ["北町一丁目"])]))
    stack.notice(answer["seq"])
    settings = settings_of(stack, tmp_path)
    told = explained(settings, answer["id"])
    hub = told["hub"]["at"]
    assert (hub["broadcaster"]["decision"], hub["broadcaster"]["reason"]) == ("filtered", "area")
    assert (hub["jalert"]["decision"], hub["jalert"]["reason"]) == ("filtered", "level")
    assert hub["telecom"]["decision"] == hub["signage"]["decision"] == "sends"
    assert told["telecom"]["at"]["good/990019"]["reason"] == "below level_min"
    assert told["signage"]["at"]["hall"]["decision"] == told["signage"]["decision"] == "filtered"
    assert told["signage"]["at"]["hall"]["reason"] == "none of the areas of this screen"
    assert "THE HUB KEEPS IT AWAY: area" in run(settings, answer["id"]).stdout
    wait_until(lambda: len(stack.status(answer["id"]).json()["receipts"]) >= 4, "the receipts are there")
    receipts = {(r["adapter"], r["outlet"]): r for r in stack.status(answer["id"]).json()["receipts"]}
    assert receipts[("broadcaster", "")]["state"] == receipts[("jalert", "")]["state"] == "filtered"
    assert receipts[("telecom", "good/990019")]["detail"] == told["telecom"]["at"]["good/990019"]["reason"]


# ---- cell broadcast ----

@pytest.fixture
def centres(tmp_path):
    """One that the adapter uses, and a second one that reads what is explained."""
    made = Centre(tmp_path), Centre(tmp_path)
    yield made
    for one in made:
        one.close()


def as_the_centre_reads_it(mirror, row):
    """Posts the explained document to a centre of its own: what would be on the air."""
    before = len(mirror.air())
    reply = requests.post(f"{mirror.url}/message", data=row["out"]["message"].encode(), timeout=20)
    assert reply.status_code == 201, reply.text
    heard = mirror.air()[before]
    assert requests.delete(f"{mirror.url}/message/{heard['message_id']}", timeout=20).status_code == 200
    return heard


def same_message(shown, heard, but=()):
    """Whole, but for what depends on the moment of the post and on posts before it."""
    left_s = shown.get("warning_period_sec"), heard.get("warning_period_sec")
    assert left_s == (None, None) or 0 < left_s[1] <= left_s[0], left_s
    but = {"rang", "warning_period_sec", *but}
    assert {k: v for k, v in shown.items() if k not in but} == {k: v for k, v in heard.items() if k not in but}


def test_a_cell_broadcast_is_explained_as_the_centre_gets_it(make_stack, outlets, centres, tmp_path):
    centre, mirror = centres
    telecom = next(a["config"] for a in outlets.adapters if a["name"] == "telecom")
    telecom["cbcs"] = [centre_of(centre.url, second_language="en")]
    telecom["preview_listen"] = f"127.0.0.1:{free_port()}"
    stack = make_stack(adapters=outlets.adapters)
    settings = settings_of(stack, tmp_path)
    heard = []

    def sent(xml, user="kakuu"):
        answer = stack.accepted(xml, user)
        heard.append({i: centre.wait_air(len(heard) + 1, i)[len(heard)] for i in (4381, 4394)})
        return answer

    def check(answer, at, area="990019", but=()):
        told = explained(settings, str(answer["seq"]))
        rows = told["telecom"]["at"]
        for outlet, message_id in ((f"cb/{area}", 4381), (f"cb/{area}/en", 4394)):
            row = rows[outlet]
            assert (row["decision"], row["reason"]) == ("sends", ""), row
            shown = as_the_centre_reads_it(mirror, row)
            assert (shown["message_id"], shown["dcs"], shown["kind"]) == (message_id, 0x48, "text")
            assert row["out"]["text"] == shown["text"] and shown["pages"] >= 1
            same_message(shown, heard[at][message_id], but)
        mailed(outlets, answer["seq"], told, area)

    orders = [sent(xml) for xml in texts_of_a_story()]
    air = centre.air()
    for at, answer in enumerate(orders):
        check(answer, at)  # of one document the serial number is known as well
    assert "取り消します" in heard[2][4381]["text"]
    assert centre.air() == air, "nothing of it left"
    words = run(settings, orders[0]["id"]).stdout
    assert "cb/990019/en" in words and '"message_id": 4381' in words

    sent(order())
    other = sent(order([detail("避難指示", ["川端"], code="990027")], source="bosai.soba.example", code="990027", name="架空第二市"), "soba")
    assert "架空市" in heard[4][4381]["text"] and "川端" in heard[4][4381]["text"]
    check(other, 4, "990027", but=("serial_nr",))


def test_a_text_that_stands_is_explained_as_such(make_stack, centres, tmp_path):
    stack = make_stack(adapters=[{"program": "hansho-telecom", "name": "telecom", "config": {"cbcs": [centre_of(centres[0].url)]}}])
    details, document = [detail("避難指示", ["北町"], at="2026-07-02T18:57:00+09:00")], new_id()
    stack.accepted(order(details, document))
    centres[0].wait_air(1)
    again = stack.accepted(order(details, document, 2))
    stack.notice(again["seq"])

    def receipt():
        rows = stack.status(again["id"]).json()["receipts"]
        return next((r for r in rows if r["outlet"] == "cb/990019"), None)
    real = wait_until(receipt, "its receipt")
    row = explained(settings_of(stack, tmp_path), again["id"])["telecom"]["at"]["cb/990019"]
    assert (row["decision"], row["reason"]) == (real["state"], real["detail"]), (row, real)
    assert "stands already" in row["reason"] and row["out"]["text"] == centres[0].air()[0]["text"]


def test_a_primary_warning_is_explained_without_a_hub_and_then_goes_out(make_stack, centres, tmp_path):
    centre, mirror = centres
    stack = relayed(make_stack, "drill", centre_of(centre.url, areas=ALL_JAPAN))
    file = tmp_path / "shaken.xml"
    file.write_text(shaken("drill"))
    done = run(None, "--json", "--with", stack.path("telecom.yaml"), "--mode", "drill", str(file))
    row, = json.loads(done.stdout)["answers"][0]["outlets"]
    assert (row["outlet"], row["decision"]) == ("cb/etws", "sends"), row
    assert [output["what"] for output in row["outputs"]] == ["message"], "a primary warning has no text"
    shown = as_the_centre_reads_it(mirror, {"out": {"message": row["outputs"][0]["text"]}})
    assert (shown["kind"], shown["message_id"], shown["warning_type"]) == ("etws", 4355, 3)
    assert centre.air() == []
    stack.accepted(file.read_text(), "relay")
    same_message(shown, centre.wait_air(1)[0])


def test_an_update_and_a_cancel_are_explained_for_who_took_the_first(make_stack, centres, tmp_path):
    """An early warning is never in force: without --after nobody has it."""
    stack = relayed(make_stack, "drill", centre_of(centres[0].url, areas=ALL_JAPAN))
    now = time.time()
    texts = (shaken("drill"), shaken("drill", serial=6, at=now + 1), shaken("drill", serial=7, cancel=True, at=now + 2))
    files = [tmp_path / f"{i}.xml" for i in range(3)]
    for file, text in zip(files, texts):
        file.write_text(text)
    names = [str(stack.accepted(text, "relay")["seq"]) for text in texts]
    settings = settings_of(stack, tmp_path)
    telecom = ("--with", stack.path("telecom.yaml"), "--mode", "drill")

    def decision(of, one, *after):
        more = [word for i in after for word in ("--after", str(of[i]))]
        return explained(settings if of is names else None, *telecom, *more, str(of[one]))["telecom"]["at"]["cb/etws"]
    for of in (files, names):
        assert decision(of, 1)["decision"] == "sends" and decision(of, 2)["decision"] == "filtered"
        assert "no graver" in decision(of, 1, 0)["reason"] and decision(of, 2, 0, 1)["decision"] == "sends"
        assert len(decision(of, 2, 0)["outputs"]) > 0
    assert "no notice 999" in run(settings, *telecom, "--after", "999", names[2], status=1).stderr


def test_explaining_asks_no_centre(centres, tmp_path):
    """With canaries, preview and a timer configured, and the port of the preview taken: nothing is opened."""
    config = telecom_file(tmp_path, cbcs=[centre_of(centres[0].url)], preview_listen=f"127.0.0.1:{centres[0].port}",
                          canary_ms=5000)
    file = tmp_path / "order.xml"
    file.write_text(order())
    answer = json.loads(run(None, "--json", "--with", config, "--mode", "drill", str(file)).stdout)["answers"][0]
    rows = {row["outlet"]: row for row in answer["outlets"]}
    assert rows["a/990019"]["decision"] == rows["cb/990019"]["decision"] == "sends", rows
    assert centres[0].look()["requests"] == []
    config = telecom_file(tmp_path, cbcs=[centre_of(centres[0].url, ids=DRILL[1:])])
    answer = json.loads(run(None, "--json", "--with", config, "--mode", "drill", str(file)).stdout)["answers"][0]
    row = next(row for row in answer["outlets"] if row["outlet"] == "cb/990019")
    assert row["decision"] == "filtered" and "identifier for drills" in row["reason"] and row["outputs"] == []


# ---- loudspeakers ----

def taken_back(event):
    text = telegram("tsunami", event, at=time.time() + 9, status="通常", infotype="取消")
    return re.sub(r"<Tsunami>.*</Tsunami>", "", text, flags=re.S)


def sounds(told, play, prefix):
    """What is explained of loudspeakers is what they got."""
    at = told["jalert"]["at"]
    assert json.loads(at["controller"]["out"]["play"]) == play
    assert json.loads(at["plan_dir"]["out"][f"{play['id']}.json"]) == play["plan"]
    one = play["plan"]["announcements"][0]
    said = [s["text"] for s in one["segments"] if s["kind"] == "speech"]
    assert at["audio"]["out"] == {f"{play['id']}-{one['area']['code']}": "\n".join(said)}
    assert said[0].startswith(prefix)


def test_a_warning_its_cancel_and_a_second_route_as_they_sound(make_stack, outlets, tmp_path):
    plans, controller = outlets.plans, outlets.controller
    config = audio(str(tmp_path), audio_voice=write_voice(str(tmp_path / "hum.htsvoice")), areas=["032018"])
    stack = make_stack(mode="live", principals=principals(LIVE), adapters=[adapter(plans, controller.url, **config)])
    settings = settings_of(stack, tmp_path)
    text = telegram("tsunami", "E1", status="通常")
    first = stack.accepted(text, "relay")
    again = stack.accepted(text.replace("<Serial>", "<Serial> "), "relay")
    other = stack.accepted(text.replace("<Title>標題", "<Title> 標題"), "bridge")
    assert "same_event" in codes(other)
    last = stack.accepted(taken_back("E1"), "relay")
    wait_state_as(stack, last, "accepted")
    stack.stop("jalert")
    before = (controller.requests[:], controller.connections, controller.canaries, sorted(os.walk(tmp_path)), sorted(os.walk(plans)))
    plays = {play["id"].rsplit("-", 1)[1]: got(play) for play in controller.plays()}
    assert sorted(plays) == sorted([str(first["seq"]), str(last["seq"])])
    sounds(explained(settings, str(first["seq"])), plays[str(first["seq"])], "大津波警報。")
    told = explained(settings, str(again["seq"]))["jalert"]
    assert (told["decision"], told["outlets"]) == ("filtered", []) and told["reason"].startswith("nothing new"), told
    told = explained(settings, str(other["seq"]))["jalert"]
    assert (told["decision"], told["outlets"]) == ("filtered", []) and "from another source" in told["reason"], told
    told = explained(settings, str(last["seq"]))
    sounds(told, plays[str(last["seq"])], "先程の")
    assert (controller.requests[:], controller.connections, controller.canaries, sorted(os.walk(tmp_path)),
            sorted(os.walk(plans))) == before, "nothing was called, told or written"


def question(notice, seq, **more):
    return json.dumps({"type": "notice", "seq": seq, "epoch": "e", "notice": notice, **more})


def test_what_is_explained_counts_as_heard_for_what_follows(make_stack, outlets, tmp_path):
    """Without a snapshot: the cancel is spoken to those for whom the issue before it was explained; without one to nobody."""
    stack = make_stack(mode="live", principals=principals(LIVE))
    notices = [stack.notice(stack.accepted(xml, "relay")["seq"]) for xml in (
        telegram("tsunami", "E2", status="通常"), taken_back("E2"))]
    path = tmp_path / "jalert.yaml"
    path.write_text(yaml.safe_dump({"name": "jalert", "live_url": "ipc:///nowhere/live", "controller_url": outlets.controller.url,
                                    "areas": ["032018"], "audio_dir": str(tmp_path / "no-such-folder")}))

    def ask(*lines):
        done = subprocess.run([os.path.join(BIN, "hansho-jalert"), "--config", str(path), "--explain"], input="\n".join(lines),
                              capture_output=True, text=True, timeout=60, check=False)
        assert done.returncode == 0, done
        return [json.loads(line) for line in done.stdout.splitlines()]
    issue, cancel = (question(notice["notice"], i + 1) for i, notice in enumerate(notices))
    both = ask(issue, cancel)
    for answer, word in zip(both, ("大津波警報", "誤りでした")):
        outlets_of = {row["outlet"]: row for row in answer["outlets"]}
        plan = json.loads(outlets_of["controller"]["outputs"][0]["text"])["plan"]
        assert word in plan["announcements"][0]["text"]
        assert outlets_of["audio"]["outputs"][0]["text"].startswith("tones only"), "no voice, no bank"
    alone = ask(cancel)[0]
    assert (alone["decision"], alone["reason"]) == ("filtered", "nobody here heard what it takes back")
    assert outlets.controller.connections == 0 and not (tmp_path / "no-such-folder").exists()


# ---- without a hub ----

def telecom_file(folder, **more):
    path = folder / "telecom.yaml"
    path.write_text(yaml.safe_dump({
        "name": "telecom", "live_url": "ipc:///nowhere/live", "drill_url": "ipc:///nowhere/drill", "drill": True,
        "carriers": [{**carrier("a", "http://127.0.0.1:9/drill"), "live_endpoint": "http://127.0.0.1:9/live"}], **more}))
    return str(path)


@pytest.mark.parametrize("config,status,decision", [
    ({}, "Exercise", "passed"), ({"drill": False}, "Exercise", "filtered"), ({}, "Actual", "passed"),
    ({"live_url": ""}, "Actual", "not_connected"), ({"maintenance": True}, "Exercise", "held"),
    ({"proof_required": "always"}, "Exercise", "passed"), ({"proof_required": "never"}, "Exercise", "passed")])
def test_what_would_sound_for_this_telegram(tmp_path, config, status, decision):
    """The lint of a configuration: no hub, no link, a file of either lane."""
    file = tmp_path / "order.xml"
    code = "990019"
    file.write_text(order([detail("避難指示", ["北町一丁目"], code=code)], status=status))
    mode = "live" if status == "Actual" else "drill"
    done = run(None, "--json", "--with", telecom_file(tmp_path, **config), "--mode", mode, str(file))
    answer = json.loads(done.stdout)["answers"][0]
    assert (answer["decision"], answer["lane"]) == (decision, mode), answer
    assert bool(answer["reason"]) == (decision != "passed")
    outlets = {row["outlet"]: row for row in answer["outlets"]}
    if decision != "passed":
        assert not outlets
        return
    row = outlets["a/990019"]
    assert row["decision"] == "sends" and row["reason"].startswith("proof_required") == (config.get("proof_required") == "always")
    mail = json.loads(row["outputs"][0]["text"])
    assert mail["title"].startswith(MARK) == mail["title"].endswith(MARK) == (mode == "drill")


@pytest.mark.parametrize("proof_required", ["never", "changed", "always"])
def test_each_screen_says_what_it_would_show_or_why_not(tmp_path, proof_required):
    """Both lanes, no hub; the port is taken by somebody else: who explains listens nowhere."""
    screens = [{"id": "hall", "name": "市役所", "areas": ["990019"]}, {"id": "other", "areas": ["990027"]},
               {"id": "live", "areas": ["990019"], "drills": False}]
    with socket.create_server(("127.0.0.1", 0)) as taken:
        config = tmp_path / "signage.yaml"
        config.write_text(yaml.safe_dump({
            "name": "signage", "live_url": "ipc:///nowhere/live", "drill_url": "ipc:///nowhere/drill", "drill": True,
            "listen": f"127.0.0.1:{taken.getsockname()[1]}", "proof_required": proof_required, "screens": screens, "state_dir": str(tmp_path)}))
        file = tmp_path / "order.xml"
        file.write_text(order([detail("避難指示", ["北町一丁目"])]))
        answer = json.loads(run(None, "--json", "--with", str(config), "--mode", "drill", str(file)).stdout)["answers"][0]
    rows = {row["outlet"]: row for row in answer["outlets"]}
    assert answer["decision"] == "passed" and {name: row["decision"] for name, row in rows.items()} == {
        "hall": "sends", "other": "filtered", "live": "filtered"}
    assert rows["other"]["reason"] == "none of the areas of this screen" and not rows["other"]["outputs"]
    assert "drills: false" in rows["live"]["reason"] and not rows["live"]["outputs"]
    assert rows["hall"]["reason"].startswith(f"proof_required: {proof_required}") == (proof_required != "never")
    screen = json.loads(rows["hall"]["outputs"][0]["text"])
    CONTRACT.validate(screen)
    assert (screen["state"], screen["mode"], screen["items"][0]["areas"]) == ("drill", "drill", ["北町一丁目"])


def test_unknown_terms_are_held_and_shown(tmp_path):
    file = tmp_path / "order.xml"
    file.write_text(order([detail("町内待避", ["北町一丁目"])]))
    for hold_ms, sends in ((0, False), (5000, True)):
        config = telecom_file(tmp_path, hold_ms=hold_ms)
        answer = json.loads(run(None, "--json", "--with", config, "--mode", "drill", str(file)).stdout)["answers"][0]
        assert answer["decision"] == "held" and "operator" in answer["reason"]
        assert bool(answer["outlets"]) == sends, "what goes out when the hold runs out"


def test_what_cannot_be_explained_is_told(tmp_path):
    config = telecom_file(tmp_path)
    file = tmp_path / "order.xml"
    file.write_text(order(status="Actual"))
    done = run(None, "--with", config, "--mode", "drill", str(file), status=4)
    assert "a gate would refuse it: mode_mismatch" in done.stderr, done.stderr
    file.write_text("no document")
    assert "a gate would refuse it" in run(None, "--with", config, "--mode", "drill", str(file), status=4).stderr
    assert "whose it is" in run(None, "--with", str(tmp_path / "order.xml"), "--mode", "drill", str(file), status=2).stderr
    run(None, str(file), status=4, folder=tmp_path)


@pytest.mark.parametrize("text,status", [(b"", 0), (b"{", 4), (b"{}", 0), (b'{"type":"gap"}', 4), (b"\xff\xff", 4),
                                         (b'{"type":"notice","notice":{"modus":"drill"}}', 4), (b"[]", 4)])
def test_questions_of_any_bytes(tmp_path, text, status):
    done = subprocess.run([os.path.join(BIN, "hansho-telecom"), "--config", telecom_file(tmp_path), "--explain"],
                          input=text, capture_output=True, timeout=60, check=False)
    assert done.returncode == status, done
    assert bool(done.stderr) == (status != 0) or text == b"{}", done
