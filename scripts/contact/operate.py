"""Open and close the one access point that the person picks."""

from asyncio import sleep
from contextlib import suppress
from time import monotonic

from custom_components.parqex.api import ParqExClient, ParqExError, Snapshot, State

from .login import Terminal

SECONDS_BETWEEN_REFRESHES = 2
SECONDS_TO_CONFIRM = 60


async def async_operate(
    terminal: Terminal, client: ParqExClient, snapshot: Snapshot
) -> None:
    """Send OPEN and then CLOSED, each once, and only after its name was typed."""
    listed = {str(at): one for at, one in enumerate(snapshot.access_points.values(), 1)}
    for number, one in listed.items():
        print(f"  {number}  {one.name} ({one.state})")
    if not (picked := listed.get(await terminal.ask("Number of the access point"))):
        print("There is none with this number. Nothing was sent.")
        return
    for state in State:
        print(f"{state} will be sent to {picked.name}, once. IT MAY MOVE.")
        if await terminal.ask(f"Its name, to send {state}") != str(picked.name):
            print(f"{state} was not sent.")
            return
        try:
            await _async_send(client, picked.id, state)
        except ParqExError as err:
            print(f"{state}: {err}. See for yourself whether it moved.")


async def _async_send(client: ParqExClient, access_point_id: str, state: State) -> None:
    """Send a command, and say when the service reports the state."""
    # An opener that knows only one impulse would open what is closed.
    if state is State.CLOSED and await _async_state(client, access_point_id) is state:
        print("It is closed already. CLOSED was not sent.")
        return
    await client.async_toggle(access_point_id, state)
    accepted_at = monotonic()
    print(f"{state} was accepted.")
    while (seconds := monotonic() - accepted_at) < SECONDS_TO_CONFIRM:
        # What fails is tried again.
        with suppress(ParqExError):
            if await _async_state(client, access_point_id) is state:
                print(f"{state} was reported {seconds:.0f} s later.")
                return
        await sleep(SECONDS_BETWEEN_REFRESHES)
    print(f"{state} was not reported within {SECONDS_TO_CONFIRM} s.")


async def _async_state(client: ParqExClient, access_point_id: str) -> State | None:
    access_point = (await client.async_sync()).resolve(access_point_id)
    return access_point.state if access_point else None
