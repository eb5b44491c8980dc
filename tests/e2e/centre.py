"""The cell broadcast centre of hansho-sim, with its habits in the test's hands."""

from conftest import free_port, wait_until
from fakes import Fake

IDS = [{"use": "level5", "id": 4370, "second_id": 4383}, {"use": "level4", "id": 4371, "second_id": 4384},
       {"use": "level3", "id": 4373, "second_id": 4386}, {"use": "other", "id": 4375},
       {"use": "earthquake", "id": 4352}, {"use": "tsunami", "id": 4353}]
DRILL = [{"use": "drill", "id": 4381, "second_id": 4394}, {"use": "etws_drill", "id": 4355}]


class Centre(Fake):
    """`hansho-sim fakes` with cbc_listen; what stands there, what was on the air, what was asked."""

    seen = habits = "/cbc"

    def __init__(self, folder, **habits):
        self.port = free_port()
        self.begin(folder, "centre", cbc_listen=f"127.0.0.1:{self.port}")
        if habits:
            self.behave(**habits)

    @property
    def url(self):
        return f"http://127.0.0.1:{self.port}/api/ecbe/v1"

    def stands(self):
        return {row["message_id"]: row for row in self.look()["messages"]}

    def air(self, message_id=None):
        return [row for row in self.look()["air"] if message_id in (None, row["message_id"])]

    def asked(self, method=None):
        """Requests, without those that a canary makes (a POST that is refused)."""
        rows = [(row["method"], row["id"], row["status"]) for row in self.look()["requests"]]
        return [row for row in rows if row != ("POST", -1, 400) and method in (None, row[0])]

    def wait_air(self, count, message_id=None):
        def there():
            rows = self.air(message_id)
            return rows if len(rows) >= count else None
        return wait_until(there, f"{count} messages on the air")

    def close(self):
        if self.process.running():
            self.process.stop_clean()


def centre_of(url, name="cb", lane="drill", **more):
    """A row of `cbcs`. The ids are those of its lane only, so that no other is deleted at the start."""
    row = {"name": name, f"{lane}_url": url, "areas": ["99"], "ids": DRILL if lane == "drill" else IDS,
           "post_timeout_ms": 3000, "delete_timeout_ms": 3000, **more}
    return row
