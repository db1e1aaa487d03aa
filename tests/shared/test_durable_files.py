import os
from pathlib import Path

import pytest

from guildpost_shared.durable_files import replace_file


def test_a_file_is_replaced_as_a_whole_and_nothing_else_stays_behind(tmp_path: Path) -> None:
    path = tmp_path / "state"
    replace_file(path, b"a long old content")
    replace_file(path, b"new")
    assert [(path, b"new")] == [(file, file.read_bytes()) for file in tmp_path.iterdir()]


def test_content_and_name_are_flushed_before_and_after_the_rename(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    flushed: list[tuple[bool, bool]] = []

    def note(descriptor: int) -> None:
        is_folder = os.path.samestat(os.fstat(descriptor), tmp_path.stat())
        flushed.append((is_folder, (tmp_path / "state").exists()))

    monkeypatch.setattr(os, "fsync", note)
    replace_file(tmp_path / "state", b"new")
    assert [(False, False), (True, True)] == flushed


def test_a_secret_is_never_readable_by_others_even_where_a_crash_left_a_readable_file(tmp_path: Path) -> None:
    left = tmp_path / "key.new"
    left.write_bytes(b"half")
    left.chmod(0o644)
    replace_file(tmp_path / "key", b"secret", mode=0o600)
    assert 0o600 == (tmp_path / "key").stat().st_mode & 0o777


def test_what_cannot_be_written_leaves_the_old_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "state"
    replace_file(path, b"old")

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space"):
        replace_file(path, b"new")
    assert b"old" == path.read_bytes()
