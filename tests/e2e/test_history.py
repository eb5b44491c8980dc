"""The history checker (tests/history): it lets a good history pass and names the law that a bad one breaks.

The good ones: one made by hand, and one of the real processes, with a hub that is killed, in three forms of the feed.
"""

import os
import subprocess
import sys
import threading
import time

import pytest
import requests

sys.path.insert(0, os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "history"))

import check  # noqa: E402
import stories  # noqa: E402
from entitled import entitled  # noqa: E402
from logs import Notes, random_stays  # noqa: E402

from conftest import wait_until  # noqa: E402
from documents import detail, new_id, order  # noqa: E402

LATENCY_MS = 15000


def run(story, folder, capsys):
    status = check.main(story.write(str(folder)))
    lines = capsys.readouterr().out.splitlines()
    return status, [line for line in lines if line.startswith("C")]


def test_the_good_history_passes(tmp_path, capsys):
    assert run(stories.good(), tmp_path, capsys) == (0, [])


@pytest.mark.parametrize("name,law,change", stories.BAD, ids=[f"{law}-{name}" for name, law, _ in stories.BAD])
def test_one_change_breaks_one_law(tmp_path, capsys, name, law, change):
    story = stories.good()
    change(story)
    status, lines = run(story, tmp_path, capsys)
    assert status == 1 and {line.split()[0] for line in lines} == {law}, lines


def test_every_law_has_a_bad_history():
    assert {law for _, law, _ in stories.BAD} == set(check.laws.LAWS)


def test_what_cannot_be_judged_is_not_called_good(tmp_path, capsys):
    arguments = stories.good().write(str(tmp_path))
    calls = tmp_path / "calls.jsonl"
    good = calls.read_text(encoding="utf-8")
    for bad in (good + "{\n", good + '{"event": "ok"}\n', good + '{"event": "ok", "at_ns": 1, "call": "never-begun"}\n',
                good + good.splitlines()[0] + "\n"):
        calls.write_text(bad, encoding="utf-8")
        assert check.main(arguments) == 2
        assert "calls.jsonl:21" in capsys.readouterr().err
    calls.write_text(good, encoding="utf-8")
    assert check.main([*arguments, "latency=5"]) == 2
    (tmp_path / "port.jsonl").write_text("", encoding="utf-8")
    assert check.main(arguments) == 2
    assert check.main(["--journal", str(tmp_path / "nothing.db")]) == 2


def test_a_call_that_never_came_back_is_unknown(tmp_path, capsys):
    story = stories.good()
    story.calls = [row for row in story.calls if row["event"] != "unknown"]
    assert run(story, tmp_path, capsys) == (0, [])


@pytest.mark.parametrize("wish,passes", [
    ({}, True), ({"areas": ["990019"]}, True), ({"areas": ["99"]}, True), ({"areas": ["990001"]}, True),
    ({"areas": ["990019000001"]}, True), ({"areas": ["990027"]}, False), ({"areas": ["990027", "99001"]}, True),
    ({"kinds": ["evacuation"]}, True), ({"kinds": ["weather"]}, False), ({"kinds": ["!evacuation"]}, False),
    ({"kinds": ["!weather"]}, True), ({"level_min": 4}, True), ({"level_min": 5}, False), ({"mode": "live"}, False)])
def test_who_is_entitled(wish, passes):
    record = next(r for r in map(stories.h.record_of, stories.good().rows()) if r.seq == 1)
    assert entitled({"mode": "drill", **wish}, stories.h.LANES, record) == passes


def test_the_bounds_hold(tmp_path, capsys):
    arguments = stories.good().write(str(tmp_path))
    at = arguments.index("--bounds")
    assert check.main([*arguments[:at], "--bounds", "latency_ms=5"]) == 0
    assert check.main([*arguments[:at], "--bounds", "latency_ms=4"]) == 1
    assert "C7" in capsys.readouterr().out


def test_it_runs_on_its_own(tmp_path):
    story = stories.good()
    next(change for name, _, change in stories.BAD if name == "holder_misses_the_cancel")(story)
    done = subprocess.run([os.path.abspath(check.__file__), *story.write(str(tmp_path))], stdout=subprocess.PIPE, text=True,
                          cwd="/", timeout=60)
    assert done.returncode == 1
    line = done.stdout.splitlines()[0]
    assert line.startswith("C5 ") and "seq 4" in line and "port" in line and "id id-4" in line, line


# ---- the real processes ----

def of_prefecture(codes, **more):
    details = [detail("避難指示", ["北町一丁目", "港町"], code=code) for code in codes]
    return order(details=details, code=codes[0], name="架空県", source="bosai.pref.example", **more)


def documents_of_a_day():
    """(user, document): issues, updates, cancels, what is refused, stale, sent twice."""
    one, two = new_id(), new_id()
    first = order(document=one)
    yield "kakuu", first
    yield "pref", of_prefecture(["990019", "990027"], document=two)
    yield "soba", order(source="bosai.soba.example", code="990027", name="架空第二市")
    yield "kakuu", order(document=one, revision=3, details=[detail("緊急安全確保", ["北町一丁目", "山手"])])
    yield "kakuu", order(document=one, revision=2)  # stale
    yield "kakuu", first  # a duplicate
    yield "pref", of_prefecture(["990019"], document=two, revision=2)
    yield "pref", of_prefecture(["990019"], document=two, revision=3, kind="Cancel", errata="誤り")
    yield "kakuu", order(details=[detail("避難指示", ["北町"], code="990027")])  # refused: not its area
    yield "kakuu", order(kind="Cancel", revision=2, errata="誤り")  # refused: cancels nothing
    yield "kakuu", order(document=one, revision=4, kind="Cancel", errata="誤り")


def submit_all(stack, sender_of, rounds):
    for _ in range(rounds):
        for user, document in documents_of_a_day():
            for _ in range(400):  # what has no clear answer is sent again unchanged
                try:
                    if sender_of[user].submit(document).status_code not in (503, 504):
                        break
                except requests.RequestException:
                    pass
                time.sleep(0.01)


def newest_of(stack, feed=0):
    return stack.metrics(stack.feeds[feed])["hansho_feed_newest_seq"]


def test_a_real_history_passes(make_stack, tmp_path):
    stack = make_stack(hub={"heartbeat_ms": 1000}, feed={"heartbeat_ms": 1000, "ring_notices": 16},
                       gate={"answer_timeout_ms": 2000})
    notes = Notes(tmp_path / "notes")
    senders = {user: notes.submitter(user, lambda body, user=user: stack.submit(body, user))
               for user in ("kakuu", "soba", "pref")}
    url = stack.ws_url()
    readers = [notes.follower("all", url, start="beginning"),
               notes.follower("proto", url, form="proto", left=random_stays(1, 12)),
               notes.follower("port", url, {"areas": ["990027"]}, start="beginning"),
               notes.follower("high", url, {"areas": ["990019"], "level_min": 5, "kinds": ["!weather"]}),
               notes.events("events", stack.feed_url("/v1/events"), left=lambda: 5)]
    for reader in readers:
        reader.start()
    assert all(reader.live.wait(20) for reader in readers if hasattr(reader, "live"))
    work = threading.Thread(target=submit_all, args=(stack, senders, 12), daemon=True)
    work.start()
    for _ in range(3):
        before = newest_of(stack)
        wait_until(lambda: newest_of(stack) > before or not work.is_alive(), "something goes through")
        stack.kill("hub")
        stack.start("hub")
    work.join(120)
    assert not work.is_alive()
    for name in ("gate", "feed-1"):
        stack.processes[name].wait_ready(stack.ops[name])
    last = stack.accepted(order())["seq"]  # of nobody's log: the checker must be told of that
    wait_until(lambda: all(reader.place.seq >= last for reader in readers if reader.name not in ("port", "high")),
               "everybody has the last one")
    late = [notes.follower("late", url, form="proto"), notes.follower("late-port", url, {"areas": ["990027"], "level_min": 4})]
    for reader in late:
        reader.start()
    assert all(reader.live.wait(20) for reader in late)
    for reader in [*readers, *late]:
        reader.stop()
    print(notes.check(stack.path("journal.db"), latency_ms=LATENCY_MS, settle_ms=0, others_submit=1))
    with pytest.raises(AssertionError, match="C2 .*nobody sent it"):
        notes.check(stack.path("journal.db"), latency_ms=LATENCY_MS, settle_ms=0)
