"""Stopping and resuming from the command line of a real home."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from guildpost_agent.cli import main
from tests.factories.agent_home import an_agent_home

Say = Callable[..., tuple[int, str]]


@pytest.fixture
def say(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Say:
    home = an_agent_home(tmp_path, monkeypatch)

    def run(*words: str) -> tuple[int, str]:
        code = main([words[0], "--lang", "en", *words[1:], "--home", str(home)])
        printed = capsys.readouterr()
        return code, printed.out + printed.err

    return run


def test_the_status_shows_what_rests_until_it_is_resumed(say: Say) -> None:
    code, out = say("stop", "--service", "hu_au", "--by", "Frau Muster")
    assert (0, True) == (code, "Stopped: hu_au, since" in out)
    assert "EVERYTHING rests" in say("stop", "--by", "Frau Muster")[1]
    assert "EVERYTHING rests" in say("status")[1]
    stop = json.loads(say("status", "--json")[1])["stop"]
    assert (True, ["hu_au"], "Frau Muster") == (stop["everything"], stop["services"], stop["by"])
    assert (0, "Nothing rests; messages are sent as planned.\n") == say("resume")
    assert json.loads(say("status", "--json")[1])["stop"] is None


def test_a_service_resumed_while_everything_rests_goes_on_resting(say: Say) -> None:
    say("stop", "--by", "Frau Muster")
    assert "EVERYTHING rests" in say("resume", "--service", "hu_au")[1]


def test_a_misspelt_service_stops_nothing_and_says_so(say: Say) -> None:
    code, out = say("stop", "--service", "hu-au", "--by", "Frau Muster")
    assert (True, True) == (code != 0, "nothing was stopped. Name one of these: hu_au" in out)
    assert "stopped:" not in say("status")[1].lower()
