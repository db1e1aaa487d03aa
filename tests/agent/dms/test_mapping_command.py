"""The mapping on the command line: proposed, shown, corrected, confirmed."""

from pathlib import Path

import pytest

from guildpost_agent.adapters.dms.drop_folder import DropFolder
from guildpost_agent.adapters.dms.mapping_files import FOLDER, confirmed, load_profiles
from guildpost_agent.cli import main
from guildpost_agent.cli.mapping import file_pattern
from guildpost_agent.domain.dms_rows import Table

ROWS = [f"{n};W7AZZZAEVL67{n:05d};DD-AB {n};{n % 9 + 1};x" for n in range(10, 50)]
LINES = ["Intern;Ident;Schild;KdNr;Egal", *ROWS, ""]


@pytest.fixture
def export(tmp_path: Path) -> Path:
    path = tmp_path / "drop" / "liste_20270301.csv"
    path.parent.mkdir()
    path.write_text("\n".join(LINES), "cp1252")
    return path


def test_a_proposal_is_shown_saved_and_counts_once_confirmed(
    tmp_path: Path, export: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    home = ["--home", str(tmp_path)]
    assert 0 == main(["mapping", "propose", *home, str(export), "--save", "haus"])
    said = capsys.readouterr().out
    assert all(word in said for word in ("Fahrzeuge", "Ident", "vin", "nach den Werten", "Egal", "mapping confirm"))
    assert 0 == main(["mapping", "show", *home])
    assert "noch nicht bestätigt" in capsys.readouterr().out
    assert 0 == main(["mapping", "--lang", "en", "confirm", *home, "haus"])
    assert "in force" in capsys.readouterr().out
    profiles = confirmed(load_profiles(tmp_path / FOLDER))
    delivery = DropFolder(export.parent, profiles).read()
    assert delivery is not None
    assert [(Table.VEHICLES, profiles[0].label)] == [(table.table, table.mapping) for table in delivery.tables]


def test_what_a_person_says_of_a_column_counts_and_the_rest_stays_proposed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    export = tmp_path / "adr.csv"
    export.write_text("\n".join(["A;B;C", *(f"{n};Muster;0171 55500{n}" for n in range(10, 40)), ""]), "cp1252")
    home, words = ["--home", str(tmp_path)], ["mapping", "--lang", "en", "propose"]
    said = ["--table", "customers", "--column", "A=customer_id", "--column", "B=name1"]
    assert 78 == main([*words, *home, str(export), *said[:4], "--save", "adr"])
    assert "lacks required fields: name1" in capsys.readouterr().err
    assert 0 == main([*words, *home, str(export), *said, "--save", "adr"])
    assert "as you say" in capsys.readouterr().out
    assert 0 == main(["mapping", "confirm", *home, "adr"])
    (profile,) = confirmed(load_profiles(tmp_path / FOLDER))
    assert {"A": "customer_id", "B": "name1", "C": "mobile"} == dict(profile.tables[0].columns)


@pytest.mark.parametrize("column", ["Nope=vin", "KdNr=colour", "KdNr"], ids=["no heading", "no field", "no ="])
def test_a_column_that_cannot_be_mapped_is_named(
    tmp_path: Path, export: Path, capsys: pytest.CaptureFixture[str], column: str
) -> None:
    assert 78 == main(["mapping", "propose", "--home", str(tmp_path), str(export), "--column", column])
    assert column.removeprefix("KdNr=").removesuffix("=vin") in capsys.readouterr().err


def test_a_ready_profile_is_listed_and_printed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert 0 == main(["mapping", "show", "--home", str(tmp_path)])
    assert "loco-soft-export" in capsys.readouterr().out
    assert 0 == main(["mapping", "show", "--home", str(tmp_path), "sample-network"])
    assert '"Kundennummer" = "customer_id"' in capsys.readouterr().out


@pytest.mark.parametrize(
    ("words", "code"),
    [
        pytest.param(["confirm", "none"], 78, id="unknown profile"),
        pytest.param(["propose", "/nowhere.csv"], 78, id="no such file"),
        pytest.param(["propose", "{export}", "--save", "../x"], 78, id="no name for a profile"),
        pytest.param(["propose", "{empty}"], 77, id="an empty file"),
    ],
)
def test_what_cannot_be_done_is_said_with_an_exit_code(
    tmp_path: Path, export: Path, words: list[str], code: int
) -> None:
    empty = tmp_path / "leer.csv"
    empty.touch()
    given = [word.format(export=export, empty=empty) for word in words]
    assert code == main(["mapping", given[0], "--home", str(tmp_path), *given[1:]])


def test_the_script_of_rights_is_printed_without_a_home(capsys: pytest.CaptureFixture[str]) -> None:
    assert 0 == main(["mapping", "grants", "--role", 'a"b'])
    said = capsys.readouterr().out
    assert 'TO "a""b";' in said
    assert "total_net" not in said


@pytest.mark.parametrize(
    ("name", "expected"),
    [("liste_20270301.csv", "liste*.csv"), ("20270301.csv", "*.csv"), ("Fzg.xml", "Fzg*.xml")],
)
def test_dates_in_a_name_do_not_count(name: str, expected: str) -> None:
    assert expected == file_pattern(Path(name))
