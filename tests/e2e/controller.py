"""An auto-starter for tests."""

import time

from pair_listener import PairListener


class Controller(PairListener):
    """answers: states that are sent for each play, in order; changed by the test at any time."""

    def __init__(self, path, answers=("accepted",)):
        self.answers = answers
        self.requests = []  # whole JSON objects, without canaries and questions
        self.canaries = 0
        self.deaf = False  # takes canaries and does not answer
        self.late = False  # answers each with the token of the one before
        self.token = ""  # of the newest canary
        super().__init__(path)

    def take(self, request):
        if request["type"] == "canary":
            assert set(request) == {"type", "id"}
            self.canaries += 1
            before, self.token = self.token, request["id"]
            if not self.deaf:
                self.answer(before if self.late else self.token, "canary")
            return
        if request["type"] == "ask":
            self.answer(request["id"], "unknown")
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
        self.send({"id": item, "state": state, "detail": detail})

    def plays(self):
        return self.of("play")

    def of(self, kind):
        with self.lock:
            return [r for r in self.requests if r["type"] == kind]
