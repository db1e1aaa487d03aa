"""A sync asks once for what has changed, and by name for what the answer lacks; the answer decides nothing."""

import json
from collections.abc import Iterator, Mapping

import pytest

from guildpost_agent.adapters.catalogue.foreseen import held_versions
from guildpost_shared.catalogue_changes import HELD_ROLES, CatalogueFile
from guildpost_shared.errors import Unavailable, Untrusted
from tests.factories.catalogue import SERVICE, STUDY, CatalogueWorld, FilesTransport

OTHER = "services/inspection.json"


@pytest.mark.parametrize("foresees", [True, False], ids=["at once", "by name"])
def test_the_same_comes_into_force_whether_the_coordinator_foresees_or_not(
    world: CatalogueWorld,
    foresees: bool,  # noqa: FBT001 — a table's column
) -> None:
    world.publish_signed({SERVICE: b"service", STUDY: b"study"})
    transport = FilesTransport(world.files)
    transport.foresees = foresees
    agent = world.agent(transport=transport)
    agent.sync()
    world.publish_signed({SERVICE: b"changed", OTHER: b"other"})
    agent.sync()
    assert [b"changed", b"study", b"other"] == [agent.read(path) for path in (SERVICE, STUDY, OTHER)]
    assert foresees == (transport.asked == [])


def test_a_newcomer_and_each_sync_after_a_publication_ask_for_nothing_by_name(world: CatalogueWorld) -> None:
    transport = FilesTransport(world.files)
    agent = world.agent(transport=transport)
    for number in range(3):
        world.publish_signed({SERVICE: b"%d" % number, f"services/s{number}.json": b"more %d" % number})
        agent.sync()
        agent.sync()
    assert [] == transport.asked


def test_a_sync_says_what_was_verified_before(world: CatalogueWorld) -> None:
    folder = world.folder / "agent" / "metadata"
    assert {} == held_versions(folder)
    world.publish_signed({SERVICE: b"service"})
    world.agent().sync()
    expected = {**dict.fromkeys(HELD_ROLES, 1), "snapshot": 2, "marketing": 2, "legal": 2}
    assert expected == held_versions(folder)


@pytest.mark.parametrize("data", [b"", b"{", b"[]", b'{"signed": {"version": 0}}', b'{"signed": {"meta": 1}}'])
@pytest.mark.parametrize("role", ["root", "snapshot"])
def test_damaged_copies_say_nothing_and_the_next_sync_mends_them(world: CatalogueWorld, role: str, data: bytes) -> None:
    world.agent().sync()
    path = world.folder / "agent" / "metadata" / f"{role}.json"
    path.unlink()
    path.write_bytes(data)
    assert role not in held_versions(path.parent)
    world.publish_signed({SERVICE: b"service"})
    agent = world.agent()
    agent.sync()
    assert b"service" == agent.read(SERVICE)


class Claiming(FilesTransport):
    """Claims what it likes beside the genuine files, before them."""

    claims: list[CatalogueFile]

    def changes(self, held: Mapping[str, int]) -> Iterator[CatalogueFile]:
        yield from self.claims
        yield from super().changes(held)


def claiming(world: CatalogueWorld, *claims: CatalogueFile) -> FilesTransport:
    transport = Claiming(world.files)
    transport.claims = list(claims)
    return transport


def test_of_two_files_under_one_name_the_first_is_judged(world: CatalogueWorld) -> None:
    agent = world.agent(transport=claiming(world, CatalogueFile("timestamp.json", b"{}")))
    with pytest.raises(Untrusted, match="catalogue_bad_signature"):
        agent.sync()
    assert None is agent.current()


def test_files_that_nobody_asks_for_change_nothing(world: CatalogueWorld) -> None:
    world.publish_signed({SERVICE: b"service"})
    odd = ["", "..", "../../agent.db", "/etc/passwd", "in_force.json", "marketing/services/x", "9.root.json"]
    agent = world.agent(transport=claiming(world, *(CatalogueFile(name, b"evil") for name in odd)))
    agent.sync()
    assert {"in_force.json", "1.root.json", "contents", "metadata", "latest_clock.txt"} == {
        path.name for path in (world.folder / "agent").iterdir()
    }
    assert b"service" == agent.read(SERVICE)


def test_a_target_said_to_be_missing_stops_the_sync(world: CatalogueWorld) -> None:
    world.publish_signed({SERVICE: b"service"})
    names = [name for name, _ in FilesTransport(world.files).changes({}) if "/" in name]
    agent = world.agent(transport=claiming(world, CatalogueFile(names[0], None)))
    with pytest.raises(Untrusted, match="catalogue_tampered_target"):
        agent.sync()
    assert None is agent.current()


class Counting(FilesTransport):
    """Counts how often a sync let go of its connection."""

    closed = 0

    def close(self) -> None:
        self.closed += 1


@pytest.mark.parametrize("away", [False, True])
def test_a_sync_lets_go_of_its_connection_however_it_ends(
    world: CatalogueWorld,
    away: bool,  # noqa: FBT001 — a table's column
) -> None:
    transport = Counting(world.files)
    transport.away = away
    try:
        world.agent(transport=transport).sync()
    except Unavailable:
        assert away
    assert 1 == transport.closed


def test_the_hint_is_read_from_what_python_tuf_keeps(world: CatalogueWorld) -> None:
    """The two files whose form is relied on are python-tuf's own."""
    world.agent().sync()
    for role in ("root", "snapshot"):
        kept = json.loads((world.folder / "agent" / "metadata" / f"{role}.json").read_bytes())
        assert role == kept["signed"]["_type"]
