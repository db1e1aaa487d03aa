"""The set of offers that comes with the program, or the dealer's own in its place."""
