"""Canaries: each adapter is broken in the ways that happen, and says so within one period; nobody else is touched; good
again, the alarm ends. On the real processes, with the canaries at a fast pace.
"""

import os
import re
import shutil
import subprocess
import threading
import time

import pytest
import requests
import yaml
from websockets.exceptions import InvalidHandshake

from carriers import carrier
from conftest import BIN, BUSY_S, free_port, wait_until
from controller import Controller
from documents import new_id, order
from test_adapters_signage import SCREENS, Player, drawn, signage
from test_adapters_telecom import receipts, wait_state
from ws_client import ConnectionClosed

PERIOD_S, TIMEOUT_S = 1, 0.9
FAST = {"canary_ms": int(PERIOD_S * 1000), "canary_timeout_ms": int(TIMEOUT_S * 1000), "heartbeat_ms": 500,
        "retry_first_ms": 50, "retry_max_ms": 200, "attempt_timeout_ms": 1000, "stop_grace_ms": 300}
ALARM_S = PERIOD_S + 2 * TIMEOUT_S + BUSY_S  # one period, the deadline, and what a busy machine needs


def outlets_of(stack, peer):
    """What the hub shows of the outlets of an adapter, by name."""
    status = requests.get(f"http://{stack.ops['hub']}/status", timeout=20).json()
    rows = next(row for row in status["peers"] if row["name"] == peer)["outlets"]
    return {row["outlet"]: row for row in rows}


def screens(port):
    rows = requests.get(f"http://127.0.0.1:{port}/sign/status.json", timeout=20).json()["screens"]
    return {row["id"]: row for row in rows}


def is_now(stack, peer, outlet, proof):
    def check():
        row = outlets_of(stack, peer).get(outlet)
        return row if row and row["proof"] == proof else None
    return check


def wait_proof(stack, peer, outlet, proof, timeout_s=ALARM_S, word=""):
    """word: in its reason, which is that of the newest try: one may have been too late to say more than that."""
    def check():
        row = is_now(stack, peer, outlet, proof)()
        return row if row and word in row["detail"] else None
    return wait_until(check, f"{peer}/{outlet} is {proof} {word}", timeout_s)


def telecom(rows, **config):
    return {"program": "hansho-telecom", "name": "telecom", "config": {"carriers": rows, **FAST, **config}}


def all_adapters(outlets):
    for adapter in outlets.adapters:
        adapter["config"].update(FAST)
    return outlets.adapters


def test_a_canary_reaches_nobody_and_is_no_notice(make_stack, outlets):
    stack = make_stack(adapters=all_adapters(outlets))
    for peer, outlet in (("telecom", "good"), ("jalert", "controller"), ("jalert", "plan_dir"),
                         ("broadcaster", "playout")):
        row = wait_proof(stack, peer, outlet, "proven")
        assert row["proof_age_ms"] < (PERIOD_S + TIMEOUT_S + BUSY_S) * 1000
    wait_until(lambda: len(outlets.carriers.canaries) > 2 and outlets.controller.canaries > 2, "some rounds")
    assert stack.metrics("hub")["hansho_hub_newest_seq"] == 0
    assert outlets.all() == {"aired": [], "mailed": [], "planned": [], "played": []}
    assert outlets.controller.requests == []
    seq = stack.accepted(order())["seq"]
    outlets.have([seq], "and orders go out beside them")
    left = [name for _, _, names in os.walk(outlets.playout) for name in names if "canary" in name]
    assert len(left) <= 2, "each is removed; one may just be on its way"
    name = "hansho_adapter_proof_age_seconds"
    time.sleep(5)  # older than that is only what is not proven again
    for process, figure in (("telecom", f'{name}{{outlet="good",lane="drill"}}'), ("jalert", f'{name}{{outlet="controller",lane="all"}}'),
                            ("hub", 'hansho_hub_outlet_proof_age_seconds{peer="telecom",outlet="good"}')):
        wait_until(lambda p=process, f=figure: stack.metrics(p)[f] < 5, f"{figure} of {process} is young")


@pytest.mark.parametrize("fault,word", [
    ("gone", "did not take it"), ("status", "HTTP 401"), ("wrong_id", "that of other"),
    ("deaf", "without giving the canary back"), ("drops", "dropped it"), ("hangs", "no answer in time")])
def test_a_carrier_that_would_not_get_an_order_is_an_alarm(make_stack, carriers, fault, word):
    gone = free_port()
    broken = carrier("broken", {
        "gone": f"http://127.0.0.1:{gone}/x", "hangs": carriers.url("/hang")}.get(fault, carriers.url("/bad")))
    if fault == "drops":
        carriers.drops.add("/bad")
        broken["canary_readback"] = carriers.url("/canaries/")
        word = "not read back: HTTP 404"
    elif fault == "deaf":
        carriers.deaf.add("/bad")
    elif fault == "status":
        carriers.broken["/bad"] = 401
    elif fault == "wrong_id":
        carriers.names["/bad"] = "other"
    stack = make_stack(adapters=[telecom([carrier("good", carriers.url("/ok"),
                                                  canary_readback=carriers.url("/canaries/")), broken])])
    wait_proof(stack, "telecom", "broken", "failed", word=word)
    stack.wait_output("telecom", r"adapter\.canary_alarm outlet=broken lane=drill proven=never")
    stack.wait_output("hub", r"hub\.outlet_alarm peer=telecom outlet=broken")
    wait_proof(stack, "telecom", "good", "proven")
    labels = '{peer="telecom",outlet="%s"}'
    assert stack.metrics("hub")["hansho_hub_outlet_alarm" + labels % "broken"] == 1
    assert stack.metrics("hub")["hansho_hub_outlet_alarm" + labels % "good"] == 0
    answer = stack.accepted(order())
    wait_state(stack, answer["id"], "good/990019", "accepted")


def test_an_alarm_comes_within_a_period_and_ends(make_stack, carriers):
    stack = make_stack(adapters=[telecom([carrier("one", carriers.url("/one")), carrier("two", carriers.url("/two"))])])
    for outlet in ("one", "two"):
        wait_proof(stack, "telecom", outlet, "proven")
    for _ in range(2):
        carriers.deaf.add("/one")
        wait_proof(stack, "telecom", "one", "failed")
        carriers.deaf.clear()
        wait_proof(stack, "telecom", "one", "proven")
    log = stack.stop("telecom")  # all that it wrote
    assert len(re.findall(r"adapter\.canary_alarm outlet=one .*proven=before", log)) == 2
    assert len(re.findall(r"adapter\.canary_alarm_over outlet=one", log)) == 2
    assert "outlet=two" not in "".join(re.findall(r".*canary_alarm.*", log)), "the other one was never in alarm"


def test_a_short_outage_within_a_round_is_no_alarm(make_stack, carriers):
    stack = make_stack(adapters=[telecom([carrier("good", carriers.url("/ok"))], canary_timeout_ms=6000)])
    wait_proof(stack, "telecom", "good", "proven")
    carriers.broken["/ok"] = 503
    seen = len(carriers.canaries)
    wait_until(lambda: len(carriers.canaries) > seen, "a try meets it")
    carriers.broken.clear()
    seen = stack.metrics("telecom")['hansho_adapter_proofs_total{outlet="good",lane="drill"}']
    wait_until(lambda: stack.metrics("telecom")['hansho_adapter_proofs_total{outlet="good",lane="drill"}'] > seen,
               "the next try proves it")
    assert "canary_alarm" not in stack.stop("telecom")


def test_limits_that_no_order_fits_are_an_alarm(make_stack, carriers):
    stack = make_stack(adapters=[telecom([carrier("narrow", carriers.url("/ok"), title_max=3)])])
    row = wait_proof(stack, "telecom", "narrow", "failed")
    assert "title_max" in row["detail"] and carriers.canaries == []


def test_the_loudspeakers_controller(make_stack, outlets):
    stack = make_stack(adapters=all_adapters(outlets))
    wait_proof(stack, "jalert", "controller", "proven")
    path = outlets.controller.path
    outlets.controller.deaf = True
    wait_proof(stack, "jalert", "controller", "failed", word="no answer in time")
    outlets.controller.deaf = False
    wait_proof(stack, "jalert", "controller", "proven")
    outlets.controller.late = True  # an answer to an earlier canary proves nothing
    wait_proof(stack, "jalert", "controller", "failed")
    outlets.controller.late = False
    wait_proof(stack, "jalert", "controller", "proven")
    outlets.controller.close()
    wait_proof(stack, "jalert", "controller", "failed", word="not connected")
    for peer, outlet in (("jalert", "plan_dir"), ("telecom", "good"), ("broadcaster", "playout")):
        wait_proof(stack, peer, outlet, "proven")
    outlets.controller = Controller(path)
    wait_proof(stack, "jalert", "controller", "proven")
    outlets.have([stack.accepted(order())["seq"]], "and it plays")


def test_folders_that_cannot_be_written(make_stack, outlets):
    stack = make_stack(adapters=all_adapters(outlets))
    folders = {("broadcaster", "playout"): outlets.playout, ("jalert", "plan_dir"): outlets.plans}
    for peer, outlet in folders:
        wait_proof(stack, peer, outlet, "proven")
    for folder in folders.values():
        shutil.rmtree(folder)
        with open(folder, "w", encoding="utf-8"):
            pass  # a file in its place: not even root can write below it
    for peer, outlet in folders:
        wait_proof(stack, peer, outlet, "failed", word="check the folder")
    wait_proof(stack, "jalert", "controller", "proven")
    wait_proof(stack, "telecom", "good", "proven")
    for folder in folders.values():
        os.unlink(folder)
        os.makedirs(folder)
    for peer, outlet in folders:
        wait_proof(stack, peer, outlet, "proven")


class AnsweringPlayer(Player):
    """A screen that answers canaries like the page does, as long as it is told to."""

    def __init__(self, port, screen="hall"):
        super().__init__(port, screen)
        self.answers, self.digest, self.drawn, self.wrong = True, "", "", False
        self.thread = threading.Thread(target=self._run, daemon=True)
        self.thread.start()

    def _run(self):
        try:
            while True:
                message = self.socket.read(60)
                if message["type"] == "screen":
                    self.digest, self.drawn = message["digest"], drawn(message)
                elif message["type"] == "canary" and self.answers:
                    self.socket.send({"type": "canary", "token": message["token"], "digest": self.digest, "item": 0,
                                      "drawn": "0" * 32 if self.wrong else self.drawn})
        except (ConnectionClosed, OSError):
            pass  # the test closed it


def test_screens_that_do_not_draw(make_stack):
    port = free_port()
    adapter = signage(port, **FAST)
    stack = make_stack(adapters=[adapter])
    assert "no screen" in wait_proof(stack, "signage", "screens", "unproven")["detail"]
    first, second = AnsweringPlayer(port), AnsweringPlayer(port, "pref")
    wait_proof(stack, "signage", "screens", "proven")
    second.answers = False
    row = wait_proof(stack, "signage", "screens", "failed")
    assert "1 of 2 players do not answer, the first at screen pref" in row["detail"], row
    second.answers = True
    wait_proof(stack, "signage", "screens", "proven")
    second.wrong = True  # it draws something else than it was sent
    wait_proof(stack, "signage", "screens", "failed")
    second.close()  # switched off: no fault of the way to the others
    wait_proof(stack, "signage", "screens", "proven")
    answer = stack.accepted(order())
    wait_until(lambda: first.digest == screens(port)["hall"]["version"], "the order is shown")
    wait_proof(stack, "signage", "screens", "proven")
    assert [row["state"] for row in stack.status(answer["id"]).json()["receipts"]
            if row["outlet"] == "hall"] == [], "a canary proves no order"
    first.close()
    assert "no screen" in wait_proof(stack, "signage", "screens", "unproven")["detail"]
    stack.wait_output("signage", "canary_alarm_over outlet=screens")


@pytest.mark.parametrize("change,word", [
    ({"tls": True}, "look at listen, tls_cert, network"),  # the screens dial http
    ({"listen": True}, "look at listen, tls_cert, network"),  # and another port
    ({"players_expected": 2}, "hall (1 of 2)"),
    ({"players_max": 1}, "pref (0 of 1)"),
])
def test_a_setting_that_keeps_screens_away_is_an_alarm(make_stack, tmp_path, change, word):
    port = free_port()
    rows = [{**row, "players_expected": 1} for row in SCREENS[:2]]
    rows[0]["players_expected"] = change.get("players_expected", 1)
    config = {**FAST, "screens": rows, "players_max": 11000}
    if "listen" in change:
        config["listen"] = f"127.0.0.1:{free_port()}"
    if "tls" in change:
        keys = [str(tmp_path / name) for name in ("k.pem", "c.pem")]
        subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2",
                        "-subj", "/CN=127.0.0.1", "-keyout", keys[0], "-out", keys[1]], check=True, capture_output=True)
        config.update(tls_key=keys[0], tls_cert=keys[1])
    if "players_max" in change:  # the sum of what is expected is refused at the start: a stranger takes the place
        config["players_max"] = 2
    stack = make_stack(adapters=[signage(port, **config)])
    players = []
    try:
        players.append(AnsweringPlayer(port))
        players.append(AnsweringPlayer(port, "hall" if "players_max" in change else "pref"))
    except (OSError, ConnectionClosed, InvalidHandshake):
        pass  # kept away
    check = is_now(stack, "signage", "screens", "failed")
    wait_until(lambda: word in (check() or {"detail": ""})["detail"], f"the alarm says {word}", ALARM_S)  # a first one may come before the players
    for player in players:
        player.close()


def test_alarm_command_is_run_without_a_shell(make_stack, carriers, tmp_path):
    told = tmp_path / "told"
    program = tmp_path / "tell; me"
    program.write_text(f"#!/bin/sh\nprintf '%s|' \"$@\" >> '{told}'\necho >> '{told}'\nenv >> '{told}.env'\n")
    program.chmod(0o755)
    carriers.deaf.add("/ok")
    stack = make_stack(adapters=[telecom([carrier("good", carriers.url("/ok"))], alarm_command=str(program))])
    wait_proof(stack, "telecom", "good", "failed")
    carriers.deaf.clear()
    wait_proof(stack, "telecom", "good", "proven")

    def lines():
        text = told.read_text() if told.exists() else ""
        rows = [row for row in text.splitlines() if "|good|" in row]  # a hub that begins slowly is one more
        return rows if len(rows) == 2 and text.endswith("\n") else None
    alarm, over = wait_until(lines, "both are told")
    assert alarm.startswith("alarm|telecom|drill|good|accepted without giving the canary back")
    assert over == "over|telecom|drill|good||"
    with open(f"{told}.env", encoding="utf-8") as file:
        assert {line.split("=")[0] for line in file} <= {"PATH", "PWD", "SHLVL", "_", "OLDPWD"}


@pytest.mark.parametrize("timeout_ms", [3000, 60000])
def test_an_alarm_command_that_hangs_is_ended(make_stack, carriers, tmp_path, timeout_ms):
    """By its time limit, or with the adapter."""
    program, pid = tmp_path / "hang", tmp_path / "pid"
    program.write_text(f"#!/bin/sh\necho $$ > '{pid}.new'\nmv '{pid}.new' '{pid}'\nexec sleep 600\n")
    program.chmod(0o755)
    carriers.deaf.add("/ok")
    stack = make_stack(adapters=[telecom([carrier("good", carriers.url("/ok"))], alarm_command=str(program),
                                         alarm_timeout_ms=timeout_ms)])
    wait_until(pid.exists, "it runs")
    if timeout_ms == 60000:
        stack.stop("telecom")
    else:
        stack.wait_output("telecom", r"adapter\.alarm_command_failed status=0 signal=9")
    assert not os.path.exists(f"/proc/{pid.read_text().strip()}")


def test_an_outlet_without_proof_gets_its_orders(make_stack, carriers):
    carriers.deaf.add("/ok")
    stack = make_stack(adapters=[telecom([carrier("good", carriers.url("/ok"), canary=False)])])
    wait_proof(stack, "telecom", "good", "unproven")
    stack.wait_output("telecom", "outlet_unproven outlet=good")
    answer = stack.accepted(order())
    wait_state(stack, answer["id"], "good/990019", "accepted")
    assert carriers.canaries == []


def test_with_proof_required_an_order_waits_for_the_first_proof(make_stack, carriers):
    carriers.deaf.add("/ok")
    stack = make_stack(adapters=[telecom([carrier("good", carriers.url("/ok"))], proof_required="always")])
    wait_proof(stack, "telecom", "good", "failed")
    answer = stack.accepted(order())
    row = wait_state(stack, answer["id"], "good/990019", "held")
    assert "until the outlet is proven" in row["detail"] and carriers.mails == []
    carriers.deaf.clear()
    wait_state(stack, answer["id"], "good/990019", "accepted")
    carriers.deaf.add("/ok")
    wait_proof(stack, "telecom", "good", "failed")
    later = stack.accepted(order(document=new_id()))
    wait_state(stack, later["id"], "good/990019", "accepted")  # it was proven once: an alarm stops nothing


def test_orders_go_first(make_stack, carriers):
    """While an order is tried no round begins, but not for ever: a carrier that hangs must still raise the alarm."""
    stack = make_stack(adapters=[telecom([carrier("good", carriers.url("/ok")),
                                          carrier("hanging", carriers.url("/hang"), canary=False)],
                                         attempt_timeout_ms=60000)])
    wait_proof(stack, "telecom", "good", "proven")
    answer = stack.accepted(order())
    wait_state(stack, answer["id"], "good/990019", "accepted")
    carriers.deaf.add("/ok")
    wait_proof(stack, "telecom", "good", "failed")
    assert "hanging/990019" not in receipts(stack, answer["id"]), "and that one is still tried"


def status_command(stack, folder):
    settings = folder / "client.yaml"
    settings.write_text(yaml.safe_dump({"mode": "drill", "operations": [f"hub=http://{stack.ops['hub']}"],
                                        "gate_url": stack.gate_url, "feed_url": stack.feed_url("")}))
    return subprocess.run([os.path.join(BIN, "hansho"), "--config", str(settings), "status"], capture_output=True,
                          text=True, timeout=20, check=False)


def test_status_of_the_command_line(make_stack, carriers, tmp_path):
    carriers.deaf.add("/two")
    stack = make_stack(adapters=[telecom([carrier("one", carriers.url("/one")), carrier("two", carriers.url("/two"))])])
    wait_proof(stack, "telecom", "one", "proven")
    wait_proof(stack, "telecom", "two", "failed")
    shown = status_command(stack, tmp_path)
    assert shown.returncode == 1, shown
    assert re.search(r"^hub +ready +drill, seq 0, 0 documents in force, 3 links up$", shown.stdout, re.M), shown.stdout
    assert re.search(r"telecom/one +proven +last proof \d+ s ago$", shown.stdout, re.M), shown.stdout
    assert re.search(r"telecom/two +ALARM +last proof \d+ s ago: accepted without", shown.stdout, re.M), shown.stdout
    carriers.deaf.clear()
    wait_proof(stack, "telecom", "two", "proven")
    assert status_command(stack, tmp_path).returncode == 0
    stack.stop("telecom")
    shown = status_command(stack, tmp_path)
    assert shown.returncode == 1 and len(re.findall(r"telecom/(?:one|two) +AWAY ", shown.stdout)) == 2, shown.stdout


def test_status_tells_of_maintenance(make_stack, carriers, tmp_path):
    stack = make_stack(adapters=[telecom([carrier("one", carriers.url("/one"))], maintenance=True)], start=False)
    for name in ("hub", "gate", "feed-1", "telecom"):
        stack.start(name, wait=False)
    wait_until(lambda: re.search(r"telecom +MAINTENANCE", status_command(stack, tmp_path).stdout), "it is told")
    assert carriers.connections == 0
