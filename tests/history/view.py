"""What the laws ask of a history again and again: indexes over it, and what each subscriber is owed."""

import collections
import dataclasses

import history as h
from entitled import entitled


@dataclasses.dataclass(frozen=True)
class Bounds:
    latency_ms: int = 5000  # ok → at each live subscriber
    settle_ms: int = 5000  # what was acknowledged so short before a subscriber's end need not be there
    others_submit: int = 0  # 1: the logs are not of everybody who sent something
    codes_only: int = 0  # 1: names of areas were sent that the gate must clean; areas are compared by code


class View:
    """Indexes over a history that several laws use. Made once, never changed."""

    def __init__(self, history):
        self.history = history
        self.notices = [r for r in history.records if r.type == h.NOTICE]
        self.by_seq = {r.seq: r for r in self.notices}
        self.by_id = {}
        self.by_bytes = collections.defaultdict(list)
        for record in history.records:
            self.by_id.setdefault(record.id, record)
        for record in self.notices:
            self.by_bytes[record.facts["sha256"]].append(record)
        self.by_document = collections.defaultdict(list)
        for record in self.notices:
            self.by_document[record.key].append(record)
        self.ends = collections.defaultdict(list)  # key of a document → cancels of it, and what replaces it whole
        for record in self.notices:
            for key in record.targets if record.is_cancel else record.facts["supersedes"]:
                self.ends[key].append(record)
        self.oks = [call for call in history.calls if call.outcome == "ok"]
        self.ok_ns = {}  # id → when it was first acknowledged
        for call in self.oks:
            at = self.ok_ns.get(call.end["id"])
            self.ok_ns[call.end["id"]] = call.end["at_ns"] if at is None else min(at, call.end["at_ns"])
        self.people = [Person(self, subscriber) for subscriber in history.subscribers]


class Person:
    """A subscriber, with what follows from his log alone and what he is entitled to."""

    def __init__(self, view, subscriber):
        self.name, self.wish, self.connections = subscriber.name, subscriber.wish, subscriber.connections
        self.end_ns = subscriber.end_ns
        self.entitled = [r.seq for r in view.notices if entitled(self.wish, h.LANES, r)]
        self.entitled_set = set(self.entitled)
        self.first_ns = {}  # seq → when it came first, as a notice
        self.held_ns = {}  # seq → when he had it first, as a notice or in a snapshot
        for connection in self.connections:
            for notice in connection.notices:
                self._note(notice["seq"], notice["at_ns"], self.first_ns)
            for notice in (connection.snapshot or {}).get("notices", []):
                self._note(notice["seq"], connection.snapshot["at_ns"], {})
        self.reached = max([c.reached for c in self.connections], default=0)
        self.excused = excused_ranges(self.connections)

    def _note(self, seq, at_ns, first):
        first.setdefault(seq, at_ns)
        self.held_ns.setdefault(seq, at_ns)

    def is_excused(self, seq):
        return any(low < seq <= high for low, high in self.excused)

    def owed(self, record, view, bounds):
        """Must he have it by his end?"""
        if not self.excused or self.is_excused(record.seq):
            return False
        acknowledged = view.ok_ns.get(record.id)
        in_time = acknowledged is not None and acknowledged <= self.end_ns - bounds.settle_ms * 10**6
        return in_time or record.seq <= self.reached


def excused_ranges(connections):
    """(low, high]: what he never asked for, and what a snapshot told instead. Empty when no stream ever began."""
    ranges, reached = [], 0
    for connection in connections:
        if connection.starts_at is None:  # cut off before it began; what he asked for first, he is owed
            if not ranges and isinstance(connection.start, dict):
                ranges.append((0, connection.start["seq"]))
            continue
        if not ranges:
            ranges.append((0, connection.starts_at))
        elif not isinstance(connection.start, dict) or connection.snapshot is not None:
            ranges.append((reached, connection.starts_at))
        reached = max(reached, connection.reached)
    return ranges
