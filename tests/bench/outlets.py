#!/usr/bin/python3
"""All four adapters at work: outlets.py [--folder build/release] [--rounds 3]

Real processes: a drill hub, gate and feed, the four adapters, and the carriers and the auto-starter of `hansho-sim fakes`.
`steady`: orders at a fixed rate, then the time from the hub's commit to the first call of an output, by each adapter's own
histogram (adapters/runtime/delays.c). `burst`: each of the 1,741 municipalities issues an order within --window seconds, one in
ten a second one; then what each outlet has, in which order, and how long it took until nothing waited. `seen`: from what an adapter wrote into its
receipt to the answer of the sender's long poll, of one submission and of the list (tests/e2e/seen.py). Prints one JSON line.
"""

import argparse
import csv
import json
import os
import re
import subprocess
import sys
import tempfile
import time

import requests
import yaml

import bench_stack

SUBMIT_BENCH = "tests/bench/submit_bench"
ADAPTERS = ("broadcaster", "telecom", "signage", "jalert")
DATA = os.path.join(bench_stack.HERE, "..", "..", "schemas", "tables")
BUCKET = re.compile(r'hansho_adapter_output_delay_seconds_bucket\{le="([^"]+)"\} (\d+)')
LEADER = {"id": "leader", "organisation": "架空県", "office": "防災課", "code": "990001",
          "areas": [f"{n:02d}" for n in range(1, 48)], "username": "leader",
          "password": "drill-only-leader", "token": "drill-token-leader-0009", "source": "leader.example",
          "role": "drill_leader", "statuses": ["Exercise"]}
CARRIERS = ("a", "b", "c")
SETTLE_S = 60


def options():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--folder", default="build/release", help="of bin/ and tests/bench/")
    parser.add_argument("--rounds", type=int, default=3, help="of the steady part")
    parser.add_argument("--seconds", type=int, default=4, help="of each round")
    parser.add_argument("--rate", type=int, default=50, help="orders per second")
    parser.add_argument("--window", type=float, default=20, help="seconds in which all municipalities issue; 60 is the claim")
    parser.add_argument("--municipalities", type=int, default=1741)
    return parser.parse_args()


def municipalities(count):
    """Six-digit codes and names: cities, towns, villages and the wards of Tokyo."""
    with open(os.path.join(DATA, "areas.csv"), encoding="utf-8") as file:
        rows = list(csv.DictReader(line for line in file if not line.startswith("#")))
    found = [(row["code"], row["name"]) for row in rows
             if row["kind"] != "prefecture" and not row["code"].startswith("99") and not row["parent"]]
    return found[:count]


class World:
    """The stack, the outlets, and what they have."""

    def __init__(self, asked):
        self.asked = asked
        self.base = tempfile.TemporaryDirectory(prefix="hs-bo-")
        self.port, self.controller = bench_stack.free_port(), f"ipc://{self.path('ctl')}"
        self.stack = bench_stack.start(asked.folder, adapters=self.adapters(), start=False,
                                       principals=self.principals(), hub={"status_notices": 8192})
        self.fakes = self.start_fakes()
        self.stack.start_all()

    def path(self, name):
        return os.path.join(self.base.name, name)

    @staticmethod
    def principals():
        import conftest
        return [{**row, "statuses": ["Exercise"]} for row in conftest.PRINCIPALS] + [LEADER]

    def adapters(self):
        os.makedirs(self.path("plans"))
        prefectures = [f"{n:02d}" for n in range(1, 48)] + ["99"]
        return [
            {"program": "hansho-broadcaster", "name": "broadcaster",
             "config": {"listen": f"127.0.0.1:{bench_stack.free_port()}", "out_dir": self.path("air")}},
            {"program": "hansho-telecom", "name": "telecom", "config": {"carriers": [
                {"name": f"carrier-{c}", "drill_endpoint": f"http://127.0.0.1:{self.port}/carrier-{c}",
                 "canary_readback": f"http://127.0.0.1:{self.port}/canaries/"} for c in CARRIERS]}},
            {"program": "hansho-signage", "name": "signage", "config": {
                "listen": f"127.0.0.1:{bench_stack.free_port()}",
                "screens": [{"id": f"p{p}", "name": p, "areas": [p]} for p in prefectures]}},
            {"program": "hansho-jalert", "name": "jalert", "config": {
                "plan_dir": self.path("plans"), "controller_url": self.controller}},
        ]

    def start_fakes(self):
        path = self.path("fakes.yaml")
        with open(path, "w", encoding="utf-8") as file:
            yaml.safe_dump({"listen": f"127.0.0.1:{self.port}", "controller_url": self.controller, "keep_max": 100000}, file)
        with open(self.path("fakes.out"), "wb") as out:
            return subprocess.Popen([os.path.join(self.asked.folder, "bin", "hansho-sim"), "fakes", "--config", path],
                                    stdout=out, stderr=subprocess.STDOUT)

    def buckets(self):
        """{adapter: {limit in s: how many so far}}."""
        return {name: {float(limit): int(count) for limit, count in BUCKET.findall(self.page(name))} for name in ADAPTERS}

    def page(self, name):
        return requests.get(f"http://{self.stack.ops[name]}/metrics", timeout=20).text

    def waiting(self):
        """Notices and deliveries that are not over, of all adapters, and submissions at the hub."""
        names = (r"hansho_adapter_items_open\{lane=\"drill\"\} (\d+)", r"hansho_adapter_deliveries_waiting (\d+)")
        return sum(int(count) for name in ADAPTERS for what in names for count in re.findall(what, self.page(name)))

    def send(self, folder, first, count, rate):
        out = subprocess.run([os.path.join(self.asked.folder, SUBMIT_BENCH), "rate", str(self.stack.ports["gate"]), folder,
                              str(first), str(count), str(rate)], stdout=subprocess.PIPE, text=True, check=False).stdout
        taken = sum(1 for line in out.splitlines() if line.endswith(" 202"))
        assert taken == count, f"{taken} of {count} taken"

    def received(self, path="received"):
        return requests.get(f"http://127.0.0.1:{self.port}/{path}", timeout=60).json()

    def close(self):
        self.stack.stop_all()
        self.fakes.terminate()
        self.fakes.wait(20)
        self.base.cleanup()


def percentile(before, after, part):
    """The limit of the bucket that it lies in, in milliseconds."""
    total = after[float("inf")] - before[float("inf")]
    for limit in sorted(after):
        if after[limit] - before[limit] >= part * total:
            return round(limit * 1000, 2)
    return None


def steady(world):
    """p50 and p99 of each adapter by round."""
    asked, found = world.asked, {name: [] for name in ADAPTERS}
    count = asked.rate * asked.seconds
    with tempfile.TemporaryDirectory(prefix="hs-bench-") as folder:
        bench_stack.write_requests(folder, world.stack, count * asked.rounds)
        for number in range(asked.rounds):
            before = world.buckets()
            world.send(folder, number * count, count, asked.rate)
            settle(world)
            after = world.buckets()
            for name in ADAPTERS:
                found[name].append({f"p{int(part * 100)}_ms": percentile(before[name], after[name], part) for part in (.5, .99)})
    return {"rate_per_s": asked.rate, "orders": count * asked.rounds, "by_round": found,
            "p99_ms": {name: max(row["p99_ms"] for row in rows) for name, rows in found.items()}}


def settle(world):
    """Seconds until nothing waits any more."""
    start = time.monotonic()
    while world.waiting() > 0 and time.monotonic() < start + SETTLE_S:
        time.sleep(0.05)
    return round(time.monotonic() - start, 2)


def orders(places):
    """(code, request body) of all, a second revision of one in ten right behind its first."""
    import documents
    for number, (code, name) in enumerate(places):
        for revision in (1, 2) if number % 10 == 0 else (1,):
            yield code, documents.order(
                [documents.detail("避難指示" if revision == 1 else "緊急安全確保", [name], code=code)], document=f"burst-{code}",
                revision=revision, source=LEADER["source"], code=code, name=name).encode("utf-8")


def in_order(mails):
    """Of each carrier and place the revisions rise, as the carrier got them."""
    last = {}
    for mail in mails:
        key = (mail["carrier"], tuple(mail["areas"]))
        if mail["notice"]["seq"] <= last.get(key, 0):
            return False
        last[key] = mail["notice"]["seq"]
    return True


def files(folder, name):
    return sum(1 for _, _, names in os.walk(folder) for one in names if re.fullmatch(name, one))


def burst(world):
    places = municipalities(world.asked.municipalities)
    already = {"mails": world.received()["total"], "played": world.received("played")["total"],
               "plans": files(world.path("plans"), r"drill-.*\.json"), "air": files(world.path("air"), r"\d+\.json")}
    with tempfile.TemporaryDirectory(prefix="hs-bench-") as folder:
        count = 0
        for code, body in orders(places):
            bench_stack.write_request(os.path.join(folder, str(count)), world.stack, body, "leader")
            count += 1
        before = world.buckets()
        world.send(folder, 0, count, max(1, round(count / world.asked.window)))
        settled_s = settle(world)
    after = world.buckets()
    mails = [item["document"] for item in world.received()["items"]][already["mails"]:]
    newest = {(m["carrier"], m["areas"][0]): m["notice"]["seq"] for m in mails}
    superseded = sum(int(c) for c in re.findall(r"deliveries_superseded_total (\d+)", world.page("telecom")))
    shown = sum(s["state"] == "drill" for s in requests.get(
        f"http://{world.stack.adapters[2]['config']['listen']}/sign/status", timeout=20).json()["screens"])
    return {"municipalities": len(places), "orders": count, "window_s": world.asked.window, "settled_s": settled_s,
            "mails": len(mails), "mails_wanted": count * len(CARRIERS) - superseded, "mail_places": len(newest),
            "mail_places_wanted": len(places) * len(CARRIERS), "order_kept": in_order(mails),
            "plans": files(world.path("plans"), r"drill-.*\.json") - already["plans"],
            "played": world.received("played")["total"] - already["played"],
            "air": files(world.path("air"), r"\d+\.json") - already["air"], "screens": shown,
            "p99_ms": {name: percentile(before[name], after[name], .99) for name in ADAPTERS}}


def seen(world, orders_each=40):
    """Milliseconds, by the path that is followed."""
    import documents
    from seen import PATHS, seen_after_s
    found = {}
    for path in PATHS:
        delays = []
        for number in range(orders_each):
            sent = world.stack.accepted(documents.order([documents.detail("避難指示", [f"第{number}区"])]))["id"]
            delays.append(seen_after_s(world.stack, path, sent, "carrier-a/990019") * 1e3)
        delays.sort()
        found[path] = {"p50_ms": round(delays[len(delays) // 2], 2), "max_ms": round(delays[-1], 2)}
    settle(world)
    return found


def main():
    asked = options()
    bench_stack.programs_of(asked.folder)
    world = World(asked)
    try:
        settle(world)
        found = {"steady": steady(world), "burst": burst(world), "seen": seen(world), "load_average": os.getloadavg()[0]}
    finally:
        world.close()
    print(json.dumps(found))
    return 0


if __name__ == "__main__":
    sys.exit(main())
