"""What stands now: a pure fold over a person's entries, in the order in which the ledger learned of them.

    opening entry with complete evidence    stands under its purpose and channel, unless the pair is closed
    … on a closed pair                      opens it again only if it is a consent that the customer gave after the
                                            closing; an import does so only where the DMS itself had closed it
    objected, withdrawn                     ends everything under its pairs, and closes them; whatever opens them
                                            again must outweigh every closing since they were last open
    expired                                 ends what stands under its pairs, without closing them
    preferred                               replaces the wishes

Entries of several records of one person are folded together: whoever objected under one number has objected.
"""

from collections.abc import Iterable, Mapping
from dataclasses import field
from datetime import datetime
from functools import lru_cache

from guildpost_agent.domain.consent.events import LATEST_ZONE, ConsentEvent, evidence_gap
from guildpost_agent.domain.consent.preferences import NO_WISHES, Preferences
from guildpost_agent.domain.consent.terms import (
    ADVERTISING,
    CHANNELS,
    EVERY,
    OPENING,
    Basis,
    Kind,
    Origin,
)
from guildpost_agent.domain.frozen import frozen

Pair = tuple[str, str]
"""Purpose and channel."""


@frozen
class ConsentState:
    """A person's present state.

    Attributes:
        standing: what each pair rests on, oldest first.
        closed: the entries that closed a pair since it was last open, oldest first.
        stated: for each pair what the DMS said last.
        gaps: for each pair the latest entry that opened nothing for lack of evidence.
        preferences: the wishes.
        last_used: for each channel the instant of the last message or call.
    """

    standing: Mapping[Pair, tuple[ConsentEvent, ...]] = field(default_factory=dict)
    closed: Mapping[Pair, tuple[ConsentEvent, ...]] = field(default_factory=dict)
    stated: Mapping[Pair, ConsentEvent] = field(default_factory=dict)
    gaps: Mapping[Pair, ConsentEvent] = field(default_factory=dict)
    preferences: Preferences = NO_WISHES
    last_used: Mapping[str, datetime] = field(default_factory=dict)


NOTHING_STORED = ConsentState()


def fold(events: Iterable[ConsentEvent], last_used: Mapping[str, datetime] | None = None) -> ConsentState:
    """Fold a person's entries into the present state.

    Args:
        events: all entries of the person, by ``seq``.
        last_used: for each channel the last use.
    """
    standing: dict[Pair, tuple[ConsentEvent, ...]] = {}
    closed: dict[Pair, tuple[ConsentEvent, ...]] = {}
    stated: dict[Pair, ConsentEvent] = {}
    gaps: dict[Pair, ConsentEvent] = {}
    wishes = NO_WISHES
    for event in events:
        if event.origin is Origin.DMS:
            stated.update(dict.fromkeys(pairs_of(event), event))
        if event.kind in OPENING:
            pair = (event.purpose, event.channel)
            if evidence_gap(event) is not None:
                gaps[pair] = event
            elif outweighs(event, closed.get(pair, ())):
                closed.pop(pair, None)
                standing[pair] = (*_kept(standing.get(pair, ()), event), event)
        elif event.kind is Kind.PREFERRED:
            wishes = event.preferences or NO_WISHES
        else:
            for pair in pairs_of(event):
                standing.pop(pair, None)
                closed[pair] = (*closed.get(pair, ()), event)
    return ConsentState(standing, closed, stated, gaps, wishes, last_used or {})


def pairs_of(event: ConsentEvent) -> tuple[Pair, ...]:
    """List the pairs that a closing entry is about."""
    return _pairs(event.purpose, event.channel)


@lru_cache(maxsize=256)
def _pairs(purpose: str, channel: str) -> tuple[Pair, ...]:
    purposes = [one.value for one in ADVERTISING] if purpose == EVERY else [str(purpose)]
    channels = [one.value for one in CHANNELS] if channel == EVERY else [str(channel)]
    return tuple((one, other) for one in purposes for other in channels)


def outweighs(event: ConsentEvent, closings: Iterable[ConsentEvent]) -> bool:
    """Say whether an opening entry may stand in spite of these closings."""
    return all(reopens(event, closing) for closing in closings)


def reopens(event: ConsentEvent, closing: ConsentEvent) -> bool:
    """Say whether an opening entry outweighs an earlier objection or withdrawal.

    Only a consent does (no notice, no presumption), and only one that the customer gave afterwards: a day counts from
    the next one on, since nobody knows the hour.
    """
    if event.basis is not Basis.CONSENT:
        return False
    if event.kind is Kind.IMPORTED and closing.origin is not Origin.DMS:
        return False
    proof = event.evidence
    if event.kind is Kind.CONFIRMED:
        return proof.confirmed_at is not None and proof.confirmed_at > closing.at
    return proof.given_on is not None and proof.given_on > (closing.at + LATEST_ZONE).date()


def _kept(before: tuple[ConsentEvent, ...], event: ConsentEvent) -> tuple[ConsentEvent, ...]:
    """Drop what a newer statement of the DMS replaces: it alone says how far its consent reaches."""
    if event.kind is not Kind.IMPORTED:
        return before
    return tuple(other for other in before if other.kind is not Kind.IMPORTED)
