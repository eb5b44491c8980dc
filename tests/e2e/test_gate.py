"""The gate in front of a real hub: REST, SOAP, credentials, what happens when the hub is away."""

import asyncio
import base64
import concurrent.futures
import json
import os
import re
import signal
import socket
import struct
import time

import pytest
import requests
import websockets
from lxml import etree

from conftest import BUSY_S, STOP_S, Stack, wait_until
from documents import BY_WHAT_STANDS, detail, digest_token, new_id, order, soap, text_token

ANSWER_MS = 2500
SOAP_NS = "http://schemas.xmlsoap.org/soap/envelope/"
SERVICE_NS = "http://soap.publiccommons.ne.jp/"
HEADERS = {"Content-Type": "text/xml; charset=utf-8", "SOAPAction": '""'}


def publish(stack, document, token="", **more):
    return stack.post("/soap/MQService", soap(document, token), user=None, headers=HEADERS, **more)


def code_of(reply):
    assert reply.status_code == 200, (reply.status_code, reply.text)
    assert reply.headers["Content-Type"].startswith("text/xml")
    tree = etree.fromstring(reply.content)
    code = tree.find(f".//{{{SERVICE_NS}}}processResponse/{{{SERVICE_NS}}}code")
    assert code is not None, reply.text
    return int(code.text)


# ---- submissions ----

def test_accepts_an_order_and_says_where_it_stands(stack):
    reply = stack.submit(order())
    assert reply.status_code == 202, reply.text
    answer = reply.json()
    assert set(answer) == {"id", "epoch", "seq", "outcome", "warnings", "in_force", "in_force_count"}
    assert re.fullmatch(r"[0-9a-f]{32}", answer["id"])
    assert answer["epoch"] and answer["seq"] >= 1
    assert answer["outcome"] == "accepted"
    assert [w for w in answer["warnings"] if w["code"] not in BY_WHAT_STANDS] == []


def test_recognises_the_same_document_again(stack):
    document = order()
    first = stack.accepted(document)
    again = stack.submit(document)
    assert again.status_code == 202
    assert again.json()["outcome"] == "duplicate"
    assert (again.json()["id"], again.json()["seq"]) == (first["id"], first["seq"])


def test_refuses_other_content_under_the_same_revision(stack):
    document = new_id()
    stack.accepted(order(document=document))
    reply = stack.submit(order([detail("緊急安全確保", ["北町一丁目"])], document=document))
    assert reply.status_code == 409, reply.text
    assert reply.json()["code"] == "revision_conflict"
    assert reply.json()["message"]["ja"] and reply.json()["message"]["en"]


def test_an_older_revision_is_told_to_be_stale(stack):
    document = new_id()
    stack.accepted(order(document=document))
    stack.accepted(order([detail("緊急安全確保", ["北町一丁目"])], document=document, revision=2))
    reply = stack.submit(order([detail("高齢者等避難", ["南町"])], document=document, revision=1))
    assert reply.status_code == 202, reply.text
    assert reply.json()["outcome"] == "stale"
    assert reply.json()["seq"] == 0, "it is recorded, not sent out"
    assert reply.json()["warnings"][0]["code"] == "stale"


def test_a_cancel_of_nothing_is_refused_by_the_hub(stack):
    reply = stack.submit(order(kind="Cancel", revision=2, errata="誤って送信しました。"))
    assert reply.status_code == 422, reply.text
    assert any(f["code"] == "cancel_unknown" for f in reply.json()["findings"]), reply.text


def test_answers_after_the_order_is_in_the_hub(stack):
    answer = stack.accepted(order())
    reply = stack.status(answer["id"])
    assert reply.status_code == 200, reply.text
    state = reply.json()
    assert state["id"] == answer["id"] and state["seq"] == answer["seq"]
    assert state["outcome"] == "accepted"
    assert isinstance(state["receipts"], list)


def test_shows_a_submission_to_its_own_sender_only(stack):
    answer = stack.accepted(order())
    assert stack.status(answer["id"], user="soba").status_code == 404
    assert stack.status("0" * 32).status_code == 404
    assert stack.status("not-an-id").status_code == 404
    assert requests.get(f"{stack.gate_url}/v1/submissions/{answer['id']}", timeout=20).status_code == 401


def test_long_poll_waits_for_a_change_and_no_longer(stack):
    answer = stack.accepted(order())
    state = stack.status(answer["id"]).json()
    for version in (f"&version={state['version']}", ""):  # without a version: since now
        begin = time.monotonic()
        reply = requests.get(f"{stack.gate_url}/v1/submissions/{answer['id']}?wait=1{version}", auth=stack.auth(),
                             timeout=20)
        assert reply.status_code == 200
        assert 0.9 < time.monotonic() - begin < 1 + BUSY_S
    begin = time.monotonic()
    assert stack.status(answer["id"], wait=20, version=state["version"] + 1000).status_code == 200
    assert time.monotonic() - begin < BUSY_S, "a version that is not the present one is answered at once"
    bad = requests.get(f"{stack.gate_url}/v1/submissions/{answer['id']}?wait=-1", auth=stack.auth(),
                       timeout=20)
    assert bad.status_code == 400


def test_who_asks_and_goes_away_holds_nothing(make_stack):
    """Long polls whose clients went: their rows at the gate and their places at the hub are free long before the polls are over."""
    stack = make_stack(gate={"pending_max": 64})
    answer = stack.accepted(order())
    version = stack.status(answer["id"]).json()["version"]
    listed = requests.get(stack.gate_url + "/v1/submissions", auth=stack.auth(), timeout=20).json()["version"]
    host, port = stack.gate_url.removeprefix("http://").split(":")
    secret = base64.b64encode(":".join(stack.auth()).encode()).decode()
    paths = (f"/v1/submissions/{answer['id']}?wait=25&version={version}", f"/v1/submissions?wait=25&version={listed}")

    def ask_and_go(path, reset):
        with socket.create_connection((host, int(port)), timeout=20) as client:
            client.sendall(f"GET {path} HTTP/1.1\r\nHost: x\r\nAuthorization: Basic {secret}\r\n\r\n".encode())
            time.sleep(0.01)  # it is read
            if reset:
                client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))

    def held():
        return stack.metrics("gate")["hansho_gate_hub_pending"], stack.metrics("hub")["hansho_hub_status_waiters"]
    for round_ in range(200):
        ask_and_go(paths[round_ % 2], round_ % 4 < 2)
    wait_until(lambda: held() == (0, 0), "nothing is held")
    begin = time.monotonic()
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        waiting = [pool.submit(requests.get, stack.gate_url + path, auth=stack.auth(), timeout=60) for path in paths]
        wait_until(lambda: held() == (2, 2), "who is there may wait")
        stack.accepted(order(document="another"))
        assert waiting[1].result().json()["version"] > listed and time.monotonic() - begin < 20
        assert not waiting[0].done(), "and goes on waiting"


def test_the_sender_learns_who_has_shown_it(stack):
    """A subscriber (not our code) reports what it did; the sender's open question is answered by that."""
    document = order()

    async def subscriber(seq):
        async with websockets.connect(stack.ws_url(), subprotocols=["hansho.v1.json"]) as ws:
            await ws.send(json.dumps({"type": "subscribe", "from": "now", "mode": "drill"}))
            while json.loads(await asyncio.wait_for(ws.recv(), 10))["type"] != "live":
                pass
            await ws.send(json.dumps({"type": "receipt", "seq": seq, "state": "displayed",
                                      "outlet": "screen-7"}))
            await asyncio.sleep(0.5)

    answer = stack.accepted(document)
    version = stack.status(answer["id"]).json()["version"]
    with concurrent.futures.ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(stack.status, answer["id"], wait=25, version=version)
        begin = time.monotonic()
        asyncio.run(subscriber(answer["seq"]))
        state = waiting.result().json()
    assert time.monotonic() - begin < 20, "the answer came with the change, not with the end of the wait"
    assert state["version"] > version
    shown = wait_until(lambda: [r for r in stack.status(answer["id"]).json()["receipts"]
                                if (r["outlet"], r["detail"]) == ("(guests)", "screen-7")], "what screen-7 said")
    assert shown[0]["state"] == "displayed" and shown[0]["adapter"] == "feed-1"
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT[\d:.]+\+09:00", shown[0]["time"])


# ---- refusals ----

@pytest.mark.parametrize("document,status,code", [
    ("", 400, "body_empty"),
    ("no xml", 400, "not_well_formed"),
    ("<a><b></a>", 400, "not_well_formed"),
    ("<a/>", 422, "root_unknown"),
    ('<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>', 400, "doctype_refused"),
    (order(status="Actual"), 422, "mode_mismatch"),
    (order(control="Actual"), 422, "mode_mismatch"),
    (order(status="Test"), 422, "mode_mismatch"),
    (order(status="Practice"), 422, "status_unknown"),
    (order(code="990027", name="架空第二市"), 403, "area_foreign"),
    (order([detail("避難指示", ["北町"]) + detail("避難指示", ["東町"], code="990027")]), 403,
     "area_foreign"),
    (order([detail("避難指示", ["北町"], state="発射")]), 422, "issue_or_lift_unknown"),
    (order(kind="Cancel", revision=2), 422, "errata_missing"),
], ids=["empty", "no-xml", "open-tag", "other-root", "doctype", "actual", "control-differs",
        "test-not-allowed", "unknown-status", "foreign-city", "one-foreign-area", "no-state",
        "no-reason"])
def test_refusals_name_code_path_line_and_how_to_mend(stack, document, status, code):
    reply = stack.submit(document)
    assert reply.status_code == status, reply.text
    answer = reply.json()
    assert answer["code"] == code, answer
    assert answer["error"]
    assert {"path", "line", "expected"} <= set(answer)
    assert re.search(r"[ぁ-ん]", answer["message"]["ja"])
    assert re.search(r"[a-z]", answer["message"]["en"])


def test_a_refused_document_is_nowhere(stack):
    before = stack.metrics("gate")['hansho_gate_submissions_total{outcome="accepted"}']
    assert stack.submit(order(status="Actual")).status_code == 422
    after = stack.metrics("gate")['hansho_gate_submissions_total{outcome="accepted"}']
    assert after == before


def test_validate_checks_and_sends_nothing(stack):
    document = order()
    reply = stack.validate(document)
    assert reply.status_code == 200, reply.text
    assert reply.json()["valid"] is True
    assert reply.json()["notice"]["kind"] == "evacuation"
    assert reply.json()["notice"]["mode"] == "drill"
    assert stack.validate("<a/>").json()["code"] == "root_unknown"
    # it is new to the hub
    assert stack.accepted(document)["outcome"] == "accepted"


def test_warnings_come_with_the_acceptance(stack):
    reply = stack.submit(order([detail("避難勧告", ["北町"])]))
    assert reply.status_code == 202, reply.text
    assert [w["code"] for w in reply.json()["warnings"] if w["code"] not in BY_WHAT_STANDS] == ["obsolete_term"]


@pytest.mark.parametrize("auth,header", [
    (None, None), (("kakuu", "wrong"), None), (("nobody", "drill-only-kakuu"), None),
    (None, "Bearer wrong-token-of-nobody"), (None, "Bearer "), (None, "Basic ####"),
])
def test_wrong_credentials_are_401(stack, auth, header):
    headers = {"Authorization": header} if header else {}
    reply = requests.post(f"{stack.gate_url}/v1/submissions", data=order().encode(), auth=auth,
                          headers=headers, timeout=20)
    assert reply.status_code == 401
    assert reply.json()["code"] == "not_signed_in"
    assert reply.headers["WWW-Authenticate"].startswith("Basic")


def test_bearer_token_is_enough(stack):
    reply = requests.post(f"{stack.gate_url}/v1/submissions", data=order().encode(), timeout=20,
                          headers={"Authorization": "Bearer " + stack.principal()["token"]})
    assert reply.status_code == 202, reply.text


def test_a_prefecture_enters_for_its_city(stack):
    reply = stack.submit(order(source="bosai.pref.example"), user="pref")
    assert reply.status_code == 202, reply.text
    assert "proxy_entry" in [w["code"] for w in reply.json()["warnings"]]


def test_every_answer_has_the_security_headers(stack):
    for path in ["/", "/assets/form.css", "/v1/submissions/" + "0" * 32]:
        reply = requests.get(stack.gate_url + path, timeout=20)
        assert "default-src 'none'" in reply.headers["Content-Security-Policy"], path
        assert reply.headers["X-Content-Type-Options"] == "nosniff"
        assert reply.headers["Referrer-Policy"] == "no-referrer"


# ---- SOAP ----

def test_publish_with_password_digest(stack):
    principal = stack.principal()
    reply = publish(stack, order(), digest_token(principal["username"], principal["password"]))
    assert code_of(reply) == 0, reply.text


def test_publish_with_password_text(stack):
    principal = stack.principal()
    assert code_of(publish(stack, order(), text_token(principal["username"], principal["password"]))) == 0


def test_both_nodes_of_a_sender_cause_one_effect(stack):
    principal = stack.principal()
    document = order()
    for _ in range(2):
        token = digest_token(principal["username"], principal["password"])
        assert code_of(publish(stack, document, token)) == 0
    again = stack.submit(document).json()
    assert again["outcome"] == "duplicate"


def fault_of(reply):
    assert reply.status_code == 500, reply.text
    assert reply.headers["Content-Type"].startswith("text/xml")
    fault = etree.fromstring(reply.content).find(f".//{{{SOAP_NS}}}Fault")
    assert fault is not None, reply.text
    return fault.findtext("faultcode")


def test_wrong_credentials_are_a_fault(stack):
    for token in ["", text_token("kakuu", "wrong"), text_token("nobody", "nobody"),
                  digest_token("kakuu", "wrong"), digest_token("nobody", "drill-only-kakuu")]:
        assert fault_of(publish(stack, order(), token)).endswith("FailedAuthentication")


def test_a_replayed_nonce_is_refused(stack):
    principal = stack.principal()
    token = digest_token(principal["username"], principal["password"])
    assert code_of(publish(stack, order(), token)) == 0
    assert fault_of(publish(stack, order(), token)).endswith("FailedAuthentication")


def test_an_old_token_is_refused(stack):
    principal = stack.principal()
    created = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() - 3600))
    token = digest_token(principal["username"], principal["password"], created=created)
    assert fault_of(publish(stack, order(), token)).endswith("FailedAuthentication")


@pytest.mark.parametrize("document,code,finding", [
    ("<a/>", 401, None),
    (order(status="Actual"), 402, "mode_mismatch"),
    (order(code="990027", name="架空第二市"), 402, "area_foreign"),
], ids=["no-edxl", "actual", "foreign"])
def test_publish_says_what_to_mend(stack, document, code, finding):
    principal = stack.principal()
    reply = publish(stack, document, text_token(principal["username"], principal["password"]))
    assert code_of(reply) == code, reply.text
    if finding:
        assert finding in reply.text
        assert re.search(r"[ぁ-ん]", reply.text)


def test_findings_count_lines_of_the_whole_envelope(stack):
    principal = stack.principal()
    document = order([detail("避難指示", ["北町"], state="発射")])
    token = text_token(principal["username"], principal["password"])
    reply = publish(stack, document, token)
    envelope = soap(document, token).splitlines()
    line = next(i for i, text in enumerate(envelope, 1) if "発射" in text)
    finding = etree.fromstring(reply.content).xpath("//*[local-name()='finding']")[0]
    text = "".join(finding.itertext()) + " ".join(f"{k}={v}" for k, v in finding.attrib.items())
    assert str(line) in re.findall(r"\d+", text), (line, text)


def test_no_soap_is_a_content_error(stack):
    reply = stack.post("/soap/MQService", "<a/>", user=None, headers=HEADERS)
    assert code_of(reply) == 401


# ---- the hub goes away ----

@pytest.fixture
def own(make_stack):
    return make_stack(feeds=0, gate={"answer_timeout_ms": ANSWER_MS})


def test_says_at_once_that_the_hub_is_away(own):
    own.stop("hub")
    wait_until(lambda: requests.get(f"http://{own.ops['gate']}/readyz", timeout=20).status_code == 503,
               "the gate notices that the hub is gone")
    begin = time.monotonic()
    reply = own.submit(order())
    assert time.monotonic() - begin < ANSWER_MS / 1000, "it waits for no answer"
    assert reply.status_code == 503
    assert int(reply.headers["Retry-After"]) > 0
    assert reply.json()["code"] == "hub_away"
    # SOAP: no code at all, so that the sender tries again
    principal = own.principal()
    reply = publish(own, order(), text_token(principal["username"], principal["password"]))
    assert reply.status_code == 503
    assert "901" not in reply.text and "code>" not in reply.text
    own.start("hub")
    own.processes["gate"].wait_ready(own.ops["gate"])
    own.accepted(order())


def test_an_order_that_was_answered_survives_a_crash_of_the_hub(own):
    document = order()
    first = own.accepted(document)
    own.kill("hub")
    own.start("hub")
    own.processes["gate"].wait_ready(own.ops["gate"])
    again = own.submit(document).json()
    assert again["outcome"] == "duplicate"
    assert (again["id"], again["seq"]) == (first["id"], first["seq"])


def test_a_silent_hub_means_unknown_and_sending_again_is_safe(own):
    own.accepted(order())
    document = order()
    own.processes["hub"].signal(signal.SIGSTOP)
    try:
        reply = own.submit(document)
    finally:
        own.processes["hub"].signal(signal.SIGCONT)
    assert reply.status_code == 503, reply.text
    assert reply.json()["code"] in ("outcome_unknown", "hub_away")
    own.processes["gate"].wait_ready(own.ops["gate"])

    def sent_again():
        reply = own.submit(document)
        return reply.status_code == 202 and reply.json()
    answer = wait_until(sent_again, "the same document is taken")
    assert answer["outcome"] in ("accepted", "duplicate")
    assert own.submit(document).json()["outcome"] == "duplicate"


# ---- bounds ----

def test_a_body_over_the_limit_is_413(make_stack):
    small = make_stack(feeds=0, gate={"body_bytes": 8192})
    areas = [detail("避難指示", [f"北町{i}丁目" for i in range(100)])]
    assert small.submit(order(areas)).status_code == 413
    small.accepted(order())


def test_too_many_at_once_are_told_to_come_back(make_stack):
    busy = make_stack(feeds=0, gate={"jobs_max": 1, "pending_max": 2})
    documents = [order([detail("避難指示", [f"{n}町{i}丁目" for i in range(400)])]) for n in range(40)]
    with concurrent.futures.ThreadPoolExecutor(20) as pool:
        replies = list(pool.map(busy.submit, documents))
    codes = {reply.status_code for reply in replies}
    assert codes <= {202, 503}, codes
    refused = [reply for reply in replies if reply.status_code == 503]
    assert refused, "nothing was refused: the bounds were not reached"
    assert all(reply.json()["code"] == "busy" and reply.headers["Retry-After"] for reply in refused)
    # nothing was half taken: each one can be sent again
    for document in documents:
        wait_until(lambda d=document: busy.submit(d).status_code == 202, "taken in the end")
    assert busy.metrics("gate")["hansho_gate_jobs"] == 0


def test_a_gate_that_stops_answers_what_is_open(make_stack):
    stack = make_stack(feeds=0)
    hub, gate = stack.processes["hub"], stack.processes["gate"]
    document = order()
    hub.signal(signal.SIGSTOP)
    try:
        with concurrent.futures.ThreadPoolExecutor(1) as pool:
            answer = pool.submit(stack.submit, document)
            wait_until(lambda: stack.metrics("gate")["hansho_gate_hub_pending"] == 1, "it is open")
            gate.signal(signal.SIGTERM)
            time.sleep(0.3)
            assert gate.running(), "it waits for the answer"
            hub.signal(signal.SIGCONT)
            assert answer.result().status_code == 202
    finally:
        hub.signal(signal.SIGCONT)
    assert gate.popen.wait(STOP_S) == 0, "a second signal would end it at once, so it is only awaited"
    stack.processes.pop("gate").assert_quiet()
    stack.start("gate")
    assert stack.submit(document).json()["outcome"] == "duplicate"


def test_a_gate_that_stops_does_not_wait_for_ever(make_stack):
    stack = make_stack(feeds=0, gate={"stop_grace_ms": 300, "answer_timeout_ms": 60000})
    hub = stack.processes["hub"]
    hub.signal(signal.SIGSTOP)
    try:
        with concurrent.futures.ThreadPoolExecutor(1) as pool:
            answer = pool.submit(stack.submit, order())
            wait_until(lambda: stack.metrics("gate")["hansho_gate_hub_pending"] == 1, "it is open")
            begin = time.monotonic()
            stack.stop("gate")
            assert time.monotonic() - begin < 0.3 + BUSY_S
            reply = answer.result()
            assert (reply.status_code, reply.json()["code"]) == (503, "outcome_unknown")
    finally:
        hub.signal(signal.SIGCONT)


def test_two_content_lengths_are_refused(stack):
    with socket.create_connection(("127.0.0.1", stack.ports["gate"]), timeout=20) as raw:
        raw.sendall(b"POST /v1/submissions HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\n"
                    b"Content-Length: 5\r\n\r\n<a/>")
        assert b" 400 " in raw.recv(200)
    stack.accepted(order())


# ---- configuration ----

def test_a_principal_of_the_other_lane_stops_the_start(tmp_path):
    stack = Stack(feeds=0, start=False)
    try:
        stack.principals = [{**stack.principals[0], "statuses": ["Actual"]}]
        stack._write_gate({})
        process = stack.start("gate", wait=False)
        assert process.ended() == 1
        assert "kakuu-city" in process.output and '"Actual" does not fit a gate of mode drill' in process.output
    finally:
        stack.abort()


def test_a_live_gate_takes_actual_only(make_stack):
    live = make_stack(mode="live", feeds=0)
    live.accepted(order(status="Actual"))
    reply = live.submit(order(status="Exercise"))
    assert reply.status_code == 422
    assert reply.json()["code"] == "mode_mismatch"


def test_a_gate_wired_to_the_hub_of_the_other_lane_never_gets_ready(make_stack):
    drill = make_stack(feeds=0)
    live = Stack(mode="live", feeds=0, start=False)
    try:
        drill.stop("gate")
        live._write_gate({"hub_url": drill.link("gate")})
        live.start("gate", wait=False)

        def wrong_lane():
            try:
                reply = requests.get(f"http://{live.ops['gate']}/readyz", timeout=2)
            except requests.RequestException:
                return False
            return reply.status_code == 503 and "mode" in reply.text
        wait_until(wrong_lane, "the gate says that the hub is of the other lane")
        assert live.submit(order(status="Actual")).status_code == 503
    finally:
        live.abort()
    drill.start("gate")


def test_nothing_is_written_to_disk(stack):
    """The gate has no file open for writing but its pipes and sockets."""
    pid = stack.processes["gate"].pid
    for fd in os.listdir(f"/proc/{pid}/fd"):
        target = os.readlink(f"/proc/{pid}/fd/{fd}")
        if target.startswith("/") and not target.startswith("/dev/"):
            flags = open(f"/proc/{pid}/fdinfo/{fd}", encoding="ascii").read()
            mode = int(re.search(r"flags:\s*(\d+)", flags).group(1), 8) & 3
            assert mode == 0, target
