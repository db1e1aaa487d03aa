"""A file under any name, as text or XML: which table it is, how it is read, and what is left alone."""

from datetime import date
from pathlib import Path

import pytest

from guildpost_agent.adapters.dms.drop_folder import DropFolder
from guildpost_agent.adapters.dms.single_file import open_file
from guildpost_agent.app.ports.dms_source import RefusedFile, SourceTable
from guildpost_agent.domain.dms_rows import Table
from guildpost_agent.domain.mapping.profile import Profile, TableProfile
from guildpost_shared.errors import Refused

HEADINGS, ROW = "Kundennummer;Name;Ort", "10;Müller;Köln"
JOBS = TableProfile(
    Table.JOBS,
    ("rep*",),
    {"Nr": "order_number", "Date": "order_date", "Car": "vehicle_id", "Units": "hours"},
    complete=True,
    hours_units=12,
    date_order="mdy",
)
SITE = Profile("haus", (JOBS,), date(2027, 3, 1))


def write(folder: Path, name: str, *lines: str, encoding: str = "cp1252", end: str = "\r\n") -> Path:
    path = folder / name
    path.write_bytes(end.join([*lines, ""]).encode(encoding))
    return path


def read(path: Path, *profiles: Profile) -> list[dict[str, str]]:
    found, _ = open_file(path, profiles)
    assert isinstance(found, SourceTable), found
    return [dict(zip(found.columns, row, strict=True)) for chunk in found.chunks() for _, row in chunk.rows]


MUELLER = [{"customer_id": "10", "name1": "Müller", "town": "Köln"}]
XML = {
    "children": "<kunden><kunde><Kundennummer>10</Kundennummer><Name>Müller</Name><Ort>Köln</Ort></kunde></kunden>",
    "attributes": '<kunden><kunde Kundennummer="10" Name="Müller" Ort="Köln"/></kunden>',
    "one level down": (
        "<a><kopf>x</kopf><kunden><kunde><Kundennummer>10</Kundennummer><Name>Müller</Name>"
        "<adresse><Ort>Köln</Ort></adresse></kunde></kunden></a>"
    ),
    "with namespaces": (
        '<k:kunden xmlns:k="urn:k"><k:kunde><k:Kundennummer>10</k:Kundennummer><k:Name>Müller</k:Name>'
        "<k:Ort>Köln</k:Ort></k:kunde></k:kunden>"
    ),
}


@pytest.mark.parametrize("text", XML.values(), ids=XML.keys())
def test_the_element_that_repeats_is_a_row(tmp_path: Path, text: str) -> None:
    assert MUELLER == read(write(tmp_path, "export.xml", text, encoding="utf-8"))


@pytest.mark.parametrize(
    ("declared", "encoding"),
    [
        pytest.param("utf-8", "utf-8", id="as it says"),
        pytest.param("windows-1252", "cp1252", id="a code page, said"),
        pytest.param("utf-8", "cp1252", id="a code page, not said"),
        pytest.param("utf-16", "utf-16", id="UTF-16"),
    ],
)
def test_umlauts_of_xml_survive(tmp_path: Path, declared: str, encoding: str) -> None:
    text = f'<?xml version="1.0" encoding="{declared}"?>{XML["children"]}'
    assert MUELLER == read(write(tmp_path, "export.xml", text, encoding=encoding))


@pytest.mark.parametrize(
    "lines",
    [
        pytest.param([HEADINGS, ROW], id="plain"),
        pytest.param(["Kundenliste vom 01.03.2027", "", "Filiale: Mitte", HEADINGS, ROW], id="lines before"),
        pytest.param([f"{HEADINGS};;", f"{ROW};;"], id="separators behind"),
        pytest.param([line.replace(";", "\t") for line in (HEADINGS, ROW)], id="tabs"),
        pytest.param(['"Kundennummer","Name","Ort"', '"10","Müller","Köln"'], id="commas and quotes"),
    ],
)
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"], ids=["LF", "CRLF", "CR"])
def test_a_text_is_read_in_any_dialect(tmp_path: Path, lines: list[str], end: str) -> None:
    assert MUELLER == read(write(tmp_path, "irgendwas.txt", *lines, end=end))


def test_a_confirmed_profile_says_what_the_columns_mean(tmp_path: Path) -> None:
    path = write(tmp_path, "Rep_2027.csv", "Nr;Price;Date;Car;Units", "900;99,50;02/13/2026;50;6")
    assert [{"order_number": "900", "order_date": "13.02.2026", "vehicle_id": "50", "hours": "0.5"}] == read(path, SITE)
    found, _ = open_file(path, (SITE,))
    assert isinstance(found, SourceTable)
    assert (SITE.label, True) == (found.mapping, found.complete)


def test_a_formula_stays_a_text(tmp_path: Path) -> None:
    path = write(tmp_path, "kunden.csv", HEADINGS, "10;=cmd|' /C calc'!A0;@SUM(1)")
    assert [{"customer_id": "10", "name1": "=cmd|' /C calc'!A0", "town": "@SUM(1)"}] == read(path)


def test_an_unknown_file_is_read_as_proposed(tmp_path: Path) -> None:
    rows = [f"{n};W7AZZZAEVL67{n:05d};DD-AB {n};{n % 9 + 1}" for n in range(10, 50)]
    found, proposal = open_file(write(tmp_path, "liste.csv", "Intern;Ident;Schild;KdNr", *rows))
    assert proposal is not None
    assert isinstance(found, SourceTable), found
    assert (Table.VEHICLES, False) == (found.table, proposal.certain)
    assert {"vehicle_id", "customer_id", "vin", "plate"} == set(found.columns)


@pytest.mark.parametrize(
    ("name", "lines", "is_ours"),
    [
        pytest.param("notizen.csv", ["a;b", "1;2"], False, id="something else"),
        pytest.param("liesmich.txt", ["Bitte lesen."], False, id="prose"),
        pytest.param("export.csv", [HEADINGS, ROW], True, id="known headings under an unknown name"),
        pytest.param("export.csv.part", [HEADINGS, ROW], False, id="not finished"),
        pytest.param("rep.csv", ["Nr;Date;Car", "900;02/13/2026;50"], True, id="a profile's name"),
    ],
)
def test_what_is_none_of_ours_is_left_alone(*, tmp_path: Path, name: str, lines: list[str], is_ours: bool) -> None:
    write(tmp_path, name, *lines)
    folder = DropFolder(tmp_path, (SITE,))
    assert is_ours is folder.is_export(name)
    delivery = folder.read()
    assert is_ours is (delivery is not None)
    assert (tmp_path / name).exists()


def test_a_file_that_may_be_ours_is_refused_until_somebody_has_confirmed_its_mapping(tmp_path: Path) -> None:
    rows = [f"{n};W7AZZZAEVL67{n:05d};DD-AB {n};{n % 9 + 1}" for n in range(10, 50)]
    write(tmp_path, "liste.csv", "Intern;Ident;Schild;KdNr", *rows)
    folder = DropFolder(tmp_path)
    delivery = folder.read()
    assert delivery is not None
    assert ["dms_mapping_unconfirmed"] == [file.error.code for file in delivery.refused]
    folder.settle((), delivery.refused)
    assert (tmp_path / "refused" / "liste.csv.reason.txt").exists()


def test_a_file_that_changes_while_it_is_read_does_not_count(tmp_path: Path) -> None:
    path = write(tmp_path, "kunden.csv", HEADINGS, ROW)
    found, _ = open_file(path)
    assert isinstance(found, SourceTable)
    write(tmp_path, "kunden.csv", HEADINGS, ROW, "11;Maier;Ulm")
    with pytest.raises(Refused) as caught:
        list(found.chunks())
    assert "dms_file_changed" == caught.value.code


def test_a_file_beyond_every_need_is_refused_before_it_is_read(tmp_path: Path) -> None:
    path = tmp_path / "kunden.csv"
    with path.open("wb") as stream:
        stream.truncate((4 << 30) + 1)  # a hole: takes no room
    found, _ = open_file(path)
    assert isinstance(found, RefusedFile)
    assert "dms_file_too_large" == found.error.code
