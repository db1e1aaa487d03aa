"""What holds for every plan of every small dealership, whatever its rules, windows, customers and days are."""

from collections import Counter
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from guildpost_agent.app.dealership import suppression_check
from guildpost_agent.app.ports.unit_of_work import UnitOfWork
from guildpost_agent.domain.cadence import fits
from guildpost_agent.domain.legal_basis import basis
from guildpost_agent.domain.placing import contact_of
from guildpost_agent.domain.planning import states_for
from guildpost_agent.domain.records import Channel, Touchpoint
from guildpost_agent.domain.service_work import consent_purpose
from guildpost_agent.domain.working_days import is_quiet, is_working_day
from guildpost_shared.services.definition import CapClass
from tests.factories.every_plan import EACH_SIZE, every_plan, planned
from tests.factories.random_dealership import RandomDealership

BERLIN = ZoneInfo("Europe/Berlin")
DAY = timedelta(days=1)


def check_times(here: RandomDealership, uow: UnitOfWork, touchpoint: Touchpoint) -> None:
    """No e-mail leaves in quiet hours, no letter is released or arrives on a day without post."""
    customer, state = uow.records.customer(touchpoint.customer_id), here.config.dealer.state
    assert customer is not None
    states = states_for(customer.postcode, customer.country, state)
    assert here.now <= touchpoint.planned_at <= touchpoint.not_after
    if touchpoint.channel is Channel.EMAIL:
        assert not is_quiet(touchpoint.planned_at, BERLIN, states)
    else:
        contact = contact_of(touchpoint, BERLIN)
        assert is_working_day(contact.first, frozenset({state}))
        assert is_working_day(contact.last, states)


def check_ground(here: RandomDealership, uow: UnitOfWork, touchpoint: Touchpoint) -> None:
    """The ledger, asked again, allows the channel for every record of the person."""
    service = next(s for s in here.services if s.service_id == touchpoint.service_id)
    customer, purpose = uow.records.customer(touchpoint.customer_id), consent_purpose(service)
    assert customer is not None
    for records in ((touchpoint.customer_id,), tuple(uow.people.records_of(touchpoint.customer_id))):
        said, local = uow.consents.state_of(*records), here.now.astimezone(BERLIN)
        assert basis(customer, touchpoint.channel, said, suppression_check(uow), local, purpose=purpose)


@EACH_SIZE
def test_every_message_has_a_time_and_a_ground_that_hold_when_asked_again(examples: int) -> None:
    def check(here: RandomDealership, folder: Path, _random: Any) -> None:
        with planned(here, folder)() as uow:
            check_messages(here, uow)

    every_plan(examples, check)


def check_messages(here: RandomDealership, uow: UnitOfWork) -> None:
    for touchpoint in uow.plans.touchpoints():
        check_times(here, uow, touchpoint)
        check_ground(here, uow, touchpoint)


def commercial(here: RandomDealership, touchpoints: list[Touchpoint]) -> Iterator[Touchpoint]:
    exempt = {service.service_id for service in here.services if service.cap_class is CapClass.EXEMPT}
    return (touchpoint for touchpoint in touchpoints if touchpoint.service_id not in exempt)


@EACH_SIZE
def test_no_household_or_budget_gets_more_than_its_share(examples: int) -> None:
    def check(here: RandomDealership, folder: Path, _random: Any) -> None:
        with planned(here, folder)() as uow:
            check_shares(here, uow)

    every_plan(examples, check)


def check_shares(here: RandomDealership, uow: UnitOfWork) -> None:
    homes = {member.customer_id: member.household_id for member in here.members}
    letters: Counter[date] = Counter()
    met: dict[str, list[Any]] = {}
    for one in commercial(here, uow.plans.touchpoints()):
        contact, others = contact_of(one, BERLIN), met.setdefault(homes[one.customer_id], [])
        assert fits(contact, others)
        others.append(contact)
        letters[contact.first] += one.channel is Channel.LETTER
    figures, every = here.config.figures, here.config.letters.release_every_days
    budget = figures.weekly_budget_cents * every // 7
    assert not budget or all(count * figures.letter_cents <= budget for count in letters.values())
