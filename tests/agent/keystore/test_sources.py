"""Where the agent's master secret comes from, and what the operator reads when it does not."""

from pathlib import Path

import pytest

from guildpost_agent.adapters.keystore.sources import EnvironmentKeyStore
from guildpost_shared.errors import ConfigurationError
from tests.fakes.seeded_entropy import SeededEntropy

SECRET = bytes(range(32))


def _store(home: Path, environment: dict[str, str], seed: bytes = b"one") -> EnvironmentKeyStore:
    return EnvironmentKeyStore(home, environment, SeededEntropy(seed))


def _credentials(folder: Path, content: bytes) -> dict[str, str]:
    (folder / "guildpost-agent").write_bytes(content)
    return {"CREDENTIALS_DIRECTORY": str(folder)}


def _passphrase(folder: Path, content: bytes) -> dict[str, str]:
    (folder / "passphrase").write_bytes(content)
    return {"GUILDPOST_PASSPHRASE_FILE": str(folder / "passphrase")}


def test_a_systemd_credential_comes_before_a_passphrase(tmp_path: Path) -> None:
    both = _credentials(tmp_path, SECRET.hex().encode() + b"\n") | _passphrase(tmp_path, b"correct horse battery")
    assert SECRET == _store(tmp_path, both).master_secret()
    assert not (tmp_path / "passphrase.salt").exists()


def test_another_services_credentials_leave_the_passphrase(tmp_path: Path) -> None:
    (tmp_path / "others").mkdir()
    passphrase = _passphrase(tmp_path, b"correct horse battery")
    secret = _store(tmp_path, passphrase).master_secret()
    assert secret == _store(tmp_path, passphrase | {"CREDENTIALS_DIRECTORY": str(tmp_path / "others")}).master_secret()


def test_a_passphrase_gives_the_same_secret_on_the_same_home_only(tmp_path: Path) -> None:
    environment = _passphrase(tmp_path, "ein längerer Satz".encode())
    first = _store(tmp_path / "a", environment, b"one").master_secret()
    assert first == _store(tmp_path / "a", environment, b"two").master_secret()
    assert first != _store(tmp_path / "b", environment, b"two").master_secret()
    assert ["passphrase.salt"] == [file.name for file in (tmp_path / "a").iterdir()]
    assert 32 == len(first)


def test_a_salt_that_a_crash_cut_short_is_not_taken_for_one(tmp_path: Path) -> None:
    environment = _passphrase(tmp_path, b"correct horse battery")
    (tmp_path / "passphrase.salt").write_bytes(b"")
    with pytest.raises(ConfigurationError, match="master_secret_invalid"):
        _store(tmp_path, environment).master_secret()


@pytest.mark.parametrize(
    "content",
    [b"", b"00" * 31, b"00" * 33, b"zz" * 32, b"\xff\xfe" * 32],
    ids=["empty", "31 bytes", "33 bytes", "no hexadecimal digits", "no text"],
)
def test_a_damaged_credential_is_refused_even_if_there_is_a_passphrase(tmp_path: Path, content: bytes) -> None:
    environment = _credentials(tmp_path, content) | _passphrase(tmp_path, b"correct horse battery")
    with pytest.raises(ConfigurationError, match="master_secret_invalid"):
        _store(tmp_path, environment).master_secret()


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"elf letters", "passphrase_too_short"),
        (b"            \n", "passphrase_too_short"),
        (b"\xff\xfe\xff\xfe\xff\xfe\xff\xfe", "master_secret_invalid"),
    ],
    ids=["eleven letters", "blanks", "no text"],
)
def test_a_poor_passphrase_is_refused(tmp_path: Path, content: bytes, code: str) -> None:
    with pytest.raises(ConfigurationError, match=code):
        _store(tmp_path, _passphrase(tmp_path, content)).master_secret()


@pytest.mark.parametrize(
    ("environment", "code"),
    [
        ({}, "master_secret_missing"),
        ({"CREDENTIALS_DIRECTORY": "/nowhere"}, "master_secret_missing"),
        ({"GUILDPOST_PASSPHRASE_FILE": "/nowhere/passphrase"}, "master_secret_invalid"),
    ],
    ids=["nothing", "no such folder", "no such file"],
)
def test_a_missing_secret_is_the_operators_to_mend(tmp_path: Path, environment: dict[str, str], code: str) -> None:
    with pytest.raises(ConfigurationError, match=code):
        _store(tmp_path, environment).master_secret()
