"""Each setting of each adapter, broken: it is refused by name, or the alarm comes, or its row says why it silences nobody
(broken_settings.py). A setting without a row makes the first test fail.
"""

import concurrent.futures
import copy
import hashlib
import os
import re
import shutil
import subprocess
import tempfile

import pytest
import requests

from broken_settings import TABLES, Alarm, Refused, Why
from carriers import carrier
from centre import Centre, centre_of
from conftest import BIN, BUSY_S, free_port, wait_until
from installed import Installed
from test_adapters_broadcaster import broadcaster
from test_adapters_signage import SCREENS, signage
from test_broadcaster_stations import Station, answering, station
from test_canary import AnsweringPlayer, status_command
from voice import write_voice

PERIOD_S, TIMEOUT_S = 1, 0.9
FAST = {"canary_ms": int(PERIOD_S * 1000), "canary_timeout_ms": int(TIMEOUT_S * 1000), "stop_grace_ms": 300}
LIMIT_S = PERIOD_S + 2 * TIMEOUT_S + BUSY_S


def settings_of(name):
    """{dotted key: (type, unit)} from what the program says itself."""
    text = subprocess.run([os.path.join(BIN, f"hansho-{name}"), "--config-help"], capture_output=True, text=True, timeout=20,
                          check=True).stdout
    found, path = {}, []
    for indent, key, kind in re.findall(r"^((?:    )*)(\w+)  \((.*)\)$", text, re.M):
        path = path[:len(indent) // 4] + [key]
        found["[].".join(path)] = kind
    return found


@pytest.mark.parametrize("name", TABLES)
def test_every_setting_has_its_row(name):
    assert set(settings_of(name)) == set(TABLES[name])
    assert all(isinstance(row, (Alarm, Refused)) or len(row.sentence) > 10 for row in TABLES[name].values())


# ---- refused ----

@pytest.fixture(name="site")
def make_site():
    folder = tempfile.mkdtemp(prefix="hs-", dir="/tmp")
    yield Installed(folder)
    shutil.rmtree(folder)


ROWS = {  # where the examples have none
    "sirens": [{"level": 5}], "auto_start": [{"kind": "eew"}], "stations": [{"name": "tv"}],
    "shelters": [{"name": "x", "position": "38.5,143.5"}]}


def with_value(config, key, value):
    """The configuration with that value at the dotted key; in the first row of each list."""
    config = copy.deepcopy(config)
    place, (*lists, last) = config, key.split("[].")
    for one in lists:
        place.setdefault(one, copy.deepcopy(ROWS.get(one, [{}])))
        place = place[one][0]
    place[last] = value
    return config


def wrong(kind):
    """A value that no setting of this kind takes."""
    if kind.startswith("number"):
        return int(re.search(r"… (-?\d+)", kind).group(1)) + 1
    if kind.startswith(("true|false", "one of")):
        return "perhaps-not"
    return {"of": "another type"} if kind.startswith("text") else "no list"


def refused(site, name, key, number, config):
    path = site.write(f"{name}-{number}.yaml", config)
    done = subprocess.run([os.path.join(BIN, f"hansho-{name}"), "--check", "--config", path], capture_output=True, text=True, timeout=60,
                          check=False)
    last = key.rsplit(".", 1)[-1]
    ok = done.returncode == 1 and re.search(rf"\b{last}\b", done.stderr) and done.stderr.count("\n") == 1
    return None if ok else f"{name} {key}: status {done.returncode}: {done.stderr}{done.stdout}"


@pytest.mark.parametrize("name", TABLES)
def test_what_can_be_seen_before_a_start_is_refused_by_name(site, name):
    good = site.config(name)
    cases = [(key, with_value(good, key, wrong(kind))) for key, kind in settings_of(name).items()]
    for key, row in TABLES[name].items():
        if isinstance(row, Refused):
            config = good
            for other, value in row.also.items():
                config = with_value(config, other, value.format(ca=os.path.join(site.folder, "made", "ca.pem")))
            cases.append((key, with_value(config, key, row.value)))
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        faults = pool.map(lambda case: refused(site, name, case[1][0], case[0], case[1][1]), enumerate(cases))
        faults = [fault for fault in faults if fault]
    assert not faults, "\n".join(faults)
    assert refused(site, name, "name", "good", good) is not None, "and the good one is not"


# ---- the alarm comes ----

def row_of(url, name, lane="drill", **more):
    """A row of `cbcs` that shares nothing with another one, as yaml wants it."""
    return copy.deepcopy(centre_of(url, name, lane, **more))


class Pager:
    """alarm_command of an adapter, and what it was told."""

    def __init__(self, folder):
        self.told, self.program = folder / "told", folder / "pager"
        self.program.write_text(f"#!/bin/sh\nprintf '%s|' \"$@\" >> '{self.told}'\necho >> '{self.told}'\n")
        self.program.chmod(0o755)

    def heard(self, lane, outlet):
        text = self.told.read_text() if self.told.exists() else ""
        return re.search(rf"^alarm\|[^|]*\|{lane}\|{re.escape(outlet)}\|(.*)\|$", text, re.M)


def all_alarm(stack, name, pager, broken, lane="drill"):
    """broken: {outlet: word in the reason}. Status page, hook, and nobody else."""
    def page():
        return {row["outlet"]: row for row in requests.get(f"http://{stack.ops[name]}/status", timeout=20).json()["outlets"]}

    def there():
        rows = page()
        # the reason is that of the newest try, which on a busy machine may have been too late to say more
        return all(outlet in rows and rows[outlet]["proof"] == "failed" and word in rows[outlet]["detail"]
                   for outlet, word in broken.items()) and rows
    try:
        rows = wait_until(there, "each is an alarm", LIMIT_S)
    except AssertionError:
        now = page()
        missing = {outlet: now.get(outlet) for outlet, word in broken.items()
                   if now.get(outlet, {}).get("proof") != "failed" or word not in now[outlet]["detail"]}
        raise AssertionError(f"no alarm, or none that says {broken}: {missing}") from None
    for outlet in broken:
        wait_until(lambda outlet=outlet: pager.heard(rows[outlet]["lane"], outlet), f"alarm_command is told of {outlet}", LIMIT_S)
    wait_until(lambda: all(row["proof"] == "proven" for outlet, row in page().items() if outlet not in broken), "the others are good", LIMIT_S)


def keys_of_group(name, group):
    return {key for key, row in TABLES[name].items() if row == Alarm(group)}


def test_carriers_and_centres(make_stack, carriers, tmp_path):
    """Each a row with one broken setting, beside good ones, in one adapter."""
    pager, centre = Pager(tmp_path), Centre(tmp_path)
    gone = f"http://127.0.0.1:{free_port()}"
    carriers.names["/named"] = "other"
    broken = {
        "carriers[].name": (carrier("named", carriers.url("/named")), "that of other"),
        "carriers[].title_max": (carrier("title", carriers.url("/ok"), title_max=3), "title_max"),
        "carriers[].body_max": (carrier("body", carriers.url("/ok"), body_max=1), "body_max"),
        "carriers[].total_max": (carrier("total", carriers.url("/ok"), total_max=5), "within the limits"),
        "carriers[].forbid_characters": (carrier("forbid", carriers.url("/ok"), forbid_characters="【避"), "forbid"),
        "carriers[].drill_endpoint": (carrier("gone", gone + "/x"), "did not take it"),
        "carriers[].attempt_timeout_ms": (carrier("short", carriers.url("/hang"), attempt_timeout_ms=100), "did not take it"),
        "carriers[].canary_readback": (carrier("unread", carriers.url("/ok"), canary_readback=gone + "/"), "not read back"),
        "cbcs[].drill_url": (row_of(gone + "/api/ecbe/v1", "cb-gone"), "cannot be reached"),
        "cbcs[].pages_max": (row_of(centre.url, "cb-pages", pages_max=1, second_language="en"), "pages_max"),
        "cbcs[].second_language": (row_of(centre.url, "cb-second", pages_max=1, second_language="en"), "pages_max"),
    }
    assert set(broken) == keys_of_group("telecom", "carriers")
    rows = {kind: [row for key, (row, _) in broken.items() if key.startswith(kind)] for kind in ("carriers", "cbcs")}
    stack = make_stack(adapters=[{"program": "hansho-telecom", "name": "telecom", "config": {
        "carriers": [carrier("good", carriers.url("/ok")), *rows["carriers"]],
        "cbcs": [row_of(centre.url, "cb-good"), *rows["cbcs"]], "alarm_command": str(pager.program), **FAST}}])
    all_alarm(stack, "telecom", pager, {row["name"]: word for row, word in broken.values()})
    shown = status_command(stack, tmp_path)
    assert shown.returncode == 1 and all(re.search(rf"telecom/{row['name']} +ALARM", shown.stdout) for row, _ in broken.values()), shown.stdout
    stack.stop_all()
    centre.close()


def test_what_a_whole_adapter_for_carriers_needs(make_stack, carriers, tmp_path):
    """Name and link at the hub, a proxy, a limit: each in an adapter of its own."""
    def one(peer, **config):
        (tmp_path / peer).mkdir()
        pagers[peer] = Pager(tmp_path / peer)
        return {"program": "hansho-telecom", "name": peer, "config": {
            "carriers": [carrier("good", carriers.url("/ok" if peer != "short" else "/hang"))], "alarm_command": str(pagers[peer].program),
            **FAST, **config}}
    pagers = {}
    adapters = [one("wrong-name", name="somebody"), one("wrong-link", drill_url=f"ipc://{tmp_path}/nobody.link"),
                one("proxied", http_proxy=f"http://127.0.0.1:{free_port()}"), one("short", attempt_timeout_ms=100)]
    stack = make_stack(adapters=adapters, start=False)
    for name in ("hub", "gate", "feed-1", *pagers):
        stack.start(name, wait=False)
    for name in pagers:
        stack.processes[name].wait_output("adapter.started")
    keys = keys_of_group("telecom", "no hub") | keys_of_group("telecom", "proxy") | keys_of_group("telecom", "too short")
    assert keys == {"name", "drill_url", "http_proxy", "attempt_timeout_ms"}
    all_alarm(stack, "wrong-name", pagers["wrong-name"], {"hub": "name, url"})
    all_alarm(stack, "wrong-link", pagers["wrong-link"], {"hub": "no hub"})
    all_alarm(stack, "proxied", pagers["proxied"], {"good": "did not take it"})
    all_alarm(stack, "short", pagers["short"], {"good": "no answer in time"})
    assert status_command(stack, tmp_path).returncode == 1


def test_the_live_lane(make_stack, carriers, tmp_path):
    """live_url of each adapter, and the live addresses of its outlets."""
    centre = Centre(tmp_path)
    gone = f"http://127.0.0.1:{free_port()}"
    folders = [tmp_path / name for name in ("telecom", "broadcaster", "unlinked")]
    for folder in folders:
        folder.mkdir()
    pagers = [Pager(folder) for folder in folders]
    tv = {"name": "tv", "channel": "nng", "live_url": "ipc:///nonexistent/station.sock"}
    adapters = [
        {"program": "hansho-telecom", "name": "telecom", "config": {
            "carriers": [{"name": "good", "live_endpoint": carriers.url("/ok")}, {"name": "gone", "live_endpoint": gone + "/x"}],
            "cbcs": [row_of(centre.url, "cb-good", "live"), row_of(gone + "/api/ecbe/v1", "cb-gone", "live")],
            "alarm_command": str(pagers[0].program), **FAST}},
        {**broadcaster(free_port(), stations=[tv], alarm_command=str(pagers[1].program), **FAST)},
        {"program": "hansho-telecom", "name": "unlinked", "config": {
            "live_url": f"ipc://{tmp_path}/nobody.link", "carriers": [{"name": "good", "live_endpoint": carriers.url("/ok")}],
            "alarm_command": str(pagers[2].program), **FAST}}]
    stack = make_stack(mode="live", adapters=adapters, start=False)
    for name in ("hub", "gate", "feed-1", "telecom", "broadcaster", "unlinked"):
        stack.start(name, wait=False)
    for name in ("telecom", "broadcaster", "unlinked"):
        stack.processes[name].wait_output("adapter.started")
    assert keys_of_group("telecom", "live") == {"live_url", "carriers[].live_endpoint", "cbcs[].live_url"}
    assert keys_of_group("broadcaster", "live") == {"live_url", "stations[].live_url"}
    all_alarm(stack, "telecom", pagers[0], {"gone": "did not take it", "cb-gone": "cannot be reached"})
    all_alarm(stack, "broadcaster", pagers[1], {"tv": "not connected"})
    all_alarm(stack, "unlinked", pagers[2], {"hub": "no hub"})
    stack.stop_all()
    centre.close()


def test_stations(make_stack, tmp_path):
    pager, port = Pager(tmp_path), free_port()
    broken = {
        "stations[].name": (station("renamed"), "not connected"),
        "stations[].drill_url": (station("dialled", channel="nng", drill_url="ipc:///nonexistent/station.sock"), "not connected"),
        "stations[].folder": (station("folder", channel="files", folder="/proc/1/elsewhere"), "check the folder"),
        "stations[].crawl_width": (station("narrow", crawl_width=8), "crawl_width"),
        "stations[].token_sha256": (station("retokened", token_sha256=hashlib.sha256(b"another").hexdigest()), "token"),
    }
    assert set(broken) | {"out_dir"} == keys_of_group("broadcaster", "stations")
    stack = make_stack(adapters=[broadcaster(port, stations=[station("good-tv"), *[row for row, _ in broken.values()]],
                                             out_dir="/proc/1/nowhere", alarm_command=str(pager.program), **FAST)])
    one = Station(port, "good-tv")
    answering(one)
    answering(Station(port, "retokened", token="drill-token"))
    all_alarm(stack, "broadcaster", pager, {"playout": "check the folder", **{row["name"]: word for row, word in broken.values()}})
    one.stop.set()


def test_stations_that_find_no_place(make_stack, tmp_path):
    """listen: they dial another port. stations_max: the second one."""
    folders = [tmp_path / name for name in ("elsewhere", "full")]
    for folder in folders:
        folder.mkdir()
    pagers, ports = [Pager(folder) for folder in folders], [free_port() for _ in folders]
    assert keys_of_group("broadcaster", "stations elsewhere") == {"listen", "stations_max"}
    stack = make_stack(adapters=[
        {**broadcaster(free_port(), stations=[station("tv")], alarm_command=str(pagers[0].program), **FAST), "name": "elsewhere"},
        {**broadcaster(ports[1], stations=[station("one"), station("two")], stations_max=1, alarm_command=str(pagers[1].program), **FAST),
         "name": "full"}])
    with pytest.raises(OSError):
        Station(ports[0], "tv")
    one = Station(ports[1], "one")
    answering(one)
    try:
        two = Station(ports[1], "two")
        answering(two)
    except Exception:  # noqa: B902, whatever a client calls a door that is shut
        pass
    all_alarm(stack, "elsewhere", pagers[0], {"tv": "not connected"})
    all_alarm(stack, "full", pagers[1], {"two": "not connected"})
    one.stop.set()


def test_screens(make_stack, tmp_path):
    """A screen that expects a player and does not get it, whatever keeps it away."""
    screens = [{**row, "players_expected": 1} for row in SCREENS[:2]]
    changes = {"listen": {}, "screens[].id": {"screens": [{**screens[0], "id": "hal"}, screens[1]]},
               "screens[].players_expected": {"screens": [{**screens[0], "players_expected": 2}, screens[1]]},
               "players_max": {"players_max": 2}}
    assert set(changes) == keys_of_group("signage", "screens")
    names = {key: re.sub(r"\W", "", key) for key in changes}
    pagers, ports, adapters = {}, {}, []
    for key, change in changes.items():
        (tmp_path / names[key]).mkdir()
        pagers[key], ports[key] = Pager(tmp_path / names[key]), free_port()
        config = {"screens": screens, "alarm_command": str(pagers[key].program), **FAST, **change}
        adapters.append({**signage(ports[key] if key != "listen" else free_port(), **config), "name": names[key]})
    stack = make_stack(adapters=adapters)
    players = []
    for key in changes:
        for screen in ("hall", "pref") if key != "players_max" else ("hall", "hall", "pref"):
            try:
                players.append(AnsweringPlayer(ports[key], screen))
            except Exception:  # noqa: B902, it is kept away: that is the break
                pass
    for key in changes:
        all_alarm(stack, names[key], pagers[key], {"screens": "lack players"})
    for player in players:
        player.close()


def test_loudspeakers(make_stack, tmp_path):
    voice = write_voice(str(tmp_path / "hum.htsvoice"))
    pager, spoken = Pager(tmp_path), tmp_path / "spoken"
    spoken.mkdir()
    mute = Pager(spoken)
    assert keys_of_group("jalert", "loudspeakers") == {"plan_dir", "controller_url", "audio_dir", "audio_program"}
    stack = make_stack(adapters=[
        {"program": "hansho-jalert", "name": "jalert", "config": {
            "plan_dir": "/proc/1/nowhere", "controller_url": f"ipc://{tmp_path}/nobody.sock", "audio_dir": "/proc/1/nowhere",
            "alarm_command": str(pager.program), **FAST}},
        {"program": "hansho-jalert", "name": "mute", "config": {
            "plan_dir": str(spoken), "audio_dir": str(spoken), "audio_voice": voice, "audio_program": "/bin/false",
            "areas": ["990019"], "alarm_command": str(mute.program), **FAST}}], start=False)
    for name in ("hub", "gate", "feed-1", "jalert", "mute"):
        stack.start(name, wait=False)
    for name in ("jalert", "mute"):
        stack.processes[name].wait_output("adapter.started")
    all_alarm(stack, "jalert", pager, {"plan_dir": "plan_dir cannot be written", "controller": "not connected", "audio": "audio_dir"})
    all_alarm(stack, "mute", mute, {"speech": "audio_program"})


def test_no_alarm_row_is_without_a_group():
    """Each Alarm of the table is asserted by the test of its group above."""
    groups = {(name, row.group) for name, table in TABLES.items() for row in table.values() if isinstance(row, Alarm)}
    common = {(name, group) for name in TABLES for group in ("no hub", "live", "too short")}  # the same code for all: telecom stands for them
    assert groups == common | {("telecom", "carriers"), ("telecom", "proxy"), ("broadcaster", "stations"),
                               ("broadcaster", "stations elsewhere"), ("signage", "screens"), ("jalert", "loudspeakers")}
    assert all(isinstance(row, (Alarm, Refused, Why)) for table in TABLES.values() for row in table.values())
