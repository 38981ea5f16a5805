"""modbot's figures, each measured beside its reference in one run. See README.md."""
