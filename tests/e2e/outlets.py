"""All four adapters with real outlets behind them, and the principals of two lanes: for tests that look at what comes
out in the end.
"""

import json
import os
import re
import sys

import requests

sys.path.insert(0, os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "history"))

from logs import note_outlet  # noqa: E402

from carriers import Carriers, carrier
from conftest import PRINCIPALS, free_port, wait_until
from controller import Controller


def lane_principals(status, mark, more=()):
    rows = [{**p, "statuses": [status], "password": f"{p['password']}-{mark}",
             "token": f"{p['token']}-{mark}"} for p in PRINCIPALS]
    rows[2]["statuses"] += more
    return rows


class Outlets:
    """All four adapters with their outlets: what came out of each, by notice."""

    def __init__(self, base):
        self.playout, self.plans = os.path.join(base, "air"), os.path.join(base, "plans")
        os.makedirs(self.plans)
        self.carriers = Carriers()
        self.controller = Controller(os.path.join(base, "ctl"))
        self.sign = free_port()
        quick = {"retry_first_ms": 50, "retry_max_ms": 200, "heartbeat_ms": 1000,
                 "attempt_timeout_ms": 5000, "stop_grace_ms": 300}
        self.adapters = [
            {"program": "hansho-broadcaster", "name": "broadcaster",
             "config": {"listen": f"127.0.0.1:{free_port()}", "out_dir": self.playout}},
            {"program": "hansho-telecom", "name": "telecom", "config": {
                **quick, "carriers": [{**carrier("good", self.carriers.url("/ok")),
                                       "live_endpoint": self.carriers.url("/ok")}]}},
            {"program": "hansho-signage", "name": "signage", "config": {
                "listen": f"127.0.0.1:{self.sign}",
                "screens": [{"id": "hall", "name": "架空市役所", "areas": ["990019"]}]}},
            {"program": "hansho-jalert", "name": "jalert", "config": {
                **quick, "plan_dir": self.plans, "controller_url": self.controller.url}},
        ]
        self.names = [adapter["name"] for adapter in self.adapters]

    def aired(self, mode="drill"):
        folder = os.path.join(self.playout, mode, "99")
        names = os.listdir(folder) if os.path.isdir(folder) else []
        return sorted(int(n[:-5]) for n in names if re.fullmatch(r"\d+\.json", n))

    def mailed(self):
        """Distinct keys: what comes again carries the same one, and a carrier takes it once."""
        return sorted(int(key.split("-")[-3]) for key in {mail[1] for mail in self.carriers.of("/ok")})

    def planned(self):
        return sorted(int(name[:-5].rsplit("-", 1)[1]) for name in os.listdir(self.plans)
                      if name.endswith(".json"))

    def played(self):
        return sorted(int(i.rsplit("-", 1)[1]) for i in {r["id"] for r in self.controller.plays()})

    def all(self):
        return {"aired": self.aired(), "mailed": self.mailed(), "planned": self.planned(),
                "played": self.played()}

    def have(self, seqs, what):
        want = dict.fromkeys(("aired", "mailed", "planned", "played"), sorted(seqs))
        try:
            wait_until(lambda: self.all() == want, what)
        except AssertionError:
            assert self.all() == want, f"{what}: {self.all()}"

    def _files(self, folder, mode, name):
        """[(unix_ns, notice, mode)] of the JSON files that match."""
        found = []
        for entry in os.scandir(folder) if os.path.isdir(folder) else []:
            if re.fullmatch(name, entry.name):
                with open(entry.path, encoding="utf-8") as file:
                    record = json.load(file)
                found.append((entry.stat().st_mtime_ns, record.get("notice", record), mode))
        return found

    def note(self, notes, epoch, mode="drill"):
        """Puts what came out so far into logs for the history checker. mode: of the outlets."""
        mails = {mail[1]: (int(mail[3] * 1e9), mail[2]["notice"], mail[2]["mode"]) for mail in
                 reversed(self.carriers.of("/ok"))}  # a carrier takes each key once: when it came first
        air, plans = [], []
        for lane in ("live", "drill"):
            air += self._files(os.path.join(self.playout, lane, "99"), lane, r"\d+\.json")
            plans += self._files(self.plans, lane, lane + r"-.*\.json")
        for name, seen in (("mails", mails.values()), ("air", air), ("plans", plans)):
            note_outlet(notes.log("subscriber", f"{name}-{mode}"), name, {"mode": mode, "kinds": ["evacuation"]}, epoch, seen)

    def shown(self):
        return requests.get(f"http://127.0.0.1:{self.sign}/sign/status", timeout=20)

    def close(self):
        self.carriers.close()
        self.controller.close()
