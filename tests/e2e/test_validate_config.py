"""hansho validate config: the words of the programs themselves, about every file of an installation."""

import json
import os
import shutil
import subprocess
import tempfile

import pytest

from conftest import BIN
from installed import Installed

ALL = ["hub", "gate", "feed", "broadcaster", "telecom", "signage", "jalert"]


@pytest.fixture(name="site")
def make_site():
    folder = tempfile.mkdtemp(prefix="hs-", dir="/tmp")
    yield Installed(folder)
    shutil.rmtree(folder)


def validate(*arguments):
    return subprocess.run([os.path.join(BIN, "hansho"), "validate", "config", *arguments], timeout=60, text=True,
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=False)


def own_words(name, path, flag="--config"):
    more = ["--check"] if flag == "--config" else []
    done = subprocess.run([os.path.join(BIN, f"hansho-{name}"), flag, path, *more], timeout=20, text=True,
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=False)
    return done.returncode, (done.stdout + done.stderr).strip()


def test_every_file_of_an_installation_is_usable(site):
    files = [site.write(f"{name}.yaml", site.config(name)) for name in ALL]
    files += [os.path.join(site.folder, f"{lane}-principals.yaml") for lane in ("live", "drill")]
    done = validate(*files)
    assert done.returncode == 0, done.stderr
    assert len(done.stdout.splitlines()) == len(files)


def test_one_bad_file_is_told_in_the_words_of_its_program(site):
    good = site.write("live-gate.yaml", site.config("gate"))
    bad = site.write("hub-2.yaml", {**site.config("hub"), "windw": 3})
    people = site.example("live", "principals")
    people["principals"][0]["areas"] = ["221317"]
    principals = site.write("principals.yaml", people)
    done = validate(good, bad, principals)
    assert done.returncode == 4
    assert done.stdout.strip() == own_words("gate", good)[1]
    assert done.stderr.splitlines() == [own_words("hub", bad)[1], own_words("gate", principals, "--check-principals")[1]]
    assert "221384" in done.stderr


def test_principals_alone_have_the_lane_of_their_statuses(site):
    people = site.example("drill", "principals")
    people["principals"][0]["statuses"] = ["Exercise", "Actual"]
    done = validate(site.write("principals.yaml", people))
    assert done.returncode == 4 and "Actual" in done.stderr and "drill" in done.stderr


def test_json_and_names(site):
    path = site.write("one.yaml", site.config("gate"))
    assert validate(path).returncode == 2
    assert validate().returncode == 2
    assert validate("--as", "nobody", path).returncode == 2
    assert validate(site.write("hub-feed.yaml", site.config("feed"))).returncode == 2
    done = validate("--json", "--as", "gate", path)
    said = json.loads(done.stdout)
    assert (done.returncode, said["usable"], said["program"], said["file"]) == (0, True, "hansho-gate", path)
    done = validate("--json", "--as", "hub", path)
    assert done.returncode == 4 and json.loads(done.stdout)["usable"] is False
