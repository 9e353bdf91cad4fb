"""Run the simulator with the demo house until it is told to stop."""

import argparse
import asyncio
import os
import signal
import sys

from .cloud import Cloud
from .demo_house import build_demo_house
from .server import Simulator


async def run(port: int, public_url: str) -> None:
    """Serve until SIGINT or SIGTERM."""
    cloud = Cloud()
    build_demo_house(cloud)
    simulator = Simulator(cloud, public_url)
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)
    try:
        await simulator.start(port)
    except OSError as err:
        sys.exit(f"Cannot listen on port {port}: {os.strerror(err.errno or 0)}")
    print(  # noqa: T201
        f"Simulated ParqEx cloud: {simulator.base_url}/",
        f"Client id:              {cloud.application.client_id}",
        f"Client secret:          {cloud.application.client_secret}",
        sep="\n",
        flush=True,
    )
    announcing = asyncio.create_task(simulator.announcer.keep_announcing())
    await stop.wait()
    announcing.cancel()
    await simulator.stop()


def main() -> None:
    """Read the command line and run."""
    parser = argparse.ArgumentParser(
        prog="python -m tests.simulator",
        description="Run a simulated ParqEx cloud on loopback.",
    )
    parser.add_argument("--port", type=int, default=8765, help="default: 8765")
    parser.add_argument(
        "--public-url", default="", help="address to show where a proxy is in front"
    )
    arguments = parser.parse_args()
    if not 0 <= arguments.port <= 65535:
        parser.error("a port is a number from 0 to 65535")
    asyncio.run(run(arguments.port, arguments.public_url))


if __name__ == "__main__":
    main()
