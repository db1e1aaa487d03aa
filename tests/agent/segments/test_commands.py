"""Segments and tables on the command line, on a real home."""

import re
from datetime import date
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from guildpost_agent.adapters.reference.files import shipped
from guildpost_agent.app.score_customers import score_customers, segments_due
from guildpost_agent.bootstrap.core import open_core
from guildpost_agent.cli import main
from guildpost_agent.cli.work import do_step
from guildpost_agent.domain.records import Occasion, Triage
from guildpost_agent.domain.reference.dataset import Name
from guildpost_agent.domain.segments.potential import Potential
from tests.factories.agent import NOW, a_customer, a_job, a_vehicle, open_store
from tests.factories.agent_home import an_agent_home
from tests.fakes.reference_data import InMemoryReferenceData

BERLIN = ZoneInfo("Europe/Berlin")
GEONAMES = "DE\t84028\tLandshut\tBayern\tBY\t\t00\tLandshut\t09261\t48.5296\t12.1618\t4\n"


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    return an_agent_home(tmp_path, monkeypatch)


def test_scores_are_stored_in_place_of_earlier_ones_and_found_by_customer_and_service(tmp_path: Path) -> None:
    open_uow, definitions = open_store(tmp_path), InMemoryReferenceData().definitions()
    with open_uow() as uow:
        uow.records.upsert_customers([a_customer("1"), a_customer("2")])
        uow.records.upsert_vehicles([a_vehicle("V1", customer_id="1"), a_vehicle("V2", customer_id="2")])
        uow.records.upsert_jobs([a_job(customer_id="1", vehicle_id="V1", hours=2.0)])
        uow.plans.replace_occasions(
            [
                Occasion("O1", "1", "V1", "hu_au", date(2027, 3, 31), "dms", 0.9, Triage.TRUSTED),
                Occasion("O2", "2", "V2", "hu_au", date(2027, 3, 31), "rolled", 0.5, Triage.ESTIMATED),
            ]
        )
        uow.commit()
    for _ in range(2):
        summary = score_customers(open_uow, definitions, NOW, BERLIN)
    with open_uow() as uow:
        assert (2, summary.potentials) == (summary.customers, sum(uow.segments.potential_counts().values()))
        first = uow.segments.of("1")
        assert ("active", 1, 2.0) == (first and first.stage, first and first.visits, first and first.hours)
        assert {"active": 1, "never_here": 1} == uow.segments.counts("stage")
        best = uow.segments.best("hu_au", 5)
        assert ["V1", "V2"] == [one.vehicle_id for one in best]
        assert isinstance(best[0], Potential)
        assert (date(2027, 3, 1), None) == (uow.segments.computed_on(), uow.segments.of("3"))


def test_the_worker_computes_segments_and_says_when_they_are_due(home: Path) -> None:
    core = open_core(home)
    with core.open_uow() as uow:
        uow.records.upsert_customers([a_customer("1"), a_customer("2")])
        uow.commit()
    assert segments_due(core.open_uow, "2027-03-01")
    assert 0 == do_step(core, "segments", NOW, {})
    assert [False, True] == [segments_due(core.open_uow, day) for day in ("2027-03-01", "2027-03-02")]
    with core.open_uow() as uow:
        assert {"never_here": 2} == uow.segments.counts("stage")


@pytest.mark.parametrize(("size", "segmented"), [(120, 120), (20, 0)], ids=["large", "small: with the day's run"])
def test_a_large_delivery_is_segmented_at_once(
    home: Path, monkeypatch: pytest.MonkeyPatch, size: int, segmented: int
) -> None:
    monkeypatch.setattr("guildpost_agent.cli.work.plan", lambda _core, _extra: None)  # needs a membership
    core = open_core(home)
    rows = "".join(f"{n};Muster{n};Weg {n};84028;Landshut\r\n" for n in range(1, size + 1))
    core.config.dms.drop_folder.mkdir(parents=True, exist_ok=True)
    file = core.config.dms.drop_folder / "kunden.csv"
    file.write_text("Kundennummer;Name1;Strasse;PLZ;Ort\r\n" + rows, "cp1252")
    assert (0, False) == (do_step(core, "intake", NOW, {}), file.exists())
    with core.open_uow() as uow:
        assert segmented == sum(uow.segments.counts("stage").values())


@pytest.mark.parametrize(("language", "words"), [("de", "abwanderungsgefährdet"), ("en", "at risk")])
def test_the_command_says_in_words_what_the_segments_mean(
    home: Path, capsys: pytest.CaptureFixture[str], language: str, words: str
) -> None:
    with open_core(home).open_uow() as uow:
        uow.records.upsert_customers([a_customer("1"), a_customer("2")])
        uow.commit()
    assert 0 == main(["segments", "--home", str(home), "--lang", language])
    assert "--compute" in capsys.readouterr().out
    assert 0 == main(["segments", "--home", str(home), "--lang", language, "--compute"])
    out = capsys.readouterr().out
    assert (True, False) == (words in out, "{" in out)
    assert ["2"] == [line.split()[0] for line in out.splitlines() if "nie in der" in line or "never in" in line]


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("de", ("vor höchstens einem Monat", "des letzten Monats", "unter einem Jahr")),
        ("en", ("at most a month ago", "the last month", "under one year")),
    ],
)
def test_one_month_and_one_year_are_said_in_the_singular(
    home: Path, capsys: pytest.CaptureFixture[str], language: str, words: tuple[str, ...]
) -> None:
    file = home / "reference" / "segments.toml"
    file.parent.mkdir()
    text = shipped(Name.SEGMENTS).decode()
    for name in ("known_within_months", "window_months", "below_years"):
        text = re.sub(rf"^{name} = \d+", f"{name} = 1", text, count=1, flags=re.MULTILINE)
    file.write_text(text, "utf-8")
    assert 0 == main(["segments", "--home", str(home), "--lang", language])
    out = capsys.readouterr().out
    assert [] == [one for one in words if one not in out]


def test_definitions_of_the_dealers_own_are_shown(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = home / "reference" / "segments.toml"
    file.parent.mkdir()
    text = shipped(Name.SEGMENTS).decode()
    file.write_text(text.replace('de = "neu"', 'de = "Frischling"'), "utf-8")
    assert 0 == main(["segments", "--home", str(home)])
    assert "Frischling" in capsys.readouterr().out
    file.write_text(text.replace("window_months = 24", "window_months = 0"), "utf-8")
    assert 78 == main(["segments", "--home", str(home)])
    assert "general.window_months" in capsys.readouterr().err


def test_a_table_is_added_listed_and_removed(home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "DE.txt"
    file.write_text(GEONAMES, "utf-8")
    assert 0 == main(["reference", "add", "postcodes", str(file), "--home", str(home)])
    assert 0 == main(["reference", "list", "--home", str(home)])
    listed = capsys.readouterr().out
    assert 2 == listed.count("postcodes: 1 Zeilen")
    assert "CC BY 4.0" in listed
    assert 0 == main(["reference", "remove", "postcodes", "--home", str(home)])
    assert 0 == main(["reference", "--lang", "en", "list", "--home", str(home)])
    assert "postcodes: 0 rows" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("content", "words"),
    [(None, ("nicht lesbar", "cannot be read")), (b"DE\t84028\n", ("Zeile 1", "line 1"))],
    ids=["no such file", "a bad file"],
)
def test_a_table_that_cannot_be_read_is_refused_in_both_languages(
    home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], content: bytes | None, words: tuple[str, str]
) -> None:
    file = tmp_path / "DE.txt"
    if content is not None:
        file.write_bytes(content)
    for language, word in zip(("de", "en"), words, strict=True):
        assert 78 == main(["reference", "--lang", language, "add", "postcodes", str(file), "--home", str(home)])
        assert word in capsys.readouterr().err
    assert not (home / "reference").exists()
