"""Google Assistant, set up in configuration.yaml."""

from typing import Any, override

from homeassistant.components.google_assistant import GOOGLE_ASSISTANT_SCHEMA
from homeassistant.components.google_assistant.http import GoogleConfig
from homeassistant.components.google_assistant.smart_home import async_handle_message
from tests.common import GATE
from tests.conftest import settle

from .conftest import CLOSE, COVER, OPEN, Surface, report

# Home Assistant has no types here.
CONFIG: Any = GoogleConfig
HANDLE: Any = async_handle_message


class TestGoogle(Surface):
    """It takes an unknown switch for off, and an unknown cover for offline."""

    kinds = (
        ("Main gate Switch", "SWITCH", ["OnOff"]),
        ("Main gate", "GATE", ["OpenClose"]),
        ("Main gate", "GARAGE", ["OpenClose"]),
        ("Main gate", "DOOR", ["OpenClose"]),
    )
    closed = {"openPercent": 0}, {"on": False}
    opening = {"openPercent": 100}, {"on": True}
    opened = opening
    unknown = None, {"on": False}
    unavailable = None, None
    done, refused, skipped = "SUCCESS", "unknownError", "SUCCESS"
    report_state = False
    needed_pin: str | None = "1234"
    said_pin: str | None = "1234"

    async def ask(self, intent: str, payload: Any = None) -> Any:
        """Send a request."""
        hass, user = self.home.hass, self.user
        settings = GOOGLE_ASSISTANT_SCHEMA({"project_id": "home"})
        settings["secure_devices_pin"] = self.needed_pin
        settings["report_state"] = self.report_state
        config = CONFIG(hass, settings)
        await config.async_initialize()
        request = {"intent": f"action.devices.{intent}", "payload": payload}
        message = {"requestId": "1", "inputs": [request]}
        answer = await HANDLE(hass, config, user, user, message, "cloud")
        await settle(hass)
        return answer["payload"]

    @override
    async def kind(self, entity_id: str) -> Any:
        devices = (await self.ask("SYNC"))["devices"]
        (device,) = (one for one in devices if one["id"] == entity_id)
        kind, *traits = (
            it.split(".")[-1] for it in (device["type"], *device["traits"])
        )
        return device["name"]["name"], kind, traits

    @override
    async def see(self, entity_id: str) -> Any:
        answer = await self.ask("QUERY", {"devices": [{"id": entity_id}]})
        shown = answer["devices"][entity_id]
        return shown if shown.pop("online") else None

    @override
    async def turn(self, entity_id: str, to_open: bool) -> str:
        name, params = "OnOff", dict[str, Any](on=to_open)
        if entity_id == COVER:
            name, params = "OpenClose", {"openPercent": 100 * to_open}
        execution: Any = {"command": f"action.devices.commands.{name}"}
        execution |= {"params": params}
        if self.said_pin and to_open:
            execution |= {"challenge": {"pin": self.said_pin}}
        command = {"devices": [{"id": entity_id}], "execution": [execution]}
        answer = await self.ask("EXECUTE", {"commands": [command]})
        result = answer.get("commands", [answer])[0]
        needed = result.get("challengeNeeded", {}).get("type")
        return str(needed or result.get("errorCode", result.get("status")))

    async def test_a_cover_needs_a_pin_to_open(self) -> None:
        """Without a PIN it never opens; it closes without one, and a switch opens."""
        for self.needed_pin, self.said_pin, says in (
            ("1234", None, "pinNeeded"),
            ("1234", "4321", "challengeFailedPinNeeded"),
            (None, "1234", "challengeFailedNotSetup"),
        ):
            assert await self.turn(COVER, True) == says
        assert not self.home.sent
        self.said_pin = None
        await self.turn(GATE, True)
        await self.home.advance(30)
        await self.turn(COVER, False)
        assert self.home.sent == OPEN + CLOSE


class TestGoogleReported(TestGoogle):
    """It is never told of a refusal while states are reported to it."""

    report_state = True
    refused = "SUCCESS"

    async def test_what_is_unknown(self) -> None:
        """It closes, but Google is told that it does not."""
        await report(self.home, "unknown")
        assert await self.turn(COVER, False) == "notSupported"
        assert self.home.sent == CLOSE
