"""A real Home Assistant: its folder, its process, its log."""

import asyncio
from contextlib import suppress
import json
import os
from pathlib import Path
import shutil
import socket
from typing import Any

from .installation import Installation
from .wait import DemoError

HOST = "127.0.0.1"
ROOT = Path(__file__).resolve().parents[2]

# Home Assistant ends with this status when a person restarts it from its pages.
RESTART = 100
SECONDS_TO_STOP = 30

CONFIGURATION = """\
homeassistant:
  name: ParqEx demo
  country: US
  # ParqEx's webhook wants a public address; the simulated cloud knows a shorter way.
  external_url: https://demo.example.com
application_credentials:
assist_pipeline:
automation: !include automations.yaml
config:
conversation:
frontend:
history:
logbook:
mobile_app:
logger:
  default: info
  logs:
    homeassistant.setup: warning
    custom_components.parqex: debug
    homeassistant.helpers.config_entry_oauth2_flow: debug
recorder:
"""


class Home:
    """Home Assistant on loopback, in a folder made anew."""

    def __init__(
        self,
        port: int,
        cloud_url: str,
        configuration: str = CONFIGURATION,
        installation: Installation = Installation(),  # noqa: B008 - it is frozen
    ) -> None:
        """Take its port and the address of the ParqEx cloud it is to use."""
        self.port = port
        self.base_url = f"http://{HOST}:{port}"
        # The port is nobody else's, and so is the folder.
        self.folder = ROOT / ".dev" / "demo" / str(port)
        self.log = self.folder / "console.log"
        self._cloud_url = cloud_url
        self._configuration = configuration
        self._installation = installation
        self._process: asyncio.subprocess.Process | None = None

    async def start(self) -> None:
        """Start Home Assistant in a fresh folder; it takes a while to answer."""
        self._furnish()
        await self._launch()

    async def start_again(self) -> None:
        """Start Home Assistant in the folder as it was left."""
        await self._launch()

    async def kill(self) -> None:
        """End Home Assistant at once; it hears nothing of it."""
        process, self._process = self._running, None
        process.kill()
        await process.wait()

    async def wait(self) -> int:
        """Return the exit status once it has ended; a restart is no end."""
        while (status := await self._running.wait()) == RESTART:
            await self._launch()
        return status

    async def stop(self) -> None:
        """Stop Home Assistant, the hard way if it does not hurry."""
        if self._process is None:
            return
        process, self._process = self._process, None
        with suppress(ProcessLookupError):
            process.terminate()
        try:
            async with asyncio.timeout(SECONDS_TO_STOP):
                await process.wait()
        except TimeoutError:
            process.kill()
            await process.wait()

    @property
    def runs(self) -> bool:
        """Whether the process is there."""
        return self._process is not None and self._process.returncode is None

    def log_tail(self, lines: int = 20) -> str:
        """Return the end of the log, under a line that says where it is."""
        if not self.log.exists():
            return ""
        tail = self.log.read_text("utf-8", "replace").splitlines()[-lines:]
        return "\n".join([f"The end of {self.log.relative_to(ROOT)}:", *tail])

    def remove(self) -> None:
        """Remove the folder."""
        shutil.rmtree(self.folder, ignore_errors=True)

    @property
    def _running(self) -> asyncio.subprocess.Process:
        """The process that was started."""
        if self._process is None:
            raise DemoError("Home Assistant is not running.")
        return self._process

    async def _launch(self) -> None:
        """Start the process, in a session of its own so that Ctrl-C is ours."""
        with self.log.open("ab") as log:
            self._process = await asyncio.create_subprocess_exec(
                str(self._installation.python),
                *("-m", "homeassistant", "--config", str(self.folder)),
                *("--skip-pip", "--log-no-color"),
                cwd=self.folder,
                env={**os.environ, "PARQEX_BASE_URL": self._cloud_url},
                stdin=asyncio.subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    def _furnish(self) -> None:
        """Make the folder: integration, settings; nothing that calls out."""
        self.remove()
        components = self.folder / "custom_components"
        components.mkdir(parents=True)
        (components / "parqex").symlink_to(ROOT / "custom_components" / "parqex")
        (self.folder / "configuration.yaml").write_text(self._configuration, "utf-8")
        (self.folder / "automations.yaml").write_text("[]", "utf-8")
        # In YAML it would be on trial, and taken back after five minutes.
        self._store("http", {"server_host": [HOST], "server_port": self.port})
        # The user is still to be made. The other steps would set up integrations
        # that fetch things from the internet.
        self._store("onboarding", {"done": ["core_config", "analytics", "integration"]})
        if self._installation.has("marketplace"):
            # New in 2026.11; it fetches its catalog as soon as it is set up.
            self._store("core.config_entries", {"entries": [MARKETPLACE_OFF]})

    def _store(self, key: str, data: dict[str, Any]) -> None:
        """Write what Home Assistant finds in its storage; it brings it up to date."""
        storage = self.folder / ".storage"
        storage.mkdir(exist_ok=True)
        version = 4 if key == "onboarding" else 1
        payload = {"version": version, "minor_version": 1, "key": key, "data": data}
        (storage / key).write_text(json.dumps(payload), "utf-8")


MARKETPLACE_OFF = {
    "entry_id": "marketplace",
    "domain": "marketplace",
    "title": "",
    "version": 1,
    "source": "system",
    "data": {},
    "disabled_by": "user",
}


def see_port_free(port: int) -> None:
    """Raise OSError if a port cannot be had."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        probe.bind((HOST, port))


def free_port() -> int:
    """Return a port that nobody uses."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        port: int = probe.getsockname()[1]
    return port
