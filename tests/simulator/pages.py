"""The pages, each put together into one file that loads nothing else."""

from pathlib import Path
import re
from typing import Final

_FOLDER: Final = Path(__file__).with_name("web")


def read_page(name: str) -> str:
    """Return a page with the styles and scripts that it names in comments."""
    page = (_FOLDER / name).read_text("utf-8")
    return re.sub(
        r"/\* ([a-z]+\.(?:css|js)) \*/",
        lambda match: (_FOLDER / match[1]).read_text("utf-8"),
        page,
    )
