"""How many examples: two thousand each time, and many more by hand.

HYPOTHESIS_PROFILE=long scripts/test --timeout 0 tests/fuzz
"""

import os
from pathlib import Path

import freezegun
from hypothesis import HealthCheck, settings
from hypothesis.configuration import set_hypothesis_home_dir
import pytest

pytest.register_assert_rewrite("tests.fuzz.walk")

ROOT = Path(__file__).parents[2]

# A clock that moves fast must not end its search for a short example.
freezegun.configure(extend_ignore_list=["hypothesis"])
set_hypothesis_home_dir(ROOT / ".dev" / "hypothesis")
settings.register_profile(
    "ci",
    max_examples=150,
    deadline=None,  # the machine may be busy
    derandomize=True,  # the same ones each time
    database=None,
    suppress_health_check=[
        HealthCheck.too_slow,
        HealthCheck.function_scoped_fixture,  # none of them is changed
    ],
)
settings.register_profile(
    "long",
    parent=settings.get_profile("ci"),
    max_examples=100_000,
    derandomize=False,
    print_blob=True,
)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "ci"))
