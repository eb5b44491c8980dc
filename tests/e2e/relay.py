"""A way between two partners that can be cut: what comes in at one end goes out at the other, until somebody pulls the cable.

    relay = Relay(("127.0.0.1", port))            a TCP port of its own in front of that one
    relay = Relay("/tmp/x/feed-1.link", "/tmp/x/feed-1.far")   the same for sockets of a file system
    relay.silence()   from here on nothing passes, and nothing is closed: neither side is told; who dials gets no answer
    relay.reset()     every connection is closed at once
    relay.heal()      new connections pass again (who is still dialling must dial anew); the old ones stay silent, as after a
                      firewall that forgot them, unless heal(kept=True): then what they held back passes on, as after a
                      cable that was put in again
"""

import os
import selectors
import socket
import threading

CHUNK_BYTES = 1 << 16
HELD_MAX_BYTES = 1 << 20  # of one side, while nothing passes: as much as sockets would hold


class Side:
    """One of the two sockets of a connection through the relay."""

    def __init__(self, sock):
        self.sock, self.other, self.out, self.silent = sock, None, b"", False
        sock.setblocking(False)


class Relay:
    def __init__(self, target, listen=("127.0.0.1", 0)):
        self.target = target
        self.listener = socket.socket(socket.AF_UNIX if isinstance(listen, str) else socket.AF_INET)
        self.listener.bind(listen)
        self.listener.listen(512)
        self.listener.setblocking(False)
        self.address = self.listener.getsockname()
        self.sides, self.dialling, self.silent, self.lock = set(), [], False, threading.Lock()
        self.wake, self.woken = socket.socketpair()
        self.selector = selectors.DefaultSelector()
        self.selector.register(self.listener, selectors.EVENT_READ)
        self.selector.register(self.woken, selectors.EVENT_READ)
        self.stopping = False
        self.thread = threading.Thread(target=self._run, daemon=True)
        self.thread.start()

    @property
    def port(self):
        return self.address[1]

    # ---- what tests do ----

    def silence(self):
        with self.lock:
            self.silent = True
            for side in self.sides:
                side.silent = True
        self._nudge()

    def heal(self, kept=False):
        with self.lock:
            self.silent = False
            for side in self.sides:
                side.silent = side.silent and not kept
            self._hang_up()
        self._nudge()

    def reset(self):
        with self.lock:
            for side in list(self.sides):
                self._end(side)
            self._hang_up()
        self._nudge()

    def close(self):
        self.stopping = True
        self._nudge()
        self.thread.join(10)
        for side in list(self.sides):
            self._end(side)
        self._hang_up()
        self.listener.close()
        if isinstance(self.address, str):
            if os.path.exists(self.address):
                os.unlink(self.address)

    def _nudge(self):
        self.wake.send(b".")

    # ---- its thread ----

    def _run(self):
        while not self.stopping:
            with self.lock:
                self._watch()
            for key, events in self.selector.select(0.5):
                if key.fileobj is self.woken:
                    self.woken.recv(CHUNK_BYTES)
                    continue
                with self.lock:
                    if key.fileobj is self.listener:
                        self._accept()
                    elif key.data in self.sides:
                        self._move(key.data, events)

    def _watch(self):
        for side in self.sides:
            wanted = 0
            if not side.silent:
                wanted = selectors.EVENT_WRITE if side.out else 0
                wanted |= selectors.EVENT_READ if len(side.other.out) < HELD_MAX_BYTES else 0
            known = self.selector.get_map().get(side.sock)
            if known and known.events != wanted:
                self.selector.unregister(side.sock)
            if wanted and (not known or known.events != wanted):
                self.selector.register(side.sock, wanted, side)

    def _accept(self):
        try:
            near = Side(self.listener.accept()[0])
        except OSError:
            return
        if self.silent:
            self.dialling.append(near.sock)
            return
        far = Side(socket.socket(self.listener.family))
        near.other, far.other = far, near
        self.sides |= {near, far}
        try:
            far.sock.setblocking(True)
            far.sock.connect(self.target)
            far.sock.setblocking(False)
        except OSError:
            self._end(near)

    def _move(self, side, events):
        if side.silent:
            return
        try:
            if events & selectors.EVENT_READ:
                piece = side.sock.recv(CHUNK_BYTES)
                if not piece:
                    self._end(side)
                    return
                side.other.out += piece
                side = side.other
            if side.out:
                side.out = side.out[side.sock.send(side.out):]
        except BlockingIOError:
            pass
        except OSError:
            self._end(side)

    def _hang_up(self):
        for sock in self.dialling:
            sock.close()
        self.dialling.clear()

    def _end(self, side):
        for one in (side, side.other):
            if one in self.sides:
                self.sides.discard(one)
                if self.selector.get_map().get(one.sock):
                    self.selector.unregister(one.sock)
                one.sock.close()
