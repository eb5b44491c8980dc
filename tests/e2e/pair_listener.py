"""The other end of an nng PAIR v0 socket for tests: the SP protocol over a unix socket, written from the protocol's
description (handshake of 8 bytes, then 0x01, length in 8 bytes, message), not with nng. It listens, the adapter dials.
"""

import json
import os
import socket
import struct
import threading

HANDSHAKE = b"\x00SP\x00" + struct.pack(">HH", 16, 0)  # 16 = PAIR v0


class PairListener:
    """A subclass has take(message), which is called in a thread of its own for each JSON message; greet() goes before."""

    def __init__(self, path):
        self.path = path
        self.connections = 0
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
                self.greet()
                while True:
                    kind, length = struct.unpack(">BQ", self._read(9))
                    assert kind == 1
                    self.take(json.loads(self._read(length)))
            except (ConnectionError, OSError):
                self.connection.close()

    def greet(self):
        pass

    def send(self, message):
        body = json.dumps(message).encode()
        self.connection.sendall(struct.pack(">BQ", 1, len(body)) + body)

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
