"""The laws of delivery, each a pure function from a history (and the bounds) to its violations.

C1  what was acknowledged is in the journal and at everybody who is entitled to it
C2  what was delivered is in the journal, as it stands there and for him; what is in the journal, somebody sent
C3  nothing comes twice
C4  each source's notices come in its order
C5  no cancel before what it cancels, and who holds that gets the cancel, whatever areas the cancel names
C6  a call of unknown outcome happened once or not at all, a refused one not at all
C7  a subscriber who is live has it in time
C8  a drill does not reach a live outlet, nor the other way round
C9  the areas that are delivered are those that were sent
C10 the chain of the journal is whole, and it is one journal
Where one fault would break two laws, the more exact one tells of it: a cancel that its holder misses is C5 and not C1.
"""

import bisect
import collections
import dataclasses
import hashlib

import history as h
from entitled import entitled, place_digits
from view import Bounds, View

ACKNOWLEDGED = {"accepted", "duplicate"}
NO_HASH = bytes(32)


@dataclasses.dataclass(frozen=True)
class Violation:
    law: str
    text: str

    def __str__(self):
        return f"{self.law} {self.text}"


def called(record):
    return f"seq {record.seq} ({record.key} revision {record.facts['revision']} {record.facts['action']}, id {record.id})"


# ---- C1 ----

def lost_in_the_journal(view):
    for call in view.oks:
        end = call.end
        record = view.by_id.get(end["id"])
        what = f"id {end['id']} of {call.where} was acknowledged ({end['outcome']}, seq {end['seq']})"
        if record is None:
            yield f"{what}, and is not in the journal"
        elif end["outcome"] in ACKNOWLEDGED and (record.type != h.NOTICE or record.seq != end["seq"]):
            yield f"{what}, but stands in the journal at pos {record.pos} with seq {record.seq}, type {record.type}"
        elif end["outcome"] == "accepted" and record.facts["sha256"] != call.invoke["sha256"]:
            yield f"{what}, but the journal has other bytes under that id (pos {record.pos})"


def lost_on_a_connection(view, person, connection):
    """Seqs that must have gone by on it and did not."""
    if connection.starts_at is None:
        return
    got = {notice["seq"] for notice in connection.notices}
    low = bisect.bisect_right(person.entitled, connection.starts_at)
    for seq in person.entitled[low:bisect.bisect_right(person.entitled, connection.reached)]:
        if seq not in got and not is_cancel_of_held(view, person, view.by_seq[seq]):
            yield seq


def is_cancel_of_held(view, person, record):
    return record.is_cancel and bool(held_targets(view, person, record))


def lost_on_the_way(view, person, bounds):
    lost = {}
    for connection in person.connections:
        for seq in lost_on_a_connection(view, person, connection):
            lost.setdefault(seq, connection.where)
    for seq in person.entitled:
        record = view.by_seq[seq]
        if seq not in person.first_ns and seq not in lost and person.owed(record, view, bounds) and \
                not is_cancel_of_held(view, person, record):
            lost[seq] = "no connection"
    for seq, where in sorted(lost.items()):
        yield f"{called(view.by_seq[seq])} did not reach {person.name}, who is entitled to it ({where})"


def told_gone(view, person):
    """A gap within the epoch of the journal: the journal has everything, so nothing can be gone."""
    for connection in person.connections:
        start = connection.start
        same = isinstance(start, dict) and start["epoch"] == connection.epoch == view.history.epoch
        for gap in connection.gaps if same else []:
            yield f"{person.name} was told of a gap {gap['from_seq']}…{gap['to_seq']} at {gap['where']}"
        if start == "snapshot" and connection.live and not connection.snapshot:
            yield f"{person.name} asked for a snapshot and got none ({connection.where})"


def stands(view, record, seq):
    """Surely in force at seq: an order with a level, the newest word of a document that nothing cancelled or replaced."""
    facts = record.facts
    ends = [r for r in view.ends.get(record.key, []) if r.seq <= seq]
    return facts["kind"] == "evacuation" and facts["level"] >= 1 and facts["action"] in ("issue", "update", "correct") and \
        not facts["ended"] and not ends


def missing_in_snapshots(view, person):
    """Other kinds, lifts and what stands again after a cancel are left to the tests of the set in force."""
    for connection in person.connections:
        snapshot = connection.snapshot
        seen = {notice["seq"] for notice in snapshot["notices"]} if snapshot else set()
        for records in view.by_document.values() if snapshot else []:
            newest = max((r for r in records if r.seq <= snapshot["seq"]), key=lambda r: r.seq, default=None)
            if newest and newest.seq not in seen and stands(view, newest, snapshot["seq"]) and \
                    entitled(person.wish, h.LANES, newest) and newest.facts["level"] >= person.wish.get("level_min", 0):
                yield (f"{called(newest)} is in force, and not in the snapshot of seq {snapshot['seq']} that {person.name} "
                       f"got ({snapshot['where']})")


def c1_nothing_lost(view, bounds):
    yield from lost_in_the_journal(view)
    for person in view.people:
        yield from lost_on_the_way(view, person, bounds)
        yield from told_gone(view, person)
        yield from missing_in_snapshots(view, person)


# ---- C2 ----

def wrong_delivery(view, person, seen):
    """What is wrong with one delivered notice (from a notice frame or a snapshot), or None."""
    record = view.by_seq.get(seen["seq"])
    if record is None:
        return "is not in the journal"
    for name in ("sha256", "notice_sha256"):
        if seen.get(name) is not None and seen[name] != record.facts[name]:
            what = "the sender's bytes" if name == "sha256" else "its content"
            return f"differs from the journal's in {what} ({name} {seen[name][:16]}…, not {record.facts[name][:16]}…)"
    return None


def not_for_him(view, person, seen):
    record = view.by_seq.get(seen["seq"])
    if record is None or seen["mode"] not in h.LANES[person.wish["mode"]] or seen["seq"] in person.entitled_set:
        return False
    return not is_cancel_of_held(view, person, record)


def delivered(person):
    """(where, how, notice) of everything that reached him."""
    for connection in person.connections:
        for notice in connection.notices:
            yield notice["where"], "notice", notice
        for notice in (connection.snapshot or {}).get("notices", []):
            yield connection.snapshot["where"], "snapshot", notice


def c2_nothing_invented(view, bounds):
    sent = {call.invoke["sha256"] for call in view.history.calls}
    for record in view.notices:
        if not bounds.others_submit and record.facts["sha256"] not in sent:
            yield f"{called(record)} stands in the journal at pos {record.pos}, and nobody sent it"
    for person in view.people:
        for where, how, seen in delivered(person):
            wrong = wrong_delivery(view, person, seen)
            if wrong is None and how == "notice" and not_for_him(view, person, seen):
                wrong = f"is not for him (areas {person.wish.get('areas')}, kinds {person.wish.get('kinds')})"
            if wrong:
                yield f"seq {seen['seq']} ({seen['source']}|{seen['document']}) at {person.name} ({where}) {wrong}"


# ---- C3, C4 ----

def c3_nothing_twice(view, bounds):
    for person in view.people:
        for connection in person.connections:
            seen, behind = set(), connection.starts_at or 0
            for notice in connection.notices:
                seq = notice["seq"]
                if seq in seen:
                    yield f"seq {seq} came twice to {person.name} on one connection ({notice['where']})"
                elif seq <= behind:
                    yield f"seq {seq} came again to {person.name}, who resumed behind {behind} ({notice['where']})"
                seen.add(seq)


def order_of_arrival(view, person):
    for connection in person.connections:
        newest, behind = {}, connection.starts_at or 0  # source → the notice with the highest seq so far
        seen = set()
        for notice in connection.notices:
            before = newest.get(notice["source"])
            fresh = notice["seq"] not in seen and notice["seq"] > behind
            seen.add(notice["seq"])
            if before is None or notice["seq"] > before["seq"]:
                newest[notice["source"]] = notice
            elif fresh and not is_cancel_too_early(view, before["seq"], notice["seq"]):
                yield (f"seq {notice['seq']} of {notice['source']} came to {person.name} after seq {before['seq']} "
                       f"({notice['where']})")


def is_cancel_too_early(view, cancel_seq, issue_seq):
    """C5 tells of it."""
    cancel, issue = view.by_seq.get(cancel_seq), view.by_seq.get(issue_seq)
    return bool(cancel and issue and cancel.is_cancel and issue.key in cancel.targets)


def order_of_calls(view, bounds):
    """What was acknowledged before the next call of the same source began has the lower seq. A duplicate may be of a call
    that is in no log, when others submit."""
    spans = {}  # id → [first invoke, first ok, source, seq, where]
    for call in view.oks:
        record = view.by_id.get(call.end["id"])
        foreign = bounds.others_submit and call.end["outcome"] == "duplicate"
        if record is None or record.type != h.NOTICE or foreign:
            continue
        span = spans.setdefault(record.id, [call.invoke["at_ns"], call.end["at_ns"], record, call.where])
        span[0], span[1] = min(span[0], call.invoke["at_ns"]), min(span[1], call.end["at_ns"])
    for call in view.history.calls:  # an unknown one may be the one that did it
        for record in view.by_bytes.get(call.invoke["sha256"], []):
            if record.id in spans:
                spans[record.id][0] = min(spans[record.id][0], call.invoke["at_ns"])
    by_source = collections.defaultdict(list)
    for span in spans.values():
        by_source[span[2].facts["source"]].append(span)
    for source, group in by_source.items():
        ended = sorted(group, key=lambda span: span[1])
        at, newest = 0, None
        for begun, _, record, where in sorted(group, key=lambda span: span[0]):
            while at < len(ended) and ended[at][1] < begun:
                newest = max(newest, ended[at], key=lambda span: span[2].seq) if newest else ended[at]
                at += 1
            if newest and newest[2].seq > record.seq:
                yield (f"{source} had seq {newest[2].seq} acknowledged ({newest[3]}) before it sent {where}, which has "
                       f"the lower seq {record.seq}")


def c4_order_of_each_source(view, bounds):
    yield from order_of_calls(view, bounds)
    for person in view.people:
        yield from order_of_arrival(view, person)


# ---- C5 ----

def issues_of(view, cancel):
    """What the cancel is about: the notices before it that are no cancels."""
    return [r for key in cancel.targets for r in view.by_document.get(key, []) if not r.is_cancel and r.seq < cancel.seq]


def held_targets(view, person, cancel):
    return [r for r in issues_of(view, cancel) if r.seq in person.held_ns]


def cancels_of_nothing(view):
    """Moments (JMA) and references (CAP) may overtake what they end; a count of revisions may not."""
    for record in view.notices:
        free = record.facts["moments"] or record.facts["supersedes"]
        if record.is_cancel and not free and not issues_of(view, record):
            yield f"{called(record)} stands in the journal at pos {record.pos} before anything that it could cancel"


def cancels_too_early(view, person):
    for connection in person.connections:
        place = {notice["seq"]: number for number, notice in enumerate(connection.notices)}
        for seq in place:
            cancel = view.by_seq.get(seq)
            if cancel is None or not cancel.is_cancel:
                continue
            late = [r.seq for r in issues_of(view, cancel) if place.get(r.seq, -1) > place[seq]]
            if late and not any(place.get(r.seq, len(place)) < place[seq] or r.seq <= (connection.starts_at or 0)
                                for r in issues_of(view, cancel)):
                yield f"{called(cancel)} came to {person.name} before seq {late[0]}, which it cancels ({connection.where})"


def cancels_missed(view, person, bounds):
    for cancel in view.notices:
        if not cancel.is_cancel or cancel.seq in person.held_ns:
            continue
        held = held_targets(view, person, cancel)
        if held and cancel.facts["mode"] in h.LANES[person.wish["mode"]] and person.owed(cancel, view, bounds):
            yield f"{called(cancel)} did not reach {person.name}, who holds seq {held[-1].seq}"


def c5_cancels(view, bounds):
    yield from cancels_of_nothing(view)
    for person in view.people:
        yield from cancels_too_early(view, person)
        yield from cancels_missed(view, person, bounds)


# ---- C6 … C9 ----

def c6_unknown_is_zero_or_one(view, bounds):
    outcomes = collections.defaultdict(dict)  # bytes → outcome → where
    for call in view.history.calls:
        outcomes[call.invoke["sha256"]].setdefault(call.outcome, call.where)
    for sha256, calls in outcomes.items():
        found = view.by_bytes.get(sha256, [])
        where = ", ".join(f"{outcome} at {at}" for outcome, at in calls.items())
        if len(found) > 1:
            yield f"what was sent once ({where}) is {len(found)} times in the journal: seq {[r.seq for r in found]}"
        if found and set(calls) == {"fail"}:
            yield f"what was refused ({where}) is in the journal: {called(found[0])}"
    yield from taken_behind_a_refusal(view, bounds)


def taken_behind_a_refusal(view, bounds):
    """A duplicate of what was never anything but refused: one of the refusals was none."""
    able = collections.Counter(call.invoke["sha256"] for call in view.history.calls if call.outcome != "fail")
    for call in view.oks:
        record = view.by_id.get(call.end["id"])
        mine = record is not None and record.facts["sha256"] == call.invoke["sha256"]
        if mine and not bounds.others_submit and call.end["outcome"] == "duplicate" and able[record.facts["sha256"]] == 1:
            yield (f"{call.where} was answered as a duplicate of id {record.id}, though every call with these bytes before "
                   f"it was refused")


def latencies_of(view):
    """(milliseconds, person, record) of what came to somebody who was live when it was acknowledged."""
    for person in view.people:
        spans = [(c.live["at_ns"], c.closed_ns if c.closed_ns is not None else person.end_ns)
                 for c in person.connections if c.live]
        begins = [begin for begin, _ in spans]
        for seq in person.entitled:
            record = view.by_seq[seq]
            ok_ns, came_ns = view.ok_ns.get(record.id), person.first_ns.get(seq)
            at = bisect.bisect_right(begins, ok_ns) - 1 if ok_ns is not None else -1
            if at >= 0 and came_ns is not None and ok_ns < spans[at][1]:
                yield max(0, came_ns - ok_ns) / 1e6, spans[at][1], ok_ns, person, record


def c7_in_time(view, bounds):
    for late_ms, closed_ns, ok_ns, person, record in latencies_of(view):
        stayed = closed_ns > ok_ns + bounds.latency_ms * 10**6
        if late_ms > bounds.latency_ms and stayed:
            yield (f"{called(record)} came to {person.name}, who was live, {late_ms:.0f} ms after its ok; "
                   f"the bound is {bounds.latency_ms} ms")


def c8_lanes(view, bounds):
    for person in view.people:
        for where, how, seen in delivered(person):
            if seen["mode"] not in h.LANES[person.wish["mode"]]:
                yield (f"seq {seen['seq']} of mode {seen['mode']} reached {person.name} of mode {person.wish['mode']} "
                       f"as {how} ({where})")


def same_places(one, other, codes_only):
    return [keyed(place, codes_only) for place in one] == [keyed(place, codes_only) for place in other]


def keyed(place, codes_only):
    """The last digit of a municipality's code is a check digit, which the gate mends."""
    code, _, name = place.partition(" ")
    return place_digits(code) or code, "" if codes_only else name


def c9_areas(view, bounds):
    sent = {call.invoke["sha256"]: call for call in view.history.calls if call.invoke.get("areas") is not None}
    for record in view.notices:
        call = sent.get(record.facts["sha256"])
        if call and not same_places(record.facts["areas"], call.invoke["areas"], bounds.codes_only):
            yield f"{called(record)} has areas {record.facts['areas']} in the journal; {call.where} sent {call.invoke['areas']}"
    for person in view.people:
        for where, _, seen in delivered(person):
            record = view.by_seq.get(seen["seq"])
            if record and seen.get("areas") is not None and seen["areas"] != record.facts["areas"]:
                yield f"seq {seen['seq']} at {person.name} ({where}) has areas {seen['areas']}, not {record.facts['areas']}"


# ---- C10 ----

def link_of(before, row):
    original = hashlib.sha256(row.original).digest() if row.original else NO_HASH
    return hashlib.sha256(before + row.pos.to_bytes(8, "big") + row.body + original).digest()


def other_bulk(row):
    """Its pieces are not those that the record, and so the chain, names."""
    if not row.bulk:
        return False
    stored = h.link_pb2.JournalRecord.FromString(row.body).stored
    return hashlib.sha256(row.bulk).digest() != stored.bulk_sha256


def chain_breaks(view):
    before, newest = NO_HASH, 0
    by_pos = {record.pos: record for record in view.history.records}
    for number, row in enumerate(view.history.rows, 1):
        record = by_pos.get(row.pos)
        if row.pos != number:
            yield f"pos {number} is missing in the journal; pos {row.pos} follows"
            return
        if link_of(before, row) != row.hash or other_bulk(row):
            yield f"the chain of hashes breaks at pos {row.pos} of the journal"
            return
        if (row.type == h.NOTICE) != (row.seq > 0) or (row.seq and row.seq != newest + 1):
            yield f"pos {row.pos} of the journal has seq {row.seq} after seq {newest}"
        if record and record.facts["sha256"] != record.original_sha256:
            yield f"pos {row.pos} of the journal lies beside another original than its notice names"
        before, newest = row.hash, row.seq or newest


def c10_one_whole_journal(view, bounds):
    yield from chain_breaks(view)
    epoch = view.history.epoch
    for call in view.oks:
        if call.end["epoch"] != epoch:
            yield f"{call.where} was answered with the epoch {call.end['epoch']}; the journal's is {epoch}"
    for person in view.people:
        for connection in person.connections:
            if connection.hello and connection.epoch != epoch:
                yield f"{person.name} was greeted with the epoch {connection.epoch} ({connection.where}); the journal's is {epoch}"


LAWS = {"C1": c1_nothing_lost, "C2": c2_nothing_invented, "C3": c3_nothing_twice, "C4": c4_order_of_each_source,
        "C5": c5_cancels, "C6": c6_unknown_is_zero_or_one, "C7": c7_in_time, "C8": c8_lanes, "C9": c9_areas,
        "C10": c10_one_whole_journal}


def judge(history, bounds=Bounds()):
    """All violations, in order of the laws."""
    view = View(history)
    return [Violation(law, text) for law, check in LAWS.items() for text in check(view, bounds)]
