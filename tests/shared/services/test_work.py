"""Plain words say whether a workshop's line is of a service's work."""

import json

import pytest

from guildpost_shared.errors import Refused
from guildpost_shared.services.fields import read_object, refusing
from guildpost_shared.services.work import Work, read_work

Json = dict[str, object]
BRAKES: Json = {"words": ["Bremsflüssigkeit", "Bremsfl."], "not_words": ["geprüft", "Straße"]}


def _read(row: Json) -> Work:
    with refusing("service_definition_invalid"):
        work = read_work(read_object(json.dumps(row).encode(), "service"))
    assert work is not None
    return work


@pytest.mark.parametrize(
    ("text", "fits"),
    [
        pytest.param("Bremsflüssigkeit erneuert", True, id="a word"),
        pytest.param("BREMSFLÜSSIGKEIT WECHSELN", True, id="capitals"),
        pytest.param("1x bremsfl. gew.", True, id="shortened"),
        pytest.param("DOT4-Bremsflüssigkeitswechsel", True, id="inside a longer word"),
        pytest.param("Bremsflüssigkeit geprüft, i. O.", False, id="a word that speaks against it"),
        pytest.param("Bremsflüssigkeit, Probefahrt Hauptstrasse", False, id="ss stands for ß"),
        pytest.param("Bremsbeläge vorn erneuert", False, id="other work"),
        pytest.param("", False, id="empty line"),
    ],
)
def test_a_line_fits_by_its_words(text: str, fits: bool) -> None:  # noqa: FBT001
    assert fits is _read(BRAKES).fits(text)


def test_a_service_may_have_no_work_of_its_own() -> None:
    assert read_work(None) is None


@pytest.mark.parametrize(
    ("row", "field"),
    [
        pytest.param({"words": ["abc"]}, "not_words", id="no exceptions named"),
        pytest.param({"not_words": []}, "words", id="no words named"),
        pytest.param(BRAKES | {"words": []}, "words", id="no word"),
        pytest.param(BRAKES | {"words": ["ab"]}, "words", id="too short to tell"),
        pytest.param(BRAKES | {"words": ["a" * 61]}, "words", id="too long"),
        pytest.param(BRAKES | {"words": ["ab\ncd"]}, "words", id="line break"),
        pytest.param(BRAKES | {"words": ["abc", "abc"]}, "words", id="word twice"),
        pytest.param(BRAKES | {"words": [f"word {i}" for i in range(41)]}, "words", id="too many"),
        pytest.param(BRAKES | {"words": "Bremse"}, "words", id="a text, no list"),
        pytest.param(BRAKES | {"pattern": "a+"}, "pattern", id="unknown field"),
    ],
)
def test_a_wrong_shape_is_refused_with_its_field(row: Json, field: str) -> None:
    with pytest.raises(Refused, match="service_definition_invalid") as refused:
        _read(row)
    assert field == refused.value.params["field"]
