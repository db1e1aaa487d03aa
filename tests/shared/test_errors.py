"""Every error a person meets is said in two languages, with what to do next."""

import re
import tomllib
from importlib import resources
from pathlib import Path

import pytest

from guildpost_shared import errors

ROOT = Path(__file__).resolve().parents[2]
ERROR_CLASSES = {kind.error.__name__: name for name, kind in errors.KINDS.items()}
RAISED = re.compile(r"\b(" + "|".join(ERROR_CLASSES) + r")\(\s*\"([a-z0-9_]+)\"")


def _table() -> dict[str, dict[str, str]]:
    return tomllib.loads(resources.files("guildpost_shared").joinpath("errors.toml").read_text("utf-8"))


def _raised() -> set[tuple[str, str]]:
    found: set[tuple[str, str]] = set()
    for package in ("shared", "agent", "coordinator", "demo"):
        for file in (ROOT / package).rglob("*.py"):
            found |= set(RAISED.findall(file.read_text("utf-8")))
    return found


@pytest.mark.parametrize("code", sorted(_table()))
def test_every_error_has_four_sentences_and_a_known_kind(code: str) -> None:
    row = _table()[code]
    assert {"kind", "what", "next", "what_en", "next_en"} == set(row)
    assert row["kind"] in errors.KINDS
    assert all(row[part].rstrip().endswith((".", "!", "?", ")")) for part in ("what", "next", "what_en", "next_en"))


def test_every_raised_code_stands_in_the_table_with_the_kind_it_is_raised_with() -> None:
    kinds = errors.codes()
    raised = _raised()
    assert len(raised) > 20
    assert [] == sorted((name, code) for name, code in raised if kinds.get(code) != ERROR_CLASSES[name])


def test_no_error_stands_in_the_table_that_nobody_raises() -> None:
    sources = "".join(
        file.read_text("utf-8")
        for package in ("shared", "agent", "coordinator", "demo")
        for file in (ROOT / package).rglob("*.py")
    )
    assert [] == sorted(code for code in errors.codes() if f'"{code}"' not in sources)


def test_a_missing_parameter_prints_a_dash_instead_of_failing() -> None:
    error = errors.ConfigurationError("agent_config_missing")
    assert "Die Konfigurationsdatei – fehlt." == errors.public_text(error, "de").what


def test_the_log_detail_is_never_shown_to_the_public() -> None:
    error = errors.Refused("no_such_code_at_all", detail="secret detail")
    assert "secret" not in str(errors.public_text(error, "en"))


@pytest.mark.parametrize("kind", sorted(errors.KINDS))
def test_each_kind_leaves_a_process_with_its_own_exit_code(kind: str) -> None:
    others = [other.exit_code for name, other in errors.KINDS.items() if name != kind]
    assert errors.KINDS[kind].exit_code not in others
