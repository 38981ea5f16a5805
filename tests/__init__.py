"""Tests of modbot."""
