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

SECONDS_BETWEEN_LOOKS: Final = 0.1
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
    """An address that is told of every access."""

    address: str
    brand: Brand = "parqex"
    told: set[Event] = field(default_factory=set)
    """The accesses it need not be told of any more."""
    waiting: list[bytes] = field(default_factory=list, init=False)
    """The bodies that go out next."""
    sent: list[bytes] = field(default_factory=list, init=False)
    last_status: int | None = field(default=None, init=False)
    """None where the address did not answer."""

    def notice(self, log: list[Event]) -> None:
        """Take up what was not told yet, oldest first."""
        for event in log:
            if event not in self.told:
                self.told.add(event)
                # Only what moved; a failed attempt is in the access log alone.
                if event.was_success:
                    self.waiting.append(body(event, self.brand))

    def trouble(self, kind: Kind, event: Event) -> None:
        """Send what ParqEx would not send, or would not send again."""
        if kind == "repeated":
            self.waiting += self.sent[-1:] * 3
        elif kind == "malformed":
            self.waiting += MALFORMED
        elif kind == "forged":
            lie = json.loads(body(event, self.brand))
            lie["doorState"] = "CLOSED" if event.state == "OPEN" else "OPEN"
            unknown = {**lie, "doorID": uuid4().hex, "deviceID": uuid4().hex}
            self.waiting += (json.dumps(one).encode() for one in (lie, unknown))
        else:
            raise ValueError(kind)


class Announcer:
    """Sends what the webhooks of a cloud have to be sent."""

    def __init__(self, cloud: Cloud) -> None:
        """Take the cloud."""
        self._cloud = cloud

    async def announce(self) -> None:
        """Tell every address what it was not told yet, one event per request."""
        log = self._cloud.log
        async with ClientSession(timeout=TIMEOUT) as session:
            for webhook in list(self._cloud.webhooks):
                webhook.notice(log)
                while webhook.waiting:
                    await _post(session, webhook, webhook.waiting.pop(0))

    async def keep_announcing(self) -> None:
        """Do so the moment something happens, until cancelled."""
        while True:
            if self._cloud.webhooks:
                await self.announce()
            await asyncio.sleep(SECONDS_BETWEEN_LOOKS)


async def _post(session: ClientSession, webhook: Webhook, payload: bytes) -> None:
    """Send one body; nothing is known of retries, so there are none."""
    webhook.sent.append(payload)
    try:
        async with session.post(
            webhook.address, data=payload, headers={"Content-Type": "application/json"}
        ) as answer:
            webhook.last_status = answer.status
    except ClientError, TimeoutError, ValueError:
        webhook.last_status = None


def body(event: Event, brand: Brand = "parqex") -> bytes:
    """Return the body that announces an access, as documented."""
    door, person = event.door, event.person
    moved = "open" if event.state == "OPEN" else "close"
    payload: dict[str, Any] = {
        "id": uuid4().hex.upper(),
        "eventType": (
            f"door{door.entity_number}_{moved}"
            if brand == "parqex"
            else "door_state_change"
        ),
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
