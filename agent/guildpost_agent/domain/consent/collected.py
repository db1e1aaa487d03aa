"""The view "consents collected": what the ledger holds, by purpose and channel, and how it grew."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, tzinfo

from guildpost_agent.domain.consent.decide import DEFAULTS, Approach, Facts, Rules, decide
from guildpost_agent.domain.consent.events import ConsentEvent
from guildpost_agent.domain.consent.state import ConsentState, pairs_of
from guildpost_agent.domain.consent.terms import (
    ADVERTISING,
    CHANNELS,
    CLOSING,
    OPENING,
    ContactChannel,
    ContentClass,
    Kind,
    Purpose,
    Refusal,
)


@dataclass
class Collected:
    """One purpose and channel.

    Attributes:
        reachable: customers with a valid ground and an address.
        by_basis: those by ground.
        by_source: those whose ground is an entry, by where it came from.
        new: opening entries by month (``YYYY-MM``).
        closed: closing entries by month.
        without_evidence: customers whose yes counts for nothing for lack of proof.
        dormant: customers to be asked again by post.
    """

    reachable: int = 0
    by_basis: Counter[str] = field(default_factory=Counter)
    by_source: Counter[str] = field(default_factory=Counter)
    new: Counter[str] = field(default_factory=Counter)
    closed: Counter[str] = field(default_factory=Counter)
    without_evidence: int = 0
    dormant: int = 0


@dataclass(frozen=True)
class Person:
    """A customer as the view needs it: ledger, state, facts, and the channels for which there is an address."""

    events: tuple[ConsentEvent, ...]
    state: ConsentState
    facts: Facts
    addresses: frozenset[str]


def collect(
    people: Iterable[Person], now: datetime, zone: tzinfo, rules: Rules = DEFAULTS
) -> tuple[int, dict[tuple[Purpose, ContactChannel], Collected]]:
    """Count.

    Returns:
        The number of customers, and the figures of each purpose and channel.
    """
    view: dict[tuple[Purpose, ContactChannel], Collected] = {
        (purpose, channel): Collected() for purpose in ADVERTISING for channel in CHANNELS
    }
    total, local = 0, now.astimezone(zone)
    for person in people:
        total += 1
        for (purpose, channel), row in view.items():
            _count(row, person, (purpose, channel), local, rules)
        for event in person.events:
            month = f"{event.at.astimezone(zone):%Y-%m}"
            for pair in pairs_of(event) if event.kind in OPENING | CLOSING else ():
                found = view[Purpose(pair[0]), ContactChannel(pair[1])]
                (found.new if event.kind in OPENING else found.closed)[month] += 1
    return total, view


def _count(row: Collected, person: Person, pair: tuple[Purpose, ContactChannel], now: datetime, rules: Rules) -> None:
    state, (purpose, channel) = person.state, pair
    if channel is not ContactChannel.LETTER and pair not in state.standing and pair not in state.gaps:
        return
    content = ContentClass.MAKER if purpose is Purpose.MAKER_OFFERS else ContentClass.OWN_SIMILAR
    decision = decide(state, person.facts, Approach(purpose, channel, content), now, rules)
    if decision.refusal is Refusal.NO_EVIDENCE:
        row.without_evidence += 1
    elif decision.refusal is Refusal.DORMANT:
        row.dormant += 1
    if not decision.allowed or channel not in person.addresses or decision.basis is None:
        return
    row.reachable += 1
    row.by_basis[decision.basis.value] += 1
    standing = next((event for event in state.standing.get(pair, ()) if event.seq in decision.proof), None)
    if standing is not None:
        source = "double_opt_in" if standing.kind is Kind.CONFIRMED else standing.evidence.source
        row.by_source[source] += 1
