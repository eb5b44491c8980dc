"""What a sender reads who sends again, byte by byte, what is not in force any more."""

import pytest
import requests

from documents import detail, new_id, order, text_token
from test_gate import code_of, publish

ENDS = {
    "cancelled": {"kind": "Cancel", "errata": "誤り"},
    "a newer revision": {"details": [detail("避難指示", ["港町"])]},
    "lifted": {"details": [detail("避難指示", ["北町一丁目"], state="解除")]},
}


@pytest.mark.parametrize("end", ENDS)
def test_it_is_told_that_it_is_over(make_stack, end):
    stack, name = make_stack(), new_id()
    document, last = order(document=name), order(document=name, revision=2, **ENDS[end])
    stack.accepted(document)
    assert stack.submit(document).json()["warnings"] == [], "it is in force"
    stack.accepted(last)
    newest = requests.get(stack.feed_url("/v1/state"), timeout=20).json()["digest"]

    reply = stack.submit(document)
    assert (reply.status_code, reply.json()["outcome"], reply.json()["seq"]) == (202, "duplicate", 1), reply.text
    warning = reply.json()["warnings"][0]
    assert (warning["code"], warning["severity"]) == ("ended_since", "warning")
    assert "有効ではありません" in str(warning) and "次の版数" in str(warning) and "new document" in str(warning)
    assert stack.submit(last).json()["warnings"] == [], "the last word is"
    row = stack.principal()
    said = publish(stack, document, text_token(row["username"], row["password"]))
    assert code_of(said) == 0 and "ended_since" in said.text and "有効ではありません" in said.text
    assert requests.get(stack.feed_url("/v1/state"), timeout=20).json()["digest"] == newest, "nothing has changed"
