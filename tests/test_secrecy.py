"""The guard of every test finds what is planted, and no error shows anything."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from itertools import product
import json
import logging
from typing import Any

import pytest
from pytest_homeassistant_custom_component.common import async_capture_events

from custom_components.parqex.const import DOMAIN
from homeassistant.config_entries import ConfigEntryState
from homeassistant.const import MATCH_ALL
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers import issue_registry as ir
from tests.common import GATE, Home
from tests.secrecy import Secrecy
from tests.simulator import Cloud, Fault

type Plant = Callable[[Home, dict[str, Any], str], object]

# Where something can be planted, with the files of Home Assistant at hand.
PLANTS: dict[str, Plant] = {
    "a line": lambda home, files, private: logging.getLogger(
        "custom_components.parqex.api"
    ).debug("Token %s", private),
    "a line of a library": lambda home, files, private: logging.getLogger(
        "aiohttp.client"
    ).debug("GET /token?code=%s", private),
    "a traceback": lambda home, files, private: logging.getLogger(
        "homeassistant"
    ).error("Odd", exc_info=KeyError(private)),
    "a state": lambda home, files, private: home.hass.states.async_set(
        GATE, "on", {"token": private}
    ),
    "a repair": lambda home, files, private: ir.async_create_issue(
        home.hass,
        DOMAIN,
        "planted",
        is_fixable=False,
        severity=ir.IssueSeverity.ERROR,
        translation_key="may_not_open",
        translation_placeholders={"account": private},
    ),
    "the diagnostics": lambda home, files, private: home.coordinator.last_errors.append(
        private
    ),
    "the entry, beside the tokens": lambda home, files, private: (
        home.hass.config_entries.async_update_entry(
            home.entry, data={**home.entry.data, "pin_code": private}
        )
    ),
    # Only names may be in this one.
    "a file": lambda home, files, private: files.update(
        {f"{DOMAIN}.access_log.{home.entry.entry_id}": {"data": private}}
    ),
}
PLANTED = [
    *((plant, "secret") for plant in PLANTS),
    *((plant, "name") for plant in PLANTS if plant != "a file"),
    *(("a line", "PIN"), ("a file", "e-mail")),
]


@pytest.mark.parametrize(("plant", "kind"), PLANTED)
async def test_the_guard_finds_what_is_planted(
    home: Home, hass_storage: dict[str, Any], plant: str, kind: str
) -> None:
    """What is planted is of a cloud that this test's own guard does not know."""
    cloud = Cloud(seed=1)
    account = cloud.add_account("Peter", "Planted")
    private = {
        "secret": cloud.application.client_secret,
        "PIN": account.pin_code,
        "name": "Planted",
        "e-mail": account.person.email,
    }[kind]
    with Secrecy() as secrecy:
        secrecy.protect(cloud)

        async def check() -> None:
            await secrecy.async_check(home.hass, hass_storage)
            secrecy.check_log()

        await check()
        PLANTS[plant](home, hass_storage, private)
        with pytest.raises(AssertionError, match=private):
            await check()


ERRORS = [
    Fault(reset=True),
    Fault(status=302, headers={"Location": "https://parqex.test/"}),
    *(Fault(status=status) for status in (200, 400, 401, 403, 429, 500)),
]


async def use_the_gate(home: Home) -> None:
    """Have a visitor and Home Assistant use the gate, and ask for its access log."""
    home.gate.close_by_hand()
    home.gate.open_as(home.cloud.visitor("Vera Visitor"))
    for using in (home.turn("turn_on"), home.turn("turn_off"), home.history()):
        with suppress(HomeAssistantError):
            await using


async def test_no_error_and_no_event_shows_what_the_service_quotes(
    home: Home, hass_storage: dict[str, Any], secrecy: Secrecy
) -> None:
    """Errors at all endpoints that quote everything private, and a lost login."""
    hass, cloud, entry = home.hass, home.cloud, home.entry
    events = async_capture_events(hass, MATCH_ALL)
    home.house.owner.details.update(phone="+1 555 0100", email="olivia@example.org")
    for endpoint, fault in product(
        ("sync", "token", "toggle", "history", "user_settings"), ERRORS
    ):
        if entry.state is not ConfigEntryState.LOADED:
            await home.reload()
        private = " ".join(sorted(cloud.issued_secrets() | cloud.personal_data()))
        body = json.dumps({"success": False, "message": private, "error": private})
        cloud.faults.add(endpoint, replace(fault, body=body))
        if endpoint == "token":
            cloud.oauth.expire(home.house.owner)
        await home.advance(130)
        await use_the_gate(home)
        await secrecy.async_check(hass, hass_storage)
        if endpoint in ("sync", "token"):
            await home.reload()
            await secrecy.async_check(hass, hass_storage)
            assert entry.state is not ConfigEntryState.LOADED
        cloud.faults.clear()
        await home.advance(1000)
    cloud.oauth.revoke(home.house.owner)
    await home.advance(1000)
    assert home.logins

    secrets = cloud.issued_secrets()
    assert len(secrets) > 30
    fired = str([event.data for event in events])
    assert not [one for one in secrets if not one.isdecimal() and one in fired]
