"""The signage adapter on the real stack, with players that we did not write."""

import hashlib
import json
import os
import subprocess
import time

import jsonschema
import pytest
import requests

import categories
from conftest import BIN, BUSY_S, START_S, free_port, wait_until
from documents import detail, new_id, order
from ws_client import ConnectionClosed, WebSocket

STALE_S = 5  # five beats of the hub
NOW = {"return_after_ms": 0}  # a lift returns the screen at once: what the lift is said with is another test
SCREENS = [
    {"id": "hall", "name": "架空市役所", "areas": ["990019"], "stale_after_ms": STALE_S * 1000, **NOW},
    {"id": "pref", "name": "架空県庁", "areas": ["99"], "stale_after_ms": STALE_S * 1000, **NOW},
    {"id": "village", "name": "模擬村", "areas": ["990043"], "stale_after_ms": STALE_S * 1000, **NOW},
]


def drawn(state, item=0):
    """The proof of one who drew it (signage_encode.h, hs_screen_proofs), made anew from its description."""
    row = state["items"][item] if state["items"] else {}
    lines = [state["state_ja"], state["marks"].get("ja", ""), str(row.get("level", "")),
             row.get("title", {}).get("ja", ""), row.get("place", "")]
    return hashlib.sha256("".join(line + "\n" for line in lines).encode()).hexdigest()[:32]


with open(os.path.join(os.path.dirname(__file__), "../../schemas/sign.schema.json"), encoding="utf-8") as file:
    CONTRACT = jsonschema.Draft202012Validator(json.load(file))


class Player:
    """A screen: reads whole states, says what it drew. All that comes is held to the contract."""

    def __init__(self, port, screen="hall"):
        self.socket = WebSocket(f"ws://127.0.0.1:{port}/v1/sign?screen={screen}")

    def state(self, timeout=START_S):
        """The next message of type screen."""
        deadline = time.monotonic() + timeout
        while True:
            message = self.socket.read(max(0.1, deadline - time.monotonic()))
            CONTRACT.validate(message)
            if message["type"] == "screen":
                return message

    def until(self, check, timeout=START_S):
        deadline = time.monotonic() + timeout
        while time.monotonic() < deadline:
            message = self.state(deadline - time.monotonic())
            if check(message):
                return message
        raise AssertionError("the screen never came to that")

    def displayed(self, state, **change):
        self.socket.send({"type": "displayed", "seq": state["seq"], "digest": state["digest"], "item": 0,
                          "drawn": drawn(state), "shown_at": "2026-07-01T10:00:00Z", **change})

    def accepted(self, state):
        self.socket.send({"type": "accepted", "digest": state["digest"]})

    def close(self):
        self.socket.close()


def signage(port, **config):
    return {"program": "hansho-signage", "name": "signage",
            "config": {"listen": f"127.0.0.1:{port}", "screens": SCREENS,
                       "player_heartbeat_ms": 500, **config}}


@pytest.fixture
def town(make_stack):
    class Town:
        port = free_port()
    Town.stack = make_stack(mode="drill", feeds=0, hub={"heartbeat_ms": 1000},
                            adapters=[signage(Town.port)])
    Town.url = f"http://127.0.0.1:{Town.port}"
    return Town


def states(stack, submission, outlet):
    rows = stack.status(submission).json().get("receipts", [])
    return [str(row["state"]).lower() for row in rows if row.get("outlet") == outlet]


def test_order_is_shown_and_the_proof_reaches_the_sender(town):
    player = Player(town.port)
    calm = player.until(lambda m: m["state"] == "normal")
    assert calm["items"] == [] and calm["mode"] == "drill"
    answer = town.stack.accepted(order([detail("避難指示", ["北町一丁目", "港町"])]))
    state = player.until(lambda m: m["state"] == "drill")
    assert state["seq"] == answer["seq"] and state["mode"] == "drill"
    item, = state["items"]
    assert item["level"] == 4 and item["term"]["ja"] == "避難指示"
    assert item["term"]["en"] == "Evacuation Order" and item["action"]["ja-easy"]
    assert item["action"]["ja"] == "【訓練】危険な場所から全員避難【訓練】"
    assert item["municipality"] == {"ja": "架空市", "en": "Kaku City"}
    assert item["prefecture"] == "架空県" and sorted(item["areas"]) == ["北町一丁目", "港町"]
    assert [step["level"] for step in state["scale"]] == [1, 2, 3, 4, 5]
    assert states(town.stack, answer["id"], "hall") == []
    player.displayed(state)
    wait_until(lambda: states(town.stack, answer["id"], "hall") == ["displayed"], "proof of display")
    assert states(town.stack, answer["id"], "village") == []
    player.close()


def test_lift_returns_the_screen_and_is_proven_too(town):
    player, document = Player(town.port), new_id()
    town.stack.accepted(order(document=document))
    player.displayed(player.until(lambda m: m["items"]))
    lift = town.stack.accepted(order([detail("避難指示", ["北町一丁目"], state="解除")],
                                     document=document, revision=2))
    state = player.until(lambda m: m["seq"] == lift["seq"])
    assert state["state"] == "normal" and state["items"] == []
    player.displayed(state)
    wait_until(lambda: states(town.stack, lift["id"], "hall") == ["displayed"], "the lift was shown")
    player.close()


def test_cancel_takes_the_order_from_the_screen(town):
    player, document = Player(town.port), new_id()
    town.stack.accepted(order(document=document))
    player.until(lambda m: m["items"])
    town.stack.accepted(order(document=document, revision=2, kind="Cancel", errata="地区の誤り"))
    after = player.until(lambda m: not m["items"])
    assert after["state"] == "drill" and after["cancel"]["ended"][0]["word"]["en"].startswith("[DRILL]False alert")
    player.close()


def test_false_proof_does_not_count(town):
    player = Player(town.port)
    answer = town.stack.accepted(order())
    state = player.until(lambda m: m["items"])
    player.socket.send({"type": "displayed", "seq": state["seq"], "digest": "0" * 32})
    player.socket.send({"type": "displayed", "seq": state["seq"] + 5, "digest": "no"})
    time.sleep(0.7)
    assert states(town.stack, answer["id"], "hall") == []
    player.socket.send("{}")
    with pytest.raises(ConnectionClosed) as closed:
        while True:
            player.socket.read()
    assert closed.value.rcvd.code == 4400


def test_screens_see_their_own_areas_only(town):
    hall, pref, village = (Player(town.port, s) for s in ("hall", "pref", "village"))
    for player in (hall, pref, village):
        player.until(lambda m: m["state"] == "normal")
    second = town.stack.accepted(order([detail("緊急安全確保", ["西町"], code="990027")], code="990027",
                                       name="架空第二市", source="bosai.soba.example"), user="soba")
    assert pref.until(lambda m: m["items"])["items"][0]["level"] == 5
    first = town.stack.accepted(order())
    assert hall.until(lambda m: m["items"])["seq"] == first["seq"]
    both = pref.until(lambda m: len(m["items"]) == 2)
    assert [item["level"] for item in both["items"]] == [5, 4]
    again = Player(town.port, "village").state()
    assert again["state"] == "normal" and again["seq"] == 0
    pref.displayed(both)
    for answer, user in ((second, "soba"), (first, "kakuu")):
        wait_until(lambda a=answer, u=user: "displayed" in [
            str(r["state"]).lower() for r in town.stack.status(a["id"], u).json()["receipts"]
            if r.get("outlet") == "pref"], "one proof covers both notices")


def test_a_hub_that_is_not_heard_is_information_lost_never_calm(town):
    player = Player(town.port)
    answer = town.stack.accepted(order())
    shown = player.until(lambda m: m["items"])
    calm = Player(town.port, "village")
    calm.until(lambda m: m["state"] == "normal")
    town.stack.kill("hub")
    started = time.monotonic()
    lost = player.until(lambda m: m["state"] == "lost")
    assert STALE_S - 1.5 < time.monotonic() - started < STALE_S + BUSY_S
    assert lost["items"] == shown["items"], "what was known stays under the overlay"
    assert calm.until(lambda m: m["state"] == "lost")
    player.displayed(lost)
    town.stack.start("hub")
    back = player.until(lambda m: m["state"] == "drill")
    assert back["items"][0]["level"] == 4
    assert states(town.stack, answer["id"], "hall") == [], "a lost screen proves nothing"
    player.displayed(back)
    wait_until(lambda: states(town.stack, answer["id"], "hall") == ["displayed"], "shown after all")


def test_reconnect_and_restart_give_the_whole_state_at_once(town):
    answer = town.stack.accepted(order())
    player = Player(town.port)
    before = player.until(lambda m: m["items"])
    player.close()
    assert Player(town.port).state() == before
    town.stack.restart("signage")
    player = Player(town.port)
    after = player.until(lambda m: m["items"])
    assert after["items"] == before["items"]
    player.displayed(after)
    wait_until(lambda: states(town.stack, answer["id"], "hall") == ["displayed"], "proof after restart")


def test_heartbeats_come_also_when_calm(town):
    player = Player(town.port, "village")
    calm = player.until(lambda m: m["state"] == "normal")
    beats = []
    while len(beats) < 3:
        message = player.socket.read()
        if message["type"] == "heartbeat":
            beats.append(message)
    assert beats[-1]["digest"] == calm["digest"] and beats[-1]["state"] == "normal"
    player.close()


def test_pages_headers_and_status(town):
    page = requests.get(town.url + "/sign/hall", timeout=20)
    policy = page.headers["Content-Security-Policy"]
    assert page.status_code == 200 and "default-src 'none'" in policy and "unsafe" not in policy
    assert "<script>" not in page.text and "style=" not in page.text and "http" not in page.text
    for name in ("sign.css", "sign.js", "lib.js", "face.js", "japan.topo.json", "words.js", "status.js", "status.css"):
        part = requests.get(f"{town.url}/sign/assets/{name}", timeout=20)
        assert part.status_code == 200
        again = requests.get(f"{town.url}/sign/assets/{name}", timeout=20,
                             headers={"If-None-Match": part.headers["ETag"]})
        assert again.status_code == 304 and again.content == b""
    assert requests.get(town.url + "/sign/worker.js", timeout=20).status_code == 200
    for missing in ("/sign/nobody", "/sign/assets/../../etc/passwd", "/sign/assets/none", "/sign/"):
        assert requests.get(town.url + missing, timeout=20).status_code in (400, 404)
    player = Player(town.port)
    state = player.until(lambda m: m["state"] == "normal")
    player.displayed(state)

    def shown():
        screens = requests.get(town.url + "/sign/status", timeout=20).json()["screens"]
        return next((s for s in screens if s["id"] == "hall" and s["shown"]), None)
    hall = wait_until(shown, "the status page knows what was drawn")
    assert hall["players"] == 1 and hall["version"] == state["digest"] and hall["age_ms"] < 10000
    person = requests.get(town.url + "/sign/status", headers={"Accept": "text/html"}, timeout=20)
    assert person.headers["Content-Type"].startswith("text/html")
    player.close()


def test_unknown_screen_is_closed_with_a_reason(town):
    player = Player(town.port, "nobody")
    with pytest.raises(ConnectionClosed) as closed:
        player.socket.read()
    assert closed.value.rcvd.code == 4404 and "/sign/status" in closed.value.rcvd.reason


def test_live_order_replaces_the_drill_and_the_drill_comes_back(tmp_path):
    """Two hubs, one adapter with both lanes."""
    import conftest
    port, ops = free_port(), free_port()
    live_stack = conftest.Stack(mode="live", feeds=0, hub={"heartbeat_ms": 1000}, adapters=[
        {"program": "hansho-signage", "name": "signage", "config": {}}], start=False)
    drill_stack = conftest.Stack(mode="drill", feeds=0, hub={"heartbeat_ms": 1000}, adapters=[
        {"program": "hansho-signage", "name": "signage", "config": {}}], start=False)
    config = {"name": "signage", "live_url": live_stack.link("signage"), "drill": True,
              "drill_url": drill_stack.link("signage"), "ops_listen": f"127.0.0.1:{ops}",
              "listen": f"127.0.0.1:{port}", "screens": SCREENS, "player_heartbeat_ms": 500, "proof_required": "never"}
    path = tmp_path / "signage.yaml"
    path.write_text(json.dumps(config))
    adapter = None
    try:
        for stack in (live_stack, drill_stack):
            stack.start("hub", wait=False)
            stack.start("gate")
        adapter = conftest.Process("hansho-signage", ["--config", str(path)])
        adapter.wait_ready(f"127.0.0.1:{ops}")
        player = Player(port)
        assert player.until(lambda m: m["state"] == "normal")["mode"] == "live"
        drill = drill_stack.accepted(order([detail("緊急安全確保", ["北町"])]))
        state = player.until(lambda m: m["state"] == "drill")
        assert state["mode"] == "drill" and state["items"][0]["level"] == 5
        document = new_id()
        live = live_stack.accepted(order([detail("高齢者等避難", ["北町"])], status="Actual",
                                         document=document))
        state = player.until(lambda m: m["mode"] == "live" and m["items"])
        assert state["state"] == "caution"
        assert [item["level"] for item in state["items"]] == [3], "no drill beside a live order"
        player.displayed(state)
        wait_until(lambda: states(live_stack, live["id"], "hall") == ["displayed"], "live proof")
        assert states(drill_stack, drill["id"], "hall") == []
        live_stack.accepted(order([detail("高齢者等避難", ["北町"], state="解除")], status="Actual",
                                  document=document, revision=2))
        assert player.until(lambda m: m["state"] == "drill")["items"][0]["level"] == 5
        drill_stack.kill("hub")
        assert player.until(lambda m: m["state"] == "normal")["mode"] == "live"
        adapter.stop_clean()
        adapter = None
        live_stack.stop_all()
        drill_stack.stop_all()
    finally:
        if adapter:
            adapter.kill()
        live_stack.abort()
        drill_stack.abort()


@pytest.mark.parametrize("screens", [
    [{"id": "a b", "areas": ["99"]}],
    [{"id": "status", "areas": ["99"]}],
    [{"id": "twice", "areas": ["99"]}, {"id": "twice", "areas": ["13"]}],
    [{"id": "nowhere", "areas": []}],
    [{"id": "typo", "areas": ["990018"]}],
    [{"id": "babel", "areas": ["99"], "languages": ["ja", "fr"]}],
    [{"id": "moon", "areas": ["99"], "position": "0.67,23.47"}],
    [{"id": "lost", "areas": ["99"], "shelters": [{"name": "学校", "position": "35.1,139.1"}]}],
    [{"id": "sea", "areas": ["99"], "position": "35,139", "shelters": [{"name": "学校", "position": "139,35"}]}],
    [{"id": "fit", "areas": ["99"], "position": "35,139",
      "shelters": [{"name": "学校", "position": "35,139", "hazards": ["rain"]}]}],
    [{"id": "far", "areas": ["99"], "viewing_distance_cm": 5000, "height_mm": 300}],
    [{"id": "code", "areas": ["99"], "qr_url": "javascript:alert(1)"}],
    [{"id": "levels", "areas": ["99"], "caution_level": 5}],
    [{"id": "beats", "areas": ["99"], "stale_after_ms": 6000}],
    [{"id": f"many{n}", "areas": ["99"], "players_expected": 1000} for n in range(12)],
    [],
])
def test_bad_screens_are_refused_at_the_start(tmp_path, screens):
    path = tmp_path / "signage.yaml"
    path.write_text(json.dumps({"name": "signage", "listen": "127.0.0.1:0", "screens": screens}))
    ended = subprocess.run([os.path.join(BIN, "hansho-signage"), "--config", str(path)],
                           capture_output=True, timeout=20, check=False)
    assert ended.returncode != 0 and ended.stderr + ended.stdout


# ---- receipts of each screen ----

def test_receipts_go_from_accepted_to_displayed(town):
    player = Player(town.port)
    player.until(lambda m: m["state"] == "normal")
    answer = town.stack.accepted(order())
    state = player.until(lambda m: m["items"])
    player.accepted(state)
    wait_until(lambda: states(town.stack, answer["id"], "hall") == ["accepted"], "a player has it")
    player.displayed(state)
    wait_until(lambda: states(town.stack, answer["id"], "hall") == ["displayed"], "and drew it")
    row = next(s for s in requests.get(town.url + "/sign/status", timeout=20).json()["screens"] if s["id"] == "hall")
    assert row["drawn"] == drawn(state) and row["shown_at"] == "2026-07-01T10:00:00Z" and row["waiting"] == 0
    player.close()


def details(stack, submission, outlet):
    rows = stack.status(submission).json().get("receipts", [])
    return [row.get("detail", "") for row in rows if row.get("outlet") == outlet and row["state"] == "failed"]


def test_what_no_player_shows_is_failed_with_the_reason_and_may_still_be_shown(make_stack):
    port = free_port()
    stack = make_stack(mode="drill", feeds=0, hub={"heartbeat_ms": 1000}, adapters=[signage(port, proof_timeout_ms=1500)])
    mute = Player(port, "pref")
    mute.until(lambda m: m["state"] == "normal")
    answer = stack.accepted(order())
    wait_until(lambda: "no player is connected" in "".join(details(stack, answer["id"], "hall")), "nobody is there")
    wait_until(lambda: "no word of what was drawn" in "".join(details(stack, answer["id"], "pref")) or
               "no player has said" in "".join(details(stack, answer["id"], "pref")), "it says nothing")
    with pytest.raises(ConnectionClosed) as closed:
        while True:
            mute.socket.read()
    assert closed.value.rcvd.code == 4411, "the watchdog sends its page to load itself anew"
    assert states(stack, answer["id"], "village") == []
    player = Player(port)
    player.displayed(player.until(lambda m: m["items"]))
    wait_until(lambda: states(stack, answer["id"], "hall") == ["displayed"], "switched on, it is shown")
    liar = Player(port, "pref")
    liar.displayed(liar.until(lambda m: m["items"]))
    second = stack.accepted(order([detail("緊急安全確保", ["港町"])]))
    liar.displayed(liar.until(lambda m: m["seq"] == second["seq"]), drawn="0" * 32)
    wait_until(lambda: "drew something else" in "".join(details(stack, second["id"], "pref")), "another picture")
    assert stack.metrics("signage")["hansho_signage_player_resets_total"] >= 1


def reason(stack, submission, outlet, state):
    """Of the receipt of this outlet, once it has that state."""
    def found():
        rows = stack.status(submission).json().get("receipts", [])
        return [row for row in rows if row.get("outlet") == outlet and str(row["state"]).lower() == state]
    wait_until(found, f"{outlet}: {state}")
    return found()[0].get("detail", "")


def test_what_was_never_on_a_screen_is_not_told_as_displayed(make_stack):
    """One screen leaves lower levels out, another one is switched on only after the order was lifted."""
    port = free_port()
    screens = [{"id": "four", "areas": ["990019"], "caution_level": 4}, {"id": "late", "areas": ["990019"]}]
    stack = make_stack(mode="drill", feeds=0, hub={"heartbeat_ms": 1000}, adapters=[signage(port, screens=screens, proof_timeout_ms=20000)])
    player, document = Player(port, "four"), new_id()
    player.until(lambda m: m["state"] == "normal")
    answer = stack.accepted(order([detail("高齢者等避難", ["北町"])], document=document))
    assert "below caution_level" in reason(stack, answer["id"], "four", "filtered")
    lift = stack.accepted(order([detail("高齢者等避難", ["北町"], state="解除")], document=document, revision=2))
    assert "ended before it was shown" in reason(stack, answer["id"], "late", "expired"), "also while nobody is connected"
    late = Player(port, "late")
    late.displayed(late.until(lambda m: m["seq"] == lift["seq"]))
    reason(stack, lift["id"], "late", "displayed")
    assert states(stack, answer["id"], "late") == ["expired"] and states(stack, answer["id"], "four") == ["filtered"]


def test_a_correction_reaches_the_screens_that_got_the_order_and_no_other(town):
    players = {name: Player(town.port, name) for name in ("hall", "pref", "village")}
    for player in players.values():
        player.until(lambda m: m["state"] == "normal")
    document = new_id()
    town.stack.accepted(order([detail("避難指示", ["北町", "港町"])], document=document))
    for name in ("hall", "pref"):
        players[name].displayed(players[name].until(lambda m: m["items"]))
    answer = town.stack.accepted(order([detail("高齢者等避難", ["北町"])], document=document, revision=2, kind="Update"))
    for name in ("hall", "pref"):
        state = players[name].until(lambda m, seq=answer["seq"]: m["seq"] == seq)
        assert [item["areas"] for item in state["items"]] == [["北町"]]
        players[name].displayed(state)
        wait_until(lambda n=name: states(town.stack, answer["id"], n) == ["displayed"], name)
    assert states(town.stack, answer["id"], "village") == []
    assert Player(town.port, "village").state()["seq"] == 0


def test_a_slow_player_holds_up_nobody(town):
    """It reads nothing at all, and its screen and others go on."""
    slow = Player(town.port)
    slow.until(lambda m: m["state"] == "normal")
    fast = Player(town.port, "pref")
    document = new_id()
    for revision in range(1, 40):
        seq = town.stack.accepted(order([detail("避難指示", [f"第{n}町内会" for n in range(300)])], document=document,
                                        revision=revision))["seq"]
        fast.until(lambda m, seq=seq: m["seq"] == seq)
    newest = slow.until(lambda m, seq=seq: m["seq"] == seq)
    assert newest["items"]


def test_expiry_is_kept(make_stack):
    """Every item says when it ends; past the time of its sender it is gone and the screen returns."""
    port = free_port()
    stack = make_stack(mode="drill", feeds=0, hub={"heartbeat_ms": 1000}, adapters=[signage(port)])
    player = Player(port)
    stack.accepted(order())
    item, = player.until(lambda m: m["items"])["items"]
    assert item["expires_by"] == "renewal" and item["expires_at"] > item["ordered_at"]


def test_an_open_shelter_is_shown_beside_an_order(make_stack):
    port = free_port()
    place = {**SCREENS[0], "position": "30.00000,139.00100"}
    stack = make_stack(mode="drill", feeds=0, hub={"heartbeat_ms": 1000}, adapters=[signage(port, screens=[place])])
    player = Player(port)
    player.until(lambda m: m["state"] == "normal")
    stack.accepted(order())
    state = player.until(lambda m: m["items"])
    assert "shelters" not in state
    answer = stack.accepted(categories.document("Shelter"))
    state = player.until(lambda m: m.get("shelters"))
    way, = state["shelters"]
    assert (way["name"], way["open"], way["status"], way["distance_m"], way["bearing"]) == ("北小学校", True, "空き", 110, 0)
    player.displayed(state)
    wait_until(lambda: states(stack, answer["id"], "hall") == ["displayed"], "and proven")
    stack.restart("signage")
    again = Player(port).until(lambda m: m["items"])
    assert again["shelters"] == state["shelters"], "it is in force, so a start knows it"


def test_with_proof_required_a_configuration_goes_live_only_after_its_canary(make_stack):
    """Where every start asks for a proof: a screen shows nothing of it before it has proven the way."""
    port = free_port()
    stack = make_stack(mode="drill", feeds=0, hub={"heartbeat_ms": 1000},
                       adapters=[signage(port, proof_required="always", proof_timeout_ms=60000)])
    player = Player(port)
    trial = player.state()
    assert (trial["state"], trial["items"], trial["screen"]["id"]) == ("lost", [], "hall")
    answer = stack.accepted(order())
    wait_until(lambda: states(stack, answer["id"], "hall") == ["held"], "it waits for the proof")
    player.displayed(trial, drawn="0" * 32)
    with pytest.raises(TimeoutError):
        player.state(timeout=2)
    player.displayed(trial)
    state = player.until(lambda m: m["items"])
    player.displayed(state)
    wait_until(lambda: states(stack, answer["id"], "hall") == ["displayed"], "and then it is shown")
    stack.restart("signage")
    assert Player(port).state()["items"] == [], "the same again after a start"
