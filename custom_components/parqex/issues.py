"""Issues that a person can do something about; what to do stands in repairs.py."""

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import issue_registry as ir

from .api import State
from .const import DOMAIN

CREDENTIALS_DELETED = "credentials_deleted"
MAY_NOT = {State.OPEN: "may_not_open", State.CLOSED: "may_not_close"}
WEBHOOK_UNREACHABLE = "webhook_unreachable"
WEBHOOK_SILENT = "webhook_silent"

KINDS = (CREDENTIALS_DELETED, *MAY_NOT.values(), WEBHOOK_UNREACHABLE, WEBHOOK_SILENT)

# Without the webhook everything works, only later.
_WARNINGS = (WEBHOOK_UNREACHABLE, WEBHOOK_SILENT)


@callback
def async_raise_issue(hass: HomeAssistant, entry: ConfigEntry, kind: str) -> None:
    """Show an issue of an account, unless that was removed meanwhile."""
    if not hass.config_entries.async_get_entry(entry.entry_id):
        return
    ir.async_create_issue(
        hass,
        DOMAIN,
        f"{kind}_{entry.entry_id}",
        data={"entry_id": entry.entry_id},
        is_fixable=True,
        severity=(
            ir.IssueSeverity.WARNING if kind in _WARNINGS else ir.IssueSeverity.ERROR
        ),
        translation_key=kind,
        translation_placeholders={"account": entry.title},
    )


@callback
def async_clear_issue(hass: HomeAssistant, entry: ConfigEntry, kind: str) -> None:
    """Take an issue of an account away, if it is there."""
    ir.async_delete_issue(hass, DOMAIN, f"{kind}_{entry.entry_id}")
