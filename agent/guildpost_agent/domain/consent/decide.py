"""May this customer be approached for this purpose, by this channel, with this content, now?

Asked in this order; the first that says no decides:

    1  recall, appointment confirmation, acute notice without advertising: always (contract, duty, vital interest)
    2  advertising block, suppressed address
    3  an objection or withdrawal that stands
    4  the manufacturer's advertising: only with a consent for just that
    5  wishes: pause, blocked channel
    6  a ground: consent, ordered reminder service, § 7 (3) UWG, presumed consent of a business (telephone)
    7  post only: legitimate interest

No ground means no. A consent that was never used for about two years says little about today's will; there is no fixed
term in the law, so the months are a setting. Time runs from the entry in this ledger or from the last use: what was
done with an address before the dealer had this ledger, nobody can tell.
"""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Final

from guildpost_agent.domain.consent.events import ConsentEvent
from guildpost_agent.domain.consent.state import ConsentState
from guildpost_agent.domain.consent.terms import Basis, ContactChannel, ContentClass, Kind, Purpose, Refusal
from guildpost_agent.domain.frozen import frozen
from guildpost_agent.domain.months import add_months

_ORDER: Final = (Basis.CONSENT, Basis.CONTRACT, Basis.UWG_7_3, Basis.PRESUMED)


@frozen
class Rules:
    """Settings of the dealer: after how many months an unused consent falls asleep (0: never)."""

    dormant_after_months: int = 24


@frozen
class Facts:
    """What is known of a person beside the ledger: a business, blocked in the DMS, suppressed addresses' channels."""

    is_business: bool = False
    advertising_block: bool = False
    suppressed: frozenset[str] = frozenset()


@frozen
class Approach:
    """What is about to be done: what for, by which way, and what the message really contains."""

    purpose: Purpose
    channel: ContactChannel
    content: ContentClass = ContentClass.OWN_SIMILAR

    @property
    def pair(self) -> tuple[str, str]:
        """Give the key under which the ledger's state is kept."""
        return (self.purpose, self.channel)


@frozen
class Decision:
    """Yes with the ground, or no with the reason; ``proof`` are the ledger's entries that it rests on."""

    allowed: bool
    basis: Basis | None = None
    proof: tuple[int, ...] = ()
    refusal: Refusal | None = None


DEFAULTS: Final = Rules()


def decide(state: ConsentState, facts: Facts, approach: Approach, now: datetime, rules: Rules = DEFAULTS) -> Decision:
    """Decide.

    Args:
        state: the person's ledger.
        facts: what else is known of the person.
        approach: what is about to be done.
        now: an aware instant in the dealer's time zone; its day is the one that validity is counted by.
        rules: the dealer's settings.
    """
    if approach.purpose is Purpose.TRANSACTIONAL:
        if approach.content is ContentClass.TRANSACTIONAL:
            return Decision(allowed=True, basis=Basis.DUTY)
        return _no(Refusal.ADVERTISING_INSIDE)
    if approach.content is ContentClass.TRANSACTIONAL:
        return _no(Refusal.CONTENT_MISMATCH)
    refusal = barred(state, facts, approach) or unwanted(state, approach, now.date())
    if refusal is not None:
        return refusal
    return _grounded(state, facts, approach, now, rules)


def barred(state: ConsentState, facts: Facts, approach: Approach) -> Decision | None:
    """Refuse what is barred whatever ground there may be (2 to 4)."""
    if facts.advertising_block:
        return _no(Refusal.ADVERTISING_BLOCK)
    if approach.channel in facts.suppressed:
        return _no(Refusal.SUPPRESSED)
    closings = state.closed.get(approach.pair)
    if closings:
        objected = any(closing.kind is Kind.OBJECTED for closing in closings)
        return _no(Refusal.OBJECTED if objected else Refusal.WITHDRAWN, closings)
    if (approach.content is ContentClass.MAKER) != (approach.purpose is Purpose.MAKER_OFFERS):
        return _no(Refusal.MAKER_CONTENT)
    return None


def unwanted(state: ConsentState, approach: Approach, today: date) -> Decision | None:
    """Refuse what the customer does not wish (5)."""
    wishes = state.preferences
    if wishes.paused_until is not None and today <= wishes.paused_until:
        return _no(Refusal.PAUSED)
    return _no(Refusal.PREFERENCE) if approach.pair in wishes.blocked else None


def _grounded(state: ConsentState, facts: Facts, approach: Approach, now: datetime, rules: Rules) -> Decision:
    pair = approach.pair
    refusals: list[tuple[Refusal, ConsentEvent]] = []
    for event in _by_basis(state.standing.get(pair, ())):
        code = _weak(event, facts, approach.content, now.date())
        if code is None and is_dormant(event, state.last_used.get(approach.channel), now, rules):
            code = Refusal.DORMANT
        if code is None:
            return Decision(allowed=True, basis=event.basis, proof=(event.seq,))
        refusals.append((code, event))
    if approach.channel is ContactChannel.LETTER and approach.purpose is not Purpose.MAKER_OFFERS:
        return Decision(allowed=True, basis=Basis.LEGITIMATE_INTEREST)
    if refusals:
        return _no(refusals[0][0], (refusals[0][1],))
    if pair in state.gaps:
        return _no(Refusal.NO_EVIDENCE, (state.gaps[pair],))
    return _no(Refusal.NO_CONSENT)


def _weak(event: ConsentEvent, facts: Facts, content: ContentClass, today: date) -> Refusal | None:
    """Say why a standing entry does not carry this content today; None if it does."""
    if event.valid_to is not None and today > event.valid_to:
        return Refusal.EXPIRED
    if event.valid_from is not None and today < event.valid_from:
        return Refusal.NOT_YET_VALID
    if event.basis is Basis.PRESUMED and not facts.is_business:
        return Refusal.NO_BUSINESS
    limited = event.basis in {Basis.UWG_7_3, Basis.PRESUMED}
    return Refusal.NOT_SIMILAR if limited and content is not ContentClass.OWN_SIMILAR else None


def is_dormant(event: ConsentEvent, last_used: datetime | None, now: datetime, rules: Rules) -> bool:
    """Say whether a consent was left unused for so long that it should be asked for again by post."""
    if event.basis is not Basis.CONSENT or event.channel == ContactChannel.LETTER or not rules.dormant_after_months:
        return False
    latest = max(event.at, last_used) if last_used is not None else event.at
    return latest.astimezone(now.tzinfo).date() <= add_months(now.date(), -rules.dormant_after_months)


def _by_basis(events: Iterable[ConsentEvent]) -> list[ConsentEvent]:
    """Order by strength of the ground, then the newest first."""
    return sorted(events, key=lambda event: (_ORDER.index(event.basis or Basis.PRESUMED), -event.seq))


def _no(refusal: Refusal, proof: tuple[ConsentEvent, ...] = ()) -> Decision:
    return Decision(allowed=False, proof=tuple(event.seq for event in proof), refusal=refusal)
