"""Loading, showing and closing the dealer's vehicle lists, from the command line of a real home."""

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from guildpost_agent.bootstrap.core import open_core
from guildpost_agent.cli import main
from guildpost_agent.domain.records import Customer, Vehicle
from tests.factories.agent_home import an_agent_home
from tests.factories.standard_services import standard_services

VIN, FOREIGN_VIN = "WVWZZZ1JZXW000001", "WVWZZZ1JZXW000009"
RECALLS = (
    "Rückruf Stand März\n\nFIN;Kennzeichen;Aktion;Beschreibung\n"
    f"{VIN};;69X1;Airbag wird geprüft\n;LA-AB 13;69X1;\n{FOREIGN_VIN};;69X1;\n"
    f"{VIN};;;\n12345;;69X1;\n;;69X1;jetzt 10 % sparen\n"
)
Say = Callable[..., tuple[int, str]]


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    home = an_agent_home(tmp_path, monkeypatch)
    with open_core(home).open_uow() as uow:
        uow.records.upsert_customers([Customer("1"), Customer("2")])
        uow.records.upsert_vehicles(
            [
                Vehicle("50", "1", vin=VIN, plate="LA-AB 12"),
                Vehicle("51", "2", plate="LA-AB 13"),
                Vehicle("52", "2", plate="LA-AB 14"),
            ]
        )
        uow.commit()
    return home


@pytest.fixture
def say(home: Path, capsys: pytest.CaptureFixture[str]) -> Say:
    def run(*words: str) -> tuple[int, str]:
        code = main([words[0], "--lang", "en", *words[1:], "--home", str(home)])
        printed = capsys.readouterr()
        return code, printed.out + printed.err

    return run


@pytest.fixture
def recalls(tmp_path: Path) -> Path:
    file = tmp_path / "recalls.csv"
    file.write_text(RECALLS, "cp1252")
    return file


def test_a_list_is_matched_and_wrong_rows_are_named_with_their_reason(say: Say, recalls: Path) -> None:
    code, out = say("lists", "load", "recall", str(recalls))
    assert (0, True) == (code, "2 new, 0 known before, 1 of no vehicle of yours (kept waiting), 3 wrong" in out)
    assert "Row 7: The campaign's reference is missing" in out
    assert "Row 8: “12345” is neither a VIN nor a plate." in out
    assert "Row 9: The text contains “10 %”" in out


def test_the_same_file_again_adds_nothing_even_when_an_entry_is_done(say: Say, recalls: Path) -> None:
    say("lists", "load", "recall", str(recalls))
    assert (0, "Done: 1\n") == say("lists", "done", "recall", "--vehicle", "50")
    assert "0 new, 3 known before, 0 of no vehicle" in say("lists", "load", "recall", str(recalls))[1]
    assert "Entries: 1 " in say("lists", "show", "recall")[1]


def test_open_entries_are_shown_and_done_ones_on_demand(say: Say, recalls: Path) -> None:
    say("lists", "load", "recall", str(recalls))
    say("lists", "done", "recall", "--vehicle", "50", "--reference", "69X1")
    assert "LA-AB 12" not in say("lists", "show")[1]
    assert "50 LA-AB 12  69X1  Airbag wird geprüft  done on" in say("lists", "show", "--all")[1]


def test_a_waiting_row_becomes_an_entry_when_an_import_brings_its_vehicle(
    home: Path, say: Say, recalls: Path, tmp_path: Path
) -> None:
    say("lists", "load", "recall", str(recalls))
    assert FOREIGN_VIN in say("lists", "show")[1]
    file = tmp_path / "fahrzeuge.csv"
    file.write_text(f"Fahrzeugnummer;Kundennummer;FIN;Marke\n60;1;{FOREIGN_VIN};Arvana\n", "cp1252")
    assert 0 == say("import", str(file))[0]
    with open_core(home).open_uow() as uow:
        assert ["50", "51", "60"] == [entry.vehicle_id for entry in uow.lists.open()]
        assert [] == uow.lists.waiting()


def test_a_row_done_before_its_vehicle_was_known_waits_and_counts_when_the_vehicle_comes(
    home: Path, say: Say, tmp_path: Path
) -> None:
    file, later = tmp_path / "recalls.csv", tmp_path / "later.csv"
    head = "FIN;Aktion;Erledigt\n"
    file.write_text(f"{head}{FOREIGN_VIN};69X1;12.02.2026\n{FOREIGN_VIN};70Y2;\n{FOREIGN_VIN};71Z3;\n", "cp1252")
    later.write_text(f"{head}{FOREIGN_VIN};70Y2;14.02.2026\n{FOREIGN_VIN};69X1;\n", "cp1252")
    assert (
        "wait for their vehicle: 3, of which done or signed already: 1" in say("lists", "load", "recall", str(file))[1]
    )
    report = say("lists", "load", "recall", str(later))[1]
    assert "0 new, 2 known before, 0 of no vehicle" in report
    assert "wait for their vehicle: 3, of which done or signed already: 2" in report
    assert f"{FOREIGN_VIN}  69X1  done on 12 Feb 2026" in say("lists", "show")[1]
    vehicles = tmp_path / "fahrzeuge.csv"
    vehicles.write_text(f"Fahrzeugnummer;Kundennummer;FIN;Marke\n60;1;{FOREIGN_VIN};Arvana\n", "cp1252")
    assert 0 == say("import", str(vehicles))[0]
    with open_core(home).open_uow() as uow:
        kept = {one.entry.reference: one.done_on for one in uow.lists.all()}
        assert [] == uow.lists.waiting()
    assert {"69X1": date(2026, 2, 12), "70Y2": date(2026, 2, 14), "71Z3": None} == kept


@pytest.mark.parametrize(
    ("words", "part"),
    [
        (("load", "notice", "x.csv"), "cannot be loaded from a file"),
        (("load", "recall", "missing.csv"), "cannot be read"),
        (("done", "recall", "--vehicle", "50"), "nothing open for the vehicle 50"),
    ],
    ids=["notices by file", "no such file", "nothing to close"],
)
def test_what_cannot_be_done_is_said(say: Say, words: tuple[str, ...], part: str) -> None:
    code, out = say("lists", *words)
    assert (True, True) == (code != 0, part in out)


def test_a_file_without_the_columns_is_refused_with_those_found(say: Say, tmp_path: Path) -> None:
    file = tmp_path / "other.csv"
    file.write_text("FIN;Marke\nX;Y\n")
    assert "(found: FIN, Marke)" in say("lists", "load", "recall", str(file))[1]


@pytest.fixture
def services(monkeypatch: pytest.MonkeyPatch) -> None:
    offered = standard_services()
    monkeypatch.setattr("guildpost_agent.cli.lists.services_in_force", lambda _core: offered)  # needs a membership


@pytest.mark.usefixtures("services")
def test_contracts_that_were_signed_are_told_from_those_that_were_not(say: Say, tmp_path: Path) -> None:
    file = tmp_path / "signed.csv"
    file.write_text("FIN;Kennzeichen;Vertrag;Unterschrieben am\n;LA-AB 12;V-1;01.03.2026\n;LA-AB 13;V-2;\n", "utf-8")
    code, out = say("lists", "load", "lease_end", str(file))
    assert (0, True) == (code, "2 new, 0 known before" in out)
    assert "Done: 1" in out
    assert "1 without the day of signing" in out
    assert "V-2" in say("lists", "show", "lease_end")[1]


@pytest.mark.usefixtures("services")
def test_a_list_that_no_service_uses_is_refused_by_name(say: Say, recalls: Path) -> None:
    code, out = say("lists", "load", "recal", str(recalls))
    assert (77, True) == (code, "No service of the catalogue uses a list “recal”; nothing was loaded." in out)
    assert "lease_end, recall, warranty_end" in out
    assert "Entries: 0" in say("lists", "show", "recal")[1]


@pytest.mark.usefixtures("services")
def test_a_list_whose_service_is_switched_off_says_that_nobody_will_hear_of_it(
    home: Path, say: Say, recalls: Path
) -> None:
    assert "possible: recall). Until then nobody hears of it." in say("lists", "load", "recall", str(recalls))[1]
    words = ("notices", "add", "--vehicle", "50", "--text", "Ihr Fahrzeug ist fertig.")
    assert "possible: acute_notice). Until then" in say(*words)[1]
    file = home / "agent.toml"
    file.write_text(file.read_text("utf-8").replace('["hu_au', '["recall", "acute_notice", "hu_au'), "utf-8")
    assert [False, False] == [
        "Until then" in say(*asked)[1] for asked in (("lists", "load", "recall", str(recalls)), words)
    ]
