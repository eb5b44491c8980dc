#!/usr/bin/python3
"""Everybody comes back at once: does a live order suffer? storm.py [--folder build/release] [--rounds 5] [--split]

Some subscribers (--stayed) are connected all along. In each round, in turns, orders go out while
full    all --subscribers are connected, too: an ordinary day
alone   all have dropped: those who stayed have the feeds for themselves
storm   all come back at once after 20 orders that they missed, until everybody is live and has what he missed
What "not hurt" is measured by, in storm ÷ alone (nothing is harder to keep up with) and in storm ÷ full, medians and p99:

answer      POST → durable answer, at the sender
delivery    POST → each subscriber who stayed, at the subscriber: what he sees, the waits of both ends' processes for a core included
begun       a notice's arrival in a feed → it was sent to the first hundred who are up to date there, and those who stayed are the
            first (hansho_feed_begun_seconds): what our loop does, without the way and the other end
served      the same to all who are up to date, those who are back already among them (hansho_feed_served_seconds)
link        commit in the hub → arrival in a feed (hansho_feed_arrived_seconds)

On a machine of two cores the clients of the storm take the cores from our programs, which on other machines they do not. So:
--split     our programs on the first core, all clients on the second; else all share both
--nice N    of the clients that come back; sender and those who stayed keep 0

Prints one JSON line. Descriptors: 20,000 for a process.
"""

import argparse
import json
import os
import re
import statistics
import threading
import time

import bench_stack
import scale

MISSED = 20  # orders that go out while all are away: more than the rings hold, so that pages of the journal are needed
ORDER_PAUSE_S = 0.25  # to 10,000: 40,000 deliveries a second
CALM_S = 3
FEED_NICE = 5  # what deploy/systemd says (Nice=)
WHEN = ("full", "alone", "storm")
HISTOGRAMS = {"begun": "hansho_feed_begun_seconds_bucket", "served": "hansho_feed_served_seconds_bucket",
              "link": "hansho_feed_arrived_seconds_bucket"}


def options():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--folder", default="build/release", help="of bin/ and tests/bench/")
    parser.add_argument("--feeds", type=int, default=7)
    parser.add_argument("--subscribers", type=int, default=10000)
    parser.add_argument("--stayed", type=int, default=70)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--split", action="store_true")
    parser.add_argument("--nice", type=int, default=0)
    parser.add_argument("--feed-nice", type=int, default=FEED_NICE)
    parser.add_argument("--feed", default="{}", help="more keys of the feeds, as JSON")
    return parser.parse_args()


class Stream(threading.Thread):
    """Orders at a fixed pace until it is told to stop."""

    def __init__(self, orders, pause_s):
        super().__init__(daemon=True)
        self.orders, self.pause_s, self.rows, self.enough = orders, pause_s, [], threading.Event()
        self.start()

    def run(self):
        due = time.monotonic()
        while not self.enough.is_set():
            self.rows.append(self.orders.send())
            due = max(due + self.pause_s, time.monotonic())
            self.enough.wait(due - time.monotonic())

    def end(self):
        self.enough.set()
        self.join(30)
        return self.rows


def histograms(stack):
    """{name: {upper end in s: notices}}, of all feeds together."""
    found = {name: {} for name in HISTOGRAMS}
    for feed in stack.feeds:
        for key, value in stack.metrics(feed).items():
            for name, series in HISTOGRAMS.items():
                if key.startswith(series):
                    end = float(re.search(r'le="(.*)"', key).group(1))
                    found[name][end] = found[name].get(end, 0) + value
    return found


def quantile_ms(before, after, part):
    """As histogram_quantile does it: within a bucket by rule of three."""
    counts = [(end, after[end] - before[end]) for end in sorted(after)]
    wanted, low, below = counts[-1][1] * part, 0.0, 0
    for end, count in counts:
        if count >= wanted and count > below:
            return 1000 * (low if end == float("inf") else low + (end - low) * (wanted - below) / (count - below))
        low, below = end, count
    return 0.0


class Part:
    """Orders during a part of a round, and what became of them."""

    def __init__(self, stack, orders, stayed, pause_s=ORDER_PAUSE_S):
        self.stack, self.stayed, self.before = stack, stayed, histograms(stack)
        self.stream = Stream(orders, pause_s)

    def end(self):
        rows = self.stream.end()
        deadline = time.monotonic() + scale.WAIT_S
        while any(len(self.stayed.times.get(row[2], ())) < self.stayed.count for row in rows) and time.monotonic() < deadline:
            time.sleep(0.01)
        self.after, self.orders = histograms(self.stack), len(rows)
        self.values = {"answer": [(answer - begin) / 1000 for begin, answer, _ in rows],
                       "delivery": [(at - begin) / 1000 for begin, _, seq in rows for at in self.stayed.times[seq]]}
        return self

    def value(self, name, part):
        if name in HISTOGRAMS:
            return quantile_ms(self.before[name], self.after[name], part)
        return bench_stack.percentile(self.values[name], part)


def orders_for(seconds, *about):
    half = Part(*about)
    time.sleep(seconds)
    return half.end()


def one_round(stack, crowds, stayed, orders):
    about = stack, orders, stayed
    full = orders_for(CALM_S, *about)
    for one in crowds:
        one.tell("drop")
    for one in crowds:
        one.hear("dropped")
    scale.wait_until(lambda: scale.figures(stack, "hansho_feed_connections") == stayed.count, "the feeds have seen them go")
    alone = orders_for(CALM_S, *about)
    for _ in range(MISSED):
        missed = orders.send()[2]
    for one in crowds:
        one.tell(f"target {missed}")
    wild = Part(*about)
    resumed = scale.now_us()
    live = scale.all_do(crowds, "resume 1000000", "live")
    have = max(one.hear("reached")[-1] for one in crowds)
    wild.end()
    return {"full": full, "alone": alone, "storm": wild, "back_s": (max(live, have) - resumed) / 1e6}


def ratios(rounds, when=WHEN):
    """Of each figure its median in each part, and the last part's to each of the others."""
    found = {}
    for name in ("answer", "delivery", *HISTOGRAMS):
        for word, part in (("p50", 0.5), ("p99", 0.99)):
            rows = [{at: one[at].value(name, part) for at in when} for one in rounds]
            found[f"{name}_{word}_ms"] = {at: round(statistics.median(row[at] for row in rows), 2) for at in when}
            for at in when[:-1]:
                each = [round(row[when[-1]] / max(row[at], 0.01), 2) for row in rows]
                found[f"{name}_{word}_to_{at}"] = bench_stack.spread(each)
    return found


def turns_ms(stack):
    """The longest turn of any feed's loop, by the clock and by the processor."""
    return {by: round(1000 * max(stack.metrics(feed)[f'hansho_loop_turn_max_seconds{{by="{by}"}}'] for feed in stack.feeds), 1)
            for by in ("clock", "processor")}


def place(stack, split, feed_nice=FEED_NICE):
    """Priorities as deployed; with split, this process and its children go to the second core."""
    for name in stack.feeds:
        os.setpriority(os.PRIO_PROCESS, stack.processes[name].pid, feed_nice)
    if split:
        os.sched_setaffinity(0, {1})


def measure(asked):
    wrap = ["taskset", "-c", "0"] if asked.split else []
    stack, port = scale.start(asked, asked.feeds, wrap=wrap, **{"ring_notices": 16, **json.loads(asked.feed)})
    place(stack, asked.split, asked.feed_nice)
    try:
        orders = scale.Orders(stack)
        orders.send()
        crowds = scale.crowds_of(asked, port, asked.subscribers, nice=asked.nice)
        scale.connected(stack, crowds)
        stayed = scale.Crowd(asked.folder, port, 100, asked.stayed)
        stayed.tell("follow")
        scale.all_do([stayed], "connect 1000", "live")
        rounds = [one_round(stack, crowds, stayed, orders) for _ in range(asked.rounds)]
        found, back = scale.total(crowds), [row["back_s"] for row in rounds]
        result = {"subscribers": asked.subscribers, "feeds": asked.feeds, "rounds": asked.rounds, "split": asked.split,
                  "nice": asked.nice, "feed_nice": asked.feed_nice, "orders": sum(row["storm"].orders for row in rounds),
                  "back_s": round(statistics.median(back), 2), "back_s_max": round(max(back), 2),
                  "backfills": int(scale.figures(stack, "hansho_feed_backfills_total")),
                  "longest_turn_ms": turns_ms(stack), **found, **ratios(rounds)}
        for one in [*crowds, stayed]:
            one.close()
        return result
    finally:
        stack.stop_all()


def main():
    print(json.dumps(measure(options())), flush=True)


if __name__ == "__main__":
    main()
