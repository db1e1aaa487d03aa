"""How long a round waits; both sides hold to it, for an agent that leaves early is lost to the round.

Messages of a stage go through one transport, which spends up to a tenth of a second of one core on each dealership's
(Flower 1.41, its SuperLink): with many dealerships that takes longer than what they have to compute. Twice as much is
allowed for.
"""

from typing import Final

from guildpost_shared.secagg.stages import ASKING

LEAST_STAGE_SECONDS: Final = 60.0
SECONDS_PER_AGENT: Final = 0.2


def stage_seconds(agents: int) -> float:
    """Say how long a stage waits for the replies of so many agents; whoever answers later is left out."""
    return max(LEAST_STAGE_SECONDS, SECONDS_PER_AGENT * agents)


def round_seconds(agents: int) -> float:
    """Say how long all stages of a round of so many agents take at most."""
    return len(ASKING) * stage_seconds(agents)
