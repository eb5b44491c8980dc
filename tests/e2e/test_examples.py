"""The example configurations are usable, every program explains its configuration, units and manual fit them."""

import glob
import json
import os
import re
import subprocess
import tempfile

import pytest
import yaml

from conftest import BIN
from installed import EXAMPLES, REPLACE_ME, ROOT, Installed, keys_of

DAEMONS = ["hub", "gate", "feed", "broadcaster", "telecom", "signage", "jalert"]
PROGRAMS = ["hansho", "hansho-sim"] + [f"hansho-{name}" for name in DAEMONS]
ALONE = {os.path.join("tree", "hub.yaml")}  # started below, with the feeds under it
OF_PROGRAMS = sorted(path for path in glob.glob(os.path.join(EXAMPLES, "*", "*.yaml"))
                     if os.path.basename(path)[:-5] in DAEMONS)


def run(*arguments, timeout_s=60):
    return subprocess.run([str(argument) for argument in arguments], stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          timeout=timeout_s, text=True, encoding="utf-8", check=False)


def program(name):
    return os.path.join(BIN, name)


def example(lane, name):
    with open(os.path.join(EXAMPLES, lane, f"{name}.yaml"), encoding="utf-8") as file:
        return yaml.safe_load(file)


def test_every_process_has_an_example():
    found = {os.path.relpath(path, EXAMPLES) for path in OF_PROGRAMS}
    assert found == {f"{lane}/{name}.yaml" for lane in ("live", "drill") for name in ("hub", "gate", "feed")} | {
        f"adapters/{name}.yaml" for name in ("broadcaster", "telecom", "signage", "jalert")} | {"tree/hub.yaml"}


@pytest.mark.parametrize("path", [path for path in OF_PROGRAMS if os.path.relpath(path, EXAMPLES) not in ALONE], ids=lambda path: os.path.relpath(path, EXAMPLES))
def test_example_is_usable(path):
    name = os.path.basename(path)[:-5]
    with tempfile.TemporaryDirectory(prefix="hs-", dir="/tmp") as folder:
        site = Installed(folder)
        ours = site.write(f"{name}.yaml", site.config(name, os.path.basename(os.path.dirname(path))))
        done = run(program(f"hansho-{name}"), "--check", "--config", ours)
    assert done.returncode == 0, done.stdout
    assert "usable" in done.stdout


def test_no_station_is_proven_by_what_an_example_says(tmp_path):
    """A hash that stands in an example is that of a token which everybody knows: none does, and the file is refused until it has one."""
    stations = example("adapters", "broadcaster")["stations"]
    assert {station["token_sha256"] for station in stations if station.get("channel", "websocket") != "files"} == {REPLACE_ME}
    with tempfile.TemporaryDirectory(prefix="hs-", dir="/tmp") as folder:
        site = Installed(folder)
        ours = site.write("broadcaster.yaml", {**site.config("broadcaster"), "stations": stations})
        done = run(program("hansho-broadcaster"), "--check", "--config", ours)
    assert done.returncode == 1
    assert "token_sha256" in done.stdout and "openssl rand" in done.stdout


def test_a_wrong_configuration_is_not_usable(tmp_path):
    wrong = tmp_path / "hub.yaml"
    with open(os.path.join(EXAMPLES, "live", "hub.yaml"), encoding="utf-8") as file:
        wrong.write_text(file.read() + "windw: 3\n", encoding="utf-8")
    done = run(program("hansho-hub"), "--check", "--config", wrong)
    assert done.returncode == 1
    assert "windw" in done.stdout and "window" in done.stdout


@pytest.mark.parametrize("name", DAEMONS)
def test_config_help_names_every_key_of_the_example(name):
    done = run(program(f"hansho-{name}"), "--config-help")
    assert done.returncode == 0
    keys = set(re.findall(r"^(\S+)  \(", done.stdout, re.M))
    lane = "live" if name in ("hub", "gate", "feed") else "adapters"
    assert set(example(lane, name)) <= keys


def test_lanes_share_nothing():
    """Two lanes on one machine: no port, no link, no journal and no secret in common."""
    for name in ("hub", "gate", "feed"):
        live, drill = example("live", name), example("drill", name)
        assert (live.pop("mode"), drill.pop("mode")) == ("live", "drill")
        for key in ("journal", "ops_listen", "listen", "hub_url", "principals"):
            assert key not in live or live[key] != drill[key], f"{name}: {key}"
        urls = [{peer["url"] for peer in lane.get("peers", [])} for lane in (live, drill)]
        assert not urls[0] & urls[1]
    live, drill = (example(lane, "principals")["principals"] for lane in ("live", "drill"))
    assert {row["statuses"][0] for row in live} == {"Actual"} and {row["statuses"][0] for row in drill} == {"Exercise"}
    secrets = [{secret for row in lane for secret in (row.get("password"), row.get("token"), *row.get("certificates", []))
                if secret} for lane in (live, drill)]
    assert secrets[0] and secrets[1] and not secrets[0] & secrets[1]
    assert not {row["id"] for row in live} & {row["id"] for row in drill}


def test_links_of_hub_and_peers_agree():
    for lane in ("live", "drill"):
        peers = {peer["name"]: peer["url"] for peer in example(lane, "hub")["peers"]}
        for name in ("gate", "feed"):
            assert peers.pop(name) == example(lane, name)["hub_url"]
        for name, url in peers.items():
            adapter = example("adapters", name)
            assert adapter["name"] == name and adapter[f"{lane}_url"] == url
            assert adapter["drill"] is False, "a drill is switched on by hand, never by copying an example"


def tree_of(folder):
    """Hub, relay and two leaves as the examples have them, on this machine and in the drill lane; {name: path}, {name: page}."""
    from conftest import free_port  # pylint: disable=import-outside-toplevel
    made = keys_of(os.path.join(folder, "made"))
    with open(os.path.join(folder, "link.pem"), "w", encoding="ascii") as out:
        for name in ("server.pem", "server.key"):
            with open(os.path.join(made, name), encoding="ascii") as file:
                out.write(file.read())
    link, feed = free_port(), free_port()
    changes = [("mode: live", "mode: drill"), ("/run/hansho/live", folder), ("/var/lib/hansho/live", folder),
               ("/etc/hansho/keys/links-ca.pem", f"{made}/ca.pem"), ("0.0.0.0:9201", f"127.0.0.1:{link}"),
               ("hub.hansho.example:9201", f"127.0.0.1:{link}"), ("0.0.0.0:8081", f"127.0.0.1:{feed}"),
               ("/etc/hansho/keys/feed.pem", f"{made}/server.pem"), ("/etc/hansho/keys/feed.key", f"{made}/server.key"),
               ("127.0.0.1:8090", f"127.0.0.1:{free_port()}")]
    paths, pages = {}, {}
    for name, base in (("hub", "hub"), ("relay", "relay"), ("leaf-1", "leaf"), ("leaf-2", "leaf")):
        with open(os.path.join(EXAMPLES, "tree", f"{base}.yaml"), encoding="utf-8") as file:
            text = file.read()
        for there, here in changes:
            text = text.replace(there, here)
        text = re.sub(r"/etc/hansho/keys/[a-z]+-link.pem", os.path.join(folder, "link.pem"), text)
        pages[name] = f"127.0.0.1:{free_port()}"
        text = re.sub(r"^ops_listen: .*$", f"ops_listen: {pages[name]}", text, flags=re.M)
        paths[name] = os.path.join(folder, f"{name}.yaml")
        with open(paths[name], "w", encoding="utf-8") as file:
            file.write(text.replace("leaf-1", name) if base == "leaf" else text)
    return paths, pages


def test_the_tree_of_the_examples_stands():
    from conftest import Process  # pylint: disable=import-outside-toplevel
    running = []
    with tempfile.TemporaryDirectory(prefix="hs-", dir="/tmp") as folder:
        paths, pages = tree_of(folder)
        try:
            for name, path in paths.items():
                which = "hansho-hub" if name == "hub" else "hansho-feed"
                done = run(program(which), "--check", "--config", path)
                assert done.returncode == 0, done.stdout
                running.append(Process(which, ["--config", path], name))
            for process in running:
                process.wait_ready(pages[process.name])
        finally:
            for process in reversed(running):
                process.stop_clean()


def test_the_manual_of_scaling_shows_the_examples():
    """Every line of its YAML stands in deploy/examples/tree."""
    with open(os.path.join(ROOT, "docs", "scaling.md"), encoding="utf-8") as file:
        blocks = re.findall(r"```yaml\n(.*?)```", file.read(), re.S)
    there = {line.strip() for path in glob.glob(os.path.join(EXAMPLES, "tree", "*.yaml"))
             for line in open(path, encoding="utf-8").read().splitlines()}
    lines = [line.strip() for block in blocks for line in block.splitlines() if line.strip() and not line.startswith("#")]
    assert len(lines) > 8 and [line for line in lines if line not in there] == []


@pytest.mark.parametrize("lane", ["live", "drill"])
def test_gate_takes_the_principals(lane, tmp_path):
    """The gate reads them only when it starts: start it on a free port, without TLS, and see it serve."""
    from conftest import Process, free_port  # pylint: disable=import-outside-toplevel
    settings = example(lane, "gate")
    settings.update(listen=f"127.0.0.1:{free_port()}", ops_listen=f"127.0.0.1:{free_port()}",
                    hub_url=f"unix://{tmp_path}/gate.link", principals=os.path.join(EXAMPLES, lane, "principals.yaml"),
                    register=os.path.join(EXAMPLES, lane, "register.yaml"))
    del settings["tls_cert"], settings["tls_key"]
    path = tmp_path / "gate.yaml"
    path.write_text(yaml.safe_dump(settings, allow_unicode=True), encoding="utf-8")
    gate = Process("hansho-gate", ["--config", str(path)])
    try:
        gate.wait_output(r"gate\.ready")
    finally:
        gate.stop_clean()


@pytest.mark.parametrize("lane", ["live", "drill"])
def test_command_line_takes_the_client_settings(lane):
    done = run(program("hansho"), "--config", os.path.join(EXAMPLES, lane, "client.yaml"), "status", "--json")
    # Whether something answers there does not matter here: the settings were read, and every page was asked.
    assert done.returncode in (0, 1, 3), done.stdout + done.stderr
    assert [page["name"] for page in json.loads(done.stdout)] == [
        page.split("=")[0] for page in example(lane, "client")["operations"]]


@pytest.mark.parametrize("name", PROGRAMS)
def test_every_program_says_how_it_is_used(name):
    done = run(program(name), "--help")
    assert "usage: " + name in done.stdout


def test_manual_has_every_command_and_key(tmp_path):
    done = run("/usr/bin/python3", os.path.join(ROOT, "deploy", "gen", "man.py"), BIN, tmp_path)
    assert done.returncode == 0, done.stdout
    page = (tmp_path / "hansho.1").read_text(encoding="utf-8")
    for command in re.findall(r"^  (\w+) ", run(program("hansho"), "help").stdout, re.M):
        assert f"\n.B {command}\n" in page
    for name in DAEMONS:
        page = (tmp_path / f"hansho-{name}.8").read_text(encoding="utf-8")
        for key in re.findall(r"^ *(\S+)  \(", run(program(f"hansho-{name}"), "--config-help").stdout, re.M):
            assert f"\n.B {key}\n" in page, key
    assert run("bash", "-n", tmp_path / "hansho.bash").returncode == 0


def test_install_writes_below_its_target_only(tmp_path):
    """With DESTDIR the tree is gathered there, and the units name the place where it will be."""
    target = tmp_path / "package" / "opt" / "hansho"
    environment = dict(os.environ, DESTDIR=str(tmp_path / "package"), HANSHO_BIN=os.path.abspath(BIN))
    done = subprocess.run([os.path.join(ROOT, "deploy", "install.sh"), str(target)], env=environment, timeout=60,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
    assert done.returncode == 0, done.stdout
    assert {path.name for path in (target / "bin").iterdir()} == set(PROGRAMS)
    assert all(os.access(path, os.X_OK) for path in (target / "bin").iterdir())
    system = target / "lib" / "systemd" / "system"
    units = list(system.glob("*.service"))
    assert len(units) == 8
    for unit in units:
        text = unit.read_text(encoding="utf-8")
        started = re.search(r"^ExecStart=(\S+)", text, re.M).group(1)
        assert os.path.dirname(started) == "/opt/hansho/bin" and os.path.basename(started) in PROGRAMS
        assert "NoNewPrivileges=yes" in text and "ProtectSystem=strict" in text and "Restart=always" in text
    feed = (system / "hansho-feed@.service").read_text(encoding="utf-8")  # it yields to those before it
    assert re.search(r"^Nice=5$", feed, re.M) and re.search(r"^CPUWeight=50$", feed, re.M)
    for name in ("hub", "gate", "feed"):  # the drill lane yields; the live one does not
        text = (system / f"hansho-{name}@drill.service.d" / "10-drill.conf").read_text(encoding="utf-8")
        assert re.search(r"^Nice=10$", text, re.M) and re.search(r"^CPUWeight=20$", text, re.M)
    assert {path.name for path in system.glob("*.d")} == {f"hansho-{name}@drill.service.d"
                                                          for name in ("hub", "gate", "feed")}
    assert (target / "share" / "man" / "man1" / "hansho.1").exists()
    assert (target / "share" / "hansho" / "examples" / "live" / "hub.yaml").exists()
    assert [path.name for path in (tmp_path / "package").iterdir()] == ["opt"]


@pytest.mark.parametrize("name", ["broadcaster", "telecom", "signage", "jalert", "receiver"])
def test_a_unit_makes_the_folders_of_its_example(name):
    """What an adapter or the bridge keeps lies where its unit lets it write, and its user exists."""
    with open(os.path.join(ROOT, "deploy", "systemd", f"hansho-{name}.service"), encoding="utf-8") as file:
        unit = file.read()
    folders = re.search(r"^StateDirectory=(.*)$", unit, re.M).group(1).split()
    kept = {value for value in example("adapters", name).values() if str(value).startswith("/var/lib/")}
    assert kept and {path.removeprefix("/var/lib/") for path in kept} <= set(folders)
    with open(os.path.join(ROOT, "deploy", "systemd", "hansho.sysusers"), encoding="utf-8") as file:
        assert f"\nu {re.search(r'^User=(.*)$', unit, re.M).group(1)} - " in file.read()
    assert ("--receive --config /etc/hansho/receiver.yaml" in unit) == (name == "receiver")


def test_alerts_name_metrics_that_exist():
    """Each metric of the alert rules stands in the source of a process."""
    with open(os.path.join(ROOT, "deploy", "prometheus", "alerts.yaml"), encoding="utf-8") as file:
        rules = [rule for group in yaml.safe_load(file)["groups"] for rule in group["rules"]]
    names = {name for rule in rules for name in re.findall(r"hansho_[a-z_]+", rule["expr"])}
    source = "".join(open(path, encoding="utf-8").read() for path in glob.glob(os.path.join(ROOT, "hub", "*", "*.c"))
                     + glob.glob(os.path.join(ROOT, "adapters", "*", "*.c")))
    for name in names:
        short = re.sub(r"^hansho_(gate|adapter)_", "", name)
        histogram = re.sub(r"_(bucket|sum|count)$", "", name)  # hub/base/latency.c
        assert name in source or f'"{short}"' in source or f'"{histogram}"' in source, name
    assert names and all(rule["annotations"]["summary"] for rule in rules)
