"""What came back is read by its kind, oldest first, whatever order it was stored in."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from guildpost_agent.app.ports.unit_of_work import UnitOfWork
from guildpost_agent.domain.records import Channel, Occasion, Outcome, Touchpoint, Triage
from tests.factories.agent import NOW, TODAY, open_store

HOUR = timedelta(hours=1)
CAME = [
    Outcome("c", "t1", "booked", NOW + 3 * HOUR),
    Outcome("b", "t1", "delivered", NOW + 2 * HOUR),
    Outcome("a", "t1", "delivered", NOW + HOUR),
    Outcome("d", "t2", "delivered", NOW),
    Outcome("e", "t2", "clicked", NOW + HOUR, "booking"),
]


@pytest.fixture
def uow(tmp_path: Path) -> Iterator[UnitOfWork]:
    with open_store(tmp_path)() as opened:
        of = ("1", "V1", "hu_au")
        opened.plans.replace_occasions([Occasion("o", *of, TODAY, "dms", 1.0, Triage.TRUSTED)])
        sent = ("o", *of, 1, Channel.EMAIL, NOW, NOW, TODAY, 0, 0, 9, "default", "sent")
        opened.plans.add_touchpoints([Touchpoint(name, *sent) for name in ("t1", "t2")])
        opened.outcomes.add(CAME)
        yield opened


@pytest.mark.parametrize(
    ("kinds", "expected"),
    [({"booked", "clicked"}, "ec"), ({"delivered"}, "dab"), ({"answered"}, ""), (set(), "")],
    ids=["two kinds", "one kind", "what never came", "no kind"],
)
def test_kinds_are_picked_and_told_from_the_oldest_on(uow: UnitOfWork, kinds: set[str], expected: str) -> None:
    found = uow.outcomes.of_kinds(kinds)
    assert expected == "".join(one.outcome_id for one in found)
    assert found == [one for one in uow.outcomes.all() if one.kind in kinds]


def test_of_several_deliveries_the_first_one_counts(uow: UnitOfWork) -> None:
    assert {"t1": NOW + HOUR, "t2": NOW} == uow.outcomes.first_of("delivered")
    assert {} == uow.outcomes.first_of("answered")
