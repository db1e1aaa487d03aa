"""Who counts, and how much: legal-entity groups, the floor, and the one threshold.

A legal entity counts once, however many sites it runs:

- the **threshold** ``t = max(10, ⌈0.8·g⌉)`` counts the groups ``g`` of the share-holders that the agent verified
  itself. It is at once the Shamir threshold, the least number of surviving groups, and the divisor of the noise.
  Shares are cut in stage 1, when the share-holders are the verified key list U1; whoever leaves before stage 2 makes
  the same t harder to reach, never smaller;
- all agents of a group hold the **same Shamir share**, so a group of many sites holds one share, not many;
- a group has **agreed** to a survivor set when more than half of its agents in U1 signed it. Two different survivor
  sets can then not both have t groups behind them unless one agent in each of 2t − g ≥ 0.6·g groups signed twice.
"""

import hashlib
from collections import Counter
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Final

from guildpost_shared.identity.roster import Roster
from guildpost_shared.secagg.codec import Writer
from guildpost_shared.secagg.messages import PublicKeys

FLOOR_GROUPS: Final = 10
"""Fewest legal entities in any sum; compiled in, no message changes it."""


def threshold_of(groups: int) -> int:
    """Compute t from the number of groups: four fifths, rounded up, at least the floor."""
    return max(FLOOR_GROUPS, -(-4 * groups // 5))


@dataclass(frozen=True)
class Member:
    """An agent of U1: its legal entity and its verified public keys of this round."""

    agent_id: str
    group: str
    keys: PublicKeys


@dataclass(frozen=True)
class Cohort:
    """U1, ordered by agent id."""

    members: tuple[Member, ...]

    @classmethod
    def of(cls, roster: Roster, keys: Iterable[tuple[str, PublicKeys]]) -> "Cohort":
        """Look up the groups of verified agents."""
        members = (Member(agent, roster.by_id[agent].legal_entity, public) for agent, public in keys)
        return cls(tuple(sorted(members, key=lambda member: member.agent_id)))

    @cached_property
    def by_id(self) -> dict[str, Member]:
        """Members by agent id."""
        return {member.agent_id: member for member in self.members}

    @cached_property
    def agents(self) -> tuple[str, ...]:
        """Agent ids in order."""
        return tuple(member.agent_id for member in self.members)

    def others(self, agent_id: str) -> tuple[Member, ...]:
        """Give everybody but one, in order."""
        return tuple(member for member in self.members if member.agent_id != agent_id)

    @cached_property
    def _positions(self) -> dict[str, int]:
        return {group: at for at, group in enumerate(sorted({member.group for member in self.members}), start=1)}

    @property
    def holders(self) -> int:
        """Number of groups, each of which holds one Shamir share."""
        return len(self._positions)

    @property
    def threshold(self) -> int:
        """The one threshold t, in groups."""
        return threshold_of(self.holders)

    def share_position(self, agent_id: str) -> int:
        """Give the Shamir abscissa of an agent's group, 1 to ``holders``."""
        return self._positions[self.by_id[agent_id].group]

    def groups(self, agents: Iterable[str]) -> int:
        """Count the groups that some agents belong to."""
        return len({self.by_id[agent].group for agent in agents})

    @cached_property
    def _sizes(self) -> Counter[str]:
        return Counter(member.group for member in self.members)

    def agreeing_groups(self, signers: Collection[str]) -> int:
        """Count the groups of which more than half of the agents in U1 are among the signers."""
        signed = Counter(self.by_id[agent].group for agent in set(signers))
        return sum(2 * signed[group] > self._sizes[group] for group in signed)

    def just_enough(self, signers: Iterable[str]) -> tuple[str, ...]:
        """Pick signers with whom t groups agree, as few as possible.

        Every agent verifies every signature that it is sent, so those that prove nothing more are left out.
        """
        by_group: dict[str, list[str]] = {}
        for agent in sorted(signers):
            by_group.setdefault(self.by_id[agent].group, []).append(agent)
        agreeing = {group: signed for group, signed in by_group.items() if 2 * len(signed) > self._sizes[group]}
        cheapest = sorted(agreeing, key=lambda group: (self._sizes[group], group))[: self.threshold]
        return tuple(sorted(agent for group in cheapest for agent in agreeing[group][: self._sizes[group] // 2 + 1]))

    @cached_property
    def digest(self) -> bytes:
        """Hash of who is in U1, in which group, with which keys (32 bytes)."""
        writer = Writer().ids(self.agents)
        for member in self.members:
            writer.raw(hashlib.sha256(member.group.encode("utf-8")).digest()).raw(member.keys.encode())
        return hashlib.sha256(writer.take()).digest()
