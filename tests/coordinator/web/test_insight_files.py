"""What was learned as files: both languages, no script, each figure in picture and table, nothing covered shown."""

import json
import re
import shutil
from collections.abc import Iterable
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from guildpost_coordinator.cli import main
from guildpost_coordinator.config import Home
from guildpost_coordinator.domain.insights import studies_of
from guildpost_coordinator.web.insight_files import insight_files
from guildpost_shared.studies.release import Release
from tests.coordinator.web.network import EVIL, Network
from tests.coordinator.web.test_study_pages import learn
from tests.factories.releases import a_release, every_release
from tests.shared.web.visitor import words


def files(releases: Iterable[Release], brand: str = "Arvana") -> dict[str, str]:
    """Write the pages."""
    made = insight_files(brand, studies_of(releases), ZoneInfo("Europe/Berlin"))
    return {name: contents.decode("utf-8") for name, contents in made}


@pytest.fixture(scope="module")
def pages() -> dict[str, str]:
    return files([*every_release(), a_release("lift", 2)])


def test_both_languages_have_an_index_and_a_page_for_each_earlier_period(pages: dict[str, str]) -> None:
    earlier = "lift_2027-01-01_2027-03-31"
    assert {"index.html", "index.en.html", f"{earlier}.html", f"{earlier}.en.html"} == set(pages)
    assert f'href="{earlier}.html">1. Jan. 2027 – 31. März 2027<' in pages["index.html"]
    assert 'href="index.html"' in pages[f"{earlier}.html"]
    for name, page in pages.items():
        language = "en" if ".en." in name else "de"
        assert f'<html lang="{language}">' in page
        for target in re.findall(r'href="([^#"][^"]*)"', page):
            assert target in pages


def test_a_page_runs_nothing_and_loads_nothing(pages: dict[str, str]) -> None:
    for page in pages.values():
        assert not re.search(r"<script|<iframe|<img|<link|\ssrc=|url\(|@import|javascript:", page)
        assert "content=\"default-src 'none'; style-src 'unsafe-inline'\"" in page


@pytest.mark.parametrize("name", ["index.html", "index.en.html"])
def test_no_text_is_missing_and_no_placeholder_left(pages: dict[str, str], name: str) -> None:
    page = words(pages[name])
    assert not re.search(r"\b(?:learning|insights|web)\.[a-z_.]+", page)
    assert "{" not in page


def test_every_picture_has_its_caption_and_the_same_figures_as_a_table(pages: dict[str, str]) -> None:
    page = pages["index.html"]
    figures = re.findall(r"<figure>(.*?)</figure>\s*<table.*?</table>", page, re.DOTALL)
    assert page.count("<svg ") == len(figures) == page.count("<figure>")
    for figure in figures:
        caption = re.search(r"<figcaption[^>]*>(.{40,}?)</figcaption>", figure, re.DOTALL)
        assert caption, "a caption in plain words"
        assert re.search(r'<svg [^>]*role="img"[^>]*aria-label="[^"]{10,}"', figure)


def test_every_study_says_period_dealerships_and_epsilon(pages: dict[str, str]) -> None:
    page = words(pages["index.html"])
    terms = re.findall(
        r"Zeitraum (.{10,30}?); 200 Betriebe aus 180 Unternehmensgruppen; ε = 1 je (Kunde|Betrieb)", page
    )
    assert [*["Kunde"] * 5, "Betrieb"] == [unit for _, unit in terms]
    assert "1. Apr. 2027 – 30. Juni 2027" == terms[1][0], "the newest of lift"


def test_what_is_covered_is_said_in_words_and_never_drawn_as_zero(pages: dict[str, str]) -> None:
    heatmaps = re.findall(
        r'<svg [^>]*aria-label="Buchungsquote nach Wochentag.*?</svg>', pages["index.html"], re.DOTALL
    )
    assert 2 == len(heatmaps), "of tyres there is nothing to draw"
    for heatmap in heatmaps:
        fields = re.findall(r'<rect [^>]*class="cell( none)?"[^>]*/><text [^>]*>([^<]+)</text>', heatmap)
        assert 7 * 12 == len(fields)
        for covered, says in fields:
            assert (says == "verdeckt") == bool(covered)
            assert says != "0"
    page = words(pages["index.html"])
    assert "Hinter keinem Wochentag und keiner Stunde stehen genug Kunden" in page
    assert "tyres – verdeckt" in page


def test_no_winner_is_named_without_an_interval_that_shows_it(pages: dict[str, str]) -> None:
    page = words(pages["index.html"])
    assert "Am höchsten, mit ihrem Bereich über allen anderen gezeigten: Anruf." in page
    assert "Am höchsten, mit ihrem Bereich über allen anderen gezeigten: 28–41 Tage vor Fälligkeit." in page
    assert "Inspektion nicht zu unterscheiden (−5,0 bis +4,2 Punkte)" in page
    assert "Ein Sieger wird nicht genannt" in page
    assert "Empfehlung: höchstens 4 Kontakte im Jahr; die Zahlen lassen 3 bis 4 offen" in page


def test_without_a_release_the_page_says_when_one_comes_and_a_name_that_is_markup_is_a_name() -> None:
    page = files([], f"Arvana {EVIL}")["index.html"]
    assert EVIL not in page
    assert EVIL in words(page)
    assert "frühestens 30 Tage nach dem letzten gezählten Tag" in words(page)


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """Set up a coordinator with every kind released."""
    network = Network(tmp_path)
    for kind in ("lift", "channel", "pressure", "adoption"):
        learn(network, kind, a_release(kind).tables)
    network.close()
    home = tmp_path / "brand"
    home.mkdir()
    shutil.move(tmp_path / "coordinator.sqlite", Home(home).database)
    Home(home).config.write_text('brand = "Arvana"\n', "utf-8")
    return home


def test_the_command_writes_pages_and_replaces_its_own_only(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = home.parent / "pages"
    for _ in range(2):
        assert 0 == main(["insights", "--home", str(home), "--out", str(out)])
        assert "5 Auswertungen" in capsys.readouterr().out
        assert {"index.html", "index.en.html", "guildpost-insights"} == {file.name for file in out.iterdir()}
    (out / "guildpost-insights").unlink()
    assert 0 != main(["insights", "--home", str(home), "--out", str(out)])
    assert "liegt schon etwas anderes" in capsys.readouterr().err


def test_the_command_says_verdicts_in_words_and_for_programs(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert 0 == main(["insights", "--home", str(home)])
    said = capsys.readouterr().out
    assert "Wirkung gegen die Kontrollgruppe, 01.01.2027 bis 30.03.2027: 40 Betriebe, ε = 1" in said
    assert "Inspektion: gekommen oder Termin gemacht: Nicht zu unterscheiden" in said
    assert 0 == main(["insights", "--home", str(home), "--json", "--lang", "en"])
    found = json.loads(capsys.readouterr().out)
    lift = next(one for one in found["studies"] if one["kind"] == "lift")
    assert ["more", "nothing", "covered"] == [one["verdict"] for one in lift["findings"]]
    cap = next(one["recommended_cap"] for one in found["studies"] if one["kind"] == "pressure")
    assert {"contacts": 4, "low": 3, "high": 4} == cap
