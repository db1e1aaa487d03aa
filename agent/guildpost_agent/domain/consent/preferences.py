"""What a customer wishes: it orders and narrows what the law allows, and never widens it.

An update replaces the wishes as a whole, in one entry of the ledger: there is no half of an update.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any, Final

from guildpost_agent.domain.consent.terms import ADVERTISING, CHANNELS, Purpose
from guildpost_shared.errors import Refused

_YEAR: Final = timedelta(days=365)


@dataclass(frozen=True)
class Preferences:
    """Wishes about advertising; what is transactional stays untouched.

    Attributes:
        preferred: for each purpose the channels in the wished order.
        blocked: pairs of purpose and channel that the customer does not want.
        paused_until: the last local day on which no advertising is wished.
        most_per_year: at most so many messages within 365 days.
    """

    preferred: tuple[tuple[str, tuple[str, ...]], ...] = ()
    blocked: frozenset[tuple[str, str]] = frozenset()
    paused_until: date | None = None
    most_per_year: int | None = None

    def wants_another(self, contacts: Iterable[date], today: date) -> bool:
        """Say whether one more message today keeps within the wished frequency."""
        return self.most_per_year is None or sum(today - _YEAR < day for day in contacts) < self.most_per_year


NO_WISHES: Final = Preferences()


def check(preferences: Preferences) -> Preferences:
    """Return the wishes if they can be followed.

    Raises:
        Refused: an unknown purpose or channel, or a negative frequency (``preference_unusable``).
    """
    pairs = set(preferences.blocked) | {(purpose, c) for purpose, row in preferences.preferred for c in row}
    for purpose, channel in sorted(pairs):
        if purpose not in ADVERTISING or channel not in CHANNELS:
            raise Refused("preference_unusable", value=f"{purpose}/{channel}")
    if preferences.most_per_year is not None and preferences.most_per_year < 0:
        raise Refused("preference_unusable", value=preferences.most_per_year)
    return preferences


def liking(preferences: Preferences, channels: Sequence[str]) -> Preferences:
    """Give the wishes with these channels liked best, in this order, whatever advertising is about; none: any."""
    preferred = tuple((purpose.value, tuple(channels)) for purpose in ADVERTISING) if channels else ()
    return replace(preferences, preferred=preferred)


def to_document(preferences: Preferences) -> dict[str, Any]:
    """Give the wishes as a JSON document."""
    return {
        "preferred": {purpose: list(channels) for purpose, channels in preferences.preferred},
        "blocked": sorted(list(pair) for pair in preferences.blocked),
        "paused_until": preferences.paused_until.isoformat() if preferences.paused_until else None,
        "most_per_year": preferences.most_per_year,
    }


def from_document(document: Mapping[str, Any]) -> Preferences:
    """Read the wishes back."""
    paused = document["paused_until"]
    return Preferences(
        preferred=tuple((Purpose(purpose).value, tuple(row)) for purpose, row in document["preferred"].items()),
        blocked=frozenset((purpose, channel) for purpose, channel in document["blocked"]),
        paused_until=date.fromisoformat(paused) if paused else None,
        most_per_year=document["most_per_year"],
    )
