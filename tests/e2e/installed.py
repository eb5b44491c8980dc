"""The example configurations as on a machine on which they were installed: folders, keys and principals are there."""

import hashlib
import os
import secrets
import subprocess

import yaml

from conftest import BIN

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
EXAMPLES = os.path.join(ROOT, "deploy", "examples")
FOLDERS = ["run/live", "run/drill", "lib/live", "lib/drill", "lib/playout", "lib/plans", "lib/broadcaster", "lib/telecom",
           "lib/signage", "lib/jalert", "keys"]
REPLACE_ME = "replace-me"  # where an example wants the hash of a token that nobody else has
LANES = {"hub": "live", "gate": "live", "feed": "live"}


def keys_of(folder):
    subprocess.run([os.path.join(BIN, "hansho"), "keygen", "--out", folder], check=True, timeout=20,
                   stdout=subprocess.DEVNULL)
    return folder


class Installed:
    """The examples below `folder`, which is short, because paths of links may have 107 bytes."""

    def __init__(self, folder):
        self.folder = folder
        for one in FOLDERS:
            os.makedirs(os.path.join(folder, one))
        made = keys_of(os.path.join(folder, "made"))
        for name in ("gate", "feed", "broadcaster", "signage"):
            for ours, theirs in (("server.pem", "pem"), ("server.key", "key")):
                os.symlink(os.path.join(made, ours), os.path.join(folder, "keys", f"{name}.{theirs}"))
        for lane in ("live", "drill"):
            for name in ("principals", "register"):
                self.write(f"{lane}-{name}.yaml", self.example(lane, name))

    def example(self, lane, name):
        with open(os.path.join(EXAMPLES, lane, f"{name}.yaml"), encoding="utf-8") as file:
            text = file.read()
        for there, here in (("/run/hansho", "run"), ("/var/lib/hansho", "lib"), ("/etc/hansho/keys", "keys"),
                            ("/etc/hansho/live/", "live-"), ("/etc/hansho/drill/", "drill-")):
            text = text.replace(there, os.path.join(self.folder, here))
        config = yaml.safe_load(text)
        for station in config.get("stations", []):
            if station.get("token_sha256") == REPLACE_ME:
                station["token_sha256"] = hashlib.sha256(secrets.token_bytes()).hexdigest()
        return config

    def config(self, name, lane=None):
        return self.example(lane or LANES.get(name, "adapters"), name)

    def write(self, name, config):
        path = os.path.join(self.folder, name)
        with open(path, "w", encoding="utf-8") as file:
            yaml.safe_dump(config, file, allow_unicode=True)
        return path

    def everything(self):
        """What lies below the folder: names, kinds, times, contents."""
        found = {}
        for place, folders, files in os.walk(self.folder):
            for name in folders + files:
                path = os.path.join(place, name)
                seen = os.lstat(path)
                found[path] = (seen.st_mode, seen.st_size, seen.st_mtime_ns, seen.st_ino)
        return found
