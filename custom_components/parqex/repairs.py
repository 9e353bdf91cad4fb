"""Repairs that a person can do."""

from typing import cast, override

from homeassistant.components.repairs import FlowType, RepairsFlow, RepairsFlowResult
from homeassistant.config_entries import SOURCE_RECONFIGURE
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers.config_entry_oauth2_flow import async_get_implementations

from .const import DOMAIN
from .coordinator import ParqExConfigEntry
from .issues import CREDENTIALS_DELETED


async def async_create_fix_flow(
    hass: HomeAssistant, issue_id: str, data: dict[str, str | int | float | None] | None
) -> RepairsFlow:
    """Return the flow that leads to the cure."""
    entry = hass.config_entries.async_get_known_entry(
        cast("str", (data or {})["entry_id"])
    )
    if issue_id.startswith(CREDENTIALS_DELETED):
        return CredentialsFlow(entry)
    return LinkAgainFlow(entry)


class LinkAgainFlow(RepairsFlow):
    """Lead to ParqEx's page, to allow what was not allowed."""

    def __init__(self, entry: ParqExConfigEntry) -> None:
        """Take the account that is to be linked again."""
        self._entry = entry

    async def async_step_init(
        self, user_input: dict[str, str] | None = None
    ) -> RepairsFlowResult:
        """Begin."""
        return await self.async_step_confirm()

    async def async_step_confirm(
        self, user_input: dict[str, str] | None = None
    ) -> RepairsFlowResult:
        """Say what is the matter, and go on to linking again."""
        if user_input is None:
            return self._async_ask({})
        return await self._async_link_again()

    @callback
    def _async_ask(self, errors: dict[str, str]) -> RepairsFlowResult:
        """Show the explanation."""
        return self.async_show_form(
            step_id="confirm",
            errors=errors,
            description_placeholders={"account": self._entry.title},
        )

    async def _async_link_again(self) -> RepairsFlowResult:
        """End here, and go on with the flow that links an account again."""
        flow = await self.hass.config_entries.flow.async_init(
            DOMAIN,
            context={
                "source": SOURCE_RECONFIGURE,
                "entry_id": self._entry.entry_id,
            },
        )
        return self.async_create_entry(
            data={}, next_flow=(FlowType.CONFIG_FLOW, flow["flow_id"])
        )


class CredentialsFlow(LinkAgainFlow):
    """Wait for the credentials to be there again."""

    @override
    async def async_step_confirm(
        self, user_input: dict[str, str] | None = None
    ) -> RepairsFlowResult:
        """Say what is the matter, and use the credentials that are there."""
        if user_input is None:
            return self._async_ask({})
        implementations = await async_get_implementations(self.hass, DOMAIN)
        if not implementations:
            return self._async_ask({"base": "still_missing"})
        if self._entry.data["auth_implementation"] not in implementations:
            return await self._async_link_again()
        self.hass.config_entries.async_schedule_reload(self._entry.entry_id)
        return self.async_create_entry(data={})
