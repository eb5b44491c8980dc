"""A subscriber of the feed in its three forms, and the rules by which protobuf becomes JSON.

The forms: json and proto (WebSocket, python3-websockets) and sse (event stream, read by the rules of the standard). All
have the same calls and give the same frames, so that a test can take the form as its parameter. The rules of
protobuf (top of schemas/notice.proto) are written here once more, on purpose: not by the code under test.
"""

import asyncio
import datetime
import json
import os
import sys
import urllib.parse

import websockets

sys.path.insert(0, os.environ.get("HANSHO_PYTHON", "build/gen/python"))

from schemas import link_pb2  # noqa: E402

WAIT_S = 60
EVENT_MAX_BYTES = 1 << 26
FORMS = ("json", "proto", "sse")


def _enum_word(field, number):
    value = field.enum_type.values_by_number.get(number)
    if value is None:
        return number
    prefix = field.enum_type.values[0].name.rsplit("UNSPECIFIED", 1)[0]
    return value.name[len(prefix):].lower()


def _time(message):
    zone = datetime.timezone(datetime.timedelta(minutes=message.offset_minutes))
    moment = datetime.datetime.fromtimestamp(message.unix_us / 1e6, zone)
    return moment.replace(microsecond=message.unix_us % 1000000).isoformat()


def _value(field, value):
    if field.type == field.TYPE_MESSAGE:
        return _time(value) if field.message_type.name == "Time" else plain(value)
    if field.type == field.TYPE_ENUM:
        return _enum_word(field, value)
    if field.type == field.TYPE_BYTES:
        return value.hex()
    return value


def plain(message):
    """A message as the dictionary that its JSON is."""
    out = {}
    for field, value in message.ListFields():
        if field.label == field.LABEL_REPEATED:
            out[field.name] = [_value(field, item) for item in value]
        else:
            out[field.name] = _value(field, value)
    return out


def frame_of(data):
    if isinstance(data, str):
        return json.loads(data)
    frame = link_pb2.FeedFrame.FromString(data)
    name = frame.WhichOneof("body")
    return {"type": name, **plain(getattr(frame, name))}


def trimmed(value):
    """Without zeros, false and empty texts and lists: what protobuf leaves out on its own."""
    if isinstance(value, dict):
        return {k: trimmed(v) for k, v in value.items() if v not in (0, False, "", [])}
    if isinstance(value, list):
        return [trimmed(v) for v in value]
    return value


def subscribe_message(form, **wish):
    if form == "json":
        return json.dumps({"type": "subscribe", **wish})
    frame = link_pb2.FeedFrame()
    start = wish.pop("from", None)
    if isinstance(start, str):
        frame.subscribe.from_text = start
    elif start is not None:
        getattr(frame.subscribe, "from").epoch = start["epoch"]
        getattr(frame.subscribe, "from").seq = start["seq"]
    frame.subscribe.mode = wish.pop("mode", "")
    frame.subscribe.areas.extend(wish.pop("areas", []))
    frame.subscribe.kinds.extend(wish.pop("kinds", []))
    frame.subscribe.level_min = wish.pop("level_min", 0)
    assert not wish, wish
    return frame.SerializeToString()


class EventStream:
    """The event stream, with the part of a WebSocket that Subscriber uses; it opens with the wish, not before."""

    def __init__(self, url):
        where = urllib.parse.urlsplit(url)
        self.host, self.port, self.reader, self.writer = where.hostname, where.port, None, None
        self.last_id = self.retry_ms = None

    async def subscribe(self, **wish):
        start = wish.pop("from", None)
        query = {name: ",".join(value) if isinstance(value, list) else value for name, value in wish.items()}
        head = ""
        if isinstance(start, dict):
            head = f"Last-Event-ID: {start['epoch']}:{start['seq']}\r\n"
        elif start is not None:
            query["from"] = start
        self.reader, self.writer = await asyncio.open_connection(self.host, self.port, limit=EVENT_MAX_BYTES)
        self.writer.write((f"GET /v1/events?{urllib.parse.urlencode(query)} HTTP/1.1\r\nHost: {self.host}\r\n"
                           f"Accept: text/event-stream\r\n{head}\r\n").encode())
        head = (await self.reader.readuntil(b"\r\n\r\n")).decode().lower()
        if not head.startswith("http/1.1 200 "):
            raise ConnectionRefusedError(head.splitlines()[0])
        assert "\r\ncontent-type: text/event-stream" in head, head

    async def recv(self):
        while True:
            event = await self.reader.readuntil(b"\n\n")
            text = []
            for line in event.decode().split("\n"):
                name, _, value = line.partition(":")
                value = value.removeprefix(" ")
                if name == "data":
                    text.append(value)
                elif name == "id":
                    self.last_id = value
                elif name == "retry":
                    self.retry_ms = int(value)
            if text:
                return "\n".join(text)

    @property
    def transport(self):
        return self.writer.transport if self.writer else None

    async def wait_closed(self):
        pass

    async def close(self):
        if self.writer:
            self.writer.transport.abort()


class Subscriber:
    """async with Subscriber(url) as s: await s.subscribe(…); await s.until("live")"""

    def __init__(self, url, form="json", **options):
        self.url, self.form, self.options = url, form, options
        self.seen = []

    async def __aenter__(self):
        if self.form == "sse":
            self.ws = EventStream(self.url)
            return self
        self.ws = await asyncio.wait_for(websockets.connect(
            self.url, subprotocols=[f"hansho.v1.{self.form}"], max_size=None, ping_interval=None,
            compression=None, close_timeout=2, **self.options), WAIT_S)
        return self

    async def __aexit__(self, *_):
        await self.ws.close()

    async def next(self, timeout_s=WAIT_S):
        frame = frame_of(await asyncio.wait_for(self.ws.recv(), timeout_s))
        self.seen.append(frame)
        return frame

    async def until(self, kind, timeout_s=WAIT_S):
        """Frames up to and with the first of this type; heartbeats are left out unless asked for.
        timeout_s holds for all of it."""
        frames = []
        clock = asyncio.get_running_loop().time
        end = clock() + timeout_s
        while True:
            frame = await self.next(max(0.01, end - clock()))
            if frame["type"] == "heartbeat" != kind:
                continue
            frames.append(frame)
            if frame["type"] == kind:
                return frames

    async def notices(self, count, timeout_s=WAIT_S):
        out = []
        while len(out) < count:
            out += [f for f in await self.until("notice", timeout_s) if f["type"] == "notice"]
        return out

    async def quiet(self, for_s=0.3):
        """Nothing but heartbeats for a while."""
        end = asyncio.get_running_loop().time() + for_s
        while (left := end - asyncio.get_running_loop().time()) > 0:
            try:
                frame = await self.next(left)
            except asyncio.TimeoutError:
                return
            assert frame["type"] == "heartbeat", frame

    async def subscribe(self, **wish):
        wish.setdefault("mode", "drill")
        if self.form == "sse":
            await asyncio.wait_for(self.ws.subscribe(**wish), WAIT_S)
            return
        await self.ws.send(subscribe_message(self.form, **wish))

    async def start(self, **wish):
        """hello, subscribe; what comes up to `live`."""
        if self.form == "sse":
            await self.subscribe(**wish)
            return await self.until("live")
        hello = (await self.until("hello"))[0]
        await self.subscribe(**wish)
        return [hello, *await self.until("live")]

    async def refused(self):
        """The error frame, the close code and the reason that end it."""
        error = (await self.until("error"))[-1]
        try:
            while True:
                await self.next()
        except websockets.ConnectionClosed:
            return error, self.ws.close_code, self.ws.close_reason
