#!/usr/bin/python3
"""Very many subscribers of several feeds behind one port: scale.py [--what crowd,tls,burst,tree] [--folder build/release]

crowd   --subscribers plain ones on --feeds feeds, made by as many client processes, each with a loopback address of its own:
        resident memory of the feeds for each, one notice to all of them (from the first byte of the POST to the last subscriber)
tls     2,000 with TLS 1.3 on one feed: resident memory for each
burst   300 orders a second for 10 s to 1,000 subscribers: how many were closed as too far behind, when the last one had all
tree    hub → relay → leaf: what the level between adds, from the stamps that the notices carry

Subscribers, feeds, hub and gate share the cores. Prints one JSON line for each. Descriptors: 20,000 for a process.
"""

import argparse
import datetime
import json
import os
import queue
import statistics
import subprocess
import tempfile
import threading
import time

import requests

import bench_stack

CROWD_BENCH = "tests/bench/crowd_bench"
SUBMIT_BENCH = "tests/bench/submit_bench"
WAIT_S = 40
AT_ONCE = 200  # connections that one client process has under way
PLACES = 13  # so that a frame has about 2 KB


def options():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--what", default="crowd,tls,burst,tree")
    parser.add_argument("--folder", default="build/release", help="of bin/ and tests/bench/")
    parser.add_argument("--feeds", type=int, default=7)
    parser.add_argument("--subscribers", type=int, default=100000, help="of crowd")
    parser.add_argument("--notices", type=int, default=10, help="of crowd")
    parser.add_argument("--tls-subscribers", type=int, default=2000)
    parser.add_argument("--burst-rate", type=int, default=300)
    parser.add_argument("--burst-seconds", type=int, default=10)
    return parser.parse_args()


class Crowd:
    """One crowd_bench; what it says, by its first word."""

    def __init__(self, folder, port, number, count, form="plain", nice=0):
        self.count = count
        self.popen = subprocess.Popen(
            ["nice", "-n", str(nice), os.path.join(folder, CROWD_BENCH), str(port), f"127.0.0.{10 + number}", str(count), form],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1)
        self.said, self.times = {}, {}  # times: of each notice that the subscribers follow, µs, one for each of them
        threading.Thread(target=self._read, daemon=True).start()

    def _queue(self, word):
        return self.said.setdefault(word, queue.Queue())

    def _read(self):
        for line in self.popen.stdout:
            word, *numbers = line.split()
            if word == "notice":
                self.times.setdefault(int(numbers[0]), []).append(int(numbers[1]))
            else:
                self._queue(word).put([int(number) for number in numbers])

    def tell(self, line):
        self.popen.stdin.write(line + "\n")

    def hear(self, word, timeout_s=WAIT_S):
        return self._queue(word).get(timeout=timeout_s)

    def status(self):
        self.tell("status")
        return dict(zip(("live", "lost", "wrong", "gaps", "frames"), self.hear("status")))

    def close(self):
        self.popen.stdin.close()
        self.popen.wait(30)


def crowds_of(asked, port, count, form="plain", processes=None, nice=0):
    processes = processes or asked.feeds
    parts = [count // processes + (i < count % processes) for i in range(processes)]
    return [Crowd(asked.folder, port, number, part, form, nice) for number, part in enumerate(parts) if part]


def all_do(crowds, line, word, timeout_s=WAIT_S):
    """Tells all, waits for all; the last moment that any of them names, in µs."""
    for crowd in crowds:
        crowd.tell(line)
    return max(crowd.hear(word, timeout_s)[-1] for crowd in crowds)


def total(crowds):
    rows = [crowd.status() for crowd in crowds]
    return {name: sum(row[name] for row in rows) for name in rows[0]}


def start(asked, feeds, wrap=(), **feed):
    bench_stack.programs_of(asked.folder)
    import conftest
    port = conftest.free_port()
    stack = bench_stack.start(asked.folder, wrap=[*wrap], feeds=feeds, feed={"listen": f"127.0.0.1:{port}", **feed})
    return stack, port


def wait_until(check, what):
    import conftest
    return conftest.wait_until(check, what)


def now_us():
    return time.monotonic_ns() // 1000


class Orders:
    """Sends revisions of some documents; (begin_us, answer_us, seq) of each."""

    def __init__(self, stack):
        import documents
        self.stack, self.number = stack, 0
        self.session = requests.Session()
        details = [documents.detail("避難指示", [f"北町{n + 1}丁目" for n in range(PLACES)])]
        self.text = lambda number: documents.order(
            details, document=f"scale-{number % bench_stack.DOCUMENTS}", revision=number // bench_stack.DOCUMENTS + 1)

    def send(self):
        body = self.text(self.number).encode("utf-8")
        self.number += 1
        begin = now_us()
        reply = self.stack.submit(body)
        assert reply.status_code == 202, reply.text
        return begin, now_us(), reply.json()["seq"]


def resident(stack):
    return {name: bench_stack.resident_bytes(stack.processes[name].pid) for name in stack.feeds}


def figures(stack, name):
    return sum(stack.metrics(feed)[name] for feed in stack.feeds)


def connected(stack, crowds, at_once=AT_ONCE):
    """All connect; returns what it took in s and the growth of the feeds for each of them, in bytes."""
    before, begin = resident(stack), now_us()
    last = all_do(crowds, f"connect {at_once}", "live", 600)
    time.sleep(6)  # a heartbeat to everybody is part of an idle life
    grown = sum(resident(stack).values()) - sum(before.values())
    return (last - begin) / 1e6, grown / sum(crowd.count for crowd in crowds)


def crowd(asked):
    stack, port = start(asked, asked.feeds)
    try:
        orders = Orders(stack)
        newest = orders.send()[2]
        crowds = crowds_of(asked, port, asked.subscribers)
        took_s, bytes_each = connected(stack, crowds)
        times = []
        for _ in range(asked.notices):
            newest += 1
            for one in crowds:
                one.tell(f"target {newest}")
            begin, _, seq = orders.send()
            assert seq == newest
            last = max(one.hear("reached")[-1] for one in crowds)
            times.append((last - begin) / 1e6)
            time.sleep(0.5)
        found = total(crowds)
        spread = [int(sum(value for key, value in stack.metrics(name).items() if key.startswith("hansho_feed_subscribers{")))
                  for name in stack.feeds]
        for one in crowds:
            one.close()
        return {"what": "crowd", "subscribers": asked.subscribers, "feeds": asked.feeds, "on_each_feed": spread,
                "connect_s": round(took_s, 1), "idle_bytes_each": round(bytes_each),
                "to_all_s": round(statistics.median(times), 3), "to_all_s_max": round(max(times), 3),
                "us_per_delivery": round(statistics.median(times) * 1e6 / asked.subscribers, 2), **found}
    finally:
        stack.stop_all()


def tls(asked):
    with tempfile.TemporaryDirectory(prefix="hs-", dir="/tmp") as folder:
        bench_stack.programs_of(asked.folder)
        from installed import keys_of
        keys = keys_of(os.path.join(folder, "made"))
        stack, port = start(asked, 1, tls_cert=os.path.join(keys, "server.pem"), tls_key=os.path.join(keys, "server.key"))
        try:
            crowds = crowds_of(asked, port, asked.tls_subscribers, "tls", 1)
            took_s, bytes_each = connected(stack, crowds, 50)
            newest = Orders(stack).send()[2]
            all_do(crowds, f"target {newest}", "reached")
            after = resident(stack)
            found = total(crowds)
            for one in crowds:
                one.close()
            return {"what": "tls", "subscribers": asked.tls_subscribers, "connect_s": round(took_s, 1),
                    "idle_bytes_each": round(bytes_each), "feed_bytes_after_a_notice": after["feed-1"], **found}
        finally:
            stack.stop_all()


def burst(asked):
    stack, port = start(asked, 1)
    count = asked.burst_rate * asked.burst_seconds
    try:
        with tempfile.TemporaryDirectory(prefix="hs-bench-") as folder:
            bench_stack.write_requests(folder, stack, count, PLACES)
            crowds = crowds_of(asked, port, 1000, processes=1)
            connected(stack, crowds)
            crowds[0].tell(f"target {count}")
            begin = now_us()
            sender = subprocess.run([os.path.join(asked.folder, SUBMIT_BENCH), "rate", str(stack.ports["gate"]), folder, "0",
                                     str(count), str(asked.burst_rate)], stdout=subprocess.PIPE, text=True, check=True)
            ended = now_us()
            rows = [[int(word) for word in line.split()[1:]] for line in sender.stdout.splitlines() if line.startswith("order")]
            taken = [row for row in rows if row[2] == 202]
            if len(taken) < count:
                crowds[0].tell(f"target {len(taken)}")
            last = crowds[0].hear("reached")[-1]
            found, behind = total(crowds), figures(stack, "hansho_feed_behind_total")
            crowds[0].close()
            return {"what": "burst", "orders": count, "taken": len(taken), "seconds": round((ended - begin) / 1e6, 2),
                    "drained_ms_after_the_last_answer": round((last - ended) / 1000, 1), "behind": int(behind),
                    "answer_p99_ms": round(bench_stack.percentile([row[1] for row in taken], 0.99) / 1000, 1), **found}
    finally:
        stack.stop_all()


def tree(asked):
    bench_stack.programs_of(asked.folder)
    stack = bench_stack.start(asked.folder, feeds=1, start=False)
    stack.grow(["leaf-1"])
    try:
        stack.start_all()
        orders = Orders(stack)
        for _ in range(200):
            newest = orders.send()[2]
            time.sleep(0.01)
        stack.notice(newest, feed=1)
        hops = [{hop["name"]: time_us(hop["time"]) for hop in stack.notice(seq, feed=1)["hops"]} for seq in range(1, newest + 1)]
        to_relay = [(hop["relay"] - hop["durable"]) / 1000 for hop in hops]
        to_leaf = [(hop["feed"] - hop["relay"]) / 1000 for hop in hops]
        return {"what": "tree", "notices": newest,
                **{f"{name}_{part}_ms": round(bench_stack.percentile(rows, percent), 3)
                   for name, rows in (("hub_to_relay", to_relay), ("relay_to_leaf", to_leaf))
                   for part, percent in (("p50", 0.5), ("p99", 0.99))}}
    finally:
        stack.stop_all()


def time_us(text):
    return datetime.datetime.fromisoformat(text).timestamp() * 1e6


def main():
    asked = options()
    for name in asked.what.split(","):
        print(json.dumps({"crowd": crowd, "tls": tls, "burst": burst, "tree": tree}[name](asked)), flush=True)


if __name__ == "__main__":
    main()
