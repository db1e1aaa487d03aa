"""Stopping and resuming from the command line of a real home."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from guildpost_agent.cli import main
from tests.factories.agent_home import an_agent_home

WHO = ("--by", "Herr Kraft", "--reason", "price corrected")
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
    assert (0, "Nothing rests; messages are sent as planned.\n") == say("resume", *WHO)
    assert json.loads(say("status", "--json")[1])["stop"] is None


def test_a_service_resumed_while_everything_rests_goes_on_resting(say: Say) -> None:
    say("stop", "--by", "Frau Muster")
    assert "EVERYTHING rests" in say("resume", "--service", "hu_au", *WHO)[1]


def test_a_misspelt_service_stops_nothing_and_says_so(say: Say) -> None:
    code, out = say("stop", "--service", "hu-au", "--by", "Frau Muster")
    assert (True, True) == (code != 0, "nothing was stopped. Name one of these: hu_au" in out)
    assert "stopped:" not in say("status")[1].lower()


def test_who_stopped_and_resumed_what_and_why_is_kept_and_shown(say: Say) -> None:
    say("stop", "--service", "hu_au", "--by", "Frau Muster", "--reason", "wrong price")
    say("resume", *WHO)
    code, out = say("stop", "--history")
    lines = out.splitlines()
    assert (0, "Nothing rests; messages are sent as planned.") == (code, lines[0])
    assert "Frau Muster stopped it (hu_au). Reason: wrong price" in lines[1]
    assert "Herr Kraft resumed it (everything). Reason: price corrected" in lines[2]
    assert "Herr Kraft resumed it" in say("status")[1]
    last = json.loads(say("status", "--json")[1])["last_stop_step"][0]
    assert ("resume", "Herr Kraft", "price corrected") == (last["kind"], last["by"], last["reason"])


def test_a_resumption_that_changes_nothing_is_not_noted(say: Say) -> None:
    say("resume", *WHO)
    assert len(say("stop", "--history")[1].splitlines()) == 1


def test_nobody_stops_or_resumes_without_a_name(say: Say) -> None:
    code, out = say("stop")
    assert (True, True) == (code != 0, "--by" in out)
    with pytest.raises(SystemExit):
        say("resume", "--reason", "why not")
    assert "EVERYTHING" not in say("status")[1]
