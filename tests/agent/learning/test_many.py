"""Many reminders read at once are what each of them is, read alone."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from guildpost_agent.domain.learning.many import age_groups, sent_many
from guildpost_agent.domain.learning.reading import (
    Addressed,
    Recipient,
    Sent,
    age_group,
    contexts_of,
    reminders_of,
    sent_of,
)
from guildpost_agent.domain.records import Channel
from tests.factories.round_world import a_touchpoint

DAYS = st.dates(date(1890, 1, 1), date(2100, 1, 1))
LOCAL = st.datetimes(datetime(2020, 1, 1), datetime(2040, 1, 1), timezones=st.just(UTC)).map(  # noqa: DTZ001 — bounds
    lambda at: at.astimezone(ZoneInfo("Europe/Berlin"))
)
WHO = st.builds(Recipient, st.integers(0, 1), st.integers(0, 2), st.integers(0, 1))
CONTEXTS = st.builds(Addressed, st.integers(0, 4), st.integers(0, 1), WHO)
ROWS = st.lists(st.tuples(CONTEXTS, LOCAL, st.integers(-100, 200), st.integers(-50, 200)))


@given(st.lists(st.tuples(st.none() | DAYS, DAYS)))
def test_vehicles_have_the_age_that_each_has_alone(pairs: list[tuple[date | None, date]]) -> None:
    expected = [age_group(registered, on) for registered, on in pairs]
    assert expected == age_groups([one for one, _ in pairs], [on for _, on in pairs]).tolist()


@given(DAYS, st.sampled_from([47, 48, 49, 95, 96, 97]), st.integers(-2, 2))
def test_birthdays_of_vehicles_are_no_exception(registered: date, months: int, days: int) -> None:
    on = registered + timedelta(days=round(months * 30.4375) + days)
    assert [age_group(registered, on)] == age_groups([registered], [on]).tolist()


def one_of(to: Addressed, at: datetime, _lead: int, planned: int, due: date) -> Sent:
    """Read one reminder alone."""
    channel = (Channel.EMAIL, Channel.LETTER)[to.channel]
    message = a_touchpoint("t", "c", at, channel=channel, due_date=due, lead_days=planned)
    return sent_of(message, to.learning_class, to.recipient, at, answered=False)


@given(ROWS)
def test_reminders_are_what_each_is_alone(rows: list[tuple[Addressed, datetime, int, int]]) -> None:
    due = [at.date() + timedelta(days=lead) for _, at, lead, _ in rows]
    alone = reminders_of([one_of(*row, day) for row, day in zip(rows, due, strict=True)])
    planned = np.array([one for *_, one in rows], dtype=np.int64)
    found = sent_many(contexts_of([to for to, *_ in rows]), [at for _, at, *_ in rows], due, planned)
    for name in ("slot", "lead", "answered"):
        assert getattr(alone, name).tolist() == getattr(found, name).tolist()
    assert alone.contexts.cell.tolist() == found.contexts.cell.tolist()
