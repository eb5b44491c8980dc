"""One national warning by two routes, of which one says no more than a headline (CAP): who can ring for which of them."""


import pytest

import test_adapters_jalert
import test_cell_broadcast
from centre import Centre, centre_of
from conftest import wait_until
from controller import controller, folder  # noqa: F401 (fixtures)
from test_adapters_telecom import wait_state
from test_alerts import LIVE, cap, codes, plan_of, principals, state_of, telegram, wait_state_as

EVENT = "20260701072934"


@pytest.fixture
def centre(tmp_path):
    made = Centre(tmp_path)
    yield made
    made.close()


def both(make_stack, centre, folder, controller):
    return make_stack(mode="live", principals=principals(LIVE), adapters=[
        test_adapters_jalert.adapter(folder, controller.url, areas=["032018"]),
        test_cell_broadcast.adapter([centre_of(centre.url, lane="live", areas=test_cell_broadcast.ALL_JAPAN)])])


def telecom_state(stack, answer, outlet, who):
    rows = stack.status(answer["id"], who).json()["receipts"]
    return [r["state"] for r in rows if r["adapter"] == "telecom" and r["outlet"] == outlet][-1:]


def taken(reply):
    return reply.json() if reply.status_code in (200, 202) else None


@pytest.mark.parametrize("restarts", ["", "telecom", "jalert", "hub"])
def test_a_headline_that_came_first_keeps_no_primary_warning_back(make_stack, centre, folder, controller, restarts):
    """CAP, then the telegram: cell broadcast rings for the telegram, loudspeakers for the alert, each once."""
    stack = both(make_stack, centre, folder, controller)
    alert = stack.accepted(cap(EVENT, ["030007"]), "bridge")
    wait_state_as(stack, alert, "accepted", who="bridge")
    wait_until(lambda: telecom_state(stack, alert, "", "bridge") == ["filtered"], "nothing that a centre could send")
    if restarts:
        stack.wait_acked()
        stack.restart(restarts)
        for name in ("telecom", "jalert"):
            stack.processes[name].wait_ready(stack.ops[name])
    text = telegram("tsunami", EVENT, status="通常")
    warning = wait_until(lambda: taken(stack.submit(text, "relay")), "it is taken")
    assert "same_event" not in codes(warning)
    wait_state(stack, warning["id"], "cb/etws", "accepted", user="relay")
    wait_until(lambda: state_of(stack, warning, "") == "filtered", "no news at the loudspeakers")
    again = stack.accepted(text.replace("<Title>標題", "<Title> 標題"), "bridge")
    assert "same_event" in codes(again)
    wait_until(lambda: telecom_state(stack, again, "", "bridge") == ["filtered"], "told already")
    assert [row["message_id"] for row in centre.air()] == [4353]
    assert [play["id"].rsplit("-", 1)[1] for play in controller.plays()] == [str(alert["seq"])]
    assert plan_of(controller, alert["seq"])["announcements"][0]["kind"] == "tsunami_major"


def test_a_headline_that_comes_second_is_told_already(make_stack, centre, folder, controller):
    stack = both(make_stack, centre, folder, controller)
    warning = stack.accepted(telegram("tsunami", EVENT, status="通常"), "relay")
    wait_state_as(stack, warning, "accepted")
    wait_state(stack, warning["id"], "cb/etws", "accepted", user="relay")
    alert = stack.accepted(cap(EVENT, ["030007"]), "bridge")
    assert "same_event" in codes(alert)
    wait_until(lambda: state_of(stack, alert, "", "bridge") == "filtered", "it stays silent")
    assert len(centre.air()) == len(controller.plays()) == 1
