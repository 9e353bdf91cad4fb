"""Tests for the simulated ParqEx cloud."""
