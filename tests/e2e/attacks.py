"""Attacks in threads, and good work meanwhile."""

import concurrent.futures
import contextlib
import threading


@contextlib.contextmanager
def attacked(good, attacks, orders):
    """Runs the attacks (functions of an event that says stop) and so many good orders beside them, then the body, then one more
    order when the attacks are over; a good order that fails, and an attack that raises, fail the test."""
    stop = threading.Event()
    with concurrent.futures.ThreadPoolExecutor(len(attacks)) as pool:
        running = [pool.submit(attack, stop) for attack in attacks]
        try:
            for _ in range(orders):
                good()
            yield
        finally:
            stop.set()
        for one in running:
            one.result(60)
    good()
