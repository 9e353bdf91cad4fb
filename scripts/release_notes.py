"""Print a release's notes from the CHANGELOG, if tag, manifest and pyproject agree."""

import json
from pathlib import Path
import re
import sys
import tomllib

ROOT = Path(__file__).parents[1]


def release_notes(tag: str, root: Path = ROOT) -> str:
    """Return the notes, or end with what does not agree."""
    manifest = root / "custom_components" / "parqex" / "manifest.json"
    project = root / "pyproject.toml"
    versions = {
        manifest: json.loads(manifest.read_text("utf-8"))["version"],
        project: tomllib.loads(project.read_text("utf-8"))["project"]["version"],
    }
    for path, version in versions.items():
        if tag != f"v{version}":
            sys.exit(f"{path.name} says {version}, the tag {tag}")
    notes = re.search(
        rf"^## {re.escape(tag[1:])} - \d{{4}}-\d\d-\d\d\n(.*?)(?=^## |\Z)",
        (root / "CHANGELOG.md").read_text("utf-8"),
        re.MULTILINE | re.DOTALL,
    )
    if not notes or not notes[1].strip():
        sys.exit(f"CHANGELOG.md has no notes under '## {tag[1:]} - <date>'")
    # On a release's page, a line that is merely wrapped would end.
    return re.sub(r"\n +(?=[^\s-])", " ", notes[1].strip())


if __name__ == "__main__":
    print(release_notes(sys.argv[1]))
