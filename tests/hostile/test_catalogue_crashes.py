"""Crashes and full disks at every write: a dealer's catalogue is the old one or the new one, never less."""

import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Final, Literal

import pytest

from guildpost_agent.adapters.catalogue.tuf_catalogue import TufCatalogue
from guildpost_coordinator.adapters.catalogue_repository.ceremony import signed_file
from guildpost_shared.errors import Untrusted
from tests.factories.catalogue import SERVICE, STUDY, FilesTransport
from tests.hostile.catalogue_scene import GOOD, NEW, Scene, good_scene

ROOT: Final = Path(__file__).parents[2]
CHANGES: Final = range(1, 61)  # more than one sync makes: the last children come through
OLD: Final = {SERVICE: GOOD, STUDY: GOOD}
NEXT: Final = {SERVICE: b"next", STUDY: GOOD, NEW: b"new"}


@pytest.fixture
def scene(tmp_path: Path) -> Iterator[Scene]:
    scene = good_scene(tmp_path)
    yield scene
    scene.world.close()


def fail_at_each_change(scene: Scene, how: Literal["killed", "full"], *, from_nothing: bool = False) -> list[str]:
    """Sync one copy of the agent per change and let the disk fail there; give how each ended."""
    folder, anchors = scene.world.folder, scene.world.anchors()
    numbers = [str(number) for number in CHANGES]
    for number in numbers if not from_nothing else ():
        shutil.copytree(folder / "agent", folder / f"agent-{number}", symlinks=True)
    assert anchors.association is not None
    trusted = [anchors.root_hash.hex(), anchors.association]
    program = [sys.executable, "-m", "tests.hostile.catalogue_killer", how, str(folder), *trusted, *numbers]
    done = subprocess.run(program, cwd=ROOT, capture_output=True, text=True, check=True)
    ended = done.stdout.split()
    assert [len(numbers), "done"] == [len(ended), ended[-1]]
    assert 20 < len(numbers) - ended.count("done")
    return ended


def in_force(agent: TufCatalogue) -> dict[str, bytes]:
    return {path: agent.read(path) for path in agent.list("")}


def older_timestamp(scene: Scene) -> FilesTransport:
    """Give a line to the coordinator on which the timestamp before the newest comes."""
    stamp = scene.world.repository.timestamp()
    stamp.version -= 1
    transport = FilesTransport(scene.world.files)
    transport.tamper["timestamp.json"] = lambda _: signed_file(stamp, scene.world.keys.online.timestamp)
    return transport


def test_a_kill_at_each_write_leaves_the_old_or_the_new_catalogue(scene: Scene) -> None:
    scene.world.publish_signed({SERVICE: b"next", NEW: b"new"})
    fail_at_each_change(scene, "killed")
    for number in CHANGES:
        agent = scene.world.agent(f"agent-{number}")
        assert in_force(agent) in (OLD, NEXT)
        assert {} == agent.sync().refused
        assert NEXT == in_force(agent)
        with pytest.raises(Untrusted, match="catalogue_rollback"):
            scene.world.agent(f"agent-{number}", transport=older_timestamp(scene)).sync()


def test_a_kill_at_each_write_of_the_first_sync_leaves_nothing_or_all(scene: Scene) -> None:
    fail_at_each_change(scene, "killed", from_nothing=True)
    for number in CHANGES:
        agent = scene.world.agent(f"agent-{number}")
        assert in_force(agent) in ({}, OLD)
        assert {} == agent.sync().refused
        assert OLD == in_force(agent)


def test_a_disk_that_is_full_at_any_write_is_said_and_the_last_good_catalogue_stays(scene: Scene) -> None:
    scene.world.publish_signed({SERVICE: b"next", NEW: b"new"})
    ended = fail_at_each_change(scene, "full")
    assert {"catalogue_not_stored", "done"} == set(ended)
    for number, end in zip(CHANGES, ended, strict=True):
        agent = scene.world.agent(f"agent-{number}")
        assert in_force(agent) in ((NEXT,) if end == "done" else (OLD, NEXT))
        agent.sync()
        assert NEXT == in_force(agent)


@pytest.mark.parametrize("name", ["timestamp.json", "snapshot.json", "marketing.json", "root.json", "targets.json"])
@pytest.mark.parametrize("part", [0, 0.5], ids=["empty", "half written"])
def test_kept_metadata_that_a_power_cut_tore_is_fetched_anew(scene: Scene, name: str, part: float) -> None:
    kept = scene.world.folder / "agent" / "metadata" / name
    whole = kept.read_bytes()
    kept.write_bytes(whole[: int(len(whole) * part)])
    assert {} == scene.agent().sync().refused
    assert OLD == in_force(scene.agent())
