"""Every kind of occasion reads as written; every wrong shape is refused with its field."""

import json

import pytest

from guildpost_shared.errors import Refused
from guildpost_shared.services.event_rules import (
    AbsenceRule,
    AfterEventRule,
    AfterWorkRule,
    AnniversaryRule,
    ContractEndRule,
    Event,
    EventRule,
    Fallback,
    ListRule,
    NoticeRule,
    SeasonDay,
    SeasonRule,
    VehicleDay,
    YearlyDay,
)
from guildpost_shared.services.fields import read_object, refusing
from guildpost_shared.services.occasion_rules import OccasionRule, read_occasion_rule

Json = dict[str, object]


def _day(name: str = "autumn", **changes: object) -> Json:
    return {"id": name, "month": 10, "day": 1, "easter_offset": None, "with_frost": True} | changes


AFTER_WORK: Json = {"kind": "after_work", "months": 24, "season": [4, 5]}
CONTRACT_END: Json = {
    "kind": "contract_end",
    "field": "warranty_end",
    "fallbacks": [{"field": "delivered_on", "months": 24}],
}
ANNIVERSARY: Json = {"kind": "anniversary", "field": "birth_date"}
EASTER = _day("spring", month=None, day=None, easter_offset=0, with_frost=False)
SEASON: Json = {"kind": "season", "days": [_day(), EASTER]}
LIST: Json = {"kind": "list", "list": "recalls"}
AFTER_EVENT: Json = {"kind": "after_event", "event": "declined", "days": [30, 60]}
ABSENCE: Json = {"kind": "absence", "months": [13, 18, 24], "per_year": 2}
NOTICE: Json = {"kind": "notice"}


def _read(row: Json) -> OccasionRule:
    with refusing("service_definition_invalid"):
        return read_occasion_rule(read_object(json.dumps(row).encode(), "service"))


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        pytest.param(AFTER_WORK, AfterWorkRule(24, (4, 5)), id="after work, in a season"),
        pytest.param(AFTER_WORK | {"season": []}, AfterWorkRule(24, ()), id="after work, all the year"),
        pytest.param(
            CONTRACT_END,
            ContractEndRule(VehicleDay.WARRANTY_END, (Fallback(VehicleDay.DELIVERED_ON, 24),)),
            id="end of a contract",
        ),
        pytest.param(
            CONTRACT_END | {"field": "lease_end", "fallbacks": []},
            ContractEndRule(VehicleDay.LEASE_END, ()),
            id="end of a contract, known or nothing",
        ),
        pytest.param(ANNIVERSARY, AnniversaryRule(YearlyDay.BIRTH_DATE), id="birthday"),
        pytest.param(
            ANNIVERSARY | {"field": "delivered_on"}, AnniversaryRule(YearlyDay.DELIVERED_ON), id="day of purchase"
        ),
        pytest.param(
            SEASON,
            SeasonRule(
                (
                    SeasonDay("autumn", 10, 1, None, with_frost=True),
                    SeasonDay("spring", None, None, 0, with_frost=False),
                )
            ),
            id="season, fixed and by Easter",
        ),
        pytest.param(
            {"kind": "season", "days": [_day(month=2, day=29)]},
            SeasonRule((SeasonDay("autumn", 2, 29, None, with_frost=True),)),
            id="season on a leap day",
        ),
        pytest.param(LIST, ListRule("recalls"), id="list"),
        pytest.param(AFTER_EVENT, AfterEventRule(Event.DECLINED, (30, 60)), id="after declined work"),
        pytest.param(
            AFTER_EVENT | {"event": "visit", "days": [3]}, AfterEventRule(Event.VISIT, (3,)), id="after a visit"
        ),
        pytest.param(
            AFTER_EVENT | {"event": "delivery", "days": [0]}, AfterEventRule(Event.DELIVERY, (0,)), id="on delivery"
        ),
        pytest.param(ABSENCE, AbsenceRule((13, 18, 24), 2), id="absence"),
        pytest.param(NOTICE, NoticeRule(), id="notice"),
    ],
)
def test_a_rule_reads_as_written(row: Json, expected: EventRule) -> None:
    assert expected == _read(row)


@pytest.mark.parametrize(
    ("row", "field"),
    [
        pytest.param({"kind": "whenever"}, "kind", id="unknown kind"),
        pytest.param(AFTER_WORK | {"months": 0}, "months", id="after work: no months"),
        pytest.param(AFTER_WORK | {"months": 241}, "months", id="after work: beyond a car's life"),
        pytest.param(AFTER_WORK | {"season": [5, 4]}, "season", id="after work: months fall"),
        pytest.param(AFTER_WORK | {"season": [4, 4]}, "season", id="after work: month twice"),
        pytest.param(AFTER_WORK | {"season": [13]}, "season", id="after work: thirteenth month"),
        pytest.param({"kind": "after_work", "months": 24}, "season", id="after work: no season named"),
        pytest.param(CONTRACT_END | {"field": "hu_due"}, "field", id="end of a contract: no such day"),
        pytest.param(
            CONTRACT_END | {"fallbacks": [{"field": "delivered_on", "months": -1}]},
            "fallbacks[0].months",
            id="end of a contract: counted backwards",
        ),
        pytest.param(
            CONTRACT_END | {"fallbacks": [{"field": "delivered_on", "months": 1, "days": 1}]},
            "fallbacks[0].days",
            id="end of a contract: unknown field",
        ),
        pytest.param(
            CONTRACT_END | {"fallbacks": [{"field": "delivered_on", "months": 1}] * 4},
            "fallbacks",
            id="end of a contract: too many fallbacks",
        ),
        pytest.param(ANNIVERSARY | {"field": "hu_due"}, "field", id="anniversary: no yearly day"),
        pytest.param(ANNIVERSARY | {"months": 12}, "months", id="anniversary: unknown field"),
        pytest.param(SEASON | {"days": []}, "days", id="season: no day"),
        pytest.param(SEASON | {"days": [_day(), _day()]}, "days", id="season: id twice"),
        pytest.param(SEASON | {"days": [_day(month=None)]}, "days[0].month", id="season: day without month"),
        pytest.param(SEASON | {"days": [_day(day=None)]}, "days[0].month", id="season: month without day"),
        pytest.param(SEASON | {"days": [_day(easter_offset=1)]}, "days[0].month", id="season: fixed and by Easter"),
        pytest.param(
            SEASON | {"days": [EASTER | {"easter_offset": None}]}, "days[0].month", id="season: neither of them"
        ),
        pytest.param(SEASON | {"days": [_day(day=32)]}, "days[0].day", id="season: 32nd"),
        pytest.param(SEASON | {"days": [_day(month=4, day=31)]}, "days[0].day", id="season: 31st of April"),
        pytest.param(SEASON | {"days": [_day(month=2, day=30)]}, "days[0].day", id="season: 30th of February"),
        pytest.param(SEASON | {"days": [_day(with_frost=1)]}, "days[0].with_frost", id="season: one is not true"),
        pytest.param(SEASON | {"days": [_day("Autumn")]}, "days[0].id", id="season: id with a capital"),
        pytest.param(LIST | {"list": ""}, "list", id="list: no name"),
        pytest.param(LIST | {"list": "../recalls"}, "list", id="list: a path"),
        pytest.param(AFTER_EVENT | {"event": "purchase"}, "event", id="after event: unknown event"),
        pytest.param(AFTER_EVENT | {"days": []}, "days", id="after event: no days"),
        pytest.param(AFTER_EVENT | {"days": [60, 30]}, "days", id="after event: days fall"),
        pytest.param(AFTER_EVENT | {"days": [30, 30]}, "days", id="after event: day twice"),
        pytest.param(AFTER_EVENT | {"days": [-1]}, "days", id="after event: before it"),
        pytest.param(AFTER_EVENT | {"days": [True]}, "days", id="after event: true is no number"),
        pytest.param(ABSENCE | {"months": [18, 13]}, "months", id="absence: months fall"),
        pytest.param(ABSENCE | {"months": []}, "months", id="absence: no months"),
        pytest.param(ABSENCE | {"per_year": 0}, "per_year", id="absence: never"),
        pytest.param(ABSENCE | {"per_year": 13}, "per_year", id="absence: more than monthly"),
        pytest.param(NOTICE | {"days": [1]}, "days", id="notice: unknown field"),
    ],
)
def test_a_wrong_shape_is_refused_with_its_field(row: Json, field: str) -> None:
    with pytest.raises(Refused, match="service_definition_invalid") as refused:
        _read(row)
    assert field == refused.value.params["field"]
