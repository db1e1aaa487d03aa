"""The cheapest way to post a release, beside all others."""

from collections.abc import Sequence
from dataclasses import dataclass

from guildpost_agent.domain.postage.items import Item
from guildpost_agent.domain.postage.options import Kind, Option, options
from guildpost_agent.domain.postage.prices import Prices


@dataclass(frozen=True)
class Choice:
    """The cheapest option, and every option that was open, all letters first."""

    best: Option
    options: tuple[Option, ...]

    @property
    def all_letters(self) -> Option:
        """What the dealer would do without thinking."""
        return self.options[0]

    @property
    def saving(self) -> int:
        """Tenths of a cent against all letters; never negative."""
        return self.all_letters.cost - self.best.cost

    def cost_of(self, kind: Kind) -> int | None:
        """Give the cost of an option in tenths of a cent; None where it was not open."""
        return next((option.cost for option in self.options if option.kind is kind), None)


def choose(items: Sequence[Item], prices: Prices) -> Choice:
    """Choose the cheapest option; of equally cheap ones the plainest.

    Args:
        items: of one sender and one format, each with a letter price.
        prices: of the release.

    Raises:
        ValueError: see ``options``.
    """
    found = options(items, prices)
    return Choice(min(found, key=lambda option: option.cost), found)
