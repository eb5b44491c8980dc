#!/usr/bin/python3
"""Orders per second with many senders at once, beside append + fdatasync of one and of as many writers.

    tests/bench/throughput.py [--rounds 5] [--orders 4000] [--senders 64] [--mode drill]
                              [--folder build/release]

Prints one JSON line. Real gate, hub and one feed; an order of 3.5 KB each, every sender with a document of its own whose
revisions go on. In each round take turns: the bare append + fdatasync of 2 KB, the same with as many writers and group
commit, and the orders. Afterwards every order that was acknowledged is looked for in the journal, under its number and with
its id: one that is missing, or an answer that is not 202, ends the run with exit status 1.
"""

import argparse
import json
import os
import sqlite3
import subprocess
import sys
import tempfile

import bench_stack

ALONE = 400  # records of the bare reference in each round
PROGRAMS = ("gate", "feed-1", "hub")


def options():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--orders", type=int, default=4000, help="in each round")
    parser.add_argument("--senders", type=int, default=64)
    parser.add_argument("--mode", choices=["live", "drill"], default="drill",
                        help="of a drill at most 32 orders are on their way to the disk, of live ones 64")
    parser.add_argument("--folder", default="build/release", help="of bin/ and tests/bench/")
    return parser.parse_args()


def bench(asked, *arguments):
    command = [os.path.join(asked.folder, "tests/bench/throughput_bench"), *map(str, arguments)]
    out = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True, timeout=600).stdout
    return [line.split()[1:] for line in out.splitlines()]


def summary(rows):
    """Of one run: how many in a second, and percentiles of their times."""
    begins, times = [int(row[0]) for row in rows], [int(row[1]) for row in rows]
    seconds = (max(b + t for b, t in zip(begins, times)) - min(begins)) / 1e6
    return {"per_s": len(rows) / seconds, "p50": bench_stack.percentile(times, 0.5),
            "p99": bench_stack.percentile(times, 0.99)}


def cpu_us(stack):
    """Of each program since its start: what an order costs does not depend on who else is on the machine."""
    found = {}
    for name in PROGRAMS:
        with open(f"/proc/{stack.processes[name].pid}/stat", encoding="ascii") as file:
            fields = file.read().rsplit(")", 1)[1].split()
        found[name] = (int(fields[11]) + int(fields[12])) * 1e6 / os.sysconf("SC_CLK_TCK")
    return found


def commits(stack):
    seen = stack.metrics("hub")
    return [seen[name] for name in ("hansho_hub_commit_seconds_count", "hansho_hub_records_total",
                                    "hansho_hub_accepted_total")]


def one_round(asked, stack, folder, number):
    reference = stack.path("reference")
    alone = summary(bench(asked, "write", reference, ALONE, 1))
    group_rows = bench(asked, "write", reference, asked.orders, asked.senders)
    before, cpu_before = commits(stack), cpu_us(stack)
    orders = bench(asked, "send", stack.ports["gate"], folder, number * asked.orders, asked.orders,
                   asked.senders)
    count, records, accepted = (b - a for a, b in zip(before, commits(stack)))
    cpu = {name: (after - cpu_before[name]) / asked.orders for name, after in cpu_us(stack).items()}
    syncs = sum(1 / int(row[2]) for row in group_rows)
    return {"alone": alone, "group": summary(group_rows), "orders": summary(orders), "rows": orders, "cpu": cpu,
            "records_per_commit": records / count, "orders_per_commit": accepted / count,
            "group_per_sync": len(group_rows) / syncs}


def spread(rounds, pick, digits=0):
    return bench_stack.spread([pick(one) for one in rounds], digits)


def missing(path, rows):
    """Orders that were acknowledged and are not in the journal."""
    db = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
    bodies = dict(db.execute("SELECT seq, body FROM record WHERE seq IS NOT NULL AND seq > 0"))
    db.close()
    return [row for row in rows if row[3] == "202" and row[5].encode() not in bodies.get(int(row[4]), b"")]


def told(asked, rounds, size):
    every = [row for one in rounds for row in one["rows"]]
    result = {"senders": asked.senders, "mode": asked.mode, "orders": len(every), "document_bytes": size, "rounds": asked.rounds,
              "refused": sum(1 for row in every if row[3] != "202"),
              "connect_p50_us": bench_stack.percentile([int(row[2]) for row in every], 0.5)}
    for name in ("orders", "group", "alone"):
        result[f"{name}_per_s"] = spread(rounds, lambda one: one[name]["per_s"])
        for part in ("p50", "p99"):
            result[f"{name}_{part}_us"] = spread(rounds, lambda one: one[name][part])
    result["cpu_us_per_order"] = {name: spread(rounds, lambda one: one["cpu"][name]) for name in PROGRAMS}
    for name in ("records_per_commit", "orders_per_commit", "group_per_sync"):
        result[name] = spread(rounds, lambda one: one[name], 1)
    result["per_s_to_group"] = spread(rounds, lambda one: one["orders"]["per_s"] / one["group"]["per_s"], 3)
    result["p99_to_alone"] = spread(rounds, lambda one: one["orders"]["p99"] / one["alone"]["p99"], 1)
    result["p99_to_group"] = spread(rounds, lambda one: one["orders"]["p99"] / one["group"]["p99"], 1)
    return result


def main():
    asked = options()
    stack = bench_stack.start(asked.folder, mode=asked.mode, feeds=1)
    try:
        with tempfile.TemporaryDirectory(prefix="hs-bench-") as folder:
            size = bench_stack.write_requests(folder, stack, asked.rounds * asked.orders, in_turn=asked.senders)
            rounds = [one_round(asked, stack, folder, number) for number in range(asked.rounds)]
        for name in PROGRAMS:
            stack.stop(name)
        result = told(asked, rounds, size)
        rows = [row for one in rounds for row in one["rows"]]
        result["acknowledged_and_missing"] = len(missing(stack.path("journal.db"), rows))
        stack.stop_all()
    finally:
        stack.abort()
    print(json.dumps(result), flush=True)
    return 1 if result["refused"] or result["acknowledged_and_missing"] else 0


if __name__ == "__main__":
    sys.exit(main())
