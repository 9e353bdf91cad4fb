"""Link a ParqEx account, link it again, and move it to other credentials."""

from collections.abc import Mapping
import logging
from typing import Any, override

import voluptuous as vol

from homeassistant.config_entries import (
    SOURCE_REAUTH,
    SOURCE_RECONFIGURE,
    ConfigEntry,
    ConfigFlowResult,
    OptionsFlowWithReload,
)
from homeassistant.const import CONF_ACCESS_TOKEN, CONF_TOKEN
from homeassistant.core import callback
from homeassistant.helpers.aiohttp_client import async_get_clientsession
from homeassistant.helpers.config_entry_oauth2_flow import AbstractOAuth2FlowHandler
from homeassistant.helpers.typing import UNDEFINED

from .api import Account, NotAuthorized, ParqExClient, ParqExError, base_url
from .const import CONF_RECORD_NAMES, DOMAIN, LOGGER, MANUFACTURER
from .exceptions import error_key
from .token_copy import async_keep
from .tokens import NewAccountTokens, token_lock

OPTIONS = vol.Schema({vol.Required(CONF_RECORD_NAMES, default=True): bool})

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
        """Create the entry, or give the new tokens to the one linked again."""
        entry = await self.async_set_unique_id(account.id)
        again = self.source in (SOURCE_REAUTH, SOURCE_RECONFIGURE)
        if again:
            self._abort_if_unique_id_mismatch(reason="wrong_account")
        if entry is None:
            return self.async_create_entry(
                title=account.name or MANUFACTURER, data=self._data
            )
        # ParqEx may have replaced the tokens there are, so the new ones are kept. And
        # a refresh of the old ones that is under way would replace the new.
        async with token_lock(self.hass, entry):
            await async_keep(self.hass, entry, entry.data, self._data)
            return self.async_update_reload_and_abort(
                entry,
                data=self._data,
                reason=UNDEFINED if again else "already_configured",
            )


class ParqExOptionsFlow(OptionsFlowWithReload):
    """Choose what is recorded."""

    async def async_step_init(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Ask."""
        if user_input is not None:
            return self.async_create_entry(data=user_input)
        return self.async_show_form(
            step_id="init",
            data_schema=self.add_suggested_values_to_schema(
                OPTIONS, self.config_entry.options
            ),
        )
