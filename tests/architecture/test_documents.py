"""What the documents say is true of the programs."""

import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from guildpost_agent.config import AgentConfig

ROOT = Path(__file__).resolve().parents[2]
PROGRAMS = ("guildpost-agent", "guildpost-coordinator", "guildpost-relay", "guildpost-signer")
COMMAND = re.compile(r"\b(guildpost-(?:agent|coordinator|relay))\s+([a-z][a-z-]+)\b")
DOCUMENTS = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").rglob("*.md"))]


def test_the_sample_configuration_is_accepted_by_the_agent() -> None:
    sample = tomllib.loads((ROOT / "docs" / "agent.toml").read_text("utf-8"))
    assert sample["dealer"]["name"] == AgentConfig.model_validate(sample).dealer.name


def test_every_command_the_readme_shows_exists() -> None:
    shown = set(COMMAND.findall((ROOT / "README.md").read_text("utf-8")))
    assert len(shown) >= 10
    for program, command in sorted(shown):
        path = Path(sys.executable).parent / program
        ended = subprocess.run([path, command, "--help"], capture_output=True, text=True, check=False)
        assert (program, command, 0) == (program, command, ended.returncode), ended.stderr


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_every_place_a_document_names_exists(document: Path) -> None:
    text = document.read_text("utf-8")
    links = [link for link in re.findall(r"\]\(([^)#]+)\)", text) if "://" not in link]
    named = re.findall(r"`((?:tests|shared|agent|coordinator|demo|bench|docs|installers|proto)/[\w./*-]+)`", text)
    missing = [link for link in links if not (document.parent / link).exists()]
    missing += [name for name in named if not list(ROOT.glob(name.rstrip("/")))]
    assert [] == missing
