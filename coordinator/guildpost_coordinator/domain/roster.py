"""Which memberships stand in the roster."""

from collections.abc import Iterable

from guildpost_coordinator.domain.membership import Membership, State
from guildpost_shared.identity.roster import Roster, RosterEntry


def build_roster(memberships: Iterable[Membership], *, version: int, coordinator_key: bytes) -> Roster:
    """Write the roster of everybody who is active; locked and revoked members take no part in rounds.

    Args:
        memberships: all of them.
        version: of the roster.
        coordinator_key: raw Ed25519 key that signs round instructions.
    """
    entries = tuple(
        RosterEntry(member.agent_id, member.legal_entity, member.identity_key, member.flower_key)
        for member in sorted(memberships, key=lambda member: member.agent_id)
        if member.state is State.ACTIVE
    )
    return Roster(version=version, coordinator_key=coordinator_key, entries=entries)


def same_members(one: Roster, other: Roster) -> bool:
    """Say whether two rosters differ in nothing but their version."""
    return (one.coordinator_key, one.entries) == (other.coordinator_key, other.entries)
