"""Tests of the ParqEx integration."""
