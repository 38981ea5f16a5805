"""A simulated school day: one district, a class on every platform, and raids. Nothing to configure."""
