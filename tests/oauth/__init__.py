"""Tests of the OAuth 2.0 login."""
