"""How soon a sender sees the receipt of an outlet."""

import datetime
import time

import requests

# Of one submission, and of the list of all, as the console follows it.
PATHS = ("/v1/submissions/{}", "/v1/submissions")


def seen_after_s(stack, path, submission, outlet, user="kakuu"):
    """Follows the long poll of that path until it says that the outlet accepted: how long after the adapter wrote it, by the time in
    the receipt. Nobody may be silent meanwhile."""
    version = 0
    while True:
        reply = requests.get(stack.gate_url + path.format(submission), params={"wait": 20, "version": version}, auth=stack.auth(user), timeout=60)
        now = time.time()
        answer = reply.json()
        version = answer["version"]
        rows = next(row for row in answer.get("submissions", [answer]) if row["id"] == submission)["receipts"]
        assert all(row["silent_ms"] == 0 for row in rows), rows
        for row in rows:
            if (row["outlet"], row["state"]) == (outlet, "accepted"):
                return now - datetime.datetime.fromisoformat(row["time"]).timestamp()
