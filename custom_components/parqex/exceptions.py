"""Turn the errors of the API into Home Assistant's: once, here."""

from homeassistant.exceptions import (
    ConfigEntryAuthFailed,
    HomeAssistantError,
    OAuth2TokenRequestBaseError,
    OAuth2TokenRequestReauthError,
)
from homeassistant.helpers.update_coordinator import UpdateFailed

from .api import (
    CannotConnect,
    ControllerOffline,
    Forbidden,
    InvalidAnswer,
    NotAuthorized,
    NotSupported,
    ParqExError,
    RateLimited,
    Refused,
    SensorRequired,
)
from .const import DOMAIN

# What asking ParqEx for anything can end in.
SERVICE_ERRORS = (ParqExError, OAuth2TokenRequestBaseError)

# The first that fits names the sentence in the translations: update_... or command_...
_MEANINGS: tuple[tuple[type[Exception], str], ...] = (
    (NotAuthorized, "not_authorized"),
    (OAuth2TokenRequestReauthError, "not_authorized"),
    (Forbidden, "forbidden"),
    (RateLimited, "rate_limited"),
    (ControllerOffline, "controller_offline"),
    (SensorRequired, "sensor_required"),
    (NotSupported, "not_supported"),
    (Refused, "refused"),
    (InvalidAnswer, "invalid_answer"),
    (CannotConnect, "cannot_connect"),
    (OAuth2TokenRequestBaseError, "cannot_connect"),
)


def error_key(err: Exception) -> str:
    """Return the word for what went wrong, as the translations spell it."""
    return next(key for kind, key in _MEANINGS if isinstance(err, kind))


def update_error(
    err: Exception, retry_after: float
) -> UpdateFailed | ConfigEntryAuthFailed:
    """Return what the coordinator raises when it could not look.

    `retry_after`: seconds until the next look, unless ParqEx named another time.
    """
    key = error_key(err)
    if key == "not_authorized":
        return ConfigEntryAuthFailed(
            translation_domain=DOMAIN, translation_key="update_not_authorized"
        )
    if isinstance(err, RateLimited) and err.retry_after is not None:
        # Never sooner than without being told: "0" is no invitation to hammer.
        retry_after = max(retry_after, err.retry_after)
    return UpdateFailed(
        translation_domain=DOMAIN,
        translation_key=f"update_{key}",
        retry_after=retry_after,
    )


def command_error(err: Exception, access_point: str) -> HomeAssistantError:
    """Return what a person is told when a command failed."""
    return _error("command", err, access_point)


def history_error(err: Exception, access_point: str) -> HomeAssistantError:
    """Return what a person is told when the access history can't be had.

    A login that is no good for the history alone is that of a guest.
    """
    if isinstance(err, NotAuthorized):
        err = Forbidden("not allowed for this account")
    return _error("history", err, access_point)


def _error(what: str, err: Exception, access_point: str) -> HomeAssistantError:
    """Return a sentence of the translations."""
    return HomeAssistantError(
        translation_domain=DOMAIN,
        translation_key=f"{what}_{error_key(err)}",
        translation_placeholders={"access_point": access_point},
    )
