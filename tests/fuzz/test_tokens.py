"""Answers of the token endpoint with anything in them."""

from time import time
from typing import Any

from hypothesis import given, strategies as st
import orjson

from custom_components.parqex.oauth.implementation import is_rejection, parse_tokens

from .strategies import any_json, rewritten, spoiled

TOKENS = {"access_token": "a", "refresh_token": "b", "expires_in": 3600, "error": "x"}
ANSWERS = st.one_of(any_json, spoiled(TOKENS), rewritten(TOKENS))


@given(ANSWERS)
def test_token_answers(body: Any) -> None:
    """Tokens that can be sent and stored, for a time that can be added, or none."""
    tokens = parse_tokens(body)
    if tokens is None:
        return
    assert tokens.keys() <= {"access_token", "refresh_token", "expires_in"}
    assert tokens["access_token"].isascii()
    assert tokens.get("refresh_token", "x").isascii()
    orjson.dumps(tokens)
    assert tokens["expires_in"] >= 0
    orjson.dumps(time() + tokens["expires_in"])


@given(st.sampled_from((0, 429, 500, 502, 503, 599)), ANSWERS)
def test_failing_server_rejects_nobody(status: int, body: Any) -> None:
    """Whatever it answers."""
    assert not is_rejection(status, body)
