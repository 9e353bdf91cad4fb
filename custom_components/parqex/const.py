"""Constants of the ParqEx integration."""

import logging

DOMAIN = "parqex"
MANUFACTURER = "ParqEx"

CONF_RECORD_NAMES = "record_names"
CONF_WEBHOOK = "webhook"

EVENT_ACCESS = f"{DOMAIN}_access"

ATTR_CHANNEL = "channel"
ATTR_END_DATE = "end_date"
ATTR_OCCURRED_AT = "occurred_at"
ATTR_REQUESTED = "requested"
ATTR_START_DATE = "start_date"
ATTR_USER = "user"

LOGGER = logging.getLogger(__package__)
