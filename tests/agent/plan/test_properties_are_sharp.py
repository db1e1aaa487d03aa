"""The properties of plans notice a rule that is switched off: each fails on a plan that was made without it.

The planner is left as it is; it is told something else than the property, as if a rule did not exist: another clock on
the wall, nobody's household, no budget, an answer that came before the question.
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from operator import sub
from pathlib import Path
from typing import Any

import pytest
from hypothesis import strategies as st

from guildpost_agent.app.ports.people import Membership
from guildpost_agent.app.ports.unit_of_work import UnitOfWork
from guildpost_agent.config import AgentConfig
from guildpost_agent.domain.consent.events import ConsentEvent
from guildpost_agent.domain.consent.terms import EVERY, Kind
from guildpost_agent.domain.holds import Hold
from guildpost_agent.domain.touchpoint_states import WAITING
from tests.agent.plan.test_fates import check_fates, everything
from tests.agent.plan.test_properties import check_messages, check_shares
from tests.factories.every_plan import every_plan, planned
from tests.factories.random_dealership import RandomDealership, dealerships

EXAMPLES = 800  # as many as it takes: the search ends with the first that fails, usually after some dozens
Spoil = Callable[[RandomDealership], RandomDealership]
Afterwards = Callable[[UnitOfWork], object]
Check = Callable[[RandomDealership, UnitOfWork], None]
Drawn = st.SearchStrategy[RandomDealership]
ANY = dealerships()
BEFORE_HOLIDAYS = dealerships(
    st.builds(
        sub,
        st.sampled_from([datetime(2027, 5, 27, tzinfo=UTC), datetime(2027, 11, 1, tzinfo=UTC)]),
        st.integers(1, 15 * 24).map(lambda hours: timedelta(hours=hours)),
    ),
    ["BY"],
)
"""Who may want to write on Corpus Christi or All Saints' Day, neither of which Berlin keeps."""


def _config(here: RandomDealership, part: str, **changes: Any) -> RandomDealership:
    config: AgentConfig = here.config
    return replace(here, config=config.model_copy(update={part: getattr(config, part).model_copy(update=changes)}))


def _as_it_is(here: RandomDealership) -> RandomDealership:
    return here


def _nothing(_uow: UnitOfWork) -> None:
    """Leave the plan as it was made."""


def _clock_of_tokyo(here: RandomDealership) -> RandomDealership:
    return _config(here, "dealer", timezone="Asia/Tokyo")


def _without_holidays_of_its_own(here: RandomDealership) -> RandomDealership:
    return _config(here, "dealer", state="BE")


def _everybody_alone(here: RandomDealership) -> RandomDealership:
    alone = tuple(Membership(one.customer_id, one.customer_id, one.customer_id) for one in here.members)
    return replace(here, members=alone)


def _without_budget(here: RandomDealership) -> RandomDealership:
    return _config(here, "figures", weekly_budget_cents=0)


def _check_at_one_address(here: RandomDealership, uow: UnitOfWork) -> None:
    together = tuple(Membership(one.customer_id, one.customer_id, "1") for one in here.members)
    check_shares(replace(here, members=together), uow)


def _check_with_a_budget(here: RandomDealership, uow: UnitOfWork) -> None:
    check_shares(_config(here, "figures", weekly_budget_cents=130), uow)


def _all_object(uow: UnitOfWork) -> None:
    at = datetime(2026, 12, 1, tzinfo=UTC)
    customers = [customer.customer_id for customer in uow.records.customers()]
    uow.consents.append([ConsentEvent(one, Kind.OBJECTED, EVERY, EVERY, at) for one in customers])


def _lose_what_is_carried(uow: UnitOfWork) -> None:
    for touchpoint in uow.plans.touchpoints():
        if touchpoint.bundled:
            uow.plans.unbundle(touchpoint.touchpoint_id, [])


def _lose_a_message(uow: UnitOfWork) -> None:
    waiting = [one for one in uow.plans.touchpoints() if one.state in WAITING]
    for touchpoint in waiting[:1]:
        uow.plans.add_touchpoints([replace(touchpoint, touchpoint_id=f"{touchpoint.touchpoint_id[:20]}:2")])


OFF: dict[str, tuple[Spoil, Afterwards, Check, Drawn]] = {
    "quiet hours": (_clock_of_tokyo, _nothing, check_messages, ANY),
    "the dealer's holidays": (_without_holidays_of_its_own, _nothing, check_messages, BEFORE_HOLIDAYS),
    "the legal ground": (_as_it_is, _all_object, check_messages, ANY),
    "one contact cap for a household": (_everybody_alone, _nothing, _check_at_one_address, ANY),
    "the budget": (_without_budget, _nothing, _check_with_a_budget, ANY),
    "bundles lose nothing": (_as_it_is, _lose_what_is_carried, check_fates, ANY),
    "one fate for each occasion": (_as_it_is, _lose_a_message, check_fates, ANY),
}


@pytest.mark.parametrize(("spoil", "afterwards", "check", "drawn"), OFF.values(), ids=OFF.keys())
def test_a_property_notices_a_rule_that_is_switched_off(
    spoil: Spoil, afterwards: Afterwards, check: Check, drawn: Drawn
) -> None:
    def without_the_rule(here: RandomDealership, folder: Path, _random: Any) -> None:
        with planned(spoil(here), folder)() as uow:
            afterwards(uow)
            check(here, uow)

    with pytest.raises(AssertionError):
        every_plan(EXAMPLES, without_the_rule, drawn)


def test_a_row_that_is_missing_makes_another_plan() -> None:
    def without_holds(here: RandomDealership, folder: Path, _random: Any) -> None:
        (folder / "again").mkdir()
        other = replace(here, rows=tuple(row for row in here.rows if not isinstance(row, Hold)))
        assert everything(planned(here, folder)) == everything(planned(other, folder / "again"))

    with pytest.raises(AssertionError):
        every_plan(EXAMPLES, without_holds)
