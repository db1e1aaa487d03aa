"""The report of an import speaks of fields, reasons and rules in words, in both languages."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from guildpost_agent.cli.import_words import field_words, note_words, reason_words, warning_words
from guildpost_agent.domain.mapping.vocabulary import SYNONYMS
from guildpost_agent.domain.normalise_rules import Rule
from guildpost_shared.catalog import Catalog, load
from guildpost_shared.errors import Language
from tests.factories.syntax import parsed

PACKAGE = Path(__file__).parents[3] / "agent" / "guildpost_agent"
READERS = [
    *PACKAGE.glob("domain/normalise*.py"),
    *PACKAGE.glob("domain/dms_rows/*.py"),
    PACKAGE / "adapters/dms/table_text.py",
]
LAST_ARGUMENT = {"BadRow": 1, "Unreadable": 0, "warn": 1, "BrokenRow": 1}


@pytest.fixture(params=["de", "en"])
def texts(request: pytest.FixtureRequest) -> Catalog:
    language: Language = request.param
    return load("guildpost_agent", language)


def reasons() -> Iterator[str]:
    """Find the reasons that the readers of rows can give, in their source."""
    for file in READERS:
        for call in (node for node in ast.walk(parsed(file.read_text("utf-8"))) if isinstance(node, ast.Call)):
            name = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
            position = LAST_ARGUMENT.get(name, len(call.args))
            if position < len(call.args) and isinstance(call.args[position], ast.Constant):
                yield str(ast.literal_eval(call.args[position]))


def test_every_reason_has_its_words(texts: Catalog) -> None:
    found = {*reasons(), "unusual", "letters", "row_truncated", "wrong_number_of_fields"}
    assert {"missing_key", "not_a_date", "no_evidence", "line_too_long"} <= found
    assert all(reason_words(reason, texts).endswith(".") for reason in found)


def test_every_field_has_a_name_that_is_not_its_code(texts: Catalog) -> None:
    names = {name for fields in SYNONYMS.values() for name in fields}
    assert [] == [name for name in names if field_words(name, texts) == name]


@pytest.mark.parametrize("rule", list(Rule))
def test_every_rule_says_what_it_did(texts: Catalog, rule: Rule) -> None:
    assert note_words(f"birth_date.{rule}", texts).partition(": ")[2]


def test_a_row_without_a_field_has_a_dash(texts: Catalog) -> None:
    assert "–" == field_words("", texts)


def test_a_warning_is_field_and_reason() -> None:
    said = warning_words("customers.postcode.bad_postcode", load("guildpost_agent", "de"))
    assert "Postleitzahl: Die Postleitzahl passt nicht zum Land." == said
