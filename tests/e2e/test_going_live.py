"""A changed configuration of an outlet goes live with its first canary: what waits is seen, is not lost and goes out by itself;
what did not change serves at once. On the real adapters.
"""

import json
import os
import pathlib
import subprocess
import tempfile
import threading
import time
from datetime import datetime

import pytest
import requests

from carriers import carrier
from centre import DRILL, Centre, centre_of
from conftest import BIN, free_port, wait_until
from controller import Controller
from documents import detail, jst, new_id, order
from test_adapters_broadcaster import broadcaster
from test_adapters_signage import Player, signage
from test_broadcaster_stations import Station, answering, station
from test_canary import FAST, status_command, wait_proof
from ws_client import ConnectionClosed


class Adapter:
    """One adapter with an outlet that can be made deaf to canaries. receipt: the name of the outlet for 990019."""

    outlet = receipt = "good"

    def __init__(self, folder):
        self.folder = folder
        state = folder / "state"
        state.mkdir()
        self.row = self.make()
        self.row["config"].update({**FAST, "proof_required": "changed", "state_dir": str(state)})

    def ill(self, is_ill):
        raise NotImplementedError

    def come(self):
        """What connects to the adapter by itself."""

    def close(self):
        pass


class Mails(Adapter):
    receipt = "good/990019"

    def __init__(self, folder, carriers):
        self.carriers = carriers
        super().__init__(folder)

    def make(self):
        return {"program": "hansho-telecom", "name": "telecom",
                "config": {"carriers": [carrier("good", self.carriers.url("/ok")), carrier("two", self.carriers.url("/two"))]}}

    def change(self):
        self.row["config"]["carriers"][0]["body_max"] = 150

    def ill(self, is_ill):
        (self.carriers.deaf.add if is_ill else self.carriers.deaf.discard)("/ok")


class Broadcast(Adapter):
    outlet, receipt = "cb", "cb/990019"

    def make(self):
        self.centre = Centre(self.folder)
        return {"program": "hansho-telecom", "name": "telecom", "config": {"carriers": [], "cbcs": [centre_of(self.centre.url)]}}

    def change(self):
        self.row["config"]["cbcs"][0]["pages_max"] = 7

    def ill(self, is_ill):
        self.centre.behave(refuse_status=503 if is_ill else 0)

    def close(self):
        self.centre.close()


class Bound(Broadcast):
    """Its canary has an identifier of its own, and so goes to the base stations: while none is there it fails, a DELETE works."""

    def make(self):
        row = super().make()
        row["config"]["cbcs"] = [centre_of(self.centre.url, ids=DRILL + [{"use": "canary", "id": 4398}])]
        return row

    def ill(self, is_ill):
        self.centre.behave(peers_connected=0 if is_ill else 1, block_ms=100)

    def deletes(self):
        return [row for row in self.centre.asked("DELETE") if row[1:] == (4381, 200)]


class Air(Adapter):
    outlet = receipt = "kakuu-tv"
    deaf = False
    one = None

    def make(self):
        self.port = free_port()
        return broadcaster(self.port, stations=[station("kakuu-tv")])

    def change(self):
        self.row["config"]["stations"][0]["crawl_width"] = 28

    def ill(self, is_ill):
        self.deaf = is_ill
        if self.one:
            self.one.deaf = is_ill

    def come(self):
        self.close()
        self.one = Station(self.port, "kakuu-tv")
        self.one.deaf = self.deaf
        answering(self.one)

    def close(self):
        if self.one:
            self.one.stop.set()


class Screen(Adapter):
    outlet = receipt = "hall"
    wrong = False
    player = None

    def make(self):
        self.port = free_port()
        return signage(self.port, proof_timeout_ms=1000)

    def change(self):
        self.row["config"]["screens"] = [{**row, "viewing_distance_cm": 300 if row["id"] == "hall" else 0}
                                         for row in self.row["config"]["screens"]]

    def ill(self, is_ill):
        self.wrong = is_ill

    def come(self):
        self.close()
        self.player = Player(self.port)
        threading.Thread(target=self._run, args=(self.player,), daemon=True).start()

    def _run(self, player):
        try:
            while True:
                state = player.state()
                if not self.wrong:
                    player.displayed(state)
                else:
                    player.displayed(state, drawn="0" * 32)
        except (ConnectionClosed, OSError, TimeoutError):
            if player is self.player:  # closed by the watchdog: it loads its page anew
                try:
                    self.come()
                except OSError:
                    pass  # the adapter is away

    def close(self):
        player, self.player = self.player, None
        if player:
            player.close()


class Speakers(Adapter):
    outlet = receipt = "controller"

    def make(self):
        self.controller = Controller(str(self.folder / "ctl"))
        return {"program": "hansho-jalert", "name": "jalert", "config": {"controller_url": self.controller.url}}

    def change(self):
        self.row["config"]["repeats"] = 3

    def ill(self, is_ill):
        self.controller.deaf = is_ill

    def close(self):
        self.controller.close()


@pytest.fixture(name="folder")
def short_folder(scrap):
    path = pathlib.Path(tempfile.mkdtemp(prefix="hs-", dir="/tmp"))
    scrap.append(str(path))
    return path


def waiting(stack, name):
    rows = requests.get(f"http://{stack.ops[name]}/status", timeout=20).json()["waits_for_proof"]
    return [row["outlet"] for row in rows]


def receipts(stack, submission):
    rows = stack.status(submission).json().get("receipts", [])
    return {row["outlet"]: row for row in rows}


def wait_state(stack, submission, outlet, state):
    def reached():
        row = receipts(stack, submission).get(outlet)
        return row if row and row["state"] == state else None
    return wait_until(reached, f"{outlet} is {state}")


def again(stack, one):
    """Another start of the adapter, with what its configuration says now."""
    stack.stop(one.row["name"])
    stack.configure(one.row)
    stack.start(one.row["name"])
    one.come()


KINDS = {"mails": Mails, "broadcast": Broadcast, "air": Air, "screen": Screen, "speakers": Speakers}


@pytest.mark.parametrize("kind", KINDS)
def test_what_did_not_change_serves_at_once_and_what_did_waits(make_stack, folder, carriers, tmp_path, kind):
    one = KINDS[kind](folder, carriers) if kind == "mails" else KINDS[kind](folder)
    name, told = one.row["name"], folder / "told"
    pager = folder / "pager"
    pager.write_text(f"#!/bin/sh\nprintf '%s|' \"$@\" >> '{told}'\necho >> '{told}'\n")
    pager.chmod(0o755)
    one.row["config"]["alarm_command"] = str(pager)
    stack = make_stack(adapters=[one.row])
    try:
        one.come()
        wait_until(lambda: one.outlet not in waiting(stack, name), "it was proven")
        kept = folder / "state" / f"{name}.proofs"
        wait_until(lambda: kept.exists() and f" {one.outlet} " in kept.read_text(), "and that is kept")

        one.ill(True)  # the same again: an alarm, and orders are tried all the same
        again(stack, one)
        assert one.outlet not in waiting(stack, name)
        if kind != "screen":  # a screen's proof is the receipt itself
            answer = stack.accepted(order())
            if kind != "broadcast":  # its canary and its messages have one door
                wait_state(stack, answer["id"], one.receipt, "accepted")
        wait_until(lambda: told.exists() and "alarm|" in told.read_text() or kind == "screen", "the alarm comes")

        told.write_text("")
        one.change()
        again(stack, one)
        assert one.outlet in waiting(stack, name) and "two" not in waiting(stack, name), "nobody else's configuration changed"
        answer = stack.accepted(order(document=new_id()))
        row = wait_state(stack, answer["id"], one.receipt, "held")
        assert "配信経路の確認を待っています" in row["detail"] and "until the outlet is proven" in row["detail"], row
        metric = [value for key, value in stack.metrics(name).items()
                  if key.startswith("hansho_adapter_waits_for_proof") and f'outlet="{one.outlet}"' in key]
        assert max(metric) == 1
        wait_until(lambda: [line for line in status_command(stack, tmp_path).stdout.splitlines()
                            if f"{name}/{one.outlet} " in line and "orders wait: " in line], "hansho status says it")
        if kind != "screen":
            wait_until(lambda: "orders wait: " in told.read_text(), "the alarm says that orders wait")
            wait_until(lambda: "orders wait: " in receipts(stack, answer["id"])[one.receipt]["detail"], "and the sender reads why")

        again(stack, one)  # nothing is lost by a start
        wait_state(stack, answer["id"], one.receipt, "held")
        one.ill(False)
        wait_state(stack, answer["id"], one.receipt, "displayed" if kind == "screen" else "accepted")
        assert one.outlet not in waiting(stack, name)
        again(stack, one)
        assert one.outlet not in waiting(stack, name)
    finally:
        one.close()


@pytest.mark.parametrize("action", ["解除", "取消"])
def test_the_end_of_what_an_outlet_had_does_not_wait(make_stack, folder, carriers, action):
    one = Mails(folder, carriers)
    stack = make_stack(adapters=[one.row])
    document, waits = new_id(), new_id()
    wait_until(lambda: waiting(stack, "telecom") == [], "it was proven")
    wait_state(stack, stack.accepted(order(document=document))["id"], one.receipt, "accepted")
    one.ill(True)
    one.change()
    again(stack, one)
    assert one.outlet in waiting(stack, "telecom")
    held = stack.accepted(order([detail("避難指示", ["南町"])], document=waits))
    wait_state(stack, held["id"], one.receipt, "held")

    def end_of(document, areas, revision):
        if action == "取消":
            return order(document=document, revision=revision, kind="Cancel", errata="誤入力")
        return order([detail("避難指示", areas, "解除")], document=document, revision=revision)
    end = stack.accepted(end_of(document, ["北町一丁目"], 2))
    wait_state(stack, end["id"], one.receipt, "accepted")
    assert one.outlet in waiting(stack, "telecom") and receipts(stack, held["id"])[one.receipt]["state"] == "held"
    updated = stack.accepted(order([detail("避難指示", ["南町", "港町"])], document=waits, revision=2))
    wait_state(stack, updated["id"], one.receipt, "held")
    own_end = stack.accepted(end_of(waits, ["南町", "港町"], 3))
    if action == "取消":  # the update was wrong: what it had replaced stands, and goes out alone
        row = wait_state(stack, own_end["id"], one.receipt, "filtered")
        assert "この配信先に送っていない" in row["detail"] and "never sent" in row["detail"], row
        row = wait_state(stack, updated["id"], one.receipt, "expired")
        assert "送る前に取り消されました" in row["detail"] and "cancelled before it went out" in row["detail"], row
        goes, replaced = [held], []
    else:
        wait_state(stack, own_end["id"], one.receipt, "held")
        goes, replaced = [], [held, updated]
    assert [mail[2]["notice"]["seq"] for mail in carriers.of("/ok")][1:] == [end["seq"]]
    one.ill(False)
    for each in goes:
        wait_state(stack, each["id"], one.receipt, "accepted")
    for each in replaced:
        assert "replaced by a newer message" in wait_state(stack, each["id"], one.receipt, "expired")["detail"]
    if replaced:  # nothing of it went out, so nobody is told of its end
        assert "never got" in wait_state(stack, own_end["id"], one.receipt, "filtered")["detail"]
    assert [mail[2]["notice"]["seq"] for mail in carriers.of("/ok")][1:] == [each["seq"] for each in [end, *goes]]


@pytest.mark.parametrize("kind", ["centre", "station"])
def test_what_was_cancelled_while_it_waited_is_never_told(make_stack, folder, kind):
    one = {"centre": Bound, "station": Air}[kind](folder)
    stack = make_stack(adapters=[one.row])
    name = one.row["name"]

    def cancel(document, revision):
        return stack.accepted(order(document=document, revision=revision, kind="Cancel", errata="誤入力"))
    try:
        one.come()
        wait_until(lambda: one.outlet not in waiting(stack, name), "it was proven")
        one.change()
        one.ill(True)
        again(stack, one)
        assert one.outlet in waiting(stack, name)
        alone, document = new_id(), new_id()
        held = stack.accepted(order(document=alone))
        wait_state(stack, held["id"], one.receipt, "held")
        wait_state(stack, cancel(alone, 2)["id"], one.receipt, "filtered")
        wait_state(stack, held["id"], one.receipt, "expired")
        orders = [stack.accepted(order(document=document, revision=revision)) for revision in (1, 2)]
        for each in orders:
            wait_state(stack, each["id"], one.receipt, "held")
        end = cancel(document, 3)
        wait_state(stack, orders[1]["id"], one.receipt, "expired")
        if kind == "centre":  # one text stands there: the cancel says itself what stands again
            wait_state(stack, end["id"], one.receipt, "held")
            assert 4381 not in one.centre.stands(), "nothing was posted so far"
            one.ill(False)
            wait_state(stack, end["id"], one.receipt, "accepted")
            said = one.centre.stands()[4381]["text"]
            assert "誤りでした" in said and "継続中：警戒レベル4「避難指示」 北町一丁目" in said, said
        else:
            wait_state(stack, end["id"], one.receipt, "filtered")
            one.ill(False)
            wait_state(stack, orders[0]["id"], one.receipt, "accepted")
    finally:
        one.close()


@pytest.mark.parametrize("by", ["cancel", "expiry"])
def test_a_centre_does_not_go_on_with_what_is_over(make_stack, folder, by):
    one = Bound(folder)
    stack = make_stack(adapters=[one.row])
    document, lasts_s = new_id(), 12
    try:
        wait_until(lambda: waiting(stack, "telecom") == [], "it was proven")
        text = order(document=document)
        if by == "expiry":
            text = text.replace("</ib:ReportDateTime>", "</ib:ReportDateTime><ib:ValidDateTime>"
                                f"{jst(int(time.time()) + lasts_s)}</ib:ValidDateTime>")
        wait_state(stack, stack.accepted(text)["id"], one.receipt, "accepted")
        one.change()
        stack.stop("telecom")
        one.ill(True)
        assert 4381 in one.centre.stands() and not one.deletes()
        stack.configure(one.row)
        stack.start("telecom")
        if by == "cancel":
            stack.accepted(order(document=document, revision=2, kind="Cancel", errata="誤入力"))
        wait_until(one.deletes, "it is deleted, although no canary comes back")
        assert waiting(stack, "telecom") == ["cb"]
        held = stack.accepted(order(document=new_id()))
        assert "配信経路の確認を待っています" in wait_state(stack, held["id"], one.receipt, "held")["detail"]
    finally:
        one.close()


def test_what_says_nothing_of_the_way_to_an_outlet_is_no_change(make_stack, folder, carriers):
    one = Mails(folder, carriers)
    stack = make_stack(adapters=[one.row])
    wait_until(lambda: waiting(stack, "telecom") == [], "proven")
    kept = folder / "state" / "telecom.proofs"
    wait_until(lambda: kept.exists() and kept.read_text().count("\n") == 3, "both are kept")
    one.ill(True)
    one.row["config"].update(alarm_command="/bin/true", stop_grace_ms=400, window=9000, canary_ms=900)
    again(stack, one)
    assert waiting(stack, "telecom") == []


def test_without_a_folder_nothing_waits_and_that_is_said(make_stack, folder, carriers):
    one = Mails(folder, carriers)
    del one.row["config"]["state_dir"]
    one.ill(True)
    stack = make_stack(adapters=[one.row])
    assert waiting(stack, "telecom") == []
    wait_state(stack, stack.accepted(order())["id"], one.receipt, "accepted")
    page = requests.get(f"http://{stack.ops['telecom']}/status", timeout=20).json()
    assert "set state_dir" in page["proof_remark"]
    assert "set state_dir" in stack.wait_output("telecom", r"warn adapter\.proofs_not_kept .*").group(0)
    check = [os.path.join(BIN, "hansho"), "validate", "config", "--as", "telecom", stack.commands["telecom"][1][-1]]
    words = subprocess.run(check, capture_output=True, text=True, timeout=60, check=True).stdout
    assert "configuration is usable; proof_required: changed" in words and "set state_dir" in words


def test_what_is_kept_holds_no_secret(make_stack, folder, carriers):
    one = Mails(folder, carriers)
    one.row["config"]["carriers"][0]["drill_endpoint"] += "?key=hunter2"
    stack = make_stack(adapters=[one.row])
    wait_proof(stack, "telecom", "two", "proven")
    kept = folder / "state" / "telecom.proofs"
    lines = wait_until(lambda: kept.exists() and kept.read_text().count(" two ") and kept.read_text().splitlines(), "kept")
    assert lines[0] == "hansho-proofs 1"
    assert all(len(line.split(" ")) == 3 and len(line.split(" ")[2]) == 64 for line in lines[1:])
    assert "hunter2" not in kept.read_text() and "http" not in kept.read_text()


def test_explain_says_whether_it_would_wait(make_stack, folder, carriers, tmp_path):
    one = Mails(folder, carriers)
    stack = make_stack(adapters=[one.row])
    wait_until(lambda: waiting(stack, "telecom") == [], "proven")
    kept = folder / "state" / "telecom.proofs"
    wait_until(lambda: kept.exists() and kept.read_text().count("\n") == 3, "both are kept")
    file = tmp_path / "order.xml"
    file.write_text(order())

    def reasons():
        done = subprocess.run([os.path.join(BIN, "hansho"), "explain", "--json", "--with", stack.commands["telecom"][1][-1], "--mode",
                               "drill", str(file)], capture_output=True, text=True, timeout=60, check=False)
        return {row["outlet"]: row["reason"] for row in json.loads(done.stdout)["answers"][0]["outlets"]}
    assert reasons() == {"good/990019": "", "two/990019": ""}
    stack.stop("telecom")
    one.change()
    stack.configure(one.row)
    now = reasons()
    assert now["good/990019"].startswith("proof_required: changed") and now["two/990019"] == ""


def test_the_wait_is_short(make_stack, folder, carriers):
    """An outlet that answers is live well within a second of the start of its adapter."""
    one = Mails(folder, carriers)
    stack = make_stack(adapters=[one.row])
    log = stack.wait_output("telecom", r"(?s)(\S+) \S+ info adapter\.started .*?(\S+) \S+ info adapter\.outlet_live outlet=good")
    begun, live = (datetime.fromisoformat(text) for text in log.groups())
    assert (live - begun).total_seconds() < 5, "0.1 s where the machine has time"
