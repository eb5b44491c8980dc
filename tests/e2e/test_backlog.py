"""A disaster while one carrier is down: what waits for it survives a crash of the adapter, and holds nobody up."""

import time

from carriers import carrier
from conftest import BUSY_S, wait_until
from documents import order
from test_adapters_telecom import adapter

ORDERS = 1000


def keys(carriers, path):
    return [mail[1] for mail in carriers.of(path)]


def test_a_thousand_orders_wait_for_a_carrier_across_a_crash(make_stack, carriers):
    """More than any window of before: 256 notices at the hub, 128 at the adapter."""
    carriers.down.add("/down")
    stack = make_stack(adapters=[adapter([carrier("good", carriers.url("/ok")), carrier("down", carriers.url("/down"))],
                                         retry_first_ms=200, retry_max_ms=400)])
    answers = [stack.accepted(order()) for _ in range(ORDERS)]
    expected = [f"{answer['epoch']}-{answer['seq']}" for answer in answers]
    good = [f"{key}-good-990019" for key in expected]
    start = time.monotonic()
    wait_until(lambda: len(carriers.of("/ok")) >= ORDERS, "the other carrier has them all")
    assert time.monotonic() - start < 5 + BUSY_S, "it waits for nobody"
    assert keys(carriers, "/ok") == good, "each once, in order"
    assert stack.metrics("telecom")['hansho_adapter_early_acks_total{lane="drill"}'] == 0
    assert carriers.of("/down") == []

    stack.kill("telecom")
    stack.start("telecom")
    wait_until(lambda: carriers.tries[("/down", f"{expected[0]}-down-990019")] >= 2, "it is tried on")
    carriers.down.clear()
    wait_until(lambda: len(carriers.of("/down")) >= ORDERS, "the carrier is back and gets what waited", 120)
    time.sleep(1)
    assert keys(carriers, "/down") == [f"{key}-down-990019" for key in expected], "all, once, in order"
    assert set(keys(carriers, "/ok")) == set(good), "the other one can tell by the key what it has already"
    wait_until(lambda: stack.metrics("hub")['hansho_hub_peer_acked_seq{peer="telecom"}'] == answers[-1]["seq"], "nothing waits any more")
