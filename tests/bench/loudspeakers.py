#!/usr/bin/python3
"""How soon loudspeakers sound: gate, hub and hansho-jalert as they run, a controller that is not ours, the real Open JTalk.

    loudspeakers.py [--folder FOLDER] [--rounds N]

For missiles (through the receiver bridge) and for evacuation orders: from the moment at which the hub took the message (times
accepted in the journal's notice) to the play at the controller (contact closure), and from there to the first sound file that
is whole on disk. Prints JSON: median and worst in ms, and the rounds. Sound of missiles is made of prepared parts only; of an
order the first file has siren and prepared call, its own words follow in the second.
"""
import argparse
import calendar
import json
import os
import shutil
import statistics
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, HERE)
import bench_stack  # noqa: E402

ARGUMENTS = argparse.ArgumentParser()
ARGUMENTS.add_argument("--folder", default="build/release")
ARGUMENTS.add_argument("--rounds", type=int, default=30)
GIVEN = ARGUMENTS.parse_args()
FOLDER, ROUNDS = os.path.abspath(GIVEN.folder), GIVEN.rounds
bench_stack.programs_of(FOLDER)
from conftest import wait_until  # noqa: E402
from controller import Controller  # noqa: E402
from documents import detail, new_id, order  # noqa: E402
import test_alerts  # noqa: E402
from voice import write_voice  # noqa: E402


def accepted_s(stack, seq):
    """When the hub took it, as it says itself."""
    text = stack.notice(seq)["notice"]["times"]["accepted"]
    head, zone = text[:26], text[-6:]
    base = time.strptime(head[:19], "%Y-%m-%dT%H:%M:%S")
    hours, minutes = int(zone[1:3]), int(zone[4:6])
    fraction = float("0" + text[19:text.index(zone)]) if "." in text else 0.0
    return calendar.timegm(base) + fraction - (hours * 3600 + minutes * 60) * (1 if zone[0] == "+" else -1)


def one(stack, controller, send):
    plays, files = len(controller.plays()), len(controller.of("audio"))
    send()
    wait_until(lambda: len(controller.plays()) > plays, "the play", pause_s=0.001)
    wait_until(lambda: len(controller.of("audio")) > files, "the first file", pause_s=0.001)
    play, told = controller.plays()[-1], controller.of("audio")[files]
    accepted = accepted_s(stack, play["plan"]["notice"]["seq"])
    controller.answer(play["id"], "finished")
    return (play["at"] - accepted) * 1000, (told["at"] - accepted) * 1000


def figures(rows):
    return {name: {"median_ms": round(statistics.median(column), 1), "worst_ms": round(max(column), 1)}
            for name, column in zip(("contact", "audio"), zip(*rows))}


def main():
    folder = tempfile.mkdtemp(prefix="hs-lb-", dir="/tmp")
    controller = Controller(os.path.join(folder, "ctl"))
    os.makedirs(os.path.join(folder, "audio"))
    config = {"plan_dir": folder, "controller_url": controller.url, "areas": ["990019"], "audio_dir": os.path.join(folder, "audio"),
              "audio_voice": write_voice(os.path.join(folder, "hum.htsvoice"))}
    stack = bench_stack.start(FOLDER, mode="live", principals=test_alerts.principals("Actual"), adapters=[
        {"program": "hansho-jalert", "name": "jalert", "config": config}])
    try:
        spool = test_alerts.start_receiver(stack, folder)
        wait_until(lambda: stack.metrics("jalert")["hansho_jalert_audio_preparing"] == 0, "all is prepared", 300)
        rows = {"missile": [], "order": []}
        for i in range(ROUNDS):
            rows["missile"].append(one(stack, controller, lambda: test_alerts.put(
                spool, f"{i}.json", test_alerts.missile(f"M{i}"))))
            rows["order"].append(one(stack, controller, lambda: stack.accepted(
                order([detail("避難指示", [f"北町{i}丁目"])], document=new_id(), status="Actual"))))
        print(json.dumps({"rounds": ROUNDS, **{kind: figures(list_) for kind, list_ in rows.items()}}))
    finally:
        stack.abort()
        controller.close()
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
