#!/usr/bin/python3
"""Tables and plot of build/peers/results.json (measure.py): `make bench-peers` calls it.

    report.py [--docs docs/performance.md] [--plot docs/peers.svg]

Prints the tables as Markdown; with --docs they also go between the marks in that page, with --plot the plot is drawn.
A ratio is the median of the ratios of pairs: what was measured in the same round, in turns. "p99" is the 99th
percentile of the one side over that of the other in a cell, and the median of those of the cells where there are several.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from measure import PEERS, RESULTS
from server import HERE, bench_stack

percentile = bench_stack.percentile

BEGIN, END = "<!-- peers: made by make bench-peers -->", "<!-- peers: end -->"
ONE_CORE_MAX, TWO_CORES_MAX, CPU_MAX = 1.10, 0.85, 1.1
FIRST_MS_MAX, CLASSES_MS_MAX, RIVAL_MAX = 2, 3, 1
BUSY = 6  # load average; the bench itself gives two to three
MODES = (("one", ""), ("two", ", two workers"), ("tls", ", TLS 1.3"))
DEBIAN = ("nginx", "libnginx-mod-nchan", "nats-server", "mosquitto", "nodejs", "liburing-dev")


class Results:
    def __init__(self, path):
        with open(path, encoding="utf-8") as file:
            self.cells = json.load(file)

    def of(self, mode, subscribers=None, peer=None):
        return [cell for cell in self.cells if cell["mode"] == mode and subscribers in (None, cell["subscribers"])
                and peer in (None, cell["peer"])]

    def subscribers(self, mode):
        return sorted({cell["subscribers"] for cell in self.of(mode)})

    def peers(self, mode):
        present = {cell["peer"] for cell in self.of(mode)}
        return [name for name in PEERS if name in present]


def pairs(cells, one, other, what="last"):
    """Ratios of one way's value to the other's, round by round."""
    return [r[one][what] / r[other][what] for cell in cells for r in cell["rounds"] if one in r and other in r]


def p50_ratio(cells, one, other, what="last"):
    found = pairs(cells, one, other, what)
    return statistics.median(found) if found else None


def p99_ratio(cells, one, other, what="last"):
    found = []
    for cell in cells:
        sides = [[r[way][what] for r in cell["rounds"] if way in r] for way in (one, other)]
        if all(sides):
            found.append(percentile(sides[0], 0.99) / percentile(sides[1], 0.99))
    return statistics.median(found) if found else None


def values(cells, get):
    return [get(r) for cell in cells for r in cell["rounds"]]


def number(value, digits=2):
    return "" if value is None else f"{value:.{digits}f}"


def both(cells, one, other):
    p50, p99 = p50_ratio(cells, one, other), p99_ratio(cells, one, other)
    return "" if p50 is None else f"{p50:.2f} / {p99:.2f}"


def ms(microseconds):
    return f"{microseconds / 1000:.2f}"


def table(head, rows):
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(str(word) for word in line) + " |" for line in lines)


def label(name):
    return PEERS[name].label


def per_delivery(cells, way, what="cpu"):
    """µs on a core per delivery, median of the rounds."""
    found = [r[way][what] / cell["subscribers"] for cell in cells for r in cell["rounds"] if what in r.get(way, {})]
    return statistics.median(found) if found else None


def idle(cells, way):
    found = [cell["idle_bytes"][way] for cell in cells if way in cell["idle_bytes"]]
    return f"{statistics.median(found):,.0f}" if found else ""


def ratios(results, mode):
    """Every server beside the floor of its kind."""
    numbers = results.subscribers(mode)
    most = max(numbers)
    head = ["to the last subscriber ÷ floor, p50 / p99", *[f"{n:,}" for n in numbers],
            f"CPU µs per delivery, {most:,}", "bytes per idle connection"]
    at_most = results.of(mode, most)
    rows = [["floor, ms (plain / durable)"]
            + [" / ".join(ms(statistics.median(values(results.of(mode, n), lambda r, way=way: r[way]["last"])))
                          for way in ("floor", "floor_durable")) for n in numbers]
            + [number(per_delivery(at_most, "floor"), 1), idle(at_most, "floor")],
            ["**Hansho** ÷ durable floor"] + [f"**{both(results.of(mode, n), 'hansho', 'floor_durable')}**" for n in numbers]
            + [number(per_delivery(at_most, "hansho"), 1), idle(at_most, "hansho")]]
    for name in results.peers(mode):
        cells = results.of(mode, most, name)
        for way, reference, more in (("peer_durable", "floor_durable", ", durable ÷ durable floor"), ("peer", "floor", ", plain ÷ plain floor")):
            if name == "hansho-json":
                if way == "peer_durable":
                    continue
                reference, more = "floor_durable", " ÷ durable floor"
            rows.append([label(name) + more] + [both(results.of(mode, n, name), way, reference) for n in numbers]
                        + [number(per_delivery(cells, way), 1), idle(cells, "peer")])
    return table(head, rows)


def against(results, modes):
    """Hansho's time over that of each peer, in the same rounds; below 1 Hansho is ahead."""
    numbers = sorted({n for mode, _ in modes for n in results.subscribers(mode)})
    rows = []
    for mode, more in modes:
        for name in results.peers(mode):
            if name.startswith(("floor", "hansho")):
                continue
            for way, kind in (("peer_durable", "durable"), ("peer", "plain")):
                rows.append([f"{label(name)}{more}, {kind}"]
                            + [both(results.of(mode, n, name), "hansho", way) for n in numbers])
    return table(["Hansho ÷ peer, p50 / p99", *[f"{n:,}" for n in numbers]], rows)


def since_durable(r, what="first"):
    return r["hansho"][what] - r["hansho"]["hops"]["durable"]


def verdict(value, most):
    return "" if value is None else f"{value:.2f}" if value <= most else f"**{value:.2f}**"


def target_rows(results):
    for mode, what, most in (("one", "one fan-out core", ONE_CORE_MAX), ("two", "two fan-out cores", TWO_CORES_MAX)):
        for n in results.subscribers(mode):
            cells = results.of(mode, n)
            if n >= 1000:
                yield [f"submit → last of {n:,}, {what}, ÷ durable floor", f"≤ {most}",
                       verdict(p50_ratio(cells, "hansho", "floor_durable"), most),
                       verdict(p99_ratio(cells, "hansho", "floor_durable"), most), len(pairs(cells, "hansho", "floor_durable"))]
    for n in results.subscribers("one"):
        found = [at / 1000 for at in values(results.of("one", n), since_durable)]
        yield [f"first of {n:,} subscribers, ms after the commit", f"≤ {FIRST_MS_MAX}",
               verdict(statistics.median(found), FIRST_MS_MAX), verdict(percentile(found, 0.99), FIRST_MS_MAX), len(found)]
    for n in results.subscribers("classes"):
        for group, name in ((0, "200 subscribers who are served first"), (1, "ten links")):
            found = [(r["hansho"]["groups"][group][3] - r["hansho"]["hops"]["durable"]) / 1000
                     for cell in results.of("classes", n) for r in cell["rounds"]]
            yield [f"last of the {name}, beside {n:,} public ones, ms after the commit", f"≤ {CLASSES_MS_MAX}",
                   verdict(statistics.median(found), CLASSES_MS_MAX), verdict(percentile(found, 0.99), CLASSES_MS_MAX), len(found)]
    for n in results.subscribers("one"):
        cells = results.of("one", n)
        feed, whole = p50_ratio(cells, "hansho", "floor", "cpu"), p50_ratio(cells, "hansho", "floor", "cpu_all")
        yield [f"CPU of the feed per delivery ÷ floor, {n:,} (gate, hub and feed together: {number(whole)})", f"≤ {CPU_MAX}",
               verdict(feed, CPU_MAX), "", len(pairs(cells, "hansho", "floor", "cpu"))]


def worst_of(results, mode, n, way):
    """The peer that Hansho does worst against, and how: (p50, p99, name, pairs)."""
    found = []
    for name in results.peers(mode):
        cells = results.of(mode, n, name)
        if not name.startswith(("floor", "hansho")) and p50_ratio(cells, "hansho", way) is not None:
            found.append((p50_ratio(cells, "hansho", way), p99_ratio(cells, "hansho", way), label(name),
                          len(pairs(cells, "hansho", way))))
    return max(found, default=None)


def rival_rows(results):
    for mode, more in MODES:
        for n in results.subscribers(mode):
            for way, kind in (("peer_durable", "made durable"), ("peer", "plain")):
                worst = worst_of(results, mode, n, way)
                if n >= 1000 and worst:
                    yield [f"Hansho ÷ peer {kind}{more}, {n:,}; the worst of them: {worst[2]}", f"≤ {RIVAL_MAX}",
                           verdict(worst[0], RIVAL_MAX), verdict(worst[1], RIVAL_MAX), worst[3]]


STAGES = (("POST → accepted", 0, "accepted"), ("→ durable", "accepted", "durable"), ("→ in the feed, encoded", "durable", "feed"),
          ("→ first subscriber", "feed", "first"), ("→ last subscriber", "first", "last"))


def stages(results):
    """Where the time of a submission goes, medians."""
    rows = []
    for n in results.subscribers("one"):
        cells = results.of("one", n)
        stamps = [{0: 0, **r["hansho"]["hops"], "first": r["hansho"]["first"], "last": r["hansho"]["last"]}
                  for cell in cells for r in cell["rounds"]]
        row = [f"{n:,}", *[ms(statistics.median([one[to] - one[since] for one in stamps])) for _, since, to in STAGES]]
        for way in ("hansho", "floor_durable"):
            row.append(ms(statistics.median(values(cells, lambda r, way=way: r[way]["last"]))))
        row += [ms(statistics.median(values(cells, lambda r: r["floor_durable"]["first"]))),
                number(statistics.median([(r["hansho"]["last"] - r["hansho"]["first"]) / (r["floor_durable"]["last"] - r["floor_durable"]["first"])
                                          for cell in cells for r in cell["rounds"]]))]
        rows.append(row)
    return table(["subscribers", *[name for name, _, _ in STAGES], "Hansho, whole", "durable floor, whole", "durable floor → first",
                  "first → last ÷ that of the floor"], rows)


def versions():
    """What was measured, by the packages that are installed."""
    listing = subprocess.run(["dpkg-query", "-W", "-f", "${Package} ${Version}, ", *DEBIAN], stdout=subprocess.PIPE,
                             stderr=subprocess.DEVNULL, text=True, check=False).stdout
    with open(os.path.join(HERE, "package-lock.json"), encoding="utf-8") as file:
        packages = json.load(file)["packages"]
    found = {name.rsplit("/", 1)[-1]: one["version"] for name, one in packages.items() if name}
    return f"{listing}ws {found['ws']}, Bun {found['bun-linux-x64']}, Linux {os.uname().release}"


def caption(results):
    days = sorted({cell["at"][:10] for cell in results.cells})
    loads = [cell["load_average"] for cell in results.cells]
    counts = {}
    for cell in results.cells:
        counts.setdefault(cell["subscribers"], set()).add(len(cell["rounds"]))
    generator = per_delivery([cell for cell in results.cells if cell["mode"] == "one"], "hansho", "cpu_load")
    rounds = ", ".join(f"{n:,}: {min(have)}–{max(have)}" if len(have) > 1 else f"{n:,}: {have.pop()}" for n, have in sorted(counts.items()))
    commits = sorted({cell.get("version", "?") for cell in results.cells})
    return (f"Hansho {', '.join(commits)}; made on {days[0] if len(days) == 1 else f'{days[0]} to {days[-1]}'}; message of {results.cells[0]['message_bytes']:,} bytes; "
            f"rounds per cell by subscribers {rounds}; load average {min(loads):.1f}–{max(loads):.1f}; every delivery of every round arrived, "
            f"and none twice. A generator needs {number(generator, 1)} µs of its core per delivery. Bold in the first table: the target is missed. {versions()}."
            + (" **Other programs kept the machine busy: trust none of these figures.**" if max(loads) > BUSY else ""))


def page(results):
    parts = [caption(results), "**Targets**", table(["figure", "target", "p50", "p99", "pairs"], [*target_rows(results), *rival_rows(results)])]
    for mode, title in (("one", "One core for the server, one for the generator"), ("two", "Two processes or workers, nothing pinned but the floor"),
                        ("tls", "Subscribers over TLS 1.3 (the floor is without), one core each")):
        if results.of(mode):
            parts += [f"**{title}**", ratios(results, mode)]
    modes = [(mode, more) for mode, more in MODES if results.of(mode)]
    parts += ["**Hansho beside each peer in the same rounds** (below 1: Hansho is sooner; what is in it: parse, validation, disk, two links)",
              against(results, modes)]
    if results.of("one"):
        parts += ["**Where the time goes**, one core, medians in ms", stages(results)]
    return "\n\n".join(parts)


def insert(path, text):
    with open(path, encoding="utf-8") as file:
        before, _, rest = file.read().partition(BEGIN)
    _, mark, after = rest.partition(END)
    if not mark:
        sys.exit(f"{path} lacks the marks {BEGIN} and {END}")
    with open(path, "w", encoding="utf-8") as file:
        file.write(f"{before}{BEGIN}\n\n{text}\n\n{END}{after}")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--results", default=RESULTS)
    parser.add_argument("--docs")
    parser.add_argument("--plot")
    asked = parser.parse_args()
    results = Results(asked.results)
    text = page(results)
    print(text)
    if asked.docs:
        insert(asked.docs, text)
    if asked.plot:
        import plot
        plot.draw(results, asked.plot)


if __name__ == "__main__":
    main()
