"""The nights when the clocks change: no mail in quiet hours, none lost or twice, daily steps once a local day."""

from collections import Counter
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from guildpost_agent.adapters.sql.read_model import SqlReadModel
from guildpost_agent.app.dispatch_mail import composing_here, dispatch_mail
from guildpost_agent.app.ports.channel import OutgoingMail
from guildpost_agent.bootstrap import opt_ins
from guildpost_agent.bootstrap.core import Core, open_core
from guildpost_agent.domain.smtp_replies import Receipt
from guildpost_agent.domain.working_days import is_quiet
from guildpost_shared.clock import ManualClock
from guildpost_shared.errors import GuildpostError
from tests.factories.agent_home import an_agent_home
from tests.factories.campaign import tell
from tests.factories.sending_world import Due, SendingWorld, a_due_message, always_welcome, plain_mail, plan_all
from tests.fakes.channel import FakeChannel

pytestmark = pytest.mark.campaign
BERLIN = ZoneInfo("Europe/Berlin")
NIGHTS = pytest.mark.parametrize(
    "sunday",
    [
        date(2027, 3, 28),
        date(2027, 10, 31),
        date(2028, 3, 26),
        date(2028, 10, 29),
        date(2029, 3, 25),
        date(2029, 10, 28),
    ],
    ids=str,
)
STEP = timedelta(minutes=10)


def instants(sunday: date) -> list[datetime]:
    """Walk in real time from Friday noon to Tuesday noon, local time."""
    start = datetime(sunday.year, sunday.month, sunday.day, 12, tzinfo=BERLIN).astimezone(UTC) - timedelta(days=2)
    return [start + STEP * number for number in range(int(timedelta(days=4) / STEP))]


class Watched(FakeChannel):
    """Notes when each mail left."""

    def __init__(self, clock: ManualClock) -> None:
        super().__init__(connections=2)
        self._clock = clock
        self.left_at: list[datetime] = []

    def _answer(self, mail: OutgoingMail) -> Receipt | GuildpostError:
        self.left_at.append(self._clock.now())
        self._clock.set(self._clock.now() + timedelta(minutes=1))  # a slow server: quiet hours begin while it works
        return super()._answer(mail)


def quiet(now: datetime) -> bool:
    return is_quiet(now, BERLIN, frozenset({"BY"}))


def winter_all_year(now: datetime) -> bool:
    """Tell quiet hours by a clock that nobody changes."""
    return is_quiet(now, ZoneInfo("Etc/GMT-1"), frozenset({"BY"}))


def sent_on(sunday: date, world: SendingWorld, is_quiet: Callable[[datetime], bool]) -> tuple[Watched, list[Due]]:
    """Plan a mail for every forty minutes of four days, and let the dispatcher look every ten minutes."""
    walk = instants(sunday)
    messages = [
        a_due_message(f"p{number:03}", planned_at=instant, not_after=instant + timedelta(days=10))
        for number, instant in enumerate(walk[::4])
    ]
    plan_all(world.open_uow, messages)
    channel = Watched(world.clock)
    for instant in walk:
        world.clock.set(max(instant, world.clock.now()) if channel.left_at else instant)
        world.hear_relay()
        dispatch_mail(
            world.open_uow, channel, composing_here(world.open_uow, plain_mail, world.clock, world.sender),
            always_welcome, world.clock, sender=world.sender, entropy=world.entropy, is_quiet=is_quiet,
        )  # fmt: skip
    return channel, messages


@NIGHTS
def test_no_mail_leaves_in_quiet_hours_and_each_leaves_once(
    tmp_path: Path, sunday: date, capsys: pytest.CaptureFixture[str]
) -> None:
    world, walk = SendingWorld(tmp_path), instants(sunday)
    channel, messages = sent_on(sunday, world, quiet)

    received = Counter(mail.recipient for mail in channel.mails)
    waiting = [due for due in messages if world.states(due.touchpoint) == ("planned", "–")]
    in_quiet = [at for at in channel.left_at if quiet(at)]
    tell(capsys, "clock change", night=sunday, sent=len(channel.mails), waiting=len(waiting), in_quiet=len(in_quiet))
    assert 2 == len({instant.astimezone(BERLIN).utcoffset() for instant in walk})  # not vacuous: the clocks did change
    assert sum(map(quiet, walk)) > len(walk) / 3
    assert [] == in_quiet  # 0 sends in quiet hours
    assert 1 == max(received.values())
    assert len(messages) == len(received) + len(waiting)
    assert all(quiet(due.touchpoint.planned_at) or due.touchpoint.planned_at > walk[-12] for due in waiting)


def test_a_clock_that_nobody_changes_sends_in_quiet_hours(tmp_path: Path) -> None:
    channel, _ = sent_on(date(2028, 3, 26), SendingWorld(tmp_path), winter_all_year)
    assert [at for at in channel.left_at if quiet(at)]


@NIGHTS
def test_a_daily_step_runs_once_on_each_local_day(
    tmp_path: Path, sunday: date, monkeypatch: pytest.MonkeyPatch
) -> None:
    core, walk = open_core(an_agent_home(tmp_path, monkeypatch)), instants(sunday)
    ran: list[date] = []

    def note(_core: Core, now: datetime) -> int:
        ran.append(now.astimezone(BERLIN).date())
        return 0

    monkeypatch.setattr(opt_ins, "close_expired", note)
    steps = opt_ins.OptIns(core, SqlReadModel(core.engine))

    for instant in walk:
        steps.expire(instant)

    assert sorted({instant.astimezone(BERLIN).date() for instant in walk}) == ran
    core.engine.dispose()
