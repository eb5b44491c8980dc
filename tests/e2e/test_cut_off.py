"""A partition as a network makes it, with nobody in between who could tell: packets are routed into nothing, so neither side gets a
reset or an error, retransmissions back off, and who dials hears nothing. (tests/e2e/test_partition.py cuts relays, many more times.)

The whole test runs in network namespaces of its own, with addresses of TEST-NET-1 (RFC 5737) that exist nowhere else:

    hub, gate, feed, one subscriber          router                  two subscribers
    192.0.2.1 ───────────────────────── 192.0.2.2 192.0.2.5 ───────────── 192.0.2.6

Source: ip-netns(8), ip-route(8) "blackhole": packets are discarded silently.
"""

import ctypes
import os
import subprocess
import sys
import time

import pytest
import requests

sys.path.insert(0, os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "history"))

from logs import Follower, Notes  # noqa: E402

from conftest import HeldUp, free_port, wait_until  # noqa: E402
from test_partition import AGREE_S, DIAL_S, LATENCY_MS, SILENCE_S, Work  # noqa: E402

INSIDE = "HS_IN_A_NAMESPACE"
HERE, FAR = "192.0.2.1", "192.0.2.6"
CUTS_S = (1.5, 6.0, 14.0)  # connections live on; one side may have left; both have, and the feed has dropped them
CLONE_NEWNET = 0x40000000
MAY_TAKE_S = 400


def run(*command):
    subprocess.run(command, check=True, timeout=20)


class Space:
    """A network namespace, as long as the process lives that holds it."""

    def __init__(self):
        self.holder = subprocess.Popen(["unshare", "-n", "sleep", "1000"])
        own = os.readlink("/proc/self/ns/net")
        wait_until(lambda: os.readlink(f"/proc/{self.holder.pid}/ns/net") != own, "it has a namespace of its own")

    def run(self, *command):
        run("nsenter", "-t", str(self.holder.pid), "-n", *command)

    def enter(self):
        """The calling thread's sockets are in there from now on."""
        with open(f"/proc/{self.holder.pid}/ns/net", "rb") as file:
            assert ctypes.CDLL(None, use_errno=True).setns(file.fileno(), CLONE_NEWNET) == 0, os.strerror(ctypes.get_errno())

    def close(self):
        self.holder.kill()
        self.holder.wait(20)


class Net:
    def __init__(self):
        self.router, self.far = Space(), Space()
        run("ip", "link", "set", "lo", "up")
        self._wire("near", HERE, None, "left", "192.0.2.2")
        self._wire("far", FAR, self.far, "right", "192.0.2.5")
        run("ip", "route", "add", "192.0.2.4/30", "via", "192.0.2.2")
        self.far.run("ip", "route", "add", "192.0.2.0/30", "via", "192.0.2.5")
        self.router.run("sh", "-c", "echo 1 > /proc/sys/net/ipv4/ip_forward")

    def _wire(self, name, address, space, routers_name, routers_address):
        run("ip", "link", "add", name, "type", "veth", "peer", "name", routers_name, "netns", str(self.router.holder.pid))
        do = run
        if space:
            run("ip", "link", "set", name, "netns", str(space.holder.pid))
            do = space.run
        for where, one, at in ((do, name, address), (self.router.run, routers_name, routers_address)):
            where("ip", "address", "add", f"{at}/30", "dev", one)
            where("ip", "link", "set", one, "up")

    def cut(self):
        for address in (HERE, FAR):
            self.router.run("ip", "route", "add", "blackhole", f"{address}/32")

    def heal(self):
        for address in (HERE, FAR):
            self.router.run("ip", "route", "del", "blackhole", f"{address}/32")

    def close(self):
        self.router.close()
        self.far.close()


class Away(Follower):
    """A subscriber on the far side."""

    space = None

    def run(self):
        self.space.enter()
        super().run()


@pytest.fixture
def net():
    one = Net()
    yield one
    one.close()


def hubs_word(stack):
    status = requests.get(f"http://{stack.ops['hub']}/status", timeout=20).json()
    return status["newest_seq"], status["digest"]


def readers_of(notes, net, url):
    one = notes.follower("here", url, {}, form="json", dial_s=DIAL_S, start="beginning", silence=lambda: SILENCE_S)
    Away.space = net.far
    far = [Away(notes.log("subscriber", name), name, url, {}, form=form, dial_s=DIAL_S, start="beginning", silence=lambda: SILENCE_S)
           for name, form in (("far-json", "json"), ("far-proto", "proto"))]
    return one, far


@pytest.mark.skipif(INSIDE not in os.environ, reason="runs in namespaces, see the next one")
def test_inside(net, make_stack, tmp_path):
    port = free_port()
    stack = make_stack(feed={"listen": f"{HERE}:{port}", "heartbeat_ms": 1000})
    notes = Notes(tmp_path)
    here, far = readers_of(notes, net, f"ws://{HERE}:{port}/v1/feed")
    senders = {user: notes.submitter(user, lambda body, user=user: stack.submit(body, user)) for user in ("kakuu", "pref")}
    for reader in (here, *far):
        reader.start()
    assert all(reader.live.wait(60) for reader in (here, *far))
    work, slowest_s = Work(senders), 0.0
    work.going.set()
    work.start()
    for cut_s in CUTS_S:
        net.cut()
        passed = hubs_word(stack)[0]  # what came later was not sent before the cut
        time.sleep(cut_s)
        wait_until(lambda: here.place.seq > passed, "who is not cut off hears on")
        assert all(reader.place.seq <= passed for reader in far), "nothing passes the cut"
        held = HeldUp()
        net.heal()
        healed = time.monotonic()
        work.hold()
        wait_until(lambda: all(reader.place.beat == hubs_word(stack) for reader in (here, *far)), f"the same after {cut_s} s", 60)
        took_s = time.monotonic() - healed
        held.done.set()
        slowest_s = max(slowest_s, took_s)
        assert took_s <= AGREE_S + held.s, f"after a cut of {cut_s} s the same set after {took_s:.1f} s"
        work.going.set()
    work.stopping.set()
    work.join(60)
    assert not work.is_alive() and work.wrong == []
    wait_until(lambda: all(reader.place.seq >= work.newest for reader in (here, *far)), "everybody has the last one")
    for reader in (here, *far):
        reader.stop()
    print(f"\ncuts of {CUTS_S} s, the same set after {slowest_s:.1f} s at most; "
          + notes.check(stack.path("journal.db"), latency_ms=LATENCY_MS, settle_ms=1000))
    assert stack.metrics("feed-1")["hansho_feed_gaps_total"] == 0


@pytest.mark.skipif(INSIDE in os.environ, reason="is the one that goes in")
def test_who_was_cut_off_by_the_network_holds_the_same_afterwards():
    if subprocess.run(["unshare", "-rn", "ip", "link", "set", "lo", "up"], check=False, timeout=20).returncode != 0:
        pytest.skip("no network namespaces here: unshare -rn must be allowed")
    done = subprocess.run(["unshare", "-rn", sys.executable, "-m", "pytest", "-q", "-s", "-p", "no:cacheprovider", __file__],
                          env={**os.environ, INSIDE: "1"}, timeout=MAY_TAKE_S, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          text=True, check=False)
    print(done.stdout)
    assert done.returncode == 0 and "1 passed" in done.stdout, done.stdout[-8000:]
