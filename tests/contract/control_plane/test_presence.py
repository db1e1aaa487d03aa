"""The port ``ControlPlane``, for the fake and for gRPC against a running coordinator: what is announced.

The agent's use cases run unchanged on both.
"""

import threading
from contextlib import closing
from datetime import UTC, datetime, timedelta

import pytest

from guildpost_agent.app.follow_presence import PresenceFollower
from guildpost_agent.app.ports.control_plane import Credentials
from guildpost_coordinator.domain.membership import Event
from guildpost_shared.clock import SystemClock
from guildpost_shared.errors import GuildpostError, Refused
from guildpost_shared.identity.enrolment import (
    Endpoint,
)
from guildpost_shared.identity.presence import CatalogueChanged, Heartbeat, PresenceEvent, RoundWindow
from tests.factories.control_plane import ENTROPY, Network, first_event, join
from tests.fakes.documents import FakeDocumentStore

PERIOD = "2027-01-01_2027-03-31"


def _window() -> RoundWindow:
    opens = datetime(2027, 3, 1, 12, tzinfo=UTC) + timedelta(days=40_000)
    closes, flower = opens + timedelta(hours=1), Endpoint("flower", 9)
    return RoundWindow("round-1", "studies/timing/1.json", PERIOD, opens, closes, flower)


def test_a_late_listener_hears_what_holds_now_and_then_what_changes(network: Network) -> None:
    member = join(network.plane, FakeDocumentStore(), network.issue("dealer-01"))
    network.announce(CatalogueChanged(3))
    network.announce(CatalogueChanged(4))
    network.announce(_window())
    with closing(network.plane.listen(member.credentials(), "0.1.0")) as stream:
        events = iter(stream)
        assert isinstance(next(events), Heartbeat)
        assert [CatalogueChanged(4), _window()] == [next(events), next(events)]
        network.announce(CatalogueChanged(5))
        assert CatalogueChanged(5) == next(events)


def test_a_listener_without_membership_is_refused(network: Network) -> None:
    member = join(network.plane, FakeDocumentStore(), network.issue("dealer-01"))
    network.decide("dealer-01", Event.LOCK)
    with pytest.raises(Refused, match="membership_locked"):
        first_event(network.plane, member.credentials())


def test_a_follower_hands_events_on_until_it_is_stopped(network: Network) -> None:
    member = join(network.plane, FakeDocumentStore(), network.issue("dealer-01"))
    heard: list[PresenceEvent] = []
    told = threading.Event()

    def note(event: PresenceEvent) -> None:
        heard.append(event)
        if isinstance(event, CatalogueChanged):
            told.set()

    follower = PresenceFollower(
        control_plane=network.plane,
        credentials=member.credentials,
        agent_version="0.1.0",
        on_event=note,
        clock=SystemClock(),
        entropy=ENTROPY,
    )
    thread = threading.Thread(target=follower.run)
    thread.start()
    network.announce(CatalogueChanged(9))
    assert told.wait(10)
    assert follower.status.connected
    follower.stop()
    thread.join(10)
    assert not thread.is_alive()
    assert [Heartbeat, CatalogueChanged] == [type(event) for event in heard]


def test_a_follower_that_reconnects_uses_the_credentials_in_force(network: Network) -> None:
    member = join(network.plane, FakeDocumentStore(), network.issue("dealer-01"))
    asked, heard = list[Credentials](), threading.Semaphore(0)

    def credentials() -> Credentials:
        asked.append(member.credentials())
        return asked[-1]

    follower = PresenceFollower(
        control_plane=network.plane,
        credentials=credentials,
        agent_version="0.1.0",
        on_event=lambda _: heard.release(),
        clock=SystemClock(),
        entropy=ENTROPY,
    )
    follower.reconnect()  # nothing is open yet
    thread = threading.Thread(target=follower.run)
    thread.start()
    assert heard.acquire(timeout=10)
    follower.reconnect()
    assert heard.acquire(timeout=30)
    assert (2, None) == (len(asked), follower.status.error)
    follower.stop()
    thread.join(10)
    assert not thread.is_alive()


def test_a_follower_outlives_a_coordinator_that_goes_away(network: Network) -> None:
    member = join(network.plane, FakeDocumentStore(), network.issue("dealer-01"))
    network.go_away()
    errors: list[GuildpostError | None] = []
    asked = threading.Event()

    def credentials() -> Credentials:
        errors.append(follower.status.error)
        if len(errors) > 1:
            asked.set()
        return member.credentials()

    follower = PresenceFollower(
        control_plane=network.plane,
        credentials=credentials,
        agent_version="0.1.0",
        on_event=lambda _: None,
        clock=SystemClock(),
        entropy=ENTROPY,
    )
    thread = threading.Thread(target=follower.run)
    thread.start()
    assert asked.wait(30)
    follower.stop()
    thread.join(10)
    assert [None, "coordinator_away"] == [error and error.code for error in errors[:2]]
