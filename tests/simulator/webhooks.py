"""Webhooks: what the cloud POSTs to registered addresses."""

import asyncio
from dataclasses import dataclass, field
from datetime import UTC
from typing import TYPE_CHECKING, Any, Final
from uuid import uuid4

from aiohttp import ClientError, ClientSession, ClientTimeout

from .house import Event

if TYPE_CHECKING:
    from .cloud import Cloud

SECONDS_BETWEEN_ANNOUNCEMENTS: Final = 0.1
TIMEOUT: Final = ClientTimeout(total=10)


@dataclass(slots=True, eq=False)
class Webhook:
    """A registered address; `last_status` is None where it did not answer."""

    address: str
    known: set[Event]
    sent: list[dict[str, Any]] = field(default_factory=list, init=False)
    last_status: int | None = field(default=None, init=False)


class Announcer:
    """Sends to the webhooks of a cloud."""

    def __init__(self, cloud: Cloud) -> None:
        """Initialize with the cloud."""
        self._cloud = cloud

    async def announce(self) -> None:
        """Send every address each movement once, oldest first, one per request."""
        log = self._cloud.log
        async with ClientSession(timeout=TIMEOUT) as session:
            for webhook in list(self._cloud.webhooks.values()):
                for event in log:
                    # A failed attempt is in the access log alone.
                    if event.was_success and event not in webhook.known:
                        webhook.known.add(event)
                        await _post(session, webhook, _body(event))

    async def keep_announcing(self) -> None:
        """Announce every movement at once, until cancelled."""
        while True:
            if self._cloud.webhooks:
                await self.announce()
            await asyncio.sleep(SECONDS_BETWEEN_ANNOUNCEMENTS)


async def _post(
    session: ClientSession, webhook: Webhook, payload: dict[str, Any]
) -> None:
    """Send one body; no retries are documented, so there are none."""
    webhook.sent.append(payload)
    try:
        async with session.post(webhook.address, json=payload) as answer:
            webhook.last_status = answer.status
    except ClientError, TimeoutError, ValueError:
        webhook.last_status = None


def _body(event: Event) -> dict[str, Any]:
    """Return the body that announces an access, as documented."""
    door, person = event.door, event.person
    moved = "open" if event.state == "OPEN" else "close"
    return {
        "id": uuid4().hex.upper(),
        "eventType": f"door{door.entity_number}_{moved}",
        "toggleID": uuid4().hex.upper(),
        "doorID": door.id,
        "doorState": event.state,
        "channel": event.channel,
        "deviceID": door.controller.id,
        "eventOccurred": int(event.at.timestamp()),
        "eventOccurredUTC": event.at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "doorOwnerUserID": door.controller.owner.id,
        "userThatToggled": {
            "firstName": person.first_name,
            "lastName": person.last_name,
            "emailAddress": person.email,
        },
    }
