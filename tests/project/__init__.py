"""Tests that police the repository itself."""
