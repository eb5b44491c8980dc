"""python3-websockets for tests that read like a story: one connection, blocking calls with time limits."""

import asyncio
import json
import threading

import websockets
from websockets.exceptions import ConnectionClosed

__all__ = ["ConnectionClosed", "WebSocket"]

LIMIT_S = 60


class WebSocket:
    """connect, send, recv, close; the loop runs in a thread of its own so that pings are answered."""

    def __init__(self, url, subprotocols=None, **options):
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        self._socket = self._run(self._connect(url, subprotocols, options))

    @staticmethod
    async def _connect(url, subprotocols, options):
        options.setdefault("max_size", 8 << 20)
        options.setdefault("max_queue", 4096)
        return await websockets.connect(url, subprotocols=subprotocols, open_timeout=LIMIT_S, **options)

    def _run(self, coroutine, timeout=LIMIT_S):
        return asyncio.run_coroutine_threadsafe(coroutine, self._loop).result(timeout)

    @property
    def subprotocol(self):
        return self._socket.subprotocol

    def send(self, data):
        self._run(self._socket.send(data if isinstance(data, (str, bytes)) else json.dumps(data)))

    def recv(self, timeout=LIMIT_S):
        """The next message; TimeoutError when there is none in time, ConnectionClosed at the end."""
        return self._run(asyncio.wait_for(self._socket.recv(), timeout), timeout + 5)

    def read(self, timeout=LIMIT_S):
        return json.loads(self.recv(timeout))

    def close(self):
        self._run(self._socket.close())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(LIMIT_S)
        self._loop.close()
