"""hansho explain: what it says would go out is compared with what did; nothing of it leaves."""

import json
import os
import subprocess
import tempfile

import pytest
import yaml

from carriers import carrier
from conftest import BIN, free_port, wait_until
from documents import detail, new_id, order
from nng_station import NngStation
from test_adapters_broadcaster import Station, broadcaster

MARK = "【訓練】"


def settings_of(stack, folder, **more):
    path = folder / "client.yaml"
    names = ["hub", *[a["name"] for a in stack.adapters]]
    path.write_text(yaml.safe_dump({
        "mode": stack.mode, "gate_url": stack.gate_url, "feed_url": stack.feed_url(""),
        "token": stack.principal()["token"], "outlets": [stack.path(f"{n}.yaml") for n in names], **more}))
    return path


def run(settings, *arguments, status=0):
    command = [os.path.join(BIN, "hansho"), *(["--config", str(settings)] if settings else []), "explain", *arguments]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
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


def story(stack):
    """An order, a level change with a lift, and its cancel."""
    document = new_id()
    return [stack.accepted(xml) for xml in (
        order([detail("避難指示", ["北町一丁目", "南町"])], document),
        order([detail("緊急安全確保", ["北町一丁目"]), detail("避難指示", ["南町"], "解除")], document, 2),
        order([detail("緊急安全確保", ["北町一丁目"])], document, 3, "Cancel", errata="入力の誤り"))]


def came_out(outlets, answer, told):
    """Compares one notice: carriers, loudspeakers and files got exactly what is explained."""
    seq, epoch8 = answer["seq"], answer["epoch"][:8]
    mail = next(m[2] for m in outlets.carriers.of("/ok") if m[2]["notice"]["seq"] == seq)
    shown = json.loads(told["telecom"]["at"]["good/990019"]["out"]["mail"])
    numbers = ("serial_nr",)  # depends on what was sent before
    assert {k: v for k, v in shown.items() if k not in numbers} == {k: v for k, v in mail.items() if k not in numbers}
    name = f"drill-{epoch8}-{seq}.json"
    assert told["jalert"]["at"]["plan_dir"]["out"][name] == read(outlets.plans, name)
    play = next(r for r in outlets.controller.plays() if r["id"] == name[:-5])
    assert json.loads(told["jalert"]["at"]["controller"]["out"]["play"]) == play
    for kind in ("json", "txt"):
        path = f"drill/99/{seq}.{kind}"
        assert told["broadcaster"]["at"]["playout"]["out"][path] == read(outlets.playout, path)
    record = told["broadcaster"]["at"]["stations"]["out"]["99"]
    assert json.loads(record) == json.loads(read(outlets.playout, "drill", "99", f"{seq}.json"))
    screen = json.loads(told["signage"]["at"]["hall"]["out"]["screen"])
    assert screen["mode"] == "drill" and MARK in json.dumps(screen, ensure_ascii=False)


def test_what_is_explained_is_what_went_out(make_stack, outlets, tmp_path):
    stack = make_stack(adapters=outlets.adapters)
    answers = story(stack)
    outlets.have([a["seq"] for a in answers], "all three came out")
    settings = settings_of(stack, tmp_path)
    before = (outlets.all(), outlets.controller.connections, sorted(os.listdir(outlets.plans)))
    for answer in answers:
        stack.notice(answer["seq"])
        told = explained(settings, answer["id"])
        assert all(told[name]["decision"] == "passed" for name in outlets.names), told
        assert {row["outlet"] for row in told["hub"]["outlets"]} == {"feed-1", *outlets.names}
        came_out(outlets, answer, told)
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
    assert json.loads(at["stations"]["out"]["99"]) == open_to_all
    assert at["tv"]["out"] != at["stations"]["out"], "its widths are its own"
    on_nng = wait_until(lambda: [m for m in nng.messages if m.get("seq") == sent["seq"] and m["type"] == "item"], "nng has it")
    assert json.loads(at["nng-tv"]["out"]["99"]) == on_nng[0]
    assert {at[name]["decision"] for name in ("tv", "nng-tv", "paper", "stations")} == {"sends"}
    files = at["paper"]["out"]
    assert set(files) == {f"drill/99/{sent['seq']}.{kind}" for kind in ("json", "txt", "pages.txt")} | {f"drill/{sent['seq']}.lalert.xml"}
    wait_until(lambda: os.path.exists(os.path.join(folder, f"drill/99/{sent['seq']}.txt")), "the folder has it")
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
                                      "listen": "127.0.0.1:0", "stations": [{"name": "tv"}], "proof_required": True}))
    file = tmp_path / "order.xml"
    file.write_text(order([detail("避難指示", ["北町一丁目"], code="990019")], status="Actual"))
    answer = json.loads(run(None, "--json", "--with", str(config), "--mode", "live", str(file)).stdout)["answers"][0]
    rows = {row["outlet"]: row for row in answer["outlets"]}
    assert (rows["stations"]["decision"], rows["stations"]["reason"]) == ("filtered", "guests: false")
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
    plan = json.loads(read(outlets.plans, f"drill-{second['epoch'][:8]}-{second['seq']}.json"))
    play = json.loads(told["jalert"]["at"]["controller"]["out"]["play"])["plan"]
    assert [a["text"] for a in play["announcements"]] == [a["text"] for a in plan["announcements"]]


def test_why_not(make_stack, outlets, tmp_path):
    """The reason of each rule: the hub's filter, the adapter's level, the screen's areas, another kind."""
    for adapter in outlets.adapters:
        if adapter["name"] == "broadcaster":
            adapter["peer"] = {"areas": ["990027"]}
        if adapter["name"] == "telecom":
            adapter["config"]["level_min"] = 4
        if adapter["name"] == "signage":
            adapter["config"]["screens"][0]["areas"] = ["990027"]
        if adapter["name"] == "jalert":
            adapter["peer"] = {"level_min": 4}
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
    assert told["signage"]["at"]["hall"]["decision"] == "filtered"
    assert "THE HUB KEEPS IT AWAY: area" in run(settings, answer["id"]).stdout
    wait_until(lambda: len(stack.status(answer["id"]).json()["receipts"]) >= 4, "the receipts are there")
    receipts = {(r["adapter"], r["outlet"]): r for r in stack.status(answer["id"]).json()["receipts"]}
    assert receipts[("broadcaster", "")]["state"] == receipts[("jalert", "")]["state"] == "filtered"
    assert receipts[("telecom", "good/990019")]["detail"] == told["telecom"]["at"]["good/990019"]["reason"]


def telecom_file(folder, **more):
    path = folder / "telecom.yaml"
    path.write_text(yaml.safe_dump({
        "name": "telecom", "live_url": "ipc:///nowhere/live", "drill_url": "ipc:///nowhere/drill", "drill": True,
        "carriers": [{**carrier("a", "http://127.0.0.1:9/drill"), "live_endpoint": "http://127.0.0.1:9/live"}], **more}))
    return str(path)


@pytest.mark.parametrize("config,status,decision", [
    ({}, "Exercise", "passed"), ({"drill": False}, "Exercise", "filtered"), ({}, "Actual", "passed"),
    ({"live_url": ""}, "Actual", "not_connected"), ({"maintenance": True}, "Exercise", "held"),
    ({"proof_required": True}, "Exercise", "passed")])
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
    assert row["decision"] == "sends" and row["reason"].startswith("proof_required") == bool(config.get("proof_required"))
    mail = json.loads(row["outputs"][0]["text"])
    assert mail["title"].startswith(MARK) == mail["title"].endswith(MARK) == (mode == "drill")


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
    run(None, str(file), status=2 if os.path.exists("build/run/client.yaml") else 4)


@pytest.mark.parametrize("text,status", [(b"", 0), (b"{", 4), (b"{}", 0), (b'{"type":"gap"}', 4), (b"\xff\xff", 4),
                                         (b'{"type":"notice","notice":{"modus":"drill"}}', 4), (b"[]", 4)])
def test_questions_of_any_bytes(tmp_path, text, status):
    done = subprocess.run([os.path.join(BIN, "hansho-telecom"), "--config", telecom_file(tmp_path), "--explain"],
                          input=text, capture_output=True, timeout=60, check=False)
    assert done.returncode == status, done
    assert bool(done.stderr) == (status != 0) or text == b"{}", done
