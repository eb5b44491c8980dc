#!/usr/bin/python3
"""Submission → last of N subscribers, beside a bare send() loop; and memory per idle subscriber.

From the first byte of the POST (its connection is open already) until the last subscriber has the whole frame;
the floor from the byte that sets it off until the same. "feed only" is the time between the first and the last
subscriber on either side: what comes before it is gate, hub and disk.

    tests/bench/fanout.py [--subscribers 1000] [--pairs 30] [--form json|proto] [--folder build/release]

Starts hub, gate and feed, pins them with the floor to one core and the reader to another, lets fanout_bench
measure in turns, and prints one JSON line. Exit status 1 when a limit of --ratio-max or --idle-max-bytes is
given and passed over.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile

import bench_stack

# Names of places in the order, so that the frame that is sent to subscribers has about 2 KB.
PLACES = {"proto": 13, "json": 1}


def options():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--subscribers", type=int, default=1000)
    parser.add_argument("--pairs", type=int, default=30)
    parser.add_argument("--form", choices=["json", "proto"], default="proto")
    parser.add_argument("--folder", default="build/release", help="of bin/ and tests/bench/")
    parser.add_argument("--no-pin", action="store_true")
    parser.add_argument("--ratio-max", type=float)
    parser.add_argument("--idle-max-bytes", type=float)
    return parser.parse_args()


def pin(pids, core):
    for pid in pids:
        for task in os.listdir(f"/proc/{pid}/task"):
            os.sched_setaffinity(int(task), {core})


def measure(stack, asked, folder):
    feed = stack.processes["feed-1"].pid
    cores = sorted(os.sched_getaffinity(0))
    before = bench_stack.resident_bytes(feed)
    bench = subprocess.Popen(
        [os.path.join(asked.folder, "tests/bench/fanout_bench"), str(stack.ports["feed-1"]),
         str(stack.ports["gate"]), folder, str(asked.subscribers), str(asked.pairs),
         f"hansho.v1.{asked.form}"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    floor = int(bench.stdout.readline().split()[1])
    assert bench.stdout.readline() == "connected\n", "the subscribers did not connect"
    idle = (bench_stack.resident_bytes(feed) - before) / asked.subscribers
    if len(cores) > 1 and not asked.no_pin:
        pin([floor, *[p.pid for p in stack.processes.values()]], cores[0])
        pin([bench.pid], cores[1])
    out, _ = bench.communicate("go\n", timeout=600)
    assert bench.returncode == 0, "fanout_bench failed"
    pairs = [[int(n) for n in line.split()[1:]] for line in out.splitlines()]
    columns = list(zip(*pairs))
    ratios = [ours / floor for floor, ours in zip(columns[0], columns[2])]
    spans = [(ours - first) / (floor - floor_first)
             for floor, floor_first, ours, first, _ in pairs]
    result = {"subscribers": asked.subscribers, "form": asked.form, "pairs": len(pairs),
              "frame_bytes": pairs[-1][4], "idle_bytes_per_subscriber": round(idle)}
    for at, name in enumerate(("floor", "floor_first", "submit_to_last", "submit_to_first")):
        result[f"{name}_ms"] = round(statistics.median(columns[at]) / 1000, 2)
    return {**result, "ratio": round(statistics.median(ratios), 3),
            "ratio_spread": bench_stack.spread(ratios),
            "feed_only_ratio": round(statistics.median(spans), 3),
            "feed_only_spread": bench_stack.spread(spans)}


def main():
    asked = options()
    quiet = {"heartbeat_ms": 60000, "pong_timeout_ms": 600000, "connections_max": 100000}
    stack = bench_stack.start(asked.folder, feeds=1, feed=quiet)
    try:
        with tempfile.TemporaryDirectory(prefix="hs-bench-") as folder:
            bench_stack.write_requests(folder, stack, asked.pairs + 1, PLACES[asked.form])
            result = measure(stack, asked, folder)
        print(json.dumps(result), flush=True)
        stack.stop_all()
    finally:
        stack.abort()
    bad = ((asked.ratio_max and result["ratio"] > asked.ratio_max)
           or (asked.idle_max_bytes
               and result["idle_bytes_per_subscriber"] > asked.idle_max_bytes))
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
