"""Google Assistant, as Home Assistant answers it."""

from typing import Any

import pytest
from pytest_homeassistant_custom_component.common import MockUser

from homeassistant.components.google_assistant import GOOGLE_ASSISTANT_SCHEMA
from homeassistant.components.google_assistant.http import GoogleConfig
from homeassistant.components.google_assistant.smart_home import async_handle_message
from homeassistant.helpers import entity_registry as er
from tests.common import GATE, Home
from tests.conftest import settle

from .gate import BOTH, CLOSE, COVER, OPEN, report

PIN = {"challenge": {"pin": "1234"}}


class Google:
    """What asks Home Assistant, for a user who set it up in configuration.yaml."""

    def __init__(self, home: Home, user: MockUser, **settings: Any) -> None:
        """Initialize with settings."""
        self.home, self._user = home, user
        config = GOOGLE_ASSISTANT_SCHEMA({"project_id": "home"})
        self._config: Any = GoogleConfig(home.hass, {**config, **settings})

    async def ask(self, intent: str, payload: Any = None) -> Any:
        """Send a request."""
        await self._config.async_initialize()
        request = {"intent": f"action.devices.{intent}", "payload": payload}
        user = self._user.id
        answer: Any = await async_handle_message(
            *(self.home.hass, self._config, user, user),
            {"requestId": "1", "inputs": [request]},
            "cloud",
        )
        await settle(self.home.hass)
        return answer["payload"]

    async def command(self, entity_id: str, is_open: bool, **challenge: Any) -> Any:
        """Open or close; return the result, or the reason why not."""
        name, params = "OnOff", {"on": is_open}
        if entity_id == COVER:
            name, params = "OpenClose", {"openPercent": 100 * is_open}
        command = {"command": f"action.devices.commands.{name}", "params": params}
        commands = [
            {"devices": [{"id": entity_id}], "execution": [command | challenge]}
        ]
        answer = await self.ask("EXECUTE", {"commands": commands})
        result = answer["commands"][0] if "commands" in answer else answer
        reason = result.get("challengeNeeded", {}).get("type")
        return reason or result.get("errorCode", result.get("status"))

    async def query(self) -> list[Any]:
        """Return what it makes of the cover and of the switch."""
        payload = {"devices": [{"id": one} for one in BOTH]}
        return [*(await self.ask("QUERY", payload))["devices"].values()]


@pytest.mark.parametrize("kind", ["gate", "garage", "door"])
async def test_what_it_is(both: Home, hass_admin_user: MockUser, kind: str) -> None:
    """Whatever the page for exposing says: configuration.yaml has its own list."""
    er.async_get(both.hass).async_update_entity(COVER, device_class=kind)
    await settle(both.hass)
    devices = (await Google(both, hass_admin_user).ask("SYNC"))["devices"]
    shown = {
        one["id"]: (one["name"]["name"], *(it.split(".")[-1] for it in one["traits"]))
        for one in devices
    }
    types = {one["id"]: one["type"].split(".")[-1] for one in devices}
    assert shown[COVER] == ("Main gate", "OpenClose")
    assert shown[GATE] == ("Main gate Switch", "OnOff")
    assert (types[COVER], types[GATE]) == (kind.upper(), "SWITCH")


@pytest.mark.parametrize(
    ("state", "cover", "switch"),
    [
        ("closed", {"online": True, "openPercent": 0}, {"online": True, "on": False}),
        ("open", {"online": True, "openPercent": 100}, {"online": True, "on": True}),
        ("unknown", {"online": False}, {"online": True, "on": False}),
        ("unavailable", {"online": False}, {"online": False}),
    ],
)
async def test_whether_it_is_open(
    both: Home, hass_admin_user: MockUser, state: str, cover: Any, switch: Any
) -> None:
    """Of a switch, unknown is off."""
    await report(both, state)
    assert await Google(both, hass_admin_user).query() == [cover, switch]


async def test_a_pin_opens_a_cover(both: Home, hass_admin_user: MockUser) -> None:
    """Without one it does not open; nothing else needs one."""
    without = Google(both, hass_admin_user)
    assert await without.command(COVER, True, **PIN) == "challengeFailedNotSetup"
    google = Google(both, hass_admin_user, secure_devices_pin="1234")
    assert await google.command(COVER, True) == "pinNeeded"
    wrong = {"challenge": {"pin": "4321"}}
    assert await google.command(COVER, True, **wrong) == "challengeFailedPinNeeded"
    assert not both.sent
    assert await google.command(COVER, True, **PIN) == "SUCCESS"
    assert both.sent == OPEN
    assert (await google.query())[0]["openPercent"] == 100  # it opens
    await both.advance(30)
    assert await without.command(COVER, False) == "SUCCESS"
    assert both.sent == OPEN + CLOSE
    await both.advance(30)
    assert await without.command(GATE, True) == "SUCCESS"
    await both.advance(30)
    assert await without.command(GATE, False) == "SUCCESS"
    assert both.sent == (OPEN + CLOSE) * 2


@pytest.mark.parametrize("entity_id", BOTH)
@pytest.mark.parametrize(
    ("report_state", "says"), [(False, "unknownError"), (True, "SUCCESS")]
)
async def test_a_refusal(
    both: Home, hass_admin_user: MockUser, entity_id: str, report_state: bool, says: str
) -> None:
    """It is an error without words, or none while states are reported to Google."""
    both.house.entrance.refusal = 428
    settings = {"secure_devices_pin": "1234", "report_state": report_state}
    google = Google(both, hass_admin_user, **settings)
    assert await google.command(entity_id, True, **PIN) == says
    assert both.sent == OPEN
    await report(both, "unavailable")
    assert await google.command(entity_id, True, **PIN) == "SUCCESS"
    assert both.sent == OPEN


async def test_what_is_unknown(both: Home, hass_admin_user: MockUser) -> None:
    """It closes, but Google is told that it did not, while states are reported to it."""
    await report(both, "unknown")
    google = Google(both, hass_admin_user, report_state=True)
    assert await google.command(COVER, False) == "notSupported"
    assert both.sent == CLOSE
