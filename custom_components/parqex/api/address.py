"""The address of the ParqEx API."""

from collections.abc import Mapping
import os

from yarl import URL

from .errors import InvalidAddress

DEFAULT_BASE_URL = "https://api.parqex.com"
ENVIRONMENT_VARIABLE = "PARQEX_BASE_URL"
THIS_MACHINE = ("localhost", "127.0.0.1", "::1")


def base_url(environ: Mapping[str, str] = os.environ) -> URL:
    """Return the address of the API; raise InvalidAddress unless it is safe."""
    # The configured address may hold a password, so no message quotes it.
    try:
        url = URL(environ.get(ENVIRONMENT_VARIABLE, DEFAULT_BASE_URL)).origin()
        safe = url.scheme == "https" or url.host in THIS_MACHINE
    except ValueError:
        safe = False
    if safe and url.scheme in ("https", "http"):
        return url
    raise InvalidAddress(f"{ENVIRONMENT_VARIABLE} must be an address with https://")
