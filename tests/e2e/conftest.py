"""Starts the real programs for end-to-end tests and looks after them.

HANSHO_BIN names the folder with the programs (default build/debug/bin). Everything runs on loopback, in a
folder of its own under /tmp (short, because ipc paths may have 108 bytes), and is ended by process id.
Each program must end with exit status 0 and without a word of a sanitizer.
"""

import itertools
import os
import random
import re
import shutil
import signal
import socket
import subprocess
import tempfile
import threading
import time

import pytest
import requests
import yaml

from carriers import Carriers
from relay import Relay

BIN = os.environ.get("HANSHO_BIN", "build/debug/bin")
START_S = 60  # a wait ends when what is waited for is there: only a test that fails takes so long
STOP_S = 40
BUSY_S = 10  # what a busy machine may add to a time that a test measures; what it must not be taken for lasts longer
SANITIZER = re.compile(
    r"AddressSanitizer|LeakSanitizer|ThreadSanitizer|UndefinedBehaviorSanitizer|runtime error:")

# Codes 990019 990027 990035 990043 990051 belong to nobody: they are for drills.
PRINCIPALS = [
    {"id": "kakuu-city", "organisation": "架空市", "office": "防災課", "code": "990019",
     "areas": ["990019"], "username": "kakuu", "password": "drill-only-kakuu",
     "token": "drill-token-kakuu-0001", "source": "bosai.kakuu.example"},
    {"id": "soba-city", "organisation": "架空第二市", "office": "危機管理課", "code": "990027",
     "areas": ["990027"], "username": "soba", "password": "drill-only-soba",
     "token": "drill-token-soba-00002", "source": "bosai.soba.example"},
    {"id": "kakuu-pref", "organisation": "架空県", "office": "危機管理課", "code": "990001",
     "areas": ["99"], "username": "pref", "password": "drill-only-pref",
     "token": "drill-token-pref-00003", "source": "bosai.pref.example"},
]


# Below the ports that the kernel gives to outgoing connections: none of those can take one before its program listens.
PORT_BLOCKS = range(10240, 32000, 320)


def own_ports(held):
    """Ports that no other process that tests is handed meanwhile: each block has a name that one of them holds as long as it lives."""
    for first in random.sample(PORT_BLOCKS, len(PORT_BLOCKS)):
        name = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        try:
            name.bind(f"\0hansho-test-ports-{first}")
        except OSError:
            name.close()
            continue
        held.append(name)
        yield from random.sample(range(first, first + PORT_BLOCKS.step), PORT_BLOCKS.step)


PORTS = itertools.cycle(own_ports([]))


def free_port():
    """A port that nobody listens on now, and that was not handed out before."""
    for port in itertools.islice(PORTS, 1000):
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
    raise AssertionError("no free port")


def wait_until(check, what, timeout_s=START_S, pause_s=0.02):
    """Returns the first true result of check(), or fails with `what`."""
    deadline = time.monotonic() + timeout_s
    while time.monotonic() < deadline:
        result = check()
        if result:
            return result
        time.sleep(pause_s)
    raise AssertionError(f"timed out after {timeout_s} s: {what}")


class HeldUp(threading.Thread):
    """How long the machine kept somebody waiting who wanted to look each 50 ms: that much a time limit may be exceeded."""

    LOOK_S = 0.05

    def __init__(self):
        super().__init__(daemon=True)
        self.s, self.done = 0.0, threading.Event()
        self.start()

    def run(self):
        at = time.monotonic()
        while not self.done.wait(self.LOOK_S):
            now = time.monotonic()
            self.s += max(0.0, now - at - 2 * self.LOOK_S)
            at = now


class Process:
    """One running program."""

    def __init__(self, program, arguments, name=None, env=None):
        self.name = name or program
        self.lines = []
        path = os.path.join(BIN, program)
        self.popen = subprocess.Popen(
            [path, *arguments], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT, env={**os.environ, **(env or {})},
            text=True, encoding="utf-8", errors="replace")
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self):
        for line in self.popen.stdout:
            self.lines.append(line)

    @property
    def output(self):
        return "".join(self.lines)

    def wait_output(self, pattern, timeout_s=None):
        """The match of what it writes, now or soon: a line may be read here later than what it tells of is seen elsewhere."""
        try:
            return wait_until(lambda: re.search(pattern, self.output), f"{self.name} writes {pattern!r}", timeout_s or START_S)
        except AssertionError as failure:
            raise AssertionError(f"{failure}\n{self.output}") from None

    @property
    def pid(self):
        return self.popen.pid

    def running(self):
        return self.popen.poll() is None

    def signal(self, number):
        if self.running():
            os.kill(self.popen.pid, number)

    def kill(self):
        """Ends it at once, as a crash would."""
        self.signal(signal.SIGKILL)
        self.popen.wait(STOP_S)
        self._reader.join(STOP_S)

    def stop(self):
        """Asks it to end and returns its exit status. A program that does not end is killed and fails."""
        self.signal(signal.SIGTERM)
        try:
            self.popen.wait(STOP_S)
        except subprocess.TimeoutExpired:
            self.kill()
            raise AssertionError(f"{self.name} did not stop within {STOP_S} s\n{self.output}")
        self._reader.join(STOP_S)
        return self.popen.returncode

    def stop_clean(self):
        """Returns all that it wrote."""
        status = self.stop()
        assert status == 0, f"{self.name} ended with {status}\n{self.output}"
        self.assert_quiet()
        return self.output

    def ended(self):
        """The exit status of one that ends by itself; its output is whole then."""
        try:
            self.popen.wait(START_S)
        except subprocess.TimeoutExpired:
            raise AssertionError(f"{self.name} goes on\n{self.output}") from None
        self._reader.join(STOP_S)
        self.assert_quiet()
        return self.popen.returncode

    def assert_quiet(self):
        assert not SANITIZER.search(self.output), f"{self.name}:\n{self.output}"

    def wait_ready(self, ops):
        def ready():
            assert self.running(), f"{self.name} ended early\n{self.output}"
            try:
                return requests.get(f"http://{ops}/readyz", timeout=2).status_code == 200
            except requests.RequestException:
                return False
        try:
            wait_until(ready, f"{self.name} is not ready")
        except AssertionError as failure:
            raise AssertionError(f"{failure}\n{self.output}") from None


class Stack:
    """Hub, gate and feeds of one mode, wired as their configurations say.

    adapters: list of {"program", "name", "config": {…}, "peer": {…}}; the link's url and ops_listen are
    filled in here. mode "live" gives every principal the status Actual, "drill" Exercise. relayed: every peer reaches
    the hub through relays[name], which can be cut.
    """

    def __init__(self, mode="drill", feeds=1, adapters=(), gate=None, hub=None, feed=None,
                 principals=None, start=True, relayed=False):
        self.mode = mode
        self.dir = tempfile.mkdtemp(prefix="hs-", dir="/tmp")
        self.processes = {}
        self.commands = {}
        self.ops = {}
        self.ports = {}
        self.feeds = [f"feed-{i + 1}" for i in range(feeds)]
        self.adapters = list(adapters)
        names = ["gate", *self.feeds, *[adapter["name"] for adapter in self.adapters]] if relayed else []
        self.relays = {name: Relay(self.path(name) + ".link", self.path(name) + ".far") for name in names}
        self.principals = principals or self._principals()
        self._write_hub(hub or {})
        self._write_gate(gate or {})
        for name in self.feeds:
            self._write_feed(name, feed or {})
        for adapter in self.adapters:
            self._write_adapter(adapter)
        if start:
            self.start_all()

    # ---- configuration ----

    def path(self, name):
        return os.path.join(self.dir, name)

    def link(self, name):
        """Gate and feeds by sockets of the loop, adapters by nng, as in deploy/examples."""
        scheme = "ipc" if name in [adapter["name"] for adapter in self.adapters] else "unix"
        return f"{scheme}://{self.path(name)}.link"

    def dialled(self, name):
        """Where that peer finds the hub."""
        return self.link(name).removesuffix(".link") + (".far" if name in self.relays else ".link")

    def _principals(self):
        status = "Actual" if self.mode == "live" else "Exercise"
        return [{**row, "statuses": [status]} for row in PRINCIPALS]

    def _port(self, name):
        self.ports[name] = free_port()
        return f"127.0.0.1:{self.ports[name]}"

    def _write(self, name, program, config):
        path = self.path(name + ".yaml")
        config = {**config}
        config.setdefault("ops_listen", f"127.0.0.1:{free_port()}")
        self.ops[name] = config["ops_listen"]
        with open(path, "w", encoding="utf-8") as file:
            yaml.safe_dump(config, file, allow_unicode=True)
        self.commands[name] = (program, ["--config", path])

    def _write_hub(self, extra):
        peers = [{"name": "gate", "kind": "gate", "url": self.link("gate")}]
        peers += [{"name": n, "kind": "feed", "url": self.link(n)} for n in self.feeds]
        peers += [{"name": a["name"], "kind": "adapter", "url": self.link(a["name"]),
                   **a.get("peer", {})} for a in self.adapters]
        self._write("hub", "hansho-hub", {"mode": self.mode, "journal": self.path("journal.db"),
                                          "peers": peers, **extra})

    def _write_gate(self, extra):
        with open(self.path("principals.yaml"), "w", encoding="utf-8") as file:
            yaml.safe_dump({"principals": self.principals}, file, allow_unicode=True)
        self._write("gate", "hansho-gate", {
            "mode": self.mode, "listen": self._port("gate"), "hub_url": self.dialled("gate"),
            "name": "gate", "principals": self.path("principals.yaml"), **extra})

    def _write_feed(self, name, extra):
        self._write(name, "hansho-feed", {
            "mode": self.mode, "listen": self._port(name), "hub_url": self.dialled(name),
            "name": name, **extra})

    def grow(self, names, above="feed-1", **config):
        """Feeds below that feed: written for the next start, its children among its settings. config: of the new ones."""
        path = self.commands[above][1][-1]
        with open(path, encoding="utf-8") as file:
            parent = yaml.safe_load(file)
        parent["children"] = parent.get("children", []) + [{"name": n, "url": self.link(n)} for n in names]
        self._write(above, "hansho-feed", parent)
        for name in names:
            self._write_feed(name, config)
            self.feeds.append(name)

    def configure(self, adapter):
        """Writes the configuration of an adapter anew, for its next start; its page stays where it is."""
        adapter["config"].setdefault("ops_listen", self.ops[adapter["name"]])
        self._write_adapter(adapter)

    def _write_adapter(self, adapter):
        config = dict(adapter.get("config", {}))
        config.setdefault("name", adapter["name"])
        config.setdefault("proof_required", "never")  # outlets whose canaries are not the matter need not answer them
        lane = "live_url" if self.mode == "live" else "drill_url"
        config.setdefault(lane, self.dialled(adapter["name"]))
        if self.mode == "drill":
            config.setdefault("drill", True)
        self._write(adapter["name"], adapter["program"], config)

    # ---- life ----

    def start(self, name, wait=True):
        program, arguments = self.commands[name]
        self.processes[name] = Process(program, arguments, name)
        if wait:
            self.processes[name].wait_ready(self.ops[name])
        return self.processes[name]

    def start_all(self):
        try:
            self.start("hub", wait=False)
            names = ["gate", *self.feeds, *[a["name"] for a in self.adapters]]
            for name in names:
                self.start(name, wait=False)
            for name in ["hub", *names]:
                self.processes[name].wait_ready(self.ops[name])
        except BaseException:
            self.abort()
            raise

    def stop(self, name):
        return self.processes.pop(name).stop_clean()

    def kill(self, name):
        process = self.processes.pop(name)
        process.kill()
        process.assert_quiet()

    def restart(self, name, wait=True):
        self.stop(name)
        return self.start(name, wait)

    def refilter(self, peer, **filter_):
        """The hub anew, with another filter for that peer instead of the one that it had."""
        self.stop("hub")
        path = self.path("hub.yaml")
        with open(path, encoding="utf-8") as file:
            config = yaml.safe_load(file)
        row = next(row for row in config["peers"] if row["name"] == peer)
        for key in ("areas", "kinds", "level_min"):
            row.pop(key, None)
        row.update(filter_)
        with open(path, "w", encoding="utf-8") as file:
            yaml.safe_dump(config, file)
        self.start("hub")

    def stop_all(self):
        """Outlets first, hub last, each one clean; the folder goes with them."""
        problems = []
        for name in [n for n in self.processes if n != "hub"] + ["hub"]:
            if name in self.processes:
                try:
                    self.stop(name)
                except AssertionError as problem:
                    problems.append(str(problem))
        self._tidy()
        assert not problems, "\n".join(problems)

    def abort(self):
        for process in self.processes.values():
            process.kill()
        self.processes.clear()
        self._tidy()

    def _tidy(self):
        for relay in self.relays.values():
            relay.close()
        self.relays = {}
        shutil.rmtree(self.dir, ignore_errors=True)

    # ---- talking to it ----

    @property
    def gate_url(self):
        return f"http://127.0.0.1:{self.ports['gate']}"

    def feed_url(self, path="/", feed=0):
        return f"http://127.0.0.1:{self.ports[self.feeds[feed]]}{path}"

    def ws_url(self, feed=0):
        return f"ws://127.0.0.1:{self.ports[self.feeds[feed]]}/v1/feed"

    def principal(self, user="kakuu"):
        return next(p for p in self.principals if p["username"] == user)

    def auth(self, user="kakuu"):
        principal = self.principal(user)
        return (principal["username"], principal["password"])

    def post(self, path, body, user="kakuu", **more):
        if isinstance(body, str):
            body = body.encode("utf-8")
        more.setdefault("auth", self.auth(user) if user else None)
        more.setdefault("headers", {"Content-Type": "application/xml"})
        return requests.post(self.gate_url + path, data=body, timeout=60, **more)

    def submit(self, xml, user="kakuu", **more):
        return self.post("/v1/submissions", xml, user, **more)

    def validate(self, xml, user="kakuu", **more):
        return self.post("/v1/validate", xml, user, **more)

    def accepted(self, xml, user="kakuu"):
        """Submits and returns the answer's JSON; fails unless the hub accepted it."""
        reply = self.submit(xml, user)
        assert reply.status_code == 202, reply.text
        assert reply.json()["outcome"] == "accepted", reply.text
        return reply.json()

    def taken(self, xml, user="kakuu"):
        """The same by a sender with patience: what is answered with "send the same again" is sent again."""
        def answered():
            reply = self.submit(xml, user)
            assert reply.status_code in (202, 503), reply.text
            return reply.json() if reply.status_code == 202 else None
        answer = wait_until(answered, "the submission is taken", pause_s=0.5)
        assert answer["outcome"] in ("accepted", "duplicate"), answer
        return answer

    def status(self, submission, user="kakuu", wait=0, version=0):
        return requests.get(
            f"{self.gate_url}/v1/submissions/{submission}", auth=self.auth(user),
            params={"wait": wait, "version": version} if wait else None, timeout=wait + 60)

    def notice(self, seq, feed=0):
        """What the feed serves as that notice; an answer to its sender may come before the feed has it."""
        def served():
            reply = requests.get(self.feed_url(f"/v1/notices/{seq}", feed), timeout=20)
            return reply.json() if reply.status_code == 200 else None
        return wait_until(served, f"notice {seq} at the feed")

    def wait_acked(self):
        """All that was sent to the adapters is acknowledged: none of it comes again after a restart."""
        def acked():
            figures = self.metrics("hub")
            return all(figures[f'hansho_hub_peer_in_flight{{peer="{adapter["name"]}"}}'] == 0 for adapter in self.adapters)
        wait_until(acked, "all is acknowledged")

    def metrics(self, name):
        text = requests.get(f"http://{self.ops[name]}/metrics", timeout=20).text
        return {line.rsplit(" ", 1)[0]: float(line.rsplit(" ", 1)[1])
                for line in text.splitlines() if line and not line.startswith("#")}

    def output(self, name):
        """What it has written so far; that a line is there is asked of wait_output."""
        return self.processes[name].output

    def wait_output(self, name, pattern, timeout_s=None):
        return self.processes[name].wait_output(pattern, timeout_s)


@pytest.fixture
def carriers():
    """Endpoints of carriers that take mails."""
    server = Carriers()
    yield server
    server.close()


@pytest.fixture
def scrap():
    """Folders that go when every stack has stopped: nobody writes into them any more, or makes them anew."""
    folders = []
    yield folders
    for folder in folders:
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def outlets(scrap):
    """The four adapters with real outlets behind them."""
    from outlets import Outlets

    base = tempfile.mkdtemp(prefix="hs-o-", dir="/tmp")
    scrap.append(base)
    out = Outlets(base)
    yield out
    out.close()


@pytest.fixture
def keep():
    """Factory: keep(stack) → Book, closed at the end."""
    from witness import Book

    books = []

    def make(stack):
        books.append(Book(stack))
        return books[-1]
    yield make
    for one in books:
        one.close()


@pytest.fixture
def make_stack(scrap):
    """Factory: make_stack(mode="drill", feeds=1, …) → Stack. Everything is stopped clean at the end, before the scrap goes."""
    stacks = []

    def make(**options):
        stack = Stack(**options)
        stacks.append(stack)
        return stack

    yield make
    problems = []
    for stack in stacks:
        try:
            stack.stop_all()
        except AssertionError as problem:
            problems.append(str(problem))
            stack.abort()
    assert not problems, "\n".join(problems)


@pytest.fixture(scope="module")
def stack():
    """One drill stack (hub, gate, one feed) for all tests of a module."""
    running = Stack(mode="drill", feeds=1)
    yield running
    try:
        running.stop_all()
    finally:
        running.abort()
