"""A key on paper comes back byte for byte, and a slip of the finger is named by its line."""

import random
from pathlib import Path

import pytest

from guildpost_coordinator.adapters.catalogue_repository.keys import load_key, new_key, store_key
from guildpost_coordinator.adapters.catalogue_repository.paper import from_paper, to_paper
from guildpost_shared.entropy import OsEntropy
from guildpost_shared.errors import Refused

PASSPHRASE = b"a passphrase made for tests"


@pytest.fixture
def pem(tmp_path: Path) -> bytes:
    store_key(tmp_path / "key.pem", new_key(OsEntropy()).private, PASSPHRASE)
    return (tmp_path / "key.pem").read_bytes()


def test_a_typed_sheet_gives_the_same_key(pem: bytes, tmp_path: Path) -> None:
    sheet = "\n".join(["WIEDERHERSTELLUNGSBLATT", "", *to_paper(pem), "", "Datum: ____"])
    (tmp_path / "typed.pem").write_bytes(from_paper(sheet))
    assert load_key(tmp_path / "key.pem", PASSPHRASE).public == load_key(tmp_path / "typed.pem", PASSPHRASE).public


def test_every_mistyped_character_is_named_by_its_line(pem: bytes) -> None:
    lines, chance = to_paper(pem), random.Random(7)
    for number, line in enumerate(lines, 1):
        at = chance.choice([at for at, char in enumerate(line) if char.isalnum() and 2 < at < len(line) - 5])
        wrong = chance.choice([char for char in "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567" if char != line[at]])
        typed = [*lines[: number - 1], line[:at] + wrong + line[at + 1 :], *lines[number:]]
        with pytest.raises(Refused, match="paper_line_wrong") as caught:
            from_paper("\n".join(typed))
        assert {"line": number} == caught.value.params


@pytest.mark.parametrize("missing", [0, 3, -1], ids=["the first line", "a line between", "the last line"])
def test_a_missing_line_is_named(pem: bytes, missing: int) -> None:
    lines = to_paper(pem)
    expected = lines.index(lines[missing]) + 1
    del lines[missing]
    with pytest.raises(Refused, match="paper_line_wrong") as caught:
        from_paper("\n".join(lines))
    assert {"line": expected} == caught.value.params


def test_an_empty_sheet_is_no_key() -> None:
    with pytest.raises(Refused, match="paper_line_wrong"):
        from_paper("nothing typed yet")
