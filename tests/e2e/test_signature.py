"""Signed orders through a whole stack: signed by other means than those that verify them."""

import shutil
import tempfile

import pytest
import requests

from conftest import PRINCIPALS, Stack, wait_until
from documents import BY_WHAT_STANDS, digest_token, new_id, order
from signing import Signer
from test_gate import code_of, publish


@pytest.fixture(scope="module", name="keys")
def make_keys():
    folder = tempfile.mkdtemp(prefix="hs-", dir="/tmp")
    yield {kind: Signer(folder, kind, kind) for kind in ("rsa", "ec")} | {"other": Signer(folder, "other")}
    shutil.rmtree(folder)


@pytest.fixture(scope="module", name="signing")
def make_stack(keys):
    settings = {"kakuu": {"signature": "required", "signature_cert": [keys["rsa"].cert, keys["ec"].cert]}}
    people = [{**row, "statuses": ["Exercise"], **settings.get(row["username"], {})} for row in PRINCIPALS]
    stack = Stack(principals=people)
    yield stack
    stack.stop_all()


def flags_of(stack, reply):
    url = stack.feed_url(f"/v1/notices/{reply.json()['seq']}")
    wait_until(lambda: requests.get(url, timeout=20).status_code == 200, "the notice at the feed")
    return requests.get(url, timeout=20).json()["notice"]["flags"]


@pytest.mark.parametrize("kind", ["rsa", "ec"])
@pytest.mark.parametrize("extra,uri", [("", ""), (' Id="d1"', "#d1"), (' xml:id="d1"', "#d1")])
def test_a_signed_order_is_accepted(signing, keys, kind, extra, uri):
    reply = signing.submit(keys[kind].sign(order(root_extra=extra), uri))
    assert reply.status_code == 202, reply.text
    assert [row for row in reply.json()["warnings"] if row["code"] not in BY_WHAT_STANDS] == []
    assert "signature_valid" in flags_of(signing, reply)


def test_what_was_changed_after_signing_is_refused(signing, keys):
    reply = signing.submit(keys["rsa"].sign(order()).replace("北町一丁目", "南町二丁目", 1))
    assert reply.status_code == 403, reply.text
    assert reply.json()["code"] == "signature_invalid"
    assert reply.json()["message"]["ja"] and reply.json()["message"]["en"]


@pytest.mark.parametrize("text,code", [
    (lambda keys: order(), "signature_missing"),
    (lambda keys: keys["other"].sign(order()), "signature_invalid"),
    (lambda keys: keys["rsa"].sign(keys["rsa"].sign(order())), "signature_shape"),
    (lambda keys: keys["rsa"].sign(order()).replace("xmldsig-more#rsa-sha256", "xmldsig-more#rsa-sha1"),
     "signature_algorithm"),
])
def test_other_documents_are_refused(signing, keys, text, code):
    reply = signing.submit(text(keys))
    assert reply.status_code in (403, 422), reply.text
    assert reply.json()["code"] == code


def test_signed_again_it_is_the_same_document(signing, keys):
    text = order(document=new_id())
    first = signing.submit(keys["rsa"].sign(text))
    again = signing.submit(keys["ec"].sign(text))
    assert first.json()["outcome"] == "accepted" and again.json()["outcome"] == "duplicate", again.text
    assert again.json()["id"] == first.json()["id"]


def test_a_signed_order_within_soap(signing, keys):
    principal = signing.principal()
    text = keys["rsa"].sign(order(headline="<!-- x -->北町一丁目"))
    token = digest_token(principal["username"], principal["password"])
    assert code_of(publish(signing, text, token)) == 0
    token = digest_token(principal["username"], principal["password"])
    assert code_of(publish(signing, text.replace("発令", "解除"), token)) == 402


def test_a_sender_without_key_is_told(signing, keys):
    other = next(row["username"] for row in signing.principals if row["username"] != "kakuu")
    principal = signing.principal(other)
    text = order(source=principal["source"], code=principal["code"], name=principal["organisation"])
    reply = signing.submit(keys["rsa"].sign(text), user=other)
    assert reply.status_code == 202, reply.text
    assert [row["code"] for row in reply.json()["warnings"] if row["code"] not in BY_WHAT_STANDS] == ["signature_unverified"]
    assert "signature_unverified" in flags_of(signing, reply)
