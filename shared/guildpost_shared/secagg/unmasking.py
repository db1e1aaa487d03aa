"""From masked vectors and revealed shares to the sum (Bonawitz et al. 2017, figure 4, round 4, server)."""

from collections.abc import Mapping

from guildpost_shared.errors import ProtocolViolation
from guildpost_shared.secagg import keys, masking, quantise, shamir
from guildpost_shared.secagg.cohort import Cohort
from guildpost_shared.secagg.context import RoundContext
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
    """Rebuild the needed secrets, check them, and take the masks off the sum.

    Args:
        context: the round.
        cohort: U1.
        commitments: of every agent of U2 to its self-mask secret.
        masked: vectors of the survivors U3.
        revealed: replies of stage 4; each holds one share per agent of U2, in order of ids.

    Raises:
        ProtocolViolation: ``secagg_undecodable`` when a rebuilt secret does not fit its commitment or public key.
    """
    shares = _share_table(cohort, revealed)
    self_secrets: dict[str, bytes] = {}
    dead_keys: dict[str, bytes] = {}
    for at, agent in enumerate(sorted(commitments)):
        secret = shamir.combine({position: row[at] for position, row in shares.items()})
        if agent in masked:
            _require(keys.commitment(context, secret, agent) == commitments[agent], agent)
            self_secrets[agent] = secret
        else:
            _require(keys.public_key(secret) == cohort.by_id[agent].keys.mask, agent)
            dead_keys[agent] = secret
    total = sum(masked.values(), start=_zero(context))
    masking.remove_self_masks(context, total, self_secrets)
    masking.remove_pair_masks(
        context, total, dead_keys, [(agent, cohort.by_id[agent].keys.mask) for agent in sorted(masked)]
    )
    return quantise.from_ring(total)


def _share_table(cohort: Cohort, revealed: Mapping[str, UnmaskingReply]) -> dict[int, tuple[bytes, ...]]:
    """Take one reply per group, of exactly t groups."""
    rows: dict[int, tuple[bytes, ...]] = {}
    for agent in sorted(revealed):
        rows.setdefault(cohort.share_position(agent), revealed[agent].shares)
    return {position: rows[position] for position in sorted(rows)[: cohort.threshold]}


def _zero(context: RoundContext) -> Ring:
    return quantise.from_bytes(bytes(8 * context.dimension)).copy()


def _require(fits: bool, agent: str) -> None:  # noqa: FBT001 — reads as "require that it fits, of agent"
    if not fits:
        raise ProtocolViolation("secagg_undecodable", detail=f"rebuilt secret of {agent}")
