"""How long an unused consent counts is the dealer's setting: in the moment of sending, and in what the command says."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from guildpost_agent.app.dealership import consent_rules
from guildpost_agent.app.recheck_touchpoint import recheck_touchpoint
from guildpost_agent.bootstrap.core import open_core
from guildpost_agent.cli import main
from guildpost_agent.domain.exclusions import Reason
from tests.factories.agent import a_config, a_consent, a_customer, a_service
from tests.factories.agent_home import an_agent_home
from tests.factories.sending_world import NOW, SendingWorld


def test_nobody_says_otherwise_means_two_years() -> None:
    assert 24 == consent_rules(a_config()).dormant_after_months


@pytest.mark.parametrize(
    ("months", "reason"),
    [(24, None), (12, Reason.NO_LEGAL_BASIS), (0, None)],
    ids=["younger than the setting", "older", "never falls asleep"],
)
def test_the_check_in_the_moment_of_sending_follows_the_setting(
    tmp_path: Path, months: int, reason: Reason | None
) -> None:
    world = SendingWorld(tmp_path)
    touchpoint = world.plan("erika")  # whose consent is fourteen months old
    rules = consent_rules(a_config(consents={"dormant_after_months": months}))
    with world.open_uow() as uow:
        assert reason == recheck_touchpoint(
            uow, touchpoint, service=a_service(), state="BW", now=NOW, zone=ZoneInfo("Europe/Berlin"), rules=rules
        )


@pytest.mark.parametrize(
    ("months", "said"),
    [(24, ": ja,"), (12, "zu lange ungenutzt"), (0, ": ja,")],
    ids=["two years", "one year", "never"],
)
def test_the_command_says_what_the_setting_makes_of_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], months: int, said: str
) -> None:
    home = an_agent_home(tmp_path, monkeypatch)
    toml = (home / "agent.toml").read_text("utf-8")
    changed = toml.replace("dormant_after_months = 24", f"dormant_after_months = {months}")
    (home / "agent.toml").write_text(changed, "utf-8")
    core = open_core(home)
    with core.open_uow() as uow:
        uow.records.upsert_customers([a_customer()])
        at = core.business_clock.now() - timedelta(days=540)
        consent = a_consent()
        uow.consents.append([replace(consent, at=at, evidence=replace(consent.evidence, given_on=at.date()))])
        uow.commit()

    assert 0 == main(["consents", "--home", str(home), "--customer", "1"])

    said_lines = capsys.readouterr().out.splitlines()
    assert said in next(line for line in said_lines if "Serviceerinnerungen per E-Mail" in line)
