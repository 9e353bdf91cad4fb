"""Run the benchmark; see scripts/benchmark."""

import argparse
import asyncio
from dataclasses import dataclass
import logging
from pathlib import Path
import sys

from .account import linked_account
from .commands import measure_confirmation, measure_first_byte
from .imports import measure_imports
from .polls import Polls, measure_polls
from .report import write
from .results import LARGEST, USUAL, Results
from .service import ROOT, running_service
from .setups import SetUp, measure_memory, measure_set_up
from .subjects import COMPARABLE


@dataclass(frozen=True, slots=True)
class Plan:
    """How thoroughly to measure, and where to write it."""

    page: Path
    sizes: tuple[int, ...] = (1, 10, 100, USUAL, LARGEST)
    set_up_sizes: tuple[int, ...] = (10, 100, USUAL)
    memory_size: int = USUAL
    rounds: int = 40
    set_up_rounds: int = 3
    import_rounds: int = 5


THOROUGH = Plan(ROOT / "docs" / "performance.md")
QUICK = Plan(
    ROOT / ".dev" / "performance.md",
    sizes=(1, 10, 100, USUAL),
    set_up_sizes=(100,),
    memory_size=100,
    rounds=10,
    set_up_rounds=3,
    import_rounds=1,
)


async def _measure(plan: Plan) -> Results:
    """Measure everything, one after the other."""
    polls: dict[int, Polls] = {}
    first_byte, confirmations = (0.0, 0.0), [0.0]
    async with running_service() as service:
        for size in plan.sizes:
            _say(f"polls with {size:,} access points")
            async with linked_account(service, size) as account:
                polls[size] = await measure_polls(account, plan.rounds)
                if size == USUAL:
                    _say("commands")
                    confirmations = await measure_confirmation(account)
                    first_byte = await measure_first_byte(account, plan.rounds)
        set_ups: dict[int, dict[str, SetUp]] = {}
        for size in plan.set_up_sizes:
            _say(f"set-up with {size:,} access points")
            set_ups[size] = await measure_set_up(service, size, plan.set_up_rounds)
    _say("memory")
    names = ("parqex", *(one.domain for one in COMPARABLE))
    memory = {name: await _memory(name, plan.memory_size) for name in names}
    _say("imports")
    imports = await measure_imports(plan.import_rounds)
    return Results(polls, first_byte, confirmations, set_ups, memory, imports)


async def _memory(name: str, size: int) -> float:
    """Measure the memory of an integration in a process of its own."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "scripts.benchmarks",
        "--memory-of",
        name,
        "--size",
        str(size),
        cwd=ROOT,
        stdout=asyncio.subprocess.PIPE,
    )
    told, _ = await process.communicate()
    return float(told)


async def _print_memory(name: str, size: int) -> None:
    """Measure the memory of an integration in this process."""
    async with running_service() as service:
        print(await measure_memory(service, name, size))


def _say(what: str) -> None:
    """Tell people what is going on."""
    print(f"benchmark: {what}", file=sys.stderr)


def main() -> None:
    """Read the command line, measure, and write."""
    parser = argparse.ArgumentParser(prog="scripts/benchmark")
    parser.add_argument("--quick", action="store_true", help="fewer rounds and sizes")
    parser.add_argument("--memory-of", help=argparse.SUPPRESS)
    parser.add_argument("--size", type=int, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    # That the integration is a custom one is known here.
    logging.disable(logging.WARNING)
    if arguments.memory_of:
        asyncio.run(_print_memory(arguments.memory_of, arguments.size))
        return
    plan = QUICK if arguments.quick else THOROUGH
    write(asyncio.run(_measure(plan)), plan.page)
    _say(f"wrote {plan.page.relative_to(ROOT)}")


if __name__ == "__main__":
    main()
