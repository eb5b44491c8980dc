"""The auto-starter of hansho-sim, which plays plans in their time, with its habits in the test's hands."""

from conftest import free_port, wait_until
from fakes import Fake


class Starter(Fake):
    """`hansho-sim fakes` with controller_url; speed: so many times as fast as planned."""

    seen, habits = "/played", "/starter"

    def __init__(self, folder, speed=100):
        self.url = f"ipc://{folder}/starter-{free_port()}"
        self.begin(folder, "starter", controller_url=self.url, controller_speed=speed)

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
