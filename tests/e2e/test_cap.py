"""CAP end to end: alerts in through the gate, any notice out as an alert of the feed, and in again."""

import os

import pytest
import requests
from lxml import etree

import documents
from conftest import PRINCIPALS, wait_until

SAMPLES = os.path.join(os.path.dirname(os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))),
                       "shared", "samples")
CAP = "{urn:oasis:names:tc:emergency:cap:1.2}"
RELAYER = {"id": "relay", "organisation": "架空県", "office": "危機管理課", "code": "990001", "areas": ["99"],
           "statuses": ["Exercise"], "username": "relay", "password": "drill-only-relay", "token": "drill-token-relay-0004",
           "source": "relay.kakuu.example", "role": "relayer"}

ALERT = """<?xml version="1.0" encoding="UTF-8"?>
<alert xmlns="urn:oasis:names:tc:emergency:cap:1.2"><identifier>{identifier}</identifier><sender>met@met.example</sender>
<sent>{sent}</sent><status>Exercise</status><msgType>{type}</msgType><scope>Public</scope><note>総合防災訓練</note>{references}
<info><language>ja</language><category>Met</category><event>大雨警報</event><urgency>Expected</urgency><severity>Severe</severity>
<certainty>Likely</certainty>{expires}<headline>大雨に警戒してください</headline><description>{text}</description>
<area><areaDesc>架空市</areaDesc><polygon>35.0,139.0 35.0,139.2 35.2,139.2 35.0,139.0</polygon>
<geocode><valueName>JISX0402-6</valueName><value>990019</value></geocode></area></info></alert>"""


def alert(identifier="A-1", kind="Alert", references="", text="架空市では大雨となる見込みです。",
          expires="<expires>2099-07-02T00:00:00+09:00</expires>", sent="2026-07-01T18:57:05+09:00"):
    references = f"<references>{references}</references>" if references else ""
    return ALERT.format(identifier=identifier, type=kind, references=references, text=text, expires=expires, sent=sent)


@pytest.fixture
def relay(make_stack):
    principals = [{**row, "statuses": ["Exercise"]} for row in PRINCIPALS] + [RELAYER]
    return make_stack(principals=principals)


def cap_of(stack, seq):
    wait_until(lambda: requests.get(stack.feed_url(f"/v1/notices/{seq}"), timeout=20).status_code == 200, "arrived")
    reply = requests.get(stack.feed_url(f"/v1/notices/{seq}.cap"), timeout=20)
    assert reply.status_code == 200, reply.text
    assert reply.headers["Content-Type"] == "application/cap+xml"
    check_schema(reply.content)
    return reply


def check_schema(content):
    path = os.path.join(SAMPLES, "xsd", "cap12.xsd")
    if os.path.exists(path):
        etree.XMLSchema(file=path).assertValid(etree.fromstring(content))


def notice_of(stack, seq):
    return stack.notice(seq)["notice"]


def test_an_order_out_and_in_again(relay):
    seq = relay.accepted(documents.order())["seq"]
    reply = cap_of(relay, seq)
    root = etree.fromstring(reply.content)
    assert root.findtext(CAP + "status") == "Exercise"
    assert root.findtext(f"{CAP}info/{CAP}headline").startswith("【訓練】")
    again = relay.accepted(reply.content, user="relay")
    assert again["outcome"] == "accepted"
    assert [w for w in again["warnings"] if w["severity"] == "error"] == []
    first, second = notice_of(relay, seq), None
    wait_until(lambda: requests.get(relay.feed_url(f"/v1/notices/{again['seq']}"), timeout=20).ok, "arrived")
    second = notice_of(relay, again["seq"])
    assert second["level"]["number"] == first["level"]["number"] == 4
    assert second["kind"] == "evacuation"
    codes = {area["code"] for area in first["areas"]}
    assert {area["code"] for area in second["areas"]} == codes
    by_language = {text["language"]: text["headline"] for text in second["texts"]}
    for text in first["texts"]:
        if text.get("reviewed"):
            assert by_language[text["language"]] == text["headline"]


def test_etag_and_unknown_forms(relay):
    seq = relay.accepted(documents.order())["seq"]
    reply = cap_of(relay, seq)
    same = requests.get(relay.feed_url(f"/v1/notices/{seq}.cap"), headers={"If-None-Match": reply.headers["ETag"]}, timeout=20)
    assert same.status_code == 304
    for path in (f"/v1/notices/{seq}.xml", "/v1/notices/.cap", "/v1/notices/99999.cap", f"/v1/notices/{seq}.cap/"):
        assert requests.get(relay.feed_url(path), timeout=20).status_code == 404, path
    feed = requests.get(relay.feed_url("/v1/feed.atom"), timeout=20).text
    assert f'href="/v1/notices/{seq}.cap"' in feed


def test_update_refers_to_what_was_told(relay):
    first = relay.accepted(documents.order(document="cap-1", revision=1))["seq"]
    sent = etree.fromstring(cap_of(relay, first).content).findtext(CAP + "sent")
    second = relay.accepted(documents.order(document="cap-1", revision=2, kind="Update"))["seq"]
    root = etree.fromstring(cap_of(relay, second).content)
    assert root.findtext(CAP + "msgType") == "Update"
    assert root.findtext(CAP + "references") == f"bosai.kakuu.example,cap-1.1,{sent}"


def test_duplicate_and_changed_content(relay):
    """Rules 26 and 27: the same alert again is a duplicate; another content under its key is refused."""
    first = relay.accepted(alert(), user="relay")
    again = relay.submit(alert(), user="relay").json()
    assert (again["outcome"], again["seq"]) == ("duplicate", first["seq"])
    other = relay.submit(alert(text="別の内容です。"), user="relay")
    assert other.status_code == 409, other.text


def test_findings_have_three_severities(relay):
    reply = relay.validate(alert(expires="", kind="Update"), user="relay")
    assert reply.status_code == 200, reply.text
    found = {row["code"]: row["severity"] for row in reply.json()["warnings"]}
    assert found["cap_expires_missing"] == "recommendation"
    assert found["cap_references_missing"] == "warning"
    order = [row["severity"] for row in reply.json()["warnings"]]
    assert order == sorted(order, key=["error", "warning", "recommendation"].index)
    assert {"cap_expires_missing"} <= {row["code"] for row in relay.accepted(alert(expires=""), user="relay")["warnings"]}


def test_a_city_may_not_relay(relay):
    reply = relay.submit(alert())
    assert reply.status_code == 403, reply.text
    assert reply.json()["code"] == "format_forbidden"


def test_own_alerts_for_own_areas(make_stack):
    """With the format in its list a sender may send its own alerts, of its own areas; others still need a relayer."""
    own = {**PRINCIPALS[0], "statuses": ["Exercise"], "formats": ["lalert", "cap"]}
    stack = make_stack(principals=[own])
    assert stack.submit(alert()).json()["code"] == "role_relayer_needed"
    mine = alert().replace("met@met.example", own["source"])
    assert stack.accepted(mine)["outcome"] == "accepted"
    reply = stack.submit(mine.replace("990019", "990027").replace("A-1", "A-2"))
    assert (reply.status_code, reply.json()["code"], reply.json()["path"]) == (403, "area_foreign", "/alert/info/area")


def test_order_errors_name_what_is_expected(relay):
    text = alert().replace("<headline>大雨に警戒してください</headline>", "<headline>h</headline><senderName>x</senderName>")
    body = relay.submit(text, user="relay").json()
    assert (body["code"], body["path"]) == ("cap_element_order", "/alert/info/senderName")
    assert body["expected"].startswith("description, instruction")


def test_cap_1_1_by_configuration(make_stack):
    principals = [{**row, "statuses": ["Exercise"]} for row in PRINCIPALS] + [RELAYER]
    old = alert().replace("cap:1.2", "cap:1.1")
    stack = make_stack(principals=principals)
    body = stack.submit(old, user="relay").json()
    assert (body["code"], "cap_1_1" in body["message"]["en"]) == ("cap_version", True)
    stack.stop_all()
    stack = make_stack(principals=principals, gate={"cap_1_1": True})
    assert stack.accepted(old, user="relay")["outcome"] == "accepted"


def test_profile_by_configuration(make_stack):
    principals = [{**row, "statuses": ["Exercise"]} for row in PRINCIPALS] + [RELAYER]
    stack = make_stack(principals=principals, gate={"cap_profile": "Google"})
    body = stack.submit(alert(), user="relay").json()
    assert body["code"] == "cap_profile_error"
    assert "Google: web" in body["message"]["en"]


def state_of(stack, seq):
    wait_until(lambda: requests.get(stack.feed_url("/v1/state"), timeout=20).json()["seq"] >= seq, "state")
    return requests.get(stack.feed_url("/v1/state"), timeout=20).json()


def in_force(stack, seq):
    """Identifiers of the alerts in force."""
    return sorted(row["notice"]["document"]["id"] for row in state_of(stack, seq)["notices"])


def test_update_ends_both_that_it_names(relay):
    times = "2026-07-01T18:57:05+09:00"
    relay.accepted(alert("B-1"), user="relay")
    second = relay.accepted(alert("B-2"), user="relay")["seq"]
    assert in_force(relay, second) == ["B-1", "B-2"]
    third = relay.accepted(alert("B-3", "Update", f"met@met.example,B-1,{times} met@met.example,B-2,{times}",
                                 sent="2026-07-01T19:57:05+09:00"), user="relay")["seq"]
    assert in_force(relay, third) == ["B-3"]


def test_cancel_before_its_alert(relay):
    """The alert that comes after its cancel is born superseded."""
    cancel = relay.accepted(alert("C-2", "Cancel", "met@met.example,C-1,2026-07-01T18:57:05+09:00",
                                  sent="2026-07-01T19:57:05+09:00"), user="relay")["seq"]
    assert in_force(relay, cancel) == []
    late = relay.submit(alert("C-1"), user="relay").json()
    assert in_force(relay, max(late.get("seq", 0), cancel)) == []


@pytest.mark.parametrize("scope", ["<scope>Restricted</scope><restriction>消防のみ</restriction>",
                                   "<scope>Private</scope><addresses>fire@kakuu.example</addresses>"])
@pytest.mark.parametrize("kind", ["Alert", "Update", "Cancel"])
def test_what_is_not_public_goes_nowhere(relay, scope, kind):
    """Everybody reads the feeds and screens: an alert for few is refused, whatever it does."""
    references = "" if kind == "Alert" else "met@met.example,S-0,2026-07-01T18:57:05+09:00"
    document = alert("S-1", kind, references, sent="2026-07-01T18:59:05+09:00").replace("<scope>Public</scope>", scope)
    before = relay.metrics("hub")["hansho_hub_newest_seq"]
    reply = relay.submit(document, user="relay")
    assert reply.status_code == 422 and reply.json()["code"] == "cap_scope_limited", reply.text
    assert "Public" in reply.json()["expected"]
    assert relay.metrics("hub")["hansho_hub_newest_seq"] == before
