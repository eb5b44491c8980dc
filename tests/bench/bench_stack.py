"""Hub, gate and feed of a release build for the benches, and the requests that are sent to them.

The same wiring as the end-to-end tests (conftest.Stack), but what the programs say goes into files: a reader
that wakes for each line would take its time from what is measured.
"""

import base64
import os
import statistics
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "e2e"))


def programs_of(folder):
    """The programs in folder/bin are those that are measured."""
    os.environ["HANSHO_BIN"] = os.path.join(folder, "bin")


def free_port():
    import conftest
    return conftest.free_port()


def start(folder, mode="drill", **options):
    """A running stack of the programs in folder/bin. options may name `wrap`: words before each command."""
    programs_of(folder)
    import conftest
    conftest.BIN = os.environ["HANSHO_BIN"]
    wrap = options.pop("wrap", [])

    class QuietProcess(conftest.Process):
        def __init__(self, program, arguments, name=None, env=None):
            self.name = name or program
            self.path = f"{arguments[-1]}.out"
            with open(self.path, "wb") as out:
                self.popen = subprocess.Popen(
                    [*wrap, os.path.join(conftest.BIN, program), *arguments], stdin=subprocess.DEVNULL,
                    stdout=out, stderr=subprocess.STDOUT, env={**os.environ, **(env or {})})
            self._reader = self

        def join(self, _timeout_s):
            """There is no thread to wait for."""

        @property
        def output(self):
            with open(self.path, encoding="utf-8", errors="replace") as file:
                return file.read()

    conftest.Process = QuietProcess
    return conftest.Stack(mode=mode, **options)


DOCUMENTS = 50


def write_request(path, stack, body, user="kakuu"):
    """One whole HTTP request as a file."""
    basic = base64.b64encode(":".join(stack.auth(user)).encode()).decode()
    head = (f"POST /v1/submissions HTTP/1.1\r\nHost: bench\r\nAuthorization: Basic {basic}\r\n"
            f"Content-Type: application/xml\r\nContent-Length: {len(body)}\r\n\r\n")
    with open(path, "wb") as file:
        file.write(head.encode("ascii") + body)


def write_requests(folder, stack, count, places=1, in_turn=DOCUMENTS, first=0):
    """Whole HTTP requests first … count - 1. Returns the size of one document in bytes.

    They are the revisions of `in_turn` documents in turn, as in a long disaster: thousands of documents of one
    town that are all in force would measure something that does not happen."""
    import documents
    details = [documents.detail("避難指示", [f"北町{n + 1}丁目" for n in range(places)])]
    status = "Actual" if stack.mode == "live" else "Exercise"
    for number in range(first, count):
        body = documents.order(details, document=f"bench-{number % in_turn}", status=status,
                               revision=number // in_turn + 1).encode("utf-8")
        write_request(os.path.join(folder, str(number)), stack, body)
    return len(body)


def resident_bytes(pid):
    with open(f"/proc/{pid}/statm", encoding="ascii") as file:
        return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")


def percentile(values, part):
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * part))]


def spread(values, digits=2):
    """Median and range of a list as one text."""
    return (f"{statistics.median(values):.{digits}f} "
            f"({min(values):.{digits}f}–{max(values):.{digits}f})")
