"""Performance claims, each a program: ``make bench BENCH=name`` prints one JSON line per figure."""
