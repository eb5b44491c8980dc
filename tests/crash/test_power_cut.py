"""The power goes: the hub dies at a place where it writes, and with it everything that no sync had brought to the disk.

The disk is an ext4 or an xfs in a file, on a loop device. What has reached the device is in that file; what the kernel still keeps in
memory is not. So a copy of the file, made when the hub is dead and before anything is unmounted, is the disk as a power cut
leaves it. It is mounted (which replays the file system's own journal), and the hub that starts on it is held to
what was promised, as after a kill.
HS_CUTS: how many points on each (default 40, spread over one seed); HS_SEED. Needs root and loop devices; skipped without.
"""

import collections
import concurrent.futures
import os
import shutil
import subprocess
import tempfile

import pytest

from hub_alone import Hub, judge
from write_points import all_points, spread, strace_of, where

CUTS = int(os.environ.get("HS_CUTS", "40"))
SEED = int(os.environ.get("HS_SEED", "1"))
AT_A_TIME = 2

Disk = collections.namedtuple("Disk", "kind image_bytes make mount_options folder")
# Neither sends anything to the device on its own while a story is told: that takes less than a second, ext4 is told 300 s,
# xfs waits 30 s. Below 300 MB mkfs.xfs refuses; the file has holes. nouuid: the copy is mounted beside what it is a copy of.
DISKS = [
    Disk("ext4", 24 << 20, ["mkfs.ext4", "-q", "-E", "lazy_itable_init=0,lazy_journal_init=0"], "loop,commit=300", None),
    Disk("xfs", 300 << 20, ["mkfs.xfs", "-q"], "loop,nouuid", None),
]


def copy(image, to):
    subprocess.run(["cp", "--sparse=always", image, to], check=True)


class Power:
    """One disk, until the power goes."""

    def __init__(self, disk):
        self.dir = tempfile.mkdtemp(prefix="cut-", dir=disk.folder)
        self.image = os.path.join(self.dir, "disk")
        self.options = disk.mount_options
        self.mounts = []
        copy(os.path.join(disk.folder, "empty"), self.image)
        self.disk = self.mount(self.image, "d")

    def mount(self, image, name):
        where_to = os.path.join(self.dir, name)
        os.mkdir(where_to)
        done = subprocess.run(["mount", "-o", self.options, image, where_to], capture_output=True, text=True, check=False)
        if done.returncode != 0:
            raise OSError(done.stderr)
        self.mounts.append(where_to)
        return where_to

    def cut(self, hub):
        """What is left of the hub's folder, in a hub of its own."""
        copy(self.image, self.image + "-after")
        left = os.path.join(self.mount(self.image + "-after", "a"), os.path.basename(hub.dir))
        after = Hub()
        for name in os.listdir(left) if os.path.isdir(left) else ():
            if name.startswith("journal.db"):
                shutil.copy(os.path.join(left, name), after.dir)
        return after

    def end(self):
        for one in self.mounts:
            subprocess.run(["umount", "--lazy", one], check=True)


@pytest.fixture(scope="module", params=DISKS, ids=lambda disk: disk.kind)
def disk(request):
    """A kind of disk, with a folder that has an empty one in it to copy."""
    disk = request.param._replace(folder=tempfile.mkdtemp(prefix="hs-pc-", dir="/tmp"))
    image = os.path.join(disk.folder, "empty")
    with open(image, "wb") as file:
        file.truncate(disk.image_bytes)
    try:
        made = subprocess.run([*disk.make, image], capture_output=True, text=True, check=False)
        if made.returncode != 0:
            pytest.skip(f"no {disk.kind} can be made: {made.stderr}")
        try:
            Power(disk).end()
        except OSError as error:
            pytest.skip(f"no loop mount of {disk.kind} here: {error}")
        yield disk
    finally:
        shutil.rmtree(disk.folder, ignore_errors=True)


def cut_at(disk, point, what="signal=SIGKILL", options=None):
    """Did the power go at the point? Fails when a promise was broken."""
    power, after = Power(disk), None
    hub = point.story.hub(power.disk)
    try:
        # What the image of the story has was on disk long ago.
        subprocess.run(["sync", "--file-system", power.disk], check=True)
        hub.start(options or strace_of(point, hub, what))
        teller = point.story.teller(hub)
        teller.tell()
        hub.kill()
        after = power.cut(hub)
        judge(after, teller)
        return len(teller.replies) < len(point.story.submissions)
    except AssertionError as failure:
        raise AssertionError(f"power cut at {point._replace(story=point.story.name)}: {failure}") from failure
    finally:
        power.end()
        if after:
            after.remove()


@pytest.fixture(scope="module")
def points():
    found, images = all_points(SEED, CUTS)
    # The stop is left out: it has no promise that the telling before it has not.
    yield [point for point in found if point.file]
    shutil.rmtree(images)


def test_the_power_goes_at_a_write(disk, points):
    tried = spread(points, CUTS)
    with concurrent.futures.ThreadPoolExecutor(AT_A_TIME) as pool:
        reached = list(pool.map(lambda point: cut_at(disk, point), tried))
    print(f"\n{len(tried)} power cuts of {disk.kind} at {len(points)} points, {sum(reached)} at the point itself, the others at the end "
          f"of the story (seed {SEED}): {where(tried)}")
    # Those of the stop, and of a checkpoint after the last answer, are at the end.
    assert sum(reached) >= 0.5 * len(tried)


def test_a_disk_that_lies_is_found_out(disk, points):
    """That the test can fail: syncs say yes and do nothing, and what was acknowledged is gone."""
    lies = ["-e", "trace=fsync,fdatasync", "-e", "inject=fsync,fdatasync:retval=0"]
    for name in ("new", "crashed"):
        point = next(point for point in points if point.story.name.startswith(name))
        with pytest.raises(AssertionError, match="power cut at"):
            cut_at(disk, point, options=lies)
