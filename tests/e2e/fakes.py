"""One of hansho-sim's fakes in a process of its own, with its habits in the test's hands."""

import requests
import yaml

from conftest import Process, free_port, wait_until


class Fake:
    """`hansho-sim fakes`. A subclass names its two paths and begins it with what it is to listen on."""

    seen, habits = "", ""  # where it tells what it did; where it is told how to behave

    def begin(self, folder, name, **config):
        self.front = free_port()
        path = f"{folder}/{name}-{self.front}.yaml"
        with open(path, "w", encoding="utf-8") as file:
            yaml.safe_dump({"listen": f"127.0.0.1:{self.front}", **config}, file)
        self.process = Process("hansho-sim", ["fakes", "--config", path], name)
        wait_until(self.alive, f"the {name} listens")

    def at(self, path):
        return f"http://127.0.0.1:{self.front}{path}"

    def alive(self):
        try:
            return requests.get(self.at(self.seen), timeout=5).status_code == 200
        except requests.RequestException:
            return False

    def behave(self, **habits):
        reply = requests.post(self.at(self.habits), json=habits, timeout=10)
        assert reply.status_code == 200, reply.text

    def look(self):
        return requests.get(self.at(self.seen), timeout=10).json()
