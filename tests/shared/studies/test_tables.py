"""How a release of each kind reads: rates with intervals, nothing where too few stand behind it, no count."""

import json
from collections.abc import Callable, Mapping
from datetime import date
from fractions import Fraction
from typing import Any

import numpy as np
import pytest

from guildpost_shared.errors import Refused
from guildpost_shared.studies.cells import CellLayout
from guildpost_shared.studies.counted import counted_study
from guildpost_shared.studies.figures import Estimate, Figure, difference
from guildpost_shared.studies.release import Release, dump_release, parse_release
from guildpost_shared.studies.releasing import build_release
from guildpost_shared.studies.tables import Table

SPECS = {
    kind: counted_study(
        kind,
        brand="Arvana",
        services=["hu_au", "inspection"],
        period_start=date(2027, 1, 1),
        period_end=date(2027, 3, 31),
    )
    for kind in ("lift", "learned-times", "channel", "pressure", "adoption")
}
SUMS: dict[str, dict[str, int]] = {
    "lift": {
        "hu_au/treated/planned": 20_000,
        "hu_au/treated/came": 6_000,
        "hu_au/held_out/planned": 2_000,
        "hu_au/held_out/came": 400,
        "inspection/treated/planned": 5_000,
        "inspection/treated/came": 900,
        "inspection/held_out/planned": 12,
        "inspection/held_out/came": 2,
    },
    "learned-times": {
        "hu_au/learned/planned": 90_000,
        "hu_au/learned/came": 27_000,
        "hu_au/recommended/planned": 10_000,
        "hu_au/recommended/came": 2_800,
        "inspection/learned/planned": 9_000,
        "inspection/learned/came": 1_800,
        "inspection/recommended/planned": 1_000,
        "inspection/recommended/came": 190,
    },
    "channel": {
        "hu_au/email/delivered": 9_000,
        "hu_au/email/booked": 900,
        "hu_au/letter/delivered": 4_000,
        "hu_au/letter/booked": 720,
        "hu_au/call/delivered": 500,
        "hu_au/call/booked": 250,
        "inspection/email/delivered": 700,
        "inspection/email/booked": 70,
        "inspection/letter/delivered": 900,
        "inspection/letter/booked": 90,
        "inspection/call/delivered": 3,
    },
    "pressure": {
        "contacts/1/contacted": 3_000,
        "contacts/1/answered": 300,
        "contacts/1/objected": 15,
        "contacts/10+/contacted": 400,
        "contacts/10+/answered": 8,
        "contacts/10+/objected": 40,
    },
    "adoption": {"hu_au/dealers/switched_on": 150, "inspection/dealers/switched_on": 6},
}


def released(kind: str, counts: Mapping[str, int] | None = None, dealers: int = 200) -> Release:
    layout = CellLayout.of(SPECS[kind])
    known = SUMS[kind] if counts is None else counts
    total = np.array([known.get(name, 0) for name in layout.names], dtype=np.int64)
    return build_release(
        SPECS[kind], total, contributors=dealers, groups=dealers, noise=Fraction(5, 4), today=date(2027, 9, 4)
    )


def table(kind: str, about: str, measure: str) -> Table:
    (found,) = (one for one in released(kind).tables if (one.about, one.measure) == (about, measure))
    return found


@pytest.mark.parametrize("kind", SPECS)
def test_a_release_of_each_kind_survives_writing_and_reading(kind: str) -> None:
    release = released(kind)
    assert release == parse_release(dump_release(release))
    assert (kind, ()) == (release.kind, release.services)
    assert f"releases/{kind}/2027-01-01_2027-03-31.json" == release.target_path


@pytest.mark.parametrize("kind", SPECS)
def test_no_count_of_customers_or_bookings_leaves_with_it(kind: str) -> None:
    numbers: list[float] = []

    def walk(value: object, name: str = "") -> None:
        if isinstance(value, dict):
            for key, item in value.items():
                walk(item, key)
        elif isinstance(value, list):
            for item in value:
                walk(item, name)
        elif isinstance(value, int | float) and not isinstance(value, bool):
            assert name in {"rate", "low", "high", "contributors", "groups", "epsilon", "delta", "study_version"}
            numbers.append(value)

    walk(json.loads(dump_release(released(kind))))
    assert numbers


def test_lift_is_the_difference_of_both_arms_with_an_interval() -> None:
    found = table("lift", "hu_au", "came")
    treated, held_out = found.row("treated"), found.row("held_out")
    assert treated is not None
    assert held_out is not None
    assert found.lift is not None
    assert (0.3, 0.2, 0.1) == (treated.rate, held_out.rate, found.lift.rate)
    assert 0.07 < found.lift.low < 0.1 < found.lift.high < 0.13
    assert not found.too_little_data


def test_without_a_control_group_nothing_is_said_about_those_who_were_written_to() -> None:
    found = table("lift", "inspection", "came")
    assert (None, None, None, True) == (found.row("treated"), found.row("held_out"), found.lift, found.too_little_data)


def test_equal_arms_are_too_little_data() -> None:
    counts = SUMS["lift"] | {"hu_au/held_out/came": 590}
    (first, _) = released("lift", counts).tables
    assert first.lift is not None
    assert first.lift.low < 0 < first.lift.high
    assert first.too_little_data


def test_channels_are_compared_calls_among_them() -> None:
    found = table("channel", "hu_au", "booked")
    rates = {name: figure and figure.rate for name, figure in found.rows}
    assert {"email": 0.1, "letter": 0.18, "call": 0.5} == rates
    assert found.overall is not None
    assert round(1_870 / 13_500, 4) == found.overall.rate
    assert not found.too_little_data


def test_a_channel_with_three_customers_takes_a_neighbour_with_it() -> None:
    """With all channels together shown, a lonely suppressed row would follow from the others."""
    found = table("channel", "inspection", "booked")
    assert {"email": False, "letter": True, "call": False} == {name: bool(figure) for name, figure in found.rows}
    assert found.overall is not None


def test_pressure_shows_answers_and_objections_by_number_of_contacts() -> None:
    answered, objected = table("pressure", "contacts", "answered"), table("pressure", "contacts", "objected")
    assert [0.1, 0.02] == [figure.rate for _, figure in answered.rows if figure]
    assert [0.005, 0.1] == [figure.rate for _, figure in objected.rows if figure]
    assert ["1", "10+"] == [name for name, figure in objected.rows if figure]


def test_adoption_is_a_share_of_the_dealers_and_fewer_than_the_floor_stay_covered() -> None:
    used, rare = table("adoption", "hu_au", "switched_on"), table("adoption", "inspection", "switched_on")
    figure = used.row("dealers")
    assert figure is not None
    assert 0.75 == figure.rate
    assert 0.66 < figure.low < 0.70
    assert 0.80 < figure.high < 0.84
    assert rare.row("dealers") is None
    assert (False, True) == (used.too_little_data, rare.too_little_data)


@pytest.mark.parametrize("kind", SPECS)
def test_a_release_is_refused_where_nine_legal_entities_took_part(kind: str) -> None:
    layout = CellLayout.of(SPECS[kind])
    total = np.zeros(layout.dimension, dtype=np.int64)
    with pytest.raises(Refused, match="release_too_few_groups"):
        build_release(SPECS[kind], total, contributors=12, groups=9, noise=Fraction(12, 10), today=date(2027, 7, 1))


@pytest.mark.parametrize("kind", SPECS)
def test_nobody_behind_it_gives_a_release_that_shows_nothing(kind: str) -> None:
    release = released(kind, {})
    assert release.too_little_data
    assert [] == [figure for one in release.tables for _, figure in one.rows if figure]
    assert [] == [one for one in release.tables if one.overall or one.lift]


@pytest.mark.parametrize("variance", [0.0, 60.0])
@pytest.mark.parametrize(("rates", "sizes"), [((0.3, 0.2), (900, 80)), ((0.04, 0.04), (2_000, 150))])
def test_ninety_five_per_cent_intervals_of_a_lift_hold_the_truth(
    variance: float, rates: tuple[float, float], sizes: tuple[int, int]
) -> None:
    rng = np.random.default_rng(3)
    rounds, held = 1_000, 0
    drawn = [
        (rng.binomial(size, rate, rounds), rng.normal(0, np.sqrt(variance), (2, rounds)))
        for rate, size in zip(rates, sizes, strict=True)
    ]
    for one in range(rounds):
        figures = [
            Estimate(round(size + noise[0, one]), round(came[one] + noise[1, one]), variance).figure()
            for size, (came, noise) in zip(sizes, drawn, strict=True)
        ]
        lift = difference(*figures)
        assert -1 <= lift.low <= lift.rate <= lift.high <= 1
        held += lift.low <= rates[0] - rates[1] <= lift.high
    assert held / rounds > 0.93


def test_a_difference_of_nothing_known_may_be_anything() -> None:
    assert Figure(0.0, -1.0, 1.0) == difference(Figure(0.0, 0.0, 1.0), Figure(0.0, 0.0, 1.0))


def damaged_release() -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads(dump_release(released("lift")))
    return loaded


DAMAGES: dict[str, tuple[Callable[[dict[str, Any]], object], str, str]] = {
    "an unknown kind": (lambda r: r.update(kind="ranking"), "document_field_invalid", "kind"),
    "the tables of another kind": (lambda r: r.update(kind="channel"), "document_field_invalid", "tables[0].measure"),
    "no kind": (lambda r: r.pop("kind"), "document_field_missing", "services"),
    "an unknown field": (lambda r: r["tables"][0].update(dealer="d"), "document_field_unknown", "tables[0].dealer"),
    "a count in a row": (
        lambda r: r["tables"][0]["rows"][0].update(customers=7),
        "document_field_unknown",
        "tables[0].rows[0].customers",
    ),
    "a row of its own": (
        lambda r: r["tables"][0]["rows"][0].update(row="dealer_7"),
        "document_field_invalid",
        "tables[0].rows[0].row",
    ),
    "a row twice": (
        lambda r: r["tables"][0]["rows"].append(r["tables"][0]["rows"][0]),
        "document_field_invalid",
        "tables[0].rows",
    ),
    "a table twice": (lambda r: r["tables"].append(r["tables"][0]), "document_field_invalid", "tables"),
    "a rate below nothing": (
        lambda r: r["tables"][0]["rows"][0]["figure"].update(low=-0.1),
        "document_field_invalid",
        "tables[0].rows[0].figure.low",
    ),
    "a lift beyond everybody": (
        lambda r: r["tables"][0]["lift"].update(high=1.1),
        "document_field_invalid",
        "tables[0].lift.high",
    ),
    "a lift that is not the difference of its arms": (
        lambda r: r["tables"][0]["lift"].update(rate=0.09),
        "document_field_invalid",
        "tables[0].lift",
    ),
    "one arm alone": (
        lambda r: r["tables"][0]["rows"][1].update(figure=None),
        "document_field_invalid",
        "tables[0].rows",
    ),
    "an arm that is missing": (lambda r: r["tables"][0]["rows"].pop(), "document_field_invalid", "tables[0].rows"),
    "a rate over both arms": (
        lambda r: r["tables"][0].update(overall=r["tables"][0]["rows"][0]["figure"]),
        "document_field_invalid",
        "tables[0].overall",
    ),
    "a lift of all contacts": (
        lambda r: r["tables"][0].update(about="contacts"),
        "document_field_invalid",
        "tables[0].about",
    ),
}


@pytest.mark.parametrize("case", DAMAGES)
def test_a_published_release_is_refused_with(case: str) -> None:
    damage, code, field = DAMAGES[case]
    damaged = damaged_release()
    damage(damaged)
    with pytest.raises(Refused) as refusal:
        parse_release(json.dumps(damaged).encode())
    assert (code, field) == (refusal.value.code, refusal.value.params["field"])
