"""An integration that writes down each access as it is published, and counts things."""

import asyncio
from collections import Counter
import gc
import json
from pathlib import Path
from types import FunctionType, MethodType

from homeassistant.core import (
    Event,
    HomeAssistant,
    ServiceCall,
    ServiceResponse,
    SupportsResponse,
    callback,
)
from homeassistant.helpers.typing import ConfigType

OURS = "custom_components.parqex"


async def async_setup(hass: HomeAssistant, config: ConfigType) -> bool:
    """Listen before anything is published, which waits until all is set up."""
    path = Path(hass.config.path("book.jsonl"))
    book = await hass.async_add_executor_job(path.open, "a")

    @callback
    def note(event: Event) -> None:
        """Write at once: what is written outlives a kill."""
        line = {**event.data, "fired_at": event.time_fired_timestamp}
        book.write(json.dumps(line) + "\n")
        book.flush()

    @callback
    def count(_: ServiceCall) -> ServiceResponse:
        """Count tasks, and by name the objects of ParqEx's integration."""
        gc.collect()
        ours = Counter(
            kind.__qualname__
            for one in gc.get_objects()
            for kind in [
                one if isinstance(one, FunctionType | MethodType) else type(one)
            ]
            if str(kind.__module__).startswith(OURS)
        )
        return {"tasks": len(asyncio.all_tasks()), "objects": dict(ours)}

    hass.bus.async_listen("parqex_access", note)
    hass.services.async_register(
        "book", "count", count, supports_response=SupportsResponse.ONLY
    )
    return True
