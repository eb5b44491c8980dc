#!/usr/bin/python3
"""Submission → durable answer, one at a time beside append + fdatasync, and at a fixed rate.

    tests/bench/submit.py [--rounds 5] [--pairs 400] [--rate 200] [--seconds 20] [--folder build/release]

Prints one JSON line. The orders go through gate and hub; each has a connection of its own, because the gate
closes after a POST. One at a time is measured without the opening of the connection (`connected`) and with it, over
plain HTTP and, with it, over TLS 1.3 (P-256).
"""

import argparse
import json
import os
import re
import statistics
import subprocess
import tempfile
import threading
import time

import bench_stack


def options():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--pairs", type=int, default=400, help="in each round")
    parser.add_argument("--rate", type=int, default=200, help="orders per second")
    parser.add_argument("--seconds", type=int, default=20)
    parser.add_argument("--folder", default="build/release", help="of bin/ and tests/bench/")
    return parser.parse_args()


def run_bench(asked, stack, *arguments):
    command = [os.path.join(asked.folder, "tests/bench/submit_bench"), arguments[0],
               str(stack.ports["gate"]), *map(str, arguments[1:])]
    out = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True, timeout=600).stdout
    return [[int(number) for number in line.split()[1:]] for line in out.splitlines()]


def commit_histogram(stack):
    """Seen by the hub: from the queue of the journal to the disk."""
    found = {}
    for key, value in stack.metrics("hub").items():
        match = re.fullmatch(r'hansho_hub_commit_seconds_bucket\{le="(.*)"\}', key)
        if match:
            found[match.group(1)] = value
    return found


def one_at_a_time(asked, stack, folder, way, first):
    rounds = []
    before = commit_histogram(stack)
    for number in range(asked.rounds):
        rounds.append(run_bench(asked, stack, way, folder, first + number * asked.pairs, asked.pairs,
                                stack.path("reference")))
    after = commit_histogram(stack)
    total = after["+Inf"] - before["+Inf"]
    result = {"pairs": asked.rounds * asked.pairs, "rounds": asked.rounds,
              "within_ms": {f"{float(le) * 1000:g}": round((after[le] - before[le]) / total, 4)
                            for le in after if le != "+Inf"}}
    every = [pair for pairs in rounds for pair in pairs]
    for name, column in (("reference", 0), ("submit", 1), ("connect", 2)):
        values = [pair[column] for pair in every]
        for part in (0.5, 0.99):
            result[f"{name}_p{part * 100:.0f}_us"] = bench_stack.percentile(values, part)
    return {**result, **ratios_of(rounds)}


def ratios_of(rounds):
    """Second column to first, one ratio for each round."""
    found = {}
    for part in (0.5, 0.99):
        ratios = [bench_stack.percentile([p[1] for p in pairs], part)
                  / bench_stack.percentile([p[0] for p in pairs], part) for pairs in rounds]
        found[f"ratio_p{part * 100:.0f}"] = bench_stack.spread(ratios)
    return found


def bare_chain(asked, stack):
    """The same way with nothing to do on it, see chain_bench.c."""
    command = [os.path.join(asked.folder, "tests/bench/chain_bench"), str(asked.pairs), stack.dir]
    rounds = []
    for _ in range(asked.rounds):
        out = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True, timeout=600).stdout
        rounds.append([[int(number) for number in line.split()[1:]] for line in out.splitlines()])
    every = [pair[1] for pairs in rounds for pair in pairs]
    return {"p50_us": bench_stack.percentile(every, 0.5), "p99_us": bench_stack.percentile(every, 0.99),
            **ratios_of(rounds)}


class DepthSampler(threading.Thread):
    """What waits in the hub, ten times a second."""

    def __init__(self, stack):
        super().__init__(daemon=True)
        self.stack, self.samples, self.over = stack, [], threading.Event()

    def run(self):
        while not self.over.wait(0.1):
            seen = self.stack.metrics("hub")
            self.samples.append((time.monotonic(), seen["hansho_hub_pending"]
                                 + seen["hansho_hub_journal_queue"]))


def at_a_rate(asked, stack, folder):
    first, count = 2 * asked.rounds * asked.pairs, asked.rate * asked.seconds
    sampler = DepthSampler(stack)
    sampler.start()
    rows = run_bench(asked, stack, "rate", folder, first, count, asked.rate)
    sampler.over.set()
    sampler.join()
    depths = [depth for _, depth in sampler.samples]
    quarter = asked.seconds * 1000000 / 4
    early = [row[1] for row in rows if row[0] < quarter]
    late = [row[1] for row in rows if row[0] >= 3 * quarter]
    return {
        "per_s": asked.rate, "seconds": asked.seconds, "orders": len(rows),
        "refused": sum(1 for row in rows if row[2] != 202),
        "p50_us": bench_stack.percentile([row[1] for row in rows], 0.5),
        "p99_us": bench_stack.percentile([row[1] for row in rows], 0.99),
        "first_quarter_p50_us": bench_stack.percentile(early, 0.5),
        "last_quarter_p50_us": bench_stack.percentile(late, 0.5),
        "growth": round(statistics.median(late) / statistics.median(early), 3),
        "depth_median": statistics.median(depths), "depth_max": max(depths), "depth_end": depths[-1],
    }


def make_certificate(folder):
    """The gate's configuration for TLS, with a certificate for this run."""
    paths = {"tls_cert": os.path.join(folder, "cert.pem"), "tls_key": os.path.join(folder, "key.pem")}
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256",
                    "-nodes", "-days", "1", "-subj", "/CN=bench", "-out", paths["tls_cert"],
                    "-keyout", paths["tls_key"]], check=True, stderr=subprocess.DEVNULL)
    return paths


def with_stack(asked, count, gate, measure):
    """measure(stack, folder of the requests) on a stack of its own."""
    stack = bench_stack.start(asked.folder, feeds=1, gate=gate)
    try:
        with tempfile.TemporaryDirectory(prefix="hs-bench-") as folder:
            size = bench_stack.write_requests(folder, stack, count)
            result = {"document_bytes": size, **measure(stack, folder)}
        stack.stop_all()
        return result
    finally:
        stack.abort()


def main():
    asked = options()
    lone, timed = asked.rounds * asked.pairs, asked.rate * asked.seconds
    result = with_stack(asked, 2 * lone + timed, {}, lambda stack, folder: {
        "one_at_a_time": one_at_a_time(asked, stack, folder, "turns", 0),
        "connected": one_at_a_time(asked, stack, folder, "open", lone),
        "bare_chain": bare_chain(asked, stack),
        "rate": at_a_rate(asked, stack, folder)})
    with tempfile.TemporaryDirectory(prefix="hs-bench-") as folder:
        result["tls"] = with_stack(
            asked, lone, make_certificate(folder),
            lambda stack, requests: one_at_a_time(asked, stack, requests, "tls", 0))
    print(json.dumps(result), flush=True)


if __name__ == "__main__":
    main()
