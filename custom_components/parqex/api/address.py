"""Where the ParqEx API lives."""

from collections.abc import Mapping
from ipaddress import ip_address
import os

from yarl import URL

from .errors import InvalidAddress

DEFAULT_BASE_URL = "https://api.parqex.com"
ENVIRONMENT_VARIABLE = "PARQEX_BASE_URL"


def base_url(environ: Mapping[str, str] = os.environ) -> URL:
    """Return the API's address, or the one a test environment names instead.

    Raises InvalidAddress for anything but HTTPS, except on this very machine:
    tokens and commands travel over it.
    """
    # What is configured may hold a password, so no message quotes it.
    try:
        url = URL(environ.get(ENVIRONMENT_VARIABLE, DEFAULT_BASE_URL)).origin()
        safe = url.scheme == "https" or _is_loopback(url.host)
    except ValueError:
        safe = False
    if safe and url.scheme in ("https", "http"):
        return url
    raise InvalidAddress(f"{ENVIRONMENT_VARIABLE} must be an address with https://")


def _is_loopback(host: str | None) -> bool:
    """Tell whether the host can only be this machine."""
    try:
        return host == "localhost" or ip_address(host or "").is_loopback
    except ValueError:
        return False
