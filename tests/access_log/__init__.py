"""Tests of the access log, one module for a module of code."""
