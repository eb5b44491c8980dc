"""EIO and ENOSPC at each place where the hub writes to its journal, one at a time (write_points.py).

Each time: nobody gets a positive answer after the error; who waits is told journal_failed or disk_full and sends again;
a sync that failed is never tried again by that process; the hub ends with exit status 1, or goes on as ARCHITECTURE
section 10 says; and after a new start on what is on disk everything holds that holds after a kill.
HS_ERROR_POINTS: how many (default 100); HS_SEED: the first seed.
"""

import concurrent.futures
import os
import re
import shutil

from hub_alone import judge
from write_points import all_points, spread, strace_of, where

POINTS = int(os.environ.get("HS_ERROR_POINTS", "100"))
SEED = int(os.environ.get("HS_SEED", "1"))
AT_A_TIME = 3
SYNCS = ("fsync", "fdatasync")
INJECTED = re.compile(r"^(\d+) +([0-9.]+) .*\(INJECTED\)$", re.M)
SYNCED = re.compile(r"^(\d+) .*\b(?:fsync|fdatasync)\(", re.M)


def fail_at(case):
    """What became of it, for the count. Fails when a promise was broken."""
    point, error = case
    hub = point.story.hub()
    try:
        hub.start(strace_of(point, hub, f"error={error}"))
        teller = point.story.teller(hub)
        teller.tell()
        status = hub.stop()
        if status == -15 and "hub.stop exit_code=1" in hub.said():
            status = 1  # it was on its way out, and no longer listened
        outcome = look_at(point, error, hub, teller, status)
        judge(hub, teller)
        return outcome
    except AssertionError as failure:
        raise AssertionError(f"{error} at {point._replace(story=point.story.name)}: {failure}") from failure
    finally:
        hub.remove()


def look_at(point, error, hub, teller, status):
    trace, said = hub.traced(), hub.said()
    hit = INJECTED.search(trace)
    if not hit:
        return "not reached"
    assert status in (0, 1), (status, said)
    assert status == 1 or "hub.journal_failed" not in said, said
    assert set(teller.findings) <= {"journal_failed", "disk_full"}, teller.findings
    assert status == 1 or "journal_failed" not in teller.findings
    assert not (status == 0 and teller.open) or "disk_full" in teller.findings, (teller.open, said)
    if point.file == ".":
        # SQLite syncs the folder too and does not look at the answer: the hub's own sync, which comes last and does
        # not start without, is what counts (tests/e2e/test_faults.py has that).
        return "did not start" if "hub.recovered" not in said else "no harm"
    # A file that could not be made holds nothing: SQLite may take back what it began as it likes.
    being_made = point.story.image is None and "hub.recovered" not in said
    if point.call in SYNCS and not being_made:
        again = SYNCED.findall(trace[hit.end():])
        # A checkpoint that the other thread has begun meanwhile ends; it is about what was on disk before.
        allowed = 0 if {hit[1], str(hub.process.pid)} & set(again) else 1
        assert len(again) <= allowed, f"synced once more after a failed sync:\n{trace}"
    # A clean ENOSPC is taken back: what comes after it may be taken. The -shm is memory that every start fills anew. Nothing
    # else is forgiven.
    if not (error == "ENOSPC" and point.call == "pwrite64") and not point.file.endswith("-shm"):
        later = [sent for sent, _ in teller.replies if sent > float(hit[2])]
        # The checkpointer is a thread of its own: its failure may have to wait for the writer to say that one is on disk.
        assert len(later) <= (1 if point.file == "journal.db" else 0), f"{len(later)} positive answers after the error"
    if status == 1:
        return "stopped" if "hub.recovered" in said else "did not start"
    return "disk full" if teller.findings else "no harm"


def test_an_error_at_every_write():
    # All seeds that a kill sweep of this size would use; the wire cannot fail in this way.
    found, folder = all_points(SEED, POINTS // 2)
    try:
        cases = [(p, error) for p in found if p.file for error in ("EIO", "ENOSPC")]
        tried = spread(cases, POINTS)
        with concurrent.futures.ThreadPoolExecutor(AT_A_TIME) as pool:
            outcomes = list(pool.map(fail_at, tried))
    finally:
        shutil.rmtree(folder)
    counts = {name: outcomes.count(name) for name in sorted(set(outcomes))}
    print(f"\n{len(tried)} errors tried of {len(cases)} (seed {SEED}): {counts}; {where([p for p, _ in tried])}")
    # How receipts and acks share a commit differs by a call or two: the last calls of a kind are not always reached.
    assert outcomes.count("not reached") <= 0.1 * len(tried)
    assert counts.get("stopped", 0) > 0 and counts.get("disk full", 0) > 0, "the sweep must meet both"
