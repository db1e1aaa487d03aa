"""Identifiers without meaning, texts in two languages, logs as single lines."""

import importlib
import json
import re
import string
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guildpost_shared.catalog import load
from guildpost_shared.ids import new_id
from tests.fakes.seeded_entropy import SeededEntropy

PACKAGES = (
    "guildpost_agent",
    "guildpost_coordinator",
    "guildpost_coordinator.adapters.preview_pages",
    "guildpost_coordinator.cli",
    "guildpost_relay",
    "guildpost_shared.templates",
)


@given(st.binary(max_size=16))
def test_an_id_is_24_small_letters_and_digits(seed: bytes) -> None:
    assert re.fullmatch(r"[a-z2-7]{24}", new_id(SeededEntropy(seed)))


def test_ids_of_one_source_differ() -> None:
    entropy = SeededEntropy(b"ids")
    assert 1_000 == len({new_id(entropy) for _ in range(1_000)})


def _fields(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


@pytest.mark.parametrize("package", PACKAGES)
def test_both_languages_have_the_same_texts_with_the_same_gaps(package: str) -> None:
    importlib.import_module(package)
    german, english = load(package, "de"), load(package, "en")
    assert german.ids() == english.ids()
    plain = [name for name in german.ids() if not german.text(name).strip() or not english.text(name).strip()]
    assert [] == plain
    assert [] == [name for name in german.ids() if _fields(german.text(name)) != _fields(english.text(name))]


def test_an_unknown_text_is_a_bug() -> None:
    with pytest.raises(KeyError):
        load("guildpost_agent", "de").text("no.such.text")


SERVICE = """
import structlog
from guildpost_shared.logs import configure_logging

configure_logging()
log = structlog.get_logger()
log.debug("too_chatty")
log.warning("step_failed", step="plan\\nand more")
"""


def test_a_log_entry_is_one_line_of_json_on_standard_error() -> None:
    service = subprocess.run([sys.executable, "-c", SERVICE], check=True, capture_output=True, text=True)
    (line,) = service.stderr.splitlines()
    entry = json.loads(line)
    said = (entry["level"], entry["event"], entry["step"], entry["timestamp"][-1])
    assert ("warning", "step_failed", "plan\nand more", "Z") == said
    assert "" == service.stdout


ROOT = Path(__file__).resolve().parents[2]
USED = re.compile(r"""\b(?:text|texts\.text|t)\(\s*"([a-z0-9_.-]+)"[,)]""")


@pytest.mark.parametrize(
    ("folder", "package"),
    [
        ("agent/guildpost_agent/cli", "guildpost_agent"),
        ("agent/guildpost_agent/app", "guildpost_agent"),
        ("agent/guildpost_relay", "guildpost_relay"),
        ("coordinator/guildpost_coordinator/cli", "guildpost_coordinator.cli"),
        ("coordinator/guildpost_coordinator/web", "guildpost_coordinator"),
    ],
    ids=lambda value: value if "/" in value else "",
)
def test_every_text_that_a_command_or_a_page_asks_for_is_there(folder: str, package: str) -> None:
    used = {name for file in (ROOT / folder).rglob("*.py") for name in USED.findall(file.read_text("utf-8"))}
    assert set() == used - load(package, "de").ids()
