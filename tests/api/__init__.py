"""Tests for the ParqEx API client, over real HTTP on loopback."""
