"""A lettershop makes its key, gets sealed batches of several dealers, and opens its own and nobody else's."""

import subprocess
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from guildpost_agent.cli import main
from guildpost_agent.domain.age import read_identities
from guildpost_agent.domain.letter_batch import checksums, opened, sealed
from guildpost_shared.errors import ProtocolViolation
from tests.fakes.seeded_entropy import SeededEntropy
from tests.programs import needs_program

INSIDE = {"b1.pdf": b"%PDF-1.7 Erika", "index.csv": b"seq;doc_id\r\n", "manifest.json": b"{}\n"}
WHOLE = {**INSIDE, "SHA256SUMS": checksums(INSIDE)}


@pytest.fixture
def key(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Path:
    assert 0 == main(["lettershop", "keygen", "--out", str(tmp_path / "key")])
    assert "age1" in capsys.readouterr().out
    return tmp_path / "key"


def batch(tmp_path: Path, key: Path, files: dict[str, bytes] = WHOLE) -> Path:
    (identity,) = read_identities(key.read_text())
    (tmp_path / "b1.tar.age").write_bytes(sealed(files, [identity.public_key()], SeededEntropy(b"a")))
    return tmp_path / "b1.tar.age"


def test_a_batch_is_opened_into_a_new_folder_for_its_owner_alone(tmp_path: Path, key: Path) -> None:
    out = tmp_path / "out"
    assert 0 == main(["lettershop", "open", str(batch(tmp_path, key)), "--key", str(key), "--out", str(out)])
    assert {path.name: path.read_bytes() for path in out.iterdir()} == WHOLE
    assert {0o600} == {path.stat().st_mode & 0o777 for path in [key, *out.iterdir()]}
    assert 0 == subprocess.run(["sha256sum", "-c", "SHA256SUMS"], cwd=out, capture_output=True, check=False).returncode


@pytest.mark.parametrize("what", ["another key", "cut off", "a folder that is there", "no file", "no key"])
def test_what_cannot_be_opened_leaves_nothing_behind(
    tmp_path: Path, key: Path, what: str, capsys: pytest.CaptureFixture[str]
) -> None:
    file, out = batch(tmp_path, key), tmp_path / "out"
    match what:
        case "another key":
            main(["lettershop", "keygen", "--out", str(tmp_path / "other")])
            key = tmp_path / "other"
        case "cut off":
            file.write_bytes(file.read_bytes()[:-1])
        case "a folder that is there":
            out.mkdir()
        case "no file":
            file.unlink()
        case _:
            key.write_text("age1nokey")
    assert 0 != main(["lettershop", "open", str(file), "--key", str(key), "--out", str(out)])
    assert [] == (list(out.iterdir()) if out.exists() else [])
    assert capsys.readouterr().err


def test_a_key_is_never_overwritten(tmp_path: Path, key: Path) -> None:
    before = key.read_bytes()
    assert 0 != main(["lettershop", "keygen", "--out", str(tmp_path / "key")])
    assert before == key.read_bytes()


@pytest.mark.parametrize(
    "files",
    [
        pytest.param({**INSIDE, "SHA256SUMS": checksums({**INSIDE, "b1.pdf": b"%PDF another"})}, id="another sum"),
        pytest.param({"../b1.pdf": b"x", "SHA256SUMS": checksums({"../b1.pdf": b"x"})}, id="a way out of the folder"),
        pytest.param({"/etc/x": b"x", "SHA256SUMS": checksums({"/etc/x": b"x"})}, id="an absolute name"),
        pytest.param({}, id="nothing"),
    ],
)
def test_contents_that_do_not_hold_together_are_refused(files: dict[str, bytes]) -> None:
    key = X25519PrivateKey.from_private_bytes(b"\x05" * 32)
    with pytest.raises(ProtocolViolation, match="sealed_file_broken"):
        opened([key], [sealed(files, [key.public_key()], SeededEntropy(b"a"))])


IN_PARTS = {"b1-01.pdf": b"%PDF-1.7 Erika", "b1-02.pdf": b"%PDF-1.7 Max", "index.csv": b"seq\r\n"}
PACKAGES = {
    "b1-01.tar.age": ["b1-01.pdf"],
    "b1-02.tar.age": ["b1-02.pdf"],
    "b1.tar.age": ["index.csv", "SHA256SUMS"],
}


def packages(tmp_path: Path, key: Path) -> list[str]:
    (identity,) = read_identities(key.read_text())
    whole = {**IN_PARTS, "SHA256SUMS": checksums(IN_PARTS)}
    for package, names in PACKAGES.items():
        files = {name: whole[name] for name in names}
        (tmp_path / package).write_bytes(sealed(files, [identity.public_key()], SeededEntropy(package.encode())))
    return [str(tmp_path / package) for package in PACKAGES]


def test_a_batch_in_parts_is_opened_from_all_its_files(tmp_path: Path, key: Path) -> None:
    out = tmp_path / "out"
    assert 0 == main(["lettershop", "open", *packages(tmp_path, key), "--key", str(key), "--out", str(out)])
    assert {*IN_PARTS, "SHA256SUMS"} == {path.name for path in out.iterdir()}
    assert 0 == subprocess.run(["sha256sum", "-c", "SHA256SUMS"], cwd=out, capture_output=True, check=False).returncode


@pytest.mark.parametrize("left_out", range(3), ids=list(PACKAGES))
def test_who_names_only_some_of_the_files_is_told_that_there_are_more(
    tmp_path: Path, key: Path, left_out: int, capsys: pytest.CaptureFixture[str]
) -> None:
    files, out = packages(tmp_path, key), tmp_path / "out"
    del files[left_out]
    assert 0 != main(["lettershop", "open", *files, "--key", str(key), "--out", str(out)])
    assert ("Zu diesem Stapel gehören weitere Dateien" in capsys.readouterr().err, False) == (True, out.exists())


@needs_program("age")
@needs_program("sha256sum")
def test_the_age_tool_and_tar_open_a_batch_in_parts_as_well(tmp_path: Path, key: Path) -> None:
    out = tmp_path / "out"
    out.mkdir()
    for file in packages(tmp_path, key):
        archive = subprocess.run(["age", "-d", "-i", str(key), file], check=True, capture_output=True).stdout
        subprocess.run(["tar", "-x"], cwd=out, input=archive, check=True)
    assert 0 == subprocess.run(["sha256sum", "-c", "SHA256SUMS"], cwd=out, capture_output=True, check=False).returncode


@needs_program("age")
def test_the_age_tool_and_tar_open_a_batch_as_well(tmp_path: Path, key: Path) -> None:
    command = ["age", "-d", "-i", str(key), str(batch(tmp_path, key))]
    archive = subprocess.run(command, check=True, capture_output=True).stdout
    (tmp_path / "out").mkdir()
    subprocess.run(["tar", "-x"], cwd=tmp_path / "out", input=archive, check=True)
    assert {path.name: path.read_bytes() for path in (tmp_path / "out").iterdir()} == WHOLE
