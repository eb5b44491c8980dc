"""The auto-starter of hansho-sim, which plays plans in their time, with its habits in the test's hands."""

import requests
import yaml

from conftest import Process, free_port, wait_until


class Starter:
    """`hansho-sim fakes` with controller_url; speed: so many times as fast as planned."""

    def __init__(self, folder, speed=100):
        self.front = free_port()
        self.url = f"ipc://{folder}/starter-{self.front}"
        path = f"{folder}/starter-{self.front}.yaml"
        with open(path, "w", encoding="utf-8") as file:
            yaml.safe_dump({"listen": f"127.0.0.1:{self.front}", "controller_url": self.url, "controller_speed": speed}, file)
        self.process = Process("hansho-sim", ["fakes", "--config", path], "starter")
        wait_until(self.alive, "the starter listens")

    def alive(self):
        try:
            return requests.get(f"http://127.0.0.1:{self.front}/played", timeout=5).status_code == 200
        except requests.RequestException:
            return False

    def behave(self, **habits):
        reply = requests.post(f"http://127.0.0.1:{self.front}/starter", json=habits, timeout=10)
        assert reply.status_code == 200, reply.text

    def look(self):
        return requests.get(f"http://127.0.0.1:{self.front}/played", timeout=10).json()

    def items(self):
        return self.look()["items"]

    def item(self, seq):
        return next((i for i in self.items() if i["key"].endswith(f"-{seq}")), None)

    def wait_item(self, seq, state):
        def there():
            item = self.item(seq)
            return item if item and item["state"] == state else None
        return wait_until(there, f"{seq} {state}")

    def close(self):
        if self.process.running():
            self.process.stop_clean()
