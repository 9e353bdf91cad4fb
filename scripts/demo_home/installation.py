"""An installed Home Assistant."""

from dataclasses import dataclass
from pathlib import Path
import sys


@dataclass(frozen=True, slots=True)
class Installation:
    """The Home Assistant of one Python environment: by default the one this runs in."""

    python: Path = Path(sys.executable)

    @property
    def version(self) -> str:
        """The version of Home Assistant."""
        [found] = self._packages.glob("homeassistant-*.dist-info")
        return found.name.removeprefix("homeassistant-").removesuffix(".dist-info")

    def has(self, component: str) -> bool:
        """Tell whether it brings a component."""
        return (self._packages / "homeassistant" / "components" / component).exists()

    @property
    def _packages(self) -> Path:
        """Where the environment's packages lie."""
        [found] = self.python.parents[1].glob("lib/python3.*/site-packages")
        return found
