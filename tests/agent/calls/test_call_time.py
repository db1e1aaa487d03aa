"""When a call is best made: the day by its lead time and the hour of the week, as the network has learned them."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from guildpost_agent.app.calls.context import context_lines
from guildpost_agent.domain.call_planning import CallDays
from guildpost_agent.domain.call_results import NotReached, Remind
from guildpost_agent.domain.call_steps import END_CALL_HOUR, FIRST_CALL_HOUR, conclude, reminder
from guildpost_agent.domain.call_tasks import CallReason, CallState, CallTask, Desk
from guildpost_agent.domain.call_time import CallTime, call_time
from guildpost_agent.domain.consent.terms import Basis, Purpose
from guildpost_agent.domain.learning.deviations import fresh, posterior
from guildpost_agent.domain.learning.experiment import LEARNED_ARM, Learning, Way, arm_of
from guildpost_agent.domain.learning.times import Times
from guildpost_agent.domain.records import Occasion, Triage
from guildpost_agent.domain.release_days import Rhythm
from guildpost_agent.domain.timing import LAST_HOUR, Dealer
from guildpost_agent.domain.working_days import is_working_day
from guildpost_shared.errors import Language
from guildpost_shared.learning.blocks import SLOT_COORDINATES
from guildpost_shared.learning.document import PublishedModel
from tests.agent.calls.test_call_planning import calling
from tests.factories.agent import KEY, NOW, TODAY
from tests.factories.network_models import a_model

BERLIN = ZoneInfo("Europe/Berlin")
BW = frozenset({"BW"})
SERVICE = calling("email", "call")
DUE = date(2027, 4, 30)
DAYS = CallDays(TODAY, date(2027, 4, 16))
DAY = timedelta(days=1)


def without_hours(model: PublishedModel) -> PublishedModel:
    """Give a model that knows nothing about hours."""
    theta = model.model.theta.copy()
    theta[SLOT_COORDINATES] = 0.0
    return replace(model, model=replace(model.model, theta=theta))


def a_dealer(model: PublishedModel | None = None, *, now: datetime = NOW, off: bool = False) -> Dealer:
    """Build a dealer under a model by which everybody likes Thursdays at 18 h, 25 days before the due date."""
    known = model or a_model()
    times = Times(KEY, known, posterior(fresh(1), known.model), LAST_HOUR)
    learning = Learning({"": times}, off={"hu_au"} if off else set())
    return Dealer(KEY, BERLIN, "BW", Rhythm(frozenset({2}), 7), now, learning=learning)


def an_occasion(number: int = 0, *, learned: bool = True, due: date = DUE) -> Occasion:
    """Give an occasion of a customer who is called at the learned time, or of one who stays with the recommended."""
    names = (
        Occasion(f"o{n}", f"{n}", f"V{n}", "hu_au", due, "register", 1.0, Triage.TRUSTED) for n in range(number, 9_999)
    )
    return next(one for one in names if (arm_of(KEY, Way.LEARNED, one) == LEARNED_ARM) == learned)


def best(days: CallDays = DAYS, dealer: Dealer | None = None, occasion: Occasion | None = None) -> CallTime | None:
    return call_time(SERVICE, occasion or an_occasion(), days, dealer or a_dealer(), BW)


def local(found: CallTime | None) -> datetime:
    assert found is not None
    return found.at.astimezone(BERLIN)


def test_the_best_day_and_the_best_hour_of_calls_are_chosen_together() -> None:
    """Eighteen o'clock is too late for a call; the Thursdays around the best lead time are 29 and 22 days before."""
    assert datetime(2027, 4, 1, 17, tzinfo=BERLIN) == local(best())


def test_where_nothing_is_known_of_hours_the_day_is_learned_and_the_hour_recommended() -> None:
    found = best(dealer=a_dealer(without_hours(a_model())))
    assert datetime(2027, 4, 6, 10, tzinfo=BERLIN).date() - local(found).date() <= DAY
    assert 10 == local(found).hour
    assert found is not None
    assert found.slot is None


@pytest.mark.parametrize(
    ("days", "dealer", "occasion"),
    [
        pytest.param(replace(DAYS, unanswered=True), a_dealer(), an_occasion(), id="a call after messages in vain"),
        pytest.param(DAYS, a_dealer(), an_occasion(learned=False), id="one of the tenth that stays"),
        pytest.param(DAYS, a_dealer(off=True), an_occasion(), id="switched off by the dealer"),
        pytest.param(CallDays(date(2027, 4, 3), date(2027, 4, 4)), a_dealer(), an_occasion(), id="no working day left"),
    ],
)
def test_no_time_is_named_where_none_is_learned(days: CallDays, dealer: Dealer, occasion: Occasion) -> None:
    assert best(days, dealer, occasion) is None


def test_today_is_not_named_once_its_hours_of_calls_are_over() -> None:
    late = datetime(2027, 4, 8, 18, 30, tzinfo=BERLIN).astimezone(UTC)
    assert date(2027, 4, 8) < local(best(CallDays(late.date(), DAYS.closes), a_dealer(now=late))).date()


def liking(weekday: int, hour: int, lead: int) -> PublishedModel:
    return a_model(weekday=weekday, hour=hour, lead=lead)


@settings(max_examples=40, deadline=None)
@given(
    likes=st.fixed_dictionaries(
        {"weekday": st.integers(0, 6), "hour": st.integers(8, 20), "lead": st.integers(0, 120)}
    ),
    opens=st.integers(0, 40),
    length=st.integers(0, 60),
    number=st.integers(0, 500),
)
def test_a_call_is_never_named_outside_its_days_working_days_and_hours(
    likes: dict[str, int], opens: int, length: int, number: int
) -> None:
    days = CallDays(TODAY + opens * DAY, TODAY + (opens + length) * DAY)
    found = best(days, a_dealer(liking(**likes)), an_occasion(number))
    if found is not None:
        at = local(found)
        assert days.opens <= at.date() <= days.closes
        assert is_working_day(at.date(), BW)
        assert FIRST_CALL_HOUR <= at.hour < END_CALL_HOUR
        assert (at.minute, at.second) == (0, 0)


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("de", "Beste Zeit: Donnerstag, 01.04.2027, 17 Uhr. Privatkunden antworten im Netz mit diesem Vorlauf"),
        (
            "en",
            "Best time: Thursday, 1 Apr 2027, 17:00. In the network, with this lead time private customers answer",
        ),
    ],
)
def test_whoever_calls_is_told_when_and_why(language: Language, said: str) -> None:
    found = best()
    assert found is not None
    assert found.slot is not None
    (line,) = (
        one
        for one in context_lines(SERVICE, DUE, (), language, BERLIN, direct=True, best=found)
        if one.startswith(said)
    )
    assert f"{found.lead.percent} %" in line
    assert f"{found.slot.percent} %" in line


def test_whoever_calls_is_told_that_nothing_is_known_of_hours() -> None:
    found = best(dealer=a_dealer(without_hours(a_model())))
    (line,) = (
        one for one in context_lines(SERVICE, DUE, (), "de", BERLIN, best=found) if one.startswith("Beste Zeit: um den")
    )
    assert "weiß das Netz bei Anrufen noch nichts" in line


TASK = CallTask(
    "t", "1", "V1", "hu_au", Desk.WORKSHOP, CallReason.DUE, Purpose.SERVICE_REMINDERS, Basis.CONSENT, (),
    TODAY, TODAY + 30 * DAY, NOW, best_at=NOW + 2 * DAY,
)  # fmt: skip


def test_in_its_priority_a_task_comes_first_once_its_best_hour_has_come_and_last_before() -> None:
    tasks = [TASK, replace(TASK, best_at=None), replace(TASK, best_at=NOW)]
    assert [2, 1, 0] == [task.turn(NOW) for task in tasks]
    assert 0 == TASK.turn(NOW + 3 * DAY)


def test_a_try_in_vain_and_a_wish_to_be_called_later_end_the_best_time() -> None:
    again = conclude(TASK, NotReached(), by="Kraft", now=NOW, zone=BERLIN, states=BW)
    assert (CallState.OPEN, None) == (again.state, again.best_at)
    assert reminder(TASK, Remind(6), KEY, NOW, BERLIN).best_at is None


def test_the_hours_of_calls_are_not_those_of_mails() -> None:
    dealer, occasion = a_dealer(), an_occasion()
    times, addressed = dealer.learning.times_for(SERVICE), dealer.learning.addressed
    values = times.values(addressed(SERVICE, SERVICE.channels[1].channel, occasion), 0)
    assert set(values.hours) <= set(range(FIRST_CALL_HOUR, END_CALL_HOUR))
    mails = [times.values(addressed(SERVICE, SERVICE.channels[0].channel, occasion), n).hours for n in range(256)]
    assert np.max(mails) >= END_CALL_HOUR
