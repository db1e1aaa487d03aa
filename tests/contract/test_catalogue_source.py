"""One suite for every ``CatalogueSource``: the fake, and the real one over a real TUF repository."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Protocol

import pytest

from guildpost_agent.app.ports.catalogue_source import CatalogueSource
from guildpost_coordinator.adapters.catalogue_repository.codec import canonical, role_metadata
from guildpost_coordinator.app.ports.catalogue import SignedRole
from guildpost_coordinator.domain.proposals import describe
from guildpost_shared.catalogue_paths import Role, required_roles, target_name
from guildpost_shared.clock import ManualClock
from guildpost_shared.errors import GuildpostError, Refused, Unavailable, Untrusted
from tests.factories.catalogue import CatalogueWorld, FilesTransport, real_now
from tests.fakes.catalogue_source import FakeCatalogue

PATH = "services/hu_au.json"
STUDY = "studies/slot-lead/1.json"


class Brand(Protocol):
    """The other side, as this suite plays it."""

    @property
    def source(self) -> CatalogueSource: ...
    @property
    def clock(self) -> ManualClock: ...
    def publish(self, path: str, contents: bytes, *roles: Role) -> None: ...
    def recall(self, path: str, *roles: Role) -> None: ...
    def go_away(self) -> None: ...
    def swap_association(self) -> None: ...
    def close(self) -> None: ...


class FakeBrand:
    def __init__(self, _folder: Path) -> None:
        self.clock = ManualClock(real_now())
        self.source = FakeCatalogue(clock=self.clock)

    def publish(self, path: str, contents: bytes, *roles: Role) -> None:
        self.source.publish(path, contents, *roles)

    def recall(self, path: str, *roles: Role) -> None:
        self.source.recall(path, *roles)

    def go_away(self) -> None:
        self.source.away = True

    def swap_association(self) -> None:
        self.source.association = "association_key_mismatch"

    def close(self) -> None:
        self.source.away = True


class TufBrand:
    def __init__(self, folder: Path) -> None:
        self.world = CatalogueWorld(folder)
        self.clock = ManualClock(self.world.clock.now())
        self.transport = FilesTransport(self.world.files)
        self.source = self.world.agent(transport=self.transport, clock=self.clock)

    def publish(self, path: str, contents: bytes, *roles: Role) -> None:
        for role in roles or required_roles(path):
            self._change(role, path, contents)

    def recall(self, path: str, *roles: Role) -> None:
        for role in roles or required_roles(path):
            self._change(role, path, None)

    def go_away(self) -> None:
        self.transport.away = True

    def swap_association(self) -> None:
        anchors = self.world.anchors("0" * 64)
        self.source = self.world.agent(transport=self.transport, clock=self.clock, anchors=anchors)

    def close(self) -> None:
        self.world.close()

    def _change(self, role: Role, path: str, contents: bytes | None) -> None:
        current, now = self.world.repository.published(role), self.world.clock.now()
        targets = dict(current.targets)
        targets.pop(target_name(role, path), None)
        if contents is not None:
            targets[target_name(role, path)] = describe(contents)
        to_sign = canonical(role_metadata(current.version + 1, now + timedelta(days=30), targets))
        signed = {role: SignedRole(to_sign, self.world.keys.of(role).sign(to_sign))}
        held = {} if contents is None else {describe(contents).sha256: contents}
        self.world.repository.publish(signed, held, now=now)


@pytest.fixture(params=[FakeBrand, TufBrand], ids=["fake", "tuf"])
def brand(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Brand]:
    make: Callable[[Path], Brand] = request.param
    made = make(tmp_path)
    yield made
    made.close()


def code_of(read: Callable[[], object]) -> str:
    with pytest.raises(GuildpostError) as caught:
        read()
    return caught.value.code


def test_contents_that_all_required_roles_list_are_read(brand: Brand) -> None:
    brand.publish(PATH, b"one")
    brand.publish("models/m.json", b"{}")
    assert {} == brand.source.sync().refused
    assert (b"one", b"{}") == (brand.source.read(PATH), brand.source.read("models/m.json"))


def test_nothing_is_in_force_before_the_first_sync(brand: Brand) -> None:
    brand.publish(PATH, b"one")
    assert (None, None, ()) == (brand.source.current(), brand.source.age(), brand.source.list(""))
    with pytest.raises(Unavailable, match="catalogue_never_synced"):
        brand.source.read(PATH)


def test_a_change_is_in_force_after_the_next_sync_only(brand: Brand) -> None:
    brand.publish(PATH, b"one")
    first = brand.source.sync()
    brand.publish(PATH, b"two")
    assert b"one" == brand.source.read(PATH)
    assert first.snapshot < brand.source.sync().snapshot
    assert b"two" == brand.source.read(PATH)


@pytest.mark.parametrize("role", ["marketing", "legal"])
def test_removal_by_either_role_recalls(brand: Brand, role: Role) -> None:
    brand.publish(PATH, b"one")
    brand.source.sync()
    brand.recall(PATH, role)
    assert {PATH: "catalogue_one_role_only"} == brand.source.sync().refused
    assert "catalogue_one_role_only" == code_of(lambda: brand.source.read(PATH))
    assert () == brand.source.list("services/")


def test_an_unknown_path_is_refused(brand: Brand) -> None:
    brand.source.sync()
    assert "catalogue_unknown_path" == code_of(lambda: brand.source.read(PATH))


def test_a_name_outside_the_grammar_is_refused(brand: Brand) -> None:
    brand.source.sync()
    assert "catalogue_bad_path" == code_of(lambda: brand.source.read("../agent.db"))


def test_roles_that_disagree_are_not_trusted(brand: Brand) -> None:
    brand.publish(PATH, b"one", "marketing")
    brand.publish(PATH, b"two", "legal")
    brand.source.sync()
    with pytest.raises(Untrusted, match="catalogue_roles_disagree"):
        brand.source.read(PATH)


def test_another_association_locks_studies_only(brand: Brand) -> None:
    brand.publish(PATH, b"one")
    brand.publish(STUDY, b"study")
    brand.swap_association()
    assert {STUDY: "association_key_mismatch"} == brand.source.sync().refused
    with pytest.raises(Refused, match="association_key_mismatch"):
        brand.source.read(STUDY)
    assert b"one" == brand.source.read(PATH)


def test_a_list_is_sorted_and_keeps_to_its_prefix(brand: Brand) -> None:
    for path in (STUDY, PATH, "services/a.json"):
        brand.publish(path, path.encode())
    brand.source.sync()
    assert ("services/a.json", PATH) == brand.source.list("services/")
    assert ("services/a.json", PATH, STUDY) == brand.source.list("")


def test_an_absent_coordinator_leaves_the_last_state_in_force(brand: Brand) -> None:
    brand.publish(PATH, b"one")
    brand.source.sync()
    brand.go_away()
    with pytest.raises(Unavailable, match="coordinator_away"):
        brand.source.sync()
    assert b"one" == brand.source.read(PATH)


def test_the_age_counts_from_the_signature(brand: Brand) -> None:
    brand.publish(PATH, b"one")
    signed_at = brand.source.sync().signed_at
    brand.clock.set(signed_at + timedelta(days=9))
    assert timedelta(days=9) == brand.source.age()


def test_a_clock_that_went_back_is_not_trusted(brand: Brand) -> None:
    brand.source.sync()
    brand.clock.set(brand.clock.now() - timedelta(hours=1))
    with pytest.raises(Untrusted, match="catalogue_clock_behind"):
        brand.source.sync()
