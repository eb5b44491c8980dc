#!/usr/bin/python3
"""Whether an order costs what its receivers cost, and who has it when.

Every moment counts from the commit: the hub's stamp `durable` in the notice (its hops), the wall clock when the
hub's loop took up the commit. The frames are read by one process on the other core (interest_bench.c).

    interest   8 subscribers of one municipality beside 142, 1,492 and 14,992 of the others: first and last of
               the 8. All of them are connected at once, to feeds of their own, and the orders take turns. "growth" is the
               last one's time with 15,000 connected ÷ with 150, median of pairs; 1.0 means that those who do not want
               the order cost it nothing
    priority   200 subscribers from a first address beside 10,000 others of the same feed, and ten more links of the
               hub, which interest_bench reads itself: when the last of each had it
    port       two feeds on one port: how the kernel shares subscribers out to them, and their last subscriber with nothing
               pinned to a core

    tests/bench/interest.py [--orders 20] [--connected 150,1500,15000] [--public 10000] [--folder build/release]

Prints one JSON line.
"""

import argparse
import csv
import json
import os
import re
import statistics
import subprocess
import sys
import tempfile
import urllib.request

import yaml

import bench_stack

HERE = os.path.dirname(os.path.abspath(__file__))
CODE = "990019"
INTERESTED = 8
FIRST_ADDRESS = "127.0.0.77"
MUNICIPALITIES = {"city", "designated_city", "special_ward", "town", "village"}
PLACES = 13  # in the order: a frame of 2.4 KB
QUIET = {"heartbeat_ms": 60000, "pong_timeout_ms": 600000, "connections_max": 20000,
         "first_addresses": [FIRST_ADDRESS]}


def options():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--orders", type=int, default=20)
    parser.add_argument("--connected", default="150,1500,15000")
    parser.add_argument("--public", type=int, default=10000)
    parser.add_argument("--links", type=int, default=10)
    parser.add_argument("--only", choices=["interest", "priority", "port"])
    parser.add_argument("--folder", default="build/release", help="of bin/ and tests/bench/")
    parser.add_argument("--no-pin", action="store_true")
    return parser.parse_args()


def municipalities():
    path = os.path.join(HERE, "../../schemas/tables/areas.csv")
    with open(path, encoding="utf-8") as file:
        rows = csv.DictReader(line for line in file if not line.startswith("#"))
        return [row["code"] for row in rows if row["kind"] in MUNICIPALITIES]


def pin(pids, core):
    for pid in pids:
        for task in os.listdir(f"/proc/{pid}/task"):
            os.sched_setaffinity(int(task), {core})


class Bench:
    """interest_bench with its crowds, and what it told: {crowd: [[first, last, submit to last], …]} in microseconds."""

    def __init__(self, stack, asked, crowds, one_core=True):
        self.folder = tempfile.TemporaryDirectory(prefix="hs-bench-")
        self.found = {}
        folder = self.folder.name
        bench_stack.write_requests(folder, stack, asked.orders + 1, PLACES)
        with open(os.path.join(folder, "codes"), "w", encoding="ascii") as file:
            file.write("\n".join(municipalities()))
        crowds = [crowd.replace("@", f"@{folder}/codes") for crowd in crowds]
        self.process = subprocess.Popen(
            [os.path.join(asked.folder, "tests/bench/interest_bench"), str(stack.ports["gate"]),
             folder, str(asked.orders), *crowds],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        assert self.process.stdout.readline() == "connected\n", "the subscribers did not connect"
        cores = sorted(os.sched_getaffinity(0))
        if len(cores) > 1 and one_core and not asked.no_pin:
            pin([p.pid for p in stack.processes.values()], cores[0])
            pin([self.process.pid], cores[1])

    def order(self):
        self.process.stdin.write("\n")
        self.process.stdin.flush()
        for line in self.process.stdout:
            if line == "done\n":
                return
            _, name, *numbers = line.split()
            self.found.setdefault(name, []).append([int(n) for n in numbers])
        raise AssertionError("interest_bench failed")

    def end(self):
        self.process.stdin.close()
        assert self.process.wait(60) == 0, "interest_bench failed"
        self.folder.cleanup()


def run_orders(stack, asked, crowds, one_core=True):
    bench = Bench(stack, asked, crowds, one_core)
    for _ in range(asked.orders + 1):
        bench.order()
    bench.end()
    return bench.found


def told(rows):
    first, last, whole = zip(*rows)
    return {"first_ms": round(statistics.median(first) / 1000, 3),
            "last_ms": round(statistics.median(last) / 1000, 3),
            "last_spread_ms": bench_stack.spread([n / 1000 for n in last]),
            "submit_to_last_ms": round(statistics.median(whole) / 1000, 3)}


def with_stack(asked, work, **stack_options):
    stack = bench_stack.start(asked.folder, **stack_options)
    try:
        found = work(stack)
        stack.stop_all()
        return found
    finally:
        stack.abort()


def interest(asked):
    """One stack for each number of connected, all at the same time: their orders take turns."""
    stacks, benches = {}, {}
    counts = [int(n) for n in asked.connected.split(",")]
    try:
        for count in counts:
            stack = stacks[count] = bench_stack.start(asked.folder, feeds=1, feed=QUIET)
            port_of = stack.ports["feed-1"]
            benches[count] = Bench(stack, asked, [f"asked:{port_of}:{INTERESTED}:127.0.0.1:{CODE}",
                                                  f"others:{port_of}:{count - INTERESTED}:127.0.0.1:@"])
        for _ in range(asked.orders + 1):
            for bench in benches.values():
                bench.order()
        for count in counts:
            benches[count].end()
            stacks[count].stop_all()
    finally:
        for stack in stacks.values():
            stack.abort()
    found = {count: benches[count].found["asked"] for count in counts}
    growth = [most[1] / fewest[1] for fewest, most in zip(found[min(counts)], found[max(counts)])]
    return {**{count: told(rows) for count, rows in found.items()},
            "growth": round(statistics.median(growth), 3), "growth_spread": bench_stack.spread(growth)}


def add_links(stack, count):
    """Peers link0, link1 … of the hub, which nobody dials but interest_bench."""
    with open(stack.path("hub.yaml"), encoding="utf-8") as file:
        config = yaml.safe_load(file)
    config["peers"] += [{"name": f"link{n}", "kind": "feed", "url": stack.link(f"link{n}")} for n in range(count)]
    with open(stack.path("hub.yaml"), "w", encoding="utf-8") as file:
        yaml.safe_dump(config, file)


def priority(asked):
    def work(stack):
        add_links(stack, asked.links)
        stack.start_all()
        port = stack.ports["feed-1"]
        return run_orders(stack, asked, [f"public:{port}:{asked.public}:127.0.0.1:all",
                                         f"first:{port}:200:{FIRST_ADDRESS}:all",
                                         f"link:0:{asked.links}:{stack.dir}:link"])
    found = with_stack(asked, work, feeds=1, feed=QUIET, start=False)
    return {name: told(rows) for name, rows in found.items()}


def deliveries_of(stack, name):
    with urllib.request.urlopen(f"http://{stack.ops[name]}/metrics", timeout=5) as reply:
        text = reply.read().decode()
    return int(re.search(r'^hansho_feed_deliveries_total\{form="proto"\} (\d+)', text, re.M).group(1))


def port(asked):
    """Both feeds listen on one port; what they have is read while they have it."""
    shared = bench_stack.free_port()
    shares = []

    def work(stack):
        run = run_orders(stack, asked, [f"public:{shared}:{asked.public}:127.0.0.1:all"], one_core=False)
        shares.extend(deliveries_of(stack, name) for name in stack.feeds)
        return run
    found = with_stack(asked, work, feeds=2, feed={**QUIET, "listen": f"127.0.0.1:{shared}"})
    return {**told(found["public"]), "shares": [round(n / sum(shares), 3) for n in shares]}


def main():
    asked = options()
    parts = {"interest": interest, "priority": priority, "port": port}
    result = {name: part(asked) for name, part in parts.items() if asked.only in (None, name)}
    print(json.dumps({**result, "orders": asked.orders}), flush=True)


if __name__ == "__main__":
    sys.exit(main())
