"""Read the command line and run; see scripts/first_contact."""

import argparse
import asyncio
from pathlib import Path
import signal
import sys

from .contact import async_contact
from .login import Terminal


def _stop(*_: object) -> None:
    raise KeyboardInterrupt


def main() -> int:
    """Return the exit status."""
    parser = argparse.ArgumentParser(
        prog="scripts/first_contact",
        description="Link a ParqEx account, ask all that can be read, open and close one"
        " access point if you wish, and write a report without anything private.",
    )
    parser.add_argument(
        "--operate", action="store_true", help="do not ask whether to operate anything"
    )
    parser.add_argument(
        "--output", type=Path, default=Path("first-contact"), help="a new folder"
    )
    arguments = parser.parse_args()
    folder: Path = arguments.output
    if folder.exists() or not folder.parent.is_dir():
        parser.error(f"{folder} must be a new folder in one that exists")
    # asyncio's own handler would wait for the answer to an open question.
    signal.signal(signal.SIGINT, _stop)
    try:
        asyncio.run(async_contact(Terminal(), folder, operate=arguments.operate))
    except KeyboardInterrupt, EOFError:
        print(f"\nStopped; {folder} was {'' if folder.exists() else 'not '}written.")
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main())
