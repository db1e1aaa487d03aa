"""One's own figures beside the network's: intervals decide, nobody is compared with what is covered."""

import random
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guildpost_agent.app.compare_with_network import Believed, Comparison
from guildpost_agent.app.say_insights import Speaker
from guildpost_agent.domain.contributing.units import DEALER, Counted
from guildpost_agent.domain.insights.comparison import DIFFERENCE, Question, Standing, compared, standing
from guildpost_agent.domain.insights.own import Own, own_figures
from guildpost_agent.domain.lift.intervals import Arm, wilson
from guildpost_agent.domain.lift.intervals import difference as newcombe
from guildpost_shared.catalog import load
from guildpost_shared.studies.cells import Cells
from guildpost_shared.studies.figures import Figure
from guildpost_shared.studies.layout import MaturedReminder
from guildpost_shared.web.formats import Formats
from tests.factories.releases import a_release, a_study

NET = Figure(0.3, 0.28, 0.32)


@pytest.mark.parametrize(
    ("own", "network", "expected"),
    [
        (Figure(0.5, 0.4, 0.6), NET, Standing.HIGHER),
        (Figure(0.1, 0.05, 0.2), NET, Standing.LOWER),
        (Figure(0.4, 0.31, 0.5), NET, Standing.ALIKE),
        (Figure(0.4, 0.32, 0.5), NET, Standing.ALIKE),
        (Figure(0.2, 0.1, 0.28), NET, Standing.ALIKE),
        (Figure(0.3, 0.0, 1.0), NET, Standing.ALIKE),
        (None, NET, Standing.NOBODY),
        (Figure(0.5, 0.4, 0.6), None, Standing.COVERED),
        (None, None, Standing.COVERED),
    ],
    ids=["above", "below", "overlaps", "touches above", "touches below", "one customer", "nobody", "covered", "both"],
)  # fmt: skip
def test_a_figure_differs_only_where_the_intervals_do_not_touch(
    own: Figure | None, network: Figure | None, expected: Standing
) -> None:
    assert expected == standing(own, network)


@given(of=st.integers(1, 3_000), share=st.floats(0, 1))
def test_ones_own_interval_is_wilsons_and_holds_the_rate(of: int, share: float) -> None:
    own = Own(of, round(of * share)).figure
    assert own is not None
    expected = wilson(Arm(of, round(of * share)))
    assert own.low <= own.rate <= own.high
    assert (expected.low, expected.high) == pytest.approx((own.low, own.high), abs=1e-4)


@pytest.mark.parametrize(("of", "rate"), [(8, 0.3), (60, 0.12), (800, 0.12), (800, 0.02)])
def test_a_dealership_like_all_others_is_hardly_ever_called_different(of: int, rate: float) -> None:
    chance, rounds, different = random.Random(7), 300, 0
    for _ in range(rounds):
        own = Own(of, sum(chance.random() < rate for _ in range(of))).figure
        network = Own(2_000, sum(chance.random() < rate for _ in range(2_000))).figure
        different += standing(own, network) is not Standing.ALIKE
    assert different / rounds < 0.03


def test_a_dealership_that_is_far_better_is_called_so() -> None:
    assert Standing.HIGHER == standing(Own(400, 120).figure, Own(20_000, 2_400).figure)


def a_reminder(
    day: int, hour: int | None, lead: int, *, booked: bool, service: str = "hu_au"
) -> Counted[MaturedReminder]:
    channel = "letter" if hour is None else "email"
    return Counted("k", MaturedReminder(service, channel, day, hour, lead, booked))


def question(found: tuple[Question, ...], about: str, name: str) -> Question:
    (one,) = (each for each in found if (each.about, each.name) == (about, name))
    return one


def counts(one: Question) -> dict[str, tuple[int, int]]:
    return {row.name: (row.own.hits, row.own.of) for row in one.rows if row.own.of}


def test_of_slot_and_lead_time_days_hours_and_buckets_are_counted_and_a_letter_has_a_lead_time_only() -> None:
    parts = [
        a_reminder(0, 9, 30, booked=True),
        a_reminder(0, 9, 41, booked=False),
        a_reminder(4, 18, 27, booked=True),
        a_reminder(2, None, 30, booked=True),
        a_reminder(1, 10, 400, booked=False),
    ]
    found = compared(a_release("slot-lead"), own_figures(a_study("slot-lead"), parts))
    assert {"": (2, 4)} == counts(question(found, "hu_au", "overall"))
    assert {"0": (1, 2), "4": (1, 1), "1": (0, 1)} == counts(question(found, "hu_au", "day"))
    assert {"9": (1, 2), "18": (1, 1), "10": (0, 1)} == counts(question(found, "hu_au", "hour"))
    assert {"28-41": (2, 3), "14-27": (1, 1)} == counts(question(found, "hu_au", "lead"))
    assert {} == counts(question(found, "inspection", "lead"))


def test_a_lift_of_ones_own_is_newcombes_difference_of_both_arms() -> None:
    planned = [("treated", 40, 200), ("held_out", 3, 30)]
    parts = [
        Counted(f"{arm}{at}", (f"hu_au/{arm}/planned", *((f"hu_au/{arm}/came",) if at < came else ())))
        for arm, came, of in planned
        for at in range(of)
    ]
    found = compared(a_release("lift"), own_figures(a_study("lift"), parts))
    row = question(found, "hu_au", "came").rows[-1]
    expected = newcombe(Arm(200, 40), Arm(30, 3))
    assert DIFFERENCE == row.name
    assert row.figure is not None
    assert (0.1, expected.low, expected.high) == pytest.approx(
        (row.figure.rate, row.figure.low, row.figure.high), abs=2e-3
    )
    assert Standing.ALIKE == row.standing
    assert Standing.COVERED == question(found, "tyres", "came").rows[-1].standing
    assert Standing.NOBODY == question(found, "inspection", "came").rows[-1].standing


def test_channels_and_pressure_count_each_customer_in_one_row() -> None:
    channel: list[Counted[Cells]] = [
        Counted("a", ("hu_au/email/delivered", "hu_au/email/booked")),
        Counted("b", ("hu_au/email/delivered",)),
    ]
    found = compared(a_release("channel"), own_figures(a_study("channel"), channel))
    assert {"email": (1, 2)} == counts(question(found, "hu_au", "booked"))
    pressure: list[Counted[Cells]] = [
        Counted("a", ("contacts/2/contacted", "contacts/2/answered")),
        Counted("b", ("contacts/2/contacted",)),
    ]
    found = compared(a_release("pressure"), own_figures(a_study("pressure"), pressure))
    assert {"2": (1, 2)} == counts(question(found, "contacts", "answered"))
    assert {"2": (0, 2)} == counts(question(found, "contacts", "objected"))


def test_adoption_is_a_yes_or_no_beside_a_share() -> None:
    parts = [Counted(DEALER, ("hu_au/dealers/switched_on",))]
    found = compared(a_release("adoption"), own_figures(a_study("adoption"), parts))
    standings = {one.about: [row.standing for row in one.rows] for one in found}
    assert {"hu_au": [Standing.USED], "inspection": [Standing.UNUSED], "tyres": [Standing.UNUSED]} == standings


@pytest.mark.parametrize("kind", ["slot-lead", "lift", "channel", "pressure", "adoption"])
def test_without_a_single_record_everything_is_still_said(kind: str) -> None:
    found = compared(a_release(kind), own_figures(a_study(kind), []))
    assert found
    assert {row.standing for one in found for row in one.rows} <= {Standing.NOBODY, Standing.COVERED, Standing.UNUSED}


@pytest.mark.parametrize(
    ("arms", "said"),
    [([], "keine eigenen Kunden"), (["treated"], "der beiden Gruppen ist leer"), (["treated", "held_out"], "Punkte")],
    ids=["nobody", "no control group", "both"],
)  # fmt: skip
def test_a_lift_without_a_figure_says_whom_it_lacks(arms: list[str], said: str) -> None:
    parts = [Counted(arm, (f"hu_au/{arm}/planned",)) for arm in arms]
    study, release = a_study("lift"), a_release("lift")
    found = Comparison(Believed("", release, study), compared(release, own_figures(study, parts)))
    speaker = Speaker(load("guildpost_agent", "de"), Formats("de", ZoneInfo("Europe/Berlin")), lambda _brand, one: one)
    lines = speaker.comparison(found).sections[0].parts[0].lines
    assert said in lines[-1].own
