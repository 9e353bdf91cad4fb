"""Issues of an account that its user can resolve; repairs.py says how."""

from homeassistant.config_entries import SIGNAL_CONFIG_ENTRY_CHANGED, ConfigEntryChange
from homeassistant.const import CONF_WEBHOOK_ID
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import issue_registry as ir
from homeassistant.helpers.dispatcher import async_dispatcher_connect

from .api import State
from .const import DOMAIN
from .data import ParqExConfigEntry

CREDENTIALS_DELETED = "credentials_deleted"
MAY_NOT = {State.OPEN: "may_not_open", State.CLOSED: "may_not_close"}
WEBHOOK_UNREACHABLE = "webhook_unreachable"

# Without the webhook everything works, only later.
_ERRORS = (CREDENTIALS_DELETED, *MAY_NOT.values())


@callback
def async_setup_issues(hass: HomeAssistant) -> None:
    """Clear the issues of an account as soon as it is disabled, or has no webhook."""

    @callback
    def clear(change: ConfigEntryChange, entry: ParqExConfigEntry) -> None:
        if entry.domain != DOMAIN:
            return
        if entry.disabled_by:
            async_clear_issues(hass, entry)
        elif CONF_WEBHOOK_ID not in entry.options:
            async_clear_issue(hass, entry, WEBHOOK_UNREACHABLE)

    async_dispatcher_connect(hass, SIGNAL_CONFIG_ENTRY_CHANGED, clear)


@callback
def async_raise_issue(hass: HomeAssistant, entry: ParqExConfigEntry, kind: str) -> None:
    """Show an issue of an account, unless that was removed or disabled meanwhile."""
    if not hass.config_entries.async_get_entry(entry.entry_id) or entry.disabled_by:
        return
    ir.async_create_issue(
        hass,
        DOMAIN,
        f"{kind}_{entry.entry_id}",
        data={"entry_id": entry.entry_id},
        is_fixable=True,
        severity=ir.IssueSeverity.ERROR
        if kind in _ERRORS
        else ir.IssueSeverity.WARNING,
        translation_key=kind,
        translation_placeholders={"account": entry.title},
    )


@callback
def async_clear_issue(hass: HomeAssistant, entry: ParqExConfigEntry, kind: str) -> None:
    """Delete an issue of an account, if there is one of this kind."""
    ir.async_delete_issue(hass, DOMAIN, f"{kind}_{entry.entry_id}")


@callback
def async_clear_issues(hass: HomeAssistant, entry: ParqExConfigEntry) -> None:
    """Delete all issues of an account."""
    for kind in (*_ERRORS, WEBHOOK_UNREACHABLE):
        async_clear_issue(hass, entry, kind)
