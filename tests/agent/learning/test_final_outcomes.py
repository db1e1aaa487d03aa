"""Which outcomes tell a dealership something about its own customers, and since when they are final."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from guildpost_agent.app.final_outcomes import LOOK_BACK, Mirror, final_outcomes, first_visit
from guildpost_agent.app.ports.unit_of_work import ImportReport
from guildpost_agent.domain.learning.own import Seen
from guildpost_agent.domain.learning.reading import Addressed, Recipient, Sent, nearest_slot
from guildpost_agent.domain.records import Channel, Outcome, Touchpoint
from tests.factories.agent import NOW, a_customer, a_job, a_service, a_vehicle, open_store
from tests.factories.dated import dated, listed, past_of

ZONE = ZoneInfo("Europe/Berlin")
HU = a_service("hu_au")
SERVICES = {one.service_id: one for one in (HU, replace(HU, service_id="skoda-hu_au"))}
LONG_AGO = NOW - timedelta(days=100)
DUE = date(2026, 12, 31)
MAIL = Touchpoint(
    "t1", "o1", "1", "V1", "hu_au", 1, Channel.EMAIL, LONG_AGO, LONG_AGO, DUE, 40, 5, 8, "learned", "sent"
)  # fmt: skip
KNOWN = Addressed(0, 0, Recipient(0, 1, 1))
"""An inspection by e-mail, a private customer, a car of six years, in the workshop eight months before."""


def out(kind: str, at: datetime = LONG_AGO, of: str = "t1") -> Outcome:
    return Outcome(f"{of}:{kind}:{at:%j}", of, kind, at)


def seen(
    folder: Path, touchpoints: Sequence[Touchpoint], outcomes: Sequence[Outcome], *, delivered: datetime = NOW
) -> Seen:
    """Read what is final, of one customer whose car was in the workshop before."""
    store = open_store(folder)
    customer, vehicle = a_customer(), a_vehicle()
    with store() as uow:
        uow.records.upsert_customers([customer])
        uow.records.upsert_vehicles([vehicle])
        uow.records.upsert_jobs([a_job()])
        uow.imports.start("i", delivered)
        uow.imports.finish(ImportReport("i", delivered, "done", 1, 1, 0, {}))
        visits = uow.reminders.visit_days({"1"}, first_visit(NOW.date()))
        mirror = Mirror({"1": customer}, {"V1": vehicle}, visits)
        past = past_of(touchpoints, sorted(outcomes, key=lambda one: one.at))
        return final_outcomes(uow, mirror, past, SERVICES, [""], now=NOW, zone=ZONE)[""]


def test_a_reminder_is_read_with_whom_it_went_to_and_when(tmp_path: Path) -> None:
    found = seen(tmp_path, [MAIL], [out("delivered"), out("clicked"), out("booked", LONG_AGO + timedelta(days=9))])
    sent = Sent(KNOWN, nearest_slot(5, 7), 40, True)
    assert listed(dated([(date(2026, 11, 21), sent)])) == listed(found.answers) == listed(found.clicks)


LATE = LONG_AGO + timedelta(days=22)
LETTER = replace(MAIL, channel=Channel.LETTER)
SECOND = replace(MAIL, touchpoint_id="t2", arm="follow_up")
YESTERDAY, LATELY = NOW - timedelta(days=1), NOW - timedelta(days=8)


@pytest.mark.parametrize(
    ("touchpoints", "outcomes", "answers", "clicks"),
    [
        pytest.param([MAIL], [], [], [], id="what did not arrive tells nothing"),
        pytest.param([MAIL], [out("delivered")], [False], [False], id="silence is an outcome, too"),
        pytest.param([MAIL], [out("delivered"), out("booked", LATE)], [False], [False], id="a booking that is late"),
        pytest.param([LETTER], [out("delivered"), out("booked", LATE)], [True], [], id="a letter is waited for longer"),
        pytest.param(
            [MAIL, SECOND],
            [out("delivered"), out("delivered", of="t2"), out("booked", of="t2")],
            [True],
            [False],
            id="a booking on the second message counts for the first one, and the second one does not",
        ),
        pytest.param([MAIL], [out("delivered", LATELY)], [], [False], id="after a week clicks are final, not answers"),
        pytest.param([MAIL], [out("delivered", YESTERDAY)], [], [], id="nothing is final on the next day"),
        pytest.param([replace(MAIL, state="bounced")], [out("delivered")], [], [], id="a bounced one was not met"),
        pytest.param(
            [replace(MAIL, planned_at=NOW - LOOK_BACK - timedelta(days=1))], [out("delivered")], [], [], id="too old"
        ),
        pytest.param([replace(MAIL, service_id="skoda-hu_au")], [out("delivered")], [], [], id="of another brand"),
        pytest.param([replace(MAIL, customer_id="2")], [out("delivered")], [], [], id="of a customer who is gone"),
    ],
)
def test_outcomes_become_final(
    tmp_path: Path,
    touchpoints: list[Touchpoint],
    outcomes: list[Outcome],
    answers: list[bool],
    clicks: list[bool],
) -> None:
    found = seen(tmp_path, touchpoints, outcomes)
    assert answers == found.answers.reminders.answered.tolist()
    assert clicks == found.clicks.reminders.answered.tolist()


def test_what_the_management_system_has_not_delivered_yet_may_still_be_booked(tmp_path: Path) -> None:
    before = datetime(2026, 12, 12, 6, tzinfo=UTC)
    assert 0 == len(seen(tmp_path, [MAIL], [out("delivered")], delivered=before).answers)
