"""The floor: a bare epoll server that sends one prebuilt frame in a loop (floor_bench.c)."""

import os

from server import MESSAGE_LEAST_BYTES, Server, children, free_port, wait_until, write


class Floor(Server):
    name, label = "floor", "floor: bare send() loop"
    more, processes = (), 1

    def start(self):
        self.port, self.control = free_port(), free_port()
        self.run(os.path.join(self.case.programs, "tests/bench/peers/floor_bench"), str(self.port), str(self.control),
                 self.path("appended"), str(self.case.message_bytes), str(self.case.subscribers), *self.more)
        # not by a connection: that would be a subscriber
        wait_until(lambda: self.said().count("ready") == self.processes, "the floor is ready")
        self.pids = [self.started[0].pid, *children(self.started[0].pid)]

    def words(self):
        # message 0 sends at once, message 1 after its own append and fdatasync
        write(self.path("message-0"), "P")
        write(self.path("message-1"), "D")
        return [f"publish={self.control}", f"messages={self.path('message-%d')}", "group=public",
                f"count={self.case.subscribers}", f"port={self.port}", f"min_bytes={MESSAGE_LEAST_BYTES}"]


class UringFloor(Floor):
    name, label = "floor-uring", "floor with io_uring"
    more = ("uring",)


class WideFloor(Floor):
    name, label = "floor-two", "floor, two processes"
    workers_max = processes = 2
    more = ("processes=2",)


class BadFloor(Floor):
    """Message 2 goes out twice, message 3 not to everybody: the generator has to notice."""
    name = "floor-bad"

    def words(self):
        write(self.path("message-2"), "T")
        write(self.path("message-3"), "M")
        return ["wait_s=1", *super().words()]
