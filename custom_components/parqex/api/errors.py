"""What can go wrong between us and ParqEx, by meaning.

No message here holds anything secret or personal: they are logged.
"""


class ParqExError(Exception):
    """Base of everything the API client raises."""


class InvalidAddress(ParqExError, ValueError):
    """The address configured for the API is not one we may talk to."""


class CannotConnect(ParqExError):
    """ParqEx could not be reached, gave no answer in time, or failed on its side.

    After a command this leaves open whether it was carried out.
    """


class InvalidAnswer(ParqExError):
    """The answer is not what the documentation describes."""


class NotAuthorized(ParqExError):
    """The access token was rejected, also after it was renewed."""


class Forbidden(ParqExError):
    """The account may not do this."""


class RateLimited(ParqExError):
    """ParqEx asks to be left alone for a while (429, 503).

    `retry_after`: seconds to wait, None if ParqEx did not say.
    """

    def __init__(self, message: str, retry_after: float | None) -> None:
        """Remember for how long."""
        super().__init__(message)
        self.retry_after = retry_after


class Refused(ParqExError):
    """The service or the controller refused the request."""


class ControllerOffline(Refused):
    """The controller can't be found: no power or no network."""


class SensorRequired(Refused):
    """The access point needs a door sensor before it takes commands."""


class NotSupported(Refused):
    """The controller does not know this command."""
