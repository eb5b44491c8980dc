#!/usr/bin/python3
"""Ten thousand players of sixty screens: memory of each, how long an order takes to the last of them, and until every screen's
proof is back at the hub.

Every order is for all screens. Counted from the first byte of the submission to the gate until the last player has the whole
state ("last player"), and until the hub's answer to the sender says `displayed` of all screens ("receipts back", asked for
each 10 ms). Each player answers `accepted` and `displayed` with its own proof, and the canaries between them, every 3 s.

    tests/bench/players.py [--players 10000] [--screens 60] [--orders 30] [--folder build/release]

Prints one JSON line; exit status 1 when a player was lost or a receipt is missing.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import time

import bench_stack

LIMIT_S = 120
SOURCES = ("127.0.0.21", "127.0.0.22")


def options():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--players", type=int, default=10000)
    parser.add_argument("--screens", type=int, default=60)
    parser.add_argument("--orders", type=int, default=30)
    parser.add_argument("--folder", default="build/release", help="of bin/ and tests/bench/")
    return parser.parse_args()


class Crowd:
    """players_bench, asked by lines."""

    def __init__(self, asked, port, source, count):
        self.process = subprocess.Popen(
            [os.path.join(asked.folder, "tests/bench/players_bench"), str(port), source, str(count), str(asked.screens)],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1)

    def tell(self, line):
        self.process.stdin.write(line + "\n")

    def hear(self, word):
        """The numbers of the next line, which begins with this word."""
        line = self.process.stdout.readline().split()
        assert line and line[0] == word, f"{word} expected, not {line}"
        return [int(part) for part in line[1:]]

    def stop(self):
        self.tell("quit")
        return self.process.wait(LIMIT_S)


def all_of(crowds, line, word):
    """Tells all; first and last moment of their answers, in microseconds."""
    for crowd in crowds:
        crowd.tell(line)
    return span(crowds, word)


def span(crowds, word):
    rows = [crowd.hear(word) for crowd in crowds]
    return min(row[1] for row in rows), max(row[2] for row in rows)


def displayed(stack, answer, screens):
    rows = stack.status(answer["id"]).json()["receipts"]
    return sum(row["state"] == "displayed" for row in rows if row.get("outlet", "").startswith("s")) == screens


def one_order(stack, crowds, asked, revision):
    import documents
    body = documents.order([documents.detail(("避難指示", "緊急安全確保")[revision % 2], ["北町一丁目", "港町"])], document="players",
                           revision=revision)
    for crowd in crowds:
        crowd.tell(f"target {revision}")
    start = time.clock_gettime(time.CLOCK_MONOTONIC)
    answer = stack.accepted(body)
    assert answer["seq"] == revision
    _, last = span(crowds, "reached")
    deadline = time.monotonic() + LIMIT_S
    while not displayed(stack, answer, asked.screens):
        assert time.monotonic() < deadline, "receipts are missing"
        time.sleep(0.01)
    return (last / 1e6 - start) * 1e3, (time.clock_gettime(time.CLOCK_MONOTONIC) - start) * 1e3


def main():
    asked = options()
    port = bench_stack.free_port()
    screens = [{"id": f"s{n}", "areas": ["990019"], "return_after_ms": 0} for n in range(asked.screens)]
    adapter = {"program": "hansho-signage", "name": "signage",
               "config": {"listen": f"127.0.0.1:{port}", "screens": screens, "players_max": 15000, "proof_timeout_ms": 60000,
                         "canary_ms": 3000}}
    stack = bench_stack.start(asked.folder, feeds=0, adapters=[adapter], hub={"receipts_per_notice": 1000})
    try:
        pid = stack.processes["signage"].popen.pid
        before = bench_stack.resident_bytes(pid)
        share = asked.players // len(SOURCES)
        crowds = [Crowd(asked, port, source, share) for source in SOURCES]
        begin = time.clock_gettime(time.CLOCK_MONOTONIC)
        _, live = all_of(crowds, "connect 200", "live")
        time.sleep(6)  # every one had a heartbeat: what is kept for each is there
        memory = (bench_stack.resident_bytes(pid) - before) / (share * len(SOURCES))
        rounds = [one_order(stack, crowds, asked, revision + 1) for revision in range(asked.orders)]
        status = [crowd.tell("status") or crowd.hear("status") for crowd in crowds]
        for crowd in crowds:
            assert crowd.stop() == 0
        stack.stop_all()
    finally:
        stack.abort()
    lost = sum(row[4] for row in status)
    print(json.dumps({
        "players": share * len(SOURCES), "screens": asked.screens, "orders": asked.orders,
        "bytes_per_player": round(memory), "connect_s": round(live / 1e6 - begin, 2),
        "last_player_ms": bench_stack.spread([row[0] for row in rounds], 0),
        "receipts_back_ms": bench_stack.spread([row[1] for row in rounds], 0),
        "last_player_p50_ms": round(statistics.median(row[0] for row in rounds), 1), "lost": lost,
        "canaries": sum(row[3] for row in status)}), flush=True)
    return 1 if lost else 0


if __name__ == "__main__":
    sys.exit(main())
