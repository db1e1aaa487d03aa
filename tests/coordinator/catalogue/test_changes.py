"""What the coordinator sends at once to an agent that says what it holds."""

import asyncio
from datetime import timedelta

import pytest

from guildpost_coordinator.adapters.catalogue_repository.ceremony import signed_file
from guildpost_coordinator.adapters.catalogue_repository.files import RepositoryFiles, newest_root
from guildpost_coordinator.adapters.grpc_server.parcels import KEPT, ParcelDesk
from guildpost_coordinator.app import catalogue_changes
from guildpost_coordinator.app.catalogue_changes import changes_since
from guildpost_shared.catalogue_changes import CatalogueFile
from guildpost_shared.wire.catalogue import from_parcels
from tests.factories.catalogue import SERVICE, STUDY, CatalogueWorld

OTHER = "services/inspection.json"
FOUNDED = {"root": 1, "snapshot": 1, "targets": 1, "marketing": 1, "legal": 1, "association": 1, "models": 1}
AFTER_ONE = {**FOUNDED, "snapshot": 2, "marketing": 2, "legal": 2}


def names(world: CatalogueWorld, held: dict[str, int]) -> list[str]:
    """Name what is sent, targets by their path."""
    found = []
    for name, data in changes_since(world.files, held):
        folder, _, file = name.rpartition("/")
        found.append(f"{folder}/{file.partition('.')[2]}" if folder else name if data is not None else f"no {name}")
    return found


def test_a_newcomer_gets_everything(world: CatalogueWorld) -> None:
    world.publish_signed({SERVICE: b"service", STUDY: b"study", "models/timing.json": b"{}"})
    assert [
        *("1.root.json", "no 2.root.json", "timestamp.json", "2.snapshot.json", "1.targets.json"),
        *("2.marketing.json", "2.legal.json", "2.association.json", "2.models.json"),
        *("marketing/services/hu_au.json", "legal/studies/slot-lead/1.json", "models/models/timing.json"),
    ] == names(world, {})


def test_who_has_everything_gets_the_timestamp_that_says_so(world: CatalogueWorld) -> None:
    world.publish_signed({SERVICE: b"service"})
    assert ["no 2.root.json", "timestamp.json"] == names(world, AFTER_ONE)


def test_who_missed_a_publication_gets_what_it_changed(world: CatalogueWorld) -> None:
    world.publish_signed({SERVICE: b"service"})
    world.publish_signed({SERVICE: b"changed", OTHER: b"other"})
    fresh = ["no 2.root.json", "timestamp.json", "3.snapshot.json", "3.marketing.json", "3.legal.json"]
    assert [*fresh, "marketing/services/hu_au.json", "marketing/services/inspection.json"] == names(world, AFTER_ONE)


def test_contents_that_only_moved_are_not_sent_again(world: CatalogueWorld) -> None:
    world.publish_signed({SERVICE: b"service"})
    world.publish_signed({OTHER: b"service"}, remove=(SERVICE,))
    assert [] == [name for name in names(world, AFTER_ONE) if "services" in name]


def test_versions_that_never_were_count_as_none(world: CatalogueWorld) -> None:
    world.publish_signed({SERVICE: b"service"})
    held = dict.fromkeys(FOUNDED, 999_999_999)
    assert "marketing/services/hu_au.json" in names(world, held)
    assert "no 1000000000.root.json" in names(world, held)


def test_what_does_not_fit_is_left_out_and_smaller_files_still_come(
    world: CatalogueWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.publish_signed({SERVICE: bytes(50_000), OTHER: b"small"})
    monkeypatch.setattr(catalogue_changes, "MAX_CHANGES_BYTES", 40_000)
    assert ["marketing/services/inspection.json"] == [name for name in names(world, FOUNDED) if "services" in name]


def test_no_more_files_are_sent_than_agreed(world: CatalogueWorld, monkeypatch: pytest.MonkeyPatch) -> None:
    world.publish_signed({SERVICE: b"service"})
    monkeypatch.setattr(catalogue_changes, "MAX_CHANGED_FILES", 3)
    assert ["1.root.json", "no 2.root.json", "timestamp.json"] == names(world, {})


DAMAGE = {
    "no timestamp": ("timestamp.json", None, ["no 2.root.json"]),
    "no snapshot": ("2.snapshot.json", None, ["no 2.root.json", "timestamp.json"]),
    "a torn timestamp": ("timestamp.json", b'{"signed', ["no 2.root.json", "timestamp.json"]),
    "a timestamp of another kind": ("timestamp.json", b'{"signed": []}', ["no 2.root.json", "timestamp.json"]),
}


@pytest.mark.parametrize(("name", "data", "sent"), DAMAGE.values(), ids=DAMAGE.keys())
def test_a_damaged_file_ends_the_list(world: CatalogueWorld, name: str, data: bytes | None, sent: list[str]) -> None:
    world.publish_signed({SERVICE: b"service"})
    path = world.folder / "catalogue" / "metadata" / name
    if data is None:
        path.unlink()
    else:
        path.write_bytes(data)
    assert sent == names(world, FOUNDED)


class CountedFiles(RepositoryFiles):
    """Counts how often a list was made: only that reads a snapshot."""

    made = 0

    def metadata(self, name: str) -> bytes | None:
        self.made += name.endswith("snapshot.json")
        return super().metadata(name)


def answer(desk: ParcelDesk, held: dict[str, int]) -> list[CatalogueFile]:
    return list(from_parcels(asyncio.run(desk.parcels(held))))


def test_an_answer_is_made_once_for_all_who_ask_the_same(world: CatalogueWorld) -> None:
    world.publish_signed({SERVICE: b"service"})
    files = CountedFiles(world.folder / "catalogue")
    desk = ParcelDesk(files)

    async def at_once() -> None:
        await asyncio.gather(*(desk.parcels(FOUNDED) for _ in range(50)))

    asyncio.run(at_once())
    assert list(changes_since(world.files, FOUNDED)) == answer(desk, FOUNDED)
    assert 1 == files.made


def test_an_answer_is_made_anew_after_a_publication_and_after_a_new_root(world: CatalogueWorld) -> None:
    desk = ParcelDesk(world.files)
    first = answer(desk, FOUNDED)
    world.publish_signed({SERVICE: b"service"})
    second = answer(desk, FOUNDED)
    root = newest_root(world.files)
    root.version += 1
    root.expires += timedelta(days=1)
    world.files.write_metadata("2.root.json", signed_file(root, world.keys.root))
    third = answer(desk, FOUNDED)
    assert 3 == len({tuple(files) for files in map(tuple, (first, second, third))})
    assert third == list(changes_since(world.files, FOUNDED))


def test_only_so_many_answers_are_kept(world: CatalogueWorld) -> None:
    files = CountedFiles(world.folder / "catalogue")
    desk = ParcelDesk(files)
    for version in range(2, KEPT + 3):  # one more than are kept
        answer(desk, {**FOUNDED, "snapshot": version})
    made = files.made
    answer(desk, {**FOUNDED, "snapshot": KEPT + 2})
    assert made == files.made
    answer(desk, {**FOUNDED, "snapshot": 2})
    assert made + 1 == files.made


def test_a_failure_is_told_once_and_not_kept(world: CatalogueWorld, monkeypatch: pytest.MonkeyPatch) -> None:
    desk = ParcelDesk(world.files)

    def fail(*_: object) -> tuple[CatalogueFile, ...]:
        raise OSError("disk")

    with monkeypatch.context() as broken:
        broken.setattr("guildpost_coordinator.adapters.grpc_server.parcels.changes_since", fail)
        with pytest.raises(OSError, match="disk"):
            answer(desk, FOUNDED)
    assert list(changes_since(world.files, FOUNDED)) == answer(desk, FOUNDED)
