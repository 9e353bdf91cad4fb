"""Link a ParqEx account, link it again, and move it to other credentials."""

from collections.abc import Mapping
import logging
from typing import Any, override

import voluptuous as vol

from homeassistant.components.webhook import async_generate_id
from homeassistant.config_entries import (
    SOURCE_REAUTH,
    SOURCE_RECONFIGURE,
    ConfigEntry,
    ConfigFlowResult,
    OptionsFlowWithReload,
)
from homeassistant.const import CONF_ACCESS_TOKEN, CONF_TOKEN, CONF_WEBHOOK_ID
from homeassistant.core import callback
from homeassistant.helpers.aiohttp_client import async_get_clientsession
from homeassistant.helpers.config_entry_oauth2_flow import AbstractOAuth2FlowHandler
from homeassistant.helpers.typing import UNDEFINED, UndefinedType

from .api import Account, NotAuthorized, ParqExClient, ParqExError, base_url
from .const import CONF_RECORD_NAMES, CONF_WEBHOOK, DOMAIN, LOGGER, MANUFACTURER
from .exceptions import error_key
from .token_copy import async_keep
from .tokens import NewAccountTokens, token_lock
from .webhook import async_address, async_forget_address, email

OPTIONS = vol.Schema(
    {
        vol.Required(CONF_RECORD_NAMES, default=True): bool,
        vol.Required(CONF_WEBHOOK, default=False): bool,
    }
)

SCOPES = ("OPENDOOR", "CLOSEDOOR")


class ParqExFlowHandler(AbstractOAuth2FlowHandler, domain=DOMAIN):
    """Link a ParqEx account through OAuth 2.0."""

    DOMAIN = DOMAIN

    @staticmethod
    @callback
    @override
    def async_get_options_flow(config_entry: ConfigEntry) -> ParqExOptionsFlow:
        """Return what can be chosen later."""
        return ParqExOptionsFlow()

    _data: dict[str, Any]

    @property
    @override
    def logger(self) -> logging.Logger:
        """Return the logger of the flow."""
        return LOGGER

    @property
    @override
    def extra_authorize_data(self) -> dict[str, Any]:
        """Ask for the right to open and to close; ParqEx wants commas."""
        return {"scope": ",".join(SCOPES)}

    async def async_step_reauth(
        self, entry_data: Mapping[str, Any]
    ) -> ConfigFlowResult:
        """Link again after ParqEx rejected the login."""
        return await self.async_step_reauth_confirm()

    async def async_step_reauth_confirm(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Say why before leaving for ParqEx's page."""
        if user_input is None:
            return self.async_show_form(step_id="reauth_confirm")
        entry = self._get_reauth_entry()
        return await self.async_step_pick_implementation(
            {"implementation": entry.data["auth_implementation"]}
        )

    async def async_step_reconfigure(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Link again because the user wants to, perhaps with other credentials."""
        return await self.async_step_pick_implementation()

    @override
    async def async_oauth_create_entry(self, data: dict[str, Any]) -> ConfigFlowResult:
        """Keep the new tokens while asking whose they are."""
        self._data = data
        return await self.async_step_identify({})

    async def async_step_identify(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Ask ParqEx whose account was linked; it can be asked again when it fails.

        Leaving here would throw the new tokens away, and ParqEx may already have
        replaced those of an account that is being linked again.
        """
        if user_input is None:
            return self.async_show_form(step_id="identify")
        try:
            account = await self._async_account()
        except NotAuthorized:
            return self.async_abort(reason="oauth_unauthorized")
        except ParqExError as err:
            return self.async_show_form(
                step_id="identify", errors={"base": error_key(err)}
            )
        return await self._async_finish(account)

    async def _async_account(self) -> Account:
        """Return whose tokens these are."""
        token = self._data[CONF_TOKEN][CONF_ACCESS_TOKEN]
        client = ParqExClient(
            async_get_clientsession(self.hass), base_url(), NewAccountTokens(token)
        )
        return await client.async_user_info()

    async def _async_finish(self, account: Account) -> ConfigFlowResult:
        """Create the entry, or give the new tokens to the one that has the account.

        That may be another than the one to be linked again: whoever signs in with the
        wrong account must not lose that one's login.
        """
        entry = await self.async_set_unique_id(account.id)
        again = self.source in (SOURCE_REAUTH, SOURCE_RECONFIGURE)
        if entry is None:
            if again:
                return self.async_abort(reason="wrong_account")
            return self.async_create_entry(
                title=account.name or MANUFACTURER, data=self._data
            )
        reason: str | UndefinedType = UNDEFINED  # Home Assistant's own: it succeeded
        if not again:
            reason = "already_configured"
        elif entry.entry_id != self.context["entry_id"]:
            reason = "wrong_account"
        # ParqEx may have replaced the tokens there are, so the new ones are kept. And
        # a refresh of the old ones that is under way would replace the new.
        async with token_lock(self.hass, entry):
            await async_keep(self.hass, entry, entry.data, self._data)
            return self.async_update_reload_and_abort(
                entry, data=self._data, reason=reason
            )


class ParqExOptionsFlow(OptionsFlowWithReload):
    """Choose what is recorded, and whether ParqEx announces what moves."""

    def __init__(self) -> None:
        """Begin with nothing chosen."""
        self._options: dict[str, Any] = {}
        self._unused_webhook_id: str | None = None

    async def async_step_init(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Ask."""
        webhook_id: str | None = self.config_entry.options.get(CONF_WEBHOOK_ID)
        if user_input is None:
            return self._async_ask({CONF_WEBHOOK: webhook_id is not None})
        self._options = {CONF_RECORD_NAMES: user_input[CONF_RECORD_NAMES]}
        if not user_input[CONF_WEBHOOK]:
            if webhook_id:
                await async_forget_address(self.hass, webhook_id)
            return self.async_create_entry(data=self._options)
        if webhook_id is None:
            webhook_id = self._unused_webhook_id = async_generate_id()
        self._options[CONF_WEBHOOK_ID] = webhook_id
        return await self.async_step_webhook()

    async def async_step_webhook(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Show the address to hand to ParqEx, where there is one."""
        if user_input is not None:
            self._unused_webhook_id = None
            return self.async_create_entry(data=self._options)
        address = await async_address(self.hass, self._options[CONF_WEBHOOK_ID])
        if address is None:
            return self._async_ask(
                {CONF_WEBHOOK: True}, errors={"base": "not_reachable"}
            )
        return self.async_show_form(
            step_id="webhook", description_placeholders=email(address)
        )

    @callback
    def _async_ask(
        self, chosen: dict[str, Any], errors: dict[str, str] | None = None
    ) -> ConfigFlowResult:
        """Show the form."""
        return self.async_show_form(
            step_id="init",
            data_schema=self.add_suggested_values_to_schema(
                OPTIONS, {**self.config_entry.options, **self._options, **chosen}
            ),
            errors=errors,
        )

    @callback
    @override
    def async_remove(self) -> None:
        """Remove the address again if the dialog was left before it was wanted."""
        if self._unused_webhook_id:
            self.hass.async_create_task(
                async_forget_address(self.hass, self._unused_webhook_id)
            )
