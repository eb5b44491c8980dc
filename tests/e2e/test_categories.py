"""Every category of L-Alert from the sender to a subscriber and to the four outlets, by POST and by SOAP."""

import asyncio
import json

import pytest
import requests

import categories
from carriers import carrier
from conftest import free_port, wait_until
from documents import detail, digest_token, order, soap
from feed_client import Subscriber
from test_adapters_broadcaster import Station, broadcaster
from test_adapters_signage import Player, signage
from test_feed import newest
from test_form import Browser
from test_gate import HEADERS, code_of

MARK = "【訓練】"


def taken(stack, category, way, **more):
    """Sends a document of that category and returns it."""
    document = categories.document(category, **more)
    if way == "post":
        stack.accepted(document)
    else:
        token = digest_token("kakuu", stack.principal("kakuu")["password"])
        reply = stack.post("/soap/MQService", soap(document, token), user=None, headers=HEADERS)
        assert code_of(reply) == 0, reply.text
    return document


async def arrives(stack, category, kind, way):
    """What a subscriber of that kind, and one of all others, gets."""
    async with Subscriber(stack.ws_url()) as mine, Subscriber(stack.ws_url()) as others:
        for subscriber, kinds in ((mine, [kind]), (others, ["!" + kind])):
            await subscriber.ws.send(json.dumps({"type": "subscribe", "from": "now", "mode": "drill", "kinds": kinds}))
            await subscriber.until("live")
        loop = asyncio.get_running_loop()
        document = await loop.run_in_executor(None, taken, stack, category, way)
        frames = await mine.notices(1)
        await others.quiet()
        return document, frames[0]


CASES = [(category, kind, way) for category, (kind, _) in categories.ALL.items() for way in ("post", "soap")]


@pytest.mark.parametrize("category,kind,way", CASES)
def test_arrives_at_a_subscriber_of_its_kind(stack, category, kind, way):
    document, frame = asyncio.run(arrives(stack, category, kind, way))
    notice = frame["notice"]
    assert notice["kind"] == kind and notice["kind_text"] == category
    assert notice["mode"] == "drill" and notice["action"] == "issue"
    assert [a["code"] for a in notice["areas"]] == ["990019"] and notice["areas"][0]["name"] == "架空市"
    text = notice["texts"][0]
    assert text["headline"] == MARK + "見出し" + MARK and text["language"] == "ja" and len(notice["texts"]) == 1
    assert "level" not in notice and "equivalent_level" not in notice and "evacuation" not in notice
    assert notice["document"]["revision"] == 1
    assert ("unknown_category" in notice.get("flags", [])) == (category == "潮位情報")
    original = requests.get(stack.feed_url(f"/v1/notices/{frame['seq']}/original"), timeout=20)
    if way == "post":
        assert original.content == document.encode()
    body = categories.ALL[category][1].split(">", 1)[1].rsplit("<", 1)[0]
    assert body in original.content.decode(), "the body stands as it came"


def fields_of(stack, category):
    _, frame = asyncio.run(arrives(stack, category, categories.ALL[category][0], "post"))
    return frame["notice"]


def test_fields_in_json(stack):
    """Spot checks of the form that subscribers see; every field is checked at the converters."""
    notice = fields_of(stack, "Shelter")
    first, second = notice["shelter"]["items"]
    assert first["name"] == "北小学校" and first["position"] == {"latitude": 30.001, "longitude": 139.001}
    assert first["people"] == {"value": 12, "unit": "人"} and first["people_voluntary"] == {"value": 0}
    assert first["changed"] == "2026-07-01T18:00:00+09:00" and first["contacts"][0]["type"] == "phone"
    assert "people" not in second and second["sort"] == "閉鎖" and second["area"]["name"] == "架空市"
    assert notice["shelter"]["people"]["value"] == 12 and "households" not in notice["shelter"]
    assert fields_of(stack, "AntidisasterHeadquarter")["headquarters"]["status"] == "設置"
    assert fields_of(stack, "DamageInformation")["damage"]["items"][0] == {
        "group": "human", "type": "死者", "value": "0", "unit": "人"}
    notice = fields_of(stack, "GeneralInformation")
    assert notice["texts"][0]["body"] == f"{MARK}■給水所\n・北小学校\nくわしくは市のページ（http://kakuu.example/w）{MARK}"
    assert notice["notice"]["attachments"][0]["uri"] == "http://kakuu.example/a.pdf"
    notice = fields_of(stack, "Event")
    assert notice["event"]["from_text"] == "2026-07-20" and notice["event"]["to"] == "2026-07-21T17:00:00+09:00"
    assert fields_of(stack, "UrgentMail")["urgent_mail"]["carriers"] == ["UMC1", "UMC3"]


def test_wrong_ones_are_told_and_nothing_goes_out(stack):
    cases = {
        "body_mismatch": categories.document("Shelter", body=categories.EVENT),
        "element_missing": categories.document("UrgentMail", body=categories.MAIL.replace("<m:Title>訓練</m:Title>", "<m:Title/>")),
        "area_foreign": categories.document("Event", code="990035"),
        "mode_mismatch": categories.document("Shelter", status="Actual"),
        "too_long": categories.document("UrgentMail", body=categories.MAIL.replace("<m:Title>訓練", "<m:Title>" + "訓練" * 8)),
    }
    newest = stack.metrics("hub")["hansho_hub_newest_seq"]
    for code, document in cases.items():
        reply = stack.submit(document)
        assert reply.status_code in (403, 422), (code, reply.text)
        assert code in [f["code"] for f in reply.json()["findings"]], reply.text
    assert stack.metrics("hub")["hansho_hub_newest_seq"] == newest


def in_force(stack):
    state = requests.get(stack.feed_url("/v1/state.geojson"), timeout=20).json()
    return {(row["properties"]["kind"], row["properties"]["term"]) for row in state["features"]}


@pytest.mark.parametrize("encoding,declared", [
    ("cp932", "Shift_JIS"), ("cp932", "Windows-31J"), ("euc_jp", "EUC-JP"), ("iso2022_jp", "ISO-2022-JP"), ("utf-16", "UTF-16")])
def test_encodings(stack, encoding, declared):
    text = categories.document("Event").replace('encoding="UTF-8"', f'encoding="{declared}"')
    answer = stack.post("/v1/submissions", text.encode(encoding)).json()
    assert answer["outcome"] == "accepted"
    frame = stack.notice(answer["seq"])
    assert frame["notice"]["event"]["name"] == "防災フェア"
    kept = requests.get(stack.feed_url(f"/v1/notices/{answer['seq']}/original"), timeout=20)
    assert kept.content == text.encode(encoding)
    # the same bytes under another name are refused, and a document that is cut within a letter too
    wrong = stack.post("/v1/submissions", text.encode("utf-8"))
    assert wrong.status_code == 400, wrong.text
    assert wrong.json()["findings"][0]["code"] in ("encoding_contradiction", "encoding_bad"), wrong.text


def test_soap_in_shift_jis(stack):
    token = digest_token("kakuu", stack.principal("kakuu")["password"])
    envelope = soap(categories.document("Event"), token).replace('encoding="UTF-8"', 'encoding="Shift_JIS"')
    before = int(newest(stack))
    reply = stack.post("/soap/MQService", envelope.encode("cp932"), user=None,
                       headers={**HEADERS, "Content-Type": "text/xml; charset=Shift_JIS"})
    assert code_of(reply) == 0, reply.text
    wait_until(lambda: newest(stack) > before, "it arrived")
    frame = stack.notice(before + 1)
    assert frame["notice"]["event"]["name"] == "防災フェア"
    wrong = stack.post("/soap/MQService", envelope.encode("utf-8"), user=None, headers=HEADERS)
    assert code_of(wrong) == 402 and "encoding_contradiction" in wrong.text


# ---- outlets ----

@pytest.fixture
def town(make_stack, carriers, tmp_path):
    """A drill stack with a feed and all four outlets."""
    class Town:
        air, screens, plans = free_port(), free_port(), tmp_path / "plans"
    Town.plans.mkdir()
    Town.stack = make_stack(mode="drill", feeds=1, adapters=[
        broadcaster(Town.air), signage(Town.screens),
        {"program": "hansho-telecom", "name": "telecom", "config": {
            "carriers": [carrier("good", carriers.url("/ok"), lalert_code="UMC1"),
                         carrier("other", carriers.url("/ok/other"), lalert_code="UMC2")], "heartbeat_ms": 500}},
        {"program": "hansho-jalert", "name": "jalert", "config": {"plan_dir": str(Town.plans), "heartbeat_ms": 500}}])
    return Town


def told(stack, answer, adapter):
    """The states that an adapter has told of this submission."""
    rows = stack.status(answer["id"]).json().get("receipts", [])
    return [row["state"] for row in rows if row["adapter"] == adapter]


def test_no_outlet_takes_them_for_an_order(town, carriers):
    """None of these rings but civil protection, none is on a screen, none takes an order away; a station gets their own words."""
    stack = town.stack
    station, player = Station(town.air), Player(town.screens)
    player.until(lambda m: m["state"] == "normal")
    stack.accepted(order([detail("避難指示", ["北町"])]))
    assert station.item()["kind"] == "evacuation"
    shown = player.until(lambda m: m["seq"] == 1 and m["state"] == "drill")
    for number, (category, (kind, _)) in enumerate(categories.ALL.items(), 2):
        answer = stack.accepted(categories.document(category))
        assert answer["seq"] == number
        item = station.item()
        assert item["seq"] == number and item["kind"] == kind
        assert "level" not in item and "避難指示" not in item["text"] and "見出し" in item["text"]
        assert not item["areas"] and all("避難指示" not in line for line in item["crawl"])
        for adapter in ("jalert", "signage"):
            rings = adapter == "jalert" and kind == "civil_protection"  # by its auto-start table
            wait_until(lambda a=adapter, r=rings: ("accepted" if r else "filtered") in told(stack, answer, a),
                       f"{adapter} and {category}", pause_s=0.1)
        wanted = "accepted" if kind == "urgent_mail" else "filtered"
        wait_until(lambda: wanted in told(stack, answer, "telecom"), f"telecom: {category} is {wanted}", pause_s=0.1)
    assert [p.name for p in town.plans.glob("*.json")] and len(list(town.plans.glob("*.json"))) == 2
    mails = [m[2]["notice"]["seq"] for m in carriers.of("/ok")]
    assert sorted(mails) == [1, 2 + list(categories.ALL).index("UrgentMail")]
    assert [m[2]["notice"]["seq"] for m in carriers.of("/ok/other")] == [1], "the sender named other carriers"
    # the screens show the order and nothing else, before and after a restart that loads what is in force
    stack.restart("signage")
    player = Player(town.screens)
    again = player.until(lambda m: m["state"] == "drill")
    assert [(i["term"]["ja"], i["areas"]) for i in again["items"]] == [("避難指示", ["北町"])]
    assert [i["term"] for i in shown["items"]] == [i["term"] for i in again["items"]]
    assert ("evacuation", "避難指示") in in_force(stack)


def test_ends_of_other_states_leave_orders_alone(town):
    stack = town.stack
    stack.accepted(order([detail("避難指示", ["北町"])]))
    stack.accepted(categories.document("Shelter", document_id="shelters"))
    stack.accepted(categories.document("AntidisasterHeadquarter", document_id="headquarters"))
    stack.accepted(categories.document("DamageInformation", document_id="damage"))
    wait_until(lambda: len(in_force(stack)) == 4, "all four are in force")
    kinds = {kind for kind, _ in in_force(stack)}
    assert {"evacuation", "shelter", "headquarters", "damage"} <= kinds
    # for people the Japanese name, for machines the kind
    named = {("evacuation", "避難指示"), ("shelter", "避難所"), ("headquarters", "災害対策本部"), ("damage", "被害情報")}
    assert in_force(stack) == named
    state = requests.get(stack.feed_url("/v1/state"), timeout=20).json()
    assert {(row["kind"], row["term"]) for row in state["in_force"]} == named
    # the form of the municipality speaks of its order, and of nothing else that it has sent
    page = Browser(stack, "kakuu").get("/")
    boxes = page.form("/check", "lift").xpath(".//input[@type='checkbox']")
    labels = [page.tree.xpath(f"//label[@for='{box.get('id')}']")[0].text.strip() for box in boxes]
    assert labels == ["北町"], page.text
    stack.accepted(categories.document("Shelter", document_id="shelters", revision=2,
                                       body=categories.SHELTER.replace("開設", "閉鎖")))
    stack.accepted(categories.document("AntidisasterHeadquarter", document_id="headquarters", revision=2, kind="Cancel",
                                       errata="誤って送信しました。"))
    wait_until(lambda: {kind for kind, _ in in_force(stack)} & {"shelter", "headquarters"} == set(), "both have ended")
    assert ("evacuation", "避難指示") in in_force(stack)
    assert "damage" in {kind for kind, _ in in_force(stack)}


def test_a_shelter_in_another_town(make_stack):
    """It reaches the readers of the town that speaks; in the other one nothing is in force and nobody is told."""
    stack = make_stack(mode="drill", feeds=1)
    body = categories.SHELTER.replace("<c:areaName>南公民館</c:areaName>", "<c:areaName>遠町体育館</c:areaName><c:jisX0402>990035</c:jisX0402>")
    answer = stack.accepted(categories.document("Shelter", body=body))
    assert "shelter_outside" in [row["code"] for row in answer["warnings"]]
    notice = stack.notice(answer["seq"])["notice"]
    assert "shelter_outside" in notice["flags"] and notice["shelter"]["items"][1]["area"]["code"] == "990035"
    assert [area["code"] for area in notice["areas"]] == ["990019"]
    def state(code):
        return requests.get(stack.feed_url("/v1/state"), params={"areas": code}, timeout=20).json()["in_force"]
    wait_until(lambda: state("990019"), "it is in force in the town that speaks")
    assert state("990035") == []
    refused = stack.submit(categories.document("Shelter", body=body, code="990035"))
    assert refused.status_code == 403 and refused.json()["code"] == "area_foreign"


def test_damage_is_a_state(make_stack):
    """A snapshot of counts: the next revision replaces it, a cancel brings the one before it back; it has no level and ends in time."""
    stack = make_stack(mode="drill", feeds=1)

    def row():
        state = requests.get(stack.feed_url("/v1/state"), params={"kinds": "damage"}, timeout=20).json()
        return [r for r in state["in_force"] if r["kind"] == "damage"]
    first = stack.accepted(categories.document("DamageInformation", document_id="damage-state"))
    wait_until(lambda: [r["seq"] for r in row()] == [first["seq"]], "the counts are in force")
    assert row()[0]["level"] == 0 and row()[0]["valid_until"]
    more = categories.DAMAGE.replace(">12<", ">15<")
    second = stack.accepted(categories.document("DamageInformation", body=more, document_id="damage-state", revision=2))
    wait_until(lambda: [r["seq"] for r in row()] == [second["seq"]], "the newer counts replace them")
    stack.accepted(categories.document("DamageInformation", body=more, document_id="damage-state", revision=3, kind="Cancel",
                                       errata="集計の誤り"))
    wait_until(lambda: [r["seq"] for r in row()] == [first["seq"]], "the counts before stand again")
    events = requests.get(stack.feed_url("/v1/areas/990019/history"), params={"kinds": "damage"}, timeout=20).json()["events"]
    assert [(e["event"], e["level"], e["by_seq"]) for e in events] == [("issued", 0, first["seq"])]
