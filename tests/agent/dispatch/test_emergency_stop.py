"""What the dealer stops stays planned, and goes out once when it is resumed."""

from collections import Counter
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path

import pytest

from guildpost_agent.adapters.channels.letter_folder import LetterFolder
from guildpost_agent.adapters.channels.smtp import SmtpChannel
from guildpost_agent.adapters.channels.smtp_connection import SmtpSettings
from guildpost_agent.app.dispatch_mail import MailRequest
from guildpost_agent.app.egress.gate import EgressGate
from guildpost_agent.app.egress.policy import EgressPolicy
from guildpost_agent.app.emergency_stop import current_stop, resume_sending, stop_sending
from guildpost_agent.app.letter_requests import LetterRequest, RenderedBatch
from guildpost_agent.app.release_letters import LetterSender, LetterSummary, RenderLetters, release_letters
from guildpost_agent.domain.emergency_stop import Stop, resumed, stopped
from guildpost_agent.domain.records import Channel
from tests.factories.opt_in_world import OptInWorld
from tests.factories.sending_world import NOW, RELAY_URL, SendingWorld, always_welcome, plain_mail
from tests.fakes.channel import FakeChannel
from tests.fakes.smtp_server import SmtpServer

BY = "Frau Muster"
WHY = "Fehler behoben"


@pytest.fixture
def world(tmp_path: Path) -> SendingWorld:
    return SendingWorld(tmp_path)


def stop(world: SendingWorld, *services: str) -> None:
    stop_sending(world.open_uow, services, now=NOW, by=BY)


def test_no_mail_arrives_while_everything_is_stopped_and_each_arrives_once_after(world: SendingWorld) -> None:
    touchpoints = [world.plan(name) for name in ("anna", "berta")]
    with SmtpServer(security="none") as server:
        channel = SmtpChannel(SmtpSettings("127.0.0.1", server.port, "none"))
        stop(world)
        resting = [world.dispatch(channel) for _ in range(2)]
        arrived, states = len(server.mails), {world.states(touchpoint) for touchpoint in touchpoints}
        resume_sending(world.open_uow, (), now=NOW, by=BY, reason=WHY)
        after = [world.dispatch(channel).sent for _ in range(2)]
        received = Counter(mail.recipient for mail in server.mails)

    assert ([0, 0], [2, 2]) == ([run.sent for run in resting], [run.deferred for run in resting])
    assert (0, {("planned", "ready")}) == (arrived, states)
    assert ([2, 0], {1}, 2) == (after, set(received.values()), len(received))
    assert {("sent", "sent")} == {world.states(touchpoint) for touchpoint in touchpoints}


def test_a_stopped_service_rests_while_the_others_go_on(world: SendingWorld) -> None:
    hu, inspection = world.plan("anna"), world.plan("berta", service_id="inspection")
    channel = FakeChannel()
    stop(world, "hu_au")
    world.dispatch(channel)
    assert [("planned", "ready"), ("sent", "sent")] == [world.states(hu), world.states(inspection)]
    resume_sending(world.open_uow, ["hu_au"], now=NOW, by=BY, reason=WHY)
    world.dispatch(channel)
    assert ("sent", "sent") == world.states(hu)


def test_a_mail_that_carries_a_stopped_service_along_rests(world: SendingWorld) -> None:
    world.plan("anna")
    carrier, channel = world.plan("berta", service_id="inspection", bundled=("o-anna",)), FakeChannel()
    stop(world, "hu_au")
    assert 0 == world.dispatch(channel).sent
    assert ("planned", "ready") == world.states(carrier)


def test_a_stop_in_the_middle_of_a_run_holds_from_the_next_mail_on(world: SendingWorld) -> None:
    touchpoints, channel = [world.plan(name) for name in ("anna", "berta", "clara")], FakeChannel()

    def compose(request: MailRequest) -> bytes:
        if request.customer.given_name == "Berta":
            stop(world)
        return plain_mail(request)

    assert (1, 2) == ((run := world.dispatch(channel, compose=compose)).sent, run.deferred)
    assert [("sent", "sent"), *[("planned", "ready")] * 2] == [world.states(one) for one in touchpoints]


def test_what_rested_past_its_last_day_does_not_go_out(world: SendingWorld) -> None:
    touchpoint = world.plan("erika", not_after=NOW + timedelta(hours=1))
    stop(world)
    world.dispatch(FakeChannel())
    resume_sending(world.open_uow, (), now=NOW, by=BY, reason=WHY)
    world.clock.set(NOW + timedelta(hours=2))
    assert {"too_late": 1} == world.dispatch(FakeChannel()).refused
    assert ("refused", "refused") == world.states(touchpoint)


def test_a_confirmation_of_an_opt_in_rests_with_everything_only(tmp_path: Path) -> None:
    world, channel = OptInWorld(tmp_path), FakeChannel()
    world.ask("erika")
    stop_sending(world.open_uow, ["hu_au"], now=NOW, by=BY)
    stop_sending(world.open_uow, (), now=NOW, by=BY)
    assert 0 == world.send(channel).sent
    resume_sending(world.open_uow, (), now=NOW, by=BY, reason=WHY)
    stop_sending(world.open_uow, ["hu_au"], now=NOW, by=BY)
    assert (1, 1) == (world.send(channel).sent, len(channel.mails))


def typewriter(requests: Sequence[LetterRequest]) -> RenderedBatch:
    return RenderedBatch(b"%PDF-1.7", {request.document_id: 1 for request in requests})


def release(
    world: SendingWorld, folder: Path, render: RenderLetters = typewriter, part_letters: int = 500
) -> LetterSummary:
    gate = EgressGate(world.open_uow, EgressPolicy(), world.clock)
    sender = LetterSender(RELAY_URL, world.keys, "Autohaus Muster GmbH")
    delivery = LetterFolder(folder / "letters")
    return release_letters(
        world.open_uow, render, delivery, always_welcome, world.clock,
        gate=gate, sender=sender, entropy=world.entropy, part_letters=part_letters,
    )  # fmt: skip


def test_letters_rest_and_leave_in_one_batch_after(world: SendingWorld, tmp_path: Path) -> None:
    letters = [world.plan(name, Channel.LETTER) for name in ("anna", "berta")]
    stop(world, "hu_au")
    assert (0, 2) == ((resting := release(world, tmp_path)).released, resting.deferred)
    assert {("planned", "ready")} == {world.states(letter) for letter in letters}
    resume_sending(world.open_uow, (), now=NOW, by=BY, reason=WHY)
    assert [2, 0] == [release(world, tmp_path).released for _ in range(2)]
    assert 1 == len(list((tmp_path / "letters").iterdir()))


def test_a_batch_stopped_while_it_is_typeset_is_put_off_and_nothing_reaches_the_lettershop(
    world: SendingWorld, tmp_path: Path
) -> None:
    letter = world.plan("anna", Channel.LETTER)

    def render(requests: Sequence[LetterRequest]) -> RenderedBatch:
        stop(world)
        return typewriter(requests)

    assert 0 == release(world, tmp_path, render).released
    assert (("planned", "ready"), []) == (world.states(letter), list((tmp_path / "letters").glob("*")))
    resume_sending(world.open_uow, (), now=NOW, by=BY, reason=WHY)
    assert 1 == release(world, tmp_path).released


@pytest.mark.parametrize("at", [2, 3], ids=["in the middle", "in the last part"])
def test_a_batch_stopped_between_its_parts_is_put_off_and_taken_away(
    world: SendingWorld, tmp_path: Path, at: int
) -> None:
    letters, rendered = [world.plan(name, Channel.LETTER) for name in ("anna", "berta", "clara")], []
    staged: list[Path] = []

    def render(requests: Sequence[LetterRequest]) -> RenderedBatch:
        rendered.append(requests)
        if len(rendered) == at:
            staged.extend((tmp_path / "letters").rglob("*.pdf"))
            stop(world)
        return typewriter(requests)

    assert (0, 3) == ((put_off := release(world, tmp_path, render, 1)).released, put_off.deferred)
    assert (at, at - 1, []) == (len(rendered), len(staged), list((tmp_path / "letters").glob("*")))
    assert {("planned", "ready")} == {world.states(letter) for letter in letters}
    resume_sending(world.open_uow, (), now=NOW, by=BY, reason=WHY)
    assert [3, 0] == [release(world, tmp_path, part_letters=1).released for _ in range(2)]
    assert 1 == len(list((tmp_path / "letters").iterdir()))


def test_a_batch_that_a_crash_interrupted_rests_too(world: SendingWorld, tmp_path: Path) -> None:
    letter = world.plan("anna", Channel.LETTER)

    def crash(_requests: Sequence[LetterRequest]) -> RenderedBatch:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        release(world, tmp_path, crash)
    assert ("sending", "sending") == world.states(letter)
    stop(world)
    assert 0 == release(world, tmp_path).released
    assert ("planned", "ready") == world.states(letter)
    resume_sending(world.open_uow, (), now=NOW, by=BY, reason=WHY)
    assert [1, 0] == [release(world, tmp_path).released for _ in range(2)]
    assert 1 == len(list((tmp_path / "letters").iterdir()))


ALL = Stop(everything=True, services=frozenset(), since=NOW, by=BY)
HU = Stop(everything=False, services=frozenset({"hu_au"}), since=NOW, by=BY)
BOTH = Stop(everything=True, services=frozenset({"hu_au"}), since=NOW, by=BY)


@pytest.mark.parametrize(
    ("before", "services", "after"),
    [(None, (), ALL), (None, ("hu_au",), HU), (HU, (), BOTH), (ALL, ("hu_au",), BOTH), (BOTH, (), BOTH)],
    ids=["everything", "a service", "everything beside a service", "a service beside everything", "again"],
)
def test_a_stop_adds_to_what_rests(before: Stop | None, services: tuple[str, ...], after: Stop) -> None:
    assert after == stopped(before, services, now=NOW, by=BY)


@pytest.mark.parametrize(
    ("before", "services"), [(ALL, ()), (ALL, ("hu_au",)), (HU, ("hu_au",))], ids=["all", "one of all", "the same"]
)
def test_who_stops_nothing_more_does_not_take_the_place_of_who_did(before: Stop, services: tuple[str, ...]) -> None:
    again = stopped(before, services, now=NOW + timedelta(hours=1), by="Herr Spät")
    assert (NOW, BY) == (again.since, again.by)


@pytest.mark.parametrize(
    ("before", "services", "after"),
    [(BOTH, (), None), (BOTH, ("hu_au",), ALL), (HU, ("hu_au",), None), (HU, ("other",), HU), (None, (), None)],
    ids=["everything", "a service while everything rests", "the last service", "another service", "nothing rested"],
)
def test_resuming_leaves_what_was_not_named(before: Stop | None, services: tuple[str, ...], after: Stop | None) -> None:
    assert after == resumed(before, services)


def test_what_rests_is_remembered_as_it_was_said(world: SendingWorld) -> None:
    stop(world, "hu_au", "inspection")
    with world.open_uow() as uow:
        kept = current_stop(uow)
    assert Stop(everything=False, services=frozenset({"hu_au", "inspection"}), since=NOW, by=BY) == kept
