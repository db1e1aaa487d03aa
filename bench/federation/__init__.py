"""What the benchmark of rounds drives: a network of real processes, and one of simulated agents."""
