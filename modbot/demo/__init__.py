"""A simulated school day: three vendors, one district, one raid. Nothing to configure."""
