"""An auto-starter for tests: speaks the SP protocol of nng's PAIR v0 over a unix socket, written from the
protocol's description (handshake of 8 bytes, then 0x01, length in 8 bytes, message), not with nng.
"""

import json
import os
import socket
import struct
import threading
import time

HANDSHAKE = b"\x00SP\x00" + struct.pack(">HH", 16, 0)  # 16 = PAIR v0


class Controller:
    """answers: states that are sent for each play, in order; changed by the test at any time."""

    def __init__(self, path, answers=("accepted",)):
        self.path, self.answers = path, answers
        self.requests = []  # whole JSON objects, without canaries
        self.canaries, self.connections = 0, 0
        self.deaf = False  # takes canaries and does not answer
        self.late = False  # answers each with the token of the one before
        self.token = ""  # of the newest canary
        self.connection = None
        self.lock = threading.Lock()
        self.server = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.server.bind(path)
        self.server.listen(1)
        self.thread = threading.Thread(target=self._serve, daemon=True)
        self.thread.start()

    @property
    def url(self):
        return f"ipc://{self.path}"

    def _read(self, count):
        data = b""
        while len(data) < count:
            piece = self.connection.recv(count - len(data))
            if not piece:
                raise ConnectionError("closed")
            data += piece
        return data

    def _serve(self):
        while True:
            try:
                self.connection, _ = self.server.accept()
                self.connections += 1
            except OSError:
                return
            try:
                self.connection.sendall(HANDSHAKE)
                assert self._read(8) == HANDSHAKE
                while True:
                    kind, length = struct.unpack(">BQ", self._read(9))
                    assert kind == 1
                    self._take(json.loads(self._read(length)))
            except (ConnectionError, OSError):
                self.connection.close()

    def _take(self, request):
        if request["type"] == "canary":
            assert set(request) == {"type", "id"}
            self.canaries += 1
            before, self.token = self.token, request["id"]
            if not self.deaf:
                self.answer(before if self.late else self.token, "canary")
            return
        with self.lock:
            self.requests.append({**request, "at": time.time()})
        if request["type"] == "audio":
            return
        if request["type"] == "play":
            for state in self.answers:
                self.answer(request["id"], state)
        else:
            self.answer(request["id"], "failed", "stopped")

    def answer(self, item, state, detail=""):
        body = json.dumps({"id": item, "state": state, "detail": detail}).encode()
        self.connection.sendall(struct.pack(">BQ", 1, len(body)) + body)

    def plays(self):
        with self.lock:
            return [r for r in self.requests if r["type"] == "play"]

    def of(self, kind):
        with self.lock:
            return [r for r in self.requests if r["type"] == kind]

    def close(self):
        for end in (self.server, self.connection):
            try:
                if end:
                    end.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass  # closed already
        self.server.close()
        self.thread.join(5)
        if os.path.exists(self.path):
            os.unlink(self.path)
