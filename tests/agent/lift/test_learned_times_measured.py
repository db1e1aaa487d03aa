"""The standing experiment: a tenth stays with the recommended time, and nobody is called better without an interval."""

from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

import pytest

from guildpost_agent.app.measure_learned import measure_learned
from guildpost_agent.app.measure_lift import Measured
from guildpost_agent.app.ports.unit_of_work import OpenUnitOfWork
from guildpost_agent.app.taught import Taught
from guildpost_agent.cli.lift import LEARNED, described
from guildpost_agent.domain.learning.experiment import stands
from guildpost_agent.domain.lift.control import ControlGroup
from guildpost_agent.domain.lift.verdicts import Verdict
from guildpost_shared.catalog import load
from guildpost_shared.errors import Language
from tests.factories.agent import KEY, NOW, open_store
from tests.factories.measured_dealership import CONFIG, SERVICE, all_due, let_come
from tests.factories.network_models import a_model

CUSTOMERS = [str(number) for number in range(1, 1_001)]
STANDING = {one for one in CUSTOMERS if stands(KEY, one, "hu_au")}
LATER = NOW + timedelta(days=150)


@pytest.fixture(scope="module")
def planned(tmp_path_factory: pytest.TempPathFactory) -> OpenUnitOfWork:
    """A dealership that plans under a model; all its customers are due in the same month."""
    return all_due(tmp_path_factory.mktemp("planned"), CUSTOMERS, CUSTOMERS, Taught({"": a_model()}))


def measured(store: OpenUnitOfWork, comes: Callable[[str], bool]) -> Measured:
    """Let some customers come and nobody else, and measure when all windows are over."""
    let_come(store, CUSTOMERS, comes, date(2027, 4, 12), LATER)
    return measure_learned(store, [SERVICE], CONFIG, LATER, KEY)


def test_before_a_delivery_nothing_can_be_said(tmp_path: Path) -> None:
    found = measure_learned(open_store(tmp_path), [SERVICE], CONFIG, LATER, KEY)
    (said,) = described(found, {"hu_au": SERVICE}, load("guildpost_agent", "de"), comparison=LEARNED)
    assert said.startswith("Noch keine Aussage möglich: Unter einem Modell des Netzes")


def test_everybody_who_was_planned_for_is_on_the_side_that_the_draw_gave(planned: OpenUnitOfWork) -> None:
    lift = measured(planned, lambda _: False).lifts["hu_au", None]
    held = {one for one in CUSTOMERS if ControlGroup(KEY).holds(one, "hu_au")}
    assert len(STANDING - held) == lift.held_out.customers
    assert len(CUSTOMERS) - len(held) == lift.held_out.customers + lift.treated.customers


def test_learned_times_win_where_more_come(planned: OpenUnitOfWork) -> None:
    found = measured(planned, lambda one: one not in STANDING)
    assert Verdict.MORE is found.lifts["hu_au", None].verdict


def test_where_all_come_anyway_nobody_wins(planned: OpenUnitOfWork) -> None:
    assert Verdict.NOT_YET_KNOWN is measured(planned, lambda _: True).lifts["hu_au", None].verdict


@pytest.mark.parametrize(
    ("language", "head", "verdict", "interval"),
    [
        ("de", "wie empfohlen", "Gelernte Zeiten bringen weniger Besuche.", "Punkte ("),
        ("en", "as recommended", "Learned times bring fewer visits.", "points ("),
    ],
)
def test_a_finding_stands_beside_its_interval(
    planned: OpenUnitOfWork, language: Language, head: str, verdict: str, interval: str
) -> None:
    found = measured(planned, lambda one: one in STANDING)
    lines = list(described(found, {"hu_au": SERVICE}, load("guildpost_agent", language), comparison=LEARNED))
    assert any(head in line for line in lines)
    assert all(interval in line for line in lines if verdict in line)
    assert any(verdict in line for line in lines)


def test_as_long_as_windows_run_nothing_is_counted(planned: OpenUnitOfWork) -> None:
    measured(planned, lambda _: False)
    found = measure_learned(planned, [SERVICE], CONFIG, NOW + timedelta(days=20), KEY)
    assert not found.lifts
    assert found.waiting > 0
