"""Constants of the ParqEx integration."""

import logging

DOMAIN = "parqex"
MANUFACTURER = "ParqEx"

LOGGER = logging.getLogger(__package__)
