"""The address of an account's webhook: created, shown and forgotten here.

An account has one webhook id at a time. All its open options dialogs share it.
"""

from textwrap import indent
from urllib.parse import quote

from homeassistant.components.webhook import async_generate_id, async_generate_path
from homeassistant.const import CONF_WEBHOOK_ID
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers.network import NoURLAvailableError, get_url

from ..const import LOGGER
from ..data import ParqExConfigEntry, account_state

SUPPORT_EMAIL = "support@parqex.com"

# To ParqEx, so in English, whatever the user's language is.
SUBJECT = "Webhook for Home Assistant"
EMAIL = """\
Hello,

please send the webhook events of my ParqEx account to this address:

{address}

- Account: (your name, and the e-mail address you sign in to ParqEx with)
- Events: every access point of the account that opens or closes
- Format: one HTTPS POST with JSON for each event, as your API documentation describes

Thank you!"""


@callback
def email_placeholders(address: str) -> dict[str, str]:
    """Return the placeholders of the dialog that shows an address."""
    body = EMAIL.format(address=address)
    shown = f"Subject: {SUBJECT}\n\n{body}".replace(address, f"`{address}`")
    return {
        "address": address,
        "email": indent(shown, "> ", lambda _: True),
        "mailto": f"mailto:{SUPPORT_EMAIL}?subject={quote(SUBJECT)}&body={quote(body)}",
        "support_email": SUPPORT_EMAIL,
    }


@callback
def is_reachable(hass: HomeAssistant) -> bool:
    """Return whether ParqEx can reach Home Assistant over HTTPS, as far as is known."""
    return _has_subscription(hass) or _external_url(hass) is not None


@callback
def async_webhook_id(hass: HomeAssistant, entry: ParqExConfigEntry) -> str:
    """Return the account's webhook id: the saved one, or else one for all dialogs."""
    state = account_state(hass, entry.entry_id)
    saved: str | None = entry.options.get(CONF_WEBHOOK_ID)
    state.webhook_id = saved or state.webhook_id or async_generate_id()
    return state.webhook_id


async def async_address(hass: HomeAssistant, entry: ParqExConfigEntry) -> str | None:
    """Return the address of the account's webhook, None if it has none now.

    With a subscription to Home Assistant Cloud, a cloudhook, created if need be.
    """
    webhook_id = async_webhook_id(hass, entry)
    if not _has_subscription(hass):
        url = _external_url(hass)
        return url and url + async_generate_path(webhook_id)
    address = await _async_cloudhook(hass, webhook_id, create=True)
    if account_state(hass, entry.entry_id).webhook_id == webhook_id:
        return address
    # The dialog was closed, or the account removed, before there was a cloudhook.
    await _async_cloudhook(hass, webhook_id, create=False)
    return None


async def async_forget_address(
    hass: HomeAssistant, entry: ParqExConfigEntry, turned_off: str | None = None
) -> None:
    """Forget the address that was turned off, or that an account does not need.

    It is needed while it is saved or an options dialog is open. `turned_off`: the
    webhook id that was saved before; somebody else may know its address.
    """
    state = account_state(hass, entry.entry_id)
    saved: str | None = entry.options.get(CONF_WEBHOOK_ID)
    webhook_id = turned_off or state.webhook_id or saved
    is_open = hass.config_entries.options.async_progress_by_handler(
        entry.entry_id, include_uninitialized=True
    )
    if hass.config_entries.async_get_entry(entry.entry_id) and (
        saved == webhook_id or (is_open and not turned_off)
    ):
        return
    if state.webhook_id == webhook_id:
        state.webhook_id = None
    if webhook_id:
        await _async_cloudhook(hass, webhook_id, create=False)


def _external_url(hass: HomeAssistant) -> str | None:
    """Return the external URL if it is one that ParqEx would call: with HTTPS."""
    try:
        return get_url(hass, require_ssl=True, allow_internal=False, allow_cloud=False)
    except NoURLAvailableError:
        return None


def _has_subscription(hass: HomeAssistant) -> bool:
    """Return whether Home Assistant Cloud can carry the webhook."""
    if "cloud" not in hass.config.components:
        return False
    from homeassistant.components import cloud  # noqa: PLC0415  # not always installed

    return cloud.async_active_subscription(hass)


async def _async_cloudhook(
    hass: HomeAssistant, webhook_id: str, *, create: bool
) -> str | None:
    """Create a cloudhook if need be and return it, or delete it if there is one."""
    if "cloud" not in hass.config.components:
        return None
    from homeassistant.components import cloud  # noqa: PLC0415  # as above

    try:
        if create:
            return await cloud.async_get_or_create_cloudhook(hass, webhook_id)
        await cloud.async_delete_cloudhook(hass, webhook_id)
    except cloud.CloudNotAvailable, ValueError:
        LOGGER.debug("There is no cloudhook")
    except Exception as err:  # noqa: BLE001  # its library's errors have no common class
        LOGGER.warning(
            "Home Assistant Cloud may not have %s the address of the webhook: %s",
            "created" if create else "deleted",
            type(err).__name__,
        )
    return None
