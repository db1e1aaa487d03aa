"""Every fault of a real mail server leads to its documented end state (docs/sending.md), with and without a kill.

Each case sends one mail to a server that breaks the rules in one way. Its state is looked at after the run, and again
after a restart an hour later, when the server is well. In the second series the dispatcher is killed at the fault.
Ten minutes of patience are 0.6 s here.
"""

import os
import signal
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path

import pytest

from guildpost_agent.adapters.channels.smtp import SmtpChannel
from guildpost_agent.adapters.channels.smtp_connection import SmtpSettings
from guildpost_agent.app.mail_run import DispatchSummary
from guildpost_agent.domain.suppression import address_hmac
from tests.factories.campaign import tell
from tests.factories.nursery import Nursery
from tests.factories.sending_world import NOW, SendingWorld
from tests.factories.tls_files import TlsFiles, make_tls_files
from tests.fakes.fault_server import FaultServer

pytestmark = pytest.mark.campaign
PATIENCE = 0.6
LATER = NOW + timedelta(hours=1)


@dataclass(frozen=True)
class Case:
    """A fault, and what becomes of the mail: state after the run, why the run stopped, state after the restart."""

    name: str
    stage: str
    faults: tuple[str, ...]
    state: str
    stopped: str = "–"
    after_restart: str = ""
    always: bool = False
    server: dict[str, bool] = field(default_factory=dict)
    suppressed: bool = False

    @property
    def last(self) -> str:
        return self.after_restart or ("sent" if self.state == "ready" else self.state)


def case(name: str, stage: str, fault: str, state: str, stopped: str = "–", **more: object) -> Case:
    return Case(name, stage, (fault,), state, stopped, **more)  # type: ignore[arg-type] # the table names real fields


CASES = [
    case("the connection is refused", "NOBODY", "", "ready", "mail_server_away"),
    case("421 instead of a greeting", "CONNECT", "421 4.3.2 closing", "ready", "mail_server_refuses"),
    case("554 instead of a greeting", "CONNECT", "554 5.7.1 not you", "ready", "mail_server_refuses"),
    case("garbage instead of a greeting", "CONNECT", "garbage", "ready", "mail_server_away"),
    case("silence instead of a greeting", "CONNECT", "stall:3", "ready", "mail_server_away"),
    case("STARTTLS stripped", "EHLO", "", "ready", "mail_encryption_missing", server={"starttls": False}),
    case("STARTTLS refused", "STARTTLS", "454 4.7.0 not now", "ready", "mail_server_refuses"),
    case("535 at the login", "AUTH", "535 5.7.8 wrong", "ready", "mail_login_refused", server={"auth": True}),
    case("4xx at MAIL", "MAIL", "451 4.3.0 later", "ready"),
    case("5xx at MAIL", "MAIL", "550 5.7.1 not from you", "ready", "mail_sender_refused"),
    case("421 at MAIL, once", "MAIL", "421 4.3.2 closing", "sent"),
    case("421 at MAIL, always", "MAIL", "421 4.3.2 closing", "ready", "mail_server_away", always=True),
    case("garbage at MAIL", "MAIL", "garbage", "ready", "mail_server_away", always=True),
    case("4xx at RCPT", "RCPT", "451 4.3.0 later", "ready"),
    case("greylisting", "RCPT", "450 4.7.1 Greylisting in action", "ready"),
    case("no such mailbox", "RCPT", "550 5.1.1 unknown", "bounced", suppressed=True),
    case("5xx at RCPT", "RCPT", "550 no", "bounced"),
    case("552, mailbox full", "RCPT", "552 5.2.2 full", "ready"),
    case("blocked at RCPT", "RCPT", "554 5.7.1 listed at a block list", "ready", "mail_sender_refused"),
    case("drop at RCPT, once", "RCPT", "drop", "sent"),
    case("drop at RCPT, always", "RCPT", "drop", "ready", "mail_server_away", always=True),
    case("4xx at DATA", "DATA", "451 4.3.0 later", "ready"),
    case("5xx at DATA", "DATA", "554 5.6.0 no", "failed"),
    case("drop before the dot", "CONTENT", "drop", "unsure"),
    case("drop at the dot, nothing accepted", "DOT", "drop", "unsure"),
    case("drop after the dot, accepted", "DOT", "drop after accepting", "unsure"),
    case("4xx after the dot", "DOT", "451 4.3.0 later", "ready"),
    case("421 after the dot", "DOT", "421 4.3.2 closing", "ready"),
    case("5xx after the dot", "DOT", "554 5.6.0 bad content", "failed"),
    case("552 after the dot, too large", "DOT", "552 5.3.4 too large", "failed"),
    case("no such mailbox after the dot", "DOT", "550 5.1.1 unknown", "bounced", suppressed=True),
    case("garbage after the dot", "DOT", "garbage", "unsure"),
    case("a reply at one byte at a time", "DOT", "slow:0.005", "sent"),
    case("a reply too slow for our patience", "DOT", "slow:0.1", "unsure"),
    case("nine minutes of silence after the dot", "DOT", "stall:0.4", "sent"),
    case("eleven minutes of silence after the dot", "DOT", "stall:3", "unsure"),
]


@pytest.fixture(scope="module")
def tls(tmp_path_factory: pytest.TempPathFactory) -> TlsFiles:
    return make_tls_files(tmp_path_factory.mktemp("tls"))


@pytest.fixture(scope="module")
def nursery() -> Iterator[Nursery]:
    with Nursery() as nursery:
        yield nursery


def settings(server: FaultServer, tls: TlsFiles, folder: Path, *, auth: bool = False) -> SmtpSettings:
    found = SmtpSettings("localhost", server.port, ca_file=tls.ca, command_seconds=PATIENCE, final_dot_seconds=PATIENCE)
    if not auth:
        return found
    (folder / "password").write_text("secret", "utf-8")
    return replace(found, username="agent", password_file=str(folder / "password"))


def break_rules(server: FaultServer, one: Case) -> None:
    if one.stage == "DOT" and one.faults[0].startswith("550 5.1.1"):
        server.plan("DOT", *one.faults)
    elif one.faults != ("",):
        server.plan(one.stage, *one.faults, always=one.always)


def send(folder: Path, smtp: SmtpSettings, *, later: bool = False) -> DispatchSummary:
    """Restart: a fresh dispatcher on the same database."""
    world = SendingWorld(folder, create=False)
    if later:
        world.clock.set(LATER)
        world.hear_relay()
    summary = world.dispatch(SmtpChannel(smtp))
    world.engine.dispose()
    return summary


@pytest.mark.parametrize("one", CASES, ids=lambda one: one.name)
def test_each_fault_has_its_end_state_and_a_restart_sends_no_second_mail(
    tls: TlsFiles, tmp_path: Path, one: Case, capsys: pytest.CaptureFixture[str]
) -> None:
    world = SendingWorld(tmp_path)
    touchpoint = world.plan("erika")
    with FaultServer(tls) as healthy:
        with FaultServer(tls, **one.server) as server:
            break_rules(server, one)
            smtp = settings(server, tls, tmp_path, auth="auth" in one.server)
            if one.stage != "NOBODY":
                summary = send(tmp_path, smtp)
            accepted = list(server.accepted)
        if one.stage == "NOBODY":
            summary = send(tmp_path, smtp)
        state = world.states(touchpoint)[1]
        send(tmp_path, settings(healthy, tls, tmp_path), later=True)
        accepted += healthy.accepted

    with world.open_uow() as uow:
        listed = uow.suppressions.contains(address_hmac(world.keys.suppression, "erika@beispiel.example"), "email")
    last = world.states(touchpoint)[1]
    tell(capsys, "SMTP fault and restart", fault=one.name, state=state, after_restart=last, accepted=len(accepted))
    assert (one.state, one.stopped) == (state, summary.stopped.code if summary.stopped else "–")
    assert (one.last, one.suppressed) == (last, listed)
    assert len(accepted) <= 1
    assert ("sent" == one.last) <= (1 == len(accepted))  # what is called sent was accepted


def test_a_dispatcher_that_repeats_what_is_unsure_sends_two_mails(tls: TlsFiles, tmp_path: Path) -> None:
    world = SendingWorld(tmp_path)
    touchpoint = world.plan("erika")
    with FaultServer(tls) as server:
        server.plan("DOT", "drop after accepting")
        send(tmp_path, settings(server, tls, tmp_path))
        assert ("unsure", "unsure") == world.states(touchpoint)
        with world.open_uow() as uow:  # the control: what the product never does
            uow.outbox.move(touchpoint.touchpoint_id, expected="unsure", to="ready", now=NOW)
            uow.plans.move(touchpoint.touchpoint_id, expected="unsure", to="planned")
            uow.commit()
        send(tmp_path, settings(server, tls, tmp_path), later=True)

    assert [2] == list(Counter(server.accepted).values())


KILLED_AT = {
    "CONNECT": "sent", "STARTTLS": "sent", "MAIL": "unsure", "RCPT": "unsure", "DATA": "unsure", "DOT": "unsure",
}  # fmt: skip


@pytest.mark.parametrize("fault", ["stall:30", "slow:2"])
@pytest.mark.parametrize("stage", KILLED_AT)
def test_a_kill_while_the_server_misbehaves_leaves_the_mail_ready_or_unsure_and_never_two(
    tls: TlsFiles, nursery: Nursery, tmp_path: Path, stage: str, fault: str, *, capsys: pytest.CaptureFixture[str]
) -> None:
    world = SendingWorld(tmp_path)
    touchpoint = world.plan("erika")
    world.engine.dispose()
    with FaultServer(tls, pipelining=False) as server:
        server.plan(stage, fault)
        run = nursery.start(
            tmp_path, replace(settings(server, tls, tmp_path), command_seconds=60, final_dot_seconds=60)
        )
        assert server.reached[stage].wait(10)
        os.kill(run.pid, signal.SIGKILL)
        assert -signal.SIGKILL == run.wait()
        send(tmp_path, settings(server, tls, tmp_path), later=True)
        time.sleep(0.05)
        accepted = list(server.accepted)

    state = world.states(touchpoint)[1]
    tell(capsys, "SMTP fault and kill", stage=stage, fault=fault, state=state, accepted=len(accepted))
    assert KILLED_AT[stage] == state
    assert len(accepted) == (stage in {"CONNECT", "STARTTLS", "DOT"})


def test_a_refused_recipient_does_not_hold_up_the_others(tls: TlsFiles, tmp_path: Path) -> None:
    world = SendingWorld(tmp_path)
    touchpoints = [world.plan(name) for name in ("anna", "berta", "clara")]
    with FaultServer(tls) as server:
        server.plan("RCPT", "550 5.1.1 unknown")
        send(tmp_path, settings(server, tls, tmp_path))

    assert ["bounced", "sent", "sent"] == [world.states(touchpoint)[1] for touchpoint in touchpoints]
    assert 2 == len(server.accepted)


def test_without_pipelining_the_same_faults_have_the_same_end(tls: TlsFiles, tmp_path: Path) -> None:
    ends = {}
    for one in (one for one in CASES if one.stage in {"MAIL", "RCPT", "DATA", "DOT"}):
        folder = tmp_path / one.name
        folder.mkdir()
        world = SendingWorld(folder)
        touchpoint = world.plan("erika")
        with FaultServer(tls, pipelining=False) as server:
            break_rules(server, one)
            send(folder, settings(server, tls, folder))
        ends[one.name] = world.states(touchpoint)[1]
        world.engine.dispose()

    assert {name: one.state for one in CASES if (name := one.name) in ends} == ends
