"""Hansho with ten links and 200 subscribers of first_addresses beside the public: who is served when.

The links are those of feeds, as link.proto tells it: the generator says hello and resume, and reads. They come last,
because the hub hangs up on a peer that is silent for three heartbeats; before each round they send one."""

import hansho
import yaml
from server import MESSAGE_LEAST_BYTES, write

LINKS, FIRST = 10, 200
FIRST_ADDRESS = "127.0.0.2"


def link_frame(**body):
    payload = hansho.messages().LinkFrame(**body).SerializeToString()
    return len(payload).to_bytes(4, "big") + payload


class HanshoClasses(hansho.Hansho):
    feed = {"first_addresses": [FIRST_ADDRESS]}

    def prepare(self):
        path = self.stack.path("hub.yaml")
        with open(path, encoding="utf-8") as file:
            config = yaml.safe_load(file)
        config["heartbeat_ms"] = 15000
        config["peers"] += [{"name": f"link-{n}", "kind": "feed", "url": f"unix://{self.path(f'link-{n}')}"} for n in range(LINKS)]
        with open(path, "w", encoding="utf-8") as file:
            yaml.safe_dump(config, file, allow_unicode=True)

    def words(self):
        link = hansho.messages()
        for number in range(LINKS):
            hello = link.Hello(name=f"link-{number}", kind=link.PEER_KIND_FEED, version="bench",
                               mode=link.schemas_dot_notice__pb2.MODE_DRILL)
            write(self.path(f"link-hello-{number}"), link_frame(hello=hello) + link_frame(resume=link.Resume()))
        write(self.path("beat"), link_frame(heartbeat=link.Heartbeat()))
        first = ["group=first", f"count={FIRST}", *self.subscribers()[2:], f"bind={FIRST_ADDRESS}"]
        links = ["group=links", f"count={LINKS}", f"path={self.path('link-%d')}", f"then={self.path('link-hello-%d')}",
                 f"each={self.path('beat')}", "links", "skip=2", f"min_bytes={MESSAGE_LEAST_BYTES}"]
        return [*super().words(), *first, *links]
