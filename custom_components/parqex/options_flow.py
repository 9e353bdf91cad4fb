"""The options of an account: recorded names, and ParqEx's webhook."""

from typing import Any, override

import voluptuous as vol

from homeassistant.config_entries import ConfigFlowResult, OptionsFlowWithReload
from homeassistant.const import CONF_WEBHOOK_ID
from homeassistant.core import callback

from .const import CONF_RECORD_NAMES, CONF_WEBHOOK
from .webhook import (
    async_address,
    async_forget_address,
    async_webhook_id,
    email_placeholders,
)

OPTIONS = vol.Schema(
    {
        vol.Required(CONF_RECORD_NAMES, default=True): bool,
        vol.Required(CONF_WEBHOOK, default=False): bool,
    }
)


class ParqExOptionsFlow(OptionsFlowWithReload):
    """Choose whether names are recorded and whether ParqEx sends webhooks."""

    def __init__(self) -> None:
        """Initialize without choices."""
        self._options: dict[str, Any] = {}

    async def async_step_init(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Show the options, and save them if the webhook is off."""
        webhook_id = async_webhook_id(self.hass, self.config_entry)
        if user_input is None:
            return self._async_show_options(
                CONF_WEBHOOK_ID in self.config_entry.options
            )
        self._options = {CONF_RECORD_NAMES: user_input[CONF_RECORD_NAMES]}
        if not user_input[CONF_WEBHOOK]:
            return self.async_create_entry(data=self._options)
        self._options[CONF_WEBHOOK_ID] = webhook_id
        return await self.async_step_webhook()

    async def async_step_webhook(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Show the address for ParqEx, and save."""
        if user_input is None:
            address = await async_address(self.hass, self.config_entry)
            if address:
                return self.async_show_form(
                    step_id="webhook",
                    description_placeholders=email_placeholders(address),
                )
            if CONF_WEBHOOK_ID not in self.config_entry.options:
                return self._async_show_options(True, {"base": "not_reachable"})
        return self.async_create_entry(data=self._options)

    @callback
    def _async_show_options(
        self, webhook: bool, errors: dict[str, str] | None = None
    ) -> ConfigFlowResult:
        """Show the options as they are saved, or were submitted."""
        values = {**self.config_entry.options, **self._options, CONF_WEBHOOK: webhook}
        return self.async_show_form(
            step_id="init",
            data_schema=self.add_suggested_values_to_schema(OPTIONS, values),
            errors=errors,
        )

    @callback
    @override
    def async_remove(self) -> None:
        """Forget the address unless it was saved."""
        if entry := self.hass.config_entries.async_get_entry(self.handler):
            self.hass.async_create_task(async_forget_address(self.hass, entry))
