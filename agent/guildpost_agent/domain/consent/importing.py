"""From what the dealer management system states to entries of the ledger.

Every statement that differs from what the DMS said last about the same customer, purpose and channel becomes an
entry; a mere repetition adds nothing, so that an old no, delivered every night, does not undo what the customer said
here in between. What an entry is worth, the fold decides:

    yes with evidence       stands, unless the pair is closed: an import never widens what was withdrawn here
    yes without evidence    opens nothing (counted)
    express no              closes
    advertising block       closes every purpose and channel

Within one delivery a no outweighs a yes.
"""

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cache
from typing import Protocol

from guildpost_agent.domain.consent.events import ConsentEvent, Evidence, evidence_gap
from guildpost_agent.domain.consent.state import ConsentState, outweighs, pairs_of
from guildpost_agent.domain.consent.terms import EVERY, Basis, Kind, Origin
from guildpost_agent.domain.frozen import frozen


class Statement(Protocol):
    """A yes or no of the DMS, as its row says it."""

    @property
    def customer_id(self) -> str: ...  # noqa: D102 — the name says it
    @property
    def channel(self) -> str: ...  # noqa: D102 — see above
    @property
    def purpose(self) -> str: ...  # noqa: D102 — see above
    @property
    def given(self) -> bool: ...  # noqa: D102 — see above
    @property
    def valid_from(self) -> date | None: ...  # noqa: D102 — see above
    @property
    def valid_to(self) -> date | None: ...  # noqa: D102 — see above
    @property
    def given_at(self) -> datetime | date | None: ...  # noqa: D102 — see above
    @property
    def source(self) -> str: ...  # noqa: D102 — see above
    @property
    def text_version(self) -> str: ...  # noqa: D102 — see above


@frozen
class Said:
    """A statement as a plain value; ``purpose`` may be ``*`` in a no."""

    customer_id: str
    channel: str
    purpose: str
    given: bool
    given_at: datetime | date | None = None
    source: str = ""
    text_version: str = ""
    valid_from: date | None = None
    valid_to: date | None = None


@dataclass
class ImportedConsents:
    """The entries to append, and how often a statement opened nothing (``consents.<reason>``)."""

    events: list[ConsentEvent] = field(default_factory=list)
    warnings: Counter[str] = field(default_factory=Counter)


def ledger_events_from_import(
    state_of: Callable[[str], ConsentState], statements: Iterable[Statement], blocked: Iterable[str], now: datetime
) -> ImportedConsents:
    """Work out what a delivery adds.

    Args:
        state_of: gives a customer's present state.
        statements: every yes and no of the delivery, in any order; of two about the same the last one counts.
        blocked: the customers under an advertising block.
        now: the business clock, UTC.
    """
    result, state_of = ImportedConsents(), cache(state_of)
    said = {(row.customer_id, row.purpose, row.channel, row.given): row for row in statements}
    blocks = [ConsentEvent(one, Kind.OBJECTED, EVERY, EVERY, now, origin=Origin.DMS) for one in dict.fromkeys(blocked)]
    noes = blocks + [_entry(row, now) for row in said.values() if not row.given]
    refused = {(no.customer_id, *pair) for no in noes for pair in pairs_of(no)}
    for row in said.values():
        if row.given and (row.customer_id, row.purpose, row.channel) not in refused:
            event = _entry(row, now)
            _warn(event, state_of(row.customer_id), result.warnings)
            if _is_news(event, state_of(row.customer_id)):
                result.events.append(event)
    closed = {block.customer_id for block in blocks}
    for no in noes:
        if (no.purpose == EVERY == no.channel or no.customer_id not in closed) and _is_news(
            no, state_of(no.customer_id)
        ):
            result.events.append(no)
    return result


def _entry(row: Statement, now: datetime) -> ConsentEvent:
    return ConsentEvent(
        customer_id=row.customer_id,
        kind=Kind.IMPORTED if row.given else Kind.WITHDRAWN,
        channel=row.channel,
        purpose=row.purpose,
        at=now,
        basis=Basis.CONSENT if row.given else None,
        origin=Origin.DMS,
        evidence=Evidence(source=row.source, given_on=_day(row.given_at), text_version=row.text_version),
        valid_from=row.valid_from,
        valid_to=row.valid_to,
    )


def _warn(event: ConsentEvent, state: ConsentState, warnings: Counter[str]) -> None:
    if evidence_gap(event) is not None:
        warnings["consents.no_evidence"] += 1
    elif not outweighs(event, state.closed.get((event.purpose, event.channel), ())):
        warnings["consents.withdrawn_before"] += 1


def _is_news(event: ConsentEvent, state: ConsentState) -> bool:
    """Say whether the DMS said something else before, about any of the pairs; a block tells more than a single no."""
    return not all(pair in state.stated and _terms(state.stated[pair]) == _terms(event) for pair in pairs_of(event))


def _terms(event: ConsentEvent) -> tuple[object, ...]:
    return (event.kind, event.evidence, event.valid_from, event.valid_to)


def _day(moment: datetime | date | None) -> date | None:
    return moment.date() if isinstance(moment, datetime) else moment
