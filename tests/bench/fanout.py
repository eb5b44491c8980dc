#!/usr/bin/python3
"""Submission → last of N subscribers, beside a bare send() loop; and memory per idle subscriber.

From the first byte of the POST (its connection is open already) until the last subscriber has the whole frame;
the floor from the byte that sets it off until the same. "feed only" is the time between the first and the last
subscriber on either side: what comes before it is gate, hub and disk.

    tests/bench/fanout.py [--subscribers 1000] [--pairs 30] [--form json|proto] [--folder build/release]

The stack and the floor have one core, the generators the other, as in peers/measure.py, which has the other servers
beside them. Prints one JSON line. Exit status 1 when a limit of --ratio-max or --idle-max-bytes is given and passed over.
"""

import argparse
import contextlib
import json
import os
import statistics
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "peers"))
import bench_stack
import floor
import hansho
from measure import Rinse, Side, measure
from server import Case

FORMS = {"proto": hansho.Hansho, "json": hansho.HanshoJson}


def options():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--subscribers", type=int, default=1000)
    parser.add_argument("--pairs", type=int, default=30)
    parser.add_argument("--form", choices=list(FORMS), default="proto")
    parser.add_argument("--folder", type=os.path.abspath, default="build/release", help="of bin/ and tests/bench/")
    parser.add_argument("--no-pin", action="store_true")
    parser.add_argument("--ratio-max", type=float)
    parser.add_argument("--idle-max-bytes", type=float)
    return parser.parse_args()


def one_round(asked, folder, stack):
    """Rounds of both sides, the size of the frame, and the memory of an idle subscriber."""
    cores = sorted(os.sched_getaffinity(0))
    pinned = len(cores) > 1 and not asked.no_pin

    def side(kind, message_bytes):
        case = Case(folder, asked.folder, asked.subscribers, message_bytes, awake=pinned)
        running = Side(kind(case), asked.folder)
        stack.callback(running.stop)
        if pinned:
            running.pin(cores)
        return running
    ours = side(FORMS[asked.form], 0)
    ours.go(ours.server.next_message(), False)
    bare = side(floor.Floor, ours.server.frame_bytes())
    rounds = measure({"ours": lambda: ours.go(ours.server.next_message(), False), "floor": lambda: bare.go(0, False)},
                     asked.pairs, asked.subscribers, Rinse(cores))
    return rounds, ours.server.frame_bytes(), ours.idle_bytes


def main():
    asked = options()
    with tempfile.TemporaryDirectory(prefix="hs-bench-") as folder, contextlib.ExitStack() as stack:
        rounds, frame_bytes, idle = one_round(asked, folder, stack)
    ratios = [r["ours"]["last"] / r["floor"]["last"] for r in rounds]
    spans = [(r["ours"]["last"] - r["ours"]["first"]) / (r["floor"]["last"] - r["floor"]["first"]) for r in rounds]
    result = {"subscribers": asked.subscribers, "form": asked.form, "pairs": len(rounds),
              "frame_bytes": frame_bytes, "idle_bytes_per_subscriber": round(idle)}
    for way, what, name in (("floor", "last", "floor"), ("floor", "first", "floor_first"),
                            ("ours", "last", "submit_to_last"), ("ours", "first", "submit_to_first")):
        result[f"{name}_ms"] = round(statistics.median([r[way][what] for r in rounds]) / 1000, 2)
    result.update(ratio=round(statistics.median(ratios), 3), ratio_spread=bench_stack.spread(ratios),
                  feed_only_ratio=round(statistics.median(spans), 3), feed_only_spread=bench_stack.spread(spans))
    print(json.dumps(result), flush=True)
    bad = ((asked.ratio_max and result["ratio"] > asked.ratio_max)
           or (asked.idle_max_bytes and result["idle_bytes_per_subscriber"] > asked.idle_max_bytes))
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
