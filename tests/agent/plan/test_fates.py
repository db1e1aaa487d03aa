"""What becomes of each occasion of any small dealership: one fate with a sentence, the same however it is asked."""

from pathlib import Path
from typing import Any

from guildpost_agent.app.explain import say
from guildpost_agent.app.plan_touchpoints import plan_touchpoints
from guildpost_agent.app.ports.unit_of_work import OpenUnitOfWork, UnitOfWork
from guildpost_agent.domain.exclusions import Reason
from guildpost_agent.domain.records import Occasion, Touchpoint
from guildpost_shared.catalog import load
from tests.factories.every_plan import EACH_SIZE, every_plan, planned
from tests.factories.explained import sayable
from tests.factories.random_dealership import RandomDealership

CATALOGS = (load("guildpost_agent", "de"), load("guildpost_agent", "en"))


def everything(store: OpenUnitOfWork) -> str:
    """Write down what was planned and decided."""
    with store() as uow:
        occasions = uow.plans.occasions()
        return repr((occasions, uow.plans.touchpoints(), [uow.plans.decision(o.occasion_id) for o in occasions]))


def check_fate(one: Occasion, uow: UnitOfWork, touchpoints: list[Touchpoint]) -> None:
    """An occasion is planned, carried along by one message, or refused with a sentence in both languages."""
    decision = uow.plans.decision(one.occasion_id)
    assert decision is not None
    leads = [t for t in touchpoints if t.occasion_id == one.occasion_id]
    carried = [t for t in touchpoints if one.occasion_id in t.bundled]
    kept = {Reason.PLANNED: (1, 0), Reason.BUNDLED: (0, 1)}.get(Reason(decision.reason), (0, 0))
    assert (kept, sum(kept) == 1) == ((len(leads), len(carried)), decision.kept)
    if not decision.kept:
        assert all(say(catalog, f"plan.refused.{decision.reason}", decision.facts) for catalog in CATALOGS)


@EACH_SIZE
def test_every_occasion_has_one_fate_and_no_message_carries_a_stranger_s(examples: int) -> None:
    def check(here: RandomDealership, folder: Path, _random: Any) -> None:
        with planned(here, folder)() as uow:
            check_fates(here, uow)

    every_plan(examples, check)


def check_fates(here: RandomDealership, uow: UnitOfWork) -> None:
    services = {service.service_id: service for service in here.services}
    occasions, touchpoints = uow.plans.occasions(), uow.plans.touchpoints()
    by_id = {one.occasion_id: one for one in occasions}
    for one in occasions:
        check_fate(one, uow, touchpoints)
    sayable(uow, here.services)
    for touchpoint in touchpoints:
        leader = services[touchpoint.service_id]
        for other in (by_id[name] for name in touchpoint.bundled):
            assert (touchpoint.customer_id, leader.bundle_group, leader.purpose) == (
                other.customer_id, services[other.service_id].bundle_group, services[other.service_id].purpose
            )  # fmt: skip


@EACH_SIZE
def test_the_plan_is_the_same_in_any_order_of_rows_and_stays_when_it_is_made_again(examples: int) -> None:
    def check(here: RandomDealership, folder: Path, random: Any) -> None:
        first, rows, services = planned(here, folder), list(here.rows), list(here.services)
        random.shuffle(rows)
        random.shuffle(services)
        (folder / "again").mkdir()
        second = here.store(folder / "again", rows)
        plan_touchpoints(second, services, here.config, here.now, here.key, taught=here.taught)
        once = everything(first)
        assert once == everything(second)
        assert 0 == plan_touchpoints(first, services, here.config, here.now, here.key, taught=here.taught).planned
        assert once == everything(first)

    every_plan(examples, check)
