"""The texts: the same in both languages, none missing, none forgotten."""

import re
from importlib import resources
from pathlib import Path
from string import Formatter
from typing import Final

import pytest

from guildpost_shared.catalog import load

ROOT: Final = Path(__file__).parents[3]
PACKAGES: Final = sorted(
    ".".join(file.parts[len(ROOT.parts) + 1 : -2])
    for side in ("shared", "agent", "coordinator", "demo")
    for file in (ROOT / side).rglob("messages/de.po")
)
WEB: Final = {
    "guildpost_shared.web": ["shared/guildpost_shared/web"],
    "guildpost_agent": ["agent/guildpost_agent/web"],
    "guildpost_coordinator": [
        "coordinator/guildpost_coordinator/web",
        "coordinator/guildpost_coordinator/app/insights",
    ],
}
USED: Final = re.compile(r"""\b(t|plural|text|has|say)\(\s*["']([a-z][a-z0-9_.]+)["']\s*[,)]""")
COMPOSED: Final = re.compile(r"""\bt(?:ext)?\(f?"([a-z._]+)\.(?:\{|" ~)""")
OWN: Final = {"guildpost_shared.web": "web.", "guildpost_agent": "web.", "guildpost_coordinator": ""}


def test_all_packages_with_texts_are_found() -> None:
    assert {"guildpost_agent", "guildpost_coordinator", "guildpost_shared.web"} <= set(PACKAGES)


@pytest.mark.parametrize("package", PACKAGES)
def test_both_languages_have_the_same_texts(package: str) -> None:
    german, english = load(package, "de"), load(package, "en")
    assert german.ids() == english.ids()
    for message_id in german.ids():
        assert german.text(message_id).strip(), f"{message_id} is empty in German"
        assert english.text(message_id).strip(), f"{message_id} is empty in English"
        assert _names(german.text(message_id)) == _names(english.text(message_id)), message_id


@pytest.mark.parametrize("package", PACKAGES)
@pytest.mark.parametrize("language", ["de", "en"])
def test_no_text_is_there_twice(package: str, language: str) -> None:
    text = resources.files(package).joinpath(f"messages/{language}.po").read_text("utf-8")
    ids = re.findall(r'^msgid "(.+)"$', text, re.MULTILINE)
    assert len(set(ids)) == len(ids), sorted({one for one in ids if ids.count(one) > 1})


@pytest.mark.parametrize("package", WEB)
def test_every_text_a_page_names_exists_and_every_text_is_named(package: str) -> None:
    known = load(package, "de").ids() | load("guildpost_shared.web", "de").ids()
    named: set[str] = set()
    sources = [file for folder in WEB[package] for kind in ("*.html", "*.py") for file in (ROOT / folder).rglob(kind)]
    everything = "".join(source.read_text("utf-8") for source in sources)
    for call, message_id in USED.findall(everything):
        named |= {f"{message_id}.one", f"{message_id}.many"} if call == "plural" else {message_id}
    assert set() == {one for one in named if "." in one} - known
    prefixes = {*re.findall(r'label\(\s*"([a-z.]+)"', everything), "web.total", "web.status", "round.reason"}
    prefixes |= {*COMPOSED.findall(everything), "learning.slot", "learning.lead", "learning.row", "learning.table"}
    composed = tuple(f"{prefix}." for prefix in prefixes)
    own = {one for one in load(package, "de").ids() if one.startswith(OWN[package]) and not one.startswith(composed)}
    quoted = {one for one in own if f'"{one}"' in everything or f"'{one}'" in everything}
    assert set() == own - named - quoted, "texts that no page shows"


def _names(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name is not None}
