"""From masked vectors and revealed shares to the sum (Bonawitz et al. 2017, figure 4, round 4, server)."""

from collections.abc import Mapping

import numpy as np

from guildpost_shared.secagg import keys, masking, quantise
from guildpost_shared.secagg.cohort import Cohort
from guildpost_shared.secagg.context import RoundContext
from guildpost_shared.secagg.keys import RoundKey
from guildpost_shared.secagg.messages import UnmaskingReply
from guildpost_shared.secagg.prg import Ring
from guildpost_shared.secagg.quantise import Integers
from guildpost_shared.secagg.rebuilding import FalseShares, rebuild


def unmasked_sum(
    context: RoundContext,
    cohort: Cohort,
    *,
    commitments: Mapping[str, bytes],
    masked: Mapping[str, Ring],
    revealed: Mapping[str, UnmaskingReply],
) -> tuple[Integers, tuple[FalseShares, ...]]:
    """Rebuild the needed secrets, check them, and take the masks off the sum (steps 4.5 and 4.6).

    Args:
        context: the round.
        cohort: U1.
        commitments: of every agent of U2 to its self-mask secret.
        masked: vectors of the survivors U3.
        revealed: replies of stage 4; each holds one share per agent of U2, in order of ids.

    Returns:
        The sum, and the false shares in spite of which it was found.

    Raises:
        ProtocolViolation: ``secagg_undecodable`` when no set of shares gives secrets that fit their commitments and
            public keys.
    """
    dead_keys: dict[str, RoundKey] = {}

    def fits(agent: str, secret: bytes) -> bool:
        if agent in masked:
            return keys.commitment(context, secret, agent) == commitments[agent]
        dead_keys[agent] = RoundKey(context, agent, secret)
        return dead_keys[agent].public == cohort.by_id[agent].keys.mask

    rebuilt = rebuild(cohort, sorted(commitments), revealed, fits)
    total = np.zeros(context.dimension, dtype=np.uint64)
    for vector in masked.values():
        np.add(total, vector, out=total)
    masking.remove_self_masks(context, total, {agent: rebuilt.secrets[agent] for agent in masked})
    masking.remove_pair_masks(total, dead_keys, [(agent, cohort.by_id[agent].keys.mask) for agent in sorted(masked)])
    return quantise.from_ring(total), rebuilt.false
