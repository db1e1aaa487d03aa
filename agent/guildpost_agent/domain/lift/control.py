"""Who is in the control group of a service: drawn by lot, by customer and service, and for good.

The draw is compared with the share, so that a larger share takes in more customers and lets none go. A smaller share
would let some go: they stay, because the decisions of the past name them.
"""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Final

from guildpost_agent.domain.keyed import draw

LEAST_SHARE: Final = 0.05
MOST_SHARE: Final = 0.10
Member = tuple[str, str]
"""A customer and a service."""


@dataclass(frozen=True)
class ControlGroup:
    """The dealer's control groups.

    Attributes:
        key: 32 bytes, behind every draw of the planner.
        share: 0.05 to 0.10.
        members: whom earlier decisions held out, and from which service.
    """

    key: bytes
    share: float = LEAST_SHARE
    members: Collection[Member] = frozenset()

    def __post_init__(self) -> None:
        if not LEAST_SHARE <= self.share <= MOST_SHARE:
            raise ValueError(f"share of {self.share}")

    def holds(self, customer_id: str, service_id: str) -> bool:
        """Say whether a customer is in a service's control group."""
        if (customer_id, service_id) in self.members:
            return True
        return draw(self.key, "holdout", customer_id, service_id) < self.share
