"""``guildpost-coordinator lint``: a line for each finding, exit code 1 where something would be refused."""

import json
import os
from pathlib import Path

import pytest

from guildpost_coordinator.cli import main

CATALOGUE = Path(__file__).parents[2] / "demo" / "guildpost_demo" / "catalogue"


def rows(capsys: pytest.CaptureFixture[str], *arguments: str | Path) -> tuple[int, list[dict[str, object]]]:
    """Run it with ``--json``."""
    code = main(["lint", *(str(each) for each in arguments), "--json"])
    return code, [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def test_a_price_is_one_line_of_json_and_exit_code_1(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "mail.txt"
    file.write_text("Hallo\n\nnur 99 €\n", "utf-8")
    code, found = rows(capsys, file)
    assert 1 == code
    (row,) = found
    assert {"file", "line", "rule", "severity", "text", "remedy"} == set(row)
    assert (str(file), 3, "R10.amount", "error") == (row["file"], row["line"], row["rule"], row["severity"])
    assert "99 €" in str(row["text"])


def test_the_sample_catalogue_would_be_taken(capsys: pytest.CaptureFixture[str]) -> None:
    code, found = rows(capsys, CATALOGUE)
    assert 0 == code
    assert "error" not in {row["severity"] for row in found}


def test_a_single_part_is_judged_with_its_manifest(capsys: pytest.CaptureFixture[str]) -> None:
    code, found = rows(capsys, CATALOGUE / "templates" / "hu_au" / "1" / "email.de.mjml")
    assert (0, []) == (code, found)


def test_a_file_that_is_not_there_is_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, (row,) = rows(capsys, tmp_path / "nothing.txt")
    assert (1, "FILE.unreadable") == (code, row["rule"])
    assert "es gibt sie nicht" in str(row["text"])


@pytest.mark.parametrize(("language", "word"), [("de", "Abzulehnen"), ("en", "to refuse")])
def test_people_read_it_in_their_language(
    language: str, word: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "mail.txt"
    file.write_text("nur 99 €", "utf-8")
    assert 1 == main(["lint", str(file), "--lang", language])
    said = capsys.readouterr().out
    assert word in said
    assert "1 Dateien" not in said
    assert "1 files" not in said


WRONG: dict[str, tuple[str, bytes, str, str]] = {
    "noise under a template's name": ("mail.mjml", bytes(range(256)) * 8, "FILE.encoding", "kein UTF-8"),
    "a text of another encoding": ("mail.txt", "Räder".encode("latin-1"), "FILE.encoding", "kein UTF-8"),
    "more than any template has": ("mail.txt", b"Inspektion " * 30_000, "FILE.large", "zu groß"),
    "TOML that breaks off": ("offers.toml", b"a = 1\nb = [1,", "OFFERS.invalid", "lässt sich nicht lesen"),
    "TOML nested too deep": ("offers.toml", b"a=" + b"[" * 5000 + b"]" * 5000, "OFFERS.invalid", "zu tief"),
    "JSON that breaks off": ("service.json", b'{"type": "service",', "FILE.json", "hier fehlt ein Name"),
    "JSON nested too deep": ("service.json", b"[" * 100_000, "FILE.json", "zu tief"),
    "Liquid that breaks off": ("mail.liquid", b"{% if overdue %}Hallo", "TEMPLATE.liquid", "endif"),
}


@pytest.mark.parametrize("wrong", WRONG)
def test_what_cannot_be_read_is_refused_with_a_sentence(
    wrong: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    name, contents, rule, words = WRONG[wrong]
    (tmp_path / name).write_bytes(contents)
    code, found = rows(capsys, tmp_path / name)
    assert (1, [rule]) == (code, [row["rule"] for row in found])
    assert words in str(found[0]["text"])


def test_a_pipe_is_refused_instead_of_waited_for(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    os.mkfifo(tmp_path / "mail.txt")
    code, (row,) = rows(capsys, tmp_path / "mail.txt")
    assert (1, "FILE.unreadable") == (code, row["rule"])
    assert "keine gewöhnliche Datei" in str(row["text"])


def test_a_folder_without_files_has_nothing_to_refuse(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert (0, []) == rows(capsys, tmp_path)
