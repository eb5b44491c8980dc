#!/usr/bin/python3
"""Checks of large telegrams on one core: telegrams.py [--folder build/release] [--rounds N]

Makes an early warning of 22 KB, an earthquake report of 388 KB and a digest of 4 MB out of parts of real samples
(../shared/samples/jma) and runs pipeline_bench over them; then over all samples, of which "samples" tells how many there
are and which two take the most memory for their size. Last line: JSON, one object per document.
"""

import argparse
import csv
import json
import os
import re
import subprocess
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
SAMPLES = os.path.join(ROOT, "..", "shared", "samples", "jma")


def sample(name):
    with open(os.path.join(SAMPLES, name), encoding="utf-8") as file:
        return file.read()


def grown(text, start, end, part_of, size):
    """The part from start to end, as often as the document needs to be that large."""
    first = text.index(start)
    last = text.rindex(end, first) + len(end)
    parts, length, number = [], len(text.encode()), 0
    while length < size:
        part = part_of(text[first:last], number)
        parts.append(part)
        length += len(part.encode())
        number += 1
    return text[:last] + "".join(parts) + text[last:]


def early_warning():
    text = sample("37_01_02_240613_VXSE43.xml")
    return grown(text, "<Pref><Name>佐賀", "</Pref>", lambda part, _: part, 22000)


def quake():
    return grown(sample("32-35_01_03_240613_VXSE53.xml"), "<Pref>", "</Pref>", lambda part, _: part, 388000)


def digest():
    """Warnings of every municipality of Japan, several times."""
    with open(os.path.join(ROOT, "schemas", "tables", "areas.csv"), encoding="utf-8") as file:
        towns = [row for row in csv.DictReader(line for line in file if line[0] != "#")
                 if row["kind"] in ("city", "town", "village")]
    text = sample("15_16_01_241031_VPWW56.xml").replace("（土砂）", "（集約通報）")
    begin = text.index('<Warning type="気象警報・注意報（市町村等）">')
    end = text.index("</Warning>", begin)
    items = re.findall(r"<Item>.*?</Item>", text[begin:end], re.S)

    def next_item(_, number):
        town = towns[number % len(towns)]
        area = f"<Area>\n<Name>{town['name']}</Name>\n<Code>{town['code'][:5]}00</Code>\n</Area>"
        return re.sub(r"<Area>.*?</Area>", area, items[number % len(items)], flags=re.S)

    return grown(text[:end] + text[end:], items[-1][:40], items[-1][-40:], next_item, 4000000)


def measured(bench, rounds, files):
    """What pipeline_bench says of each file, by name."""
    out = subprocess.run([bench, "relayer", str(rounds), *files], stdout=subprocess.PIPE, text=True, check=True).stdout
    found = {}
    for line in out.splitlines():
        size, median, p99, arena, errors, _, taken, times, path = line.split()
        assert errors == "0", line
        found[os.path.basename(path)] = {"bytes": int(size), "median_us": int(median), "p99_us": int(p99),
                                         "arena_bytes": int(arena), "taken_bytes": int(taken),
                                         "times_document": float(times)}
    return found


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--folder", default=os.path.join(ROOT, "build", "release"))
    parser.add_argument("--rounds", type=int, default=50)
    options = parser.parse_args()
    bench = os.path.join(options.folder, "tests", "bench", "pipeline_bench")
    with tempfile.TemporaryDirectory() as folder:
        files = []
        for name, make in (("eew", early_warning), ("quake", quake), ("digest", digest)):
            files.append(os.path.join(folder, name))
            with open(files[-1], "w", encoding="utf-8") as file:
                file.write(make())
        found = measured(bench, options.rounds, files)
    samples = measured(bench, 1, sorted(os.path.join(SAMPLES, name) for name in os.listdir(SAMPLES)))
    largest = sorted(samples.items(), key=lambda item: -item[1]["times_document"])[:2]
    found["samples"] = {"count": len(samples),
                        "most": [{"name": name, "bytes": one["bytes"], "times_document": one["times_document"]}
                                 for name, one in largest]}
    print(json.dumps(found))


if __name__ == "__main__":
    main()
