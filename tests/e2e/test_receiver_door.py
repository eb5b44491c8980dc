"""What else comes to the door of a J-Alert receiver's bridge than telegrams and the canary under way, and what it proves."""

import contextlib
import http.server
import json
import os
import secrets
import threading
import time

import pytest
import requests

from conftest import BUSY_S, free_port, wait_until
from documents import jst
from test_alerts import LIVE, principals, start_receiver
from test_receiver_canary import FAST, door, missing_nothing, page, wait_proof

LANES = pytest.mark.parametrize("mode,status", [("live", LIVE), ("drill", "Test")])


@pytest.fixture(name="folder")
def receiver_folder(tmp_path):
    return str(tmp_path)


@contextlib.contextmanager
def way(give):
    """Where the receiver knocks instead; give(body) is the status that it hears, None: no answer."""
    class Handler(http.server.BaseHTTPRequestHandler):
        def do_POST(self):
            status = give(self.rfile.read(int(self.headers["Content-Length"])))
            if status is not None:
                with contextlib.suppress(OSError):
                    self.send_response(status)
                    self.end_headers()

        def log_message(self, *_arguments):
            pass
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server.server_address[1]
    server.shutdown()
    server.server_close()


def knock(port, body):
    return requests.post(f"http://127.0.0.1:{port}/v1/telegrams", data=body, timeout=20,
                         headers={"Authorization": "Bearer door-token", "Content-Type": "application/json"})


def nothing_came_of_it(stack, spool):
    figures = stack.metrics("receiver")
    assert figures["hansho_receiver_accepted_total"] == figures["hansho_receiver_refused_total"] == 0
    assert figures["hansho_receiver_retries_total"] == 0, "nor is it submitted"
    assert stack.metrics("hub")["hansho_hub_newest_seq"] == 0
    assert [os.listdir(os.path.join(spool, name)) for name in ("done", "refused")] == [[], []]


@LANES
def test_a_canary_that_comes_late_is_no_telegram(make_stack, folder, mode, status):
    stack, port, statuses = make_stack(mode=mode, principals=principals(status)), free_port(), []

    def late(body):
        time.sleep(2.5)  # longer than canary_timeout_ms
        statuses.append(knock(port, body).status_code)
        return statuses[-1]
    with way(late) as front:
        spool = start_receiver(stack, folder, **FAST, **door(folder, port, knock=front))
        wait_proof(stack, "failed")
        wait_until(lambda: len(statuses) > 3, "some came late", 20 + BUSY_S)
        assert page(stack)["proof"] == "failed"
    assert set(statuses) == {409}
    nothing_came_of_it(stack, spool)


@LANES
def test_a_canary_of_another_bridge_is_no_telegram(make_stack, folder, mode, status):
    """Of the other one of a pair, or of a live bridge that knocks at one for drills: nothing of it may be recorded."""
    stack, port = make_stack(mode=mode, principals=principals(status)), free_port()
    spool = start_receiver(stack, folder, **FAST, **door(folder, port))
    wait_proof(stack, "proven")
    proofs = stack.metrics("receiver")["hansho_receiver_proofs_total"]
    for indent in (None, 2):
        token = "canary-" + secrets.token_hex(16)
        answer = knock(port, json.dumps({"kind": "other", "action": "alert", "event": token, "id": token, "sent": jst(), "status": "Test",
                                         "areas": ["990019"]}, indent=indent))
        assert answer.status_code == 409 and "canary of another bridge, or of before" in answer.json()["message"]
    wait_until(lambda: stack.metrics("receiver")["hansho_receiver_proofs_total"] > proofs + 1, "its own goes on")
    nothing_came_of_it(stack, spool)


def test_who_knocks_at_the_door_of_another_bridge_is_told(make_stack, folder):
    stack = make_stack(mode="live", principals=principals(LIVE))
    with way(lambda _body: 409) as front:
        start_receiver(stack, folder, **FAST, **door(folder, free_port(), knock=front))
        assert "HTTP 409 it is the door of another bridge" in wait_proof(stack, "failed")["detail"]


def test_a_door_whose_answer_does_not_come_back_is_an_alarm(make_stack, folder):
    """The canary reaches the hub, but a receiver whose POST is not answered takes the bridge for dead, and may send no more."""
    stack, port, statuses, mute = make_stack(mode="live", principals=principals(LIVE)), free_port(), [], [True]

    def swallow(body):
        statuses.append(knock(port, body).status_code)
        return None if mute[0] else statuses[-1]
    with way(swallow) as front:
        spool = start_receiver(stack, folder, **FAST, **door(folder, port, knock=front))
        row = wait_proof(stack, "failed")
        assert "listen_url: HTTP 0" in row["detail"] and 202 in statuses
        assert stack.metrics("receiver")["hansho_receiver_proofs_total"] == 0
        mute[0] = False
        wait_proof(stack, "proven")
        nothing_came_of_it(stack, spool)
        stack.stop("receiver")
        assert [name for name in os.listdir(spool) if "canary" in name] == []


def test_it_pauses_between_its_knocks(make_stack, folder):
    stack, knocks = make_stack(mode="live", principals=principals(LIVE)), []

    def refuse(body):
        knocks.append(body)
        return 503
    with way(refuse) as front:
        start_receiver(stack, folder, **{**FAST, "canary_ms": 3600000, "canary_timeout_ms": 3000, "retry_first_ms": 1000, "retry_max_ms": 1000},
                       **door(folder, free_port(), knock=front))
        wait_proof(stack, "failed")
        assert 2 <= len(knocks) <= 4 and len(set(knocks)) == 1, "one canary, a try each second at most"


@LANES
def test_the_gate_takes_no_canary_as_a_notice(make_stack, mode, status):
    """The second bar: whoever submits one has taken it for something else, and a lane of drills would record it."""
    stack = make_stack(mode=mode, principals=principals(status))

    def ask(path, identifier):
        return requests.post(stack.gate_url + path, data=missing_nothing(identifier, "Test").encode(), timeout=20,
                             headers={"Authorization": "Bearer test-token-bridge", "Content-Type": "application/xml"})
    answer = ask("/v1/submissions", "canary-1")
    assert answer.status_code == 422 and answer.json()["code"] == "mode_mismatch", answer.text
    assert stack.metrics("hub")["hansho_hub_newest_seq"] == 0
    assert ask("/v1/canary", "canary-1").json()["canary"] == "canary-1"
    assert ask("/v1/submissions", "a-canary-1").status_code == (422 if mode == "live" else 202), "the form counts, not the word"
