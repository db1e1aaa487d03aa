"""A tiny agent's home on disk, ready for the real program: the sample configuration and a master secret.

home = an_agent_home(tmp_path, monkeypatch)      # not enrolled, nothing imported
"""

from pathlib import Path

import pytest

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
