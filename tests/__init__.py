"""Tests for the ParqEx integration."""
