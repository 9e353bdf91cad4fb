"""Flows that resolve the issues of an account."""

from typing import cast

from homeassistant.components.repairs import FlowType, RepairsFlow, RepairsFlowResult
from homeassistant.config_entries import SOURCE_REAUTH, SOURCE_RECONFIGURE
from homeassistant.const import CONF_WEBHOOK_ID
from homeassistant.core import HomeAssistant, callback
from homeassistant.exceptions import ImplementationUnavailableError
from homeassistant.helpers.config_entry_oauth2_flow import async_get_implementations

from .const import DOMAIN
from .data import ParqExConfigEntry
from .issues import CREDENTIALS_DELETED, WEBHOOK_UNREACHABLE
from .webhook import is_reachable


async def async_create_fix_flow(
    hass: HomeAssistant, issue_id: str, data: dict[str, str | int | float | None] | None
) -> RepairsFlow:
    """Return the flow that resolves an issue."""
    entry_id = cast("str", (data or {})["entry_id"])
    entry = hass.config_entries.async_get_known_entry(entry_id)
    return ParqExRepairFlow(entry, issue_id.removesuffix(f"_{entry_id}"))


class ParqExRepairFlow(RepairsFlow):
    """Explain an issue, and resolve it when the user submits."""

    def __init__(self, entry: ParqExConfigEntry, kind: str) -> None:
        """Initialize with the entry of the account and the kind of the issue."""
        self._entry = entry
        self._kind = kind

    async def async_step_init(
        self, user_input: dict[str, str] | None = None
    ) -> RepairsFlowResult:
        """Start with the explanation."""
        return self._async_explain()

    async def async_step_confirm(
        self, user_input: dict[str, str] | None = None
    ) -> RepairsFlowResult:
        """Resolve the issue, or show what is missing."""
        entry = self.hass.config_entries.async_get_entry(self._entry.entry_id)
        if entry is None or entry.disabled_by:
            # There is nothing left to resolve.
            return self.async_create_entry(data={})
        if self._kind == CREDENTIALS_DELETED:
            return await self._async_use_credentials()
        if self._kind != WEBHOOK_UNREACHABLE:
            return self._async_link_again()
        if CONF_WEBHOOK_ID in entry.options and not is_reachable(self.hass):
            return self._async_explain("still_not_reachable")
        return self.async_create_entry(data={})

    async def _async_use_credentials(self) -> RepairsFlowResult:
        """Reload the account, or link it again with other credentials."""
        try:
            implementations = await async_get_implementations(self.hass, DOMAIN)
        except ImplementationUnavailableError:
            return self._async_explain("not_available")
        if not implementations:
            return self._async_explain("still_missing")
        if self._entry.data["auth_implementation"] not in implementations:
            return self._async_link_again()
        self.hass.config_entries.async_schedule_reload(self._entry.entry_id)
        return self.async_create_entry(data={})

    @callback
    def _async_link_again(self) -> RepairsFlowResult:
        """Continue with the reauthentication of the account.

        An abandoned reconfiguration would suppress "Authentication expired".
        """
        self._entry.async_start_reauth(self.hass)
        sources = {SOURCE_REAUTH, SOURCE_RECONFIGURE}
        flow = next(self._entry.async_get_active_flows(self.hass, sources))
        return self.async_create_entry(
            data={}, next_flow=(FlowType.CONFIG_FLOW, flow["flow_id"])
        )

    @callback
    def _async_explain(self, error: str | None = None) -> RepairsFlowResult:
        """Show the explanation, and what is missing."""
        return self.async_show_form(
            step_id="confirm",
            errors={"base": error} if error else {},
            description_placeholders={"account": self._entry.title},
        )
