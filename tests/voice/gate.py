"""The main gate, as ParqEx reports it."""

from tests.common import GATE, Home, gate_with

COVER = "cover.main_gate"
BOTH = (COVER, GATE)

OPEN, CLOSE = [("Main gate", "OPEN")], [("Main gate", "CLOSED")]


async def report(home: Home, state: str) -> None:
    """Let the main gate be reported as open, closed, unknown or not at all."""
    home.cloud.faults.clear()
    match state:
        case "open":
            home.gate.open_by_hand()
        case "closed":
            home.gate.close_by_hand()
        case "unknown":
            home.fail("sync", edit=gate_with(state="MOVING"))
        case "unavailable":
            home.fail("sync", status=500)
    await home.advance(90)

