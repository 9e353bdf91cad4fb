"""The actions of the integration."""

from datetime import date, timedelta
from functools import partial

import voluptuous as vol

from homeassistant.core import (
    HassJob,
    HomeAssistant,
    ServiceCall,
    ServiceResponse,
    SupportsResponse,
    callback,
)
from homeassistant.exceptions import ServiceValidationError
from homeassistant.helpers import config_validation as cv, service
from homeassistant.helpers.entity import Entity
from homeassistant.helpers.entity_platform import async_get_platforms
from homeassistant.util import dt as dt_util

from .access_log import AccessType
from .const import (
    ATTR_CHANNEL,
    ATTR_END_DATE,
    ATTR_EVENT_TYPE,
    ATTR_OCCURRED_AT,
    ATTR_START_DATE,
    ATTR_USER,
    DOMAIN,
)
from .entity import ParqExControl
from .exceptions import SERVICE_ERRORS, history_error

SERVICE_GET_ACCESS_HISTORY = "get_access_history"

# Today and the six days before.
DEFAULT_HISTORY = timedelta(days=6)

# ParqEx has nothing of before, and calendars end somewhere.
_DATE = vol.All(cv.date, vol.Range(min=date(2000, 1, 1), max=date(2099, 12, 31)))


@callback
def async_setup_services(hass: HomeAssistant) -> None:
    """Register the actions."""
    # Home Assistant's helper for entity actions takes entities of one domain only.
    hass.services.async_register(
        DOMAIN,
        SERVICE_GET_ACCESS_HISTORY,
        partial(
            service.entity_service_call,
            hass,
            partial(_controls, hass),
            HassJob(_async_get_access_history),
        ),
        cv.make_entity_service_schema(
            {vol.Optional(ATTR_START_DATE): _DATE, vol.Optional(ATTR_END_DATE): _DATE}
        ),
        SupportsResponse.ONLY,
    )


@callback
def _controls(hass: HomeAssistant) -> dict[str, Entity]:
    """Return the switches and covers of all accounts by their entity ids."""
    return {
        entity_id: entity
        for platform in async_get_platforms(hass, DOMAIN)
        for entity_id, entity in platform.entities.items()
        if isinstance(entity, ParqExControl)
    }


async def _async_get_access_history(
    control: ParqExControl, call: ServiceCall
) -> ServiceResponse:
    """Return the access log, newest first; both dates count, in local time."""
    last: date = call.data.get(ATTR_END_DATE) or dt_util.now().date()
    first: date = call.data.get(ATTR_START_DATE) or last - DEFAULT_HISTORY
    if first > last:
        raise ServiceValidationError(
            translation_domain=DOMAIN, translation_key="dates_reversed"
        )
    try:
        accesses = await control.data.access_log.async_history(
            control.access_point,
            dt_util.start_of_local_day(first),
            dt_util.start_of_local_day(last + timedelta(days=1)),
        )
    except SERVICE_ERRORS as err:
        raise history_error(err, control.access_point_name) from err
    return {
        "events": [
            {
                ATTR_EVENT_TYPE: access.type,
                ATTR_OCCURRED_AT: dt_util.as_local(access.occurred_at).isoformat(),
                ATTR_USER: access.user,
                ATTR_CHANNEL: access.channel,
                "success": access.type is not AccessType.FAILED,
            }
            for access in accesses
        ]
    }
