#!/usr/bin/python3
"""Start of the hub on a journal of N notices: exec → /readyz says 200, and its memory afterwards.

    tests/bench/start.py [--notices 10000 100000] [--starts 5] [--folder build/release]

hub_start_bench writes the journal through the hub's own core and journal; the hub is then started on it again
and again, each time ended with SIGTERM. The first start stands apart: the note of what is in force is taken out of the
journal before it, so the hub works it out anew, as after a change of HS_ACTIVE_RULES (schemas/active.h). Prints one
JSON line. The files are in the cache of the system, as they are after a crash of the process; after a restart of the machine the disk comes on top.
"""

import argparse
import http.client
import json
import os
import sqlite3
import statistics
import subprocess
import tempfile
import time

import bench_stack


def options():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--notices", type=int, nargs="+", default=[10000, 100000])
    parser.add_argument("--starts", type=int, default=5)
    parser.add_argument("--folder", default="build/release", help="of bin/ and tests/bench/")
    return parser.parse_args()


def write_journal(asked, path, notices):
    """Returns what hub_start_bench found out on the way: name → value."""
    command = [os.path.join(asked.folder, "tests/bench/hub_start_bench"), str(notices), path]
    out = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True, timeout=600).stdout
    return {name: float(value) for name, value in (line.split() for line in out.splitlines())}


def is_ready(port):
    try:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=1)
        connection.request("GET", "/readyz")
        return connection.getresponse().status == 200
    except OSError:
        return False


def start_once(asked, folder):
    import conftest
    port = conftest.free_port()
    config = os.path.join(folder, "hub.yaml")
    with open(config, "w", encoding="utf-8") as file:
        file.write(f"mode: drill\njournal: {folder}/journal.db\nops_listen: 127.0.0.1:{port}\n"
                   f"peers:\n  - {{name: gate, kind: gate, url: 'unix://{folder}/gate.link'}}\n"
                   f"  - {{name: feed, kind: feed, url: 'unix://{folder}/feed.link'}}\n")
    begin = time.monotonic()
    with open(os.path.join(folder, "hub.out"), "ab") as out:
        hub = subprocess.Popen([os.path.join(asked.folder, "bin/hansho-hub"), "--config", config],
                               stdout=out, stderr=out)
    try:
        while not is_ready(port):
            assert hub.poll() is None and time.monotonic() < begin + 60, "the hub did not start"
            time.sleep(0.002)
        ready_ms = (time.monotonic() - begin) * 1000
        memory = bench_stack.resident_bytes(hub.pid)
        hub.terminate()
        assert hub.wait(20) == 0, "the hub did not stop clean"
    finally:
        if hub.poll() is None:
            hub.kill()
    return ready_ms, memory / 2**20


def forget_note(path):
    with sqlite3.connect(path) as journal:
        assert journal.execute("DELETE FROM meta WHERE name = 'note'").rowcount == 1, "there was no note"
    journal.close()


def measure(asked, notices):
    with tempfile.TemporaryDirectory(prefix="hs-bench-") as folder:
        path = os.path.join(folder, "journal.db")
        alone = write_journal(asked, path, notices)
        forget_note(path)
        first_ms = start_once(asked, folder)[0]
        starts = [start_once(asked, folder) for _ in range(asked.starts)]
        return {"notices": notices, "starts": asked.starts, "first_ms": round(first_ms),
                "journal_mib": round(os.path.getsize(path) / 2**20, 1),
                "ready_ms": round(statistics.median(s[0] for s in starts)),
                "ready_ms_min": round(min(s[0] for s in starts)),
                "ready_ms_max": round(max(s[0] for s in starts)),
                "resident_mib": round(statistics.median(s[1] for s in starts), 1), **alone}


def main():
    asked = options()
    bench_stack.programs_of(asked.folder)
    print(json.dumps([measure(asked, notices) for notices in asked.notices]))


if __name__ == "__main__":
    main()
