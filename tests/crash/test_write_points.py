"""SIGKILL of the hub at each place where it writes: to the log, the database, the head file, the wire (write_points.py).

Afterwards, each time: the hub is there again within 5 s; what was acknowledged is in the journal under the seq that was
told; what was not is there once or not at all, and sending it again has one effect; a subscriber that resumes gets each
seq once; `hansho journal check` passes.
HS_WRITE_POINTS: how many points (default 150, spread over one seed; more than a seed has: further seeds).
HS_SEED: the first seed.
"""

import concurrent.futures
import os
import shutil

from hub_alone import judge
from write_points import all_points, spread, strace_of, where

POINTS = int(os.environ.get("HS_WRITE_POINTS", "150"))
SEED = int(os.environ.get("HS_SEED", "1"))
AT_A_TIME = 3


def kill_at(point):
    """Was the hub killed there? Fails when a promise was broken."""
    hub = point.story.hub()
    try:
        hub.start(strace_of(point, hub, "signal=SIGKILL"))
        teller = point.story.teller(hub)
        teller.tell()
        status = hub.stop()
        assert status in (-9, 0), (status, hub.said())
        assert status == -9 or not teller.open, (teller.open, teller.findings)
        judge(hub, teller)
        return status == -9
    except AssertionError as failure:
        raise AssertionError(f"killed at {point._replace(story=point.story.name)}: {failure}") from failure
    finally:
        hub.remove()


def kill_near(point):
    """The point where it was killed, or None. How receipts and acks share a commit differs by a call or two from one
    telling to the next, so the last calls of a kind are not always reached: then one before it."""
    for back in (0, 1, 2, 4, point.k // 2, point.k - 1):
        nearer = point._replace(k=max(point.k - back, 1))
        if kill_at(nearer):
            return nearer
    return None


def test_killed_at_every_write():
    found, folder = all_points(SEED, POINTS)
    try:
        tried = spread(found, POINTS)
        with concurrent.futures.ThreadPoolExecutor(AT_A_TIME) as pool:
            hits = [hit for hit in pool.map(kill_near, tried) if hit]
    finally:
        shutil.rmtree(folder)
    print(f"\n{len(tried)} points tried of {len(found)}, {len(hits)} kills at "
          f"{len(set(hits))} different ones (seed {SEED}): {where(hits)}")
    assert len(hits) >= 0.9 * len(tried), f"only {len(hits)} of {len(tried)} points were reached"
