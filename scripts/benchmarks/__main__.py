"""Run the benchmark; see scripts/benchmark."""

import argparse
import asyncio
from dataclasses import dataclass
import logging
from pathlib import Path
import sys

from .account import linked_account
from .latency import measure_webhook
from .polls import Polls, measure_polls
from .report import OURS, PAGE, USUAL, Results, write
from .service import ROOT, running_service
from .setups import measure_memory, measure_set_up
from .subjects import COMPARABLE


@dataclass(frozen=True, slots=True)
class Plan:
    """How thoroughly to measure, and the page to write."""

    page: Path
    sizes: tuple[int, ...]
    set_up_sizes: tuple[int, ...]
    memory_size: int
    rounds: int
    set_up_rounds: int = 5


THOROUGH = Plan(PAGE, (1, 10, 100, USUAL, 5000), (10, 100, USUAL), USUAL, 40)
QUICK = Plan(ROOT / ".dev" / "performance.md", (1, 10, 100, USUAL), (100,), 100, 10)


async def _measure(plan: Plan) -> Results:
    polls: dict[int, Polls] = {}
    set_ups: dict[int, dict[str, float]] = {}
    async with running_service() as service:
        for size in plan.sizes:
            _say(f"polls with {size:,} access points")
            async with linked_account(service, size) as account:
                polls[size] = await measure_polls(account, plan.rounds)
        for size in plan.set_up_sizes:
            _say(f"set-up with {size:,} access points")
            set_ups[size] = await measure_set_up(service, size, plan.set_up_rounds)
        _say("webhook")
        webhook = await measure_webhook(service)
    _say("memory")
    names = (OURS, COMPARABLE.domain)
    memory = {name: await _memory(name, plan.memory_size) for name in names}
    return Results(polls, set_ups, memory, webhook)


async def _memory(name: str, size: int) -> float:
    """Measure the memory of an integration in a process of its own."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        *("-m", "scripts.benchmarks", "--memory-of", name, "--size", str(size)),
        cwd=ROOT,
        stdout=asyncio.subprocess.PIPE,
    )
    printed, _ = await process.communicate()
    return float(printed)


async def _print_memory(name: str, size: int) -> None:
    async with running_service() as service:
        print(await measure_memory(service, name, size))


def _say(what: str) -> None:
    print(f"benchmark: {what}", file=sys.stderr)


def main() -> None:
    """Read the command line, measure, and write."""
    parser = argparse.ArgumentParser(prog="scripts/benchmark")
    parser.add_argument("--quick", action="store_true", help="fewer rounds and sizes")
    parser.add_argument("--memory-of", help=argparse.SUPPRESS)
    parser.add_argument("--size", type=int, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    # Home Assistant warns of every custom integration.
    logging.disable(logging.WARNING)
    if arguments.memory_of:
        asyncio.run(_print_memory(arguments.memory_of, arguments.size))
        return
    plan = QUICK if arguments.quick else THOROUGH
    write(asyncio.run(_measure(plan)), plan.page)
    _say(f"wrote {plan.page.relative_to(ROOT)}")


if __name__ == "__main__":
    main()
