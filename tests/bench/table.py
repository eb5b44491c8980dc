#!/usr/bin/python3
"""Runs the benches one after another and prints one table in Markdown; tests/bench/run.sh calls it.

Every figure that depends on the machine stands as a ratio to a reference that took turns with it in the same
run. A machine that does something else at the same time still widens the spread: repeat, and trust medians.
"""

import json
import os
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
QUICK = bool(os.environ.get("HANSHO_BENCH_QUICK"))
COLUMNS = ("figure", "target", "measured: median (min–max)", "absolute", "reference in the same run",
           "command, runs")


def run(folder, script, *arguments):
    """The JSON line of a script of this folder, and the command that gave it."""
    print(f"running {script} {' '.join(arguments)} …", file=sys.stderr, flush=True)
    command = ["/usr/bin/python3", os.path.join(HERE, script), "--folder", folder, *arguments]
    out = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True).stdout
    return json.loads(out.splitlines()[-1]), " ".join([script, *arguments])


def ms(microseconds):
    return f"{microseconds / 1000:.2f}"


def lone_rows(one, way, command, target=""):
    reference = (f"append + fdatasync of 2 KB: p50 {ms(one['reference_p50_us'])}, "
                 f"p99 {ms(one['reference_p99_us'])} ms")
    runs = f"`{command}`, {one['pairs']} pairs in {one['rounds']} rounds"
    for part, target in (("p99", target), ("p50", "")):
        yield (f"submission → durable answer over {way}, {part}", target,
               f"{one[f'ratio_{part}']} times", f"{ms(one[f'submit_{part}_us'])} ms", reference, runs)


def submit_rows(folder):
    arguments = ["--rounds", "3", "--pairs", "100", "--seconds", "5"] if QUICK else []
    found, command = run(folder, "submit.py", *arguments)
    one, rate = found["one_at_a_time"], found["rate"]
    yield from lone_rows(found["connected"], "an open HTTP connection", command, "≤ 3")
    yield from lone_rows(one, "HTTP, a new connection for each", command)
    for part in ("p99", "p50"):
        yield (f"floor of it: the same processes, threads, sockets and bytes with nothing to do, {part}", "",
               f"{found['bare_chain'][f'ratio_{part}']} times", f"{ms(found['bare_chain'][f'{part}_us'])} ms",
               "the same", f"`{command}`, `chain_bench`")
    yield from lone_rows(found["tls"], "TLS 1.3, a new connection for each", command)
    yield ("of it in the hub: queue → disk", "", f"{one['within_ms']['1']:.0%} within 1 ms",
           f"{one['within_ms']['5']:.0%} within 5 ms", "", "the hub's own metrics in that run")
    yield (f"{rate['per_s']}/s for {rate['seconds']} s, open loop: last quarter ÷ first quarter, p50",
           "no growth", f"{rate['growth']:.2f} times",
           f"p50 {ms(rate['p50_us'])}, p99 {ms(rate['p99_us'])} ms, {rate['refused']} refused",
           f"queue in the hub: median {rate['depth_median']:.0f}, most {rate['depth_max']:.0f}, "
           f"at the end {rate['depth_end']:.0f}", f"`{command}`, {rate['orders']} orders")


def throughput_rows(folder):
    found, command = run(folder, "throughput.py", *(["--rounds", "3", "--orders", "1000"] if QUICK else []))
    runs = f"`{command}`, {found['orders']} orders, {found['acknowledged_and_missing']} acknowledged ones missing"
    group = (f"append + fdatasync of 2 KB, {found['senders']} writers, group commit: {found['group_per_s']}/s, "
             f"{found['group_per_sync']} in a sync")
    yield (f"orders/s, durable, {found['senders']} senders, a new connection for each", "≥ 2,000/s",
           f"{found['orders_per_s']}/s", f"{found['per_s_to_group']} times the reference", group, runs)
    for part in ("p50", "p99"):
        yield (f"the same, submission → durable answer, {part}", "", f"{found[f'orders_{part}_us']} µs", "",
               f"one writer {found[f'alone_{part}_us']}, {found['senders']} writers {found[f'group_{part}_us']} µs",
               "the same run")
    cpu = ", ".join(f"{name} {used}" for name, used in found["cpu_us_per_order"].items())
    yield ("the same: orders in a commit", "", found["orders_per_commit"], f"CPU µs for each order: {cpu}", "",
           "the same run")


def fanout_rows(folder):
    for form, word in (("proto", "binary"), ("json", "text")):
        found, command = run(folder, "fanout.py", "--form", form, "--pairs", "10" if QUICK else "40")
        runs = f"`{command}`, {found['pairs']} pairs"
        yield (f"POST → last of 1,000 subscribers, {word} form, {found['frame_bytes']} bytes", "≤ 1.5",
               f"{found['ratio_spread']} times", f"{found['submit_to_last_ms']} ms",
               f"send() loop to 1,000 sockets: {found['floor_ms']} ms", runs)
        yield (f"of it in the feed: first → last subscriber, {word} form", "",
               f"{found['feed_only_spread']} times",
               f"{found['submit_to_last_ms'] - found['submit_to_first_ms']:.2f} ms",
               "the same of the loop", runs)


def interest_rows(folder):
    found, command = run(folder, "interest.py", *(["--orders", "5", "--public", "2000"] if QUICK else []))
    runs = f"`{command}`, {found['orders']} orders each"
    for connected, one in found["interest"].items():
        if not connected.isdigit():
            continue
        yield (f"commit → last of the 8 who asked for its town, {int(connected):,} connected", "≤ 2 ms",
               f"{one['last_spread_ms']} ms", f"the first of them: {one['first_ms']} ms", "", runs)
    yield ("the same, most ÷ fewest connected", "0.9–1.1", f"{found['interest']['growth_spread']} times", "", "", runs)
    for name, what, target in (("link", "ten links of the hub", "≤ 3 ms"), ("first", "200 from a first address", "≤ 3 ms"),
                               ("public", "all others of that feed", "")):
        yield (f"commit → last of {what}, all connected together", target,
               f"{found['priority'][name]['last_spread_ms']} ms", "", "", runs)
    yield ("two feeds on one port: commit → last subscriber", "", f"{found['port']['last_spread_ms']} ms",
           f"share of each: {found['port']['shares']}", "", runs)


def slow_rows(folder):
    found, command = run(folder, "slow.py", "--rounds", "1" if QUICK else "3", "--orders", "60" if QUICK else "300")
    runs = f"`{command}`, {found['orders']} orders a part"
    yield ("500 of 1,000 subscribers stop reading: delivery to the others, p99 more than before", "≤ 10 ms",
           f"{found['more_p99_ms_spread']} ms", f"p99 {ms(found['half_p99_us'])} ms", f"before: p99 {ms(found['all_p99_us'])} ms", runs)
    yield ("the same: resident memory of the feed", "≤ 32 MiB more", f"{found['more_mib']} MiB more",
           f"{found['before_mib']} → {found['most_mib']} → {found['after_mib']} MiB",
           f"while all read: {found['more_mib_while_all_read']} MiB", runs)
    yield ("the same: those who come back", "no gap", f"{found['left_out']} notices missed, {found['twice']} twice",
           f"closed as behind {found['feed_counted_behind']}, connections that had ended {found['came_back_dropped']}", "", runs)


def crowd_rows(folder, what, script, arguments, before, after):
    """Answer and delivery of a live order beside a crowd, each part with ÷ without."""
    found, command = run(folder, script, *arguments)
    for name, way in (("answer", "durable answer"), ("delivery", "delivery to who was connected all along")):
        for part in ("p50", "p99"):
            each = found[f"{name}_{part}_ms"]
            yield (f"live order while {what}: {way}, {part} with ÷ without", "", f"{found[f'{name}_{part}_to_{before}']} times",
                   f"{each[after]} ms", f"without: {each[before]} ms", f"`{command}`, {found['orders']} orders")
    return found, command


def storm_rows(folder):
    arguments = ["--feeds", "1", "--split", "--nice", "19", "--rounds", "2" if QUICK else "5"]
    found, command = yield from crowd_rows(folder, "10,000 come back at once", "storm.py", arguments, "alone", "storm")
    yield ("the same: all are back and have what they missed", "≤ 5 s", f"{found['back_s']} s, {found['back_s_max']} at most",
           f"{found['wrong']} wrong, {found['gaps']} gaps", "", f"`{command}`")
    yield ("the same, in the feed: arrival → first hundred who are up to date, p99", "", f"{found['begun_p99_to_alone']} times",
           f"{found['begun_p99_ms']['storm']} ms", f"without: {found['begun_p99_ms']['alone']} ms", f"`{command}`")


def cycle_rows(folder):
    arguments = ["--split", "--cycles", "20000" if QUICK else "100000", "--rounds", "2" if QUICK else "5"]
    found, command = yield from crowd_rows(folder, "connections come and go", "cycles.py", arguments, "without", "with")
    yield (f"{found['cycles']:,} connections that come and go: what gate or feed has grown by", "≤ 2 MiB", f"{found['more_kib']} KiB",
           f"{found['cycles_per_s']:,}/s", "", f"`{command}`")


def idle_rows(folder):
    found, command = run(folder, "fanout.py", "--subscribers", "8000", "--pairs", "3")
    yield ("resident memory of the feed per idle subscriber", "≤ 4096 bytes",
           f"{found['idle_bytes_per_subscriber']} bytes", "",
           "the feed before they came", f"`{command}`, 8,000 subscribers")


def start_rows(folder):
    found, command = run(folder, "start.py", "--starts", "3" if QUICK else "7")
    for one in found:
        yield (f"start with new rules of what is in force, {one['notices']:,} notices", "",
               f"{one['first_ms']} ms", "", "works out anew what is in force", f"`{command}`, 1 start")
        yield (f"start of the hub with {one['notices']:,} notices",
               "≤ 2000 ms" if one["notices"] == 100000 else "",
               f"{one['ready_ms']} ({one['ready_ms_min']}–{one['ready_ms_max']}) ms",
               f"resident afterwards: {one['resident_mib']} MiB",
               f"journal of {one['journal_mib']} MiB", f"`{command}`, {one['starts']} starts")
        for part in ("p50", "p99"):
            ours, floor = one[f"submit_to_committed_{part}_us"], one[f"reference_{part}_us"]
            yield (f"core and journal alone, {one['notices']:,} notices: order → committed, {part}", "",
                   f"{ours / floor:.2f} times", f"{ms(ours)} ms",
                   f"append + fdatasync: {ms(floor)} ms", f"`{command}`, 2,000 pairs")


def http_rows(folder):
    command = [os.path.join(folder, "tests/bench/http_bench"), "2000"]
    out = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True).stdout
    words = out.splitlines()[-1].split()
    yield ("one WebSocket frame of 2 KiB on loopback, CPU of the sender", "",
           f"{words[-3]} µs ours and libwebsockets', {words[-1]} µs kernel", "", "",
           "`http_bench 2000`, median of 21 rounds")


def encode_rows(folder):
    names = (("record", "the record of a station, with crawl and pages"), ("state", "the list in force"),
             ("state-pages", "the list in force as text and pages"), ("lalert", "L-Alert XML"), ("cap", "CAP 1.2"),
             ("atom", "an Atom entry"))
    for areas, kinds in (("100", names), ("1741", names[:1])):
        command = [os.path.join(folder, "tests/bench/broadcaster_encode_bench"), "200" if QUICK else "2000", areas]
        out = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True).stdout
        found = {line.split()[0]: line.split()[1:] for line in out.splitlines()}
        for name, what in kinds:
            median, p99, size, ratio = found[name]
            yield (f"encode an order of {areas} districts for an outlet: {what}", "≤ 200 µs", f"{median} µs",
                   f"p99 {p99} µs, {size} bytes", f"{ratio} times packing it (protobuf), {found['packed'][0]} µs",
                   f"`broadcaster_encode_bench {command[1]} {areas}`")


def telecom_rows(folder):
    command = [os.path.join(folder, "tests/bench/telecom_encode_bench"), "500" if QUICK else "5000"]
    out = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True).stdout
    rows = [line.split() for line in out.splitlines()]
    floor = next(float(row[2]) for row in rows if row[0] == "reference")
    names = {"mail": "a carrier's mail document", "cell-ja": "a cell broadcast", "cell-en": "the same in English",
             "primary": "a primary warning"}
    for name, places, median, p99 in (row for row in rows if row[0] != "reference"):
        yield (f"encode {names[name]}, order of {int(places):,} districts", "≤ 200 µs", f"{median} µs", f"p99 {p99} µs",
               f"{float(median) / floor:.2f} times SHA-256 of 64 KiB ({floor} µs)", f"`telecom_encode_bench {command[1]}`")


def telegram_rows(folder):
    if not os.path.isdir(os.path.join(HERE, "..", "..", "..", "shared", "samples", "jma")):
        return
    found, command = run(folder, "telegrams.py", "--rounds", "10" if QUICK else "50")
    for name, what, target in (("eew", "early warning", "≤ 0.3 ms"), ("quake", "earthquake report", "≤ 4 ms"),
                               ("digest", "digest", "≤ 60 ms")):
        one = found[name]
        yield (f"parse + check + normalise one {what} of {one['bytes'] // 1000} KB", target,
               f"{ms(one['median_us'])} ms", f"p99 {ms(one['p99_us'])} ms",
               f"takes {one['times_document']} times its size", f"`{command}`")
    samples = found["samples"]
    first, second = samples["most"]
    yield (f"memory of the hungriest of {samples['count']} real telegrams", "≤ 8 times its size",
           f"{first['times_document']} times ({first['name']}, {first['bytes']:,} bytes)",
           f"next {second['times_document']} times ({second['name']})", "", f"`{command}`")


def screen_rows(folder):
    rounds = "300" if QUICK else "2000"
    out = subprocess.run([os.path.join(folder, "tests/bench/signage_encode_bench"), rounds], stdout=subprocess.PIPE, text=True,
                         check=True).stdout
    forms = [line.split() for line in out.splitlines()]
    for name, p50, p99, size, reference in forms:
        yield (f"encode one screen: {name.replace('_', ' ')}", "≤ 200 µs", f"{float(p50) / float(reference):.2f} times",
               f"p50 {p50} µs, p99 {p99} µs, {size} bytes", f"SHA-256 of 64 KiB: {reference} µs", f"`signage_encode_bench {rounds}`")
    found, command = run(folder, "players.py", *(["--players", "2000", "--orders", "3"] if QUICK else []))
    runs = f"`{command}`, {found['orders']} orders, {found['canaries']} canaries between them, {found['lost']} players lost"
    what = f"{found['players']:,} players of {found['screens']} screens"
    yield (f"{what}: submission → last player has the state", "", f"{found['last_player_ms']} ms", "", "", runs)
    yield ("the same: until `displayed` of all screens is back at the sender", "", f"{found['receipts_back_ms']} ms", "", "", runs)
    yield ("the same: resident memory of hansho-signage per player", "", f"{found['bytes_per_player']} bytes",
           f"all connected in {found['connect_s']} s", "the adapter before they came", runs)


def lane_rows(folder):
    found, command = run(folder, "lanes.py", "--rounds", "2" if QUICK else "8")
    for name, what in (("telegrams", "300 telegrams/s at the same gate"), ("burst", "300 telegrams at once, each second"),
                       ("digest", "a digest of 4 MB each second"),
                       ("drill", "300 orders/s at the drill lane")):
        one = found[name]
        for column, way in (("durable", "durable answer"), ("delivered", "gate → subscriber")):
            yield (f"live order of level 4 beside {what}: {way}, p99 with ÷ without", "≤ 1.1",
                   f"{one[f'{column}_p99_ratio']} times; by round {one[f'{column}_p99_ratio_by_round']}",
                   f"p99 {ms(one[f'{column}_with_p99_us'])} ms, p50 {ms(one[f'{column}_with_p50_us'])} ms",
                   f"without: p99 {ms(one[f'{column}_without_p99_us'])} ms, "
                   f"p50 {ms(one[f'{column}_without_p50_us'])} ms",
                   f"`{command}`, {one['orders']} orders, {one['load_taken']} of the load taken, "
                   f"load average {found['load_average']}")


def loudspeaker_rows(folder):
    command = [os.path.join(folder, "tests/bench/jalert_encode_bench"), "500" if QUICK else "5000"]
    out = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True).stdout.splitlines()
    forms = [(line.split()[0], *map(float, line.split()[1:])) for line in out[:-1]]
    slowest = max(forms, key=lambda form: form[2])
    yield (f"encode the slowest of {len(forms)} announcements ({slowest[0]}), CPU", "≤ 0.2 ms", f"{ms(slowest[2])} ms",
           f"p99 {ms(slowest[3])} ms", f"to print its JSON of {slowest[1]:.0f} bytes: {ms(float(out[-1].split()[2]))} ms",
           f"`{' '.join(['jalert_encode_bench', command[1]])}`")
    found, command = run(folder, "loudspeakers.py", "--rounds", "5" if QUICK else "30")
    for kind, what in (("missile", "a missile through the bridge"), ("order", "an evacuation order")):
        for part, named, target in (("contact", "contact closure", "≤ 200 ms"), ("audio", "first sound", "≤ 1 s")):
            one = found[kind][part]
            yield (f"hub has {what} → {named}", target, f"{one['median_ms']} ms", f"worst {one['worst_ms']} ms", "",
                   f"`{command}`, {found['rounds']} rounds")


def outlet_rows(folder):
    found, command = run(folder, "outlets.py", "--rounds", "1" if QUICK else "3")
    one, many = found["steady"], found["burst"]
    for name, worst in one["p99_ms"].items():
        middle = max(row["p50_ms"] for row in one["by_round"][name])
        yield (f"hub's commit → output of {name} called, {one['rate_per_s']} orders/s, all four adapters: p99", "≤ 5 ms",
               f"≤ {worst} ms in each round", f"p50 ≤ {middle} ms", "", f"`{command}`, {one['orders']} orders")
    whole = all((many["mails"] == many["mails_wanted"], many["mail_places"] == many["mail_places_wanted"],
                 many["plans"] == many["played"] == many["air"] == many["orders"]))
    yield (f"{many['municipalities']} municipalities issue within {many['window_s']:.0f} s: every outlet complete", "complete, in order",
           f"{'complete' if whole else 'NOT COMPLETE'}, {'in order' if many['order_kept'] else 'NOT IN ORDER'}",
           f"{many['mails']} mails, {many['plans']} plans, {many['played']} played", "", f"`{command}`")
    yield ("the same: until nothing waits any more", "≤ 10 s", f"{many['settled_s']} s",
           f"p99 of a call ≤ {max(many['p99_ms'].values())} ms", "", f"load average {found['load_average']:.1f}")
    for path, one in found["seen"].items():
        yield (f"an adapter's receipt → answer of the sender's long poll, `GET {path.format('{id}')}`", "≤ 1 s",
               f"{one['p50_ms']} ms", f"worst {one['max_ms']} ms", "", f"`{command}`")


def hostile_rows(folder):
    found, command = run(folder, "hostile.py", "--rounds", "5" if QUICK else "20")
    honest = found.pop("honest")
    yield (f"parse + check + normalise an order of {honest['bytes'] / 1000:.1f} KB", "≤ 0.1 ms",
           f"{ms(honest['median_us'])} ms", f"p99 {ms(honest['worst_us'])} ms",
           f"takes {honest['taken_bytes'] / honest['bytes']:.1f} times its size", f"`{command}`")
    slowest = max(found, key=lambda name: found[name]["worst_us"])
    largest = max(found, key=lambda name: found[name]["taken_bytes"])
    yield (f"the worst of {len(found)} hostile documents of ≤ 1 MiB", "≤ 100 ms, ≤ 32 MiB",
           f"{ms(found[slowest]['worst_us'])} ms ({slowest})",
           f"{found[largest]['taken_bytes'] / 2 ** 20:.1f} MiB ({largest})", "", f"`{command}`")


def main():
    folder = sys.argv[1]
    rows = [COLUMNS, ("---",) * len(COLUMNS)]
    for part in (submit_rows, throughput_rows, fanout_rows, interest_rows, slow_rows, storm_rows, cycle_rows, idle_rows, start_rows, http_rows,
                 encode_rows, telecom_rows, loudspeaker_rows, hostile_rows, telegram_rows, lane_rows, screen_rows, outlet_rows):
        rows += part(folder)
    for row in rows:
        print("| " + " | ".join(row) + " |")


if __name__ == "__main__":
    main()
