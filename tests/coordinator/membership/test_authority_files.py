"""The authority's key on disk and its passphrase."""

from pathlib import Path

import pytest

from guildpost_coordinator.adapters.certificate_authority.files import (
    KEY_FILE,
    load_authority,
    read_passphrase,
    store_authority,
)
from guildpost_coordinator.adapters.certificate_authority.local import create_authority
from guildpost_shared.clock import SystemClock
from guildpost_shared.entropy import OsEntropy
from guildpost_shared.errors import ConfigurationError, Conflict

PASSPHRASE = b"correct horse battery staple"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    store_authority(tmp_path / "authority", *create_authority(OsEntropy(), SystemClock().now()), PASSPHRASE)
    return tmp_path / "authority"


def test_the_key_is_encrypted_and_its_owners_only(folder: Path) -> None:
    key = folder / KEY_FILE
    assert key.read_text("ascii").startswith("-----BEGIN ENCRYPTED PRIVATE KEY-----")
    assert 0o600 == key.stat().st_mode & 0o777
    assert 0o700 == folder.stat().st_mode & 0o777


def test_the_passphrase_opens_it(folder: Path) -> None:
    assert load_authority(folder, PASSPHRASE, OsEntropy()).certificate()


def test_another_passphrase_does_not(folder: Path) -> None:
    with pytest.raises(ConfigurationError, match="ca_key_unreadable"):
        load_authority(folder, b"another passphrase altogether", OsEntropy())


def test_a_damaged_key_is_said_so(folder: Path) -> None:
    (folder / KEY_FILE).write_bytes((folder / KEY_FILE).read_bytes()[:-60])
    with pytest.raises(ConfigurationError, match="ca_key_unreadable"):
        load_authority(folder, PASSPHRASE, OsEntropy())


def test_a_key_that_does_not_fit_its_certificate_is_refused(folder: Path, tmp_path: Path) -> None:
    store_authority(tmp_path / "other", *create_authority(OsEntropy(), SystemClock().now()), PASSPHRASE)
    (tmp_path / "other" / KEY_FILE).replace(folder / KEY_FILE)
    with pytest.raises(ConfigurationError, match="ca_key_unreadable"):
        load_authority(folder, PASSPHRASE, OsEntropy())


def test_an_empty_home_has_no_authority(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="ca_missing"):
        load_authority(tmp_path, PASSPHRASE, OsEntropy())


def test_an_authority_is_never_overwritten(folder: Path) -> None:
    before = (folder / KEY_FILE).read_bytes()
    with pytest.raises(Conflict, match="ca_exists"):
        store_authority(folder, *create_authority(OsEntropy(), SystemClock().now()), PASSPHRASE)
    assert before == (folder / KEY_FILE).read_bytes()


def test_the_passphrase_comes_from_systemd_first(tmp_path: Path) -> None:
    (tmp_path / "guildpost-ca").write_bytes(PASSPHRASE + b"\n")
    (tmp_path / "named").write_bytes(b"the passphrase of the named file")
    environment = {"GUILDPOST_CA_PASSPHRASE_FILE": str(tmp_path / "named")}
    assert b"the passphrase of the named file" == read_passphrase(environment)
    assert PASSPHRASE == read_passphrase(environment | {"CREDENTIALS_DIRECTORY": str(tmp_path)})


@pytest.mark.parametrize(
    ("content", "code"),
    [(None, "ca_passphrase_missing"), (b"short\n", "ca_passphrase_short")],
    ids=["missing", "short"],
)
def test_a_passphrase_that_cannot_be_used_is_said_so(tmp_path: Path, content: bytes | None, code: str) -> None:
    path = tmp_path / "passphrase"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(ConfigurationError, match=code):
        read_passphrase({"GUILDPOST_CA_PASSPHRASE_FILE": str(path)})
