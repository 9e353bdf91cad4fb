"""Repairs that a person can do."""

from abc import abstractmethod
from typing import cast, override

from homeassistant.components.repairs import FlowType, RepairsFlow, RepairsFlowResult
from homeassistant.config_entries import SOURCE_RECONFIGURE, ConfigEntryState
from homeassistant.const import CONF_WEBHOOK_ID
from homeassistant.core import HomeAssistant, callback
from homeassistant.data_entry_flow import FlowResultType
from homeassistant.helpers.config_entry_oauth2_flow import async_get_implementations

from .const import DOMAIN
from .coordinator import ParqExConfigEntry
from .issues import CREDENTIALS_DELETED, WEBHOOK_SILENT, WEBHOOK_UNREACHABLE
from .webhook import async_address, email, is_reachable


async def async_create_fix_flow(
    hass: HomeAssistant, issue_id: str, data: dict[str, str | int | float | None] | None
) -> RepairsFlow:
    """Return the flow that leads to the cure."""
    entry = hass.config_entries.async_get_known_entry(
        cast("str", (data or {})["entry_id"])
    )
    if issue_id.startswith(CREDENTIALS_DELETED):
        return CredentialsFlow(entry)
    if issue_id.startswith(WEBHOOK_UNREACHABLE):
        return WebhookUnreachableFlow(entry)
    if issue_id.startswith(WEBHOOK_SILENT):
        return WebhookSilentFlow(entry)
    return LinkAgainFlow(entry)


class ParqExRepairFlow(RepairsFlow):
    """Say what is the matter with an account, and help when that was read."""

    def __init__(self, entry: ParqExConfigEntry) -> None:
        """Take the account."""
        self._entry = entry

    async def async_step_init(
        self, user_input: dict[str, str] | None = None
    ) -> RepairsFlowResult:
        """Begin."""
        return await self.async_step_confirm()

    async def async_step_confirm(
        self, user_input: dict[str, str] | None = None
    ) -> RepairsFlowResult:
        """Say what is the matter, and go on to the cure."""
        if user_input is None:
            return await self._async_explain()
        return await self._async_cure()

    async def _async_explain(self) -> RepairsFlowResult:
        """Show the explanation."""
        return self._async_ask()

    @abstractmethod
    async def _async_cure(self) -> RepairsFlowResult:
        """Do what is to be done once the explanation was read."""

    @callback
    def _async_ask(
        self, error: str | None = None, **placeholders: str
    ) -> RepairsFlowResult:
        """Show the explanation, and what is still wrong."""
        return self.async_show_form(
            step_id="confirm",
            errors={"base": error} if error else {},
            description_placeholders={"account": self._entry.title, **placeholders},
        )


class LinkAgainFlow(ParqExRepairFlow):
    """Lead to ParqEx's page, to allow what was not allowed."""

    @override
    async def _async_cure(self) -> RepairsFlowResult:
        """Go on to linking again."""
        return await self._async_link_again()

    async def _async_link_again(self) -> RepairsFlowResult:
        """End here, and go on with the flow that links an account again."""
        flow = await self.hass.config_entries.flow.async_init(
            DOMAIN,
            context={
                "source": SOURCE_RECONFIGURE,
                "entry_id": self._entry.entry_id,
            },
        )
        if flow["type"] is FlowResultType.ABORT:
            # It is over before it began, and cannot be gone on with.
            return self.async_abort(reason="cannot_link")
        return self.async_create_entry(
            data={}, next_flow=(FlowType.CONFIG_FLOW, flow["flow_id"])
        )


class CredentialsFlow(LinkAgainFlow):
    """Wait for the credentials to be there again."""

    @override
    async def _async_cure(self) -> RepairsFlowResult:
        """Use the credentials that are there."""
        implementations = await async_get_implementations(self.hass, DOMAIN)
        if not implementations:
            return self._async_ask("still_missing")
        if self._entry.data["auth_implementation"] not in implementations:
            return await self._async_link_again()
        self.hass.config_entries.async_schedule_reload(self._entry.entry_id)
        return self.async_create_entry(data={})


class WebhookUnreachableFlow(ParqExRepairFlow):
    """Wait for a public address to be there again."""

    @override
    async def _async_cure(self) -> RepairsFlowResult:
        """See whether it is."""
        if not is_reachable(self.hass):
            return self._async_ask("still_not_reachable")
        return self.async_create_entry(data={})


class WebhookSilentFlow(ParqExRepairFlow):
    """Have the e-mail about the address sent once more."""

    @override
    async def _async_explain(self) -> RepairsFlowResult:
        """Show the address and the e-mail."""
        webhook_id = self._entry.options[CONF_WEBHOOK_ID]
        address = await async_address(self.hass, webhook_id)
        if address is None:
            return self.async_abort(reason="not_reachable")
        return self._async_ask(**email(address))

    @override
    async def _async_cure(self) -> RepairsFlowResult:
        """Give ParqEx time: it comes back if it goes on."""
        if self._entry.state is ConfigEntryState.LOADED:
            self._entry.runtime_data.hints.begin_anew()
        return self.async_create_entry(data={})
