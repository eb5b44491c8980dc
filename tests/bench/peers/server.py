"""What every server that is measured has in common, and the generator beside it.

A peer is a class in a file of its own with these parts:
    name, label        in the tables of results, in the tables for people
    workers_max        1: it has one process that serves; more: it can use more cores (mode "two")
    start()            writes its configuration into self.folder, starts it, leaves its pids in self.pids
    rest_s             after a round, until nothing of it is left to do that the next one could feel
    pairs_max          more rounds are not worth their time
    words()            the words of load_bench that tell how to subscribe and how to publish
    tls, forms, …      as it needs them
Everything happens on 127.0.0.1, in a scratch folder, and ends by process id. No service of the system is started.
"""

import os
import select
import signal
import subprocess
import sys
import time

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(os.path.dirname(HERE)))
sys.path.insert(0, os.path.dirname(HERE))
import bench_stack
from conftest import free_port, wait_until

CONNECT_S = 300
ROUND_S = 60
MESSAGE_LEAST_BYTES = 1000  # smaller frames are heartbeats and the like


class Case:
    """What one server is started for."""

    def __init__(self, folder, programs, subscribers, message_bytes, workers=1, tls=None, awake=True):
        self.folder, self.programs = folder, programs
        self.subscribers, self.message_bytes = subscribers, message_bytes
        self.workers = workers
        self.tls = tls  # (certificate, key) or None
        self.awake = awake  # the generator has a core of its own


def write(path, content):
    with open(path, "wb") as file:
        file.write(content if isinstance(content, bytes) else content.encode())
    return path


def upgrade(path, subprotocol=None):
    """An HTTP request for a WebSocket."""
    more = f"Sec-WebSocket-Protocol: {subprotocol}\r\n" if subprotocol else ""
    return (f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            f"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n{more}\r\n")


def frame(payload, text=False):
    """A WebSocket frame of a client, masked with zeros."""
    payload = payload.encode() if isinstance(payload, str) else payload
    assert len(payload) < 126
    return bytes([0x81 if text else 0x82, 0x80 | len(payload), 0, 0, 0, 0]) + payload


def post(path, body, content_type="application/octet-stream"):
    return (f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: {content_type}\r\n"
            f"Content-Length: {len(body)}\r\n\r\n").encode() + body


def tasks(pids):
    for pid in pids:
        try:
            for task in os.listdir(f"/proc/{pid}/task"):
                yield pid, task
        except FileNotFoundError:
            pass


def cpu_us(pids):
    """Time on a core of all threads of these processes, in user and kernel."""
    total = 0
    for pid, task in tasks(pids):
        try:
            with open(f"/proc/{pid}/task/{task}/schedstat", encoding="ascii") as file:
                total += int(file.read().split()[0])
        except FileNotFoundError:
            pass
    return total / 1000


def resident_bytes(pids):
    return sum(bench_stack.resident_bytes(pid) for pid in pids)


def pin(pids, core):
    for _, task in list(tasks(pids)):
        os.sched_setaffinity(int(task), {core})


def children(pid):
    with open(f"/proc/{pid}/task/{pid}/children", encoding="ascii") as file:
        return [int(word) for word in file.read().split()]


class Server:
    workers_max = 1
    can_tls = False
    pairs_max = 1000
    rest_s = 0.02

    def __init__(self, case, name=None):
        self.case = case
        self.folder = os.path.join(case.folder, name or self.name)
        os.makedirs(self.folder, exist_ok=True)
        self.started = []
        self.pids = []

    @property
    def serving(self):
        """Those who send to subscribers: their time and memory are counted."""
        return self.pids

    def path(self, name):
        return os.path.join(self.folder, name)

    def run(self, *command, **more):
        """A process of this server; what it says goes into the file `out`."""
        with open(self.path("out"), "ab") as out:
            process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=out, stderr=out, cwd=self.folder, **more)
        self.started.append(process)
        self.pids.append(process.pid)
        return process

    def said(self):
        with open(self.path("out"), encoding="utf-8", errors="replace") as file:
            return file.read()

    def wait_listening(self, *ports):
        import socket
        for port in ports:
            def up(port=port):
                assert all(process.poll() is None for process in self.started), self.said()
                with socket.socket() as probe:
                    return probe.connect_ex(("127.0.0.1", port)) == 0
            wait_until(up, f"{self.name} listens at {port}")

    def message(self):
        return b"x" * self.case.message_bytes

    def stop(self):
        for process in self.started:
            if process.poll() is None:
                process.send_signal(signal.SIGTERM)
        for process in self.started:
            try:
                process.wait(15)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait(15)


class Load:
    """A generator (load_bench) of one server, with its subscribers connected."""

    def __init__(self, server, program):
        self.server = server
        self.said = server.path("load.out")
        command = [program, f"durable={server.path('durable')}", *(["awake=1"] if server.case.awake else []),
                   *server.words()]
        with open(self.said, "ab") as errors:
            self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=errors, text=True)
        self._line("live", CONNECT_S)

    def _line(self, begins, timeout_s):
        ready, _, _ = select.select([self.process.stdout], [], [], timeout_s)
        line = self.process.stdout.readline() if ready else ""
        if not line.startswith(begins):
            with open(self.said, encoding="utf-8", errors="replace") as file:
                raise RuntimeError(f"{self.server.name}: {file.read().strip() or 'the generator said nothing'} {line}")
        return line

    def go(self, number, durable=False):
        """One round. Returns begun_unix_us, and µs from its beginning: reply, then first, p50, p99, last per group."""
        self.process.stdin.write(f"go {number} {int(durable)}\n")
        self.process.stdin.flush()
        values = [int(word) for word in self._line("round", ROUND_S).split()[1:]]
        begun, begun_unix_us, reply, *rest = values
        groups = [[at - begun for at in rest[i:i + 4]] for i in range(0, len(rest), 4)]
        return begun_unix_us, reply - begun if reply else None, groups

    def stop(self):
        self.process.stdin.close()
        try:
            self.process.wait(30)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait(15)
        if self.process.returncode:
            with open(self.said, encoding="utf-8", errors="replace") as file:
                raise RuntimeError(f"{self.server.name}: {file.read().strip()}")


def settle(pids, pause_s=0.05, timeout_s=10):
    """Until these processes have nothing left to do."""
    deadline = time.monotonic() + timeout_s
    before = cpu_us(pids)
    while time.monotonic() < deadline:
        time.sleep(pause_s)
        after = cpu_us(pids)
        if after - before < pause_s * 1e6 * 0.02:
            return
        before = after
