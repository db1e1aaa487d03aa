"""Grant, approve and redeem goodwill credits; each is one transaction on the ledger, and nothing leaves the dealership.

A credit belongs to the person: all records of one person share the limit and the balance.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from guildpost_agent.app.ports.unit_of_work import OpenUnitOfWork, UnitOfWork
from guildpost_agent.domain.goodwill import rules
from guildpost_agent.domain.goodwill.ledger import Credit, Entry, Kind, State, balance, credits_of
from guildpost_agent.domain.goodwill.rules import Moment
from guildpost_shared.entropy import Entropy
from guildpost_shared.errors import Refused
from guildpost_shared.ids import new_id


@dataclass(frozen=True)
class GoodwillDesk:
    """What keeping the ledger needs.

    Attributes:
        limit_cents: what staff may grant without approval.
        valid_days: how long a credit counts.
        approvers: who may approve; empty for any named person but the one who granted.
        zone: the dealer's time zone; decides which day it is.
        entropy: names credits.
    """

    open_uow: OpenUnitOfWork
    limit_cents: int
    valid_days: int
    approvers: Collection[str]
    zone: ZoneInfo
    entropy: Entropy

    def moment(self, now: datetime) -> Moment:
        """Give the instant with the dealer's day."""
        return Moment(now, now.astimezone(self.zone).date())


def grant(desk: GoodwillDesk, customer_id: str, cents: int, reason: str, by: str, *, now: datetime) -> Credit:
    """Grant a credit; above the limit it waits for an approval.

    Raises:
        Refused: ``customer_unknown``, ``goodwill_amount``, ``goodwill_words``.
    """
    with desk.open_uow() as uow:
        theirs = _of_person(uow, customer_id)
        wish = Entry(
            credit_id=new_id(desk.entropy),
            kind=Kind.REQUESTED,
            at=now,
            customer_id=customer_id,
            cents=cents,
            reason=reason.strip(),
            by_whom=by.strip(),
            expires_on=desk.moment(now).today + timedelta(days=desk.valid_days),
        )
        entry = rules.grant(theirs, wish, desk.limit_cents)
        uow.goodwill.append([entry])
        uow.commit()
    (credit,) = credits_of([entry])
    return credit


def approve(desk: GoodwillDesk, credit_id: str, by: str, *, now: datetime) -> Credit:
    """Approve a credit that waits.

    Raises:
        Refused: ``goodwill_unknown``, ``goodwill_own``, ``goodwill_not_approver``, ``goodwill_words``.
        Conflict: ``goodwill_not_pending``.
    """
    with desk.open_uow() as uow:
        lines = uow.goodwill.of_credit(credit_id)
        if not lines:
            raise Refused("goodwill_unknown", credit=credit_id)
        (credit,) = credits_of(lines)
        entry = rules.approve(credit, by, desk.approvers, desk.moment(now))
        uow.goodwill.append([entry])
        uow.commit()
    (approved,) = credits_of([*lines, entry])
    return approved


def redeem(desk: GoodwillDesk, customer_id: str, cents: int, reason: str, by: str, *, now: datetime) -> int:
    """Redeem an amount; return the cents that are left.

    Raises:
        Refused: ``customer_unknown``, ``goodwill_amount``, ``goodwill_words``, ``goodwill_balance``.
    """
    moment = desk.moment(now)
    with desk.open_uow() as uow:
        theirs = _of_person(uow, customer_id)
        uow.goodwill.append(rules.redeem(theirs, cents, by, reason, moment))
        uow.commit()
        return balance(_of_person(uow, customer_id), moment.today)


def expire(desk: GoodwillDesk, *, now: datetime) -> int:
    """Enter every expiry that is due; return how many."""
    with desk.open_uow() as uow:
        entries = list(rules.expire(credits_of(uow.goodwill.all()), desk.moment(now)))
        uow.goodwill.append(entries)
        uow.commit()
    return len(entries)


def listed(desk: GoodwillDesk, customer_id: str | None = None) -> list[Credit]:
    """List a person's credits, or all that are pending or open, oldest first.

    Raises:
        Refused: ``customer_unknown``.
    """
    with desk.open_uow() as uow:
        if customer_id is not None:
            return _of_person(uow, customer_id)
        return [one for one in credits_of(uow.goodwill.all()) if one.state in {State.PENDING, State.OPEN}]


def _of_person(uow: UnitOfWork, customer_id: str) -> list[Credit]:
    if uow.records.customer(customer_id) is None:
        raise Refused("customer_unknown", customer=customer_id)
    return credits_of(uow.goodwill.of(uow.people.records_of(customer_id)))
