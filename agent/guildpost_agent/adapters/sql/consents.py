"""The consent ledger: rows are only ever appended; a single bulk read serves planning."""

import json
from collections.abc import Collection, Hashable, Iterable, Sequence
from datetime import date, datetime
from functools import lru_cache
from operator import attrgetter, itemgetter
from typing import Any, Final

from sqlalchemy import Connection, Row, String, bindparam, func, insert, select, type_coerce, update

from guildpost_agent.adapters.sql.bulk import insert_rows, stored_columns
from guildpost_agent.adapters.sql.prepared import Prepared, among, looked_at_last
from guildpost_agent.adapters.sql.tables import (
    consent_events,
    opt_in_requests,
    outbox,
    phone_consent_uses,
    touchpoints,
)
from guildpost_agent.domain.consent.book import ConsentBook
from guildpost_agent.domain.consent.events import ConsentEvent, Evidence
from guildpost_agent.domain.consent.opt_in import OptInRequest, OptInState
from guildpost_agent.domain.consent.phone_proof import PhoneUse
from guildpost_agent.domain.consent.preferences import from_document, to_document
from guildpost_agent.domain.consent.state import ConsentState
from guildpost_agent.domain.consent.terms import Basis, ContactChannel, Kind, Origin
from guildpost_agent.domain.outbox import State

_PROOF: Final = tuple(Evidence.__dataclass_fields__)
_ENTRY: Final = ("customer_id", "kind", "channel", "purpose", "at", "basis", "origin", "valid_from", "valid_to")
_entry_of: Final = attrgetter(*_ENTRY)
_proof_of: Final = attrgetter(*_PROOF)
_COLUMNS: Final = ("seq", *_ENTRY, *_PROOF, "preferences")
# Read as the text that is stored: most rows of a bulk read are never asked for, and conversion is what costs.
_RAW: Final = tuple(
    type_coerce(consent_events.c[name], String).label(name)
    if name in {"at", "confirmed_at", "given_on", "reference_on", "valid_from", "valid_to", "preferences"}
    else consent_events.c[name]
    for name in _COLUMNS
)
_NUMBER: Final = itemgetter(_COLUMNS.index("seq"))
_SAID: Final = _COLUMNS.index("kind")
_AT: Final = _COLUMNS.index("at")
_GIVEN: Final = _COLUMNS.index("given_on")
_DAY: Final = len("2027-03-01")
_EARLIER: Final = "earlier"
_KINDS: Final = {kind.value: kind for kind in Kind}
_BASES: Final = {basis.value: basis for basis in Basis}
_ORIGINS: Final = {origin.value: origin for origin in Origin}
_LEDGER: Final = select(*_RAW).order_by(consent_events.c.seq)
_LAST: Final = (
    select(touchpoints.c.customer_id, touchpoints.c.channel, func.max(type_coerce(outbox.c.changed_at, String)))
    .join(outbox, outbox.c.touchpoint_id == touchpoints.c.touchpoint_id)
    .group_by(touchpoints.c.customer_id, touchpoints.c.channel)
)
_SENT: Final = _LAST.where(outbox.c.state == State.SENT.value)
_CALLED: Final = select(
    phone_consent_uses.c.customer_id, func.max(type_coerce(phone_consent_uses.c.used_at, String))
).group_by(phone_consent_uses.c.customer_id)
_SENT_TO_ALL: Final = Prepared(lambda: _SENT)
_CALLED_ALL: Final = Prepared(lambda: _CALLED)
_LEDGER_OF: Final = Prepared(lambda: _LEDGER.where(among(consent_events.c.customer_id)))
_SENT_TO: Final = Prepared(
    lambda: _LAST.where(looked_at_last(outbox.c.state) == State.SENT.value, among(touchpoints.c.customer_id))
)
_CALLED_OF: Final = Prepared(lambda: _CALLED.where(among(phone_consent_uses.c.customer_id)))
MOST_IDS: Final = 5_000
Stored = Sequence[Any]
LastUsed = dict[str, dict[str, datetime]]


class SqlConsents:
    """Entries, opt-in requests and the use of consents to calls."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def append(self, events: Sequence[ConsentEvent]) -> None:
        """Append entries in their order."""
        insert_rows(self._connection, consent_events, (*_ENTRY, *_PROOF, "preferences"), [_values(e) for e in events])

    def events_of(self, *customer_ids: str) -> list[ConsentEvent]:
        """List the entries of a person's records, oldest first."""
        return self._book(customer_ids).events_of(*customer_ids)

    def state_of(self, *customer_ids: str) -> ConsentState:
        """Give the present state of a person, who may have several records."""
        return self._book(customer_ids).of(*customer_ids)

    def book(self, customer_ids: Collection[str] | None = None) -> ConsentBook[Stored]:
        """Read the whole ledger at once, or that of some customers; for many of them the whole is quicker."""
        few = customer_ids is not None and len(customer_ids) <= MOST_IDS
        return self._book(sorted(customer_ids) if few and customer_ids is not None else None)

    def _book(self, customer_ids: Sequence[str] | None) -> ConsentBook[Stored]:
        rows: dict[str, list[Stored]] = {}
        for row in self._ledger() if customer_ids is None else _LEDGER_OF.rows(self._connection, ids=customer_ids):
            rows.setdefault(row[1], []).append(row)
        return ConsentBook(rows, _event, self._last_used(customer_ids), _likeness)

    def _ledger(self) -> Iterable[Stored]:
        """Read everybody's rows, in any order: whoever asks sorts the few of a person."""
        return zip(*stored_columns(self._connection, consent_events, _COLUMNS), strict=True)

    def _last_used(self, customer_ids: Sequence[str] | None) -> LastUsed:
        """Give for each customer and channel the last message that went out, or the last call."""
        used: LastUsed = {}
        for customer_id, channel, at in self._read(_SENT_TO_ALL, _SENT_TO, customer_ids):
            used.setdefault(customer_id, {})[channel] = datetime.fromisoformat(at)
        for customer_id, at in self._read(_CALLED_ALL, _CALLED_OF, customer_ids):
            used.setdefault(customer_id, {})[ContactChannel.PHONE.value] = datetime.fromisoformat(at)
        return used

    def _read(self, whole: Prepared, some: Prepared, customer_ids: Sequence[str] | None) -> Iterable[Stored]:
        """Read rows of all customers, or of some."""
        if customer_ids is None:
            return whole.rows(self._connection)
        return some.rows(self._connection, ids=list(customer_ids))

    def add_request(self, request: OptInRequest) -> None:
        """Store a request for double opt-in."""
        self._connection.execute(insert(opt_in_requests).values(**vars(request)))

    def request(self, request_id: str) -> OptInRequest | None:
        """Find a request."""
        found = self._connection.execute(select(opt_in_requests).where(opt_in_requests.c.request_id == request_id))
        return next((_request(row) for row in found), None)

    def request_by_hash(self, token_hash: str) -> OptInRequest | None:
        """Find a request by its token's hash."""
        found = self._connection.execute(select(opt_in_requests).where(opt_in_requests.c.token_hash == token_hash))
        return next((_request(row) for row in found), None)

    def requests(self, *states: OptInState, customer_id: str | None = None) -> list[OptInRequest]:
        """List the requests in certain states, oldest first."""
        statement = select(opt_in_requests).where(opt_in_requests.c.state.in_(states))
        if customer_id is not None:
            statement = statement.where(opt_in_requests.c.customer_id == customer_id)
        order = (opt_in_requests.c.requested_at, opt_in_requests.c.request_id)
        return [_request(row) for row in self._connection.execute(statement.order_by(*order))]

    def move_requests(self, requests: Sequence[OptInRequest], *, expected: Iterable[OptInState]) -> int:
        """Store new states where the stored one is still an expected one; say how many were."""
        statement = (
            update(opt_in_requests)
            .where(opt_in_requests.c.request_id == bindparam("id"), opt_in_requests.c.state.in_(list(expected)))
            .values(state=bindparam("to"), closed_at=bindparam("closed"))
        )
        return sum(
            self._connection.execute(
                statement, {"id": request.request_id, "to": request.state.value, "closed": request.closed_at}
            ).rowcount
            for request in requests
        )

    def record_use(self, use: PhoneUse) -> None:
        """Record an advertising call that rested on a consent (§ 7a UWG)."""
        self._connection.execute(insert(phone_consent_uses).values(**vars(use)))

    def uses_of(self, customer_id: str) -> list[PhoneUse]:
        """List a customer's calls, oldest first."""
        table = phone_consent_uses
        columns = [table.c[name] for name in PhoneUse.__dataclass_fields__]
        rows = self._connection.execute(select(*columns).where(table.c.customer_id == customer_id).order_by(table.c.id))
        return [PhoneUse(*row) for row in rows]


def _values(event: ConsentEvent) -> tuple[Any, ...]:
    wishes = to_document(event.preferences) if event.preferences is not None else None
    return (*_entry_of(event), *_proof_of(event.evidence), wishes)


def _likeness(rows: Sequence[Stored]) -> Hashable:
    """Leave out what no decision asks for: number, customer, and which day before all entries a consent is from.

    The rules compare that day with the instants of entries alone (a gap in the evidence, an earlier objection).
    """
    several = len(rows) > 1
    first = (min([row[_AT] for row in rows]) if several else rows[0][_AT])[:_DAY]
    return tuple(
        [
            (row[_SAID:_GIVEN], _EARLIER if row[_GIVEN] and row[_GIVEN] < first else row[_GIVEN], row[_GIVEN + 1 :])
            for row in (sorted(rows, key=_NUMBER) if several else rows)
        ]
    )


def _event(row: Stored) -> ConsentEvent:
    seq, customer_id, kind, channel, purpose, at, basis, origin, valid_from, valid_to, *proof, wishes = tuple(row)
    return ConsentEvent(
        customer_id,
        _KINDS[kind],
        channel,
        purpose,
        _instant(at),
        _BASES.get(basis),
        _ORIGINS[origin],
        _evidence(*proof),
        _day(valid_from),
        _day(valid_to),
        from_document(json.loads(wishes)) if wishes else None,
        seq,
    )


@lru_cache(maxsize=65_536)
def _evidence(*proof: Any) -> Evidence:
    """Make the proof from its columns; the customers of one form and day share it."""
    given = dict(zip(_PROOF, proof, strict=True))
    confirmed = given["confirmed_at"]
    days = {name: _day(given[name]) for name in ("given_on", "reference_on")}
    flags = {name: bool(given[name]) for name in ("own_similar", "in_every_message")}
    return Evidence(**{**given, **days, **flags, "confirmed_at": _instant(confirmed) if confirmed else None})


@lru_cache(maxsize=4_096)
def _instant(text: str) -> datetime:
    return datetime.fromisoformat(text)


@lru_cache(maxsize=4_096)
def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


def _request(row: Row[Any]) -> OptInRequest:
    values = row._asdict()
    return OptInRequest(**{**values, "state": OptInState(values["state"])})
