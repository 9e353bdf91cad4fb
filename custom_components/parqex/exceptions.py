"""Map the errors of the API to those of Home Assistant."""

from homeassistant.exceptions import (
    ConfigEntryAuthFailed,
    HomeAssistantError,
    OAuth2TokenRequestBaseError,
    OAuth2TokenRequestReauthError,
    ServiceValidationError,
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

# What a request to ParqEx can raise.
SERVICE_ERRORS = (ParqExError, OAuth2TokenRequestBaseError)

# Of these, what only linking the account again can mend.
AUTH_ERRORS = (NotAuthorized, OAuth2TokenRequestReauthError)


class NotSent(ParqExError):
    """A command was not sent, so it is certain that nothing moves."""


class StateUnknown(NotSent):
    """It was not closed: the service does not say any more whether that is needed."""


class StillMoving(ServiceValidationError):
    """The opposite command was sent a moment ago."""

    def __init__(self, access_point: str, seconds: int) -> None:
        """Initialize with the name of the access point and the seconds to wait."""
        super().__init__(
            translation_domain=DOMAIN,
            translation_key="command_still_moving",
            translation_placeholders={
                "access_point": access_point,
                "seconds": str(seconds),
            },
        )


# The first that fits names the sentence in the translations: update_... or command_...
_MEANINGS: tuple[tuple[type[Exception], str], ...] = (
    (StateUnknown, "state_unknown"),
    (NotSent, "not_sent"),
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
    """Return the kind of an error as the translations spell it."""
    return next(key for kind, key in _MEANINGS if isinstance(err, kind))


def update_error(
    err: Exception, retry_after: float
) -> UpdateFailed | ConfigEntryAuthFailed:
    """Return what the coordinator raises when a fetch failed.

    `retry_after`: seconds until the next fetch, unless ParqEx named a later time.
    """
    if isinstance(err, AUTH_ERRORS):
        return ConfigEntryAuthFailed(
            translation_domain=DOMAIN, translation_key="update_not_authorized"
        )
    if isinstance(err, RateLimited) and err.retry_after is not None:
        # "0" is no invitation to hammer.
        retry_after = max(retry_after, err.retry_after)
    return UpdateFailed(
        translation_domain=DOMAIN,
        translation_key=f"update_{error_key(err)}",
        retry_after=retry_after,
    )


def command_error(err: Exception, access_point: str) -> HomeAssistantError:
    """Return the error of a command in a sentence for people."""
    if isinstance(err, OAuth2TokenRequestBaseError) and not isinstance(
        err, OAuth2TokenRequestReauthError
    ):
        # Without a token nothing was sent.
        err = NotSent("no access token")
    return _error("command", err, access_point)


def history_error(err: Exception, access_point: str) -> HomeAssistantError:
    """Return the error of a history request in a sentence for people."""
    return _error("history", err, access_point)


def _error(what: str, err: Exception, access_point: str) -> HomeAssistantError:
    """Return an error with its sentence of the translations."""
    return HomeAssistantError(
        translation_domain=DOMAIN,
        translation_key=f"{what}_{error_key(err)}",
        translation_placeholders={"access_point": access_point},
    )
