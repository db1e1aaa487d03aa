"""From the real planner's decisions to the verdict: the control group is measured over the same days as the others."""

from collections.abc import Callable
from datetime import date, timedelta

import pytest

from guildpost_agent.app.measure_lift import Measured, measure_lift
from guildpost_agent.app.ports.unit_of_work import OpenUnitOfWork
from guildpost_agent.domain.lift.control import ControlGroup
from guildpost_agent.domain.lift.verdicts import Verdict
from guildpost_agent.domain.records import Channel
from tests.factories.agent import KEY, NOW
from tests.factories.measured_dealership import CONFIG, SERVICE, all_due, let_come

CUSTOMERS = [str(number) for number in range(1, 1_401)]
HELD_OUT = {one for one in CUSTOMERS if ControlGroup(KEY).holds(one, "hu_au")}
LATER = NOW + timedelta(days=120)


@pytest.fixture(scope="module")
def planned(tmp_path_factory: pytest.TempPathFactory) -> OpenUnitOfWork:
    """A dealership whose customers are all due in the same month; every other one has an e-mail permission."""
    return all_due(tmp_path_factory.mktemp("planned"), CUSTOMERS, CUSTOMERS[::2])


def measured(store: OpenUnitOfWork, comes: Callable[[str], bool], day: date) -> Measured:
    """Let some customers come on a day and nobody else, and measure when all windows are over."""
    let_come(store, CUSTOMERS, comes, day, LATER)
    return measure_lift(store, [SERVICE], CONFIG, LATER, KEY)


def test_everybody_is_in_one_arm_and_nobody_is_left_out(planned: OpenUnitOfWork) -> None:
    lift = measured(planned, lambda _: False, date(2027, 3, 20)).lifts["hu_au", None]
    assert (len(CUSTOMERS) - len(HELD_OUT), len(HELD_OUT)) == (lift.treated.customers, lift.held_out.customers)


def test_an_effect_is_found_where_there_is_one(planned: OpenUnitOfWork) -> None:
    found = measured(planned, lambda one: one not in HELD_OUT, date(2027, 3, 20))
    assert (Verdict.MORE, 0) == (found.lifts["hu_au", None].verdict, found.unplaced)


@pytest.mark.parametrize("day", [date(2027, 3, 8), date(2027, 3, 20), date(2027, 4, 12)])
def test_where_everybody_would_have_come_anyway_nothing_is_claimed_of_any_channel(
    planned: OpenUnitOfWork, day: date
) -> None:
    found = measured(planned, lambda _: True, day).lifts
    for channel in (None, *Channel):
        lift = found["hu_au", channel]
        assert Verdict.NOT_YET_KNOWN == lift.verdict
        assert 0 < lift.treated.rate
        assert 0.0 in lift.interval
