"""From masked vectors and revealed shares to the sum (Bonawitz et al. 2017, figure 4, round 4, server)."""

from collections.abc import Mapping

import numpy as np

from guildpost_shared.errors import ProtocolViolation
from guildpost_shared.secagg import keys, masking, quantise, shamir
from guildpost_shared.secagg.cohort import Cohort
from guildpost_shared.secagg.context import RoundContext
from guildpost_shared.secagg.keys import RoundKey
from guildpost_shared.secagg.messages import UnmaskingReply
from guildpost_shared.secagg.prg import Ring
from guildpost_shared.secagg.quantise import Integers


def unmasked_sum(
    context: RoundContext,
    cohort: Cohort,
    *,
    commitments: Mapping[str, bytes],
    masked: Mapping[str, Ring],
    revealed: Mapping[str, UnmaskingReply],
) -> Integers:
    """Rebuild the needed secrets, check them, and take the masks off the sum (steps 4.5 and 4.6).

    Args:
        context: the round.
        cohort: U1.
        commitments: of every agent of U2 to its self-mask secret.
        masked: vectors of the survivors U3.
        revealed: replies of stage 4; each holds one share per agent of U2, in order of ids.

    Raises:
        ProtocolViolation: ``secagg_undecodable`` when a rebuilt secret does not fit its commitment or public key.
    """
    self_secrets: dict[str, bytes] = {}
    dead_keys: dict[str, RoundKey] = {}
    secrets = shamir.combine(_one_share_per_group(cohort, revealed))
    for agent, secret in zip(sorted(commitments), secrets, strict=True):
        if agent in masked:
            _require(keys.commitment(context, secret, agent) == commitments[agent], agent)
            self_secrets[agent] = secret
        else:
            dead_keys[agent] = RoundKey(context, agent, secret)
            _require(dead_keys[agent].public == cohort.by_id[agent].keys.mask, agent)
    total = np.zeros(context.dimension, dtype=np.uint64)
    for vector in masked.values():
        np.add(total, vector, out=total)
    masking.remove_self_masks(context, total, self_secrets)
    masking.remove_pair_masks(total, dead_keys, [(agent, cohort.by_id[agent].keys.mask) for agent in sorted(masked)])
    return quantise.from_ring(total)


def _one_share_per_group(cohort: Cohort, revealed: Mapping[str, UnmaskingReply]) -> dict[int, bytes]:
    """Take one reply per group, of exactly t groups, by the group's abscissa."""
    rows: dict[int, bytes] = {}
    for agent in sorted(revealed):
        rows.setdefault(cohort.share_position(agent), revealed[agent].shares)
    return {position: rows[position] for position in sorted(rows)[: cohort.threshold]}


def _require(fits: bool, agent: str) -> None:  # noqa: FBT001 — reads as "require that it fits, of agent"
    if not fits:
        raise ProtocolViolation("secagg_undecodable", detail=f"rebuilt secret of {agent}")
