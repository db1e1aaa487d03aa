"""The playbooks about keys, command by command as they stand in ``docs/``, with real programs in real processes.

A document's ``sh`` blocks are one script. ``systemctl`` is the one thing that a test machine lacks: here it starts and
stops the same program as the unit does. Questions at the terminal are answered with yes.
"""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest

from guildpost_agent.adapters.catalogue.tuf_catalogue import TrustAnchors, TufCatalogue
from guildpost_coordinator.adapters.catalogue_repository.files import RepositoryFiles, newest_root
from guildpost_coordinator.cli.publish import read_folder
from guildpost_shared.catalogue_keys import root_hash
from guildpost_shared.clock import SystemClock
from guildpost_shared.errors import Refused
from tests.factories.catalogue import FilesTransport

ROOT: Final = Path(__file__).parents[2]
SAMPLES: Final = ROOT / "demo" / "guildpost_demo" / "catalogue"
SYSTEMCTL: Final = """#!/bin/bash
set -eu
case "$1" in
start)
  rm -f coordinator/addresses.json
  setsid guildpost-coordinator serve --home coordinator > serve.log 2>&1 < /dev/null &
  echo $! > serve.pid
  for _ in $(seq 300); do [ -e coordinator/addresses.json ] && exit 0; sleep 0.2; done
  exit 1 ;;
stop)
  [ -e serve.pid ] || exit 0
  kill "$(cat serve.pid)"
  while grep -qs '^State:.[^Z]' "/proc/$(cat serve.pid)/status"; do sleep 0.1; done  # dead, if nobody buried it yet
  rm serve.pid ;;
esac
"""
pytestmark = [pytest.mark.e2e, pytest.mark.timeout(900)]  # some twenty programs, one after another


class Room:
    """The room where it happens: a folder with the brand's material, and an agent that looks on."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.material = read_folder(folder / "catalogue")
        path = f"{folder / 'programs'}:{Path(sys.executable).parent}:{os.environ['PATH']}"
        self.environment = {"PATH": path, "HOME": str(folder), "CREDENTIALS_DIRECTORY": str(folder / "passphrases")}
        self.files = RepositoryFiles(folder / "coordinator" / "catalogue")

    def follow(self, document: str) -> str:
        """Run a playbook; give what was printed."""
        text = (ROOT / "docs" / document).read_text("utf-8")
        script = "\n".join(re.findall(r"^```sh\n(.*?)^```", text, re.MULTILINE | re.DOTALL))
        assert script
        with subprocess.Popen(["yes", "j"], stdout=subprocess.PIPE) as yes:
            done = subprocess.run(
                ["bash", "-euo", "pipefail", "-c", script],
                cwd=self.folder,
                env=self.environment,
                stdin=yes.stdout,
                capture_output=True,
                text=True,
                check=False,
            )
            yes.kill()
        assert 0 == done.returncode, done.stdout + done.stderr
        return done.stdout

    def agent(self, association: str = "association", *, name: str = "agent") -> TufCatalogue:
        """Give a dealer's catalogue, enrolled with the first root, knowing an association's key."""
        first = self.files.metadata("1.root.json")
        assert first is not None
        fingerprint = (self.folder / "signers" / association / "fingerprint.txt").read_text().strip()
        anchors = TrustAnchors(root_hash(first), fingerprint)
        return TufCatalogue(self.folder / name, FilesTransport(self.files), anchors, SystemClock())

    def in_force(self) -> dict[str, bytes]:
        agent = self.agent()
        agent.sync()
        return {path: agent.read(path) for path in agent.list("")}

    def close(self) -> None:
        subprocess.run([self.folder / "programs" / "systemctl", "stop"], cwd=self.folder, check=False)


@pytest.fixture(scope="module")
def ceremony(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Hold the ceremony once; give the room as everybody left it."""
    folder = tmp_path_factory.mktemp("ceremony")
    (folder / "programs").mkdir()
    (folder / "programs" / "systemctl").write_text(SYSTEMCTL)
    (folder / "programs" / "systemctl").chmod(0o755)
    shutil.copytree(SAMPLES / "templates" / "hu_au", folder / "catalogue" / "templates" / "hu_au")
    (folder / "catalogue" / "services").mkdir()
    shutil.copy(SAMPLES / "services" / "hu_au.json", folder / "catalogue" / "services")
    room = Room(folder)
    try:
        room.follow("ceremony.md")
    finally:
        room.close()
    return folder


@pytest.fixture
def room(ceremony: Path, tmp_path: Path) -> Iterator[Room]:
    shutil.copytree(ceremony, tmp_path / "room")
    room = Room(tmp_path / "room")
    yield room
    room.close()


def test_after_the_ceremony_an_agent_has_what_both_departments_signed(room: Room) -> None:
    assert room.material == room.in_force()
    assert not (room.folder / "signers" / "root" / "recovery-sheet.txt").exists()


def test_after_every_key_was_changed_the_same_agent_goes_on(room: Room) -> None:
    assert room.material == room.in_force()
    shown = room.follow("key-rotation.md")
    assert room.material == room.in_force()
    assert 4 == newest_root(room.files).version
    assert (room.folder / "signers" / "root-2" / "recovery-sheet.txt").exists()
    assert {} == room.agent("association-2", name="newcomer").sync().refused
    assert "Starten Sie den Koordinator wieder." in shown


def test_after_a_theft_nothing_is_in_force_that_the_parked_role_would_have_to_sign(room: Room) -> None:
    assert room.material == room.in_force()
    room.follow("key-compromise.md")
    assert {} == room.in_force()
    agent = room.agent()
    assert {"catalogue_one_role_only"} == set((agent.current() or agent.sync()).refused.values())
    with pytest.raises(Refused, match="catalogue_one_role_only"):
        agent.read(next(iter(room.material)))
