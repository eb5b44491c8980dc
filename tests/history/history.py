"""What happened, as the checker sees it: the calls of the submitters, the records of the journal, what each subscriber got.

Flow:    files → read_log, read_journal → history_of → History → the laws (laws.py).
Formats: a log is JSON lines; each has `event` and `at_ns` (monotonic clock, one machine).
         submitter   invoke {call, document, source, revision, kind, action, areas, sha256}
                     ok {call, id, epoch, seq, outcome} | fail {call, status, code} | unknown {call, why}
         subscriber  entitled {subscriber, mode, areas, kinds, level_min}   (once, first)
                     connect {start}   start: {epoch, seq}, "beginning", "snapshot" or "now"
                     hello {epoch, newest_seq}   gap {from_seq, to_seq}   snapshot {epoch, seq, notices}   live {seq}
                     notice {seq, source, document, revision, mode, areas, sha256, notice_sha256}
                     close {why}   end {}   (once, last: from here on nothing is owed to him)
         `areas` are places as "code name", in the order of the document; null: not known. `sha256` is that of the
         sender's bytes, `notice_sha256` that of the whole notice (digest_of).
         journal     the SQLite file of hub/core/journal.h (ARCHITECTURE.md, 5).
Nothing here decides whether something is right.
"""

import dataclasses
import hashlib
import json
import os
import sqlite3
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
os.environ.setdefault("HANSHO_PYTHON", os.path.join(ROOT, "build/gen/python"))
sys.path[:0] = [os.path.join(ROOT, "tests/e2e")]

from feed_client import link_pb2, plain, trimmed  # noqa: E402

NOTICE = link_pb2.JournalRecord.TYPE_NOTICE
LANES = {"live": {"live"}, "drill": {"drill", "test", "system"}}


class Malformed(Exception):
    """A log or a journal that cannot be judged."""


@dataclasses.dataclass
class Call:
    """One request of a submitter. `end` is None when it never came back: unknown."""
    where: str
    invoke: dict
    end: dict = None

    @property
    def outcome(self):
        return self.end["event"] if self.end else "unknown"


@dataclasses.dataclass(frozen=True)
class Row:
    """A record of the journal as it lies on disk."""
    pos: int
    type: int
    seq: int
    unix_us: int
    body: bytes
    original: bytes
    hash: bytes
    bulk: bytes = b""  # of its notice, when that lies in pieces (hub/core/stored.h); the original too was put together then


@dataclasses.dataclass
class Record:
    """What the laws ask of a record."""
    pos: int
    type: int
    seq: int
    id: str
    facts: dict  # as facts_of_notice
    original_sha256: str  # of the bytes that lie beside it
    told: frozenset = frozenset()  # codes that its document, and those it replaces, were addressed to before
    before: dict = dataclasses.field(default_factory=dict)  # what it says of what it follows: kinds, level (None: nothing), codes
    targets: tuple = ()  # keys of its document and of those it replaces

    @property
    def key(self):
        return self.facts["source"] + "|" + self.facts["document"]

    @property
    def is_cancel(self):
        return self.facts["action"] == "cancel"


@dataclasses.dataclass
class Connection:
    """From connect to close. starts_at: the seq behind which its stream begins; None: it never began."""
    where: str
    at_ns: int
    start: object
    hello: dict = None
    gaps: list = dataclasses.field(default_factory=list)
    snapshot: dict = None
    notices: list = dataclasses.field(default_factory=list)
    live: dict = None
    closed_ns: int = None
    starts_at: int = None

    @property
    def epoch(self):
        return self.hello["epoch"] if self.hello else ""

    @property
    def reached(self):
        """All up to here has gone by."""
        seen = [notice["seq"] for notice in self.notices]
        seen += [frame["seq"] for frame in (self.live, self.snapshot) if frame]
        return max([self.starts_at or 0, *seen])


@dataclasses.dataclass
class Subscriber:
    name: str
    wish: dict
    connections: list
    end_ns: int


@dataclasses.dataclass
class History:
    epoch: str
    rows: list
    records: list
    calls: list
    subscribers: list


# ---- notices ----

def digest_of(notice):
    """SHA-256 of a notice in one form, whether it came as JSON or as protobuf. notice: the dictionary that its JSON is."""
    text = json.dumps(trimmed(notice), sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode("utf-8")).hexdigest()


def place(area):
    return f"{area.get('sub_code') or area.get('code', '')} {area.get('name', '')}"


def places_of(notice):
    """Where an order holds, in its own order; of other kinds what it is addressed to."""
    if "evacuation" in notice:
        return [place(row.get("area", {})) for detail in notice["evacuation"].get("details", [])
                for row in detail.get("areas", [])]
    return [place(area) for area in notice.get("areas", [])]


def facts_of_notice(notice):
    """What a log keeps of a notice. notice: the dictionary that its JSON is."""
    document = notice.get("document", {})
    levels = [notice.get(name, {}).get("number", 0) for name in ("level", "equivalent_level")]
    return {"source": document.get("source", ""), "document": document.get("id", ""),
            "revision": document.get("revision", 0), "supersedes": document.get("supersedes", []),
            "moments": bool(document.get("moments")), "ended": bool(document.get("ended")), "mode": notice.get("mode", ""), "kind": notice.get("kind", ""),
            "action": notice.get("action", ""), "level": max(levels), "areas": places_of(notice),
            "codes": [place(area).split(" ")[0] for area in notice.get("areas", [])],
            "sha256": notice.get("original", {}).get("sha256", ""), "notice_sha256": digest_of(notice)}


# ---- journal ----

STORED_FIRST = b"\x62"  # JournalRecord.stored stands first
PIECE_BITS = 20

def read_journal(path):
    """Epoch and rows of a journal, that a hub may have open."""
    try:
        with sqlite3.connect(f"file:{path}?mode=ro", uri=True, timeout=10) as db:
            epoch = db.execute("SELECT value FROM meta WHERE name = 'epoch'").fetchone()
            rows = [with_pieces(db, Row(pos, kind, seq or 0, unix_us, body, original or b"", link)) for
                    pos, kind, seq, unix_us, body, original, link in
                    db.execute("SELECT pos, type, seq, unix_us, body, original, hash FROM record ORDER BY pos").fetchall()]
    except sqlite3.Error as problem:
        raise Malformed(f"{path}: {problem}") from problem
    finally:
        if "db" in locals():
            db.close()
    return _text(epoch[0]) if epoch else "", rows


def with_pieces(db, row):
    """The same row, its bulk and its original put together from their pieces, where it has any."""
    if row.body[:1] != STORED_FIRST:
        return row
    stored = link_pb2.JournalRecord.FromString(row.body).stored
    first = stored.store << PIECE_BITS
    whole = b"".join(piece for piece, in db.execute("SELECT bytes FROM piece WHERE id BETWEEN ? AND ? ORDER BY id",
                                                    (first, first + (1 << PIECE_BITS) - 1)))
    return dataclasses.replace(row, bulk=whole[:stored.bulk_bytes], original=whole[stored.bulk_bytes:])


def _text(value):
    return value.decode() if isinstance(value, bytes) else str(value)


def before_of(document):
    """As the hub wrote it down; whether that is true is looked at in tests/simulation/world_follows.h."""
    return {"kinds": document.get("kinds_before", []), "codes": document.get("areas_before", []),
            "level": document.get("level_before", 0) if document.get("follows") else None}


def record_of(row):
    """None when its body is no JournalRecord (the chain tells that) or it carries no notice."""
    try:
        body = link_pb2.JournalRecord.FromString(row.body)
    except Exception:  # whatever this version of protobuf throws
        return None
    if not body.HasField("notice"):
        return None
    body.notice.MergeFromString(row.bulk)
    notice = plain(body.notice)
    return Record(row.pos, body.type, body.seq, body.submission_id, facts_of_notice(notice),
                  hashlib.sha256(row.original).hexdigest(), before=before_of(notice.get("document", {})))


def records_of(rows):
    """The records that carry a notice, each with what was told of its document before."""
    told, records = {}, []
    for record in filter(None, map(record_of, rows)):
        records.append(record)
        record.targets = (record.key, *record.facts["supersedes"])
        if record.type != NOTICE:
            continue
        before = set().union(*(told.get(key, set()) for key in record.targets))
        record.told = frozenset(before)
        told[record.key] = before | set(record.facts["codes"])
    return records


# ---- logs ----

def read_log(path):
    """[(where, event)] of one log."""
    events = []
    with open(path, encoding="utf-8") as file:
        for number, line in enumerate(file, 1):
            where = f"{os.path.basename(path)}:{number}"
            try:
                event = json.loads(line)
                event["event"], event["at_ns"]
            except (ValueError, KeyError, TypeError) as problem:
                raise Malformed(f"{where}: no event: {problem!r}") from problem
            events.append((where, event))
    return events


def calls_of(events):
    calls = {}
    for where, event in events:
        token = event.get("call")
        if event["event"] == "invoke":
            if token in calls:
                raise Malformed(f"{where}: call {token} begins twice")
            calls[token] = Call(where, event)
        elif event["event"] in ("ok", "fail", "unknown"):
            if token not in calls or calls[token].end is not None:
                raise Malformed(f"{where}: call {token} ends without a beginning, or twice")
            calls[token].end = event
        else:
            raise Malformed(f"{where}: a submitter does not {event['event']}")
    return list(calls.values())


def _begin_stream(connection):
    """Where a stream begins is known when the first of these is there."""
    start = connection.start
    if connection.snapshot is not None:
        connection.starts_at = connection.snapshot["seq"]
    elif isinstance(start, dict) and connection.hello and start["epoch"] == connection.hello["epoch"]:
        connection.starts_at = start["seq"]
    elif start == "beginning" and connection.hello:
        connection.starts_at = 0
    elif start == "now" and connection.live is not None and connection.starts_at is None:
        connection.starts_at = connection.live["seq"]


def _take_frame(where, connection, event):
    if connection is None:
        raise Malformed(f"{where}: {event['event']} outside a connection")
    event["where"] = where
    kind = event["event"]
    if kind == "notice":
        connection.notices.append(event)
    elif kind == "gap":
        connection.gaps.append(event)
    elif kind in ("hello", "snapshot", "live"):
        setattr(connection, kind, event)
        _begin_stream(connection)
    else:
        raise Malformed(f"{where}: a subscriber does not get {kind}")


def subscriber_of(events):
    if not events or events[0][1]["event"] != "entitled":
        raise Malformed(f"{events[0][0] if events else 'empty log'}: a subscriber's log begins with entitled")
    wish, connections, current = events[0][1], [], None
    if wish["mode"] not in LANES:
        raise Malformed(f"{events[0][0]}: mode {wish['mode']} is neither live nor drill")
    for where, event in events[1:]:
        if event["event"] == "connect":
            current = Connection(where, event["at_ns"], event["start"])
            connections.append(current)
        elif event["event"] == "close":
            if current is None:
                raise Malformed(f"{where}: close outside a connection")
            current.closed_ns, current = event["at_ns"], None
        elif event["event"] != "end":
            _take_frame(where, current, event)
    return Subscriber(wish["subscriber"], wish, connections, events[-1][1]["at_ns"])


def history_of(submitters, journal, subscribers):
    """All of it from its files. Raises Malformed."""
    epoch, rows = read_journal(journal)
    return History(epoch, rows, records_of(rows), [call for path in submitters for call in calls_of(read_log(path))],
                   [subscriber_of(read_log(path)) for path in subscribers])
