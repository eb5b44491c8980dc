"""A station's machine that takes its items over nng."""

from pair_listener import PairListener


class NngStation(PairListener):
    """messages: all that came. It confirms what it gets, as long as `answers` says so."""

    def __init__(self, path, answers=("received", "displayed")):
        self.answers = answers
        self.messages, self.canaries, self.deaf = [], 0, False
        super().__init__(path)

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
