"""A disk that others fill up: who is refused, who still gets through on the reserve, and that it ends by itself.

The disk is a tmpfs of our own where that may be mounted, with real room and a real end. Where it may not, the reserve is
put above what any disk has: the same code, without the end. (The end by strace: test_faults.py.)
"""

import os
import subprocess
import tempfile

import pytest
import requests

from conftest import wait_until
from documents import detail, new_id, order
from witness import journal_is_whole

DISK_BYTES = 8 << 20
RESERVE_BYTES = 4 << 20
SORTS = {3: "高齢者等避難", 4: "避難指示", 5: "緊急安全確保"}


class Disk:
    """A file system of 8 MiB, and a file that takes its room."""

    def __init__(self):
        self.dir = tempfile.mkdtemp(prefix="hs-disk-", dir="/tmp")
        self.mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={DISK_BYTES}", "tmpfs", self.dir],
                                      capture_output=True, check=False).returncode == 0
        self.filler = os.path.join(self.dir, "filler")

    def free(self):
        room = os.statvfs(self.dir)
        return room.f_bavail * room.f_frsize

    def fill(self, leave):
        """Until about so many bytes are free."""
        with open(self.filler, "wb", buffering=0) as file:
            while self.free() > leave:
                file.write(b"\0" * min(1 << 16, self.free() - leave))

    def empty(self):
        os.unlink(self.filler)

    def remove(self):
        if self.mounted:
            subprocess.run(["umount", "--lazy", self.dir], check=True)
        os.rmdir(self.dir)


@pytest.fixture
def disk():
    one = Disk()
    yield one
    one.remove()


def level(number, place="北町一丁目", **more):
    return order([detail(SORTS[number], [place])], **more)


def codes(reply):
    return [finding["code"] for finding in reply.json().get("findings", [])]


def refused(stack, document):
    reply = stack.submit(document)
    assert (reply.status_code, reply.json()["code"]) == (503, "not_stored"), reply.text
    assert "disk_full" in codes(reply), reply.text
    assert "もう一度送って" in reply.json()["message"]["ja"], "it says what to do"
    assert "取消、警戒レベル4・5" in reply.text and "level 4 and 5" in reply.text, "and what is still taken"
    return reply


def low(stack):
    return requests.get(f"http://{stack.ops['hub']}/status", timeout=20).json()["disk"]


def test_the_reserve_is_for_what_cannot_wait(disk, make_stack, keep):
    if not disk.mounted:
        pytest.skip("may not mount; test_a_reserve_that_nobody_has shows the same refusals")
    stack = make_stack(hub={"journal": os.path.join(disk.dir, "journal.db"), "checkpoint_pages": 100,
                            "reserve_bytes": RESERVE_BYTES})
    book = keep(stack)
    before, lifted = new_id(), new_id()
    first = level(3, document=before)
    assert book.submit(first).status_code == 202
    assert book.submit(level(4, "南町", document=lifted)).status_code == 202
    assert not low(stack)["low"]

    disk.fill(RESERVE_BYTES - (1 << 19))
    waiting = level(3, "東町")
    refused(stack, waiting)
    refused(stack, order([detail("避難指示", ["南町"], state="解除")], document=lifted, revision=2))
    assert stack.submit(first).json()["outcome"] == "duplicate", "what is stored is known to be"
    for urgent in (level(4, "西町"), level(5, "西町", document=before, revision=2),
                   order([detail("緊急退避", ["西町"])]),
                   order([detail("避難指示", ["南町"])], document=lifted, revision=2, kind="Cancel", errata="誤り")):
        reply = book.submit(urgent)
        assert reply.status_code == 202 and reply.json()["outcome"] == "accepted", reply.text
    said = low(stack)
    assert said["low"] and said["free_bytes"] < said["reserve_bytes"] == RESERVE_BYTES
    metrics = stack.metrics("hub")
    assert metrics["hansho_hub_disk_low"] == 1 and metrics["hansho_hub_disk_free_bytes"] < RESERVE_BYTES

    disk.empty()
    reply = book.submit(waiting)
    assert reply.json()["outcome"] == "accepted", "alone, and with the next submission"
    assert stack.metrics("hub")["hansho_hub_disk_low"] == 0
    book.settle()
    assert stack.stop("hub").count("hub.disk_low") == 1
    journal_is_whole(os.path.join(disk.dir, "journal.db"))
    stack.start("hub")
    stack.processes["gate"].wait_ready(stack.ops["gate"])
    book.settle()


def test_the_reserve_goes_on_to_the_real_end(disk, make_stack, keep):
    """Urgent orders go on until nothing is left; then they are told too, and room mends it."""
    if not disk.mounted:
        pytest.skip("may not mount; test_faults.py has the end by strace")
    stack = make_stack(hub={"journal": os.path.join(disk.dir, "journal.db"), "checkpoint_pages": 100,
                            "reserve_bytes": RESERVE_BYTES})
    book = keep(stack)
    book.good()
    disk.fill(1 << 20)
    taken, document = 0, None
    for _ in range(2000):
        document = order([detail("避難指示", [f"{i}丁目" for i in range(60)])])
        reply = book.submit(document)
        if reply.status_code != 202:
            break
        taken += 1
    assert taken >= 3, "the reserve is worth something"
    assert reply.status_code == 503 and "disk_full" in codes(reply), reply.text
    assert stack.processes["hub"].running()
    disk.empty()
    wait_until(lambda: book.submit(document).status_code == 202, "goes on alone")
    print(f"\n{taken} orders on the reserve")
    book.settle()


def test_a_reserve_that_nobody_has(make_stack, keep):
    stack = make_stack(hub={"reserve_bytes": 1 << 40})
    if not low(stack)["low"]:
        pytest.skip("a disk of more than a terabyte")
    book = keep(stack)
    refused(stack, level(3))
    book.good()
    book.good(details=[detail("緊急安全確保", ["北町一丁目"])])
    book.settle()
