"""Webhooks: what the cloud POSTs to registered addresses, and what others might."""

import asyncio
from dataclasses import dataclass, field
from datetime import UTC
import json
from typing import TYPE_CHECKING, Any, Final, Literal
from uuid import uuid4

from aiohttp import ClientError, ClientSession, ClientTimeout

from .house import Event

if TYPE_CHECKING:
    from .cloud import Cloud

type Brand = Literal["parqex", "beam"]
type Kind = Literal["forged", "repeated", "malformed"]

SECONDS_BETWEEN_ANNOUNCEMENTS: Final = 0.1
TIMEOUT: Final = ClientTimeout(total=10)

MALFORMED: Final = (
    b"",
    b"{",
    b"null",
    b'"OPEN"',
    b"[1, 2]",
    b'{"doorID": 7, "deviceID": ["x"]}',
    b"\xff\xfe\x00",
    b"<event/>",
)


@dataclass(slots=True, eq=False)
class Webhook:
    """A registered address; `last_status` is None where it did not answer."""

    address: str
    brand: Brand = "parqex"
    told: set[Event] = field(default_factory=set)
    waiting: list[bytes] = field(default_factory=list, init=False)
    sent: list[bytes] = field(default_factory=list, init=False)
    last_status: int | None = field(default=None, init=False)

    def notice(self, log: list[Event]) -> None:
        """Queue every movement that was not announced yet, oldest first."""
        for event in log:
            if event not in self.told:
                self.told.add(event)
                # A failed attempt is in the access log alone.
                if event.was_success:
                    self.waiting.append(body(event, self.brand))

    def trouble(self, kind: Kind, event: Event) -> None:
        """Queue what ParqEx would not send, or would not send again."""
        match kind:
            case "repeated":
                self.waiting += self.sent[-1:] * 3
            case "malformed":
                self.waiting += MALFORMED
            case "forged":
                lie = json.loads(body(event, self.brand))
                lie["doorState"] = "CLOSED" if event.state == "OPEN" else "OPEN"
                unknown = {**lie, "doorID": uuid4().hex, "deviceID": uuid4().hex}
                self.waiting += (json.dumps(one).encode() for one in (lie, unknown))
            case _:
                raise ValueError(kind)


class Announcer:
    """Sends to the webhooks of a cloud."""

    def __init__(self, cloud: Cloud) -> None:
        """Initialize with the cloud."""
        self._cloud = cloud

    async def announce(self) -> None:
        """Send every address what it did not receive yet, one event per request."""
        log = self._cloud.log
        async with ClientSession(timeout=TIMEOUT) as session:
            for webhook in list(self._cloud.webhooks):
                webhook.notice(log)
                while webhook.waiting:
                    await _post(session, webhook, webhook.waiting.pop(0))

    async def keep_announcing(self) -> None:
        """Announce every movement at once, until cancelled."""
        while True:
            if self._cloud.webhooks:
                await self.announce()
            await asyncio.sleep(SECONDS_BETWEEN_ANNOUNCEMENTS)


async def _post(session: ClientSession, webhook: Webhook, payload: bytes) -> None:
    """Send one body; no retries are documented, so there are none."""
    webhook.sent.append(payload)
    headers = {"Content-Type": "application/json"}
    try:
        async with session.post(
            webhook.address, data=payload, headers=headers
        ) as answer:
            webhook.last_status = answer.status
    except ClientError, TimeoutError, ValueError:
        webhook.last_status = None


def body(event: Event, brand: Brand = "parqex") -> bytes:
    """Return the body that announces an access, as documented."""
    door, person = event.door, event.person
    moved = "open" if event.state == "OPEN" else "close"
    numbered = f"door{door.entity_number}_{moved}"
    payload: dict[str, Any] = {
        "id": uuid4().hex.upper(),
        "eventType": numbered if brand == "parqex" else "door_state_change",
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
    return json.dumps(payload).encode()
