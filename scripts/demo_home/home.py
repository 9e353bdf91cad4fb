"""A real Home Assistant: its folder, its process, its log."""

import asyncio
from collections.abc import Iterable
from contextlib import suppress
import json
import os
from pathlib import Path
import shutil
import socket
import sys
from typing import Any

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
  # ParqEx's webhook requires a public address; the simulated cloud knows a shorter way.
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
        python: Path = Path(sys.executable),
        components: Iterable[Path] = (),
    ) -> None:
        """Initialize with the port, ParqEx's address and the Python that has it."""
        self._components = ROOT / "custom_components" / "parqex", *components
        self.base_url = f"http://{HOST}:{port}"
        # One folder for each port, which only one process can use.
        self.folder = ROOT / ".dev" / "demo" / str(port)
        self.log = self.folder / "console.log"
        self._port = port
        self._cloud_url = cloud_url
        self._configuration = configuration
        self._python = python
        [self._packages] = python.parents[1].glob("lib/python3.*/site-packages")
        self._process: asyncio.subprocess.Process | None = None

    @property
    def version(self) -> str:
        """Return the version of Home Assistant."""
        [found] = self._packages.glob("homeassistant-*.dist-info")
        return found.name.removeprefix("homeassistant-").removesuffix(".dist-info")

    @property
    def pid(self) -> int:
        """Return the id of the process."""
        if self._process is None:
            raise DemoError("Home Assistant is not running.")
        return self._process.pid

    @property
    def runs(self) -> bool:
        """Return whether the process is running."""
        return self._process is not None and self._process.returncode is None

    async def start(self) -> None:
        """Start Home Assistant in a fresh folder; it takes a while to answer."""
        self.remove()
        components = self.folder / "custom_components"
        components.mkdir(parents=True)
        for component in self._components:
            (components / component.name).symlink_to(component)
        (self.folder / "configuration.yaml").write_text(self._configuration, "utf-8")
        (self.folder / "automations.yaml").write_text("[]", "utf-8")
        # In YAML it would be on trial, and taken back after five minutes.
        self._store("http", {"server_host": [HOST], "server_port": self._port})
        # The user is not made yet. The other steps would set up integrations that
        # fetch from the internet.
        self._store("onboarding", {"done": ["core_config", "analytics", "integration"]})
        if (self._packages / "homeassistant" / "components" / "marketplace").exists():
            # New in 2026.11; it fetches its catalog as soon as it is set up.
            self._store("core.config_entries", {"entries": [MARKETPLACE_OFF]})
        await self.start_again()

    async def start_again(self) -> None:
        """Start Home Assistant in the folder as it was left."""
        with self.log.open("ab") as log:
            self._process = await asyncio.create_subprocess_exec(
                str(self._python),
                *("-m", "homeassistant", "--config", str(self.folder)),
                *("--skip-pip", "--log-no-color"),
                cwd=self.folder,
                env={**os.environ, "PARQEX_BASE_URL": self._cloud_url},
                stdin=asyncio.subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                # A session of its own, so that Ctrl-C reaches only the demo.
                start_new_session=True,
            )

    async def wait(self) -> int:
        """Return the exit status once it has ended; a restart is no end."""
        while self._process:
            if (status := await self._process.wait()) != RESTART:
                return status
            await self.start_again()
        raise DemoError("Home Assistant is not running.")

    async def kill(self) -> None:
        """End Home Assistant at once, without notice."""
        process, self._process = self._process, None
        if process:
            with suppress(ProcessLookupError):
                process.kill()
            await process.wait()

    async def stop(self) -> None:
        """Stop Home Assistant; kill it if that takes too long."""
        if self._process is None:
            return
        with suppress(ProcessLookupError):
            self._process.terminate()
        with suppress(TimeoutError):
            async with asyncio.timeout(SECONDS_TO_STOP):
                await self._process.wait()
        await self.kill()

    def log_tail(self, lines: int = 20) -> str:
        """Return the end of the log, under a line that says where it is."""
        if not self.log.exists():
            return ""
        tail = self.log.read_text("utf-8", "replace").splitlines()[-lines:]
        return "\n".join([f"The end of {self.log.relative_to(ROOT)}:", *tail])

    def remove(self) -> None:
        """Remove the folder."""
        shutil.rmtree(self.folder, ignore_errors=True)

    def _store(self, key: str, data: dict[str, Any]) -> None:
        """Write a file of Home Assistant's storage, which it migrates itself."""
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


def use_port(port: int, option: str = "") -> int:
    """Return a free port, any one for 0; name the option where it is not free."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError as err:
            reason = os.strerror(err.errno or 0).lower()
            raise DemoError(
                f"Port {port} cannot be used ({reason}); choose another with {option}."
            ) from None
        free: int = probe.getsockname()[1]
    return free
