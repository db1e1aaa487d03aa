"""Service definitions are read strictly, and say the law's intervals."""

import json
from collections.abc import Callable
from typing import cast

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from guildpost_demo.catalogue import targets
from guildpost_shared.errors import Refused
from guildpost_shared.services.definition import (
    CapClass,
    Channel,
    LearningClass,
    NetworkStatus,
    Slot,
    parse_service,
    template_targets,
)
from guildpost_shared.services.occasion_rules import HuRule, InspectionRule

Json = dict[str, object]
HU_AU = targets()["services/hu_au.json"]
INSPECTION = targets()["services/inspection.json"]


def _child(row: Json, *path: str | int) -> Json:
    value: object = row
    for step in path:
        value = cast("list[object]", value)[step] if isinstance(step, int) else cast("Json", value)[step]
    return cast("Json", value)


def test_the_sample_reminder_reads_as_written() -> None:
    service = parse_service(HU_AU)
    assert ("hu_au", 1) == (service.service_id, service.version)
    assert {"de": "HU/AU", "en": "Periodic inspection (HU/AU)"} == service.name
    assert [(60, 30, 42), (29, 14, 21), (-5, -30, -10)] == [
        (touch.first_day, touch.last_day, touch.default_lead) for touch in service.touches
    ]
    assert [Channel.EMAIL, Channel.LETTER] == [use.channel for use in service.channels]
    assert [Slot(1, 10), Slot(2, None)] == [use.default_slot for use in service.channels]
    assert (21, 42, 0) == tuple(service.attribution_days(channel) for channel in Channel)
    assert "hu_au/1/email.en" == service.template_id(Channel.EMAIL, "en")
    assert "hu_au/1/letter.de" == service.template_id(Channel.LETTER, "en")
    assert (CapClass.COMMERCIAL, LearningClass.HU) == (service.cap_class, service.learning_class)
    assert NetworkStatus.RECOMMENDED == service.network
    with pytest.raises(Refused, match="template_unavailable"):
        service.template_id(Channel.CALL, "de")


@pytest.mark.parametrize(
    ("vehicle_class", "age", "months"),
    [
        pytest.param("car", 0, 36, id="car, first"),
        pytest.param("car", 36, 24, id="car, then"),
        pytest.param("car", 35, 36, id="car, inspected before its first three years are over"),
        pytest.param("", 60, 24, id="no class counts as a car"),
        pytest.param("hovercraft", 0, 36, id="unknown class counts as a car"),
        pytest.param("taxi", 0, 12, id="taxi"),
        pytest.param("car_rental", 24, 12, id="self-drive rental"),
        pytest.param("motorcycle", 0, 24, id="motorcycle"),
        pytest.param("goods_to_3500kg", 0, 24, id="light van"),
        pytest.param("goods_over_3500kg", 0, 12, id="lorry"),
        pytest.param("bus", 0, 12, id="bus"),
        pytest.param("trailer_to_750kg", 0, 36, id="small trailer, first"),
        pytest.param("trailer_to_3500kg", 0, 24, id="caravan"),
        pytest.param("motorhome_to_7500kg", 48, 24, id="motorhome, young"),
        pytest.param("motorhome_to_7500kg", 60, 12, id="motorhome, near its sixth year"),
    ],
)
def test_the_next_interval_follows_class_and_age(vehicle_class: str, age: int, months: int) -> None:
    rule = parse_service(HU_AU).occasion
    assert isinstance(rule, HuRule)
    assert months == rule.interval_months(vehicle_class, age)


@pytest.mark.parametrize(
    ("make", "fuel", "year", "expected"),
    [
        pytest.param("Arvana", "electric", 2023, (24, 30_000), id="electric"),
        pytest.param("ARVANA", "Diesel", 2021, (24, 30_000), id="case does not matter"),
        pytest.param("Arvana", "diesel", 2012, (12, 20_000), id="older diesel"),
        pytest.param("Arvana", "petrol", 2018, (24, 30_000), id="first year of a range"),
        pytest.param("Arvana", "petrol", None, (12, 20_000), id="unknown year matches no range"),
        pytest.param("Other", "petrol", 2020, (12, 15_000), id="another make"),
    ],
)
def test_the_first_matching_row_gives_the_maintenance_interval(
    make: str, fuel: str, year: int | None, expected: tuple[int, int]
) -> None:
    rule = parse_service(INSPECTION).occasion
    assert isinstance(rule, InspectionRule)
    row = rule.interval(make, "Vela", fuel, year)
    assert expected == (row.months, row.km)


def _add_unknown(row: Json) -> None:
    _child(row, "channels", 0, "default_slot")["minute"] = 5


def _drop_version(row: Json) -> None:
    del row["version"]


def _version_as_text(row: Json) -> None:
    row["version"] = "1"


def _version_as_true(row: Json) -> None:
    row["version"] = True


def _unknown_kind(row: Json) -> None:
    _child(row, "occasion")["kind"] = "birthday"


def _lead_outside(row: Json) -> None:
    _child(row, "touches", 0)["default_lead"] = 29


def _overlap(row: Json) -> None:
    _child(row, "touches", 1)["first_day"] = 30


def _twice(row: Json) -> None:
    _child(row, "touches", 1)["id"] = "invitation"


def _no_touch(row: Json) -> None:
    row["touches"] = []


def _exempt(row: Json) -> None:
    row["cap_class"] = "exempt"


def _foreign_template(row: Json) -> None:
    _child(row, "channels", 1, "templates")["de"] = "hu_au/1/email.de"


def _third_language(row: Json) -> None:
    _child(row, "channels", 1, "templates")["fr"] = "hu_au/1/letter.fr"


def _ages_fall(row: Json) -> None:
    _child(row, "occasion", "classes", 0, "phases", 0)["from_age_months"] = 3


def _no_default_class(row: Json) -> None:
    _child(row, "occasion")["default_class"] = "hovercraft"


@pytest.mark.parametrize(
    ("mutate", "field"),
    [
        pytest.param(_add_unknown, "channels[0].default_slot.minute", id="unknown field"),
        pytest.param(_drop_version, "version", id="missing field"),
        pytest.param(_version_as_text, "version", id="number as text"),
        pytest.param(_version_as_true, "version", id="true is no number"),
        pytest.param(_unknown_kind, "occasion.kind", id="unknown kind of occasion"),
        pytest.param(_lead_outside, "touches[0].default_lead", id="default lead outside its window"),
        pytest.param(_overlap, "touches", id="overlapping windows"),
        pytest.param(_twice, "touches", id="touch id twice"),
        pytest.param(_no_touch, "touches", id="no touch"),
        pytest.param(_exempt, "cap_class", id="exempt but no notice"),
        pytest.param(_foreign_template, "channels[1].templates.de", id="template of another channel"),
        pytest.param(_third_language, "channels[1].templates.fr", id="language that is not offered"),
        pytest.param(_ages_fall, "occasion.classes[0].phases", id="first phase does not start at zero"),
        pytest.param(_no_default_class, "occasion.default_class", id="default class without intervals"),
    ],
)
def test_a_faulty_definition_is_refused_with_the_field(mutate: Callable[[Json], None], field: str) -> None:
    row = cast("Json", json.loads(HU_AU))
    mutate(row)
    with pytest.raises(Refused) as refused:
        parse_service(json.dumps(row).encode())
    assert ("service_definition_invalid", field) == (refused.value.code, refused.value.params["field"])


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(b"", id="empty"),
        pytest.param(b"\xff\xfe", id="not UTF-8"),
        pytest.param(b"[]", id="no object"),
        pytest.param(b'{"a": NaN}', id="NaN"),
        pytest.param(HU_AU.replace(b'"version": 1,', b'"version": 1, "version": 2,', 1), id="repeated key"),
        pytest.param(HU_AU + b" " * 300_000, id="too large"),
        pytest.param(b'{"a":' * 100_000, id="too deep"),
        pytest.param(HU_AU[:-40], id="cut off"),
    ],
)
def test_bytes_that_are_no_strict_json_are_refused(data: bytes) -> None:
    with pytest.raises(Refused, match="service_definition_invalid"):
        parse_service(data)


def _paths(value: object) -> list[tuple[str | int, ...]]:
    if isinstance(value, dict):
        row = cast("Json", value)
        return [(k,) for k in row] + [(k, *rest) for k, v in row.items() for rest in _paths(v)]
    if isinstance(value, list):
        return [(i, *rest) for i, v in enumerate(cast("list[object]", value)) for rest in _paths(v)]
    return []


REQUIRED = [path for path in _paths(json.loads(HU_AU)) if "templates" not in path[:-1] and path != ("work",)]


@settings(max_examples=60, deadline=None)
@given(path=st.sampled_from(REQUIRED), value=st.one_of(st.none(), st.floats(allow_nan=False), st.just([]), st.just({})))
def test_no_field_can_be_left_out_or_have_another_type(path: tuple[str | int, ...], value: object) -> None:
    row = cast("Json", json.loads(HU_AU))
    parent = _child(row, *path[:-1])
    name = cast("str", path[-1])
    if value is None:
        del parent[name]
    elif type(value) is type(parent[name]):
        return  # an empty list of slots or an empty set of templates is a valid one
    else:
        parent[name] = value
    with pytest.raises(Refused, match="service_definition_invalid"):
        parse_service(json.dumps(row).encode())


def test_a_template_is_made_of_its_targets() -> None:
    assert ("templates/hu_au/1/letter.de.json", "templates/hu_au/1/letter.de.txt") == template_targets(
        "hu_au/1/letter.de"
    )
    assert "templates/hu_au/1/email.de.mjml" in template_targets("hu_au/1/email.de")
