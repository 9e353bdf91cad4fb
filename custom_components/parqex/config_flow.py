"""Link a ParqEx account, also again or with other credentials, and its options."""

import asyncio
from collections.abc import Mapping
import logging
from typing import Any, override

import voluptuous as vol

from homeassistant.config_entries import (
    SOURCE_REAUTH,
    SOURCE_RECONFIGURE,
    ConfigEntryState,
    ConfigFlowResult,
    OptionsFlowWithReload,
)
from homeassistant.const import CONF_WEBHOOK_ID
from homeassistant.core import callback
from homeassistant.helpers.config_entry_oauth2_flow import AbstractOAuth2FlowHandler
from homeassistant.helpers.selector import SelectSelector, SelectSelectorConfig
from homeassistant.helpers.typing import UNDEFINED

from .api import Account, ParqExClient, RateLimit, base_url, plain_id
from .const import (
    CONF_RECORD_NAMES,
    CONF_SHOW_AS,
    CONF_WEBHOOK,
    DOMAIN,
    LOGGER,
    MANUFACTURER,
    SHOW_AS,
    SHOW_AS_DEFAULT,
)
from .data import ParqExConfigEntry, process_state
from .exceptions import AUTH_ERRORS, SERVICE_ERRORS, error_key
from .issues import MAY_NOT, async_clear_issue
from .oauth import NewAccountTokens, TokenStore
from .webhook import (
    async_address,
    async_forget_address,
    async_webhook_id,
    email_placeholders,
)

OPTIONS = vol.Schema(
    {
        vol.Required(CONF_SHOW_AS, default=SHOW_AS_DEFAULT): SelectSelector(
            SelectSelectorConfig(options=[*SHOW_AS], translation_key=CONF_SHOW_AS)
        ),
        vol.Required(CONF_RECORD_NAMES, default=True): bool,
        vol.Required(CONF_WEBHOOK, default=False): bool,
    }
)


class ParqExFlowHandler(AbstractOAuth2FlowHandler, domain=DOMAIN):
    """Link a ParqEx account through OAuth 2.0."""

    DOMAIN = DOMAIN

    def __init__(self) -> None:
        """Initialize before any account is known."""
        super().__init__()
        self._data: dict[str, Any] = {}
        self._is_linked = False
        self._rate_limit = RateLimit()
        self._lock = asyncio.Lock()

    @staticmethod
    @callback
    @override
    def async_get_options_flow(config_entry: ParqExConfigEntry) -> ParqExOptionsFlow:
        """Return the options flow."""
        return ParqExOptionsFlow()

    @property
    @override
    def logger(self) -> logging.Logger:
        """Return the logger of the flow."""
        return LOGGER

    @property
    @override
    def extra_authorize_data(self) -> dict[str, Any]:
        """Return the scopes, which ParqEx wants separated by commas."""
        return {"scope": "OPENDOOR,CLOSEDOOR"}

    async def async_step_reauth(
        self, entry_data: Mapping[str, Any]
    ) -> ConfigFlowResult:
        """Link the account again after ParqEx rejected the login."""
        return await self.async_step_reauth_confirm()

    async def async_step_reauth_confirm(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Show the reason before leaving for ParqEx's page."""
        # ParqEx's page that was answered once may be answered again.
        if user_input is None or user_input:
            return self.async_show_form(step_id="reauth_confirm")
        # Not with the credentials of the entry: their secret may be an old one.
        return self._async_stay(await self.async_step_pick_implementation())

    async def async_step_reconfigure(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Link the account again at the user's request."""
        return await self.async_step_pick_implementation()

    @override
    async def async_step_auth(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Show ParqEx's page, also where the dialog was submitted on two devices."""
        answered = user_input and user_input.keys() & {"code", "error"}
        return await super().async_step_auth(user_input if answered else None)

    @override
    async def async_step_creation(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Request tokens, and say what to do where ParqEx rejects the credentials."""
        # It may be open, or submitted, twice; codes and refresh tokens work once.
        async with self._lock:
            if not self._data:
                result = await super().async_step_creation(user_input)
        if self._data:
            return await self.async_step_identify({})
        if result.get("reason") == "oauth_unauthorized":
            return self._async_reject("credentials_rejected")
        return self._async_stay(result)

    @override
    async def async_step_authorize_rejected(
        self, data: None = None
    ) -> ConfigFlowResult:
        """Say that access was denied."""
        return self._async_stay(await super().async_step_authorize_rejected(data))

    @override
    async def async_oauth_create_entry(self, data: dict[str, Any]) -> ConfigFlowResult:
        """Keep the new tokens; their account is identified next."""
        self._data = data
        return self.async_show_form(step_id="identify")

    async def async_step_identify(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Fetch whose account was linked; a failed request can be repeated.

        Aborting would lose the new tokens, which may have replaced those of an entry.
        """
        if user_input is None:
            return self.async_show_form(step_id="identify")
        async with self._lock:
            if self._is_linked:
                return self.async_abort(reason="already_configured")
            try:
                account = await self._async_account()
            except AUTH_ERRORS:
                return self._async_reject("credentials_rejected")
            except SERVICE_ERRORS as err:
                errors = {"base": error_key(err)}
                return self.async_show_form(step_id="identify", errors=errors)
            return await self._async_finish(account)

    async def _async_account(self) -> Account:
        """Fetch the account that the new tokens are for."""
        tokens = NewAccountTokens(self.flow_impl, self._rate_limit, self._data)
        state = process_state(self.hass)
        client = ParqExClient(
            state.session, base_url(), tokens, self._rate_limit, state.dialect
        )
        return await client.async_user_info()

    async def _async_finish(self, account: Account) -> ConfigFlowResult:
        """Create an entry, or give the new tokens to the account's own.

        ParqEx may have replaced the tokens there are, so the new ones are kept, also if
        the user signed in with another account than the one to be linked again.
        """
        unique_ids = [one.unique_id or "" for one in self._async_current_entries()]
        # ParqEx spells ids in several ways.
        known = {plain_id(one): one for one in unique_ids}
        unique_id = known.get(plain_id(account.id), account.id)
        entry = await self.async_set_unique_id(unique_id, raise_on_progress=False)
        if entry is not None:
            await TokenStore(self.hass, entry).async_replace(self._data)
            for issue in MAY_NOT.values():
                async_clear_issue(self.hass, entry, issue)
        again = self.source in (SOURCE_REAUTH, SOURCE_RECONFIGURE)
        if again and (entry is None or entry.entry_id != self.context["entry_id"]):
            if entry is not None:
                self.hass.config_entries.async_schedule_reload(entry.entry_id)
            # Linking that account must not end this flow.
            await self.async_set_unique_id(None)
            return self._async_reject("wrong_account")
        self._is_linked = True
        if entry is None:
            title = account.name or MANUFACTURER
            return self.async_create_entry(title=title, data=self._data)
        # Home Assistant has a reason of its own for an account that is linked again.
        reason = UNDEFINED if again else "already_configured"
        return self.async_update_reload_and_abort(entry, reason=reason)

    @callback
    @override
    def async_remove(self) -> None:
        """Ask for a login that is lost, where linking again was broken off.

        While that was open, Home Assistant did not ask.
        """
        entry_id = self.context.get("entry_id", "")
        entry = self.hass.config_entries.async_get_entry(entry_id)
        if self.source != SOURCE_RECONFIGURE or entry is None:
            return
        if entry.state is ConfigEntryState.SETUP_ERROR:
            # It may be what was found at the start.
            self.hass.config_entries.async_schedule_reload(entry.entry_id)
        elif (
            entry.state is ConfigEntryState.LOADED
            and entry.runtime_data.coordinator.login_rejected
        ):
            entry.async_start_reauth(self.hass)

    @callback
    def _async_stay(self, result: ConfigFlowResult) -> ConfigFlowResult:
        """Return the result, but let the account's repair stay until it is linked."""
        reason = result.get("reason")
        if self.source == SOURCE_REAUTH and reason not in (None, "reauth_successful"):
            return self._async_reject("not_linked")
        return result

    @callback
    def _async_reject(self, reason: str) -> ConfigFlowResult:
        """Abort, or offer to sign in again where the account's repair waits for it."""
        self._data = {}
        if self.source == SOURCE_REAUTH:
            return self.async_show_form(
                step_id="reauth_confirm", errors={"base": reason}
            )
        return self.async_abort(reason=reason)


class ParqExOptionsFlow(OptionsFlowWithReload):
    """Choose what shows access points, whose names, and whether ParqEx calls."""

    def __init__(self) -> None:
        """Initialize without choices."""
        self._options: dict[str, Any] = {}
        self._turned_off: str | None = None

    async def async_step_init(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Show the options, and save them if the webhook is off."""
        if user_input is None:
            return self._async_show_options()
        self._options = user_input
        if not self._options.pop(CONF_WEBHOOK):
            self._turned_off = self.config_entry.options.get(CONF_WEBHOOK_ID)
            return self.async_create_entry(data=self._options)
        return await self.async_step_webhook()

    async def async_step_webhook(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Show the address for ParqEx, and save; another dialog may have changed it."""
        webhook_id = async_webhook_id(self.hass, self.config_entry)
        if user_input is None or webhook_id != self._options[CONF_WEBHOOK_ID]:
            self._options[CONF_WEBHOOK_ID] = webhook_id
            address = await async_address(self.hass, self.config_entry)
            if address:
                return self.async_show_form(
                    step_id="webhook",
                    description_placeholders=email_placeholders(address),
                )
            if CONF_WEBHOOK_ID not in self.config_entry.options:
                return self._async_show_options(base="not_reachable")
        return self.async_create_entry(data=self._options)

    @callback
    def _async_show_options(self, **errors: str) -> ConfigFlowResult:
        """Show the options as they are saved, or were submitted with the webhook on."""
        saved = self.config_entry.options
        webhook = bool(errors) or CONF_WEBHOOK_ID in saved
        values = {**saved, **self._options, CONF_WEBHOOK: webhook}
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
            forget = async_forget_address(self.hass, entry, self._turned_off)
            self.hass.async_create_task(forget)
