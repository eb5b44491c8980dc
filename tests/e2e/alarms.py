"""What the watch of the hub is fed with: telegrams that are told now, and what the gate says of missing orders."""

import os
import time

import requests

from conftest import PRINCIPALS
from documents import jst

SEEDS = os.path.join(os.path.dirname(__file__), "..", "fuzz", "seeds")
RELAYER = {"id": "relay", "organisation": "中継", "office": "", "code": "990001", "areas": [],
           "username": "relay", "password": "drill-only-relay", "token": "drill-token-relay-0004",
           "source": "relay.example", "role": "relayer", "statuses": ["Exercise", "Test"]}
SENDERS = [{**row, "statuses": ["Exercise"]} for row in PRINCIPALS] + [RELAYER]


def telegram(name, at_s=None, status="訓練"):
    """A telegram of the seeds, told at `at_s`: those of the seeds have long expired."""
    at_s = time.time() if at_s is None else at_s
    with open(os.path.join(SEEDS, f"jma_{name}.xml"), encoding="utf-8") as file:
        text = file.read()
    text = text.replace("2026-07-01T18:50:00+09:00", jst(at_s)).replace("<Status>訓練", "<Status>" + status)
    return text.replace("2026-07-01T09:50:00Z", time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(at_s)))


def rain(level=4, **more):
    """A warning of heavy rain for 架空市; level 0: it is over."""
    name, code = {5: ("レベル５大雨特別警報", "33"), 4: ("レベル４大雨危険警報", "43"), 3: ("レベル３大雨警報", "03"),
                  0: ("解除", "00")}[level]
    text = telegram("rain", **more).replace("<Name>レベル４大雨危険警報</Name><Code>43</Code><Status>発表",
                                            f"<Name>{name}</Name><Code>{code}</Code><Status>{'発表' if level else '解除'}")
    assert name in text
    return text


def tsunami(over=False, **more):
    """A major tsunami warning for the coast of 架空県, or its end."""
    text = telegram("tsunami", **more).replace("<Name>岩手県</Name><Code>210</Code>", "<Name>架空県沿岸</Name><Code>990</Code>")
    if over:
        text = text.replace("<Name>大津波警報：発表</Name><Code>53</Code>", "<Name>警報解除</Name><Code>50</Code>")
    return text


def answer(stack, user="kakuu"):
    reply = requests.get(stack.gate_url + "/v1/alarms", auth=stack.auth(user), timeout=20)
    assert reply.status_code == 200, reply.text
    return reply.json()


def alarms(stack, user="kakuu"):
    """{(kind, area)} that the principal sees."""
    return {(row["kind"], row["area_code"]) for row in answer(stack, user)["alarms"]}
