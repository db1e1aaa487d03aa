"""What is old enough to go, in bounded bites."""

from collections.abc import Callable
from datetime import date, datetime
from typing import Any, Final

from sqlalchemy import Connection, Date, Select, delete, exists, func, literal, select, type_coerce, union_all, update
from sqlalchemy.dialects.sqlite import insert
from sqlalchemy.sql.elements import ColumnElement

from guildpost_agent.adapters.sql.spoken_of import spoken_of
from guildpost_agent.adapters.sql.tables import (
    approvals,
    call_tasks,
    consent_events,
    customers,
    decisions,
    imports,
    login_links,
    metadata,
    occasions,
    outbox,
    outcomes,
    phone_consent_uses,
    quarantine,
    sessions,
    touchpoints,
)
from guildpost_agent.adapters.sql.tables.rights import known_since, restrictions
from guildpost_agent.domain.rights.marks import SIGN
from guildpost_agent.domain.rights.retention import ANSWERS, CONTACTS, SILENCE, Rule

_WORK_IN_HAND: Final = ("ready", "sending")


def _last_contacts(*, with_arrival: bool = True) -> Any:
    """Give (customer, day of the last contact) over every column that speaks of one."""
    parts = [
        select(metadata.tables[t].c.customer_id, func.substr(metadata.tables[t].c[column], 1, 10).label("day")).where(
            metadata.tables[t].c[column].is_not(None)
        )
        for t, column in CONTACTS
        if with_arrival or t != known_since.name
    ]
    joined = outcomes.join(touchpoints, touchpoints.c.touchpoint_id == outcomes.c.touchpoint_id)
    parts.append(
        select(touchpoints.c.customer_id, func.substr(outcomes.c.at, 1, 10).label("day"))
        .select_from(joined)
        .where(outcomes.c.kind.in_(ANSWERS))
    )
    every = union_all(*parts).subquery()
    return select(every.c.customer_id, func.max(every.c.day).label("day")).group_by(every.c.customer_id).subquery()


class SqlRetention:
    """The retention rules on the tables."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def meet(self, today: date) -> None:
        """Note since when those are known of whom no contact is known."""
        last = _last_contacts()
        strangers = (
            select(customers.c.customer_id, literal(today, Date))
            .outerjoin(last, last.c.customer_id == customers.c.customer_id)
            .where(last.c.day.is_(None))
        )
        self._connection.execute(insert(known_since).from_select(["customer_id", "on"], strangers))

    def _silent(self, before: date, *, restricted: bool | None) -> Select[Any]:
        last = _last_contacts()
        mine = (restrictions.c.customer_id == customers.c.customer_id) & (restrictions.c.reason == SILENCE)
        aside = exists().where(mine)
        statement = (
            select(customers.c.customer_id, type_coerce(last.c.day, Date).label("day"))
            .join(last, last.c.customer_id == customers.c.customer_id)
            .where(last.c.day < before.isoformat())
        )
        return statement if restricted is None else statement.where(aside if restricted else ~aside)

    def silent(self, before: date, limit: int, *, restricted: bool | None = None) -> list[tuple[str, date]]:
        """List customers whose last contact lies before a day, the longest silence first."""
        statement = self._silent(before, restricted=restricted).order_by("day", "customer_id").limit(limit)
        return [(row[0], row[1]) for row in self._connection.execute(statement)]

    def count_silent(self, before: date, *, restricted: bool | None = None) -> tuple[int, date | None]:
        """Count them, with the oldest contact."""
        found = self._silent(before, restricted=restricted).subquery()
        row = self._connection.execute(select(func.count(), func.min(found.c.day))).one()
        return row[0], row[1]

    def returned(self, since: date) -> list[str]:
        """List who was set aside for silence and was in contact since."""
        last = _last_contacts(with_arrival=False)
        back = (
            select(restrictions.c.customer_id)
            .join(last, last.c.customer_id == restrictions.c.customer_id)
            .where(restrictions.c.reason == SILENCE, last.c.day >= since.isoformat())
        )
        return list(self._connection.scalars(back))

    def old_rows(self, rule: str, before: datetime) -> tuple[int, date | None]:
        """Count the rows that a rule lets go, with the day of the oldest."""
        total, oldest = 0, None
        for statement in _FINDERS[Rule(rule)](before):
            found = statement.subquery()
            count, first = self._connection.execute(select(func.count(), func.min(found.c.at))).one()
            total += count
            if first is not None and (oldest is None or first.date() < oldest):
                oldest = first.date()
        return total, oldest

    def drop_rows(self, rule: str, before: datetime, limit: int) -> int:
        """Let some of them go; return how many."""
        return sum(
            _DROPPERS[Rule(rule)](self._connection, statement.limit(limit))
            for statement in _FINDERS[Rule(rule)](before)
        )


def _old_touchpoints(before: datetime) -> list[Select[Any]]:
    in_hand = exists().where(outbox.c.touchpoint_id == touchpoints.c.touchpoint_id, outbox.c.state.in_(_WORK_IN_HAND))
    return [
        select(touchpoints.c.touchpoint_id, touchpoints.c.not_after.label("at")).where(
            touchpoints.c.not_after < before, ~in_hand
        ),
        select(call_tasks.c.task_id, call_tasks.c.created_at.label("at")).where(
            call_tasks.c.created_at < before, call_tasks.c.closes < before.date()
        ),
    ]


def _drop_touchpoints(connection: Connection, found: Select[Any]) -> int:
    """Let messages go with what came of them, and the occasions that nothing speaks of any more; calls too."""
    ids = list(connection.scalars(found))
    if call_tasks in found.get_final_froms():
        connection.execute(delete(call_tasks).where(call_tasks.c.task_id.in_(ids)))
        return len(ids)
    if not ids:
        return 0
    of = list(connection.scalars(spoken_of(touchpoints.c.touchpoint_id.in_(ids))))
    for table in (approvals, outcomes, outbox, touchpoints):
        connection.execute(delete(table).where(table.c.touchpoint_id.in_(ids)))
    alone: ColumnElement[bool] = occasions.c.occasion_id.in_(of) & occasions.c.occasion_id.not_in(spoken_of())
    gone = list(connection.scalars(select(occasions.c.occasion_id).where(alone)))
    connection.execute(delete(decisions).where(decisions.c.occasion_id.in_(gone)))
    connection.execute(delete(occasions).where(occasions.c.occasion_id.in_(gone)))
    return len(ids)


def _old_raw(before: datetime) -> list[Select[Any]]:
    joined = quarantine.join(imports, imports.c.import_id == quarantine.c.import_id)
    return [select(quarantine.c.id, imports.c.at.label("at")).select_from(joined).where(
        imports.c.at < before, quarantine.c.raw != ""
    )]  # fmt: skip


def _empty_raw(connection: Connection, found: Select[Any]) -> int:
    ids = list(connection.scalars(found))
    connection.execute(update(quarantine).where(quarantine.c.id.in_(ids)).values(raw=""))
    return len(ids)


def _expired(before: datetime) -> list[Select[Any]]:
    return [
        select(table.c.token_hash, table.c.expires_at.label("at")).where(table.c.expires_at < before)
        for table in (login_links, sessions)
    ]


def _drop_expired(connection: Connection, found: Select[Any]) -> int:
    (table,) = (t for t in (login_links, sessions) if t in found.get_final_froms())
    hashes = list(connection.scalars(found))
    connection.execute(delete(table).where(table.c.token_hash.in_(hashes)))
    return len(hashes)


def _old_proofs(before: datetime) -> list[Select[Any]]:
    """Find the proofs of erased customers: calls first, then the permissions nothing newer rests on."""
    used, given = phone_consent_uses.c, consent_events.c
    newer = exists().where(used.customer_id == given.customer_id, used.used_at >= before)
    return [
        select(used.id, used.used_at.label("at")).where(used.customer_id.startswith(SIGN), used.used_at < before),
        select(given.seq, given.at.label("at")).where(given.customer_id.startswith(SIGN), given.at < before, ~newer),
    ]


def _drop_proofs(connection: Connection, found: Select[Any]) -> int:
    (table,) = (t for t in (phone_consent_uses, consent_events) if t in found.get_final_froms())
    (key,) = table.primary_key.columns
    values = list(connection.scalars(found))
    connection.execute(delete(table).where(key.in_(values)))
    return len(values)


_FINDERS: Final[dict[Rule, Callable[[datetime], list[Select[Any]]]]] = {
    Rule.SEND_LOG: _old_touchpoints,
    Rule.PHONE_PROOF: _old_proofs,
    Rule.QUARANTINE: _old_raw,
    Rule.SIGN_IN: _expired,
}
_DROPPERS: Final[dict[Rule, Callable[[Connection, Select[Any]], int]]] = {
    Rule.SEND_LOG: _drop_touchpoints,
    Rule.PHONE_PROOF: _drop_proofs,
    Rule.QUARANTINE: _empty_raw,
    Rule.SIGN_IN: _drop_expired,
}
