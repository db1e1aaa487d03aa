"""The agent's catalogue against a real repository, without a network."""

from datetime import timedelta

import pytest

from guildpost_agent.app.sync_catalogue import sync_catalogue
from guildpost_shared.clock import ManualClock
from guildpost_shared.errors import GuildpostError, Refused, Unavailable, Untrusted
from tests.factories.catalogue import SERVICE, STUDY, CatalogueWorld, FilesTransport, real_now


def test_what_both_roles_signed_is_read_back(world: CatalogueWorld) -> None:
    world.publish_signed({SERVICE: b"service", STUDY: b"study", "models/timing.json": b"{}"})
    agent = world.agent()
    version = agent.sync()
    assert 2 == version.snapshot
    assert {} == version.refused
    assert [b"service", b"study", b"{}"] == [agent.read(p) for p in (SERVICE, STUDY, "models/timing.json")]
    assert ("models/timing.json", SERVICE, STUDY) == agent.list("")
    assert (SERVICE,) == agent.list("services/")


def test_a_second_sync_fetches_only_what_is_new(world: CatalogueWorld) -> None:
    world.publish_signed({SERVICE: b"service"})
    transport = FilesTransport(world.files)
    agent = world.agent(transport=transport)
    agent.sync()
    world.publish_signed({"services/inspection.json": b"other"})
    transport.served.clear()
    agent.sync()
    assert ["timestamp.json"] == [name for name in transport.served if "hu_au" in name or name == "timestamp.json"]
    assert b"other" == agent.read("services/inspection.json")


def test_a_recalled_path_is_gone_after_the_next_sync(world: CatalogueWorld) -> None:
    world.publish_signed({SERVICE: b"service"})
    agent = world.agent()
    agent.sync()
    world.publish_signed({}, remove=(SERVICE,))
    agent.sync()
    with pytest.raises(Refused, match="catalogue_unknown_path"):
        agent.read(SERVICE)


def test_a_reader_that_looked_before_sees_the_next_state_at_once(world: CatalogueWorld) -> None:
    world.publish_signed({SERVICE: b"service"})
    writer, reader = world.agent(), world.agent()
    writer.sync()
    assert b"service" == reader.read(SERVICE)
    world.publish_signed({SERVICE: b"changed"})
    writer.sync()
    assert b"changed" == reader.read(SERVICE)
    (world.folder / "agent" / "in_force.json").write_bytes(b"{")
    with pytest.raises(Unavailable, match="catalogue_never_synced"):
        reader.read(SERVICE)


def test_without_a_connection_the_last_good_state_stays_in_force(world: CatalogueWorld) -> None:
    world.publish_signed({SERVICE: b"service"})
    transport = FilesTransport(world.files)
    agent = world.agent(transport=transport)
    agent.sync()
    transport.away = True
    report = sync_catalogue(world.agent(transport=transport))
    assert isinstance(report.problem, Unavailable)
    assert (False, True) == (report.changed, report.may_send)
    assert b"service" == world.agent(transport=transport).read(SERVICE)


@pytest.mark.parametrize(("days", "may_send"), [(27, True), (29, False)], ids=["27 days", "29 days"])
def test_sending_goes_on_for_28_days_on_the_last_good_state(world: CatalogueWorld, days: int, may_send: bool) -> None:  # noqa: FBT001 — a table's column
    world.publish_signed({SERVICE: b"service"})
    transport = FilesTransport(world.files)
    clock = ManualClock(world.clock.now())
    agent = world.agent(transport=transport, clock=clock)
    agent.sync()
    transport.away = True
    clock.set(world.clock.now() + timedelta(days=days))
    report = sync_catalogue(agent)
    assert report.age is not None
    assert abs(report.age - timedelta(days=days)) < timedelta(seconds=2)
    assert may_send == report.may_send


def test_before_the_first_sync_there_is_nothing(world: CatalogueWorld) -> None:
    agent = world.agent()
    assert (None, None, ()) == (agent.current(), agent.age(), agent.list(""))
    with pytest.raises(Unavailable, match="catalogue_never_synced"):
        agent.read(SERVICE)


@pytest.mark.parametrize(
    ("fingerprint", "code"),
    [(None, "association_key_missing"), ("0" * 64, "association_key_mismatch")],
    ids=["no fingerprint yet", "another fingerprint"],
)
def test_without_the_associations_key_studies_are_refused_and_the_rest_works(
    world: CatalogueWorld, fingerprint: str | None, code: str
) -> None:
    world.publish_signed({SERVICE: b"service", STUDY: b"study", "roster/roster.json": b"roster"})
    agent = world.agent(anchors=world.anchors(fingerprint))
    assert {STUDY: code, "roster/roster.json": code} == agent.sync().refused
    assert b"service" == agent.read(SERVICE)
    with pytest.raises(Refused, match=code):
        agent.read(STUDY)


def test_a_changed_fingerprint_locks_studies_at_once(world: CatalogueWorld) -> None:
    world.publish_signed({SERVICE: b"service", STUDY: b"study"})
    world.agent().sync()
    changed = world.agent(anchors=world.anchors("0" * 64))
    with pytest.raises(Refused, match="association_key_mismatch"):
        changed.read(STUDY)
    assert (SERVICE,) == changed.list("")


def test_a_fingerprint_entered_later_unlocks_studies_with_the_next_sync(world: CatalogueWorld) -> None:
    world.publish_signed({STUDY: b"study"})
    world.agent(anchors=world.anchors(None)).sync()
    agent = world.agent()
    agent.sync()
    assert b"study" == agent.read(STUDY)


def test_a_clock_behind_the_last_seen_timestamp_is_not_trusted(world: CatalogueWorld) -> None:
    world.agent().sync()
    with pytest.raises(Untrusted, match="catalogue_clock_behind"):
        world.agent(clock=ManualClock(real_now() - timedelta(hours=1))).sync()


def test_a_clock_set_back_while_offline_prolongs_nothing(world: CatalogueWorld) -> None:
    transport = FilesTransport(world.files)
    clock = ManualClock(world.clock.now())
    agent = world.agent(transport=transport, clock=clock)
    agent.sync()
    transport.away = True
    clock.set(world.clock.now() + timedelta(days=30))
    assert not sync_catalogue(agent).may_send
    for back in (timedelta(days=1), timedelta(days=-1)):
        clock.set(world.clock.now() + back)
        assert not sync_catalogue(world.agent(transport=transport, clock=clock)).may_send


def test_a_clock_that_ran_ahead_is_believed_again_once_a_newer_timestamp_came(world: CatalogueWorld) -> None:
    clock = ManualClock(world.clock.now())
    agent = world.agent(clock=clock)
    agent.sync()
    clock.set(world.clock.now() + timedelta(days=400))
    assert not sync_catalogue(agent).may_send
    clock.set(world.clock.now() + timedelta(days=1))
    assert not sync_catalogue(agent).may_send  # the same timestamp proves no time
    world.clock.set(world.clock.now() + timedelta(days=1))
    world.repository.refresh(now=world.clock.now())
    assert sync_catalogue(agent).may_send


def test_a_damaged_copy_is_noticed_and_mended_by_the_next_sync(world: CatalogueWorld) -> None:
    world.publish_signed({SERVICE: b"service"})
    agent = world.agent()
    agent.sync()
    (copy,) = (world.folder / "agent" / "contents").iterdir()
    copy.write_bytes(b"swapped")
    with pytest.raises(Untrusted, match="catalogue_cache_damaged"):
        agent.read(SERVICE)
    agent.sync()
    assert b"service" == agent.read(SERVICE)


def test_a_damaged_index_is_made_anew_by_the_next_sync(world: CatalogueWorld) -> None:
    world.publish_signed({SERVICE: b"service"})
    agent = world.agent()
    agent.sync()
    (world.folder / "agent" / "in_force.json").write_bytes(b"{")
    assert None is agent.current()
    agent.sync()
    assert b"service" == agent.read(SERVICE)


def test_a_torn_copy_of_the_first_root_is_fetched_anew(world: CatalogueWorld) -> None:
    world.agent().sync()
    (world.folder / "agent" / "1.root.json").write_bytes(b"{")
    assert 1 == world.agent().sync().snapshot


def test_an_interrupted_sync_goes_on_where_it_stopped(world: CatalogueWorld) -> None:
    paths = {f"services/s{i}.json": b"%d" % i for i in range(5)}
    world.publish_signed(paths)
    transport = FilesTransport(world.files)
    agent = world.agent(transport=transport)
    transport.tamper["s3.json"] = lambda data: data + b"!"
    with pytest.raises(GuildpostError):
        agent.sync()
    assert None is agent.current()
    transport.tamper.clear()
    transport.served.clear()
    agent.sync()
    assert 5 > len([name for name in transport.served if name.startswith("marketing/")])
    assert list(paths.values()) == [agent.read(path) for path in paths]
