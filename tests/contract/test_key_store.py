"""The contract of ``KeyStore``: fake, systemd credential, passphrase file; what a source refuses has its own tests."""

from collections.abc import Callable
from pathlib import Path

import pytest

from guildpost_agent.adapters.keystore.sources import CREDENTIAL, PASSPHRASE_FILE, EnvironmentKeyStore
from guildpost_agent.app.ports.key_store import KeyStore
from guildpost_agent.bootstrap.core import open_core
from guildpost_shared.errors import ConfigurationError
from tests.factories.agent_home import an_agent_home
from tests.fakes.key_store import FakeKeyStore
from tests.fakes.seeded_entropy import SeededEntropy

Agent = Callable[[str], KeyStore]
"""Gives an agent's key store anew, as after a restart; another name is another agent."""


def fakes(_folder: Path) -> Agent:
    return lambda name: FakeKeyStore(name.encode())


def credentials(folder: Path) -> Agent:
    def agent(name: str) -> KeyStore:
        place = folder / name
        place.mkdir(exist_ok=True)
        (place / CREDENTIAL).write_text(name.encode().ljust(32, b"\0").hex(), "ascii")
        return EnvironmentKeyStore(place, {"CREDENTIALS_DIRECTORY": str(place)}, SeededEntropy(b"any"))

    return agent


def passphrases(folder: Path) -> Agent:
    def agent(name: str) -> KeyStore:
        (folder / "passphrase").write_text("one sentence for all of them", "utf-8")
        environment = {PASSPHRASE_FILE: str(folder / "passphrase")}
        return EnvironmentKeyStore(folder / name, environment, SeededEntropy(name.encode()))

    return agent


@pytest.fixture(params=[fakes, credentials, passphrases], ids=["fake", "credential", "passphrase"])
def agent(request: pytest.FixtureRequest, tmp_path: Path) -> Agent:
    made: Agent = request.param(tmp_path)
    return made


def test_a_secret_has_thirty_two_bytes(agent: Agent) -> None:
    assert 32 == len(agent("a").master_secret())


def test_an_agent_has_the_same_secret_after_a_restart(agent: Agent) -> None:
    assert agent("a").master_secret() == agent("a").master_secret()


def test_another_agent_has_another_secret(agent: Agent) -> None:
    assert agent("a").master_secret() != agent("b").master_secret()


def locked(_folder: Path) -> KeyStore:
    keys = FakeKeyStore()
    keys.locked = True
    return keys


@pytest.mark.parametrize(
    "without", [locked, lambda folder: EnvironmentKeyStore(folder, {}, SeededEntropy(b"any"))], ids=["fake", "real"]
)
def test_without_a_source_the_operator_has_to_set_one_up(tmp_path: Path, without: Callable[[Path], KeyStore]) -> None:
    with pytest.raises(ConfigurationError, match="master_secret_missing"):
        without(tmp_path).master_secret()


def test_an_agent_opens_with_any_key_store_and_only_with_its_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = an_agent_home(tmp_path, monkeypatch)
    monkeypatch.delenv("CREDENTIALS_DIRECTORY")
    open_core(home, key_store=FakeKeyStore(b"a")).engine.dispose()
    open_core(home, key_store=FakeKeyStore(b"a")).engine.dispose()
    with pytest.raises(ConfigurationError):
        open_core(home, key_store=FakeKeyStore(b"b"))
