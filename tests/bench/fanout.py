#!/usr/bin/python3
"""Submission → last of N subscribers, beside a bare send() loop; and memory per idle subscriber.

    tests/bench/fanout.py [--subscribers 1000] [--pairs 30] [--form json|proto] [--folder build/release]

Starts hub, gate and feed, pins them with the floor to one core and the reader to another, lets fanout_bench
measure in turns, and prints one JSON line. Exit status 1 when a limit of --ratio-max or --idle-max-bytes is
given and passed over.
"""

import argparse
import base64
import json
import os
import statistics
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "e2e"))


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


def resident_bytes(pid):
    with open(f"/proc/{pid}/statm", encoding="ascii") as file:
        return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")


def write_requests(folder, stack, count):
    import documents
    user, password = stack.auth()
    basic = base64.b64encode(f"{user}:{password}".encode()).decode()
    for number in range(count):
        body = documents.order().encode("utf-8")
        head = (f"POST /v1/submissions HTTP/1.1\r\nHost: bench\r\nAuthorization: Basic {basic}\r\n"
                f"Content-Type: application/xml\r\nContent-Length: {len(body)}\r\n\r\n")
        with open(os.path.join(folder, str(number)), "wb") as file:
            file.write(head.encode("ascii") + body)


def pin(pids, core):
    for pid in pids:
        for task in os.listdir(f"/proc/{pid}/task"):
            os.sched_setaffinity(int(task), {core})


def measure(stack, asked, folder):
    feed = stack.processes["feed-1"].pid
    cores = sorted(os.sched_getaffinity(0))
    before = resident_bytes(feed)
    bench = subprocess.Popen(
        [os.path.join(asked.folder, "tests/bench/fanout_bench"), str(stack.ports["feed-1"]),
         str(stack.ports["gate"]), folder, str(asked.subscribers), str(asked.pairs),
         f"hansho.v1.{asked.form}"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    floor = int(bench.stdout.readline().split()[1])
    assert bench.stdout.readline() == "connected\n", "the subscribers did not connect"
    idle = (resident_bytes(feed) - before) / asked.subscribers
    if len(cores) > 1 and not asked.no_pin:
        pin([floor, *[p.pid for p in stack.processes.values()]], cores[0])
        pin([bench.pid], cores[1])
    out, _ = bench.communicate("go\n", timeout=600)
    assert bench.returncode == 0, "fanout_bench failed"
    pairs = [[int(n) for n in line.split()[1:]] for line in out.splitlines()]
    return {
        "subscribers": asked.subscribers, "form": asked.form, "pairs": len(pairs),
        "frame_bytes": pairs[-1][3],
        "floor_ms": round(statistics.median(p[0] for p in pairs) / 1000, 2),
        "submit_to_last_ms": round(statistics.median(p[1] for p in pairs) / 1000, 2),
        "submit_to_first_ms": round(statistics.median(p[2] for p in pairs) / 1000, 2),
        "ratio": round(statistics.median(p[1] / p[0] for p in pairs), 3),
        "idle_bytes_per_subscriber": round(idle),
    }


def main():
    asked = options()
    os.environ["HANSHO_BIN"] = os.path.join(asked.folder, "bin")
    from conftest import Stack
    quiet = {"heartbeat_ms": 60000, "pong_timeout_ms": 600000, "connections_max": 100000}
    stack = Stack(mode="drill", feeds=1, feed=quiet)
    try:
        with tempfile.TemporaryDirectory(prefix="hs-bench-") as folder:
            write_requests(folder, stack, asked.pairs + 1)
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
