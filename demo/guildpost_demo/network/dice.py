"""The seeded randomness of the sample network: the same seed gives the same network on every machine."""

from random import Random


class Dice(Random):
    """A seeded generator that also answers with a share: ``if dice.happens(0.18)``."""

    def happens(self, share: float) -> bool:
        """Say yes in that share of the calls (0 to 1)."""
        return self.random() < share


def dice(seed: int, *names: str) -> Dice:
    """Make an independent generator for a named purpose of a seed (text seeds hash with SHA-512 inside Python)."""
    return Dice("/".join((str(seed), *names)))
