"""One small good history made by hand, and bad ones made from it by one change each.

The story: two senders of a drill lane. 架空市 (kakuu) sends five orders, of one of which the first answer is lost, of another
one the only answer; 架空県 (pref) orders in two municipalities and takes that back, naming one of them only.
  all    watches everything on two connections;  port  watches 990027 alone;  late  begins with a snapshot.
"""

import copy
import dataclasses
import hashlib
import json
import os
import sqlite3
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

import history as h  # noqa: E402
from history import facts_of_notice, link_pb2, plain  # noqa: E402
from laws import NO_HASH, link_of  # noqa: E402
from logs import KEPT_OF_A_NOTICE  # noqa: E402

EPOCH = "0123456789abcdef" * 2
KAKUU, PREF = "bosai.kakuu.example", "bosai.pref.example"
MS = 10**6
STEP_MS = 100
NORTH, PORT, HILL = ("990019", "北町"), ("990027", "港町"), ("990019", "山手")
# seq: source, document, revision, action, areas
SENT = {1: (KAKUU, "a", 1, "issue", [NORTH]), 2: (PREF, "p", 1, "issue", [NORTH, PORT]),
        3: (KAKUU, "b", 1, "issue", [HILL]), 4: (PREF, "p", 2, "cancel", [NORTH]), 5: (KAKUU, "c", 1, "issue", [NORTH]),
        6: (KAKUU, "d", 1, "issue", [NORTH]), 7: (KAKUU, "a", 2, "update", [NORTH, HILL])}
ACK = (link_pb2.JournalRecord.TYPE_ACK, 0, "", None, b"")  # a record that goes to nobody
LOST, REFUSED = (KAKUU, "e", 1, "issue", [NORTH]), (KAKUU, "f", 1, "issue", [PORT])


def original_of(source, document, revision, action, areas):
    """What stands for the sender's bytes."""
    return f"{source}|{document}|{revision}|{action}|{areas}".encode("utf-8")


def sha256(data):
    return hashlib.sha256(data).hexdigest()


def notice_of(source, document, revision, action, areas, mode="drill"):
    notice = link_pb2.JournalRecord().notice
    words = type(notice).DESCRIPTOR.fields_by_name
    notice.mode = words["mode"].enum_type.values_by_name["MODE_" + mode.upper()].number
    notice.kind = words["kind"].enum_type.values_by_name["KIND_EVACUATION"].number
    notice.action = words["action"].enum_type.values_by_name["ACTION_" + action.upper()].number
    notice.document.source, notice.document.id, notice.document.revision = source, document, revision
    notice.level.number = 4
    for code in dict.fromkeys(code for code, _ in areas):
        notice.areas.add(code=code)
    detail = notice.evacuation.details.add(sort="避難指示")
    for code, name in areas:
        place = detail.areas.add()
        place.area.code, place.area.name = code, name
    notice.original.sha256 = hashlib.sha256(original_of(source, document, revision, action, areas)).digest()
    return notice


def invoke(at_ms, call, sent):
    source, document, revision, action, areas = sent
    return {"event": "invoke", "at_ns": at_ms * MS, "call": call, "source": source, "document": document,
            "revision": revision, "kind": "evacuation", "action": action, "areas": [f"{c} {n}" for c, n in areas],
            "sha256": sha256(original_of(*sent))}


def ok(at_ms, call, seq, outcome="accepted"):
    return {"event": "ok", "at_ns": at_ms * MS, "call": call, "id": f"id-{seq}", "epoch": EPOCH, "seq": seq,
            "outcome": outcome}


def unknown(at_ms, call):
    return {"event": "unknown", "at_ns": at_ms * MS, "call": call, "why": "ConnectionError"}


def ok_ms(seq):
    return seq * STEP_MS + 10


STORED = (4,)  # records that lie in pieces
PIECE_BYTES = 50


def stored(row, body, original):
    """The same record as a large one lies on disk: its texts and areas in pieces, with the original behind them."""
    bulk = type(body.notice)(areas=body.notice.areas, texts=body.notice.texts)
    small = link_pb2.JournalRecord()
    small.CopyFrom(body)
    for name in ("areas", "texts"):
        small.notice.ClearField(name)
    packed = bulk.SerializeToString() + b"\xa2\x7d\x01."  # and a field of a newer sender
    named = link_pb2.JournalRecord.Stored(store=row.pos, bulk_bytes=len(packed), bulk_sha256=hashlib.sha256(packed).digest(),
                                          original_bytes=len(original), original_sha256=hashlib.sha256(original).digest())
    front = link_pb2.JournalRecord(stored=named).SerializeToString()
    return dataclasses.replace(row, body=front + small.SerializeToString(), bulk=packed)


class Story:
    """calls: lines of one log; records: (type, seq, id, notice, original) of the journal, notice None in what is none;
    readers: name → lines."""

    def __init__(self):
        self.calls, self.records, self.readers = [], [], {}
        self.tamper = lambda rows: rows  # of the finished journal

    # ---- telling it ----

    def submit(self, seq):
        """Invoked at seq × STEP_MS, answered 10 ms later."""
        self.calls += [invoke(seq * STEP_MS, f"call-{seq}", SENT[seq]), ok(ok_ms(seq), f"call-{seq}", seq)]

    def record(self, seq, sent=None, identity=None, mode="drill"):
        sent = sent or SENT[seq]
        self.records.append((h.NOTICE, seq, identity or f"id-{seq}", notice_of(*sent, mode=mode), original_of(*sent)))

    def notice_at(self, seq):
        return next(notice for _, number, _, notice, _ in self.records if number == seq)

    def seen(self, seq):
        facts = facts_of_notice(plain(self.notice_at(seq)))
        return {"seq": seq, "epoch": EPOCH, **{name: facts[name] for name in KEPT_OF_A_NOTICE}}

    def reader(self, name, **wish):
        self.readers[name] = [{"event": "entitled", "at_ns": 0, "subscriber": name, "mode": "drill", "areas": [],
                               "kinds": [], "level_min": 0, **wish}]

    def tell(self, name, at_ms, event, **fields):
        self.readers[name].append({"event": event, "at_ns": at_ms * MS, **fields})

    def connect(self, name, at_ms, start):
        self.tell(name, at_ms, "connect", start=start)
        self.tell(name, at_ms + 1, "hello", epoch=EPOCH, newest_seq=0)

    def deliver(self, name, seq, at_ms=None):
        self.tell(name, at_ms or ok_ms(seq) + 5, "notice", **self.seen(seq))

    # ---- changing it ----

    def line(self, name, event, **like):
        """The first such line of a reader, or of the calls (name "calls")."""
        lines = self.calls if name == "calls" else self.readers[name]
        return next(row for row in lines if row["event"] == event and all(row.get(k) == v for k, v in like.items()))

    def drop(self, name, event, **like):
        self.readers[name].remove(self.line(name, event, **like))

    def everywhere(self, seq):
        """The lines of all readers that deliver it as a notice."""
        return [row for lines in self.readers.values() for row in lines if row["event"] == "notice" and row["seq"] == seq]

    def swap(self, name, one, other):
        """Two deliveries of a reader change places, but not times."""
        a, b = self.line(name, "notice", seq=one), self.line(name, "notice", seq=other)
        a_copy, times = dict(a), (a["at_ns"], b["at_ns"])
        a.update(b, at_ns=times[0])
        b.update(a_copy, at_ns=times[1])

    # ---- files ----

    def rows(self):
        rows, before = [], NO_HASH
        for pos, (kind, seq, identity, notice, original) in enumerate(self.records, 1):
            body = link_pb2.JournalRecord(type=kind, seq=seq, unix_us=pos, submission_id=identity, notice=notice)
            row = h.Row(pos, kind, seq, pos, body.SerializeToString(), original, b"")
            if pos in STORED:
                row = stored(row, body, original)
            before = link_of(before, row)
            rows.append(dataclasses.replace(row, hash=before))
        return self.tamper(rows)

    def write(self, folder):
        """Arguments of check.py."""
        journal = os.path.join(folder, "journal.db")
        db = sqlite3.connect(journal)
        db.execute("CREATE TABLE meta (name TEXT PRIMARY KEY, value)")
        db.execute("CREATE TABLE record (pos INTEGER PRIMARY KEY, type, seq UNIQUE, unix_us, body, original, hash)")
        db.execute("INSERT INTO meta VALUES ('epoch', ?)", (EPOCH,))
        db.execute("CREATE TABLE piece (id INTEGER PRIMARY KEY, bytes)")
        for r in self.rows():
            db.execute("INSERT INTO record VALUES (?, ?, ?, ?, ?, ?, ?)",
                       (r.pos, r.type, r.seq or None, r.unix_us, r.body, None if r.bulk else r.original, r.hash))
            whole = r.bulk + r.original if r.bulk else b""
            db.executemany("INSERT INTO piece VALUES (?, ?)", [
                (r.pos << h.PIECE_BITS | part, whole[at:at + PIECE_BYTES])
                for part, at in enumerate(range(0, len(whole), PIECE_BYTES))])
        db.commit()
        db.close()
        files = {"calls": self.calls, **self.readers}
        for name, lines in files.items():
            with open(os.path.join(folder, f"{name}.jsonl"), "w", encoding="utf-8") as file:
                file.writelines(json.dumps(line, ensure_ascii=False) + "\n" for line in lines)
        return ["--submitters", os.path.join(folder, "calls.jsonl"), "--journal", journal, "--subscribers",
                *[os.path.join(folder, f"{name}.jsonl") for name in self.readers],
                "--bounds", "latency_ms=50", "settle_ms=50"]


def good():
    story = Story()
    for seq in (1, 2, 3, 4, 7):
        story.submit(seq)
    story.calls += [invoke(500, "call-5", SENT[5]), unknown(505, "call-5"),
                    invoke(506, "call-5-again", SENT[5]), ok(ok_ms(5), "call-5-again", 5, "duplicate"),
                    invoke(600, "call-6", SENT[6]), unknown(610, "call-6"), invoke(620, "call-e", LOST),
                    unknown(630, "call-e"), invoke(640, "call-f", REFUSED),
                    {"event": "fail", "at_ns": 650 * MS, "call": "call-f", "status": 422, "code": "area_foreign"}]
    for seq in SENT:
        story.record(seq)
    story.records.insert(4, ACK)
    story.reader("all")
    story.connect("all", 10, "snapshot")
    story.tell("all", 12, "snapshot", seq=0, epoch=EPOCH, notices=[])
    story.tell("all", 13, "live", seq=0)
    for seq in (1, 2, 3):
        story.deliver("all", seq)
    story.tell("all", 330, "close", why="left")
    story.connect("all", 420, {"epoch": EPOCH, "seq": 3})
    story.deliver("all", 4, 422)
    story.tell("all", 423, "live", seq=4)
    for seq in (5, 6, 7):
        story.deliver("all", seq)
    story.reader("port", areas=["990027"])
    story.connect("port", 10, "beginning")
    story.tell("port", 12, "live", seq=0)
    for seq in (2, 4):
        story.deliver("port", seq)
    story.reader("late")
    story.connect("late", 560, "snapshot")
    story.tell("late", 562, "snapshot", seq=5, epoch=EPOCH, notices=[story.seen(seq) for seq in (1, 3, 5)])
    story.tell("late", 563, "live", seq=5)
    for seq in (6, 7):
        story.deliver("late", seq)
    for name in story.readers:
        story.tell(name, 1000, "close", why="left")
        story.tell(name, 1001, "end")
    return story


# ---- one change each ----

def _forgotten_by_the_journal(story):
    story.records.pop()  # seq 7
    for name in ("all", "late"):
        story.drop(name, "notice", seq=7)


def _under_another_seq(story):
    story.line("calls", "ok", seq=7)["seq"] = 8


def _other_bytes_under_the_id(story):
    line = story.line("calls", "invoke", call="call-7")
    again = {**line, "call": "call-7-other", "at_ns": line["at_ns"] + 1, "sha256": sha256(b"other"), "document": "g"}
    story.calls += [again, {**ok(ok_ms(7), "call-7-other", 7)}]


def _hole_at_a_subscriber(story):
    story.drop("all", "notice", seq=5)


def _end_missing_at_a_subscriber(story):
    story.drop("late", "notice", seq=7)


def _lost_over_a_reconnect(story):
    story.drop("all", "notice", seq=3)


def _order_missing_in_a_snapshot(story):
    story.line("late", "snapshot")["notices"].pop(1)


def _gap_though_the_journal_has_it(story):
    lines = story.readers["all"]
    at = lines.index(story.line("all", "notice", seq=4))
    lines[at:at + 1] = [{"event": "gap", "at_ns": 422 * MS, "from_seq": 4, "to_seq": 4},
                        {"event": "snapshot", "at_ns": 422 * MS, "epoch": EPOCH, "seq": 4,
                         "notices": [story.seen(1), story.seen(3), story.seen(4)]}]


def _never_in_the_journal(story):
    lines = story.readers["all"]
    at = lines.index(story.line("all", "notice", seq=7))
    lines.insert(at + 1, {**lines[at], "seq": 8, "document": "ghost"})


def _other_words(story):
    story.line("all", "notice", seq=5)["notice_sha256"] = sha256(b"other words")


def _other_original(story):
    story.line("late", "notice", seq=6)["sha256"] = sha256(b"other bytes")


def _other_words_in_a_snapshot(story):
    story.line("late", "snapshot")["notices"][0]["notice_sha256"] = sha256(b"other words")


def _nobody_sent_it(story):
    story.calls = [row for row in story.calls if row["call"] != "call-6"]


def _not_for_him(story):
    lines = story.readers["port"]
    lines.insert(lines.index(story.line("port", "notice", seq=4)),
                 {"event": "notice", "at_ns": 315 * MS, **story.seen(3)})


def _again_after_the_resume(story):
    lines = story.readers["all"]
    lines.insert(lines.index(story.line("all", "notice", seq=4)), {"event": "notice", "at_ns": 421 * MS, **story.seen(3)})


def _twice_on_one_connection(story):
    lines = story.readers["late"]
    lines.insert(lines.index(story.line("late", "notice", seq=7)), dict(story.line("late", "notice", seq=6)))


def _again_after_the_snapshot(story):
    lines = story.readers["late"]
    lines.insert(lines.index(story.line("late", "notice", seq=6)), {"event": "notice", "at_ns": 570 * MS, **story.seen(5)})


def _two_of_one_source_change_places(story):
    story.swap("late", 6, 7)


def _journal_turns_two_calls_round(story):
    """Sent before, acknowledged before, and yet behind in the journal."""
    early, late = story.line("calls", "invoke", call="call-3"), story.line("calls", "invoke", call="call-1")
    early["at_ns"], story.line("calls", "ok", seq=3)["at_ns"] = 20 * MS, 30 * MS
    assert early["source"] == late["source"]
    story.line("all", "notice", seq=3)["at_ns"] = 35 * MS


def _cancel_before_its_issue(story):
    story.drop("all", "notice", seq=4)
    lines = story.readers["all"]
    lines.insert(lines.index(story.line("all", "notice", seq=2)), {"event": "notice", "at_ns": 200 * MS, **story.seen(4)})
    story.line("all", "connect", start={"epoch": EPOCH, "seq": 3})["start"] = {"epoch": EPOCH, "seq": 4}


def _holder_misses_the_cancel(story):
    """His filter does not take the cancel's areas: he holds the order all the same."""
    story.drop("port", "notice", seq=4)


def _cancel_of_nothing(story):
    ghost = (PREF, "ghost", 1, "cancel", [NORTH])
    story.calls += [invoke(800, "call-8", ghost), ok(ok_ms(8), "call-8", 8)]
    story.record(8, ghost)
    _deliver_at_the_end(story, 8, ("all", "late"))


def _deliver_at_the_end(story, seq, names):
    for name in names:
        story.readers[name].insert(-2, {"event": "notice", "at_ns": (ok_ms(seq) + 5) * MS, **story.seen(seq)})


def _unknown_and_twice(story):
    story.record(8, SENT[6], identity="id-8")
    _deliver_at_the_end(story, 8, ("all", "late"))


def _refused_and_yet_there(story):
    story.record(8, REFUSED)
    _deliver_at_the_end(story, 8, story.readers)


def _taken_behind_a_refusal(story):
    """The first call was told that nothing was taken, the second one that it is a duplicate."""
    story.line("calls", "unknown", call="call-5").update(event="fail", status=503, code="hub_away")


def _late(story):
    story.line("late", "notice", seq=7)["at_ns"] = (ok_ms(7) + 60) * MS


def _drill_at_a_live_outlet(story):
    story.readers["port"][0]["mode"] = "live"


def _drill_in_the_snapshot_of_a_live_outlet(story):
    story.readers["late"][0]["mode"] = "live"
    story.readers["late"] = [row for row in story.readers["late"] if row["event"] != "notice"]


def _area_left_out_on_the_way(story):
    story.line("late", "notice", seq=7)["areas"] = ["990019 北町"]


def _area_added_by_the_hub(story):
    story.line("calls", "invoke", call="call-7")["areas"] = ["990019 北町"]


def _other_original_in_a_chain_made_anew(story):
    kind, seq, identity, notice, _ = story.records[2]
    story.records[2] = (kind, seq, identity, notice, b"other")


def _tampered(change):
    def mutate(story):
        story.tamper = change
    return mutate


def _with(rows, pos, **fields):
    out = copy.copy(rows)
    out[pos - 1] = h.Row(**{**vars(rows[pos - 1]), **fields})
    return out


def _another_epoch_after_a_restart(story):
    story.line("calls", "ok", seq=7)["epoch"] = "f" * 32


# name, the law that must be named (and no other), the change
BAD = [(function.__name__[1:], law, function) for law, functions in {
    "C1": [_forgotten_by_the_journal, _under_another_seq, _other_bytes_under_the_id, _hole_at_a_subscriber,
           _end_missing_at_a_subscriber, _lost_over_a_reconnect, _gap_though_the_journal_has_it,
           _order_missing_in_a_snapshot],
    "C2": [_never_in_the_journal, _other_words, _other_original, _other_words_in_a_snapshot, _nobody_sent_it,
           _not_for_him],
    "C3": [_again_after_the_resume, _twice_on_one_connection, _again_after_the_snapshot],
    "C4": [_two_of_one_source_change_places, _journal_turns_two_calls_round],
    "C5": [_cancel_before_its_issue, _holder_misses_the_cancel, _cancel_of_nothing],
    "C6": [_unknown_and_twice, _refused_and_yet_there, _taken_behind_a_refusal],
    "C7": [_late],
    "C8": [_drill_at_a_live_outlet, _drill_in_the_snapshot_of_a_live_outlet],
    "C9": [_area_left_out_on_the_way, _area_added_by_the_hub],
    "C10": [_another_epoch_after_a_restart, _other_original_in_a_chain_made_anew]}.items() for function in functions] + [
    ("a_hash_that_does_not_fit", "C10", _tampered(lambda rows: _with(rows, 3, hash=bytes(32)))),
    ("a_time_changed_in_a_body", "C10", _tampered(lambda rows: _with(rows, 3, body=link_pb2.JournalRecord.FromString(
        rows[2].body + link_pb2.JournalRecord(unix_us=99).SerializeToString()).SerializeToString()))),
    ("another_bulk_in_the_pieces", "C10", _tampered(lambda rows: _with(rows, STORED[0], bulk=rows[STORED[0] - 1].bulk[:-1] + b"?"))),
    ("another_original_in_the_pieces", "C10", _tampered(lambda rows: _with(rows, STORED[0], original=b"other"))),
    ("another_original", "C10", _tampered(lambda rows: _with(rows, 3, original=b"other"))),
    ("a_record_cut_out", "C10", _tampered(lambda rows: rows[:4] + rows[5:])),
]
