"""Answers of the token endpoint, and stored copies of tokens, with anything in them."""

from time import time
from typing import Any

from hypothesis import given, strategies as st
import orjson
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.parqex.const import DOMAIN
from custom_components.parqex.oauth import TokenStore
from custom_components.parqex.oauth.implementation import is_rejection, parse_tokens
from homeassistant.core import HomeAssistant

from .strategies import any_json, rewritten, spoiled, stored

TOKENS = {"access_token": "a", "refresh_token": "b", "expires_in": 3600, "error": "x"}
ANSWERS = st.one_of(any_json, spoiled(TOKENS), rewritten(TOKENS))

LINKED = {
    "auth_implementation": DOMAIN,
    "token": {"access_token": "a", "refresh_token": "b", "expires_at": 1.0},
}
COPY = {"replaced": ["0a1b", "2c3d"], "data": LINKED}


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


@given(stored(COPY))
async def test_stored_copies(
    hass: HomeAssistant, hass_storage: dict[str, Any], data: Any
) -> None:
    """They are usable or not; new tokens take their place."""
    entry = MockConfigEntry(domain=DOMAIN, entry_id="x", data=LINKED)
    hass_storage["parqex.tokens.x"] = {"version": 1, "data": data}
    store = TokenStore(hass, entry)
    await store.async_restore()
    assert entry.data == LINKED
    await store.async_replace(LINKED)
    assert hass_storage["parqex.tokens.x"]["data"]["data"] == LINKED
