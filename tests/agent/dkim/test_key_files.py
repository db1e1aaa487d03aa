"""The keys of the DKIM signature: made once, readable by the owner only, shown as DNS records."""

import re
from base64 import b64decode
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.serialization import load_der_public_key

from guildpost_agent.adapters.files.dkim_keys import load_keys
from guildpost_agent.cli import main
from guildpost_shared.errors import ConfigurationError
from tests.factories.agent_home import an_agent_home


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    return an_agent_home(tmp_path, monkeypatch)


def _keygen(home: Path, selector: str, kind: str) -> int:
    return main(["dkim", "keygen", "--home", str(home), "--selector", selector, "--kind", kind])


def _use(home: Path, keys: str) -> None:
    with (home / "agent.toml").open("a", encoding="utf-8") as file:
        file.write(f'\n[mail.dkim]\ndomain = "autohaus.example"\nkeys = {{ {keys} }}\n')


@pytest.mark.parametrize("kind", ["rsa", "ed25519"])
def test_a_new_key_comes_with_its_dns_record_and_is_shown_again(
    home: Path, capsys: pytest.CaptureFixture[str], kind: str
) -> None:
    assert 0 == _keygen(home, "gp1", kind)
    assert 0o600 == (home / "dkim-gp1.pem").stat().st_mode & 0o777
    printed = capsys.readouterr().out
    _use(home, 'gp1 = "dkim-gp1.pem"')
    assert 0 == main(["dkim", "show", "--home", str(home)])
    shown = capsys.readouterr().out
    record = "".join(re.findall(r'"([^"]*)"', next(line for line in shown.splitlines() if " IN TXT " in line)))
    assert record.startswith(f"v=DKIM1; k={kind}; p=")
    assert record[-40:] in printed.replace('" "', "")
    assert "gp1._domainkey." in shown
    public = b64decode(record.partition("p=")[2])
    if kind == "rsa":
        loaded = load_der_public_key(public)
        assert isinstance(loaded, RSAPublicKey)
        assert 2048 == loaded.key_size
    else:
        assert 32 == len(public)


def test_strings_of_a_dns_record_are_no_longer_than_the_dns_allows(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    _keygen(home, "gp1", "rsa")
    line = next(line for line in capsys.readouterr().out.splitlines() if " IN TXT " in line)
    strings = re.findall(r'"([^"]*)"', line)
    assert len(strings) == 2
    assert max(map(len, strings)) <= 255


def test_a_key_is_never_written_over(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    _keygen(home, "gp1", "ed25519")
    before = (home / "dkim-gp1.pem").read_bytes()
    assert 0 != _keygen(home, "gp1", "ed25519")
    assert before == (home / "dkim-gp1.pem").read_bytes()
    assert "gp1" in capsys.readouterr().err


def test_without_a_key_it_says_that_nothing_is_signed_here(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert 0 == main(["dkim", "show", "--home", str(home)])
    assert "nicht signiert" in capsys.readouterr().out


@pytest.mark.parametrize("content", [None, b"nonsense"], ids=["missing", "no key"])
def test_a_key_that_cannot_be_used_is_named_with_its_file(tmp_path: Path, content: bytes | None) -> None:
    if content is not None:
        (tmp_path / "k.pem").write_bytes(content)
    with pytest.raises(ConfigurationError, match="dkim_key_unusable") as refused:
        load_keys(tmp_path, "autohaus.example", {"gp1": Path("k.pem")})
    assert tmp_path / "k.pem" == refused.value.params["path"]
