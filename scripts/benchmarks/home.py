"""Home Assistant's real core, with the dependencies of an account and nothing else."""

from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from types import MappingProxyType
from typing import Any

from homeassistant import auth, bootstrap, loader
from homeassistant.config_entries import SOURCE_USER, ConfigEntries, ConfigEntry
from homeassistant.core import CoreState, HomeAssistant
from homeassistant.helpers.aiohttp_client import async_get_clientsession
from homeassistant.setup import async_setup_component

from .service import ROOT

# The dependencies of the measured integrations.
COMPONENTS = ("homeassistant", "application_credentials")


@asynccontextmanager
async def running_home() -> AsyncGenerator[HomeAssistant]:
    """Run Home Assistant in a folder of its own, without network or add-ons."""
    with TemporaryDirectory() as folder:
        (Path(folder) / "custom_components").symlink_to(ROOT / "custom_components")
        hass = HomeAssistant(folder)
        loader.async_setup(hass)
        hass.config_entries = ConfigEntries(hass, {})
        await bootstrap.async_load_base_functionality(hass)
        hass.auth = await auth.auth_manager_from_config(hass, [], [])
        hass.config.skip_pip = True
        hass.config.internal_url = "http://127.0.0.1:8123"
        for component in COMPONENTS:
            if not await async_setup_component(hass, component, {}):
                raise RuntimeError(f"{component} was not set up")
        # The shared session exists long before any account.
        async_get_clientsession(hass)
        hass.set_state(CoreState.running)
        try:
            yield hass
        finally:
            await hass.async_stop(force=True)


def new_entry(
    domain: str,
    data: Mapping[str, Any],
    version: tuple[int, int] = (1, 1),
    *,
    options: Mapping[str, Any] | None = None,
) -> ConfigEntry[Any]:
    """Return an entry as a config flow would have made it."""
    return ConfigEntry(
        data=data,
        discovery_keys=MappingProxyType({}),
        domain=domain,
        minor_version=version[1],
        options=options or {},
        pref_disable_polling=True,
        source=SOURCE_USER,
        subentries_data=(),
        title="Benchmark",
        unique_id=domain,
        version=version[0],
    )
