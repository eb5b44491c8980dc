#!/usr/bin/python3
"""Connections that come and go at gate and feed: cycles.py [--folder build/release] [--cycles 100000] [--rounds 5] [--split]

In each round, in turns: orders go out while nobody else is there ("without"), and while a part of the cycles is made ("with"): connections that
end before, within or after a request, an upgrade or a subscription, half of them with a reset (the ways are those of
tests/e2e/test_bounds.py). Measured are the durable answer and the delivery to --stayed subscribers, with ÷ without, and what
gate and feed have grown by after all of it. The cycles are made by processes of their own, which take what the cores have left (nice 19):
elsewhere they have other cores. --split: our programs on the first core, all clients on the second.

Prints one JSON line; exit status 1 when gate or feed has grown by more than --more-kib.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import time
import types

import bench_stack
import scale
import storm

MAKERS = 2
ORDER_PAUSE_S = 0.05
CALM_S = 4
WHEN = ("without", "with")


def options():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--folder", default="build/release", help="of bin/ and tests/bench/")
    parser.add_argument("--cycles", type=int, default=100000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--stayed", type=int, default=10)
    parser.add_argument("--split", action="store_true")
    parser.add_argument("--more-kib", type=int, default=2048)
    parser.add_argument("--make", nargs=4, metavar=("GATE", "FEED", "COUNT", "SEED"), help="only make that many, for the others")
    return parser.parse_args()


def make_cycles(gate, feed, count, seed):
    os.environ["HANSHO_BIN"] = os.environ.get("HANSHO_BIN", "build/release/bin")
    import test_bounds
    test_bounds.cycles(types.SimpleNamespace(gate=int(gate), feed=int(feed)), int(count), int(seed))


def makers(stack, count, first_seed):
    """Processes that make the cycles; they begin at once."""
    return [subprocess.Popen(["nice", "-n", "19", sys.executable, "-B", os.path.abspath(__file__), "--make", str(stack.ports["gate"]),
                              str(stack.ports["feed-1"]), str(count // MAKERS), str(first_seed + number)]) for number in range(MAKERS)]


def all_end(running):
    for one in running:
        assert one.wait(600) == 0


def resident_kib(stack):
    return {name: bench_stack.resident_bytes(stack.processes[name].pid) // 1024 for name in ("gate", "feed-1")}


def one_round(stack, orders, stayed, count, number):
    calm = storm.Part(stack, orders, stayed, ORDER_PAUSE_S)
    time.sleep(CALM_S)
    calm.end()
    busy, begun = storm.Part(stack, orders, stayed, ORDER_PAUSE_S), time.monotonic()
    all_end(makers(stack, count, MAKERS * number))
    took_s = time.monotonic() - begun
    busy.end()
    return {"without": calm, "with": busy, "per_s": count / took_s}


def measure(asked):
    wrap = ["taskset", "-c", "0"] if asked.split else []
    stack, port = scale.start(asked, 1, wrap=wrap, ring_notices=16)
    storm.place(stack, asked.split)
    try:
        orders = scale.Orders(stack)
        orders.send()
        stayed = scale.Crowd(asked.folder, port, 100, asked.stayed)
        stayed.tell("follow")
        scale.all_do([stayed], "connect 1000", "live")
        all_end(makers(stack, 2000, 1000))  # the first ones fill caches
        before = resident_kib(stack)
        rounds = [one_round(stack, orders, stayed, asked.cycles // asked.rounds, number) for number in range(asked.rounds)]
        after, found = resident_kib(stack), scale.total([stayed])
        stayed.close()
        return {"cycles": asked.cycles, "rounds": asked.rounds, "split": asked.split, "orders": sum(row["with"].orders for row in rounds),
                "cycles_per_s": round(statistics.median(row["per_s"] for row in rounds)), "before_kib": before, "after_kib": after,
                "more_kib": max(after[name] - before[name] for name in before), **found, **storm.ratios(rounds, WHEN)}
    finally:
        stack.stop_all()


def main():
    asked = options()
    if asked.make:
        make_cycles(*asked.make)
        return 0
    found = measure(asked)
    print(json.dumps(found), flush=True)
    return 1 if found["more_kib"] > asked.more_kib else 0


if __name__ == "__main__":
    sys.exit(main())
