"""Connections that several users share: opened for the first, closed after the last."""

import threading
from dataclasses import replace

from guildpost_agent.adapters.control_plane.lines import Lines
from guildpost_agent.app.ports.control_plane import Credentials
from guildpost_shared.identity.enrolment import Endpoint

OLD = Credentials(Endpoint("localhost", 1), b"authority", (b"old",), b"key")
RENEWED = replace(OLD, chain=(b"renewed",))


class Wire:
    """A connection that remembers how often it was closed."""

    def __init__(self) -> None:
        self.closed = 0

    def close(self) -> None:
        self.closed += 1


def test_one_connection_serves_everybody_with_the_same_credentials_until_the_last_is_done() -> None:
    lines = Lines[Wire]()
    first, second = lines.share(OLD, Wire), lines.share(replace(OLD), Wire)
    assert first.channel is second.channel
    first.close()
    assert 0 == second.channel.closed
    second.close()
    assert 1 == second.channel.closed


def test_giving_a_share_back_twice_takes_nothing_from_others() -> None:
    lines = Lines[Wire]()
    first, second = lines.share(OLD, Wire), lines.share(OLD, Wire)
    first.close()
    first.close()
    assert 0 == second.channel.closed


def test_a_closed_connection_is_not_used_again() -> None:
    lines = Lines[Wire]()
    first = lines.share(OLD, Wire)
    first.close()
    assert first.channel is not lines.share(OLD, Wire).channel


def test_a_renewed_certificate_never_meets_a_connection_made_with_the_old_one() -> None:
    lines = Lines[Wire]()
    old, renewed = lines.share(OLD, Wire), lines.share(RENEWED, Wire)
    assert old.channel is not renewed.channel
    assert (True, False, True) == (old.fits(OLD), old.fits(RENEWED), renewed.fits(RENEWED))
    old.close()
    assert (1, 0) == (old.channel.closed, renewed.channel.closed)


def test_threads_that_come_and_go_never_find_a_closed_connection() -> None:
    lines, wires, wrong = Lines[Wire](), list[Wire](), list[Wire]()

    def connect() -> Wire:
        wires.append(Wire())
        return wires[-1]

    def come_and_go() -> None:
        for _ in range(200):
            share = lines.share(OLD, connect)
            if share.channel.closed:
                wrong.append(share.channel)
            share.close()

    threads = [threading.Thread(target=come_and_go) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [] == wrong
    assert {1} == {wire.closed for wire in wires}
