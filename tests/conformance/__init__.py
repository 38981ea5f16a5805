"""One set of tests over every platform and everything it declares that it can do."""
