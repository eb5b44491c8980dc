#!/usr/bin/python3
"""Half of the subscribers stop reading: what the others, the feed's memory and those who stopped have of it.

In each round as many orders go out while everybody reads ("all") as while half does not ("half"); then the half
reads on or comes back with a resume ("back"). Delivery counts from the moment at which an order was due to the
whole message at a subscriber who always reads.

    tests/bench/slow.py [--subscribers 1000] [--orders 300] [--per-second 20] [--places 1] [--rounds 3]
                        [--receive-bytes 4096] [--backlog-max 1000] [--folder build/release]

Sockets are full after 100 to 200 KB. --places makes the notices larger: 300 names are about 70 KB. With a
small --backlog-max the half is closed with 4408. Prints one JSON line; exit status 1 when somebody missed
something or got it twice, or a limit of --more-ms or --more-mib is passed over.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile

import bench_stack


def options():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--subscribers", type=int, default=1000)
    parser.add_argument("--orders", type=int, default=300)
    parser.add_argument("--per-second", type=int, default=20)
    parser.add_argument("--places", type=int, default=1)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--receive-bytes", type=int, default=4096)
    parser.add_argument("--backlog-max", type=int, default=1000)
    parser.add_argument("--folder", default="build/release", help="of bin/ and tests/bench/")
    parser.add_argument("--more-ms", type=float)
    parser.add_argument("--more-mib", type=float)
    return parser.parse_args()


def parts_of(out):
    """[(name, {key: number})] of the lines."""
    for line in out.splitlines():
        words = line.split()
        yield words[1], {key: float(value) for key, value in (word.split("=") for word in words[2:])}


def measure(stack, asked, folder):
    bench = subprocess.run(
        [os.path.join(asked.folder, "tests/bench/slow_bench"), str(stack.ports["feed-1"]),
         str(stack.processes["feed-1"].pid), str(stack.ports["gate"]), folder, str(asked.subscribers),
         str(asked.orders), str(asked.per_second), str(asked.receive_bytes), str(asked.rounds)],
        stdout=subprocess.PIPE, text=True, timeout=1200)
    assert bench.returncode == 0, "slow_bench failed"
    print(bench.stdout, file=sys.stderr, end="")
    return list(parts_of(bench.stdout))


def summary(parts, asked, document_bytes):
    of = {name: [values for part, values in parts if part == name] for name in ("all", "half", "back")}
    more_ms = [(half["p99_us"] - every["p99_us"]) / 1000 for every, half in zip(of["all"], of["half"])]
    more_mib = [half["most_mib"] - half["before_mib"] for half in of["half"]]
    out = {"subscribers": asked.subscribers, "slow": asked.subscribers // 2, "document_bytes": document_bytes,
           "orders": asked.orders, "per_second": asked.per_second, "rounds": asked.rounds}
    for name in ("all", "half"):
        for key in ("p50_us", "p99_us", "answer_p50_us", "answer_p99_us"):
            out[f"{name}_{key}"] = round(statistics.median(part[key] for part in of[name]))
    return {**out, "more_p99_ms": round(statistics.median(more_ms), 2),
            "more_p99_ms_spread": bench_stack.spread(more_ms),
            "more_mib": round(max(more_mib), 1),
            "more_mib_while_all_read": round(max(p["most_mib"] - p["before_mib"] for p in of["all"]), 1),
            "before_mib": of["half"][0]["before_mib"],
            "most_mib": max(part["most_mib"] for name in ("half", "back") for part in of[name]),
            "after_mib": of["back"][-1]["after_mib"],
            **{f"came_back_{key}": int(sum(part[key] for part in of["back"]))
               for key in ("behind", "otherwise", "dropped")},
            "back_ms": max(part["ms"] for part in of["back"]),
            "left_out": int(of["back"][-1]["left_out"]), "twice": int(of["back"][-1]["twice"])}


def main():
    asked = options()
    stack = bench_stack.start(asked.folder, feeds=1, feed={"backlog_max": asked.backlog_max})
    try:
        with tempfile.TemporaryDirectory(prefix="hs-bench-") as folder:
            count = 1 + 2 * asked.orders * asked.rounds
            document_bytes = bench_stack.write_requests(folder, stack, count, asked.places)
            import documents
            stack.accepted(documents.order())
            result = summary(measure(stack, asked, folder), asked, document_bytes)
            for name in ("choked", "behind", "dead"):  # a close does not reach who does not read
                result[f"feed_counted_{name}"] = int(stack.metrics("feed-1")[f"hansho_feed_{name}_total"])
        print(json.dumps(result), flush=True)
        stack.stop_all()
    finally:
        stack.abort()
    bad = (result["left_out"] or result["twice"]
           or (asked.more_ms is not None and result["more_p99_ms"] > asked.more_ms)
           or (asked.more_mib is not None and result["more_mib"] > asked.more_mib))
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
