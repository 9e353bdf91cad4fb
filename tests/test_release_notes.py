"""Tests of scripts/release_notes.py."""

from pathlib import Path

import pytest

from scripts.release_notes import release_notes

CHANGELOG = (
    "## Unreleased\n\n## 1.0.0 - 2026-12-01\n\n- a\n  b\n- c\n\n## 0.1.0\n\n- d\n"
)


def repository(root: Path, manifest: str, project: str, changelog: str) -> Path:
    """Write the files of a release."""
    component = root / "custom_components" / "parqex"
    component.mkdir(parents=True)
    (component / "manifest.json").write_text(f'{{"version": "{manifest}"}}')
    (root / "pyproject.toml").write_text(f'[project]\nversion = "{project}"\n')
    (root / "CHANGELOG.md").write_text(changelog)
    return root


def test_agreement(tmp_path: Path) -> None:
    """The notes are those of the version, one line each."""
    root = repository(tmp_path, "1.0.0", "1.0.0", CHANGELOG)
    assert release_notes("v1.0.0", root) == "- a b\n- c"


@pytest.mark.parametrize(
    ("files", "culprit"),
    [
        (("1.0.1", "1.0.0", CHANGELOG), "manifest.json"),
        (("1.0.0", "1.0.1", CHANGELOG), "pyproject.toml"),
        (("1.0.0", "1.0.0", CHANGELOG.replace(" - 2026-12-01", "")), "CHANGELOG.md"),
    ],
)
def test_disagreement(
    tmp_path: Path, files: tuple[str, str, str], culprit: str
) -> None:
    """Whatever does not agree with the tag ends it, by name."""
    with pytest.raises(SystemExit, match=culprit):
        release_notes("v1.0.0", repository(tmp_path, *files))
