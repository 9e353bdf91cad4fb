"""Refresh an account when ParqEx calls its webhook."""

import asyncio
from functools import partial
from http import HTTPStatus

from aiohttp.hdrs import METH_POST
from aiohttp.web import Request, Response

from homeassistant.components import webhook
from homeassistant.const import CONF_WEBHOOK_ID, EVENT_CORE_CONFIG_UPDATE
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers.start import async_at_started

from ..const import DOMAIN, MANUFACTURER
from ..coordinator import POLL_INTERVAL, ParqExCoordinator
from ..data import ParqExConfigEntry
from ..issues import WEBHOOK_UNREACHABLE, async_clear_issue, async_raise_issue
from .url import is_reachable

# Anybody who knows the address could call it without end, and have ParqEx ask to wait.
SECONDS_BETWEEN_REFRESHES = 1
SECONDS_AT_SLOW_PACE = POLL_INTERVAL.total_seconds()


@callback
def async_setup_webhook(hass: HomeAssistant, entry: ParqExConfigEntry) -> None:
    """Receive an account's webhooks, if they are turned on, until it is unloaded."""
    webhook_id = entry.options.get(CONF_WEBHOOK_ID)
    if webhook_id is None:
        return
    requested = asyncio.Event()
    webhook.async_register(
        hass,
        DOMAIN,
        f"{MANUFACTURER} ({entry.title})",
        webhook_id,
        partial(_async_handle, entry.runtime_data.coordinator, requested),
        # All of them, so that Home Assistant does not log the address of the others.
        allowed_methods=webhook.SUPPORTED_METHODS,
    )
    entry.async_on_unload(partial(webhook.async_unregister, hass, webhook_id))
    entry.async_create_background_task(
        hass,
        _async_refresh(entry.runtime_data.coordinator, requested),
        f"{DOMAIN} webhook",
    )
    _async_watch_reachability(hass, entry)


async def _async_handle(
    coordinator: ParqExCoordinator,
    requested: asyncio.Event,
    hass: HomeAssistant,
    webhook_id: str,
    request: Request,
) -> Response:
    """Request a refresh. The body is not read: anybody could have sent it."""
    if request.method != METH_POST:
        return Response(status=HTTPStatus.METHOD_NOT_ALLOWED)
    coordinator.async_called()
    requested.set()
    return Response(status=HTTPStatus.OK)


async def _async_refresh(
    coordinator: ParqExCoordinator, requested: asyncio.Event
) -> None:
    """Refresh on request; a service that fails is fetched again when that is due."""
    while True:
        await requested.wait()
        requested.clear()
        # Without polling, nothing else fetches again.
        unscheduled = coordinator.config_entry.pref_disable_polling
        if coordinator.last_update_success or unscheduled:
            await coordinator.async_refresh()
        is_slow = coordinator.is_slow or not coordinator.last_update_success
        await asyncio.sleep(
            SECONDS_AT_SLOW_PACE if is_slow else SECONDS_BETWEEN_REFRESHES
        )


@callback
def _async_watch_reachability(hass: HomeAssistant, entry: ParqExConfigEntry) -> None:
    """Show an issue while ParqEx cannot reach Home Assistant."""

    @callback
    def check(_change: object) -> None:
        if is_reachable(hass):
            async_clear_issue(hass, entry, WEBHOOK_UNREACHABLE)
        else:
            async_raise_issue(hass, entry, WEBHOOK_UNREACHABLE)

    entry.async_on_unload(async_at_started(hass, check))
    entry.async_on_unload(hass.bus.async_listen(EVENT_CORE_CONFIG_UPDATE, check))
    if "cloud" in hass.config.components:
        from homeassistant.components import cloud  # noqa: PLC0415  # if it is there

        entry.async_on_unload(cloud.async_listen_connection_change(hass, check))
