"""Constants of the ParqEx integration."""

import logging

DOMAIN = "parqex"
MANUFACTURER = "ParqEx"

CONF_RECORD_NAMES = "record_names"
CONF_SHOW_AS = "show_as"
CONF_WEBHOOK = "webhook"

# What the option enables, by the key of its description.
SHOW_AS = {
    "switches": {"switch", "door"},
    "covers": {"cover"},
    "both": {"switch", "cover", "door"},
}
SHOW_AS_DEFAULT = "switches"

EVENT_ACCESS = f"{DOMAIN}_access"

# With the id of the entry: the log of access points, whose ids it sends, was fetched for
# the first time, or after more than a day.
SIGNAL_LOG_SHOWN = f"{DOMAIN}_log_shown_{{}}"

ATTR_CHANNEL = "channel"
ATTR_END_DATE = "end_date"
ATTR_EVENT_TYPE = "event_type"
ATTR_OCCURRED_AT = "occurred_at"
ATTR_REQUESTED = "requested"
ATTR_START_DATE = "start_date"
ATTR_USER = "user"

LOGGER = logging.getLogger(__package__)
