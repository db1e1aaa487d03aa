"""What the benchmark of the propensity model drives: tables, unlike dealers, a federation, a pooled peer."""
