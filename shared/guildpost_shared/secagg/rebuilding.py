"""From revealed shares to secrets (step 4.5), although some of them may be false.

A rebuilt secret is believed only when it fits what its owner promised in stage 0 or 1, so a false share is always
noticed. It costs the round only when too many are false:

1. the first t groups' shares fit: that is the honest round, and nothing more is computed;
2. otherwise the wrong groups are found from the redundancy, up to half of what exceeds t (``false_shares``);
3. in small networks groups are left out in turn until all secrets fit, up to everything that exceeds t.

A share that does not fit speaks against its holder, or against the owner who cut it: many owners against one holder
mean the holder, a single one leaves it open. Both are named.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from math import comb
from typing import Final

import numpy as np

from guildpost_shared.errors import ProtocolViolation
from guildpost_shared.secagg.cohort import Cohort
from guildpost_shared.secagg.false_shares import places_of_false
from guildpost_shared.secagg.messages import UnmaskingReply
from guildpost_shared.secagg.shamir import SECRET_BYTES, Elements, combine, elements, values_at

MOST_TRIES: Final = 2_000
_LIMBS: Final = SECRET_BYTES // 2

Fits = Callable[[str, bytes], bool]


@dataclass(frozen=True)
class FalseShares:
    """Who revealed shares that do not fit, and whose secrets they are of."""

    holder: str
    owners: tuple[str, ...]


@dataclass(frozen=True)
class Rebuilt:
    """The secrets by owner, and the false shares that were found on the way."""

    secrets: Mapping[str, bytes]
    false: tuple[FalseShares, ...] = ()


def rebuild(cohort: Cohort, owners: Sequence[str], revealed: Mapping[str, UnmaskingReply], fits: Fits) -> Rebuilt:
    """Rebuild every owner's secret.

    Args:
        cohort: U1.
        owners: U2, ordered by id; shares stand in this order.
        revealed: replies of stage 4, of at least t groups.
        fits: tells whether a secret is the one that its owner promised.

    Raises:
        ProtocolViolation: ``secagg_undecodable``: no set of t groups gives secrets that fit.
    """
    rows = _row_per_group(cohort, revealed)
    first = {place: rows[place] for place in sorted(rows)[: cohort.threshold]}
    secrets, misfit = _attempt(first, owners, fits)
    if misfit is None:
        return Rebuilt(secrets)
    for chosen in _other_choices(rows, cohort.threshold):
        secrets, misfit = _attempt(chosen, owners, fits)
        if misfit is None:
            return Rebuilt(secrets, _false(cohort, owners, revealed, chosen))
    raise ProtocolViolation("secagg_undecodable", detail=f"rebuilt secret of {misfit}")


def _other_choices(rows: Mapping[int, bytes], threshold: int) -> Iterator[dict[int, bytes]]:
    """Offer sets of t groups, the likeliest first."""
    places = sorted(rows)
    wrong = places_of_false({place: elements(row) for place, row in rows.items()}, threshold)
    if wrong is not None:
        yield {place: rows[place] for place in [place for place in places if place not in wrong][:threshold]}
    if comb(len(places), threshold) <= MOST_TRIES:
        yield from ({place: rows[place] for place in some} for some in combinations(places, threshold))


def _attempt(shares: Mapping[int, bytes], owners: Sequence[str], fits: Fits) -> tuple[dict[str, bytes], str | None]:
    """Rebuild from one set; return the secrets, and the first owner whose secret does not fit."""
    try:
        secrets = dict(zip(owners, combine(shares), strict=True))
    except ProtocolViolation:
        return {}, owners[0]
    return secrets, next((owner for owner, secret in secrets.items() if not fits(owner, secret)), None)


def _row_per_group(cohort: Cohort, revealed: Mapping[str, UnmaskingReply]) -> dict[int, bytes]:
    """Take what most agents of a group revealed: all of them hold the same share."""
    said: dict[int, Counter[bytes]] = {}
    for agent in sorted(revealed):
        said.setdefault(cohort.share_position(agent), Counter())[revealed[agent].shares] += 1
    return {place: rows.most_common(1)[0][0] for place, rows in said.items()}


def _false(
    cohort: Cohort, owners: Sequence[str], revealed: Mapping[str, UnmaskingReply], fitting: Mapping[int, bytes]
) -> tuple[FalseShares, ...]:
    """Compare everybody's shares with the polynomials through a fitting set."""
    through = {place: elements(row) for place, row in fitting.items()}
    found = ((agent, _wrong(cohort, agent, owners, revealed[agent], through)) for agent in sorted(revealed))
    return tuple(FalseShares(agent, wrong) for agent, wrong in found if wrong)


def _wrong(
    cohort: Cohort, agent: str, owners: Sequence[str], reply: UnmaskingReply, through: Mapping[int, Elements]
) -> tuple[str, ...]:
    place = cohort.share_position(agent)
    expected = through[place] if place in through else values_at(place, through)
    wrong = np.any((elements(reply.shares) != expected).reshape(-1, _LIMBS), axis=1)
    return tuple(owner for owner, mark in zip(owners, wrong.tolist(), strict=True) if mark)
