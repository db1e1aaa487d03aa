"""The study document."""

import json
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from guildpost_shared.errors import Refused
from guildpost_shared.studies.slot_lead import slot_lead_study
from guildpost_shared.studies.spec import parse_study

SPEC = slot_lead_study(
    brand="Arvana",
    services=["hu_au", "inspection"],
    period_start=date(2027, 1, 1),
    period_end=date(2027, 3, 31),
)


def document() -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads(SPEC.canonical_bytes)
    return loaded


def test_a_study_survives_writing_and_reading() -> None:
    again = parse_study(json.dumps(document(), indent=2).encode())
    assert SPEC == again
    assert (SPEC.canonical_bytes, SPEC.sha256) == (again.canonical_bytes, again.sha256)
    assert "studies/slot-lead/1.json" == SPEC.target_path


def test_a_study_has_no_field_for_a_price_a_volume_or_a_dealer() -> None:
    """Rules R1 and R2: the list of what may be stated is closed."""
    expected = (
        "brand cap_customers channels delta epsilon floor_groups lead_edges maturity_days max_contribution period "
        "privacy_unit purpose sanity services study_id type version"
    )
    assert expected.split() == sorted(document())


@pytest.mark.parametrize("field", sorted(document()))
def test_a_study_without_a_field_is_refused(field: str) -> None:
    damaged = document()
    damaged.pop(field)
    refused(damaged, "document_field_missing", field)


def change(**fields: object) -> Callable[[dict[str, Any]], object]:
    return lambda study: study.update(fields)


CASES: dict[str, tuple[Callable[[dict[str, Any]], object], str, str]] = {
    "an unknown field": (change(price=1), "document_field_unknown", "price"),
    "an unknown part": (lambda s: s["period"].update(region="BY"), "document_field_unknown", "period.region"),
    "no English purpose": (lambda s: s["purpose"].pop("en"), "document_field_missing", "purpose.en"),
    "a floor of nine": (change(floor_groups=9), "document_field_invalid", "floor_groups"),
    "two records per customer": (change(max_contribution=2), "document_field_invalid", "max_contribution"),
    "another privacy unit": (change(privacy_unit="dealer"), "document_field_invalid", "privacy_unit"),
    "more than a year's budget": (change(epsilon=4.5), "document_field_invalid", "epsilon"),
    "no budget": (change(epsilon=0), "document_field_invalid", "epsilon"),
    "an infinite budget": (change(epsilon=float("1e999")), "document_unreadable", ""),
    "a budget as text": (change(epsilon="1"), "document_field_invalid", "epsilon"),
    "a large delta": (change(delta=1e-3), "document_field_invalid", "delta"),
    "no cap": (change(cap_customers=0), "document_field_invalid", "cap_customers"),
    "a period that ends before it begins": (
        lambda s: s["period"].update(end="2026-12-31"),
        "document_field_invalid",
        "period",
    ),
    "a day that does not exist": (
        lambda s: s["period"].update(end="2027-02-30"),
        "document_field_invalid",
        "period.end",
    ),
    "edges out of order": (change(lead_edges=[0, 28, 14]), "document_field_invalid", "lead_edges"),
    "one edge": (change(lead_edges=[0]), "document_field_invalid", "lead_edges"),
    "an unknown channel": (change(channels=["fax"]), "document_field_invalid", "channels"),
    "a service twice": (change(services=["hu_au", "hu_au"]), "document_field_invalid", "services"),
    "a service that is free text": (change(services=["HU für alle"]), "document_field_invalid", "services"),
}


@pytest.mark.parametrize("case", CASES)
def test_a_study_is_refused_with(case: str) -> None:
    damage, code, field = CASES[case]
    damaged = document()
    damage(damaged)
    refused(damaged, code, field)


def refused(damaged: dict[str, Any], code: str, field: str) -> None:
    with pytest.raises(Refused) as refusal:
        parse_study(json.dumps(damaged).encode())
    assert (code, field) == (refusal.value.code, refusal.value.params.get("field", ""))


@pytest.mark.parametrize(
    ("sent", "today", "counts"),
    [
        (date(2027, 1, 1), date(2027, 2, 6), True),
        (date(2027, 1, 1), date(2027, 2, 5), False),
        (date(2026, 12, 31), date(2027, 6, 1), False),
        (date(2027, 4, 1), date(2027, 6, 1), False),
        (date(2027, 3, 31), date(2027, 6, 1), True),
    ],
    ids=["first day, matured", "its 35th day is not over", "a day early", "a day late", "last day"],
)
def test_a_reminder_counts_when_it_falls_into_the_period_and_is_matured(
    sent: date,
    today: date,
    counts: bool,  # noqa: FBT001 — a table's column
) -> None:
    assert counts == SPEC.counts(sent, today)


def test_figures_may_be_shown_thirty_days_after_the_last_outcome() -> None:
    assert (date(2027, 5, 5), date(2027, 6, 4)) == (SPEC.data_until, SPEC.release_from)
