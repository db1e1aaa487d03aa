"""What the brand reads: its network, its catalogue, what was learned, and nothing about a single dealership."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest
from sqlalchemy import update

from guildpost_coordinator.adapters.sql.tables import rounds
from guildpost_coordinator.app.ports.read_model import TargetRow
from guildpost_coordinator.domain.catalogue import State as PublicationState
from guildpost_coordinator.domain.membership import State as MemberState
from guildpost_coordinator.domain.rounds import RoundState
from guildpost_coordinator.web.pages.catalogue import describe, grouped
from guildpost_shared.catalog import load
from guildpost_shared.catalogue_paths import ROLES
from guildpost_shared.errors import Language, codes
from guildpost_shared.web.texts import Texts
from tests.coordinator.web.network import EVIL, Network, release
from tests.shared.web.visitor import Visitor, visiting

LANGUAGES: Final[tuple[Language, Language]] = ("de", "en")


@pytest.fixture
def network(tmp_path: Path) -> Iterator[Network]:
    network = Network(tmp_path, brand=f"Arvana {EVIL}")
    yield network
    network.close()


@pytest.fixture
def visitor(network: Network) -> Iterator[Visitor]:
    with visiting(network.app) as visitor:
        visitor.log_in(network)
        yield visitor


def test_the_network_page_counts_members_and_says_who_is_connected(visitor: Visitor) -> None:
    page = visitor.words("/")
    for part in ("Mitgliedschaften 14", "Aktiv 11", "Jetzt verbunden 9", "Unternehmens\xadgruppen 7"):
        assert part in page
    assert 9 == page.count("gerade verbunden")
    assert "eingeladen noch nie" in page
    assert "gesperrt" in page


def test_a_member_without_contact_and_an_empty_network_are_said_plainly(tmp_path: Path) -> None:
    empty = Network(tmp_path, filled=False)
    with visiting(empty.app) as visitor:
        visitor.log_in(empty)
        assert "Noch ist niemand angeschlossen." in visitor.words("/")
        assert "Noch nichts." in visitor.words("/catalogue")
        page = visitor.words("/learning")
        assert "frühestens 30 Tage nach dem letzten gezählten Tag" in page
        assert "Noch keine Runde." in page
    empty.close()


@pytest.mark.parametrize("path", ["/", "/catalogue", "/learning"])
def test_names_that_are_markup_come_out_as_text(visitor: Visitor, path: str) -> None:
    text = visitor.get(path).text
    assert EVIL not in text
    assert "Arvana &lt;script&gt;alert(1)&lt;/script&gt;" in text


def test_a_publication_that_waits_says_for_whose_signature(visitor: Visitor) -> None:
    page = visitor.words("/catalogue")
    assert "wartet auf Unterschrift: Recht" in page
    assert "Service HU/AU" in page
    assert "HU/AU, E-Mail, deutsch, Fassung 1" in page


def test_every_state_and_role_has_words_in_both_languages() -> None:
    wanted = {f"publication.{state}" for state in PublicationState}
    wanted |= {f"member.{state}" for state in MemberState} | {f"round.{state}" for state in RoundState}
    wanted |= {f"role.{role}" for role in ROLES}
    for language in LANGUAGES:
        assert set() == wanted - load("guildpost_coordinator", language).ids()


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("services/hu_au.json", "Service HU/AU"),
        ("services/tyres.json", "Service tyres"),
        ("templates/inspection/3/letter.en.txt", "Inspektion, Brief, englisch, Fassung 3"),
        ("studies/slot-lead/2.json", "Studie slot-lead, Fassung 2"),
        ("releases/slot-lead/2027-01-01_2027-03-31.json", "Auswertung slot-lead, 2027-01-01 / 2027-03-31"),
        ("roster/roster.json", "Verzeichnis der Händler und ihrer Schlüssel"),
        ("templates/odd", "templates/odd"),
        ("something", "something"),
    ],
)
def test_a_published_file_is_named_in_words(path: str, expected: str) -> None:
    assert expected == describe(path, Texts("guildpost_coordinator", "de"))


def test_no_published_file_is_left_out() -> None:
    rows = [TargetRow(path, (), 1, "0") for path in ("roster/roster.json", "x/y", "services/a.json", "services/b.json")]
    groups = grouped(rows, Texts("guildpost_coordinator", "en"))
    assert ["services", "roster", "x"] == [group.kind for group in groups]
    assert {row.path for row in rows} == {target.path for group in groups for _, target in group.rows}


def test_twelve_dealers_are_said_to_teach_nothing_and_nothing_is_shaded_or_joined(visitor: Visitor) -> None:
    assert release(teaching=False).too_little_data
    page = visitor.words("/learning")
    assert "Diese Auswertung lehrt noch nichts: Mit 12 Betrieben ist kein Unterschied größer als der Zufall." in page
    assert 2 == page.count("Über die beste Wochenzeit lehren diese Zahlen noch nichts")
    assert 2 == page.count("Über den besten Vorlauf lehren diese Zahlen noch nichts")
    text = visitor.get("/learning").text
    assert {"0.060"} == set(re.findall(r'fill-opacity="([\d.]+)"', text)), "every field looks the same"
    assert 'class="line"' not in text
    assert 'class="band"' not in text
    assert "This release teaches nothing yet: with 12 dealerships" in visitor.words("/learning?lang=en")


def test_a_real_difference_is_called_one_and_drawn(tmp_path: Path) -> None:
    network = Network(tmp_path, teaching=True)
    with visiting(network.app) as visitor:
        visitor.log_in(network)
        page, text = visitor.words("/learning"), visitor.get("/learning").text
        assert "lehrt noch nichts" not in page
        assert 2 == page.count("Mindestens zwei Wochentage oder zwei Stunden unterscheiden sich")
        assert 2 == page.count("Mindestens zwei Abschnitte unterscheiden sich")
        assert 5 < len(set(re.findall(r'fill-opacity="([\d.]+)"', text)))
        assert 2 == text.count('class="line"') == text.count('class="band"')
    network.close()


def test_every_rate_stands_with_its_interval_in_picture_and_table(visitor: Visitor) -> None:
    text = visitor.get("/learning").text
    for values, intervals in zip(
        (re.findall(r'<text[^>]*class="value">', part) for part in text.split("<svg ")[1:]),
        (re.findall(r'<text[^>]*class="interval">|<circle class="dot"', part) for part in text.split("<svg ")[1:]),
        strict=True,
    ):
        assert 0 < len(values) == len(intervals)
    for service in release(teaching=False).services:
        assert service.slot is not None
        shown = sum(figure is not None for row in service.slot.grid for figure in row)
        assert shown in [part.count('class="interval"') for part in text.split("<svg ")[1:]]
    rows = re.findall(r'<th scope="row">[^<]+</th><td class="num">([^<]+)</td><td>([^<]+)</td>', text)
    assert 2 * (8 + 7 + 12) <= len(rows)
    for rate, interval in rows:
        expected = "verdeckt" if rate == "–" else r"\d+,\d–\d+,\d %"
        assert re.fullmatch(expected, interval), (rate, interval)


def test_figures_are_written_as_the_language_writes_them(visitor: Visitor) -> None:
    assert re.search(r"\d,\d %", visitor.words("/learning"))
    assert not re.search(r"\d,\d %", visitor.words("/learning?lang=en"))
    assert re.search(r"\d\.\d %", visitor.words("/learning?lang=en"))


def test_no_count_of_customers_is_on_the_learning_page(visitor: Visitor) -> None:
    page = visitor.words("/learning")
    assert "12 Betriebe aus 11 Unternehmensgruppen" in page
    assert not re.search(r"\d+ (?:Kunden|Buchungen|Termine)", page)


@pytest.mark.parametrize("code", ["release_too_few_groups", "secagg_floor", "unknown-code", "database_locked"])
def test_an_aborted_round_says_why_without_gaps(network: Network, visitor: Visitor, code: str) -> None:
    with network.engine.begin() as connection:
        connection.execute(update(rounds).where(rounds.c.state == "aborted").values(reason=code))
    page = visitor.words("/learning").partition("abgebrochen")[2].partition("veröffentlicht")[0]
    assert len(page) > 20
    assert "nur –" not in page
    assert "{" not in page


def test_the_rounds_own_codes_have_sentences_without_figures() -> None:
    """A stored code has no figures; every code of a round's end with placeholders has its plainer twin."""
    ends = {"secagg_floor", "secagg_below_threshold", "release_too_few_groups", "release_too_young"}
    ends |= {"study_sum_implausible"}
    assert ends <= set(codes())
    for language in LANGUAGES:
        ids = load("guildpost_coordinator", language).ids()
        assert set() == {f"round.reason.{code}" for code in ends} - ids


def test_no_page_is_heavy(visitor: Visitor) -> None:
    for path, most in (("/", 16_000), ("/catalogue", 16_000), ("/learning", 80_000)):
        assert most > len(visitor.get(path).content), path
