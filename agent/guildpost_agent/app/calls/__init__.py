"""Call tasks: what is to be done now, what came of it, what was noted."""
