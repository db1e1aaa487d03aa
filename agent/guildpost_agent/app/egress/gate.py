"""The gate: check, enter in the ledger, commit, and only then give the bytes back to be sent.

The order of one release:

    1. the policy, read anew, finds the rule, or refuses; so does a day that is used up
    2. the entry (or the day's counter) is written and committed, and its end noted outside the database (``witness``)
    3. the tap, if there is one, sees what leaves
    4. the bytes are returned

A crash between 2 and the sending leaves an entry for something that did not leave; never the other way round.
"""

import hashlib
import json
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Final

from guildpost_agent.app.egress.ledger import next_entry
from guildpost_agent.app.egress.policy import COORDINATOR, Entered, PolicySource, Rule, refusal, standard_rule
from guildpost_agent.app.egress.sharing import network_level
from guildpost_agent.app.egress.witness import WitnessKeeper, note, vouched
from guildpost_agent.app.ports.unit_of_work import OpenUnitOfWork, UnitOfWork
from guildpost_agent.domain.brands import brand_of_word
from guildpost_shared.clock import Clock
from guildpost_shared.sharing import Sharing

Tap = Callable[[str, str, bytes], None]
"""Sees destination, kind and payload of everything that leaves."""

_DOCUMENT: Final = "egress/open_days"


@dataclass(frozen=True)
class OpenDay:
    """The day's messages of one frequent kind so far: ``digest`` = SHA-256(digest before ‖ SHA-256(payload))."""

    destination: str
    kind: str
    day: str
    count: int = 0
    size: int = 0
    digest: str = ""

    def with_payload(self, payload: bytes) -> "OpenDay":
        """Count one more message."""
        digest = hashlib.sha256(bytes.fromhex(self.digest) + hashlib.sha256(payload).digest()).hexdigest()
        return OpenDay(self.destination, self.kind, self.day, self.count + 1, self.size + len(payload), digest)


class EgressGate:
    """The one way out. Never call it inside an open unit of work: it commits one of its own."""

    def __init__(
        self,
        open_uow: OpenUnitOfWork,
        policy: PolicySource,
        clock: Clock,
        tap: Tap | None = None,
        witness: WitnessKeeper | None = None,
    ) -> None:
        self._open_uow = open_uow
        self._policy = policy
        self._clock = clock
        self._tap = tap
        self._witness = witness

    def release(self, *, destination: str, kind: str, payload: bytes) -> bytes:
        """Let a message out.

        Args:
            destination: ``coordinator`` (``coordinator-<brand>``), ``relay`` or ``lettershop``.
            kind: a kind of the policy's allow-list.
            payload: exactly the bytes that will leave.

        Returns:
            The payload; send nothing else.

        Raises:
            Refused: ``egress_refused``.
            ConfigurationError: the dealer's policy is missing or cannot be read.
        """
        policy, now = self._policy.current(), self._clock.now()
        with self._open_uow() as uow:
            rule = policy.check(destination, kind, payload, network=_network(uow, destination))
            if _sent_today(uow, destination, kind, rule, now) >= rule.per_day:
                raise refusal(destination, kind, "too_often")
            vouched_for = vouched(uow, self._witness) if self._witness is not None else None
            if rule.entered is Entered.DAILY:
                _count(uow, destination, kind, payload, now)
            else:
                sha256 = hashlib.sha256(payload).hexdigest()
                uow.egress.append(
                    next_entry(
                        uow.egress.last(),
                        at=now,
                        destination=destination,
                        kind=kind,
                        size=len(payload),
                        sha256=sha256,
                    )
                )
            youngest = uow.egress.last()
            uow.commit()
        if self._witness is not None and youngest is not None:
            note(self._witness, vouched_for, youngest)
        if self._tap is not None:
            self._tap(destination, kind, payload)
        return payload

    def require(self, destination: str, kind: str) -> None:
        """Ask before work begins whether a kind may leave at all.

        Raises:
            Refused: ``egress_refused``.
            ConfigurationError: the dealer's policy is missing or cannot be read.
        """
        with self._open_uow() as uow:
            self._policy.current().rule(destination, kind, network=_network(uow, destination))

    def sent_today(self, destination: str, kind: str) -> int:
        """Count the messages of a kind that have left since midnight (UTC)."""
        rule = standard_rule(destination, kind)
        with self._open_uow() as uow:
            return 0 if rule is None else _sent_today(uow, destination, kind, rule, self._clock.now())

    def examine(self, *, destination: str, kind: str, payload: bytes) -> None:
        """Check what is going to leave inside a sealed package; nothing is entered, for the package itself will be.

        Raises:
            Refused: ``egress_refused``.
        """
        self._policy.current().check(destination, kind, payload)


def _network(uow: UnitOfWork, destination: str) -> Sharing:
    """Give the level of the network that a destination belongs to; the relay and the lettershop belong to none."""
    brand = brand_of_word(COORDINATOR, destination)
    return Sharing.STUDIES if brand is None else network_level(uow, brand)


def open_days(uow: UnitOfWork) -> list[OpenDay]:
    """List the counters of the days that are not entered yet, for the screen below the ledger."""
    body = uow.documents.get(_DOCUMENT)
    return [] if body is None else [OpenDay(**row) for row in json.loads(body)]


def _sent_today(uow: UnitOfWork, destination: str, kind: str, rule: Rule, now: datetime) -> int:
    today = now.astimezone(UTC).date()
    if rule.entered is Entered.EACH:
        return uow.egress.count_since(destination, kind, datetime.combine(today, time(), UTC))
    key = (destination, kind, today.isoformat())
    return sum(day.count for day in open_days(uow) if (day.destination, day.kind, day.day) == key)


def _count(uow: UnitOfWork, destination: str, kind: str, payload: bytes, now: datetime) -> None:
    today = now.astimezone(UTC).date().isoformat()
    days = open_days(uow)
    for over in [day for day in days if day.day != today]:
        uow.egress.append(
            next_entry(
                uow.egress.last(),
                at=_end_of(over.day),
                destination=over.destination,
                kind=over.kind,
                size=over.size,
                sha256=over.digest,
                count=over.count,
            )
        )
    open_ = {(day.destination, day.kind): day for day in days if day.day == today}
    mine = open_.get((destination, kind), OpenDay(destination, kind, today))
    open_[destination, kind] = mine.with_payload(payload)
    uow.documents.put(_DOCUMENT, json.dumps([asdict(day) for day in open_.values()]).encode())


def _end_of(day: str) -> datetime:
    return datetime.combine(date.fromisoformat(day) + timedelta(days=1), time(), UTC)
