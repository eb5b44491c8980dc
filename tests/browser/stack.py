#!/usr/bin/python3
"""The stack of tests/e2e/conftest.py, told by lines on standard input what to do: for tests in other languages.

    stack.py '{"screens": [...], "gate": {...}, "signage": {...}, "peer": {...}}' → {"gate": URL, "sign": URL}    peer: of signage, at the hub
    {"do": "submit", "details": [[sort, names, state]], "document": …}   → {"id": …, "seq": …}
    {"do": "stop", "name": "signage"}, start                             → {}     SIGTERM, and it must end clean
    {"do": "receipts", "id": …, "user": …}                                          → {"states": {outlet: state}}
    {"do": "proof"}                                                      → {"proof": "proven"|…, "detail": …} of the screens
One line of JSON answers each line; {"error": …} when it could not be done. At the end of the input everything is
stopped; exit status 1 when a process did not end clean.
"""
import json
import os
import sys
import time

sys.dont_write_bytecode = True
ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
sys.path.insert(0, os.path.join(ROOT, "tests", "e2e"))
os.environ.setdefault("HANSHO_BIN", os.path.join(ROOT, "build", "debug", "bin"))

import requests  # noqa: E402  the path comes first

from conftest import Stack, free_port  # noqa: E402
from documents import detail, jst, order  # noqa: E402


def say(answer):
    print(json.dumps(answer, ensure_ascii=False), flush=True)


def submit(stack, details, user="kakuu", code=None, name=None, valid_s=None, **more):
    """code and name: of the municipality, when the sender speaks for another one; valid_s: how long from now it is valid."""
    principal = stack.principal(user)
    code = code or principal["code"]
    details = [detail(sort, names, state, code) for sort, names, state in details]
    text = order(details, code=code, name=name or principal["organisation"], source=principal["source"],
                 status=principal["statuses"][0], **more)
    if valid_s is not None:
        text = text.replace("</ib:ReportDateTime>", f"</ib:ReportDateTime><ib:ValidDateTime>{jst(time.time() + valid_s)}</ib:ValidDateTime>")
    return stack.taken(text, user)


def receipts(stack, id, user="kakuu"):
    rows = stack.status(id, user).json().get("receipts", [])
    return {"states": {row.get("outlet") or row["adapter"]: str(row["state"]).lower() for row in rows}}


def proof(stack):
    rows = requests.get(f"http://{stack.ops['signage']}/status", timeout=5).json()["outlets"]
    return {key: rows[0][key] for key in ("proof", "detail")}


COMMANDS = {
    "submit": submit,
    "receipts": receipts,
    "proof": proof,
    "stop": lambda stack, name: stack.stop(name) and {},
    "start": lambda stack, name: stack.start(name) and {},
}


def answer(stack, line):
    command = json.loads(line)
    try:
        say(COMMANDS[command.pop("do")](stack, **command))
    except (AssertionError, KeyError, OSError) as problem:
        say({"error": f"{type(problem).__name__}: {problem}"})


def main():
    wanted = json.loads(sys.argv[1])
    port = free_port()
    signage = {"program": "hansho-signage", "name": "signage",
               "config": {"listen": f"127.0.0.1:{port}", "screens": wanted["screens"], "player_heartbeat_ms": 500,
                          **wanted.get("signage", {})},
               "peer": wanted.get("peer", {})}
    stack = Stack(mode=wanted.get("mode", "drill"), feeds=0, adapters=[signage], hub={"heartbeat_ms": 1000},
                  gate=wanted.get("gate", {}))
    try:
        say({"gate": stack.gate_url, "sign": f"http://127.0.0.1:{port}"})
        for line in sys.stdin:
            answer(stack, line)
        stack.stop_all()
    finally:
        stack.abort()


if __name__ == "__main__":
    main()
