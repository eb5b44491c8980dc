#!/usr/bin/python3
"""Fan-out of Hansho beside other servers and beside the floor, on the same machine, in turns; `make bench-peers`.

    measure.py [--modes one,two,tls,classes] [--peers all] [--subscribers 100,1000,…] [--pairs N] [--folder build/release]

A cell is a mode, a number of subscribers and a peer. In it the floor, Hansho and the peer have that many subscribers
each, and take turns: floor; durable floor; Hansho (POST of an order, parsed, validated, on disk); the peer; the peer
after an append and fdatasync of the message by who publishes. The order turns by one in each round.
    one      servers on one core, generators on another
    two      nothing is pinned but the floor; Hansho with two feeds on one port, peers with two workers
    tls      as one, subscribers over TLS 1.3
    classes  as one: ten links and 200 subscribers of first_addresses beside the public
Before each of them other bytes go through the caches of the cores: an order comes after hours of silence, and who
has just had a turn (the durable floor, after the floor) must not find its sockets there. Where the generator has a core
of its own it stays awake (load_bench.c says why).
Cells are kept in build/peers/results.json and replaced one by one, so a run can be repeated in parts. report.py makes
the table and the plot. A message that does not come, or comes twice, ends the cell with an error and status 1.
"""

import argparse
import contextlib
import json
import os
import signal
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import broadcasters
import floor
import hansho
import hansho_classes
import mosquitto
import nats
import nchan
from server import ROOT, Case, Load, cpu_us, pin, resident_bytes, settle

PEERS = {peer.name: peer for peer in (
    floor.UringFloor, floor.WideFloor, broadcasters.Uws, nchan.Nchan, broadcasters.NodeWs, nats.Nats, nats.JetStream,
    mosquitto.Mosquitto, mosquitto.MosquittoSure, hansho.HanshoJson)}
SUBSCRIBERS = {"one": [100, 1000, 5000, 10000, 15000], "two": [1000, 5000, 10000, 15000], "tls": [1000, 5000, 10000],
               "classes": [10000]}
PAIRS = {100: 40, 1000: 50, 5000: 25, 10000: 20, 15000: 16}  # unless --pairs says otherwise
WARM_UP_DELIVERIES = 2000  # and two rounds at least: some peers translate their code as they go
RINSE_BYTES = 64 << 20  # more than the caches have
PROBLEMS = (RuntimeError, AssertionError, OSError)
RESULTS = os.path.join(ROOT, "build", "peers", "results.json")


def options():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--modes", default="one,two,tls,classes")
    parser.add_argument("--peers", default="all", help="names with commas; 'none': only floor and Hansho")
    parser.add_argument("--subscribers", help="numbers with commas; otherwise those of the mode")
    parser.add_argument("--pairs", type=int)
    parser.add_argument("--folder", type=os.path.abspath, default="build/release", help="of bin/ and tests/bench/")
    return parser.parse_args()


def peers_of(mode, asked):
    fits = {"one": lambda peer: peer is not floor.WideFloor, "two": lambda peer: peer.workers_max > 1,
            "tls": lambda peer: peer.can_tls and not issubclass(peer, hansho.Hansho), "classes": lambda peer: False}[mode]
    names = list(PEERS) if asked == "all" else [] if asked == "none" else asked.split(",")
    return [PEERS[name] for name in names if fits(PEERS[name])]


class Side:
    """A server and its generator. The ways to use it are rows of round()."""

    def __init__(self, server, folder):
        self.server = server
        self.load = None
        try:
            server.start()
            settle(server.pids)
            before = resident_bytes(server.serving)
            self.load = Load(server, os.path.join(folder, "tests/bench/peers/load_bench"))
            settle(server.pids)
            self.idle_bytes = (resident_bytes(server.serving) - before) / server.case.subscribers
        except BaseException:
            self.stop()
            raise

    def pin(self, cores):
        pin(self.server.pids, cores[0])
        pin([self.load.process.pid], cores[-1])

    def go(self, number, durable):
        """One delivery to everybody; µs from its beginning."""
        watched = {"cpu": self.server.serving, "cpu_all": self.server.pids, "cpu_load": [self.load.process.pid]}
        before = {name: cpu_us(pids) for name, pids in watched.items()}
        begun_unix_us, reply, groups = self.load.go(number, durable)
        time.sleep(self.server.rest_s)
        first, p50, p99, last = groups[0]
        result = {"first": first, "p50": p50, "p99": p99, "last": last, "reply": reply, "groups": groups[1:]}
        result.update({name: cpu_us(pids) - before[name] for name, pids in watched.items()})
        if isinstance(self.server, hansho.Hansho):
            result["hops"] = {name: at - begun_unix_us for name, at in self.server.hops().items()}
        return result

    def stop(self):
        try:
            if self.load:
                self.load.stop()
        finally:
            self.server.stop()


def ways_of(reference, ours, peer):
    """name → what it does in a round."""
    ways = {"floor": lambda: reference.go(0, False), "floor_durable": lambda: reference.go(1, False),
            "hansho": lambda: ours.go(ours.server.next_message(), False)}
    if peer is None:
        return ways
    if isinstance(peer.server, hansho.Hansho):
        ways["peer"] = lambda: peer.go(peer.server.next_message(), False)
    elif isinstance(peer.server, floor.Floor):
        ways.update(peer=lambda: peer.go(0, False), peer_durable=lambda: peer.go(1, False))
    else:
        ways.update(peer=lambda: peer.go(0, False), peer_durable=lambda: peer.go(0, True))
    return ways


class Rinse:
    """Puts other bytes into the caches of these cores."""

    def __init__(self, cores):
        self.cores, self.all = cores, os.sched_getaffinity(0)
        self.source, self.target = bytearray(RINSE_BYTES), bytearray(RINSE_BYTES)

    def __call__(self):
        for core in self.cores:
            os.sched_setaffinity(0, {core})
            self.target[:] = self.source
        os.sched_setaffinity(0, self.all)


def measure(ways, pairs, subscribers, rinse):
    rounds, names = [], list(ways)
    for number in range(-max(2, WARM_UP_DELIVERIES // subscribers), pairs):
        turn = number % len(names)
        result = {}
        for name in names[turn:] + names[:turn]:
            rinse()
            result[name] = ways[name]()
        if number >= 0:
            rounds.append(result)
    return rounds


def certificate(folder):
    cert, key = os.path.join(folder, "cert.pem"), os.path.join(folder, "key.pem")
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
                    "-subj", "/CN=127.0.0.1", "-days", "2", "-keyout", key, "-out", cert], check=True,
                   stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    return cert, key


def frame_bytes(asked, folder):
    """The size of the frame that a subscriber of Hansho gets: the message of all others has it, too."""
    case = Case(os.path.join(folder, "size"), asked.folder, 1, 0)
    side = Side(hansho.Hansho(case), asked.folder)
    try:
        side.go(side.server.next_message(), False)
        return side.server.frame_bytes()
    finally:
        side.stop()


def check_generator(asked, folder):
    """A message that comes twice or not to all must be noticed, or no figure is worth anything."""
    for message, word in ((2, "not exactly one delivery"), (3, "not delivered: 1 of 5")):
        side = Side(floor.BadFloor(Case(os.path.join(folder, f"bad-{message}"), asked.folder, 5, 2048)), asked.folder)
        noticed = ""
        try:
            for number in (0, message, 0):
                side.go(number, False)
        except RuntimeError as problem:
            noticed = str(problem)
        with contextlib.suppress(RuntimeError):
            side.stop()
        if word not in noticed:
            sys.exit(f"the generator does not notice what it must: {word}")


def version():
    """The commit that is measured."""
    return subprocess.run(["git", "describe", "--always", "--dirty"], cwd=ROOT, stdout=subprocess.PIPE, text=True,
                          check=False).stdout.strip()


class Cells:
    """The results, as a file that outlives a run."""

    def __init__(self):
        os.makedirs(os.path.dirname(RESULTS), exist_ok=True)
        self.rows = []
        with contextlib.suppress(FileNotFoundError), open(RESULTS, encoding="utf-8") as file:
            self.rows = json.load(file)

    def put(self, row):
        def key(one):
            return one["mode"], one["subscribers"], one["peer"]
        self.rows = [one for one in self.rows if key(one) != key(row)] + [row]
        with open(RESULTS + ".new", "w", encoding="utf-8") as file:
            json.dump(self.rows, file)
        os.replace(RESULTS + ".new", RESULTS)


class Bench:
    def __init__(self, asked, folder):
        self.asked, self.folder = asked, folder
        self.cells = Cells()
        check_generator(asked, folder)
        self.tls = certificate(folder)
        self.message_bytes = frame_bytes(asked, folder)
        self.cores = sorted(os.sched_getaffinity(0))
        self.rinse = Rinse(self.cores)
        self.version = version()
        self.failed = 0

    def side(self, peer, mode, subscribers, stack):
        """A running side, stopped with the stack."""
        workers = 2 if mode == "two" and peer.workers_max > 1 else 1
        tls = self.tls if mode == "tls" and peer.can_tls else None
        case = Case(tempfile.mkdtemp(dir=self.folder), self.asked.folder, subscribers, self.message_bytes, workers, tls,
                    awake=mode != "two")
        side = Side(peer(case), self.asked.folder)
        stack.callback(side.stop)
        if len(self.cores) > 1 and (mode != "two" or peer is floor.Floor):
            side.pin(self.cores)
        return side

    def cell(self, mode, subscribers, peer, reference, ours):
        begun = time.monotonic()
        with contextlib.ExitStack() as stack:
            other = self.side(peer, mode, subscribers, stack) if peer else None
            pairs = self.asked.pairs or min(PAIRS.get(subscribers, 20), peer.pairs_max if peer else 1000)
            rounds = measure(ways_of(reference, ours, other), pairs, subscribers, self.rinse)
            idle = {"floor": reference.idle_bytes, "hansho": ours.idle_bytes}
            if other:
                idle["peer"] = other.idle_bytes
        self.cells.put({"mode": mode, "subscribers": subscribers, "peer": peer.name if peer else "none",
                        "message_bytes": self.message_bytes, "idle_bytes": idle, "rounds": rounds,
                        "load_average": os.getloadavg()[0], "version": self.version, "at": time.strftime("%Y-%m-%d %H:%M")})
        print(f"{mode:8} {subscribers:6} {peer.name if peer else 'none':15} {pairs} rounds, {time.monotonic() - begun:.1f} s",
              file=sys.stderr, flush=True)

    def row(self, mode, subscribers):
        """All peers of one mode and one number of subscribers, with the same floor and the same Hansho."""
        ours_is = hansho_classes.HanshoClasses if mode == "classes" else hansho.Hansho
        peers = peers_of(mode, self.asked.peers)
        with contextlib.ExitStack() as stack:
            reference = self.side(floor.Floor, mode, subscribers, stack)
            ours = self.side(ours_is, mode, subscribers, stack)
            for peer in peers or ([None] if mode == "classes" or self.asked.peers == "none" else []):
                try:
                    self.cell(mode, subscribers, peer, reference, ours)
                except PROBLEMS as problem:
                    if reference.load.process.poll() is not None or ours.load.process.poll() is not None:
                        raise
                    self.tell(f"{mode} {subscribers} {peer.name if peer else 'none'}: {problem}")

    def tell(self, problem):
        print(problem, file=sys.stderr, flush=True)
        self.failed += 1

    def run(self):
        """Exit status. A cell or row that fails is told of, and does not keep the others from being measured."""
        for mode in self.asked.modes.split(","):
            for subscribers in ([int(word) for word in self.asked.subscribers.split(",")] if self.asked.subscribers
                                else SUBSCRIBERS[mode]):
                try:
                    self.row(mode, subscribers)
                except PROBLEMS as problem:
                    self.tell(f"{mode} {subscribers}: {problem}")
        return 1 if self.failed else 0


def main():
    asked = options()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # and so everything that was started ends
    with tempfile.TemporaryDirectory(prefix="hs-peers-", dir="/tmp") as folder:
        return Bench(asked, folder).run()


if __name__ == "__main__":
    sys.exit(main())
