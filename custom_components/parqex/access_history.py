"""Fetch a controller's access log, in whichever way this account may."""

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Literal

from .api import AccessEvent, Forbidden, ParqExClient, Refused


class AccessHistory:
    """What the service keeps of the past, as far as it lets this account see it."""

    def __init__(self, client: ParqExClient) -> None:
        """Take the client."""
        self._client = client
        # The kinds of history, the one that worked last first.
        self._types: list[Literal["device", "door"]] = ["device", "door"]

    async def async_fetch(
        self,
        controller_id: str,
        access_point_ids: Collection[str],
        start: datetime,
        end: datetime,
    ) -> list[AccessEvent]:
        """Fetch what the log holds of a period, and more: its dates are vague.

        Which zone they are in is not documented, nor whether the last one counts.
        """
        first = (start - timedelta(days=1)).date()
        last = (end + timedelta(days=2)).date()
        refusals: list[Exception] = []
        # A copy: another request may put the list in order meanwhile.
        for history_type in tuple(self._types):
            ids = [controller_id] if history_type == "device" else access_point_ids
            if not ids:
                continue
            try:
                events = [
                    event
                    for record_id in ids
                    for event in await self._client.async_access_history(
                        history_type, record_id, first, last
                    )
                ]
            except (Refused, Forbidden) as err:
                refusals.append(err)
                continue
            self._types.remove(history_type)
            self._types.insert(0, history_type)
            return events
        if refusals:
            raise refusals[0]
        return []
