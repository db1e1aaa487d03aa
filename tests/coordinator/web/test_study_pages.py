"""The learning page shows the newest release of every kind, each rate with its interval and each with plain words."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from guildpost_coordinator.adapters.sql.rounds import SqlRounds
from guildpost_coordinator.app.ports.rounds import Finished, ReleaseRecord
from guildpost_coordinator.domain.insights import DRAWN
from guildpost_coordinator.domain.rounds import Round, RoundState
from guildpost_shared.studies.figures import Figure, difference
from guildpost_shared.studies.kinds import KINDS
from guildpost_shared.studies.release import Release, dump_release
from guildpost_shared.studies.tables import Rows, Table
from tests.coordinator.web.network import Network
from tests.shared.web.visitor import Visitor, visiting

MANY, FEW = Figure(0.3, 0.28, 0.32), Figure(0.2, 0.17, 0.23)
RARE, OFTEN = Figure(0.004, 0.002, 0.007), Figure(0.05, 0.03, 0.08)


def table(about: str, measure: str, rows: Rows, lift: Figure | None = None, *, nothing: bool = False) -> Table:
    overall = None if measure in {"came", "switched_on"} else MANY
    return Table(about, measure, rows, overall, lift, too_little_data=nothing)


TABLES: dict[str, tuple[Table, ...]] = {
    "lift": (
        table("hu_au", "came", (("treated", MANY), ("held_out", FEW)), difference(MANY, FEW)),
        table("inspection", "came", (("treated", FEW), ("held_out", FEW)), difference(FEW, FEW), nothing=True),
        table("tyres", "came", (("treated", None), ("held_out", None)), nothing=True),
    ),
    "learned-times": (
        table("every_service", "came", (("learned", MANY), ("recommended", FEW)), difference(MANY, FEW)),
        table("hu_au", "came", (("learned", FEW), ("recommended", FEW)), difference(FEW, FEW), nothing=True),
        table("tyres", "came", (("learned", None), ("recommended", None)), nothing=True),
    ),
    "channel": (table("hu_au", "booked", (("email", FEW), ("letter", None), ("call", MANY))),),
    "pressure": (
        table("contacts", "answered", (("1", MANY), ("2-3", FEW), ("4+", FEW))),
        table("contacts", "objected", (("1", RARE), ("2-3", RARE), ("4+", OFTEN))),
    ),
    "adoption": (table("hu_au", "switched_on", (("dealers", MANY),)),),
}
NOW = datetime(2027, 6, 10, 8, tzinfo=UTC)


def learn(network: Network, kind: str, tables: tuple[Table, ...], quarter: int = 1) -> None:
    """Store a released round."""
    start = date(2027, 3 * quarter - 2, 1)
    end = start + timedelta(days=88)
    spread = (start, end, end + timedelta(days=70))
    release = Release(kind, quarter, "Arvana", *spread, 40, 30, 1.0, 1e-6, kind=kind, tables=tables)
    period, opened = f"{start}_{end}", NOW + timedelta(days=quarter)
    round_ = Round(
        round_id=f"{kind}-{quarter}",
        study_path=f"studies/{kind}/{quarter}.json",
        study_id=kind,
        period=period,
        state=RoundState.RELEASED,
        opens_at=opened,
        closes_at=opened + timedelta(hours=1),
        contributors=40,
    )
    rounds = SqlRounds(network.engine)
    rounds.add(round_)
    record = ReleaseRecord(kind, period, round_.round_id, release.target_path, dump_release(release), opened)
    rounds.save(round_, Finished(record))


@pytest.fixture
def network(tmp_path: Path) -> Iterator[Network]:
    network = Network(tmp_path)
    for kind, tables in TABLES.items():
        learn(network, kind, tables)
    yield network
    network.close()


@pytest.fixture
def visitor(network: Network) -> Iterator[Visitor]:
    with visiting(network.app) as visitor:
        visitor.log_in(network)
        yield visitor


@pytest.mark.parametrize("language", ["de", "en"])
def test_every_kind_has_its_question_on_the_page_and_slot_and_lead_stay_there(visitor: Visitor, language: str) -> None:
    page = visitor.words(f"/learning?lang={language}")
    for name in DRAWN:
        assert KINDS[name].purpose["de" if language == "de" else "en"] in page
    assert ("Nach Wochenzeit (E-Mail)" in page) == (language == "de")
    assert "learning." not in page


def test_lift_is_a_difference_in_points_and_is_called_nothing_where_the_interval_holds_zero(visitor: Visitor) -> None:
    page = visitor.words("/learning")
    assert "angeschrieben 30,0 % 28,0–32,0 % Kontrollgruppe 20,0 % 17,0–23,0 %" in page
    assert "Unterschied +10,0 Punkte +6,4 bis +13,6 Punkte" in page
    assert "Unterschied nicht zu unterscheiden −4,2 bis +4,2 Punkte" in page
    assert "Bei 1 von 3 Leistungen kommen Angeschriebene öfter" in page
    assert 1 == page.count("Angeschriebene kommen öfter: Der Bereich")
    assert 1 == page.count("schließt die Null ein, über die Wirkung lehren diese Zahlen noch nichts.")
    assert 1 == page.count("Zur Wirkung ist nichts zu sehen")


def test_learned_times_win_nowhere_without_an_interval_beside_zero(visitor: Visitor) -> None:
    page = visitor.words("/learning")
    assert (
        "Alle Leistungen zusammen: Gelernte Zeiten bringen mehr Besuche. 95-%-Bereich: +6,4 bis +13,6 Punkte. "
        "Bei 0 von 2 Leistungen bringen gelernte Zeiten mehr Besuche."
    ) in page
    assert "Alle Leistungen zusammen +10,0 Punkte +6,4 bis +13,6 Punkte" in page
    assert "zur gelernten Zeit 30,0 % 28,0–32,0 % zur empfohlenen Zeit 20,0 % 17,0–23,0 %" in page
    assert 1 == page.count("Zu gelernten Zeiten kommen Kunden öfter: Der Bereich")
    assert 1 == page.count("ob gelernte Zeiten helfen, lehren diese Zahlen noch nicht. 95-%-Bereich: −4,2 bis +4,2")
    assert 1 == page.count("Zum Unterschied ist nichts zu sehen")


def test_channels_pressure_and_adoption_say_what_their_rows_are(visitor: Visitor) -> None:
    page = visitor.words("/learning")
    assert "Brief – verdeckt Anruf 30,0 % 28,0–32,0 % Insgesamt 30,0 %" in page
    assert "1. Kontakt binnen eines Jahres 0,4 % 0,2–0,7 % 2–3. Kontakt" in page
    assert "ab dem 4. Kontakt binnen eines Jahres 5,0 % 3,0–8,0 %" in page
    assert "Leistung Quote 95-%-Bereich HU/AU 30,0 % 28,0–32,0 %" in page
    assert "ε = 1 je Betrieb" in page
    assert 5 == page.count("ε = 1 je Kunde")


def test_contact_pressure_becomes_a_recommended_cap_with_its_interval(visitor: Visitor, network: Network) -> None:
    assert "Empfehlung: höchstens 3 Kontakte im Jahr; die Zahlen lassen 3 bis 3 offen" in visitor.words("/learning")
    mild = table("contacts", "objected", (("1", RARE), ("2-3", RARE), ("4+", RARE)), nothing=True)
    learn(network, "pressure", (mild,), quarter=2)
    page = visitor.words("/learning")
    assert "Empfehlung: höchstens" not in page
    assert "Eine Obergrenze für Kontakte folgt aus diesen Zahlen nicht" in page


def test_without_slot_and_lead_the_other_kinds_are_shown(tmp_path: Path) -> None:
    network = Network(tmp_path, filled=False)
    learn(network, "channel", TABLES["channel"])
    with visiting(network.app) as visitor:
        visitor.log_in(network)
        page = visitor.words("/learning")
    network.close()
    assert "Wege zum Kunden" in page
    assert "Noch keine Auswertung" not in page
