#!/usr/bin/python3
"""A live order of level 4 beside what must not delay it: lanes.py [--folder build/release] [--rounds 6]

Real processes: a live gate, hub and feed, and the same three of the drill lane. In each round orders are sent at a fixed rate
without and with a load, in turns. Loads: `telegrams` (300 relayed telegrams a second at the same gate), `burst` (the 300 of a second as
fast as they can be sent), `digest` (documents of 4 MB of a relayer, one each second, at the same gate), `drill` (300 orders a second at the drill lane, whose processes have the priority
that deploy/systemd gives them). Measured are the durable answer (open loop, from when the order was due) and the time from the gate to a
subscriber of the feed. The programs share their cores with the clients that make the load. Prints one JSON line.
"""

import argparse
import asyncio
import datetime
import json
import os
import subprocess
import tempfile
import threading
import time

import websockets

import bench_stack

SUBMIT_BENCH = "tests/bench/submit_bench"
FLOOD_PER_S = 300
SEEDS = os.path.join(bench_stack.HERE, "..", "fuzz", "seeds")
RELAYER = {"id": "relay", "organisation": "中継", "office": "", "code": "990001", "areas": ["99"], "username": "relay",
           "password": "drill-only-relay", "token": "drill-token-relay-0004", "source": "relay.example", "role": "relayer",
           "statuses": ["Actual"]}
# What the units of the drill lane say (deploy/systemd, Nice=); ionice as there.
DRILL = ["nice", "-n", "10", "ionice", "-c", "2", "-n", "7"]


def options():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--folder", default="build/release", help="of bin/ and tests/bench/")
    parser.add_argument("--rounds", type=int, default=6)
    parser.add_argument("--seconds", type=int, default=4, help="of each half of a round")
    parser.add_argument("--rate", type=int, default=25, help="orders per second")
    parser.add_argument("--loads", default="telegrams,burst,digest,drill")
    parser.add_argument("--hub", action="append", default=[], metavar="KEY=VALUE", help="settings of the live hub")
    return parser.parse_args()


# ---- documents ----

def telegram(number, seed="counts"):
    """Telegrams of DOCUMENTS offices in turn, each a second newer than the one before it. `counts` is on the lane of the rest."""
    with open(os.path.join(SEEDS, f"jma_{seed}.xml"), encoding="utf-8") as file:
        text = file.read()
    start = text.index("<DateTime>") + len("<DateTime>")
    at = datetime.datetime(2026, 7, 1, 9, 0, 0) + datetime.timedelta(seconds=number // bench_stack.DOCUMENTS)
    text = text[:start] + at.strftime("%Y-%m-%dT%H:%M:%SZ") + text[text.index("</DateTime>"):]
    return text.replace("架空地方気象台", f"架空{number % bench_stack.DOCUMENTS}地方気象台").replace(
        "<Status>訓練", "<Status>通常")


def digest(number):
    """About 4 MB: the items of a telegram many times over."""
    text = telegram(number, "rain").replace("地方気象台", "集約気象台").replace("（大雨）", "（集約通報）")
    start, end = text.index("<Item>"), text.index("</Item>") + len("</Item>")
    items = "".join(text[start:end].replace("架空市", f"架空市{i}") for i in range(16000))
    return text[:start] + items + text[end:]


# ---- load ----

class Flood:
    """submit_bench at PER_S."""

    PER_S = FLOOD_PER_S

    def __init__(self, asked, stack, body):
        self.asked, self.stack = asked, stack
        self.count, self.first = self.PER_S * asked.seconds, 0
        self.folder = tempfile.TemporaryDirectory(prefix="hs-bench-")
        if body is None:
            bench_stack.write_requests(self.folder.name, stack, self.count * asked.rounds)
        else:
            for number in range(self.count * asked.rounds):
                bench_stack.write_request(os.path.join(self.folder.name, str(number)), stack,
                                          body(number).encode("utf-8"), "relay")

    def start(self):
        self.popen = subprocess.Popen(
            [os.path.join(self.asked.folder, SUBMIT_BENCH), "rate", str(self.stack.ports["gate"]), self.folder.name,
             str(self.first), str(self.count), str(self.PER_S)], stdout=subprocess.PIPE, text=True)
        self.first += self.count

    def stop(self):
        """How many were taken."""
        out = self.popen.communicate(timeout=120)[0]
        return sum(1 for line in out.splitlines() if line.endswith(" 202"))


class Bursts(Flood):
    """The telegrams of a second at once, then nothing until the next one."""

    AT_ONCE_PER_S = 20000

    def start(self):
        self.over, self.taken = threading.Event(), 0
        self.thread = threading.Thread(target=self._run, args=(self.first,))
        self.thread.start()
        self.first += self.count

    def _run(self, first):
        for begin in range(first, first + self.count, FLOOD_PER_S):
            due = time.monotonic() + 1
            out = subprocess.run(
                [os.path.join(self.asked.folder, SUBMIT_BENCH), "rate", str(self.stack.ports["gate"]), self.folder.name,
                 str(begin), str(FLOOD_PER_S), str(self.AT_ONCE_PER_S)], stdout=subprocess.PIPE, text=True, check=False).stdout
            self.taken += sum(1 for line in out.splitlines() if line.endswith(" 202"))
            if self.over.wait(max(0, due - time.monotonic())):
                return

    def stop(self):
        self.over.set()
        self.thread.join()
        return self.taken


class Digests(Flood):
    """One each second, each of them the next version, by a process of its own: what it costs to send them is not measured."""

    PER_S = 1

    def __init__(self, asked, stack):
        super().__init__(asked, stack, lambda number: digest(number * bench_stack.DOCUMENTS))


# ---- what is measured ----

class Subscriber(threading.Thread):
    """Times from the gate to a subscriber, in microseconds."""

    def __init__(self, stack):
        super().__init__(daemon=True)
        self.url, self.seen, self.live = stack.ws_url(), [], threading.Event()
        self.start()
        self.live.wait(20)

    def run(self):
        asyncio.run(self._watch())

    async def _watch(self):
        from feed_client import Subscriber as Client
        async with Client(self.url) as client:
            await client.start(mode="live", kinds=["evacuation"], **{"from": "now"})
            self.live.set()
            while True:
                try:
                    frame = json.loads(await client.ws.recv())
                except websockets.ConnectionClosed:
                    return  # the feed has stopped
                now = time.time()
                if frame["type"] == "notice":
                    received = datetime.datetime.fromisoformat(frame["notice"]["times"]["received"])
                    self.seen.append((now - received.timestamp()) * 1e6)


class Orders:
    def __init__(self, asked, stack, folder):
        self.asked, self.stack, self.folder, self.first = asked, stack, folder, 0
        self.subscriber = Subscriber(stack)

    def half(self):
        """(durable, delivered): lists of microseconds."""
        count, begin = self.asked.rate * self.asked.seconds, len(self.subscriber.seen)
        out = subprocess.run(
            [os.path.join(self.asked.folder, SUBMIT_BENCH), "rate", str(self.stack.ports["gate"]), self.folder,
             str(self.first), str(count), str(self.asked.rate)], stdout=subprocess.PIPE, text=True, check=True).stdout
        self.first += count
        rows = [line.split() for line in out.splitlines()]
        assert all(row[3] == "202" for row in rows), [row for row in rows if row[3] != "202"][:3]
        deadline = time.monotonic() + 20
        while len(self.subscriber.seen) < begin + count and time.monotonic() < deadline:
            time.sleep(0.05)
        delivered = self.subscriber.seen[begin:]
        assert len(delivered) == count, (len(delivered), count)
        return [int(row[2]) for row in rows], delivered


def compared(asked, orders, load):
    """Halves in turns; the order of the two changes from round to round."""
    halves = {"without": ([], []), "with": ([], [])}
    ratios, taken = {0: [], 1: []}, 0
    for number in range(asked.rounds):
        p99 = {}
        for name in (("without", "with") if number % 2 == 0 else ("with", "without")):
            if name == "with":
                load.start()
                time.sleep(0.3)
            values = orders.half()
            if name == "with":
                taken += load.stop()
            p99[name] = [bench_stack.percentile(one, 0.99) for one in values]
            for kept, one in zip(halves[name], values):
                kept.extend(one)
        for column in (0, 1):
            ratios[column].append(p99["with"][column] / p99["without"][column])
    result = {"load_taken": taken, "orders": len(halves["with"][0])}
    for column, what in enumerate(("durable", "delivered")):
        for name, values in halves.items():
            for part in (0.5, 0.99):
                result[f"{what}_{name}_p{part * 100:.0f}_us"] = round(bench_stack.percentile(values[column], part))
        result[f"{what}_p99_ratio"] = round(result[f"{what}_with_p99_us"] / result[f"{what}_without_p99_us"], 2)
        result[f"{what}_p99_ratio_by_round"] = bench_stack.spread(ratios[column])
        result[f"{what}_p50_ratio"] = round(result[f"{what}_with_p50_us"] / result[f"{what}_without_p50_us"], 2)
    return result


def turns(stack):
    """The longest turn of each loop in the last one to two minutes, by the clock and by the processor's time of the loop."""
    return {name: [round(1e6 * stack.metrics(name)[f'hansho_loop_turn_max_seconds{{by="{by}"}}'])
                   for by in ("clock", "processor")] for name in ("gate", "hub", "feed-1")}


def main():
    asked = options()
    wanted = asked.loads.split(",")
    bench_stack.programs_of(asked.folder)
    from conftest import PRINCIPALS
    principals = [{**row, "statuses": ["Actual"]} for row in PRINCIPALS] + [RELAYER]
    gate = {"jobs_max": 1000}  # so that nothing of a burst is sent away
    live = bench_stack.start(asked.folder, "live", principals=principals, gate=gate,
                             hub=dict(one.split("=", 1) for one in asked.hub))
    drill = bench_stack.start(asked.folder, "drill", wrap=DRILL)
    result = {}
    try:
        with tempfile.TemporaryDirectory(prefix="hs-bench-") as folder:
            bench_stack.write_requests(folder, live, len(wanted) * 2 * asked.rounds * asked.rate * asked.seconds)
            orders = Orders(asked, live, folder)
            loads = {"telegrams": lambda: Flood(asked, live, telegram),
                     "burst": lambda: Bursts(asked, live, telegram),
                     "digest": lambda: Digests(asked, live),
                     "drill": lambda: Flood(asked, drill, None)}
            for name in wanted:
                result[name] = compared(asked, orders, loads[name]())
                result[name]["turn_max_us"] = turns(live)
        drill.stop_all()
        live.stop_all()
    finally:
        drill.abort()
        live.abort()
    result["cores"] = os.cpu_count()
    result["load_average"] = round(os.getloadavg()[0], 1)
    print(json.dumps(result), flush=True)


if __name__ == "__main__":
    main()
