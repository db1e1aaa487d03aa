"""Every kind of study: its cells, what one unit changes, its document, its plausible sums."""

import json
from collections.abc import Callable
from datetime import date
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from guildpost_shared.errors import Refused, Untrusted
from guildpost_shared.privacy.accountant import Expense
from guildpost_shared.privacy.ledger import Entry, affords
from guildpost_shared.studies.cells import CellLayout, Cells
from guildpost_shared.studies.counted import counted_study
from guildpost_shared.studies.kinds import KINDS, SLOT_LEAD, contact_rows
from guildpost_shared.studies.layouts import layout_of
from guildpost_shared.studies.noise import contribution, promised_variance
from guildpost_shared.studies.sanity import require_plausible
from guildpost_shared.studies.slot_lead import slot_lead_study
from guildpost_shared.studies.spec import StudySpec, parse_study
from tests.fakes.seeded_entropy import SeededEntropy

TERMS: dict[str, Any] = {
    "brand": "Arvana",
    "services": ["hu_au", "inspection"],
    "period_start": date(2027, 1, 1),
    "period_end": date(2027, 3, 31),
}
SPECS: dict[str, StudySpec] = {
    name: counted_study(name, **TERMS) for name, kind in KINDS.items() if name != SLOT_LEAD and not kind.model
}
NOTHING = SeededEntropy(b"")
BUCKETS = ("1", "2", "3", "4", "5-6", "7-9", "10+")
SHAPES = {
    "lift": (("hu_au", "inspection"), ("treated", "held_out"), ("planned", "came"), "customer", 2),
    "learned-times": (("hu_au", "inspection"), ("learned", "recommended"), ("planned", "came"), "customer", 2),
    "channel": (("hu_au", "inspection"), ("email", "letter", "call"), ("delivered", "booked"), "customer", 2),
    "pressure": (("contacts",), BUCKETS, ("contacted", "answered", "objected"), "customer", 3),
    "adoption": (("hu_au", "inspection"), ("dealers",), ("switched_on",), "dealer", 2),
}  # fmt: skip
CELLS = {"lift": 8, "learned-times": 8, "channel": 12, "pressure": 21, "adoption": 2}


@pytest.mark.parametrize("kind", SHAPES)
def test_a_kind_counts_these_cells_and_one_unit_changes_so_many(kind: str) -> None:
    abouts, rows, columns, unit, most = SHAPES[kind]
    layout = layout_of(SPECS[kind])
    assert [f"{a}/{r}/{c}" for a in abouts for r in rows for c in columns] == list(layout.names)
    assert (CELLS[kind], most, most) == (layout.dimension, layout.sensitivity.l1, layout.sensitivity.l2_squared)
    assert unit == SPECS[kind].privacy_unit


def a_unit(layout: CellLayout) -> st.SearchStrategy[Cells]:
    """Draw what one unit may raise: columns of one cell for a customer, anything for a dealer."""
    if layout.unit == "dealer":
        return st.lists(st.sampled_from(layout.names), unique=True).map(tuple)
    cell = st.tuples(st.sampled_from(layout.abouts), st.sampled_from(layout.rows))
    columns = st.lists(st.sampled_from(layout.columns), unique=True)
    return st.builds(lambda at, of: tuple(f"{at[0]}/{at[1]}/{one}" for one in of), cell, columns)


@pytest.mark.parametrize("kind", SPECS)
@given(st.data())
def test_one_unit_more_or_less_moves_the_vector_no_further_than_stated(kind: str, data: st.DataObject) -> None:
    layout = CellLayout.of(SPECS[kind])
    units = data.draw(st.lists(a_unit(layout), min_size=1, max_size=12))
    gone = data.draw(st.integers(0, len(units) - 1))
    whole = layout.encode(units, cap=100, entropy=NOTHING)
    change = whole - layout.encode([*units[:gone], *units[gone + 1 :]], cap=100, entropy=NOTHING)
    assert np.abs(change).sum() <= layout.sensitivity.l1
    assert (change**2).sum() <= layout.sensitivity.l2_squared


@pytest.mark.parametrize("kind", SPECS)
def test_the_stated_change_is_reached(kind: str) -> None:
    layout = CellLayout.of(SPECS[kind])
    fullest = layout.names if layout.unit == "dealer" else layout.names[: len(layout.columns)]
    assert layout.sensitivity.l1 == layout.encode([fullest], cap=1, entropy=NOTHING).sum()


@pytest.mark.parametrize(
    ("kind", "cells"),
    [
        ("lift", ("tyres/treated/planned",)),
        ("lift", ("hu_au/treated/planned", "hu_au/held_out/planned")),
        ("lift", ("hu_au/treated/planned", "inspection/treated/came")),
        ("channel", ("hu_au/call/delivered", "hu_au/call/delivered")),
        ("adoption", ("hu_au/dealers/switched_on", "hu_au/dealers/switched_on")),
    ],
    ids=["a foreign service", "both arms", "two services", "twice the same", "a service twice"],
)
def test_a_unit_that_would_change_more_than_stated_is_a_bug(kind: str, cells: Cells) -> None:
    with pytest.raises(ValueError, match=r".+"):
        layout_of(SPECS[kind]).encode([cells], cap=10, entropy=NOTHING)


@pytest.mark.parametrize("kind", SPECS)
def test_decoding_gives_back_what_was_counted(kind: str) -> None:
    layout = CellLayout.of(SPECS[kind])
    tables = layout.decode(np.arange(layout.dimension))
    again = [tables[a][c][layout.rows.index(r)] for a, r, c in (name.split("/") for name in layout.names)]
    assert list(range(layout.dimension)) == again


@pytest.mark.parametrize("kind", KINDS)
def test_no_two_kinds_share_a_layout_and_each_has_its_question_in_both_languages(kind: str) -> None:
    layouts = [layout_of(spec).layout_hash for spec in (*SPECS.values(), slot_lead_study(**TERMS))]
    assert len(layouts) == len(set(layouts))
    assert {"de", "en"} == set(KINDS[kind].purpose)
    assert len(set(KINDS[kind].purpose.values())) == 2


def test_noise_hides_one_customer_or_one_dealer() -> None:
    """Of n coordinates changed by one, the variance is about n times that of one (84 for four of them)."""
    assert {"lift": 43, "learned-times": 43, "channel": 43, "pressure": 63, "adoption": 43} == {
        kind: promised_variance(spec) for kind, spec in SPECS.items()
    }
    fifty = counted_study("adoption", **(TERMS | {"services": [f"service_{n}" for n in range(50)]}))
    assert 50 == layout_of(fifty).sensitivity.l1


@pytest.mark.parametrize(
    ("stated", "quarters", "fits"),
    [(1.0, 3, True), (1.0, 4, False), (0.8, 4, True)],
    ids=["three quarters at 1", "four quarters at 1", "four quarters at 0.8"],
)
def test_a_customers_year_holds_four_studies(stated: float, quarters: int, fits: bool) -> None:  # noqa: FBT001 — a table's column
    days = [date(2027, 3 * number + 1, 1) for number in range(quarters)]
    specs = [counted_study(kind, epsilon=stated, **TERMS) for kind in ("lift", "channel", "pressure")]
    specs.append(slot_lead_study(epsilon=stated, **TERMS))
    entries = [
        Entry("", one.study_id, str(day), "c", day, (Expense(layout_of(one).sensitivity, promised_variance(one)),))
        for one in specs
        for day in days
    ]
    assert fits == affords(frozenset(entries[:-1]), entries[-1])


def test_a_dealer_without_anything_to_report_sends_noise_all_the_same() -> None:
    drawn = [contribution(SPECS["lift"], [], threshold=10, entropy=SeededEntropy(bytes([n]))) for n in range(250)]
    assert 4.3 * 0.9 < np.array(drawn).var() < 4.3 * 1.1


def document(kind: str) -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads(SPECS[kind].canonical_bytes)
    return loaded


def refused(damaged: dict[str, Any], code: str, field: str) -> None:
    with pytest.raises(Refused) as refusal:
        parse_study(json.dumps(damaged).encode())
    assert (code, field) == (refusal.value.code, refusal.value.params.get("field", ""))


@pytest.mark.parametrize("kind", SPECS)
def test_a_study_of_each_kind_survives_writing_and_reading(kind: str) -> None:
    again = parse_study(json.dumps(document(kind), indent=2).encode())
    assert (SPECS[kind], kind) == (again, again.kind)
    assert SPECS[kind].sha256 == again.sha256
    assert f"studies/{kind}/1.json" == again.target_path


OWN_FIELDS = {
    "lift": {"maturity_days", "cap_customers"},
    "learned-times": {"maturity_days", "cap_customers"},
    "channel": {"maturity_days", "cap_customers", "channels"},
    "pressure": {"maturity_days", "cap_customers", "contact_edges"},
    "adoption": set[str](),
}


@pytest.mark.parametrize("kind", OWN_FIELDS)
def test_a_study_has_the_terms_of_its_kind_and_no_other(kind: str) -> None:
    common = (
        "brand delta epsilon floor_groups kind max_contribution period privacy_unit purpose sanity services study_id "
        "type version"
    )
    assert set(common.split()) | OWN_FIELDS[kind] == set(document(kind))
    for field in set(document(kind)) - {"kind"}:
        damaged = document(kind)
        damaged.pop(field)
        refused(damaged, "document_field_missing", field)
    strange = {"channels": ["email"], "maturity_days": 35, "lead_edges": [0, 14], "cap_customers": 9} | {
        "contact_edges": [1, 2],
        "price": 1,
        "volume": 1,
        "dealer": "d-1",
    }
    for field in set(strange) - OWN_FIELDS[kind]:
        refused(document(kind) | {field: strange[field]}, "document_field_unknown", field)


def change(**fields: object) -> Callable[[dict[str, Any]], object]:
    return lambda study: study.update(fields)


CASES: dict[str, tuple[str, Callable[[dict[str, Any]], object], str]] = {
    "an unknown kind": ("lift", change(kind="ranking"), "kind"),
    "the kind that is not named": ("lift", change(kind="slot-lead"), "kind"),
    "another kind's unit": ("lift", change(privacy_unit="dealer"), "privacy_unit"),
    "a customer as the unit of dealers": ("adoption", change(privacy_unit="customer"), "privacy_unit"),
    "two contributions": ("adoption", change(max_contribution=2), "max_contribution"),
    "a floor of nine": ("adoption", change(floor_groups=9), "floor_groups"),
    "more than a year's budget": ("pressure", change(epsilon=4.5), "epsilon"),
    "a service that is called like all together": (
        "learned-times",
        change(services=["hu_au", "every_service"]),
        "services",
    ),
    "a channel nobody knows": ("channel", change(channels=["fax"]), "channels"),
    "contacts that begin at two": ("pressure", change(contact_edges=[2, 3]), "contact_edges"),
    "contacts out of order": ("pressure", change(contact_edges=[1, 3, 2]), "contact_edges"),
    "no buckets of contacts": ("pressure", change(contact_edges=[]), "contact_edges"),
}


@pytest.mark.parametrize("case", CASES)
def test_a_study_is_refused_with(case: str) -> None:
    kind, damage, field = CASES[case]
    damaged = document(kind)
    damage(damaged)
    refused(damaged, "document_field_invalid", field)


def test_a_study_that_names_no_kind_is_of_slot_and_lead_time_and_keeps_its_bytes() -> None:
    old = slot_lead_study(**TERMS)
    assert b'"kind"' not in old.canonical_bytes
    assert SLOT_LEAD == parse_study(old.canonical_bytes).kind
    assert "47d71ad79e0d17a1f09d8ce9ca778b5e07dc9f88b33df606c4d16c035338bafa" == old.sha256.hex()


def test_buckets_of_contacts_are_named_by_what_they_hold() -> None:
    assert ("1", "2-3", "4", "5+") == contact_rows((1, 2, 4, 5))
    assert ("1+",) == contact_rows((1,))


@pytest.mark.parametrize(
    ("kind", "name", "value", "field"),
    [
        ("lift", "hu_au/treated/planned", 40_000, "planned"),
        ("lift", "hu_au/treated/came", -1_001, "hu_au/treated/came"),
        ("channel", "inspection/call/booked", 20_000, "booked"),
        ("pressure", "contacts/10+/objected", -500, "objected"),
        ("adoption", "inspection/dealers/switched_on", 90, "inspection/dealers/switched_on"),
    ],
    ids=["more customers than the caps", "far below zero", "more bookings", "objections below zero", "more dealers"],
)
def test_a_grossly_wrong_sum_is_refused_and_named(kind: str, name: str, value: int, field: str) -> None:
    layout = layout_of(SPECS[kind])
    total = np.zeros(layout.dimension, dtype=np.int64)
    require_plausible(SPECS[kind], total, contributors=12, noise=Fraction(12, 10))
    total[layout.names.index(name)] = value
    with pytest.raises(Untrusted, match="study_sum_implausible") as refusal:
        require_plausible(SPECS[kind], total, contributors=12, noise=Fraction(12, 10))
    assert field == refusal.value.params["field"]
