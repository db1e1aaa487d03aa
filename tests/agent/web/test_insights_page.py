"""The page that sets the dealer's own figures beside the network's: honest about few customers, silent about others."""

import re
from datetime import date
from pathlib import Path

import pytest

from guildpost_agent.app.compare_with_network import compare_with_network, released_by
from guildpost_agent.app.count_for_study import Setting
from guildpost_agent.domain.brands import FIRST
from guildpost_shared.studies.release import dump_release
from tests.agent.web.dealership import Dealership
from tests.factories.releases import KINDS, a_release, a_study
from tests.factories.round_world import ZONE
from tests.fakes.catalogue_source import FakeCatalogue
from tests.shared.web.visitor import Visitor, row_counts, visiting


def test_ones_own_figures_stand_beside_the_networks_with_both_intervals(visitor: Visitor) -> None:
    page = visitor.words("/insights/channel")
    for heading in ("Wochenzeit und Vorlauf", "Wege zum Kunden", "Kontaktdruck", "Nutzung der Leistungen"):
        assert heading in page
    rows = re.findall(
        r"E-Mail (\d+,\d) % \((\d+,\d)–(\d+,\d) %\), (\d+) von (\d+) 10,0 % \(9,4–10,7 %\) ([a-zö ]+?) Brief", page
    )
    assert rows, "own rate, interval and counts beside the network's"
    for rate, low, high, hits, of, standing in rows:
        assert float(low.replace(",", ".")) <= float(rate.replace(",", ".")) <= float(high.replace(",", "."))
        assert int(hits) <= int(of)
        assert standing in {"unterscheidet sich nicht", "höher als im Netz"}
    assert "keine eigenen Kunden" in page
    assert "verdeckt" in page


@pytest.mark.parametrize("language", ["de", "en"])
def test_every_word_is_there_in_both_languages(visitor: Visitor, language: str) -> None:
    for kind in KINDS:
        page = visitor.words(f"/insights/{kind}?lang={language}")
        assert not re.search(r"\b(?:web|insights|cli)\.[a-z_]+\.", page)
    assert ("nutzen Sie" in page) == (language == "de")
    assert ("you use it" in page) == (language == "en")


def test_the_bare_address_shows_the_first_study_and_an_unknown_one_is_said_to_be_unknown(visitor: Visitor) -> None:
    assert "Termine nach Wochentag der E-Mail" in visitor.words("/insights")
    assert 404 == visitor.get("/insights/ranking").status_code
    assert 404 == visitor.get("/insights/lift/1").status_code


def test_what_is_still_to_come_says_when(visitor: Visitor) -> None:
    assert (
        "Wirkung gegen die Kontrollgruppe, 1. Apr. 2027 – 30. Juni 2027: noch keine Zahlen. Sie kommen frühestens am "
        "3. Sept. 2027, wenn die letzten Antworten 30 Tage alt sind und mindestens 10 Unternehmen mitrechnen."
    ) in visitor.words("/insights")


def test_without_any_study_the_page_says_what_is_missing(tmp_path: Path) -> None:
    empty = Dealership(tmp_path, filled=False)
    with visiting(empty.app) as visitor:
        visitor.log_in(empty)
        assert "Im Katalog der Marke steht keine unterschriebene Studie" in visitor.words("/insights")
    empty.close()


def test_an_unsound_release_is_said_and_not_shown_and_the_others_are(dealership: Dealership, visitor: Visitor) -> None:
    release = a_release("lift")
    forged = dump_release(release).replace(b'"epsilon":1.0', b'"epsilon":7.0')
    dealership.network = FakeCatalogue(
        {
            a_study("lift").target_path: a_study("lift").canonical_bytes,
            release.target_path: forged,
            a_study("channel").target_path: a_study("channel").canonical_bytes,
            a_release("channel").target_path: dump_release(a_release("channel")),
            "releases/of-tomorrow/2027-01-01_2027-03-31.json": b'{"type":"release","kind":"of-tomorrow"}',
        }
    )
    page = visitor.words("/insights")
    assert "passt nicht zur unterschriebenen Studie (epsilon) und wird nicht gezeigt" in page
    assert "Wege zum Kunden Auf welchem Weg" in page, "of channels it is shown"
    assert 404 == visitor.get("/insights/lift").status_code
    assert "of-tomorrow" not in page, "what only a newer program draws is no trouble"


def test_a_look_changes_nothing_and_nothing_leaves(dealership: Dealership, visitor: Visitor) -> None:
    before = row_counts(dealership.engine)
    for kind in KINDS:
        visitor.words(f"/insights/{kind}")
    assert before == row_counts(dealership.engine)


def test_a_further_brands_study_bears_its_name_and_counts_its_own_messages(dealership: Dealership) -> None:
    study, release = a_study("channel"), a_release("channel")
    source = FakeCatalogue({study.target_path: study.canonical_bytes, release.target_path: dump_release(release)})
    found = released_by({FIRST: source, "skoda": source}, date(2027, 8, 2))
    assert ["channel", "skoda/channel"] == [one.name for one in found.believed]
    first, second = (
        compare_with_network(dealership.open_uow, one, Setting(ZONE, ()), date(2027, 8, 2)) for one in found.believed
    )
    assert 0 < sum(row.own.of for one in first.questions for row in one.rows)
    assert 0 == sum(row.own.of for one in second.questions for row in one.rows), "nobody was written to for that brand"
