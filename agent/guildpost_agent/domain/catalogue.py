"""When a catalogue path is in force at a dealer.

1. Every role that its kind requires lists it (``catalogue_paths.REQUIRED_ROLES``); listed by none it is unknown,
   listed by some it waits for the others.
2. All of them list the same length and SHA-256.
3. It is not larger than a target may be.
4. Where the association is among the roles, the association's key in the catalogue must be the one whose fingerprint
   the dealer was given by the association. Until then studies and the roster are refused, and the rest works.

Each refusal is an error code, so that a screen can say why something is not used. The catalogue may be used for 28
days after the timestamp of its last good state, for rounds only until that timestamp expires: a study or the roster may
have been recalled since. A clock that is behind what was signed is not trusted.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Literal

from guildpost_shared.catalogue_paths import ASSOCIATION, MAX_TARGET_BYTES, TIMESTAMP_LIFETIME, Role, required_roles
from guildpost_shared.errors import Untrusted

KEEP_SENDING: Final = timedelta(days=28)
CLOCK_TOLERANCE: Final = timedelta(minutes=10)

Refusal = Literal[
    "catalogue_unknown_path",
    "catalogue_one_role_only",
    "catalogue_roles_disagree",
    "catalogue_target_too_large",
    "association_key_missing",
    "association_key_mismatch",
]
AssociationTrust = Literal["trusted", "association_key_missing", "association_key_mismatch"]


@dataclass(frozen=True)
class Listing:
    """What a role says about a path: length in bytes and SHA-256 in hex."""

    length: int
    sha256: str


def judge(path: str, listings: Mapping[Role, Listing], association: AssociationTrust) -> Listing | Refusal:
    """Decide whether a path is in force.

    Args:
        path: a checked path without role.
        listings: what each role that lists the path says.
        association: whether the association's key is the dealer's anchor.

    Returns:
        The listing in force, or why there is none.
    """
    roles = required_roles(path)
    found = [listings[role] for role in roles if role in listings]
    if not found:
        return "catalogue_unknown_path"
    if len(found) < len(roles):  # 1
        return "catalogue_one_role_only"
    if len(set(found)) > 1:  # 2
        return "catalogue_roles_disagree"
    if found[0].length > MAX_TARGET_BYTES:  # 3
        return "catalogue_target_too_large"
    if ASSOCIATION in roles and association != "trusted":  # 4
        return association
    return found[0]


def check_clock(now: datetime, signed_at: datetime) -> None:
    """Compare the wall clock with when the newest seen timestamp was signed (both UTC).

    Raises:
        Untrusted: ``catalogue_clock_behind``: expiry dates mean nothing on such a clock.
    """
    if now < signed_at - CLOCK_TOLERANCE:
        raise Untrusted("catalogue_clock_behind", detail=f"{now:%Y-%m-%dT%H:%MZ} < {signed_at:%Y-%m-%dT%H:%MZ}")


def may_send(age: timedelta) -> bool:
    """Say whether sending may go on with a catalogue whose last good timestamp is that old.

    Args:
        age: below zero where the clock is behind the timestamp.
    """
    return -CLOCK_TOLERANCE <= age <= KEEP_SENDING


def may_take_part(age: timedelta) -> bool:
    """Say whether rounds may be joined with a catalogue whose last good timestamp is that old: it must not be expired.

    Args:
        age: below zero where the clock is behind the timestamp.
    """
    return -CLOCK_TOLERANCE <= age < TIMESTAMP_LIFETIME
