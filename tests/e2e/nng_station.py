"""A station's machine that takes its items over nng: the SP protocol of PAIR v0 on a unix socket (controller.py says where
it is written from); the station listens, the adapter dials.
"""

import json
import os
import socket
import struct
import threading

from controller import HANDSHAKE


class NngStation:
    """messages: all that came. It confirms what it gets, as long as `answers` says so."""

    def __init__(self, path, answers=("received", "displayed")):
        self.path, self.answers = path, answers
        self.messages, self.canaries, self.deaf, self.reads = [], 0, False, True
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

    def _take(self, message):
        if message["type"] == "canary":
            self.canaries += 1
            if not self.deaf:
                self.send(message)
            return
        with self.lock:
            self.messages.append(message)
        if message["type"] == "item" and not self.deaf:
            for state in self.answers:
                self.send({"type": "receipt", "seq": message["seq"], "state": state})

    def send(self, message):
        body = json.dumps(message).encode()
        self.connection.sendall(struct.pack(">BQ", 1, len(body)) + body)

    def of(self, kind):
        with self.lock:
            return [message for message in self.messages if message["type"] == kind]

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
