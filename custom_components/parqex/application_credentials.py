"""Application credentials of ParqEx."""

from homeassistant.components.application_credentials import (
    AuthorizationServer,
    ClientCredential,
)
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import ImplementationUnavailableError
from homeassistant.helpers.config_entry_oauth2_flow import MY_AUTH_CALLBACK_PATH

from .api import InvalidAddress, base_url
from .oauth import ParqExImplementation
from .webhook.url import SUPPORT_EMAIL

_PATH = "oauth/v2/endpoints"


async def async_get_auth_implementation(
    hass: HomeAssistant, auth_domain: str, credential: ClientCredential
) -> ParqExImplementation:
    """Return the OAuth 2.0 implementation for one pair of credentials."""
    try:
        address = base_url()
    except InvalidAddress as err:
        raise ImplementationUnavailableError(str(err)) from err
    return ParqExImplementation(
        hass,
        auth_domain,
        credential,
        AuthorizationServer(
            authorize_url=str(address / _PATH / "authorization/"),
            token_url=str(address / _PATH / "token/"),
        ),
    )


async def async_get_description_placeholders(hass: HomeAssistant) -> dict[str, str]:
    """Return the placeholders of the credentials dialog."""
    return {"redirect_url": MY_AUTH_CALLBACK_PATH, "support_email": SUPPORT_EMAIL}
