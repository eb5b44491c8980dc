"""A national warning that comes anew after its end or cancel rings, whatever the other route said before."""

import re
import time

import pytest

from conftest import wait_until
from controller import controller, folder  # noqa: F401 (fixtures)
from test_adapters_jalert import adapter
from test_alerts import LIVE, codes, principals, state_of, taken_back, telegram

EVENT = "20260701072934"


def at(seconds):
    return time.time() - 100 + seconds


def lifted(text):
    text = re.sub(r"<Kind><Name>[^<]*</Name><Code>5[123]</Code>", "<Kind><Name>警報解除</Name><Code>50</Code>", text)
    return re.sub(r"<Kind><Name>[^<]*</Name><Code>62</Code>", "<Kind><Name>津波注意報解除</Name><Code>60</Code>", text)


def variant(text):
    return text.replace("<Title>標題", "<Title> 標題")


def decided(stack, text, route):
    told = stack.accepted(text, route)
    wait_until(lambda: any(state_of(stack, told, outlet, route) in ("accepted", "received", "filtered", "displayed")
                           for outlet in ("controller", "")), "it is decided")
    stack.wait_acked()
    time.sleep(0.7)
    return told


def says(n):
    return telegram("tsunami", EVENT, at=at(n), status="通常", serial=str(n))


@pytest.mark.parametrize("steps", [
    [("relay", "order"), ("bridge", "order"), ("relay", "lift"), ("relay", "order")],
    [("relay", "order"), ("bridge", "order"), ("relay", "cancel"), ("relay", "order")],
    [("relay", "order"), ("bridge", "lift"), ("bridge", "order")],
])
def test_a_warning_anew_rings(make_stack, folder, controller, steps):
    stack = make_stack(mode="live", principals=principals(LIVE), adapters=[adapter(folder, controller.url, areas=["032018"])])
    told = []
    for n, (route, what) in enumerate(steps):
        text = says(10 * (n + 1))
        if what == "lift":
            text = lifted(text)
        if what == "cancel":
            text = re.sub(r"<Tsunami>.*</Tsunami>", "", text.replace("<InfoType>発表", "<InfoType>取消"), flags=re.S)
        answer = decided(stack, variant(text) if route == "bridge" else text, route)
        told.append((route, what, codes(answer), state_of(stack, answer, "controller", route)))
    assert "same_event" not in told[-1][2], told
    assert len(controller.plays()) >= 3, told  # order, end, order
