"""Tests of the ParqEx integration."""

import pytest

pytest.register_assert_rewrite("tests.reliability")
