"""The broadcaster adapter on the real stack: a station that we did not write, and a playout folder."""

import json
import os
import signal
import time

import pytest
import requests

from conftest import START_S, free_port, wait_until
from documents import detail, new_id, order
from ws_client import ConnectionClosed, WebSocket

SUBPROTOCOL = "hansho.broadcast.json"
MARK = "【訓練】"


class Station:
    """A broadcaster's machine: subscribes and reads."""

    def __init__(self, port, name="kakuu-tv", **subscribe):
        self.socket = WebSocket(f"ws://127.0.0.1:{port}/v1/broadcast", [SUBPROTOCOL])
        assert self.socket.subprotocol == SUBPROTOCOL
        self.hello = self.read()
        assert self.hello["type"] == "hello"
        self.send({"type": "subscribe", "station": name, "mode": "drill", **subscribe})

    def send(self, message):
        self.socket.send(message)

    def read(self, timeout=START_S):
        return self.socket.read(timeout)

    def until(self, kind, timeout=START_S):
        """The next message of that type, and what came before it."""
        deadline, seen = time.monotonic() + timeout, []
        while time.monotonic() < deadline:
            message = self.read(deadline - time.monotonic())
            if message["type"] == kind:
                return message, seen
            seen.append(message)
        raise AssertionError(f"no {kind}: {seen}")

    def item(self, timeout=START_S):
        return self.until("item", timeout)[0]

    def close(self):
        self.socket.close()


def broadcaster(port, out_dir="", **config):
    return {"program": "hansho-broadcaster", "name": "broadcaster",
            "config": {"listen": f"127.0.0.1:{port}", "out_dir": out_dir, **config}}


@pytest.fixture
def air(make_stack, tmp_path):
    """Drill stack with one broadcaster: .port, .out (playout folder), .stack."""
    class Air:
        port = free_port()
        out = tmp_path / "playout"
    Air.stack = make_stack(mode="drill", feeds=0, adapters=[broadcaster(Air.port, str(Air.out))])
    return Air


def state_of(port):
    return requests.get(f"http://127.0.0.1:{port}/v1/state", params={"mode": "drill"}, timeout=20).json()


def arrived(port, answer):
    """Waits until the adapter has it: an order is answered when it is on disk, which may be before."""
    wait_until(lambda: state_of(port)["seq"] >= answer["seq"], "the adapter has the order")
    return answer


def receipts(stack, submission, outlet):
    rows = stack.status(submission).json().get("receipts", [])
    return [row for row in rows if row.get("outlet") == outlet]


def states(stack, submission, outlet):
    return [str(row["state"]).lower() for row in receipts(stack, submission, outlet)]


def test_station_gets_state_then_items_and_its_receipt_reaches_the_sender(air):
    station = Station(air.port, prefectures=["99"])
    state, _ = station.until("state")
    assert state["mode"] == "drill" and state["status"] == "current" and state["mark"] == MARK
    assert state["prefectures"]["99"] == []
    assert station.until("live")[0]["seq"] == 0

    answer = air.stack.accepted(order())
    item = station.item()
    assert item["seq"] == answer["seq"] and item["epoch"] == answer["epoch"]
    assert item["change"] == "new" and item["level"] == 4 and item["term"] == "避難指示"
    assert item["prefecture"] == "99" and item["submission_id"] == answer["id"]
    assert item["crawl"][0].startswith(MARK) and item["crawl"][-1].endswith(MARK)
    assert item["text"].startswith(MARK) and item["text"].endswith(MARK)
    assert "架空県架空市の北町一丁目に警戒レベル4 避難指示が発令されました" in item["text"]
    assert item["areas"][0]["code"] == "990019" and item["areas"][0]["code5"] == "99001"
    assert {"code": "990019", "name": "架空市", "kana": "かくうし"} in item["readings"]

    station.send({"type": "receipt", "seq": item["seq"], "state": "received"})
    station.send({"type": "receipt", "seq": item["seq"], "state": "displayed"})
    wait_until(lambda: states(air.stack, answer["id"], "(guests)") == ["displayed"],
               "the sender sees that a guest displayed it")
    assert receipts(air.stack, answer["id"], "(guests)")[0]["detail"] == "kakuu-tv"
    assert receipts(air.stack, answer["id"], "kakuu-tv") == [], "anybody can choose that name"
    station.close()


def test_playout_files_are_whole_and_receipts_say_accepted(air):
    answer = air.stack.accepted(order([detail("避難指示", ["北町一丁目", "港町"])]))
    folder = air.out / "drill" / "99"
    wait_until(lambda: states(air.stack, answer["id"], "playout") == ["accepted"], "playout accepted")
    record = json.loads((folder / f"{answer['seq']}.json").read_text())
    assert record["change"] == "new" and record["seq"] == answer["seq"]
    lines = (folder / f"{answer['seq']}.txt").read_text().splitlines()
    assert lines == record["crawl"] and lines[0].startswith(MARK) and lines[-1].endswith(MARK)
    current = json.loads((folder / "current.json").read_text())
    assert [group["level"] for group in current["in_force"]] == [4]
    assert current["status"] == "current" and current["seq"] == answer["seq"]
    text = (folder / "current.txt").read_text()
    assert text.startswith(MARK) and text.rstrip().endswith(MARK) and "港町" in text
    assert not [name for name in os.listdir(folder) if name.endswith(".tmp")]


def test_raise_lower_lift_cancel_each_have_their_own_word(air):
    station = Station(air.port)
    document = new_id()

    def step(revision, details, **more):
        air.stack.accepted(order(details, document=document, revision=revision, **more))
        return station.item()

    assert step(1, [detail("高齢者等避難", ["北町"])])["change"] == "new"
    raised = step(2, [detail("避難指示", ["北町"])])
    assert raised["change"] == "raised" and raised["areas"][0]["from_level"] == 3
    lowered = step(3, [detail("高齢者等避難", ["北町"])])
    assert lowered["change"] == "lowered" and "引き下げ" in lowered["text"]
    lifted = step(4, [detail("高齢者等避難", ["北町"], state="解除")])
    assert lifted["change"] == "lifted" and "level" not in lifted and "colour" not in lifted
    assert "解除されました" in lifted["text"]
    current = requests.get(f"http://127.0.0.1:{air.port}/v1/state",
                           params={"mode": "drill", "prefecture": "99"}, timeout=20).json()
    assert current["prefectures"]["99"] == [] and current["status"] == "current"

    wrong = new_id()
    air.stack.accepted(order([detail("避難指示", ["南町"])], document=wrong))
    assert station.item()["change"] == "new"
    air.stack.accepted(order([detail("避難指示", ["南町"])], document=wrong, revision=2, kind="Cancel",
                             errata="地区の選択誤り"))
    cancelled = station.item()
    assert cancelled["change"] == "cancelled" and "誤りでした" in cancelled["text"]
    assert "地区の選択誤り" in cancelled["text"] and "解除" not in cancelled["text"]
    station.close()


def test_a_station_that_comes_back_gets_what_it_missed_in_order(air):
    first = Station(air.port)
    epoch = first.hello["lanes"]["drill"]["epoch"]
    answer = air.stack.accepted(order())
    assert first.item()["seq"] == answer["seq"]
    first.close()
    missed = [arrived(air.port, air.stack.accepted(order()))["seq"] for _ in range(5)]
    again = Station(air.port, **{"from": {"epoch": epoch, "seq": answer["seq"]}})
    live, seen = again.until("live")
    assert [m["type"] for m in seen if m["type"] == "gap"] == []
    assert [m["seq"] for m in seen if m["type"] == "item"] == missed
    assert live["seq"] == missed[-1]
    again.close()


def test_an_unknown_position_is_answered_with_gap_and_state(air):
    arrived(air.port, air.stack.accepted(order()))
    station = Station(air.port, **{"from": {"epoch": "another", "seq": 7}})
    live, seen = station.until("live")
    kinds = [message["type"] for message in seen if message["type"] != "heartbeat"]
    assert kinds == ["gap", "state"] and live["seq"] >= 1
    station.close()


def test_other_prefectures_and_live_mode_see_nothing_of_the_drill(air):
    other = Station(air.port, name="tokyo-tv", prefectures=["13"])
    other.until("live")
    air.stack.accepted(order())
    _, seen = other.until("heartbeat")
    assert [m for m in seen if m["type"] == "item"] == []
    other.close()
    refused = Station(air.port, name="live-tv", mode="live")
    with pytest.raises(ConnectionClosed) as closed:
        refused.read()
    assert closed.value.rcvd.code == 4400 and "mode" in closed.value.rcvd.reason
    url = f"http://127.0.0.1:{air.port}/v1/state"
    answer = requests.get(url, params={"mode": "live"}, timeout=20)
    assert answer.status_code == 404 and "mode=drill" in answer.text
    only = requests.get(url, timeout=20).json()
    assert only["mode"] == "drill" and only["mark"] == MARK
    assert requests.get(url, params={"prefecture": "98"}, timeout=20).status_code == 404


@pytest.mark.parametrize("message", [
    '{"type":"subscribe","station":"x y","mode":"drill"}',
    '{"type":"subscribe","station":"ok","mode":"loud"}',
    '{"type":"subscribe","station":"ok","mode":"drill","prefectures":["98"]}',
    '{"type":"subscribe","station":"ok","mode":"drill","from":{"seq":"1"}}',
    '{"type":"receipt","seq":1,"state":"displayed"}',
    '{"type":"dance"}', '[' * 1000, 'null', '{"type":1}', '\x00',
])
def test_bad_messages_are_refused_with_a_reason(air, message):
    socket = WebSocket(f"ws://127.0.0.1:{air.port}/v1/broadcast", [SUBPROTOCOL])
    assert socket.read()["type"] == "hello"
    socket.send(message)
    with pytest.raises(ConnectionClosed) as closed:
        socket.recv(timeout=START_S)
    assert closed.value.rcvd.code == 4400 and closed.value.rcvd.reason


def test_receipts_for_what_was_not_sent_do_not_count(air):
    answer = air.stack.accepted(order())
    station = Station(air.port, name="liar", prefectures=["13"])
    station.until("live")
    station.send({"type": "receipt", "seq": answer["seq"], "state": "displayed"})
    station.send({"type": "receipt", "seq": answer["seq"] + 100, "state": "displayed"})
    station.send({"type": "pong"})
    wait_until(lambda: states(air.stack, answer["id"], "playout") == ["accepted"], "playout accepted")
    time.sleep(0.5)
    assert receipts(air.stack, answer["id"], "(guests)") == []
    station.close()


def test_restart_fires_nothing_again_and_keeps_the_state(air):
    answer = air.stack.accepted(order())
    folder = air.out / "drill" / "99"
    wait_until(lambda: states(air.stack, answer["id"], "playout") == ["accepted"], "playout accepted")
    air.stack.wait_acked()
    written = (folder / f"{answer['seq']}.json").stat().st_mtime_ns
    air.stack.restart("broadcaster")
    station = Station(air.port)
    live, seen = station.until("live")
    assert [m for m in seen if m["type"] == "item"] == []
    state = next(m for m in seen if m["type"] == "state")
    assert [group["level"] for group in state["prefectures"]["99"]] == [4]
    assert (folder / f"{answer['seq']}.json").stat().st_mtime_ns == written
    station.close()


def test_orders_while_the_adapter_is_down_arrive_after_its_start(air):
    air.stack.kill("broadcaster")
    missed = [air.stack.accepted(order([detail("避難指示", [f"{n}町"])])) for n in "北南東"]
    air.stack.start("broadcaster")
    folder = air.out / "drill" / "99"
    for answer in missed:
        wait_until(lambda a=answer: states(air.stack, a["id"], "playout") == ["accepted"],
                   "each order reaches the playout folder")
        assert json.loads((folder / f"{answer['seq']}.json").read_text())["seq"] == answer["seq"]


def test_a_hub_that_is_away_makes_the_state_stale_not_empty(air):
    arrived(air.port, air.stack.accepted(order()))
    station = Station(air.port)
    station.until("live")
    air.stack.kill("hub")
    stale, _ = station.until("heartbeat")
    while stale["status"] != "stale":
        stale, _ = station.until("heartbeat")
    state = requests.get(f"http://127.0.0.1:{air.port}/v1/state", params={"mode": "drill"}, timeout=20)
    assert state.json()["status"] == "stale" and state.json()["prefectures"]["99"]
    current = air.out / "drill" / "99" / "current.json"
    wait_until(lambda: current.exists() and json.loads(current.read_text())["status"] == "stale",
               "the file says stale")
    air.stack.start("hub")
    fresh, _ = station.until("heartbeat")
    while fresh["status"] != "current":
        fresh, _ = station.until("heartbeat")
    air.stack.processes["gate"].wait_ready(air.stack.ops["gate"])
    answer = air.stack.accepted(order([detail("避難指示", ["西町"])]))
    assert station.item()["seq"] == answer["seq"]
    station.close()


def test_what_changed_while_the_link_was_cut_is_still_told_as_a_change(make_stack):
    """The snapshot comes before the missed notice; the item must say raised, not new."""
    port = free_port()
    stack = make_stack(mode="drill", feeds=0, hub={"heartbeat_ms": 1000},
                       adapters=[broadcaster(port, heartbeat_ms=1000)])
    document = new_id()
    arrived(port, stack.accepted(order([detail("高齢者等避難", ["北町"])], document=document)))
    station = Station(port)
    station.until("live")
    adapter = stack.processes["broadcaster"]
    adapter.signal(signal.SIGSTOP)
    stack.wait_output("hub", "hub.peer_dropped peer=broadcaster")
    raised = stack.accepted(order([detail("避難指示", ["北町"])], document=document, revision=2))
    adapter.signal(signal.SIGCONT)
    item = station.item()
    assert item["seq"] == raised["seq"] and item["change"] == "raised"
    assert item["areas"][0]["from_level"] == 3
    station.close()


def test_a_full_disk_is_told_and_overcome(make_stack, tmp_path):
    """A plain file where a folder must be made stands in for a disk that takes nothing."""
    out = tmp_path / "playout"
    out.mkdir()
    (out / "drill").write_text("in the way")
    stack = make_stack(mode="drill", feeds=0, adapters=[
        broadcaster(free_port(), str(out), retry_first_ms=100, retry_max_ms=200)])
    answer = stack.accepted(order())
    wait_until(lambda: states(stack, answer["id"], "playout") == ["failed"], "failure is told")
    assert "trying again" in receipts(stack, answer["id"], "playout")[0]["detail"]
    (out / "drill").unlink()
    wait_until(lambda: states(stack, answer["id"], "playout") == ["accepted"], "retry works")
    assert (out / "drill" / "99" / f"{answer['seq']}.json").exists()


def test_what_ended_while_the_disk_was_full_is_not_written_as_news(make_stack, tmp_path):
    """A playout system that finds the crawl of an order puts it on air, also when that of its lift lies beside it."""
    out = tmp_path / "playout"
    out.mkdir()
    (out / "drill").write_text("in the way")
    stack = make_stack(mode="drill", feeds=0, adapters=[
        broadcaster(free_port(), str(out), retry_first_ms=500, retry_max_ms=1000)])
    document = new_id()
    lifted = stack.accepted(order([detail("避難指示", ["北町"])], document=document))
    lower = stack.accepted(order([detail("高齢者等避難", ["南町"])]))
    standing = new_id()
    stands = stack.accepted(order([detail("避難指示", ["東町", "西町"])], document=standing))
    for answer in (lifted, lower, stands):
        wait_until(lambda: states(stack, answer["id"], "playout") == ["failed"], "failure is told")
    lift = stack.accepted(order([detail("避難指示", ["北町"], state="解除")], document=document, revision=2))
    raised = stack.accepted(order([detail("避難指示", ["南町"])]))
    partly = stack.accepted(order([detail("避難指示", ["東町"]), detail("避難指示", ["西町"], state="解除")],
                                  document=standing, revision=2))
    for answer in (lifted, lower):
        wait_until(lambda: states(stack, answer["id"], "playout") == ["filtered"], "it is over")
        assert "in force no more" in receipts(stack, answer["id"], "playout")[0]["detail"]
    (out / "drill").unlink()
    for answer in (stands, lift, raised, partly):
        wait_until(lambda: states(stack, answer["id"], "playout") == ["accepted"], "retry works")
    folder = out / "drill" / "99"
    written = {name.split(".")[0] for name in os.listdir(folder)}
    assert written == {"current", *(str(answer["seq"]) for answer in (stands, lift, raised, partly))}
    made = [os.stat(folder / f"{answer['seq']}.txt").st_mtime_ns for answer in (stands, partly)]
    assert made == sorted(made), "the order is met before what was lifted of it"
    text = (folder / "current.txt").read_text()
    assert "東町" in text and "北町" not in text and "高齢者" not in text


def test_slow_station_is_told_of_its_gap(make_stack):
    """A station that does not read falls out of the small ring; it gets gap and state, not silence."""
    port = free_port()
    stack = make_stack(mode="drill", feeds=0, adapters=[broadcaster(port, ring_items=16)])
    station = Station(port)
    station.until("live")
    first = stack.accepted(order())["seq"]
    assert station.item()["seq"] == first
    epoch = station.hello["lanes"]["drill"]["epoch"]
    station.close()
    last = [arrived(port, stack.accepted(order()))["seq"] for _ in range(20)][-1]
    again = Station(port, **{"from": {"epoch": epoch, "seq": first}})
    live, seen = again.until("live")
    assert seen[0]["type"] == "gap" and seen[0]["from_seq"] == first and seen[0]["to_seq"] == last
    assert live["seq"] == last
    again.close()
