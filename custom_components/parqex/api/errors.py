"""Errors of the ParqEx API by meaning; no message holds anything secret or personal."""


class ParqExError(Exception):
    """Base class of all errors of the API client."""


class InvalidAddress(ParqExError, ValueError):
    """The configured address of the API is not allowed."""


class CannotConnect(ParqExError):
    """ParqEx did not answer in time or failed; a command may have been carried out."""


class ServiceFailed(CannotConnect):
    """ParqEx failed (500, 501), maybe because it does not know such a request."""


class InvalidAnswer(ParqExError):
    """The answer is not what the documentation describes."""


class NotAuthorized(ParqExError):
    """The access token was rejected; for sync and toggle, a renewed one, too."""


class Forbidden(ParqExError):
    """The account may not do this."""


class RateLimited(ParqExError):
    """ParqEx accepts no requests now (429, 503); nothing was done."""

    def __init__(self, message: str, retry_after: float | None) -> None:
        """Initialize with the seconds to wait, None if ParqEx did not name any."""
        super().__init__(message)
        self.retry_after = retry_after


class Refused(ParqExError):
    """The service or the controller refused the request."""


class ControllerOffline(Refused):
    """The controller cannot be found: it has no power or no network."""


class SensorRequired(Refused):
    """The access point needs a door sensor before it accepts commands."""


class NotSupported(Refused):
    """The controller does not support this command."""
