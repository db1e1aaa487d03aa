"""Approving from the command line of a real home."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from guildpost_agent.bootstrap.core import open_core
from guildpost_agent.cli import main
from tests.factories.agent_home import an_agent_home
from tests.factories.sending_world import plan_touchpoint

Say = Callable[..., tuple[int, str]]


@pytest.fixture
def say(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Say:
    home = an_agent_home(tmp_path, monkeypatch)
    open_uow, until = open_core(home).open_uow, datetime.now(UTC) + timedelta(days=9)
    for name in ("erika", "max", "ida"):
        plan_touchpoint(open_uow, name, state="proposed", not_after=until)

    def run(*words: str) -> tuple[int, str]:
        code = main([words[0], "--lang", "en", *words[1:], "--home", str(home)])
        printed = capsys.readouterr()
        return code, printed.out + printed.err

    return run


def test_what_waits_is_listed_and_counted_until_it_is_decided(say: Say) -> None:
    code, out = say("approve", "list")
    assert (0, True) == (code, out.startswith("Waiting for approval: 3\n"))
    assert "e-mail · hu_au · Erika Muster · Arvana Lio" in out
    assert "Waiting for approval: 3" in say("status")[1]
    assert "Approved: 1." in say("approve", "yes", "t-erika-email", "--by", "Frau Muster")[1]
    assert 2 == json.loads(say("status", "--json")[1])["proposed"]
    assert "Declined: 2." in say("approve", "no", "--service", "hu_au", "--by", "Frau Muster")[1]
    assert (0, "Waiting for approval: 0\n") == say("approve", "list")
    assert "Waiting for approval" not in say("status")[1]


def test_a_service_that_has_nothing_waiting_decides_nothing(say: Say) -> None:
    assert "Approved: 0." in say("approve", "yes", "--service", "inspection", "--by", "Frau Muster")[1]
    assert "Approved: 3." in say("approve", "yes", "--all", "--by", "Frau Muster")[1]


@pytest.mark.parametrize(
    ("words", "part"),
    [
        (("approve", "yes", "--by", "Frau Muster"), "--all"),
        (("approve", "no", "t-nobody-email", "--by", "Frau Muster"), "t-nobody-email” does not wait for an approval"),
    ],
    ids=["nothing named", "an unknown message"],
)
def test_what_cannot_be_decided_is_said_and_nothing_is_decided(say: Say, words: tuple[str, ...], part: str) -> None:
    code, out = say(*words)
    assert (True, True) == (code != 0, part in out)
    assert "Waiting for approval: 3" in say("approve", "list")[1]
