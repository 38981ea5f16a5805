"""One file per staff command."""
