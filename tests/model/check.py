#!/usr/bin/python3
"""Runs the model of delivery.pml with spin, as it is and with each mutant; says in TAP what came of it.

    check.py            bounds for seconds: what `make test` runs
    check.py --large    bounds for minutes: what `make check-all` runs

As it is: no property is broken, nothing of it stays unreached, and it comes to an end whatever happens (no cycle).
With a mutant: spin must find a way to break the promise that the mutant is about; the shortest is written out, step
by step, in build/model/MUTANT.txt.
"""
import os
import re
import subprocess
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
MODEL = os.path.join(ROOT, "tests", "model", "delivery.pml")
OUT = os.path.join(ROOT, "build", "model")
SMALL = {"SUBMISSIONS": 2, "ACCIDENTS": 2, "WINDOW": 2}
LARGE = [{"SUBMISSIONS": 3, "ACCIDENTS": 2, "WINDOW": 2}, {"SUBMISSIONS": 2, "ACCIDENTS": 3, "WINDOW": 1}]
FEW = {"SUBMISSIONS": 2, "ACCIDENTS": 1, "WINDOW": 2}  # enough for every mutant
# mutant as delivery.pml names it: promise that must be seen broken
MUTANTS = {"REPLY_BEFORE_COMMIT": "P1", "NO_DEDUPE": "P3", "RESUME_AT_LIVE": "P5", "DELIVER_BEFORE_COMMIT": "P2",
           "GAP_NOT_TOLD": "P5", "HOLE_TAKEN": "P5"}
DEPTH = "-m1000000"


def source():
    with open(MODEL, encoding="utf-8") as file:
        return file.read().splitlines()


def build(name, bounds, mutant, *flags):
    """A verifier in a folder of its own. Returns the folder. For small bounds the compiler takes longer than the
    verifier, so it does not optimise."""
    folder = os.path.join(OUT, name)
    os.makedirs(folder, exist_ok=True)
    defines = [f"-D{key}={value}" for key, value in bounds.items()] + ([f"-DMUTANT={mutant}"] if mutant else [])
    # -o3: statements are not merged, so that each is told when it is unreached
    subprocess.run(["spin", "-o3", *defines, "-a", MODEL], cwd=folder, check=True, stdout=subprocess.DEVNULL)
    # spin's own code is not ours to warn about
    subprocess.run(["gcc", "-O2" if bounds in LARGE else "-O0", "-w", "-DCOLLAPSE", *flags, "-o", "pan", "pan.c"], cwd=folder, check=True)
    return folder


def pan(folder, *arguments):
    trail = os.path.join(folder, "delivery.pml.trail")
    if os.path.exists(trail):
        os.unlink(trail)
    return subprocess.run(["./pan", DEPTH, *arguments], cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          check=False).stdout.decode()


def inline_lines():
    """Numbers of the lines of inline definitions: they stand at several places, not each of which uses all of them."""
    numbers, inside = set(), False
    for number, line in enumerate(source(), 1):
        inside = inside or line.startswith("inline ")
        if inside:
            numbers.add(number)
        inside = inside and line != "}"
    return numbers


def unreached(output):
    """Lines of the processes that no order of events came to."""
    places = re.findall(r'delivery\.pml:(\d+), state \d+, "(.*)"', output)
    inlines = inline_lines()
    return sorted({int(line) for line, text in places if text != "-end-" and int(line) not in inlines})


def states(output):
    return re.search(r"(\d+) states, stored", output).group(1)


def check_as_it_is(bounds):
    name = "as-it-is-" + "-".join(str(value) for value in bounds.values())
    output = pan(build(name, bounds, None, "-DSAFETY"))
    lines = unreached(output)
    good = "errors: 0" in output and "Search not completed" not in output and "max search depth too small" not in output
    if good and lines:
        return False, f"no order of events comes to lines {lines} of delivery.pml: what do they stand for?"
    return good, f"{states(output)} states, every property holds" if good else output


def check_end(bounds):
    name = "end-" + "-".join(str(value) for value in bounds.values())
    output = pan(build(name, bounds, None, "-DNP"), "-l")
    good = "errors: 0" in output and "max search depth too small" not in output
    return good, f"{states(output)} states, no cycle" if good else output


def check_mutant(mutant, promise):
    """The shortest way to an assertion that is about the promise."""
    name = mutant.lower()
    folder = build(name, FEW, mutant, "-DSAFETY", "-DBFS")
    output = pan(folder)
    if "errors: 0" in output:
        return False, "not noticed: the properties are worth nothing"
    defines = [f"-D{key}={value}" for key, value in FEW.items()] + [f"-DMUTANT={mutant}"]
    way = subprocess.run(["spin", "-o3", *defines, "-k", os.path.join(folder, "delivery.pml.trail"), "-p", "-g", MODEL], cwd=folder,
                         stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False).stdout.decode()
    found = re.search(r"delivery\.pml:(\d+), Error: assertion violated", way)
    line = source()[int(found.group(1)) - 1].strip() if found else ""
    with open(os.path.join(OUT, f"{name}.txt"), "w", encoding="utf-8") as file:
        file.write(way)
    return promise in line, f"broken after {way.count(chr(10))} lines of build/model/{name}.txt: {line or output}"


def checks(large):
    for bounds in [SMALL] + (LARGE if large else []):
        said = ", ".join(f"{key.lower()} {value}" for key, value in bounds.items())
        yield f"as it is, {said}", lambda bounds=bounds: check_as_it_is(bounds)
        if bounds["SUBMISSIONS"] < 3:  # more than a GiB of states for what two show as well
            yield f"comes to an end, {said}", lambda bounds=bounds: check_end(bounds)
    for mutant, promise in MUTANTS.items():
        yield f"mutant {mutant.lower()}", lambda mutant=mutant, promise=promise: check_mutant(mutant, promise)


def main():
    failed = 0
    for number, (name, check) in enumerate(checks("--large" in sys.argv), 1):
        good, said = check()
        failed += not good
        print(f"{'ok' if good else 'not ok'} {number} - {name}: {said}", flush=True)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
