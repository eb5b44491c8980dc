"""One bit turned over in a journal at rest: in the database, in its log, in the head file; HS_FLIPS times (default 240).

A flip is found by `hansho journal check`, or the hub does not start or stops, or nothing of it can be seen: what a feed
without a past gets (snapshot, every notice, every original, the epoch) is then what was there before, to the byte. A hub
that is started on a journal of which the check said that it is damaged must not serve anything else either.
HS_SEED: where the flips are.
"""

import concurrent.futures
import os
import random
import shutil
import tempfile
from collections import Counter

from hub_alone import Gone, Hub, everything, story
from write_points import prepared

FLIPS = int(os.environ.get("HS_FLIPS", "240"))
SEED = int(os.environ.get("HS_SEED", "20261126"))
AT_A_TIME = 3
NOTICES, NEWEST = 60, 8
# Twice as many in the database and the log as there are in the small rest.
FILES = {"journal.db": 8, "journal.db-wal": 8, "journal.db.head": 1}


def served(hub):
    """(what the hub serves, was that all or did it say that it cannot go on)."""
    out = {}
    hub.start()
    try:
        everything(hub, out)
        return out, True
    except Gone:
        return out, False
    finally:
        if hub.running():
            hub.kill()
        else:
            assert hub.wait() == 1, hub.said()
            assert "hansho-hub" in hub.said()


def differs(now, before):
    """What of it is not what was there: [(part, seq)]."""
    wrong = [] if now.get("epoch", before["epoch"]) == before["epoch"] else [("epoch", 0)]
    for part in ("notices", "state", "originals"):
        wrong += [(part, seq) for seq, what in now.get(part, {}).items() if before[part].get(seq) != what]
    return wrong


def flip(image, file, bit, tail, before):
    """The class of this flip; fails when something else is served."""
    # Also what is older than the records that each start checks must not be served.
    hub = Hub(image, verify_tail=tail)
    try:
        with open(hub.path(file), "r+b") as damaged:
            damaged.seek(bit // 8)
            byte = damaged.read(1)[0] ^ 1 << bit % 8
            damaged.seek(bit // 8)
            damaged.write(bytes([byte]))
        status, _ = hub.check()
        now, all_of_it = served(hub)
        wrong = differs(now, before)
        assert not wrong, f"bit {bit} of {file} (verify_tail {tail}): {wrong} is served otherwise\n{hub.said()}"
        assert not all_of_it or now == before, f"bit {bit} of {file} (verify_tail {tail}): less is served\n{hub.said()}"
        if status != 0:
            return "found by the check" + (", served as it was" if all_of_it else "")
        return "nothing to be seen" if all_of_it else "found by the start"
    finally:
        hub.remove()


def used_bytes(path):
    """Without the zeros at the end: room of the log that was never used."""
    with open(path, "rb") as file:
        return len(file.read().rstrip(b"\0"))


def test_a_flipped_bit_is_found_or_cannot_be_seen():
    folder = tempfile.mkdtemp(prefix="hs-flip-", dir="/tmp")
    try:
        # Folded back at a stop, then a few more until a crash: both files hold notices that only they have, large ones in pieces among them.
        image, _ = prepared(folder, "first", story(SEED, NOTICES - NEWEST, 16000, (600, 3000)), Hub.stop)
        image, _ = prepared(folder, "image", story(SEED + 1, NEWEST, 16000, (600, 3000)), Hub.kill, image)
        whole = Hub(image)
        before, all_of_it = served(whole)
        assert all_of_it
        whole.remove()
        assert len(before["notices"]) == len(before["originals"]) == NOTICES and before["state"]
        numbers = random.Random(SEED)
        names = [name for name, weight in FILES.items() for _ in range(weight)]
        where = [names[i % len(names)] for i in range(FLIPS)]
        flips = [(file, numbers.randrange(8 * used_bytes(os.path.join(image, file))), (1000, 3)[i // 2 % 2])
                 for i, file in enumerate(where)]
        with concurrent.futures.ThreadPoolExecutor(AT_A_TIME) as pool:
            classes = list(pool.map(lambda one: flip(image, *one, before), flips))
    finally:
        shutil.rmtree(folder)
    print(f"\n{len(flips)} flips (seed {SEED})")
    for (file, name), count in sorted(Counter((f, c) for (f, *_), c in zip(flips, classes)).items()):
        print(f"  {file:16} {name}: {count}")
    for file in ("journal.db", "journal.db-wal"):
        assert any(c.startswith("found") for (f, *_), c in zip(flips, classes) if f == file), "the test flips nothing that counts"
