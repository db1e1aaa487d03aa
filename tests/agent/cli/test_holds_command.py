"""Setting, lifting and listing what suppresses advertising, from the command line of a real home."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from guildpost_agent.bootstrap.core import open_core
from guildpost_agent.cli import main
from guildpost_agent.domain.records import Customer
from tests.factories.agent_home import an_agent_home

Say = Callable[..., tuple[int, str]]


@pytest.fixture
def say(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Say:
    home = an_agent_home(tmp_path, monkeypatch)
    with open_core(home).open_uow() as uow:
        uow.records.upsert_customers([Customer("1"), Customer("2")])
        uow.commit()

    def run(*words: str) -> tuple[int, str]:
        code = main(["holds", "--lang", "en", *words, "--home", str(home)])
        printed = capsys.readouterr()
        return code, printed.out + printed.err

    return run


BY = ("--by", "Frau Muster")


def test_a_hold_is_listed_until_it_is_lifted(say: Say) -> None:
    assert 0 == say("set", "complaint", "--customer", "1", *BY)[0]
    assert 0 == say("set", "dunning", "--customer", "2", "--until", "2999-12-31", *BY)[0]
    code, out = say("list")
    assert (0, True, True) == (code, "Without advertising for now: 2" in out, "until 31 Dec 2999" in out)
    assert (0, "Lifted: 1\n") == say("lift", "--customer", "1", *BY)
    assert "complaint" not in say("list")[1]


def test_who_noted_it_when_and_why_is_shown_and_stays_after_it_was_lifted(say: Say) -> None:
    say("set", "complaint", "--customer", "1", "--reason", "noise after the service", *BY)
    (line,) = (one for one in say("list", "--customer", "1")[1].splitlines() if "complaint" in one)
    assert re.search(r"\(noted by Frau Muster, \d+ \w{3} \d{4} \d\d:\d\d\) noise after the service", line)
    say("lift", "--customer", "1", "--by", "Herr Kraft")
    noted, lifted = say("list", "--history")[1].splitlines()
    assert "Frau Muster noted for 1: complaint. Reason: noise after the service" in noted
    assert "Herr Kraft lifted for 1: complaint. Reason: –" in lifted
    assert "" == say("list", "--history", "--customer", "2")[1]


def test_nobody_sets_or_lifts_a_hold_without_a_name(say: Say) -> None:
    for words in (("set", "complaint", "--customer", "1"), ("lift", "--customer", "1")):
        with pytest.raises(SystemExit):
            say(*words)


@pytest.mark.parametrize(
    ("words", "part"),
    [
        (("set", "complaint", "--customer", "9", *BY), "customer number 9 is not known"),
        (("set", "complaint", "--customer", "1", "--until", "2020-01-01", *BY), "1 Jan 2020 is over already"),
        (("lift", "--customer", "1", *BY), "Nothing that suppresses advertising is noted"),
    ],
    ids=["unknown customer", "over before it began", "nothing to lift"],
)
def test_what_cannot_be_done_is_said(say: Say, words: tuple[str, ...], part: str) -> None:
    code, out = say(*words)
    assert (True, True) == (code != 0, part in out)
