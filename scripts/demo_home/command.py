"""Start the demo, leave it to a person or check everything, stop it."""

import argparse
import asyncio
from collections.abc import Coroutine
from random import randrange
import signal
import sys
from time import monotonic
from typing import Any

from .browser import PASSWORD, USER
from .check import VISITOR, Check, see_clean_log
from .demo import Demo, running, say
from .home import ROOT
from .kill import KILLS, kill
from .wait import DemoError

PORT = 8123
SIMULATOR_PORT = 8124

LINKED = "Its access points are on the dashboard ParqEx, in the sidebar."
MANUAL = """\
To link the account: Settings > Devices & services > Add integration
> ParqEx, with these credentials:
  client ID      {client_id}
  client secret  {client_secret}"""
HOW_TO = """
Home Assistant  {home}  (user {user}, password {password})
ParqEx cloud    {cloud}  (its doors, moved by hand)
Log             {log}

{what}

Ctrl-C stops both."""


async def check(port: int, simulator_port: int) -> None:
    """Link, open and close everything, and check the log."""
    began = monotonic()
    async with running(port, simulator_port) as demo:
        await demo.link_and_show()
        await Check(demo).run()
    see_clean_log(demo.home.log, demo.cloud.issued_secrets())
    demo.home.remove()
    say("  the log holds no error of the integration and no secret")
    say(f"Passed in {monotonic() - began:.0f} seconds")


async def show(port: int, simulator_port: int, *, manual: bool) -> None:
    """Leave everything to a person until Ctrl-C."""
    async with running(port, simulator_port) as demo:
        if not manual:
            await demo.link_and_show()
            say(f"{VISITOR} comes through the main gate, for the logbook")
            demo.cloud.door("Main gate").open_as(demo.cloud.visitor(VISITOR))
        await demo.browser.close()
        say(_how_to(demo, MANUAL if manual else LINKED))
        status = await demo.home.wait()
        raise DemoError(f"Home Assistant ended (status {status}).")


def _how_to(demo: Demo, what: str) -> str:
    application = demo.cloud.application
    return HOW_TO.format(
        home=demo.home.base_url,
        user=USER,
        password=PASSWORD,
        cloud=demo.simulator.base_url,
        log=demo.home.log.relative_to(ROOT),
        what=what.format(
            client_id=application.client_id, client_secret=application.client_secret
        ),
    )


async def run(arguments: argparse.Namespace) -> int:
    """Do what was asked for; return the exit status."""
    ports = arguments.port, arguments.simulator_port
    if arguments.kill:
        work = kill(arguments.kill, arguments.seed)
    elif arguments.check:
        work = check(ports[0] or 0, ports[1] or 0)
    else:
        manual = arguments.manual
        work = show(ports[0] or PORT, ports[1] or SIMULATOR_PORT, manual=manual)
    unattended = arguments.check or arguments.kill
    return await until_signal(work, 1 if unattended else 0)


async def until_signal(work: Coroutine[Any, Any, object], interrupted: int) -> int:
    """Run to the end or a signal; return the exit status."""
    task = asyncio.create_task(work)
    loop = asyncio.get_running_loop()

    def interrupt() -> None:
        # Only once: what stops must not be stopped.
        if not task.cancelling():
            task.cancel()

    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        if signal.getsignal(number) is not signal.SIG_IGN:  # as nohup does
            loop.add_signal_handler(number, interrupt)
    try:
        await task
    except asyncio.CancelledError:
        return interrupted
    except DemoError as err:
        print(f"Failed: {err}", file=sys.stderr)
        return 1
    return 0


def port_number(text: str) -> int:
    """Return a port of the command line."""
    if not 0 < (port := int(text)) < 65536:
        raise argparse.ArgumentTypeError("a port is a number from 1 to 65535")
    return port


def main() -> int:
    """Read the command line and run."""
    parser = argparse.ArgumentParser(
        prog="scripts/demo",
        allow_abbrev=False,
        description="Start a simulated ParqEx cloud and a real Home Assistant, link"
        " them, and leave them to you until Ctrl-C.",
    )
    how = parser.add_mutually_exclusive_group()
    how.add_argument(
        "--manual", action="store_true", help="leave the linking to you as well"
    )
    how.add_argument(
        "--check",
        action="store_true",
        help="open and close everything unattended; exit with 0 or 1",
    )
    how.add_argument(
        "--kill",
        metavar="TIMES",
        type=int,
        nargs="?",
        const=KILLS,
        help=f"kill Home Assistant again and again ({KILLS} times) while it links,"
        " renews tokens and sends commands; exit with 0 if it came back each time",
    )
    parser.add_argument(
        "--seed",
        type=int,
        default=randrange(10**6),  # noqa: S311 - not a secret
        help="decides when --kill kills; by default another one each time",
    )
    parser.add_argument(
        "--latest", action="store_true", help="use the newest Home Assistant"
    )
    for option, whose, default in (
        ("--port", "Home Assistant", PORT),
        ("--simulator-port", "the cloud", SIMULATOR_PORT),
    ):
        text = f"of {whose} (default: {default}; any free one for --check)"
        parser.add_argument(option, type=port_number, help=text)
    return asyncio.run(run(parser.parse_args()))
