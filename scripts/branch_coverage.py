"""Say which modules have less than 95 % of their branches covered, and fail then."""

import json
from pathlib import Path
import sys
from typing import Any

LEAST = 95
REPORT = Path(__file__).parents[1] / ".dev" / "coverage.json"


def uncovered(files: dict[str, Any]) -> list[str]:
    """Return the modules with too few branches covered, and how many are."""
    return [
        f"{path}: {100 * summary['covered_branches'] / summary['num_branches']:.0f} %"
        for path, file in sorted(files.items())
        if (summary := file["summary"])["num_branches"]
        and 100 * summary["covered_branches"] < LEAST * summary["num_branches"]
    ]


if __name__ == "__main__":
    if found := uncovered(json.loads(REPORT.read_text("utf-8"))["files"]):
        sys.exit("Too few branches are covered in\n" + "\n".join(found))
