"""What a message carried along is planned anew in the same run in which its leader falls away."""

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from guildpost_agent.domain.records import Touchpoint
from tests.factories.planning_story import Story

APRIL = date(2027, 4, 1)


def touchpoints(story: Story) -> list[Touchpoint]:
    with story.store() as uow:
        return uow.plans.touchpoints()


@pytest.mark.parametrize(
    "happens",
    [
        pytest.param(lambda s: s.books("hu_au", date(2027, 4, 20)), id="the inspection is booked"),
        pytest.param(
            lambda s: s.drives("V0", next_hu=date(2029, 4, 1), next_service=date(2027, 4, 20)), id="it was done"
        ),
    ],
)
def test_the_maintenance_that_the_inspection_carried_is_planned_by_itself(
    tmp_path: Path, happens: Callable[[Story], object]
) -> None:
    story = Story(tmp_path, date(2027, 3, 1), "hu_au", "inspection")
    story.customer_with_a_car(next_hu=APRIL, next_service=date(2027, 4, 20))
    story.plan()
    (before,) = touchpoints(story)
    assert (before.service_id, len(before.bundled)) == ("hu_au", 1)
    happens(story)
    story.plan()
    old, new = sorted(touchpoints(story), key=lambda one: one.state != "cancelled")
    assert (old.service_id, old.state) == ("hu_au", "cancelled")
    assert (new.service_id, new.state, new.bundled) == ("inspection", "planned", ())
    assert (new.occasion_id,) == before.bundled
