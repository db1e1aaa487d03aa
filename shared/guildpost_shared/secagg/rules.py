"""What an agent refuses, stage by stage; pure functions over decoded requests; numbers as in the package."""

from collections.abc import Iterable, Mapping

from guildpost_shared.errors import ProtocolViolation, Refused, Untrusted
from guildpost_shared.identity.roster import Roster
from guildpost_shared.secagg import keys
from guildpost_shared.secagg.cohort import FLOOR_GROUPS, Cohort
from guildpost_shared.secagg.context import RoundContext
from guildpost_shared.secagg.envelope import Envelope
from guildpost_shared.secagg.messages import (
    Advertisement,
    ConsistencyRequest,
    PublicKeys,
    ShareKeysRequest,
    UnmaskingRequest,
)
from guildpost_shared.secagg.shards import MOST_AGENTS, shard_of
from guildpost_shared.secagg.stages import Stage


def verified_cohort(
    context: RoundContext,
    roster: Roster,
    own: tuple[str, PublicKeys],
    request: ShareKeysRequest,
    *,
    most_agents: int = MOST_AGENTS,
) -> Cohort:
    """Judge the key list (step 1.2; rules 4, 5 and 6).

    Args:
        context: the round.
        roster: the verified roster; it says who is in the agent's shard (``shards``).
        own: the agent and the keys that it advertised.
        request: the key list.
        most_agents: largest shard.

    Raises:
        Untrusted: ``secagg_unknown_key`` for an agent outside the roster or a key without its agent's signature.
        ProtocolViolation: ``secagg_key`` for a key that occurs twice, is of small order, or is not what was advertised;
            ``secagg_shard`` for an agent of another shard.
        Refused: ``secagg_floor`` for fewer groups than the floor.
    """
    require_one_shard(roster, own[0], [item.agent_id for item in request.advertisements], most_agents)
    for advertisement in request.advertisements:
        require_signed_keys(context, roster, advertisement)
    listed = {item.agent_id: item.keys for item in request.advertisements}
    if listed.get(own[0]) != own[1]:
        raise ProtocolViolation("secagg_key", detail="own keys are missing or altered")
    raw = [key for public in listed.values() for key in (public.channel, public.mask)]
    if len(set(raw)) != len(raw):
        raise ProtocolViolation("secagg_key", detail="a key occurs twice")
    cohort = Cohort.of(roster, listed.items())
    if cohort.holders < FLOOR_GROUPS:
        raise Refused("secagg_floor", groups=cohort.holders, floor=FLOOR_GROUPS)
    return cohort


def require_one_shard(roster: Roster, agent_id: str, others: Iterable[str], most_agents: int = MOST_AGENTS) -> None:
    """Refuse company that the roster does not give an agent; who is not on the roster is refused for that."""
    shard = shard_of(roster, agent_id, most_agents)
    strangers = sorted(other for other in others if other in roster.by_id and other not in shard)
    if strangers:
        raise ProtocolViolation("secagg_shard", detail=strangers[0])


def require_signed_keys(context: RoundContext, roster: Roster, advertisement: Advertisement) -> None:
    """Refuse keys that no dealer of the roster signed for exactly this round, or that are of small order."""
    agent, public = advertisement.agent_id, advertisement.keys
    entry = roster.entry(agent)
    signed = Envelope(context, "reply", Stage.ADVERTISE_KEYS, agent)
    if entry is None or not signed.is_signed_by(entry.identity_key, public.encode(), advertisement.signature):
        raise Untrusted("secagg_unknown_key", detail=agent)
    require_usable_keys(advertisement)


def require_usable_keys(advertisement: Advertisement) -> None:
    """Refuse keys of small order, with which every agreement gives zero."""
    public = advertisement.keys
    if not (keys.is_usable_public_key(public.channel) and keys.is_usable_public_key(public.mask)):
        raise ProtocolViolation("secagg_key", detail=f"small order: {advertisement.agent_id}")


def require_share_holders(cohort: Cohort, agent_id: str, sealed: Mapping[str, bytes]) -> None:
    """Judge U2 before a share is opened (step 2.2, rule 7): others of U1, with the agent itself at least t groups."""
    if agent_id in sealed or not sealed.keys() <= cohort.by_id.keys():
        raise ProtocolViolation("secagg_survivors", detail="shares from outside the key list, or from oneself")
    _require_threshold(cohort, cohort.groups({*sealed, agent_id}))


def require_survivors(cohort: Cohort, agent_id: str, holders: frozenset[str], request: ConsistencyRequest) -> None:
    """Judge U3 (step 3.2, rule 8): share-holders only, the agent itself among them, at least t groups."""
    survivors = frozenset(request.survivors)
    if not survivors <= holders or agent_id not in survivors:
        raise ProtocolViolation("secagg_survivors", detail="not among the share-holders, or oneself missing")
    _require_threshold(cohort, cohort.groups(survivors))


def require_unmasking(
    context: RoundContext,
    roster: Roster,
    cohort: Cohort,
    *,
    holders: frozenset[str],
    survivors: frozenset[str],
    digest: bytes,
    request: UnmaskingRequest,
) -> None:
    """Judge the request for shares (step 4.2; rules 9 and 10).

    Raises:
        ProtocolViolation: ``secagg_survivors`` when somebody is both alive and dead, or the lists are not the signed
            survivors and the other share-holders.
        Untrusted: ``secagg_unsigned_survivors`` without valid signatures of at least t groups.
    """
    alive, dead = frozenset(request.alive), frozenset(request.dead)
    if alive & dead:
        raise ProtocolViolation("secagg_survivors", detail="alive and dead at once")
    if alive != survivors or dead != holders - survivors:
        raise ProtocolViolation("secagg_survivors", detail="not the survivor set that was signed")
    for signer, signature in request.signatures:
        entry = roster.entry(signer)
        signed = Envelope(context, "reply", Stage.CONSISTENCY_CHECK, signer)
        if entry is None or signer not in survivors or not signed.is_signed_by(entry.identity_key, digest, signature):
            raise Untrusted("secagg_unsigned_survivors", detail=signer)
    agreeing = cohort.agreeing_groups([signer for signer, _ in request.signatures])
    if agreeing < cohort.threshold:
        raise Untrusted("secagg_unsigned_survivors", detail=f"{agreeing} of {cohort.threshold} groups")


def _require_threshold(cohort: Cohort, groups: int) -> None:
    if groups < cohort.threshold:
        raise Refused("secagg_below_threshold", groups=groups, threshold=cohort.threshold)
