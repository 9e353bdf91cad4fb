"""ParqEx's webhook: its public address, and the endpoint that requests a refresh."""

from .endpoint import async_setup_webhook
from .url import (
    async_address,
    async_forget_address,
    async_webhook_id,
    email_placeholders,
    is_reachable,
)

__all__ = [
    "async_address",
    "async_forget_address",
    "async_setup_webhook",
    "async_webhook_id",
    "email_placeholders",
    "is_reachable",
]
