"""Constants of the ParqEx integration."""

import logging

from homeassistant.const import Platform

DOMAIN = "parqex"
MANUFACTURER = "ParqEx"

CONF_RECORD_NAMES = "record_names"
CONF_SHOW_AS = "show_as"
CONF_WEBHOOK = "webhook"

# The controls that the option enables.
SHOW_AS = {
    "switches": {Platform.SWITCH},
    "covers": {Platform.COVER},
    "both": {Platform.SWITCH, Platform.COVER},
}
SHOW_AS_DEFAULT = "switches"

EVENT_ACCESS = f"{DOMAIN}_access"

# With the id of the entry: the log of access points, whose ids it sends, was fetched for
# the first time.
SIGNAL_LOG_SHOWN = f"{DOMAIN}_log_shown_{{}}"

ATTR_CHANNEL = "channel"
ATTR_END_DATE = "end_date"
ATTR_EVENT_TYPE = "event_type"
ATTR_OCCURRED_AT = "occurred_at"
ATTR_REQUESTED = "requested"
ATTR_START_DATE = "start_date"
ATTR_USER = "user"

LOGGER = logging.getLogger(__package__)
