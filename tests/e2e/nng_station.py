"""A station's machine that takes its items over nng."""

from pair_listener import PairListener


class NngStation(PairListener):
    """messages: all that came. It confirms what it gets, as long as `answers` says so. proof: what it says first of itself."""

    def __init__(self, path, answers=("received", "displayed"), proof=None):
        self.answers, self.proof = answers, proof
        self.messages, self.canaries, self.deaf = [], 0, False
        super().__init__(path)

    def greet(self):
        if self.proof:
            self.send({"type": "subscribe", **self.proof})

    def take(self, message):
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

    def of(self, kind):
        with self.lock:
            return [message for message in self.messages if message["type"] == kind]
