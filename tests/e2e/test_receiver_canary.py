"""The bridge of a J-Alert receiver proves its way from its folder to the hub; each broken setting of it is told."""

import http.server
import os
import re
import subprocess
import threading
import time

import pytest
import requests
import yaml

from conftest import BIN, BUSY_S, free_port, wait_until
from documents import jst
from test_alerts import LIVE, done, missile, principals, put, start_receiver

FAST = {"canary_ms": 400, "canary_timeout_ms": 1500, "poll_ms": 100, "timeout_ms": 1000}


@pytest.fixture(name="folder")
def receiver_folder(tmp_path):
    return str(tmp_path)


def page(stack):
    return requests.get(f"http://{stack.ops['receiver']}/status", timeout=20).json()


def wait_proof(stack, state):
    def there():
        row = page(stack)
        return row if row["proof"] == state else None
    return wait_until(there, f"the bridge is {state}", 4 + BUSY_S)


def pager(folder):
    told = os.path.join(folder, "told")
    program = os.path.join(folder, "pager")
    with open(program, "w", encoding="utf-8") as file:
        file.write(f"#!/bin/sh\nprintf '%s|' \"$@\" >> '{told}'\necho >> '{told}'\n")
    os.chmod(program, 0o755)

    def lines():
        if not os.path.exists(told):
            return []
        with open(told, encoding="utf-8") as file:
            return file.read().splitlines()
    return program, lines


@pytest.mark.parametrize("mode", ["live", "drill"])
def test_a_test_message_goes_to_the_hub_and_comes_back(make_stack, folder, mode):
    """On a live lane too, which takes no test; and it is no notice on either."""
    stack = make_stack(mode=mode, principals=principals(LIVE if mode == "live" else "Exercise"))
    spool = start_receiver(stack, folder, **FAST)
    wait_proof(stack, "proven")
    wait_until(lambda: stack.metrics("receiver")["hansho_receiver_proofs_total"] > 2, "again and again")
    wait_until(lambda: stack.metrics("receiver")["hansho_receiver_proof_age_seconds"] < 5, "and lately")
    figures = stack.metrics("receiver")
    assert figures["hansho_receiver_canary_alarm"] == 0
    assert figures["hansho_receiver_accepted_total"] == figures["hansho_receiver_refused_total"] == 0
    assert stack.metrics("hub")["hansho_hub_newest_seq"] == 0, "nothing is recorded"
    assert done(spool) == [] == os.listdir(os.path.join(spool, "refused"))
    put(spool, "1.json", missile("C1", status=LIVE if mode == "live" else "Exercise"))
    wait_until(lambda: done(spool) == ["1.json"], "telegrams go beside it")
    stack.stop("receiver")
    assert [name for name in os.listdir(spool) if "canary" in name] == []


@pytest.mark.parametrize("broken,word", [
    ("hub", "HTTP 503"), ("gate", "HTTP 0"), ("token", "HTTP 401"), ("role", "HTTP 403"), ("url", "HTTP 404"), ("spool", "spool_dir")])
def test_a_broken_way_is_an_alarm_and_ends(make_stack, folder, broken, word):
    stack = make_stack(mode="live", principals=principals(LIVE))
    program, told = pager(folder)
    more = {}
    if broken == "url":
        more["gate_url"] = stack.gate_url + "/elsewhere/v1/submissions"
    spool = start_receiver(stack, folder, alarm_command=program, **FAST, **more)
    if broken == "token":
        stack.stop("receiver")
        with open(os.path.join(folder, "token"), "w", encoding="ascii") as file:
            file.write("of-nobody\n")
        stack.start("receiver", wait=False)
    elif broken == "role":
        stack.stop("receiver")
        with open(os.path.join(folder, "token"), "w", encoding="ascii") as file:
            file.write("drill-token-kakuu-0001\n")  # a municipality, which may not speak for others
        stack.start("receiver", wait=False)
    elif broken in ("hub", "gate"):
        wait_proof(stack, "proven")
        stack.stop(broken)
    elif broken == "spool":
        wait_proof(stack, "proven")
        os.rename(spool, spool + ".away")
    stack.processes["receiver"].wait_output("receiver.started")
    row = wait_proof(stack, "failed")
    assert word in row["detail"] or (broken == "role" and "HTTP 4" in row["detail"]), row
    wait_until(lambda: any(line.startswith("alarm|receiver|all|hub|") for line in told()), "the command is run")
    stack.wait_output("receiver", r"receiver\.canary_alarm proven=")
    if broken in ("hub", "gate", "spool"):
        if broken == "spool":
            os.rename(spool + ".away", spool)
        else:
            stack.start(broken)
        wait_proof(stack, "proven")
        wait_until(lambda: any(line.startswith("over|receiver|all|hub|") for line in told()), "and at the end")


def door(folder, listen, knock=None):
    return {"listen": f"127.0.0.1:{listen}", "listen_url": f"http://127.0.0.1:{knock or listen}/v1/telegrams",
            "listen_token_file": os.path.join(folder, "door")}


def test_with_a_door_the_canary_comes_through_it_like_a_telegram(make_stack, folder):
    stack, port = make_stack(mode="live", principals=principals(LIVE)), free_port()
    spool = start_receiver(stack, folder, **FAST, **door(folder, port))
    wait_proof(stack, "proven")
    wait_until(lambda: stack.metrics("receiver")["hansho_receiver_proofs_total"] > 2, "again and again")
    sent = missile("C1")
    answer = requests.post(f"http://127.0.0.1:{port}/v1/telegrams", data=sent.encode(), timeout=20,
                           headers={"Authorization": "Bearer door-token", "Content-Type": "application/json"})
    assert answer.status_code == 202
    wait_until(lambda: len(done(spool)) == 1, "a telegram goes beside it")
    assert stack.metrics("hub")["hansho_hub_newest_seq"] == 1, "and it alone is recorded"
    assert [name for name in os.listdir(os.path.join(spool, "done")) if "canary" in name] == []
    stack.stop("receiver")
    assert [name for name in os.listdir(spool) if "canary" in name] == []


@pytest.mark.parametrize("setting", ["listen", "listen_url", "token"])
def test_a_door_that_is_not_where_the_receiver_knocks_is_an_alarm(make_stack, folder, setting):
    """The files still go their way, and only the door is wrong: nobody would notice before the next warning."""
    stack, port = make_stack(mode="live", principals=principals(LIVE)), free_port()
    program, told = pager(folder)
    other = free_port()
    broken = {"listen": door(folder, other, knock=port), "listen_url": door(folder, port, knock=other),
              "token": door(folder, port)}[setting]
    start_receiver(stack, folder, alarm_command=program, **FAST, **broken)
    if setting == "token":
        wait_proof(stack, "proven")
        with open(os.path.join(folder, "door"), "w", encoding="ascii") as file:
            file.write("another\n")
    row = wait_proof(stack, "failed")
    assert "listen_url: HTTP" in row["detail"] and ("HTTP 401" in row["detail"]) == (setting == "token"), row
    wait_until(lambda: any(line.startswith("alarm|receiver|all|hub|the door") for line in told()), "the command is run")
    assert stack.metrics("receiver")["hansho_receiver_canary_alarm"] == 1
    assert stack.metrics("hub")["hansho_hub_newest_seq"] == 0


def test_the_gate_proves_nothing_else_by_it(make_stack, folder):
    """Whatever is no canary is told what is wrong with it, as everywhere."""
    stack = make_stack(mode="live", principals=principals(LIVE))
    def ask(text, token="test-token-bridge"):
        return requests.post(stack.gate_url + "/v1/canary", data=text.encode(), timeout=20,
                             headers={"Authorization": f"Bearer {token}", "Content-Type": "application/xml"})
    assert ask("<x/>").status_code in (400, 422)
    assert ask(missing_nothing("canary-1", "Test"), "of-nobody").status_code == 401
    assert ask(missing_nothing("canary-1", "Test").replace("<sent>", "<sent>x")).status_code == 422, "nor would it be as a submission"
    assert "valid" in ask(missing_nothing("a-1", "Actual")).json(), "an alert that is no canary: only validated"
    assert ask(missing_nothing("a-1", "Test")).json()["code"] == "mode_mismatch"
    assert ask(missing_nothing("canary-1", "Test")).json()["canary"] == "canary-1"
    assert stack.metrics("hub")["hansho_hub_newest_seq"] == 0


def missing_nothing(identifier, status):
    return (f'<?xml version="1.0" encoding="UTF-8"?><alert xmlns="urn:oasis:names:tc:emergency:cap:1.2"><identifier>{identifier}</identifier>'
            f"<sender>x.example</sender><sent>{jst()}</sent><status>{status}</status><msgType>Alert</msgType><source>J-Alert</source>"
            "<scope>Public</scope><incidents>E</incidents><info><language>ja</language><category>Security</category><event>国民保護情報</event>"
            "<responseType>Shelter</responseType><urgency>Immediate</urgency><severity>Extreme</severity><certainty>Likely</certainty>"
            "<headline>国民保護情報</headline><description>国民保護に関する情報が発表されました。</description>"
            "<parameter><valueName>civil_protection</valueName><value>other</value></parameter><area><areaDesc>架空市</areaDesc>"
            "<geocode><valueName>JISX0402-6</valueName><value>990019</value></geocode></area></info></alert>")


# ---- every setting: refused, an alarm, or no way to silence anything ----

SETTINGS = {
    "gate_url": ("refused", "http://127.0.0.1:1/v1/submission"),
    "gate_ca": ("refused", "/nonexistent/ca.pem"),
    "token_file": ("refused", "/nonexistent/token"),
    "spool_dir": ("refused", "/nonexistent/spool"),
    "listen": ("alarm", "another port: test_a_door_that_is_not_where_the_receiver_knocks_is_an_alarm"),
    "listen_url": ("refused", "http://127.0.0.1:1/v1/submissions"),
    "listen_token_file": ("refused", "/nonexistent/token"),
    "ops_listen": ("refused", "localhost"),
    "alarm_command": ("refused", "pager --now"),
    "sender": ("why", "any name of its own is taken by the gate from a relayer"),
    "poll_ms": ("why", "the kernel tells of a change besides; at most a minute later"),
    "timeout_ms": ("alarm", 100),
    "retry_first_ms": ("why", "only a pause before a second try, a minute at most"),
    "retry_max_ms": ("why", "only a pause between tries, ten minutes at most, and the canary tells meanwhile"),
    "threads": ("why", "one is enough for one after the other"),
    "file_max_bytes": ("refused", 1023),
    "canary_ms": ("why", "0 silences the proof and nothing else; the page says so, and the age goes on"),
    "canary_timeout_ms": ("refused", 149),
    "alarm_timeout_ms": ("refused", 99),
}


def test_every_setting_has_its_row():
    text = subprocess.run([os.path.join(BIN, "hansho-jalert"), "--receive", "--config-help"], capture_output=True, text=True, timeout=20,
                          check=True).stdout
    assert set(re.findall(r"^(\w+)  \(", text, re.M)) == set(SETTINGS)


def test_each_broken_setting_is_refused_by_name(make_stack, folder):
    stack = make_stack(mode="live", principals=principals(LIVE))
    start_receiver(stack, folder, **door(folder, free_port()))
    with open(stack.path("receiver.yaml"), encoding="utf-8") as file:
        good = yaml.safe_load(file)
    for key, value in [("listen", "8443"), ("listen_url", ""), *((key, value) for key, (kind, value) in SETTINGS.items() if kind == "refused")]:
        path = os.path.join(folder, f"{key}.yaml")
        with open(path, "w", encoding="utf-8") as file:
            yaml.safe_dump({**good, key: value}, file)
        run = subprocess.run([os.path.join(BIN, "hansho-jalert"), "--receive", "--config", path, "--check"], capture_output=True,
                               text=True, timeout=20, check=False)
        assert run.returncode == 1 and key in run.stderr, (key, run.stderr)


def test_a_limit_that_no_submission_keeps_is_an_alarm(make_stack, folder):
    """timeout_ms: a gate that takes longer than it is given no time."""
    class Slow(http.server.BaseHTTPRequestHandler):
        def do_POST(self):
            time.sleep(0.5)
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_arguments):
            pass
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Slow)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    stack = make_stack(mode="live", principals=principals(LIVE))
    start_receiver(stack, folder, **{**FAST, "timeout_ms": SETTINGS["timeout_ms"][1]},
                   gate_url=f"http://127.0.0.1:{server.server_address[1]}/v1/submissions")
    assert "HTTP 0" in wait_proof(stack, "failed")["detail"]
    server.shutdown()
    server.server_close()
