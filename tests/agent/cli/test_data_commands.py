"""Trying an import, deciding about pairs and listing what to look at, from the command line of a real home."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from guildpost_agent.bootstrap.core import open_core
from guildpost_agent.cli import main
from guildpost_shared.clock import SystemClock
from tests.factories.agent_home import an_agent_home

UNKNOWN = (
    "Nr;Anr;Nachname;Str;Postleitz;Wohnort;eMail;Tel. mobil\n"
    "1001;Herr;Müller;Hauptstraße 5;1067;Dresden;hans@mueller.example;0171 2345678\n"
    "1002;Frau;Schmidt;Gartenstr. 7;80331;München;x@x.de;\n"
    ";Frau;Ohne;Weg 1;70173;Stuttgart;;\n"
)
CUSTOMERS = "Kundennummer;Anrede;Vorname;Nachname;Strasse;PLZ;Ort\n1;Frau;Erika;Mustermann;Weg 1;84028;Landshut\n"
VEHICLES = (
    "Fahrzeugnummer;Kundennummer;Kennzeichen;Marke;Modell;Erstzulassung;Nächste HU\n"
    "50;1;=LA-AB 12;Arvana;Corra;04.05.2012;05/2016\n51;1;LA-AB 13;Arvana;Corra;04.05.2020;{next_hu}\n"
)
SOON = f"{SystemClock().now() + timedelta(days=200):%m/%Y}"
Say = Callable[..., tuple[int, str]]


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    return an_agent_home(tmp_path, monkeypatch)


@pytest.fixture
def say(home: Path, capsys: pytest.CaptureFixture[str]) -> Say:
    def run(*words: str) -> tuple[int, str]:
        code = main([words[0], "--lang", "en", *words[1:], "--home", str(home)])
        return code, capsys.readouterr().out

    return run


def test_a_dry_run_shows_mapping_report_and_triage_of_a_file_never_seen_and_stores_nothing(
    home: Path, say: Say, tmp_path: Path
) -> None:
    file = tmp_path / "Adressen_Export.txt"
    file.write_text(UNKNOWN, "cp1252")
    code, out = say("import", "--dry-run", str(file))
    assert 0 == code
    for part in (
        "→ postcode",
        "→ email",
        "3 rows read, 2 new or changed",
        "row 4, Customer number: The number is missing.",
    ):
        assert part in out
    with open_core(home).open_uow() as uow:
        assert ([], None) == (uow.records.customers(), uow.imports.latest())
    assert file.exists()


def test_a_dry_run_of_vehicles_says_how_far_their_dates_can_be_trusted(say: Say, tmp_path: Path) -> None:
    file = tmp_path / "fahrzeuge.csv"
    file.write_text(VEHICLES.format(next_hu=SOON), "cp1252")
    assert "Due dates HU: 1 trusted, 0 estimated, 1 stale, 0 unknown." in say("import", "--dry-run", str(file))[1]


def test_a_dry_run_refuses_what_cannot_be_read_in_one_sentence(say: Say, tmp_path: Path) -> None:
    file = tmp_path / "kunden.csv"
    file.write_bytes(bytes(range(256)) * 20)
    code, out = say("import", "--dry-run", str(file))
    assert (77, True) == (code, "kunden.csv" in out)


def test_a_file_that_nobody_can_read_is_named_also_beside_one_that_is_imported(
    home: Path, say: Say, tmp_path: Path
) -> None:
    good, empty, foreign = tmp_path / "kunden.csv", tmp_path / "leer.csv", tmp_path / "rezepte.csv"
    good.write_text(CUSTOMERS, "cp1252")
    empty.write_text("")
    foreign.write_text("Zutat;Menge\nMehl;500\nEier;3\n")
    code, out = say("import", str(good), str(empty), str(foreign))
    assert 77 == code
    for part in ("1 new", "leer.csv is empty", "rezepte.csv"):
        assert part in out
    drop = open_core(home).config.dms.drop_folder
    assert [] == [file.name for file in drop.iterdir() if file.is_file()]
    assert foreign.exists()


def test_an_import_says_what_is_new_and_the_second_time_that_nothing_changed(say: Say, tmp_path: Path) -> None:
    file = tmp_path / "kunden.csv"
    file.write_text(CUSTOMERS, "cp1252")
    assert "1 new, 0 changed, 0 unchanged" in say("import", str(file))[1]
    assert "0 new, 0 changed, 1 unchanged" in say("import", str(file))[1]


def test_the_work_list_is_written_for_spreadsheets_without_live_formulas(say: Say, tmp_path: Path) -> None:
    for name, text in (("kunden.csv", CUSTOMERS), ("fahrzeuge.csv", VEHICLES.format(next_hu=SOON))):
        (tmp_path / name).write_text(text, "cp1252")
        assert 0 == say("import", str(tmp_path / name))[0]
    target = tmp_path / "list.csv"
    code, out = say("work-list", "--all", "--csv", str(target))
    assert (0, True) == (code, "list.csv" in out)
    rows = target.read_text("utf-8-sig").splitlines()
    assert rows[0].startswith("Vehicle number;Customer number;")
    assert "at your house" in target.read_text("utf-8-sig") or "registration" in target.read_text("utf-8-sig")
    assert all(not cell.startswith(("=", "+", "@")) for row in rows for cell in row.split(";"))
    assert any(row.startswith("50;1;") for row in rows)


def test_a_list_that_cannot_be_written_is_said_so(
    home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert 78 == main(["work-list", "--csv", str(tmp_path / "none" / "x.csv"), "--home", str(home)])
    assert "lässt sich nicht schreiben" in capsys.readouterr().err


@pytest.mark.parametrize(("day", "code"), [("31.12.2099", 0), ("2099-12-31", 0), ("heute", 77), ("31.02.2099", 77)])
def test_days_are_read_as_either_language_writes_them(
    *, home: Path, say: Say, tmp_path: Path, capsys: pytest.CaptureFixture[str], day: str, code: int
) -> None:
    (tmp_path / "kunden.csv").write_text(CUSTOMERS, "cp1252")
    say("import", str(tmp_path / "kunden.csv"))
    words = ["holds", "set", "complaint", "--customer", "1", "--by", "Anna", "--until", day, "--home", str(home)]
    assert code == main(words)
    assert (code == 0) or f"„{day}“ ist kein Datum" in capsys.readouterr().err


def test_a_verdict_on_an_unknown_number_is_refused_in_words(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    words = ["people", "--lang", "en", "decide", "1", "2", "--same", "--by", "Lang", "--home", str(home)]
    assert 0 != main(words)
    assert "{" not in capsys.readouterr().err


def test_people_are_counted(say: Say, tmp_path: Path) -> None:
    file = tmp_path / "kunden.csv"
    file.write_text(CUSTOMERS, "cp1252")
    say("import", str(file))
    assert "1 records, 1 persons and firms, 1 households" in say("people", "show")[1]
