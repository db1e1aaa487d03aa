"""Set and lift what suppresses advertising to a customer; each step is noted with who did it, when and why."""

from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime

from guildpost_agent.app.ports.unit_of_work import OpenUnitOfWork
from guildpost_agent.domain.holds import Hold, HoldKind, HoldStep, HoldStepKind
from guildpost_shared.errors import Refused


def set_hold(open_uow: OpenUnitOfWork, hold: Hold, *, now: datetime, by: str, reason: str = "") -> int:
    """Set a hold, replacing one of the same customer and kind; give how many records of the person it covers.

    Args:
        open_uow: opens a transaction on the dealer's database.
        hold: from which day, until which.
        now: an aware instant.
        by: who sets it.
        reason: why, in that person's words.

    Raises:
        Refused: ``hold_over`` when it ends before it begins; ``customer_unknown``.
    """
    if hold.until is not None and hold.until < hold.since:
        raise Refused("hold_over", until=hold.until)
    with open_uow() as uow:
        if uow.records.customer(hold.customer_id) is None:
            raise Refused("customer_unknown", customer=hold.customer_id)
        uow.holds.set(hold)
        for step in _steps([hold], HoldStepKind.SET, now=now, by=by, reason=reason):
            uow.holds.note(step)
        records = len(uow.people.records_of(hold.customer_id))
        uow.commit()
    return records


def lift_holds(
    open_uow: OpenUnitOfWork, customer_id: str, kind: HoldKind | None, *, now: datetime, by: str, reason: str = ""
) -> int:
    """Lift a person's holds, or the one of a kind, on all records of the person; give how many.

    Args:
        open_uow: opens a transaction on the dealer's database.
        customer_id: any number of the person.
        kind: None for all.
        now: an aware instant.
        by: who lifts them.
        reason: why, in that person's words.

    Raises:
        Refused: ``hold_unknown`` when there is none.
    """
    with open_uow() as uow:
        mine = set(uow.people.records_of(customer_id))
        lifted = [hold for hold in uow.holds.all() if hold.customer_id in mine and kind in {None, hold.kind}]
        if not lifted:
            raise Refused("hold_unknown", customer=customer_id)
        uow.holds.lift(customer_id, kind)
        for step in _steps(lifted, HoldStepKind.LIFTED, now=now, by=by, reason=reason):
            uow.holds.note(step)
        uow.commit()
    return len(lifted)


def listed_holds(open_uow: OpenUnitOfWork, today: date) -> tuple[list[tuple[Hold, HoldStep | None]], int]:
    """List every hold with the step that set it, where one is noted, and say how many are in force today."""
    with open_uow() as uow:
        kept, steps = uow.holds.all(), uow.holds.steps()
    last = {(step.customer_id, step.kind): step for step in steps if step.step is HoldStepKind.SET}
    return [(hold, last.get((hold.customer_id, hold.kind))) for hold in kept], sum(hold.covers(today) for hold in kept)


def steps_of(open_uow: OpenUnitOfWork, customer_id: str | None) -> list[HoldStep]:
    """Give who set and lifted what, in order; about one person with all records, or about everybody."""
    with open_uow() as uow:
        return uow.holds.steps(None if customer_id is None else uow.people.records_of(customer_id))


def _steps(holds: Iterable[Hold], step: HoldStepKind, *, now: datetime, by: str, reason: str) -> Iterator[HoldStep]:
    return (HoldStep(hold.customer_id, hold.kind, step, now.astimezone(UTC), by, reason) for hold in holds)
