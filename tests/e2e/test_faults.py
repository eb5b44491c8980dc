"""Bad input and faults, on the real processes: each has its defined answer, and afterwards a good order
reaches a subscriber and nothing that was acknowledged is missing.

What is tested elsewhere: subscriber that never reads (test_feed_alone.py), silent hub (test_gate.py).
"""

import asyncio
import concurrent.futures
import os
import re
import socket
import subprocess
import tempfile
import threading
import time

import pytest
import requests

from conftest import BIN, BUSY_S, Stack, wait_until
from documents import PCXML, detail, new_id, order
from feed_client import Subscriber
from outlets import lane_principals
from witness import Book, journal_is_whole


@pytest.fixture(scope="module")
def book(stack):
    kept = Book(stack)
    kept.good()
    yield kept
    kept.close()


def findings_of(answer):
    """The refusal itself, or one of its findings or warnings, by code."""
    rows = [answer, *answer.get("findings", []), *answer.get("warnings", [])]
    return {row["code"]: row for row in rows if "code" in row}


# ---- documents ----

def cut(document):
    return document[:len(document) * 2 // 3]


REFUSED = {
    "broken": (cut(order()), 400, "not_well_formed", "XMLとして"),
    "swapped-tags": (order().replace("</ib:Head>", "</ib:Haed>"), 400, "not_well_formed", "閉じタグ"),
    "undeclared-prefix": (order().replace(f' xmlns:p="{PCXML}"', ""), 400, "namespace_bad", "xmlns"),
    "wrong-root-namespace": (order().replace("urn:oasis:names:tc:emergency:EDXL:DE:1.0",
                                             "urn:example:other"), 422, "root_unknown", "EDXL"),
    "wrong-body-namespace": (order().replace("pcxml1/body/evacuation4", "pcxml1/body/elsewhere4"),
                             422, "", "EvacuationOrder"),
    "unknown-area": (order(code="999999"), 422, "area_unknown", "999999"),
    "unknown-detail-area": (order([detail("避難指示", ["北町"], code="980013")]), 422,
                            "area_unknown", "980013"),
    "foreign-area": (order([detail("避難指示", ["北町"]), detail("避難指示", ["東町"], code="990027")]),
                     403, "area_foreign", "990027"),
    "foreign-area-real-city": (order([detail("避難指示", ["千代田"], code="131016")]), 403,
                               "area_foreign", "131016"),
    "other-lane": (order(status="Actual"), 422, "mode_mismatch", "訓練用"),
}


def heard(book):
    """All that gates have asked of the hub; its journal also grows by receipts and acks of earlier orders."""
    metrics = book.stack.metrics("hub")
    return [metrics[f"hansho_hub_{what}_total"]
            for what in ("accepted", "duplicates", "stale", "conflicts", "refused", "unavailable")]


@pytest.mark.parametrize("name", REFUSED)
def test_bad_document_is_refused_in_words(book, name):
    document, status, code, words = REFUSED[name]
    before = heard(book)
    reply = book.submit(document)
    assert reply.status_code == status, reply.text
    answer = reply.json()
    assert not code or answer["code"] == code, reply.text
    assert words in reply.text, reply.text
    for row in findings_of(answer).values():
        assert re.search(r"[ぁ-ん]", row["message"]["ja"]) and row["message"]["en"], row
    assert heard(book) == before, "the hub never heard of it"
    book.settle()


def test_unknown_sort_goes_out_at_the_highest_severity(book):
    reply = book.submit(order([detail("緊急退避", ["北町一丁目"])]))
    assert reply.status_code == 202, reply.text
    assert "緊急退避" in findings_of(reply.json())["unknown_sort"].get("found", reply.text)
    seq = reply.json()["seq"]
    wait_until(lambda: seq in book.witness.seqs, "it arrives all the same")
    notice = next(f["notice"] for f in book.witness.frames if f["seq"] == seq)
    assert "unknown_sort" in notice["flags"] or "unknown" in notice["flags"], notice["flags"]
    assert notice["level"] == {"term": "緊急退避", "scheme": "2026"}, "no number is made up"
    assert notice["evacuation"]["details"][0]["sort"] == "緊急退避"

    async def who_wants_the_worst_only():
        async with Subscriber(book.stack.ws_url()) as one:
            frames = await one.start(level_min=5, **{"from": {"epoch": reply.json()["epoch"],
                                                              "seq": seq - 1}})
            assert [f["seq"] for f in frames if f["type"] == "notice"] == [seq]
    asyncio.run(who_wants_the_worst_only())
    book.settle()


def test_wrong_check_digit_names_the_right_one(book):
    reply = book.submit(order([detail("避難指示", ["北町一丁目"], code="990018")]))
    assert reply.status_code == 202, "a life may depend on it: only the digit is wrong"
    warning = findings_of(reply.json())["check_digit"]
    assert warning["expected"] == "990019" and "990018" in reply.text, warning
    seq = reply.json()["seq"]
    wait_until(lambda: seq in book.witness.seqs, "it arrives")
    notice = next(f["notice"] for f in book.witness.frames if f["seq"] == seq)
    assert notice["evacuation"]["details"][0]["areas"][0]["area"]["code"] == "990019"
    # a foreign city stays foreign, whatever its check digit
    assert book.submit(order([detail("避難指示", ["北町"], code="990028")])).status_code == 403
    book.settle()


def test_duplicates_stale_and_conflicting_revisions_change_nothing(book):
    document = new_id()
    first = order(document=document)
    second = order([detail("緊急安全確保", ["北町一丁目"])], document=document, revision=2)
    one, two = book.submit(first).json(), book.submit(second).json()
    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        again = list(pool.map(book.stack.submit, [first, second] * 16))
    assert {r.status_code for r in again} == {202}
    assert {r.json()["outcome"] for r in again} == {"duplicate"}
    assert {r.json()["seq"] for r in again} == {one["seq"], two["seq"]}
    conflict = book.submit(order([detail("高齢者等避難", ["南町"])], document=document, revision=2))
    assert (conflict.status_code, conflict.json()["code"]) == (409, "revision_conflict")
    state = requests.get(book.stack.feed_url("/v1/state"), timeout=20).text
    assert "緊急安全確保" in state and "南町" not in state
    book.settle()


def test_stale_revision_is_recorded_and_shown_nowhere(book):
    document = new_id()
    book.submit(order([detail("緊急安全確保", ["北町一丁目"])], document=document, revision=3))
    late = book.stack.submit(order([detail("高齢者等避難", ["西町"])], document=document, revision=2))
    assert late.status_code == 202, late.text
    assert (late.json()["outcome"], late.json()["seq"]) == ("stale", 0)
    assert "stale" in findings_of(late.json())
    assert "西町" not in requests.get(book.stack.feed_url("/v1/state"), timeout=20).text
    book.settle()


def test_too_large_body_is_refused_before_it_is_read(book):
    body = order() + " " * (1 << 20)
    reply = book.submit(body)
    assert reply.status_code == 413
    with socket.create_connection(("127.0.0.1", book.stack.ports["gate"]), timeout=20) as raw:
        raw.sendall(b"POST /v1/submissions HTTP/1.1\r\nHost: a\r\nContent-Length: 99999999999\r\n\r\n")
        assert b" 413 " in raw.recv(4096), "told at once, with nothing of the body sent"
    book.settle()


# ---- slow clients ----

def drip(port, pieces, pause_s, limit_s=15):
    """Sends piece by piece; returns what came back and after how long it was closed."""
    begin, answer = time.monotonic(), b""
    with socket.create_connection(("127.0.0.1", port), timeout=20) as raw:
        raw.settimeout(pause_s)
        for piece in pieces:
            try:
                raw.sendall(piece)
                data = raw.recv(4096)
                if not data:
                    return answer, time.monotonic() - begin
                answer += data
            except socket.timeout:
                pass
            except OSError:
                return answer, time.monotonic() - begin
            if time.monotonic() - begin > limit_s:
                break
    raise AssertionError(f"still open after {limit_s} s; got {answer!r}")


@pytest.mark.parametrize("part", ["header", "body", "nothing"])
def test_slow_client_is_cut_off_and_delays_nobody(make_stack, keep, part):
    stack = make_stack(gate={"request_timeout_ms": 1000, "keepalive_timeout_ms": 1000})
    book = keep(stack)
    body = order().encode("utf-8")
    head = (b"POST /v1/submissions HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer drill-token-kakuu-0001"
            b"\r\nContent-Length: %d\r\n\r\n" % len(body))
    pieces = {"header": [bytes([b]) for b in head], "nothing": [b""] * 500,
              "body": [head] + [body[i:i + 1] for i in range(500)]}[part]
    with concurrent.futures.ThreadPoolExecutor(20) as pool:
        slow = [pool.submit(drip, stack.ports["gate"], pieces, 0.05) for _ in range(20)]
        for _ in range(5):
            book.good()
        for one in slow:
            answer, after_s = one.result()
            assert after_s < 2 + BUSY_S, "cut off within its time"
            assert answer == b"" or b" 408 " in answer, answer
    book.settle()


# ---- disk ----

@pytest.fixture
def small_disk():
    """A file system of 3 MiB of our own."""
    folder = tempfile.mkdtemp(prefix="hs-disk-", dir="/tmp")
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=3m", "tmpfs", folder],
                             capture_output=True, check=False)
    if mounted.returncode != 0:
        os.rmdir(folder)
        pytest.skip("may not mount; test_a_disk_that_refuses_writes has the same fault by strace")
    yield folder
    subprocess.run(["umount", "--lazy", folder], check=True)
    os.rmdir(folder)


def assert_not_stored(reply, code):
    """Refused with a reason, and told to send the same again."""
    assert reply.status_code == 503, reply.text
    answer = reply.json()
    assert answer["code"] == "not_stored", reply.text
    assert int(reply.headers["Retry-After"]) > 0
    assert "もう一度送って" in answer["message"]["ja"] and "again" in answer["message"]["en"]
    assert code in findings_of(answer), reply.text


def test_full_disk_refuses_with_a_reason_and_recovers_alone(small_disk, make_stack, keep):
    journal = os.path.join(small_disk, "journal.db")
    stack = make_stack(hub={"journal": journal, "checkpoint_pages": 100, "reserve_bytes": 0})
    book = keep(stack)
    for _ in range(3):
        book.good()
    filler = os.path.join(small_disk, "filler")
    stop, replies, lock = threading.Event(), [], threading.Lock()

    def sender():
        while not stop.is_set():
            document = order([detail("避難指示", [f"{i}丁目" for i in range(60)])])
            reply = stack.submit(document)
            with lock:
                replies.append((reply, document))
    with concurrent.futures.ThreadPoolExecutor(3) as pool:
        senders = [pool.submit(sender) for _ in range(3)]
        try:
            fill_disk(filler)
            wait_until(lambda: sum(r.status_code == 503 for r, _ in replies) >= 10, "disk is full")
            assert stack.processes["hub"].running(), "a full disk is no reason to stop"
            refused = [d for r, d in replies if r.status_code == 503]
            os.unlink(filler)
            freed = len(replies)
            wait_until(lambda: any(r.status_code == 202 for r, _ in list(replies)[freed + 3:]),
                       "goes on alone")
        finally:
            stop.set()
        for one in senders:
            one.result()
    assert {r.status_code for r, _ in replies} == {202, 503}
    for reply, document in replies:
        if reply.status_code == 503:
            assert_not_stored(reply, "disk_full")
        else:
            book.note(reply, document)
    again = book.submit(refused[0])
    assert again.json()["outcome"] == "accepted", "what was refused was not stored"
    book.settle()
    stack.stop("hub")
    journal_is_whole(journal)
    stack.start("hub")
    stack.processes["gate"].wait_ready(stack.ops["gate"])
    book.settle()


def fill_disk(path):
    with open(path, "wb", buffering=0) as file:
        for size in (1 << 16, 1 << 12, 1):
            try:
                while True:
                    file.write(b"\0" * size)
            except OSError:
                pass


def under_strace(stack, inject, calls):
    """The hub's next start is under strace -D: the hub itself is our child. Leaks cannot be looked for
    in a traced process."""
    command = stack.commands["hub"]
    stack.commands["hub"] = ("/usr/bin/strace", [
        "-D", "-f", "-qq", "-o", stack.path("strace.log"), "-E", "ASAN_OPTIONS=detect_leaks=0",
        "-e", f"trace={calls}", "-e", f"inject={calls}:{inject}",
        os.path.join(BIN, command[0]), *command[1]])
    return command


def send_until(book, stop, tries):
    """Submits until stop(reply); returns the documents that were not acknowledged."""
    unsure = []
    for _ in range(tries):
        document = order()
        reply = book.submit(document)
        if reply.status_code != 202:
            unsure.append((reply, document))
        if stop(reply):
            return unsure
    raise AssertionError(f"nothing went wrong in {tries} submissions")


@pytest.mark.parametrize("nth", [1, 3, 4, 9])
def test_a_failed_sync_stops_the_hub_and_sending_again_is_safe(make_stack, keep, nth):
    stack = make_stack(gate={"answer_timeout_ms": 30000})
    book = keep(stack)
    book.good()
    stack.stop("hub")
    command = under_strace(stack, f"error=EIO:when={nth}", "fdatasync")
    hub = stack.start("hub")
    stack.processes["gate"].wait_ready(stack.ops["gate"])
    unsure = send_until(book, lambda reply: reply.status_code != 202, 50)
    status = stack.processes.pop("hub").ended()
    assert status > 0, f"ends with an error: {status}\n{hub.output}"
    assert "hub.journal_failed" in hub.output, hub.output
    reply = unsure[0][0]
    # What an outlet acknowledged is written between orders: when that sync failed, the next order finds no hub.
    said = reply.json()["message"]["ja"]
    assert reply.status_code == 503 and ("もう一度" in said or "送り直して" in said), said
    assert reply.json()["code"] in ("not_stored", "outcome_unknown"), reply.text
    with open(stack.path("strace.log"), encoding="utf-8") as file:
        assert "INJECTED" in file.read()

    stack.commands["hub"] = command
    stack.start("hub")
    stack.processes["gate"].wait_ready(stack.ops["gate"])
    for _, document in unsure:
        answers = [book.submit(document).json() for _ in range(3)]
        assert answers[0]["outcome"] in ("accepted", "duplicate"), answers
        assert [a["outcome"] for a in answers[1:]] == ["duplicate", "duplicate"]
        assert len({a["seq"] for a in answers}) == 1
    book.settle()
    stack.stop("hub")
    journal_is_whole(stack.path("journal.db"))
    stack.start("hub")


def test_a_disk_that_is_slow_at_the_stop(make_stack, keep):
    """The hub notes at its stop what is in force; the sync of that lasts longer than the goodbye to the peers."""
    stack = make_stack(gate={"answer_timeout_ms": 30000})
    stack.stop("hub")
    command = under_strace(stack, "delay_enter=600000", "fdatasync")
    stack.start("hub")
    stack.processes["gate"].wait_ready(stack.ops["gate"])
    answers = [stack.accepted(order()) for _ in range(2)]
    stack.stop("hub")  # clean: status 0, nothing said
    stack.commands["hub"] = command
    stack.start("hub")
    stack.processes["gate"].wait_ready(stack.ops["gate"])
    assert [stack.status(answer["id"]).json()["seq"] for answer in answers] == [1, 2]
    keep(stack).good()


@pytest.mark.parametrize("which, said", [(1, "journal.db-wal: cannot be written"), (2, "directory cannot be synced")])
def test_a_start_whose_sync_fails_is_none(make_stack, keep, which, said):
    """First the room of the write-ahead log, then its name: with the power that would be lost, and the orders in it."""
    stack = make_stack()
    book = keep(stack)
    book.good()
    stack.stop("hub")
    command = under_strace(stack, f"error=EIO:when={which}", "fsync")
    hub = stack.start("hub", wait=False)
    assert stack.processes.pop("hub").ended() == 1
    assert said in hub.output, hub.output
    stack.commands["hub"] = command
    stack.start("hub")
    stack.processes["gate"].wait_ready(stack.ops["gate"])
    book.settle()


def test_a_disk_that_refuses_writes_for_a_while(make_stack, keep):
    """ENOSPC from the 12th write of a thread to its 40th: as a full disk that is freed, without mount."""
    stack = make_stack()
    book = keep(stack)
    book.good()
    stack.stop("hub")
    command = under_strace(stack, "error=ENOSPC:when=12..40", "pwrite64")
    hub = stack.start("hub")
    stack.processes["gate"].wait_ready(stack.ops["gate"])
    unsure = send_until(book, lambda reply: reply.status_code == 503, 50)
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        document = order()
        reply = book.submit(document)
        if reply.status_code == 202:
            break
        unsure.append((reply, document))
    assert reply.status_code == 202, "it recovers alone"
    assert hub.running()
    for reply, document in unsure:
        assert_not_stored(reply, "disk_full")
        assert book.submit(document).json()["outcome"] == "accepted"
    book.settle()
    stack.stop("hub")
    stack.commands["hub"] = command
    journal_is_whole(stack.path("journal.db"))
    stack.start("hub")
    stack.processes["gate"].wait_ready(stack.ops["gate"])
    book.settle()


# ---- processes that go and come ----

def test_hub_away_is_said_and_nothing_is_lost(make_stack, keep):
    stack = make_stack(gate={"answer_timeout_ms": 30000})
    book = keep(stack)
    document = order()
    for _ in range(3):
        book.good()
        stack.kill("hub")
        wait_until(lambda: requests.get(f"http://{stack.ops['gate']}/readyz", timeout=20).status_code
                   == 503, "noticed")
        reply = book.submit(document)
        assert (reply.status_code, reply.json()["code"]) == (503, "hub_away"), reply.text
        assert "送り直して" in reply.json()["message"]["ja"]
        stack.start("hub")
        stack.processes["gate"].wait_ready(stack.ops["gate"])
    assert book.submit(document).json()["outcome"] == "accepted", "it was not taken before"
    book.settle()


def town_order(number, **more):
    return order([detail("避難指示", [f"第{number}地区"])], **more)


def test_a_killed_hub_doubles_nothing_at_any_outlet(make_stack, keep, outlets):
    stack = make_stack(adapters=outlets.adapters)
    book = keep(stack)
    seqs = []
    for number in range(6):
        seqs.append(book.submit(town_order(number)).json()["seq"])
        if number % 2:
            outlets.have(seqs, "every outlet has it before the hub is killed")
        stack.kill("hub")
        stack.start("hub")
        for name in ("gate", "feed-1", *outlets.names):
            stack.processes[name].wait_ready(stack.ops[name])
    outlets.have(seqs, "every order once at every outlet")
    last = book.good()["seq"]
    outlets.have([*seqs, last], "and the next one")
    posts = [mail[1] for mail in outlets.carriers.of("/ok")]
    assert len(posts) == len(set(posts)), "this carrier was asked once for each, no process of ours died"
    plays = [play["id"] for play in outlets.controller.plays()]
    assert len(plays) == len(set(plays))
    outlets.note(book.notes, book.epoch)
    book.settle()


def test_adapters_that_were_away_get_exactly_what_they_missed(make_stack, keep, outlets):
    stack = make_stack(adapters=outlets.adapters)
    book = keep(stack)
    seqs = [book.submit(town_order(0)).json()["seq"]]
    outlets.have(seqs, "the first")
    stack.wait_acked()
    for name in outlets.names:
        stack.kill(name)
    seqs += [book.good(details=[detail("避難指示", [f"第{n}地区"])])["seq"] for n in range(1, 5)]
    for name in outlets.names:
        stack.start(name)
    outlets.have(seqs, "what they missed")
    plays = [play["id"] for play in outlets.controller.plays()]
    assert len(plays) == len(set(plays)) == 5, plays
    posts = [mail[1] for mail in outlets.carriers.of("/ok")]
    assert len(posts) == len(set(posts)) == 5, posts
    for name in outlets.names:
        stack.restart(name)
    outlets.note(book.notes, book.epoch)
    book.settle()
    assert outlets.planned()[:5] == seqs
    assert len(outlets.controller.plays()) == len(outlets.planned()), "a restart repeats nothing"


# ---- live and drill ----

WORDS = ["Actual", "Exercise", "Test", "System", "Practice", ""]


@pytest.fixture
def lanes(make_stack, keep):
    """A live and a drill stack side by side: (live, drill, book of live, book of drill)."""
    live = make_stack(mode="live", principals=lane_principals("Actual", "live"))
    drill = make_stack(principals=lane_principals("Exercise", "drill", ["Test", "System"]))
    return live, drill, keep(live), keep(drill)


def test_only_consistent_statuses_pass_and_no_drill_is_ever_live(lanes):
    live, drill, live_book, drill_book = lanes
    pref = {"source": "bosai.pref.example", "code": "990001", "name": "架空県",
            "details": [detail("避難指示", ["北町"], code="990019")]}
    senders = {
        (live, "kakuu"): {"Actual"}, (live, "pref"): {"Actual"},
        (drill, "kakuu"): {"Exercise"}, (drill, "pref"): {"Exercise", "Test", "System"},
    }
    for (stack, user), allowed in senders.items():
        own = pref if user == "pref" else {}
        for status in WORDS:
            for control in WORDS:
                document = order(status=status, control=control or "None", **own)
                if not control:
                    document = document.replace("None</edxlde:distributionStatus>",
                                                "</edxlde:distributionStatus>")
                reply = stack.submit(document, user)
                case = (stack.mode, user, status, control, reply.text)
                good = status == control and status in allowed
                assert (reply.status_code == 202) == good, case
                if good:
                    (live_book if stack is live else drill_book).note(reply, document)
                else:
                    assert reply.status_code == 422, case
    # one and the same document id on both lanes: they know nothing of each other
    document = new_id()
    assert live_book.submit(order(document=document, status="Actual")).json()["outcome"] == "accepted"
    assert drill_book.submit(order(document=document)).json()["outcome"] == "accepted"
    # the credentials of one lane are unknown on the other
    for stack, other, status in ((live, drill, "Actual"), (drill, live, "Exercise")):
        assert stack.submit(order(status=status), auth=other.auth()).status_code == 401
        token = {"Authorization": "Bearer " + other.principal()["token"]}
        assert stack.submit(order(status=status), user=None, headers=token).status_code == 401
    drill_book.good()
    live_book.good()
    for book, modes in ((live_book, {"live"}), (drill_book, {"drill", "test", "system"})):
        got = [frame["notice"] for frame in book.witness.frames]
        assert {notice["mode"] for notice in got} == modes
        assert sorted(f["seq"] for f in book.witness.frames) == list(range(1, len(got) + 1))
        assert set(book.acknowledged) == set(book.witness.seqs), "nothing refused went out"
        for notice in got:
            marked = "訓練" in str(notice["texts"]) or "試験" in str(notice["texts"])
            assert marked == (book is drill_book), notice["texts"]


def test_live_adapters_wired_to_a_drill_hub_put_out_nothing(outlets, keep):
    """The worst wiring fault: the live link of each adapter leads to the hub of the drill."""
    stack = Stack(adapters=outlets.adapters, start=False)
    try:
        for adapter in outlets.adapters:
            name = adapter["name"]
            stack._write(name, adapter["program"], {
                **adapter["config"], "name": name, "live_url": stack.link(name)})
        for name in ("hub", "gate", "feed-1"):
            stack.start(name, wait=name != "hub")
        for name in outlets.names:
            stack.start(name, wait=False)
        book = keep(stack)
        answers = [book.good() for _ in range(3)]
        for name in outlets.names:
            stack.wait_output("hub", f"peer={name} reason=hello_from_the_other_lane")
            assert requests.get(f"http://{stack.ops[name]}/readyz", timeout=20).status_code == 503
            assert stack.processes[name].running()
        time.sleep(1)
        assert outlets.all() == {"aired": [], "mailed": [], "planned": [], "played": []}
        assert outlets.aired("live") == []
        assert "避難指示" not in outlets.shown().text
        for answer in answers:
            rows = stack.status(answer["id"]).json()["receipts"]
            assert not [r for r in rows if r["state"] in ("accepted", "displayed")], rows
        outlets.note(book.notes, book.epoch, "live")
        book.settle()
    finally:
        stack.stop_all()
