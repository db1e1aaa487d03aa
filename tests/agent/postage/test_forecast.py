"""What the next releases will cost, and ``guildpost-agent postage``."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from guildpost_agent.app.choose_postage import PostageRules
from guildpost_agent.app.forecast_postage import Apart, Release, forecast_postage
from guildpost_agent.bootstrap.core import open_core
from guildpost_agent.cli import main
from guildpost_agent.cli.postage import describe, in_all, money, worth
from guildpost_agent.domain.postage.options import Kind
from guildpost_agent.domain.postage.pooling import in_runs
from guildpost_agent.domain.records import Channel
from guildpost_shared.catalog import Catalog, load
from tests.factories.agent_home import an_agent_home
from tests.factories.postage import TARIFFS, letters, prices
from tests.factories.sending_world import NOW, SendingWorld, plan_touchpoint

RULES = PostageRules(TARIFFS, frozenset({"hu_au"}), "BY", ZoneInfo("Europe/Berlin"))
IN_A_WEEK, IN_THREE_WEEKS = datetime(2027, 3, 8, 6, tzinfo=UTC), datetime(2027, 3, 22, 6, tzinfo=UTC)


@pytest.fixture
def world(tmp_path: Path) -> SendingWorld:
    return SendingWorld(tmp_path)


def plan(world: SendingWorld, name: str, count: int, at: datetime, channel: Channel = Channel.LETTER) -> None:
    for number in range(count):
        world.plan(f"{name}{number}", channel, planned_at=at, not_after=at + timedelta(days=20))


def forecast(world: SendingWorld, *, days: int = 42, every_days: int = 14) -> list[Release]:
    return forecast_postage(world.open_uow, RULES, NOW, days=days, every_days=every_days, weight_g=10)


def test_letters_are_reckoned_by_release_and_mails_not_at_all(world: SendingWorld) -> None:
    plan(world, "today", 2, NOW - timedelta(days=3))
    plan(world, "next", 90, IN_A_WEEK)
    plan(world, "far", 1, IN_THREE_WEEKS)
    plan(world, "mail", 3, IN_A_WEEK, Channel.EMAIL)

    releases = forecast(world, days=14)

    assert [(date(2027, 3, 1), 2), (date(2027, 3, 8), 90)] == [(one.day, one.letters) for one in releases]
    assert [(Kind.ALL_LETTERS, 1_900), (Kind.REGIONAL_MIX, 76_000)] == [
        (one.postage.choice.best.kind, one.postage.choice.best.cost) for one in releases
    ]


def test_waiting_saves_what_smaller_runs_would_cost_more(world: SendingWorld) -> None:
    plan(world, "a", 90, IN_A_WEEK)
    (release,) = forecast(world)
    assert {Apart.WEEKLY: 9_500, Apart.DAILY: 9_500} == {apart: one.gain for apart, one in release.gains.items()}


def test_who_releases_weekly_is_compared_with_every_working_day_only(world: SendingWorld) -> None:
    plan(world, "a", 3, IN_A_WEEK)
    assert {Apart.DAILY} == forecast(world, every_days=7)[0].gains.keys()


@pytest.mark.parametrize(
    ("count", "sizes"), [(10, [3, 3, 4]), (2, [1, 1]), (0, [])], ids=["nearly even", "fewer than runs", "none"]
)
def test_runs_are_of_about_one_size(count: int, sizes: list[int]) -> None:
    assert sizes == [len(run) for run in in_runs(letters({"84": count}), 3)]


@pytest.fixture
def german() -> Catalog:
    return load("guildpost_agent", "de")


def test_the_report_names_every_option_and_marks_the_chosen_one(world: SendingWorld, german: Catalog) -> None:
    plan(world, "a", 90, IN_A_WEEK)
    plan(world, "b", 1, IN_A_WEEK)
    with world.open_uow() as uow:
        touchpoint = uow.plans.touchpoint("t-b0-letter")
    assert touchpoint is not None
    world.change_customer(touchpoint, postcode="6020", country="AT")

    releases = forecast(world)
    text = " ".join("\n".join([*describe(releases[0], german), *in_all(releases, german, 42)]).split())

    assert "Freigabe am 08.03.2027, Briefe: 91 alle als Brief 85,50 EUR * Dialogpost je Leitregion" in text
    assert "76,00 EUR Dialogpost Easy – Dialogpost national 1.900,00 EUR" in text
    assert "am 09.03.2027 eingeliefert und ist am 15.03.2027 beim Empfänger" in text
    assert "über dem Gewicht der Tariftabelle: 1." in text
    assert "mit dem von 01.01.2026" in text
    assert "spart gegenüber einer wöchentlichen 9,50 EUR" in text


def test_the_report_says_from_where_on_bulk_pays(german: Catalog) -> None:
    regional, national = worth(prices(), german)
    assert ("ab 81 Briefen" in regional, "ab 2001 Briefen" in national) == (True, True)


@pytest.mark.parametrize(
    ("tenths", "german_text", "english_text"),
    [
        (174_800, "174,80 EUR", "174.80 EUR"),
        (1_900_005, "1.900,01 EUR", "1,900.01 EUR"),
        (-95, "-0,10 EUR", "-0.10 EUR"),
    ],
    ids=["plain", "rounded up", "below nothing"],
)
def test_money_is_written_as_the_language_does(tenths: int, german_text: str, english_text: str) -> None:
    assert (german_text, english_text) == tuple(
        money(tenths, load("guildpost_agent", language)) for language in ("de", "en")
    )


def test_the_command_reckons_on_a_real_home(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    home = an_agent_home(tmp_path, monkeypatch)
    core = open_core(home)
    now = core.business_clock.now()
    plan_touchpoint(core.open_uow, "anna", Channel.LETTER, planned_at=now, not_after=now + timedelta(days=20))

    assert 0 == main(["postage", "--home", str(home), "--days", "3", "--pages", "2", "--lang", "en"])

    printed = capsys.readouterr().out
    assert "reckoned with 15 g per letter" in printed
    assert "Letters of the next 3 days: 1, postage 0.95 EUR" in printed
