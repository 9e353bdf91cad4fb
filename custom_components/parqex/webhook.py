"""Take ParqEx's webhook as what it is: a hint to look."""

import asyncio
from functools import partial
from http import HTTPStatus

from aiohttp.hdrs import METH_POST
from aiohttp.web import Request, RequestPayloadError, Response

from homeassistant.components import webhook
from homeassistant.components.webhook import SUPPORTED_METHODS
from homeassistant.const import CONF_WEBHOOK_ID, EVENT_CORE_CONFIG_UPDATE
from homeassistant.core import Event, HomeAssistant, callback
from homeassistant.helpers.network import NoURLAvailableError, get_url
from homeassistant.helpers.start import async_at_started

from .api import parse_hint
from .const import DOMAIN, LOGGER, MANUFACTURER
from .coordinator import ParqExConfigEntry, ParqExCoordinator
from .issues import (
    WEBHOOK_SILENT,
    WEBHOOK_UNREACHABLE,
    async_clear_issue,
    async_raise_issue,
)

SUPPORT = "support@parqex.com"

# To ParqEx, so in English, whatever language its sender reads the rest in.
EMAIL = """\
> Subject: Webhook for Home Assistant
>
> Hello,
>
> please send the webhook events of my ParqEx account to this address:
>
> `{address}`
>
> - Account: *your name, and the e-mail address you sign in to ParqEx with*
> - Events: every access point of the account that opens or closes
> - Format: one HTTPS POST with JSON for each event, as your API documentation describes
>
> Thank you!"""

# What ParqEx sends has less than 1 KiB.
MAX_BODY = 64 * 1024
SECONDS_TO_READ = 5


@callback
def async_setup_webhook(hass: HomeAssistant, entry: ParqExConfigEntry) -> None:
    """Listen at an account's address, if it has one, until it is unloaded."""
    webhook_id = entry.options.get(CONF_WEBHOOK_ID)
    if webhook_id is None:
        async_clear_issue(hass, entry, WEBHOOK_UNREACHABLE)
        async_clear_issue(hass, entry, WEBHOOK_SILENT)
        return
    webhook.async_register(
        hass,
        DOMAIN,
        f"{MANUFACTURER} ({entry.title})",
        webhook_id,
        partial(_async_handle, entry.runtime_data),
        # All of them, so that Home Assistant does not log the address of the others.
        allowed_methods=SUPPORTED_METHODS,
    )
    entry.async_on_unload(partial(webhook.async_unregister, hass, webhook_id))

    @callback
    def see_reachable(_: HomeAssistant | Event) -> None:
        if is_reachable(hass):
            async_clear_issue(hass, entry, WEBHOOK_UNREACHABLE)
        else:
            async_raise_issue(hass, entry, WEBHOOK_UNREACHABLE)

    entry.async_on_unload(async_at_started(hass, see_reachable))
    entry.async_on_unload(
        hass.bus.async_listen(EVENT_CORE_CONFIG_UPDATE, see_reachable)
    )


@callback
def is_reachable(hass: HomeAssistant) -> bool:
    """Tell whether ParqEx can reach Home Assistant over HTTPS, as far as we know."""
    return _has_cloud(hass) or _external_url(hass) is not None


async def async_address(hass: HomeAssistant, webhook_id: str) -> str | None:
    """Return the address ParqEx is to call, None if there is no public one now.

    With a subscription to Home Assistant Cloud, a cloudhook: it is made if need be.
    """
    if not _has_cloud(hass):
        url = _external_url(hass)
        return url and url + webhook.async_generate_path(webhook_id)
    from homeassistant.components import cloud  # noqa: PLC0415  # only if it is there

    try:
        return await cloud.async_get_or_create_cloudhook(hass, webhook_id)
    except Exception as err:  # noqa: BLE001  # its library's errors have no common class
        LOGGER.warning(
            "Home Assistant Cloud gave no address for the webhook: %s",
            type(err).__name__,
        )
        return None


async def async_forget_address(hass: HomeAssistant, webhook_id: str) -> None:
    """Remove the cloudhook, if there is one."""
    if "cloud" not in hass.config.components:
        return
    from homeassistant.components import cloud  # noqa: PLC0415  # only if it is there

    try:
        await cloud.async_delete_cloudhook(hass, webhook_id)
    except cloud.CloudNotAvailable, ValueError:
        LOGGER.debug("There is no cloudhook to remove")
    except Exception as err:  # noqa: BLE001  # as above
        LOGGER.warning(
            "Home Assistant Cloud may not have removed the address of the webhook: %s",
            type(err).__name__,
        )


@callback
def email(address: str) -> dict[str, str]:
    """Return what the dialogs about the address mention."""
    return {
        "address": address,
        "email": EMAIL.format(address=address),
        "support_email": SUPPORT,
    }


def _has_cloud(hass: HomeAssistant) -> bool:
    """Tell whether Home Assistant Cloud can carry the webhook."""
    if "cloud" not in hass.config.components:
        return False
    from homeassistant.components import cloud  # noqa: PLC0415  # only if it is there

    return cloud.async_active_subscription(hass)


def _external_url(hass: HomeAssistant) -> str | None:
    """Return the external URL if it is one that ParqEx would call: with HTTPS."""
    try:
        return get_url(hass, require_ssl=True, allow_internal=False, allow_cloud=False)
    except NoURLAvailableError:
        return None


async def _async_handle(
    coordinator: ParqExCoordinator,
    hass: HomeAssistant,
    webhook_id: str,
    request: Request,
) -> Response:
    """Answer anybody quickly, and look if it was a hint."""
    if request.method != METH_POST:
        return Response(status=HTTPStatus.METHOD_NOT_ALLOWED)
    raw = await _async_read(request)
    if raw and (hint := parse_hint(raw)):
        coordinator.async_hint(hint)
    return Response(status=HTTPStatus.OK)


async def _async_read(request: Request) -> bytes | None:
    """Return the body; None if it is larger than 64 KiB, slow, broken or cut off."""
    raw = b""
    try:
        async with asyncio.timeout(SECONDS_TO_READ):
            while chunk := await request.content.read(MAX_BODY + 1 - len(raw)):
                raw += chunk
    except OSError, RequestPayloadError:
        return None
    return raw if len(raw) <= MAX_BODY else None
