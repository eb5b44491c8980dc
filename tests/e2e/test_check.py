"""--check refuses what a start refuses, in the same words and with the same exit status, and leaves no trace."""

import hashlib
import os
import shutil
import socket
import subprocess
import tempfile

import pytest

from conftest import BIN, free_port
from installed import REPLACE_ME, Installed, keys_of

ALL = ["hub", "gate", "feed", "broadcaster", "telecom", "signage", "jalert"]


@pytest.fixture(name="site")
def make_site():
    folder = tempfile.mkdtemp(prefix="hs-", dir="/tmp")
    yield Installed(folder)
    shutil.rmtree(folder)


def run(name, path, *more):
    done = subprocess.run([os.path.join(BIN, f"hansho-{name}"), "--config", path, *more], timeout=20, text=True,
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE, encoding="utf-8", check=False)
    return done.returncode, done.stdout, done.stderr


def peer(**change):
    def mend(site, config):
        config["peers"][1].update(change)
    return mend


def adapter_peer(**change):
    def mend(site, config):
        config["peers"][2].update(change)
    return mend


def tv(**row):
    """A station beside one of a folder; of its name when the row has none."""
    return keys(stations=[{"name": "tv", "channel": "files", "folder": "/tmp/tv"}, {"name": "tv", **row}])


def keys(**change):
    """{folder} in a value is that of the site."""
    def mend(site, config):
        for key, value in change.items():
            config[key] = value.format(folder=site.folder) if isinstance(value, str) else value
    return mend


def principal(**change):
    def mend(site, config):
        people = site.example("live", "principals")
        people["principals"][0].update(change)
        site.write("live-principals.yaml", people)
    return mend


def second_principal(**change):
    def mend(site, config):
        people = site.example("live", "principals")
        second = dict(site.example("live", "principals")["principals"][0], id="second", username="second",
                      token="another-token-of-a-machine", password="another-password")
        people["principals"].append({**second, **change})
        site.write("live-principals.yaml", people)
    return mend


def foreign_key(site, config):
    config["tls_key"] = os.path.join(keys_of(os.path.join(site.folder, "other")), "server.key")


def unreadable_certificate(site, config):
    config["tls_cert"] = site.write("no-certificate.pem", ["none"])


def link_over_tls(**change):
    def mend(site, config):
        made = os.path.join(site.folder, "made")
        both = os.path.join(site.folder, "both.pem")
        with open(both, "w", encoding="ascii") as out:
            for name in ("server.pem", "server.key"):
                with open(os.path.join(made, name), encoding="ascii") as file:
                    out.write(file.read())
        good = {"url": "tls+tcp://127.0.0.1:9200", "tls_ca": os.path.join(made, "ca.pem"), "tls_cert_key": both}
        for key, value in {**good, **change}.items():
            config["peers"][1][key] = value.format(folder=site.folder)
    return mend


def screen(**change):
    def mend(site, config):
        config["screens"][1].update(change)
    return mend


def carrier(**change):
    def mend(site, config):
        config["carriers"][1].update(change)
    return mend


def centre(**change):
    def mend(_site, config):
        config["cbcs"][0].update(change)
    return mend


def readings(site, config):
    path = os.path.join(site.folder, "readings.csv")
    with open(path, "w", encoding="utf-8") as file:
        file.write("架空町,かくうちょう\n架空町\n")
    config["readings"] = path


REFUSED = [
    ("hub", peer(name="gate"), ["peers 1 and 2", "name"]),
    ("hub", lambda site, config: config["peers"][2].update(url=config["peers"][0]["url"]), ["peers 1 and 3", "url"]),
    ("hub", lambda site, config: config["peers"][2].update(url=config["peers"][0]["url"].replace("unix:", "ipc:")),
     ["peers 1 and 3", "url"]),
    ("hub", lambda site, config: config["peers"][0].update(areas=["990019"]), ["peer gate", "takes no notices"]),
    ("hub", lambda site, config: config["peers"][0].update(level_min=3), ["peer gate", "takes no notices"]),
    ("hub", lambda site, config: config["peers"][0].update(rank=1), ["peer gate", "takes no notices"]),
    ("hub", adapter_peer(areas=["990018"]), ["broadcaster", "990018", "check digit"]),
    ("hub", adapter_peer(areas=["000000"]), ["broadcaster", "000000"]),
    ("hub", adapter_peer(kinds=["evacuatoin"]), ["broadcaster", "evacuatoin"]),
    ("hub", peer(url="tcp://127.0.0.1:9"), ["peer feed", "neither unix://"]),
    ("hub", peer(url="ipc://feed.link"), ["peer feed", "absolute path"]),
    ("hub", peer(url="ipc:///tmp/" + "x" * 110), ["peer feed", "107 bytes"]),
    ("hub", peer(url="ipc:///nonexistent/feed.link"), ["peer feed", "/nonexistent", "does not exist"]),
    ("hub", peer(url="unix:///nonexistent/feed.link"), ["peer feed", "/nonexistent", "does not exist"]),
    ("hub", peer(url="unix://feed.link"), ["peer feed", "absolute path"]),
    ("hub", peer(url="tls+tcp://127.0.0.1"), ["peer feed", "host:port"]),
    ("hub", peer(url="tls+tcp://127.0.0.1:9200"), ["peer feed", "tls_ca", "missing"]),
    ("hub", link_over_tls(tls_ca="/nonexistent/ca.pem"), ["peer feed", "tls_ca", "/nonexistent/ca.pem"]),
    ("hub", link_over_tls(tls_cert_key="/nonexistent/x.pem"), ["peer feed", "tls_cert_key", "/nonexistent/x.pem"]),
    ("hub", link_over_tls(tls_cert_key="{folder}/made/server.pem"), ["peer feed", "tls_cert_key", "no key"]),
    ("hub", keys(journal="/nonexistent/hub.journal"), ["journal", "/nonexistent", "does not exist"]),
    ("hub", keys(journal="{folder}/lib"), ["journal", "/lib"]),
    ("hub", keys(ops_listen="localhost:9101"), ["ops_listen", "localhost:9101"]),
    ("hub", keys(no_order_s=600, mail_s=600), ["mail_s", "no_order_s", "longer"]),
    ("hub", keys(silence_s=60), ["peer broadcaster", "silent_after_ms is 60000", "silence_s", "longer"]),
    ("hub", adapter_peer(silent_after_ms=86400000), ["peer broadcaster", "silence_s only 86400", "longer"]),
    ("gate", keys(ops_listen="127.0.0.1:8443"), ["listen", "ops_listen", "same place"]),
    ("gate", keys(listen="8443"), ["listen", "8443"]),
    ("gate", keys(tls_key=""), ["tls_key", "tls_cert"]),
    ("gate", keys(tls_cert="/nonexistent/gate.pem"), ["tls_cert", "/nonexistent/gate.pem"]),
    ("gate", unreadable_certificate, ["tls_cert", "no-certificate.pem"]),
    ("gate", foreign_key, ["tls_key", "other/server.key"]),
    ("gate", keys(hub_url="tls+tcp://127.0.0.1:9"), ["hub_url", "neither unix://"]),
    ("gate", keys(principals="/nonexistent/principals.yaml"), ["/nonexistent/principals.yaml"]),
    ("gate", keys(principals="{folder}/drill-principals.yaml"), ["kakuu-city", "Exercise", "live"]),
    ("gate", keys(register="/nonexistent/register.yaml"), ["/nonexistent/register.yaml"]),
    ("gate", keys(register="{folder}/live-principals.yaml"), ["principals", "districts"]),
    ("gate", keys(hold_codes=["areas_all", "no_such_code"]), ["hold_codes", "no_such_code"]),
    ("gate", keys(hold_s=31), ["hold_s", "30"]),
    ("gate", principal(pasword="x"), ["pasword", "password"]),
    ("gate", principal(password="short"), ["kakuu-city", "8 characters"]),
    ("gate", principal(areas=["990018"]), ["kakuu-city", "990018"]),
    ("gate", principal(username="", token="", certificates=[]), ["kakuu-city", "neither"]),
    ("gate", principal(signature="required"), ["kakuu-city", "signature_cert"]),
    ("gate", principal(signature="sometimes"), ["signature", "optional"]),
    ("gate", principal(signature_cert=["/nonexistent/kakuu.pem"]), ["kakuu-city", "/nonexistent/kakuu.pem"]),
    ("gate", principal(signature_cert=["/etc/passwd"]), ["kakuu-city", "no certificate in PEM"]),
    ("gate", principal(areas=["221317"]), ["kakuu-city", "221317", "221384"]),
    ("gate", principal(areas=[]), ["kakuu-city", "areas"]),
    ("gate", principal(role="boss"), ["role", "drill_leader"]),
    ("gate", principal(role="drill_leader"), ["kakuu-city", "drill lane"]),
    ("gate", principal(kinds=["evacuatoin"]), ["kakuu-city", "evacuatoin"]),
    ("gate", principal(formats=["fax"]), ["kakuu-city", "fax", "lalert"]),
    ("gate", principal(delegations=[{"areas": ["990027"], "from": "2026-06-01", "to": "2026-10-01"}]),
     ["kakuu-city", "2026-06-01"]),
    ("gate", principal(certificates=["URI:urn:hansho:drill:kakuu"]), ["kakuu-city", "other lane"]),
    ("gate", keys(client_certs="required", client_ca=""), ["client_ca", "missing"]),
    ("gate", keys(client_certs="required", client_ca="/nonexistent/ca.pem"), ["client_ca", "/nonexistent/ca.pem"]),
    ("gate", keys(client_certs="required", client_ca="{folder}/made/ca.pem", client_crl="{folder}/made/ca.pem"),
     ["client_crl", "ca.pem"]),
    ("gate", keys(client_certs="optional", client_ca="{folder}/made/ca.pem", tls_cert="", tls_key=""),
     ["client_certs", "TLS"]),
    ("gate", keys(principals_check_s=31), ["principals_check_s", "30"]),
    ("gate", second_principal(id="kakuu-city"), ["same id"]),
    ("gate", second_principal(username="kakuu"), ["same username"]),
    ("gate", second_principal(token="replace-me-live-token-of-a-machine"), ["same token"]),
    ("feed", keys(listen=""), ["listen"]),
    ("feed", keys(ops_listen="127.0.0.1:8081"), ["listen", "ops_listen", "same place"]),
    ("feed", keys(first_addresses=["203.0.113.0/24", "203.0.113.0/33"]), ["first_addresses", "203.0.113.0/33"]),
    ("feed", foreign_key, ["tls_key", "other/server.key"]),
    ("feed", keys(hub_url="http://127.0.0.1:1"), ["hub_url", "neither unix://"]),
    ("feed", keys(hub_url="tls+tcp://127.0.0.1:9200"), ["hub_tls_ca", "missing"]),
    ("feed", keys(children=[{"name": "leaf", "url": "tls+tcp://0.0.0.0:9200"}]), ["children: leaf", "tls_ca", "missing"]),
    ("feed", keys(hub_url="unix:///tmp/f.link", children=[{"name": "leaf", "url": "ipc:///tmp/f.link"}]),
     ["children: leaf", "same as hub_url"]),
    ("feed", keys(children=[{"name": "leaf", "url": "unix:///tmp/a.link"}, {"name": "leaf", "url": "unix:///tmp/b.link"}]),
     ["children 1 and 2", "same name"]),
    ("feed", keys(children=[{"name": "a", "url": "unix:///tmp/a.link"}, {"name": "b", "url": "unix:///tmp/a.link"}]),
     ["children 1 and 2", "same url"]),
    ("broadcaster", keys(ops_listen="127.0.0.1:8083"), ["listen", "ops_listen", "same place"]),
    ("broadcaster", foreign_key, ["tls_key", "other/server.key"]),
    ("broadcaster", keys(live_url="", drill_url=""), ["live_url", "nothing would ever come"]),
    ("broadcaster", keys(forms=["pdf"]), ["forms", "pdf"]),
    ("broadcaster", keys(page_rows=2), ["page_rows", "4 lines"]),
    ("broadcaster", tv(), ["two stations are named tv"], ),
    ("broadcaster", tv(name="TV"), ["two stations are named TV", "small and capital"]),
    ("broadcaster", tv(name="Playout"), ["station 2", "playout"]),
    ("broadcaster", tv(name="a b"), ["station 2", "letters, digits"]),
    ("broadcaster", tv(name="playout"), ["station 2", "playout"]),
    ("broadcaster", tv(name="x", kinds=["dance"]), ["station x", "kinds", "dance"]),
    ("broadcaster", tv(name="x", kinds=["shelter", "!shelter"]), ["station x", "kinds", "never get anything"]),
    ("broadcaster", tv(name="x", areas=["98"]), ["station x", "areas", "98"]),
    ("broadcaster", tv(name="x", forms=["pdf"]), ["station x", "forms", "pdf"]),
    ("broadcaster", tv(name="x", page_rows=3), ["station x", "page_rows"]),
    ("broadcaster", tv(name="x", channel="nng"), ["station x", "live_url"]),
    ("broadcaster", tv(name="x", live_url="ipc:///tmp/x.sock"), ["station x", "channel"]),
    ("broadcaster", tv(name="x", channel="nng", live_url="ipc:///tmp/x.sock", drills=True), ["station x", "drill_url"]),
    ("broadcaster", tv(name="x", channel="nng", drills=True, live_url="ipc:///tmp/x.sock",
                       drill_url="ipc:///tmp/x.sock"), ["station x", "socket of their own"]),
    ("broadcaster", tv(name="x", channel="nng", live_url="http://127.0.0.1/"), ["station x", "live_url"]),
    ("broadcaster", tv(name="x", channel="files"), ["station x", "folder"]),
    ("broadcaster", tv(name="x", channel="files", folder="/tmp/tv"), ["stations tv and x", "/tmp/tv"]),
    ("broadcaster", tv(name="x"), ["station x", "token_sha256 is missing", "0.0.0.0:8083"]),
    ("broadcaster", tv(name="x", token_sha256="drill-token"), ["station x", "token_sha256", "64 hexadecimal digits"]),
    ("broadcaster", tv(name="x", token_sha256=REPLACE_ME), ["station x", "token_sha256", "openssl rand", "sha256sum"]),
    ("broadcaster", tv(name="x", token_sha256=hashlib.sha256(b"").hexdigest()), ["station x", "token_sha256", "empty"]),
    ("broadcaster", tv(name="x", channel="files", folder="/tmp/x", token_sha256="0" * 64), ["station x", "token_sha256", "channel files"]),
    ("telecom", keys(drill=True, drill_url=""), ["drill_url"]),
    ("telecom", keys(unacked_max=8193), ["unacked_max", "window"]),
    ("telecom", keys(live_url="tls+tcp://127.0.0.1:9200"), ["tls_ca", "missing"]),
    ("telecom", keys(proof_required="always", canary_ms=0), ["proof_required", "canary_ms"]),
    ("telecom", keys(proof_required=True), ["proof_required", "never changed always"]),
    ("telecom", keys(state_dir="/nonexistent"), ["state_dir", "/nonexistent"]),
    ("telecom", keys(state_dir="tmp"), ["state_dir", "begins at /"]),
    ("telecom", keys(alarm_command="page-somebody --now"), ["alarm_command", "absolute"]),
    ("telecom", keys(alarm_command="/etc/passwd"), ["alarm_command", "/etc/passwd", "executed"]),
    ("hub", keys(alarm_command="page-somebody --now"), ["alarm_command", "absolute"]),
    ("telecom", carrier(name="carrier a"), ["carrier a", "letters"]),
    ("telecom", carrier(name="carrier-a"), ["carrier-a", "own name"]),
    ("telecom", carrier(id_drill=4371), ["carrier-b", "id_drill"]),
    ("telecom", keys(preview_listen="127.0.0.1:9105"), ["preview_listen", "same place"]),
    ("telecom", keys(preview_listen="0.0.0.0:9115"), ["preview_listen", "from outside"]),
    ("telecom", centre(name="carrier-a"), ["carrier-a", "rename"]),
    ("telecom", centre(areas=["990018"]), ["operator-a", "990018"]),
    ("telecom", centre(ids=[{"use": "level4", "id": 4381}]), ["operator-a", "4381", "exercise"]),
    ("telecom", centre(ids=[{"use": "drill", "id": 4371}]), ["operator-a", "4371", "not for drill"]),
    ("telecom", keys(http_ca="/nonexistent/ca.pem"), ["http_ca", "/nonexistent/ca.pem"]),
    ("signage", screen(areas=["990018"]), ["station", "areas"]),
    ("signage", screen(id="cityhall"), ["cityhall", "only once"]),
    ("signage", foreign_key, ["tls_key", "other/server.key"]),
    ("jalert", keys(controller_url="http://127.0.0.1:1"), ["controller_url"]),
    ("jalert", keys(areas=["990018"]), ["990018"]),
    ("jalert", readings, ["readings.csv", "line 2"]),
    ("jalert", keys(auto_start=[{"kind": "evacuation"}]), ["auto_start", "row 1", "level_min"]),
    ("jalert", keys(auto_start=[{"kind": "eew", "threshold": "8"}]), ["auto_start", "row 1", "5-"]),
    ("jalert", keys(auto_start=[{"kind": "eew"}, {"kind": "missile", "threshold": "4"}]), ["row 2", "missile"]),
    ("jalert", keys(auto_start=[{"kind": "eew", "areas": ["990018"]}]), ["auto_start", "990018"]),
    ("jalert", keys(auto_start=[{"kind": "comet"}]), ["kind", "missile"]),
    ("jalert", keys(sirens=[{"level": 5}, {"kind": "missile", "times": 20}]), ["sirens", "row 2", "missile", "times"]),
    ("jalert", keys(audio_dir="/tmp", audio_voice="/nonexistent/x.htsvoice"), ["audio_voice", "/nonexistent"]),
    ("jalert", keys(audio_dir="/tmp", audio_bank_dir="/nonexistent"), ["audio_bank_dir", ".wav", "auto_start"]),
]


@pytest.mark.parametrize("name, change, words", REFUSED,
                         ids=lambda value: value if isinstance(value, str) else None)
def test_check_refuses_what_a_start_refuses(site, name, change, words):
    config = site.config(name)
    change(site, config)
    path = site.write(f"{name}.yaml", config)
    before = site.everything()
    code, out, said = run(name, path, "--check")
    assert (code, out) == (1, ""), said
    assert all(word in said for word in words), said
    assert said.startswith(f"hansho-{name}: {path}: ") and said.count("\n") == 1
    assert run(name, path) == (code, out, said)
    assert site.everything() == before


@pytest.mark.parametrize("name", ALL)
def test_check_of_a_good_one_changes_nothing_and_opens_no_port(site, name):
    config = site.config(name)
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        # a start would fail on it: whoever binds without SO_REUSEPORT keeps everybody else out
        config["ops_listen"] = f"127.0.0.1:{taken.getsockname()[1]}"
        path = site.write(f"{name}.yaml", config)
        before = site.everything()
        code, out, said = run(name, path, "--check")
        assert (code, said) == (0, "") and "usable" in out
        assert site.everything() == before


def test_a_hub_with_a_link_over_tls_is_usable(site):
    config = site.config("hub")
    link_over_tls(url=f"tls+tcp://127.0.0.1:{free_port()}")(site, config)
    code, _, said = run("hub", site.write("hub.yaml", config), "--check")
    assert (code, said) == (0, "")


@pytest.mark.parametrize("keys_of_it, word", [
    ({"status_notices": 100}, "status_notices"), ({"recent_notices": 100, "status_notices": 100}, "past_notices_max"),
    ({"status_notices": 100, "past_ms": 0}, ""), ({}, "")])
def test_check_says_what_shortens_the_past(site, keys_of_it, word):
    config = {**site.config("hub"), **keys_of_it}
    code, out, said = run("hub", site.write("hub.yaml", config), "--check")
    assert (code, said) == (0, "")
    assert word in out and ("raise it" in out) == (word != "")
