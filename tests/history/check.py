#!/usr/bin/python3
"""Decides whether a history of deliveries kept the laws C1 … C10 (laws.py). Formats of the files: history.py.

    tests/history/check.py --submitters LOG... --journal FILE --subscribers LOG... [--bounds NAME=VALUE...]

One line per violation: law, ids, lines of the logs. Exit status 0: all laws kept; 1: a law was broken; 2: the files
cannot be judged. Needs the protobuf classes (make python-messages); HANSHO_PYTHON names another folder of them.
"""

import argparse
import dataclasses
import os
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

import history as h  # noqa: E402
import laws  # noqa: E402

SHOWN_PER_LAW = 20


def bounds_of(words):
    known = {field.name: field.default for field in dataclasses.fields(laws.Bounds)}
    values = {}
    for word in words:
        name, _, value = word.partition("=")
        if name not in known or not value.isdigit():
            raise h.Malformed(f"--bounds {word}: use NAME=NUMBER with one of {', '.join(known)}")
        values[name] = int(value)
    return laws.Bounds(**values)


def lines_of(violations):
    """At most SHOWN_PER_LAW of each law: the first ones tell what is wrong."""
    lines, counts = [], {}
    for violation in violations:
        counts[violation.law] = counts.get(violation.law, 0) + 1
        if counts[violation.law] <= SHOWN_PER_LAW:
            lines.append(str(violation))
    return lines + [f"{law} … {count - SHOWN_PER_LAW} more" for law, count in counts.items() if count > SHOWN_PER_LAW]


def summary_of(history):
    view = laws.View(history)
    late = sorted(row[0] for row in laws.latencies_of(view))
    outcomes = [call.outcome for call in history.calls]
    latency = f", ok to subscriber {late[len(late) // 2]:.1f} ms median, {late[-1]:.1f} ms at most" if late else ""
    return (f"history: {len(history.calls)} calls ({outcomes.count('ok')} ok, {outcomes.count('fail')} refused, "
            f"{outcomes.count('unknown')} unknown), {len(view.notices)} notices in the journal, "
            f"{len(history.subscribers)} subscribers with {sum(len(p.connections) for p in view.people)} connections and "
            f"{sum(len(c.notices) for p in view.people for c in p.connections)} deliveries{latency}")


def assert_kept(submitters, journal, subscribers, **bounds):
    """For tests: judges the files, fails with the violations, returns the summary."""
    history = h.history_of(submitters, journal, subscribers)
    violations = laws.judge(history, laws.Bounds(**bounds))
    assert not violations, "\n".join(["the history breaks the laws:", *lines_of(violations), summary_of(history)])
    return summary_of(history)


def main(arguments=None):
    parser = argparse.ArgumentParser(description="Checks a history of deliveries: laws C1 … C10 of tests/history/laws.py.")
    parser.add_argument("--submitters", nargs="*", default=[], metavar="LOG")
    parser.add_argument("--journal", required=True, metavar="FILE")
    parser.add_argument("--subscribers", nargs="*", default=[], metavar="LOG")
    parser.add_argument("--bounds", nargs="*", default=[], metavar="NAME=VALUE",
                        help=", ".join(f"{f.name} ({f.default})" for f in dataclasses.fields(laws.Bounds)))
    options = parser.parse_args(arguments)
    try:
        bounds = bounds_of(options.bounds)
        history = h.history_of(options.submitters, options.journal, options.subscribers)
    except (h.Malformed, OSError) as problem:
        print(f"check.py: {problem}", file=sys.stderr)
        return 2
    violations = laws.judge(history, bounds)
    print("\n".join([*lines_of(violations), summary_of(history)]))
    return 1 if violations else 0


if __name__ == "__main__":
    sys.exit(main())
