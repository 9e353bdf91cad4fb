"""How long importing takes beyond what Home Assistant has imported already.

Run as `python -m scripts.benchmarks.imports MODULE...` it imports, in a process of its
own, what Home Assistant imports before any integration, and prints the milliseconds
of processor time that the modules named take then.
"""

import asyncio
import gc
from importlib import import_module
import os
from pathlib import Path
from statistics import median
import sys
from time import process_time

from .service import ROOT

# Home Assistant's own start, what it always sets up, the platforms it prepares for
# everybody, and what the manifests of the measured integrations ask for.
BEFORE = (
    "homeassistant.bootstrap",
    "homeassistant.components.application_credentials",
    "homeassistant.components.backup",
    "homeassistant.components.binary_sensor",
    "homeassistant.components.cover",
    "homeassistant.components.event",
    "homeassistant.components.lock",
    "homeassistant.components.switch",
    "homeassistant.components.system_health",
    "homeassistant.components.webhook",
)
COMPARED = {
    "aladdin_connect": "homeassistant.components.aladdin_connect",
    "tedee": "homeassistant.components.tedee",
    "unifi_access": "homeassistant.components.unifi_access",
    "parqex": "custom_components.parqex",
}


async def measure_imports(rounds: int) -> dict[str, float]:
    """Return the median of the milliseconds that each integration takes."""
    taken: dict[str, list[float]] = {name: [] for name in COMPARED}
    for number in range(rounds + 1):
        for name, package in COMPARED.items():
            took = await _in_a_new_process(_modules(package))
            # The first turn compiles.
            if number:
                taken[name].append(took)
    return {name: median(times) for name, times in taken.items()}


def _modules(package: str) -> list[str]:
    """Return a package and every module of it, though most are loaded when needed."""
    folder = ROOT / package.replace(".", "/")
    if not folder.is_dir():
        homeassistant = import_module("homeassistant").__file__ or ""
        folder = Path(homeassistant).parents[1] / package.replace(".", "/")
    names = [path.stem for path in sorted(folder.glob("*.py"))]
    return [package, *(f"{package}.{one}" for one in names if one != "__init__")]


async def _in_a_new_process(modules: list[str]) -> float:
    """Import modules where nobody did before, compiled as Home Assistant keeps them."""
    environment = {**os.environ, "PYTHONPYCACHEPREFIX": str(ROOT / ".dev" / "pycache")}
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "scripts.benchmarks.imports",
        *modules,
        cwd=ROOT,
        env=environment,
        stdout=asyncio.subprocess.PIPE,
    )
    told, _ = await process.communicate()
    return float(told)


def _main(modules: list[str]) -> None:
    """Import, and print how long it took."""
    for module in BEFORE:
        import_module(module)
    gc.collect()
    gc.freeze()
    started = process_time()
    for module in modules:
        import_module(module)
    print((process_time() - started) * 1000)


if __name__ == "__main__":
    _main(sys.argv[1:])
