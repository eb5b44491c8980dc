"""What a newcomer does first: `hansho up`, a drill, the command line. Uses the fixed ports of `make run`."""

import json
import os
import shutil
import signal
import subprocess
import tempfile
import time

import pytest
import requests

from conftest import BIN, SANITIZER, wait_until

HANSHO = os.path.abspath(os.path.join(BIN, "hansho"))
PAGE_END = "Ctrl-C stops everything."


def run(*arguments, cwd, **more):
    return subprocess.run([HANSHO, *arguments], cwd=cwd, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                          timeout=60, **more)


@pytest.fixture(scope="module")
def up():
    """`hansho up` in a folder of its own; yields that folder. Its drill has been played."""
    folder = tempfile.mkdtemp(prefix="hs-", dir="/tmp")
    os.makedirs(os.path.join(folder, "build"))
    log = open(os.path.join(folder, "up.log"), "w+", encoding="utf-8")
    process = subprocess.Popen([HANSHO, "up"], cwd=folder, stdout=log, stderr=subprocess.STDOUT)

    def text():
        with open(log.name, encoding="utf-8") as file:
            return file.read()
    try:
        wait_until(lambda: PAGE_END in text() or process.poll() is not None, "hansho up prints its page", 90)
        assert process.poll() is None, text()
        yield folder
        process.send_signal(signal.SIGINT)
        assert process.wait(60) == 0, text()
        logs = os.path.join(folder, "build/run/log")
        for name in os.listdir(logs):
            with open(os.path.join(logs, name), encoding="utf-8", errors="replace") as file:
                assert not SANITIZER.search(file.read()), name
    finally:
        if process.poll() is None:
            process.kill()
            process.wait(20)
        log.close()
        shutil.rmtree(folder, ignore_errors=True)


def up_log(folder):
    with open(os.path.join(folder, "up.log"), encoding="utf-8") as file:
        return file.read()


def test_the_drill_reaches_every_outlet(up):
    log = up_log(up)
    assert "every outlet has every order" in log, log
    assert "7 orders, 7 accepted" in log and " 0 faults" in log, log
    assert "submit → durable reply" in log


@pytest.mark.parametrize("url, says", [
    ("https://127.0.0.1:8443/", "訓練"),
    ("http://127.0.0.1:8082/sign/cityhall", "sign.js"),
    ("http://127.0.0.1:8082/sign/status", "cityhall"),
    ("http://127.0.0.1:8083/v1/state?mode=drill", "避難指示"),
    ("http://127.0.0.1:8081/v1/state", "避難指示"),
    ("http://127.0.0.1:8081/v1/feed.atom", "<feed"),
    ("http://127.0.0.1:8081/v1/state.geojson", "FeatureCollection"),
    ("http://127.0.0.1:8084/received", "【訓練】"),
    ("http://127.0.0.1:8084/played", "訓練"),
])
def test_every_address_of_the_page_answers(up, url, says):
    reply = requests.get(url, timeout=20, verify=os.path.join(up, "build/run/keys/ca.pem"))
    assert reply.status_code == 200, reply.text
    assert says in reply.content.decode("utf-8")


def test_files_for_playout_and_plans_are_there(up):
    run_dir = os.path.join(up, "build/run")
    assert os.path.exists(os.path.join(run_dir, "playout/drill/99/current.txt"))
    assert len(os.listdir(os.path.join(run_dir, "plans"))) >= 7


def test_three_commands_to_the_first_message(up):
    tail = subprocess.Popen([HANSHO, "tail", "--count", "1"], cwd=up, stdout=subprocess.PIPE, text=True)
    try:
        time.sleep(1)
        submit = run("submit", "--area", "131016", "--level", "4", "--hazard", "flood", cwd=up)
        assert submit.returncode == 0, submit.stderr
        assert submit.stdout.startswith("accepted")
        line = tail.communicate(timeout=20)[0]
        assert "避難指示" in line and "131016" in line and "【訓練】" in line, line
    finally:
        if tail.poll() is None:
            tail.kill()
        tail.wait(10)


def test_exit_statuses(up):
    assert run("version", cwd=up).stdout.startswith("hansho ")
    assert run("submit", "--area", "131016", cwd=up).returncode == 2
    assert run("submit", "--area", "12", "--level", "4", cwd=up).returncode == 2
    assert run("submit", "--area", "131016", "--level", "2", cwd=up).returncode == 2
    assert run("nonsense", cwd=up).returncode == 2
    refused = run("submit", "--area", "270008", "--level", "4", cwd=up)
    assert refused.returncode == 4 and "市区町村" in refused.stderr, refused.stderr
    assert run("submit", "--file", "-", cwd=up, input="<a><b></a>").returncode == 4
    assert run("submit", "--file", "/nonexistent", cwd=up).returncode == 4
    valid = run("--json", "validate", "--area", "990019", "--level", "5", cwd=up)
    assert valid.returncode == 0 and json.loads(valid.stdout)["valid"] is True
    away = os.path.join(up, "away.yaml")
    with open(os.path.join(up, "build/run/client.yaml"), encoding="utf-8") as file:
        settings = file.read().replace("8443", "1").replace("8081", "1").replace("9101", "1")
    with open(away, "w", encoding="utf-8") as file:
        file.write(settings)
    assert run("submit", "--area", "990019", "--level", "4", "--config", away, cwd=up).returncode == 3
    assert run("tail", "--config", away, cwd=up).returncode == 3
    assert run("status", "--config", away, cwd=up).returncode == 3


def test_status_and_replay(up):
    status = run("status", cwd=up)
    assert status.returncode == 0 and status.stdout.count(" ready ") == 7, status.stdout
    parsed = json.loads(run("--json", "status", cwd=up).stdout)
    assert [p["name"] for p in parsed][:3] == ["hub", "gate", "feed"] and all(p["ready"] for p in parsed)
    lines = run("replay", "--limit", "7", cwd=up).stdout.splitlines()
    assert len(lines) == 7 and all("【訓練】" in line for line in lines)
    frames = [json.loads(line) for line in run("--json", "replay", "--after", "2", "--limit", "3", cwd=up).stdout.splitlines()]
    assert [f["seq"] for f in frames] == [3, 4, 5]


def test_journal_check_says_whole_of_a_copy_and_finds_one_flipped_bit(up):
    source = os.path.join(up, "build/run/drill.journal")
    copy = os.path.join(up, "copy.journal")
    subprocess.run(["sqlite3", source, f"VACUUM INTO '{copy}'"], check=True, timeout=20)
    whole = run("--json", "journal", "check", copy, cwd=up)
    assert whole.returncode == 0 and json.loads(whole.stdout)["whole"] is True, whole.stdout + whole.stderr
    subprocess.run(["sqlite3", copy, "UPDATE record SET body = CAST(substr(body,1,length(body)-1) || x'00' AS BLOB) WHERE pos = 2"],
                   check=True, timeout=20)
    damaged = run("--json", "journal", "check", copy, cwd=up)
    report = json.loads(damaged.stdout)
    assert damaged.returncode == 1 and report["whole"] is False and report["bad_pos"] == 2, damaged.stdout
    assert run("journal", "check", "/nonexistent", cwd=up).returncode == 4
