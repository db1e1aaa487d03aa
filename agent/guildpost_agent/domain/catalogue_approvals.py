"""Who approved what is in force, and since when it is: kept beside the state, as the agent saw it itself.

A role signs its whole listing, version after version. What stands in it unchanged was approved with the version in
which this agent first saw it; so an approval keeps its version and date while contents and key stay the same.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from guildpost_agent.domain.catalogue import Listing
from guildpost_shared.catalogue_paths import Role, required_roles


@dataclass(frozen=True)
class Approval:
    """One role's signature.

    Attributes:
        role: whose.
        fingerprint: of the key that signed, in printed form.
        version: of the role's listing.
        issued_at: when that version was issued, UTC.
    """

    role: Role
    fingerprint: str
    version: int
    issued_at: datetime


@dataclass(frozen=True)
class InForce:
    """What is in force under a path.

    Attributes:
        listing: length and SHA-256.
        since: when this agent took it over, UTC.
        approvals: one per role that its kind needs.
    """

    listing: Listing
    since: datetime
    approvals: tuple[Approval, ...]


def take_over(
    path: str, listing: Listing, signed: Mapping[Role, Approval], former: InForce | None, *, now: datetime
) -> InForce:
    """Note who approved what comes into force, or has been in force already.

    Args:
        path: a checked path without role.
        listing: what every required role lists.
        signed: each role's newest signature.
        former: what was in force under the path before.
        now: wall clock, UTC.
    """
    same = former is not None and former.listing == listing
    kept = {(each.role, each.fingerprint): each for each in former.approvals} if former is not None and same else {}
    approvals = tuple(kept.get((role, signed[role].fingerprint), signed[role]) for role in required_roles(path))
    return InForce(listing, former.since if former is not None and same else now, approvals)
