"""A tiny agent's home on disk, ready for the real program: the sample configuration and a master secret.

home = an_agent_home(tmp_path, monkeypatch)      # not enrolled, nothing imported
"""

from pathlib import Path

import pytest

from tests.factories.tls_files import TlsFiles

_SAMPLE = Path(__file__).resolve().parents[2] / "docs" / "agent.toml"
SECRET = bytes(range(32))


def an_agent_home(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Make the home; this process and its children find the secret as a systemd credential."""
    home = folder / "home"
    home.mkdir()
    text = _SAMPLE.read_text("utf-8").replace("/srv/guildpost", str(folder))
    (home / "agent.toml").write_text(text, "utf-8")
    (folder / "guildpost-agent").write_text(SECRET.hex(), "ascii")
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(folder))
    monkeypatch.delenv("GUILDPOST_PASSPHRASE_FILE", raising=False)
    return home


def point_to_servers(home: Path, tls: TlsFiles, smtp_port: int, relay_url: str) -> None:
    """Point the sample configuration to a mail server and a relay on this machine."""
    file = home / "agent.toml"
    text = file.read_text("utf-8")
    for old, new in (
        ('host = "mail.autohaus-muster.example"\nport = 587', f'host = "localhost"\nport = {smtp_port}'),
        ('username = ""', f'ca_file = "{tls.ca}"\nusername = ""'),
        ('url = "https://antwort.autohaus-muster.example"', f'url = "{relay_url}"\nca_file = "{tls.ca}"'),
    ):
        assert text.count(old) >= 1, old
        text = text.replace(old, new, 1)
    file.write_text(text, "utf-8")
