"""Register the actions of the integration."""

from datetime import date

import voluptuous as vol

from homeassistant.components.switch.const import DOMAIN as SWITCH_DOMAIN
from homeassistant.core import HomeAssistant, SupportsResponse, callback
from homeassistant.helpers import config_validation as cv, service

from .const import ATTR_END_DATE, ATTR_START_DATE, DOMAIN

SERVICE_GET_ACCESS_HISTORY = "get_access_history"

# ParqEx has nothing of before, and calendars end somewhere.
_DATE = vol.All(cv.date, vol.Range(min=date(2000, 1, 1), max=date(2099, 12, 31)))


@callback
def async_setup_services(hass: HomeAssistant) -> None:
    """Register the actions."""
    service.async_register_platform_entity_service(
        hass,
        DOMAIN,
        SERVICE_GET_ACCESS_HISTORY,
        entity_domain=SWITCH_DOMAIN,
        schema={
            vol.Optional(ATTR_START_DATE): _DATE,
            vol.Optional(ATTR_END_DATE): _DATE,
        },
        func="async_get_access_history",
        supports_response=SupportsResponse.ONLY,
    )
