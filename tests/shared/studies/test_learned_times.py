"""Do learned times help? Every service and all together, each difference with an interval that holds the noise, too."""

import json
from collections.abc import Mapping
from datetime import date
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from guildpost_shared.errors import Refused
from guildpost_shared.studies.cells import CellLayout
from guildpost_shared.studies.counted import counted_study
from guildpost_shared.studies.noise import summed_variance
from guildpost_shared.studies.release import Release, dump_release, parse_release
from guildpost_shared.studies.releasing import build_release
from guildpost_shared.studies.spec import StudySpec
from guildpost_shared.studies.tables import Table

SERVICES = ["hu_au", "inspection", "wheel_change"]
NOISE = Fraction(5, 4)


def a_study(services: list[str]) -> StudySpec:
    """Write the study of a quarter."""
    return counted_study(
        "learned-times",
        brand="Arvana",
        services=services,
        period_start=date(2027, 1, 1),
        period_end=date(2027, 3, 31),
    )


STUDY = a_study(SERVICES)
ANSWERED: dict[str, tuple[int, int, int, int]] = {
    "hu_au": (90_000, 27_000, 10_000, 2_800),
    "inspection": (9_000, 1_800, 1_000, 199),
    "wheel_change": (4_500, 450, 500, 48),
}
"""By service: customers at learned times and who of them came, then at the recommended one."""


def released(counts: Mapping[str, tuple[int, int, int, int]], study: StudySpec = STUDY) -> Release:
    """Release a sum."""
    names = [f"{row}/{column}" for row in ("learned", "recommended") for column in ("planned", "came")]
    cells = {f"{service}/{name}": n for service, four in counts.items() for name, n in zip(names, four, strict=True)}
    total = np.array([cells.get(name, 0) for name in CellLayout.of(study).names], dtype=np.int64)
    return build_release(study, total, contributors=200, groups=200, noise=NOISE, today=study.release_from)


def by_service(release: Release) -> dict[str, Table]:
    """Give the tables by what they are about."""
    return {table.about: table for table in release.tables}


def test_the_days_that_count_begin_when_a_service_may_first_write_and_figures_wait_for_all_of_them() -> None:
    assert (120, date(2027, 8, 28)) == (STUDY.maturity_days, STUDY.release_from)


def test_each_service_and_all_together_show_both_sides_and_their_difference() -> None:
    found = by_service(released(ANSWERED))
    assert ["every_service", *SERVICES] == list(found)
    assert ["learned", "recommended"] == [name for name, _ in found["every_service"].rows]
    assert {"every_service": 0.0176, "hu_au": 0.02, "inspection": 0.001, "wheel_change": 0.004} == {
        about: table.lift and table.lift.rate for about, table in found.items()
    }
    assert {"every_service": False, "hu_au": False, "inspection": True, "wheel_change": True} == {
        about: table.too_little_data for about, table in found.items()
    }


def test_all_together_shows_what_each_service_alone_cannot() -> None:
    """Three services of two points each are not enough; their sum is."""
    each = (7_000, 1_540, 800, 144)
    found = by_service(released(dict.fromkeys(SERVICES, each)))
    widths = {about: table.lift.high - table.lift.low for about, table in found.items() if table.lift}
    assert widths["every_service"] < 0.6 * min(widths[name] for name in SERVICES)
    assert not found["every_service"].too_little_data


def test_of_one_service_all_together_is_no_table_of_its_own() -> None:
    assert ["hu_au"] == list(by_service(released({"hu_au": ANSWERED["hu_au"]}, a_study(["hu_au"]))))


@pytest.mark.parametrize(
    ("counts", "shown"),
    [
        (ANSWERED, ["every_service", "hu_au", "inspection", "wheel_change"]),
        (ANSWERED | {"wheel_change": (4_500, 450, 12, 1)}, ["every_service", "hu_au", "inspection"]),
        (
            ANSWERED | {"wheel_change": (4_500, 450, 12, 1), "inspection": (90, 20, 10, 2)},
            ["every_service", "hu_au"],
        ),
        (dict.fromkeys(SERVICES, (170, 30, 19, 2)), ["every_service"]),
        (dict.fromkeys(SERVICES, (60, 10, 5, 1)), []),
    ],
    ids=[
        "everything",
        "one side of a service too small",
        "two services too small",
        "each too small, together enough",
        "too small even together",
    ],
)
def test_both_sides_are_shown_or_neither(counts: dict[str, tuple[int, int, int, int]], shown: list[str]) -> None:
    found = by_service(released(counts))
    assert shown == [about for about, table in found.items() if table.lift]
    for table in found.values():
        assert {table.lift is None} == {figure is None for _, figure in table.rows}


@given(st.lists(st.tuples(st.integers(0, 400), st.integers(0, 60)), min_size=3, max_size=3))
def test_all_together_says_nothing_about_a_single_service_that_is_covered(sizes: list[tuple[int, int]]) -> None:
    """Of two that are covered one learns what both are together, of one alone nothing."""
    counts = {name: (many, many // 5, few, few // 5) for name, (many, few) in zip(SERVICES, sizes, strict=True)}
    found = by_service(released(counts))
    covered = [name for name in SERVICES if found[name].lift is None]
    if len(covered) == 1:
        changed = counts | {covered[0]: (7, 3, 9, 2)}
        assert found["every_service"] == by_service(released(changed))["every_service"]


@pytest.mark.parametrize("effect", [0.0, 0.02], ids=["no effect", "two points"])
def test_ninety_five_intervals_of_a_hundred_hold_the_truth_of_all_services_together(effect: float) -> None:
    """Four hundred sums of a small network, with the noise that a round of it carries."""
    rng = np.random.default_rng(5)
    variance, held, rounds = float(summed_variance(STUDY, NOISE)), 0, 400
    learned, stays = np.array([900, 2_700, 450]), np.array([100, 300, 50])
    base = np.array([0.3, 0.2, 0.1])
    truth = float((learned * (base + effect)).sum() / learned.sum() - (stays * base).sum() / stays.sum())
    for _ in range(rounds):
        true = [learned, rng.binomial(learned, base + effect), stays, rng.binomial(stays, base)]
        noised = [np.rint(one + rng.normal(0, np.sqrt(variance), 3)).astype(int) for one in true]
        counts = {name: (a, b, c, d) for name, a, b, c, d in zip(SERVICES, *noised, strict=True)}
        lift = by_service(released(counts))["every_service"].lift
        held += lift is not None and lift.low <= truth <= lift.high
    assert held / rounds > 0.93


def test_a_release_of_all_services_together_is_refused_where_the_kind_has_none() -> None:
    document = json.loads(dump_release(released(ANSWERED)))
    assert parse_release(json.dumps(document).encode()).tables[0].about == "every_service"
    for table in document["tables"]:
        for row, name in zip(table["rows"], ("treated", "held_out"), strict=True):
            row["row"] = name
    document["kind"] = "lift"
    with pytest.raises(Refused) as refusal:
        parse_release(json.dumps(document).encode())
    assert "tables[0].about" == refusal.value.params["field"]
