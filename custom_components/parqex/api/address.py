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
    url = URL(environ.get(ENVIRONMENT_VARIABLE, DEFAULT_BASE_URL))
    if url.host is None or url.scheme not in ("https", "http"):
        raise InvalidAddress(f"{ENVIRONMENT_VARIABLE} is not a web address")
    if url.scheme == "http" and not _is_loopback(url.host):
        raise InvalidAddress(f"{ENVIRONMENT_VARIABLE} must start with https://")
    return url.origin()


def _is_loopback(host: str) -> bool:
    """Tell whether the host can only be this machine."""
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False
