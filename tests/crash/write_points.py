"""Every place where the hub writes, found by looking: three stories told once each under strace.

A point is the k-th call of one kind on one file in one story. strace counts by thread, and the first thread that gets
there is hit; so there are three stories that between them let each thread be the first: a journal that is made (the
start writes), one that goes on after a crash (the writer and the checkpointer write), one that is short and stopped
in good order (the stop folds the log back).
A signal of strace comes on entering a call, before it has any effect. What lies between two of these points is the
effect of one call; and what goes out to a peer is a call like the others. So each state of disk and wire that a death
can leave behind is there.
"""

import os
import re
import shutil
import tempfile
from collections import Counter, namedtuple

from hub_alone import Hub, Teller, story

FILE_CALLS = "pwrite64,fsync,fdatasync,ftruncate,fallocate,unlink,unlinkat,rename"
WIRE_CALLS = "write,writev,sendmsg,sendto"
LINE = re.compile(r"(\d+) +(\w+)\((?:\d+<([^>]*)>|AT_FDCWD[^,]*, \"([^\"]*)\"|\"([^\"]*)\")?")

Point = namedtuple("Point", "story file call k")


class Story:
    """A journal to begin with, and what is told to it."""

    def __init__(self, name, image, submissions, past=None):
        self.name, self.image, self.submissions, self.past = name, image, submissions, past

    def hub(self, base="/tmp"):
        return Hub(self.image, base)

    def teller(self, hub):
        return Teller(hub, self.submissions, self.past)


def prepared(folder, name, submissions, end, image=None):
    """A journal with a past (after that of image), put down by `end` (Hub.kill or Hub.stop): (folder, its teller)."""
    hub = Hub(image)
    try:
        hub.start()
        teller = Teller(hub, submissions)
        teller.tell()
        end(hub)
        assert len(teller.acknowledged) == len(submissions)
        image = os.path.join(folder, name)
        os.mkdir(image)
        for suffix in ("", "-wal", ".head"):
            if os.path.exists(hub.journal + suffix):
                shutil.copy(hub.journal + suffix, image)
    finally:
        hub.remove()
    return image, teller


def stories(seed, folder):
    past = story(seed + 500000, 5, 9000)
    crashed, told = prepared(folder, f"crashed-{seed}", past, Hub.kill)
    closed, told_closed = prepared(folder, f"closed-{seed}", past, Hub.stop)
    return [Story(f"new-{seed}", None, story(seed, 17, 40000)),
            Story(f"crashed-{seed}", crashed, story(seed + 1000, 17, 40000), told),
            Story(f"closed-{seed}", closed, story(seed + 2000, 4, 20000), told_closed)]


def points_of(one):
    """Told once, undisturbed: how often each thread made each call on each file."""
    hub = one.hub()
    calls = Counter()
    try:
        hub.start(["-e", f"trace={FILE_CALLS},{WIRE_CALLS}"])
        teller = one.teller(hub)
        teller.tell()
        assert hub.stop() == 0, hub.said()
        assert len(teller.replies) == len(one.submissions), (teller.open, teller.findings)
        for line in hub.traced().splitlines():
            made = LINE.match(line)
            if not made:
                continue
            path = made[3] or made[4] or made[5] or ""
            if made[2] in WIRE_CALLS.split(","):
                calls[("", made[2], made[1])] += 1
            elif path == hub.dir or path.startswith(hub.journal):
                calls[(os.path.relpath(path, hub.dir), made[2], made[1])] += 1
    finally:
        hub.remove()
    most = Counter()
    for (file, call, _), count in calls.items():
        most[(file, call)] = max(most[(file, call)], count)
    return [Point(one, file, call, k) for (file, call), count in sorted(most.items()) for k in range(1, count + 1)]


def strace_of(point, hub, what):
    """Options that do `what` at the point. All syncs of that file are in the trace."""
    path = ["-P", os.path.normpath(hub.path(point.file))] if point.file else []
    trace = {point.call, "fsync", "fdatasync"} if point.file else {point.call}
    return [*path, "-ttt", "-e", f"trace={','.join(sorted(trace))}", "-e", f"inject={point.call}:{what}:when={point.k}"]


def spread(points, count):
    """count of them, evenly over the whole."""
    return points if count >= len(points) else [points[i * len(points) // count] for i in range(count)]


def where(points):
    """For people: how many on which file."""
    counts = Counter((p.story.name.split("-")[0], p.call, p.file or "wire") for p in points)
    return ", ".join(f"{name} {call} {file} {count}" for (name, call, file), count in sorted(counts.items()))


def all_points(seed, wanted, folder=None):
    """Points of as many seeds as it takes; at least `wanted`, when one seed has fewer."""
    folder = folder or tempfile.mkdtemp(prefix="hs-wp-", dir="/tmp")
    found = []
    while True:
        for one in stories(seed, folder):
            found += points_of(one)
        if len(found) >= wanted:
            return found, folder
        seed += 1
