"""What the benchmark of the secure sum drives: one whole round of our own, and one of Flower's SecAgg+."""
