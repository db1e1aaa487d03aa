"""``guildpost-coordinator preview``: folders in, pages out, whole or not at all."""

import re
from pathlib import Path

import pytest

from guildpost_coordinator.cli import main
from tests.coordinator.preview.material import a_folder, a_newer_folder

SAMPLES = """
day = "2027-03-01"
[dealer]
name = "Autohaus Nord"
legal_name = "Autohaus Nord GmbH"
street = "Deich 1"
postcode = "25980"
town = "Sylt"
phone = "+49 4651 5550"
email = "service@nord.example"
website = "https://www.nord.example/"
own_domains = ["autohaus-lindner.example"]
imprint = ["Autohaus Nord GmbH", "HRB 1"]
return_line = "Autohaus Nord GmbH · Deich 1 · 25980 Sylt"
[[customers]]
id = "eine"
label = { de = "eine Kundin", en = "a customer" }
persons = [{ form = "woman", given_name = "Frauke", family_name = "Jansen" }]
street = "Hafen 2"
postcode = "25980"
town = "Sylt"
"""


def _files(folder: Path) -> dict[str, bytes]:
    return {f.relative_to(folder).as_posix(): f.read_bytes() for f in sorted(folder.rglob("*")) if f.is_file()}


@pytest.fixture
def mine(tmp_path: Path) -> tuple[str, ...]:
    file = tmp_path / "eigene.toml"
    file.write_text(SAMPLES, "utf-8")
    return ("--samples", str(file))


def test_a_catalogue_becomes_pages_that_lead_to_everything(
    tmp_path: Path, mine: tuple[str, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "out"
    assert 0 == main(["preview", str(a_folder(tmp_path / "material")), "--out", str(out), *mine])
    assert "5 Vorlagen, davon 0 fehlerhaft" in capsys.readouterr().out
    files = _files(out)
    for page in (name for name in files if name.endswith("index.html")):
        text = files[page].decode()
        links = [link.partition("#")[0] for link in re.findall(r'(?:href|src)="([^"#][^"]*)"', text)]
        for link in links:
            assert (out / page).parent.joinpath(link).resolve().is_file(), (page, link)
        assert "<script" not in text
        assert "http" not in re.sub(r'srcdoc="[^"]*"|xmlns="[^"]*"', "", text)
    ends = {Path(name).suffix for name in files}
    assert {".html", ".txt", ".eml", ".pdf", ".png"} <= ends
    assert "Moin" not in files["hu_au-1-email-de/regional/eine.txt"].decode()
    assert "Guten Tag Frau Jansen," in files["hu_au-1-email-de/regional/eine.txt"].decode("utf-8-sig")


def test_one_templates_own_folder_is_enough(tmp_path: Path, mine: tuple[str, ...]) -> None:
    folder = a_folder(tmp_path / "material") / "templates" / "hu_au" / "1"
    assert 0 == main(["preview", str(folder), "--out", str(tmp_path / "out"), *mine])
    assert (tmp_path / "out" / "hu_au-1-letter-de" / "premium.pdf").read_bytes().startswith(b"%PDF")


@pytest.mark.parametrize("language", ["de", "en"])
def test_faulty_templates_are_listed_and_the_exit_code_says_so(
    tmp_path: Path, mine: tuple[str, ...], capsys: pytest.CaptureFixture[str], language: str
) -> None:
    folder, out = a_newer_folder(tmp_path / "material"), tmp_path / "out"
    assert 1 == main(["preview", str(folder), "--out", str(out), "--lang", language, *mine])
    said = capsys.readouterr().out
    line = "Zeile" if language == "de" else "line"
    assert re.search(rf"email\.en\.txt, {line} \d+: ", said)
    index = (out / "index.html").read_text("utf-8")
    assert "hu_au/2/email.en" in index
    assert re.search(rf"email\.en\.txt, {line} \d+", index)
    assert (out / "hu_au-2-email-de" / "index.html").is_file()


@pytest.mark.parametrize("language", ["de", "en"])
def test_two_versions_stand_side_by_side(tmp_path: Path, mine: tuple[str, ...], language: str) -> None:
    old, new = a_folder(tmp_path / "old"), a_newer_folder(tmp_path / "new")
    out = tmp_path / "out"
    assert 1 == main(["preview", "--against", str(old), str(new), "--out", str(out), "--lang", language, *mine])
    page = (out / "hu_au-2-email-de" / "index.html").read_text("utf-8")
    assert re.search(r"<del><span[^>]*>[^<]*</span>\s*herzlich</del>", page)
    assert re.search(r"<ins><span[^>]*>[^<]*</span>\s*Gern</ins>", page)
    assert "<script" not in page
    faulty = (out / "hu_au-2-email-en" / "index.html").read_text("utf-8")
    assert "never closed" in faulty
    letter = (out / "hu_au-2-letter-de" / "index.html").read_text("utf-8")
    pictures = re.findall(r'<image href="([^"]+)"', letter)
    assert pictures
    assert all((out / "hu_au-2-letter-de" / name).read_bytes().startswith(b"\x89PNG") for name in pictures)
    assert "stroke-dasharray" in letter


def test_an_earlier_preview_is_replaced_and_anything_else_is_left_alone(
    tmp_path: Path, mine: tuple[str, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    folder, out = a_folder(tmp_path / "material"), tmp_path / "out"
    for _ in range(2):
        assert 0 == main(["preview", str(folder), "--out", str(out), *mine])
        (out / "alt.txt").write_text("von gestern")
    assert 0 == main(["preview", str(folder), "--out", str(out), *mine])
    assert not (out / "alt.txt").exists()
    other = tmp_path / "other"
    other.mkdir()
    (other / "wichtig.txt").write_text("bleibt")
    assert 78 == main(["preview", str(folder), "--out", str(other), *mine])
    assert "liegt schon etwas anderes" in capsys.readouterr().err
    assert {"wichtig.txt": b"bleibt"} == _files(other)


def test_what_is_not_there_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = str(tmp_path / "out")
    assert 78 == main(["preview", str(tmp_path / "gone"), "--out", out])
    empty = tmp_path / "empty"
    empty.mkdir()
    assert 78 == main(["preview", str(empty), "--out", out])
    assert "liegt keine Vorlage" in capsys.readouterr().err
    material = str(a_folder(tmp_path / "material"))
    assert 78 == main(["preview", material, "--out", out, "--samples", str(tmp_path / "none.toml")])
    assert not (tmp_path / "out").exists()


def test_a_disk_that_refuses_leaves_the_earlier_preview(
    tmp_path: Path, mine: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    folder, out = a_folder(tmp_path / "material"), tmp_path / "out"
    assert 0 == main(["preview", str(folder), "--out", str(out), *mine])
    before, write, count = _files(out), Path.write_bytes, 0

    def full(path: Path, data: bytes) -> int:
        nonlocal count
        count += 1
        if count > 7:
            raise OSError(28, "No space left on device")
        return write(path, data)

    monkeypatch.setattr(Path, "write_bytes", full)
    assert 78 == main(["preview", str(folder), "--out", str(out), *mine])
    assert before == _files(out)
    assert ["eigene.toml", "material", "out"] == sorted(one.name for one in tmp_path.iterdir())
