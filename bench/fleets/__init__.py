"""The two sides of ``bench fleet``: a coordinator in a process of its own, and simulated agents in others."""
