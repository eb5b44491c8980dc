"""Carrier endpoints for tests: an HTTP server that takes what the telecom adapter posts, or misbehaves.

The path decides: /ok takes it, /slow takes it after a while, /flaky answers 503 twice to each mail first,
/refuse answers 422, /late takes it and answers only after `late_s`; what comes there again gets `late_again`, /hang never answers, /babble refuses with bytes that are no UTF-8. A canary is no mail: it is counted apart and given back, except at paths of
`deaf` (which take it like a mail), `broken` (any status) and `names` (which are another carrier's); /hang hangs. GET
/canaries/TOKEN reads it back, unless its path is one of `drops`; GET /results/NAME/KEY tells what became of a mail, by the list
`results[NAME]` of states, one for each question. Decoding of the pages is written from TS 23.041, not from the code.
"""

import collections
import http.server
import json
import ssl
import threading
import time


class Carriers:
    def __init__(self, slow_s=0.6, tls=None):
        """tls: (certificate, key) as paths; None = plain."""
        self.mails = []  # (path, idempotency key, document, time)
        self.tries = collections.Counter()
        self.canaries = []  # (path, document)
        self.connections = 0
        self.deaf, self.drops, self.broken, self.names = set(), set(), {}, {}
        self.results = {}
        self.down = set()  # paths that answer 503 to mails
        self.slow_s = slow_s
        self.late_s, self.late_again = 1.6, 409
        self.lock = threading.Lock()
        self.stopping = threading.Event()
        owner = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            disable_nagle_algorithm = True  # head and body leave apart: each answer would wait for the ack of its head

            def setup(self):
                owner.connections += 1
                super().setup()

            def do_POST(self):
                owner.take(self)

            def do_GET(self):
                if self.path.startswith("/results/"):
                    owner.take_question(self)
                    return
                token = self.path.rsplit("/", 1)[1]
                found = any(document["canary"] == token and path not in owner.drops
                            for path, document in owner.canaries)
                owner.answer(self, 200 if found else 404, json.dumps({"canary": token} if found else {}).encode())

            def log_message(self, *_arguments):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.scheme = "https" if tls else "http"
        if tls:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(*tls)
            self.server.socket = context.wrap_socket(self.server.socket, server_side=True)
        self.thread = threading.Thread(target=self.server.serve_forever, daemon=True)
        self.thread.start()

    def url(self, path):
        return f"{self.scheme}://127.0.0.1:{self.server.server_address[1]}{path}"

    def take(self, request):
        body = request.rfile.read(int(request.headers["Content-Length"]))
        key = request.headers["Idempotency-Key"]
        path = request.path
        assert request.headers["Content-Type"] == "application/json; charset=utf-8"
        assert request.headers.get("Expect") is None
        document = json.loads(body)
        if "canary" in document:
            self.take_canary(request, path, key, document)
            return
        with self.lock:
            self.tries[(path, key)] += 1
            tries = self.tries[(path, key)]
        if path == "/hang":
            self.stopping.wait(30)
        if path == "/slow":
            time.sleep(self.slow_s)
        status = self.late_again if path == "/late" and tries > 1 else 202
        if path in ("/refuse", "/babble"):
            status = 422
        elif path in self.down or (path == "/flaky" and tries <= 2):
            status = 503
        with self.lock:
            if status == 202:
                self.mails.append((path, key, document, time.time()))
        if path == "/late" and tries == 1:
            self.stopping.wait(self.late_s)
        self.answer(request, status, "あ".encode()[1:] * 40 if path == "/babble" else b"done")

    def take_canary(self, request, path, key, document):
        assert set(document) == {"canary", "carrier", "mode"} and key == document["canary"]
        with self.lock:
            self.canaries.append((path, document))
        if path == "/hang":
            self.stopping.wait(30)
        document = {**document, "carrier": self.names.get(path, document["carrier"])}
        status = self.broken.get(path, 200)
        self.answer(request, status, b"done" if path in self.deaf else json.dumps(document).encode())

    def take_question(self, request):
        _, _, name, key = request.path.split("/")
        with self.lock:
            known = any(mail[1] == key for mail in self.mails)
            state = self.results[name].pop(0) if known and self.results.get(name) else "pending"
        reason = {"reason": "基地局の故障"} if state == "failed" else {}
        self.answer(request, 200 if known else 404, json.dumps({"state": state, **reason}).encode())

    @staticmethod
    def answer(request, status, body):
        try:
            request.send_response(status)
            request.send_header("Content-Length", str(len(body)))
            request.end_headers()
            request.wfile.write(body)
        except OSError:
            pass  # it did not wait for us

    def of(self, path):
        with self.lock:
            return [mail for mail in self.mails if mail[0] == path]

    def close(self):
        self.stopping.set()
        self.server.shutdown()
        self.server.server_close()
        self.thread.join(10)


def carrier(name, endpoint, **more):
    return {"name": name, "drill_endpoint": endpoint, **more}


def pages_text(pages):
    """UCS-2 pages of 82 octets back to text, carriage returns of the padding removed."""
    assert 1 <= len(pages) <= 15
    raw = b"".join(bytes.fromhex(page) for page in pages)
    assert all(len(page) == 164 for page in pages)
    return raw.decode("utf-16-be").rstrip("\r")
