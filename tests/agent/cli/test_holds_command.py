"""Setting, lifting and listing what suppresses advertising, from the command line of a real home."""

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


def test_a_hold_is_listed_until_it_is_lifted(say: Say) -> None:
    assert 0 == say("set", "complaint", "--customer", "1")[0]
    assert 0 == say("set", "dunning", "--customer", "2", "--until", "2999-12-31")[0]
    code, out = say("list")
    assert (0, True, True) == (code, "Without advertising for now: 2" in out, "until 2999-12-31" in out)
    assert (0, "Lifted: 1\n") == say("lift", "--customer", "1")
    assert "complaint" not in say("list")[1]


@pytest.mark.parametrize(
    ("words", "part"),
    [
        (("set", "complaint", "--customer", "9"), "customer number 9 is not known"),
        (("set", "complaint", "--customer", "1", "--until", "2020-01-01"), "2020-01-01 is over already"),
        (("lift", "--customer", "1"), "Nothing that suppresses advertising is noted"),
    ],
    ids=["unknown customer", "over before it began", "nothing to lift"],
)
def test_what_cannot_be_done_is_said(say: Say, words: tuple[str, ...], part: str) -> None:
    code, out = say(*words)
    assert (True, True) == (code != 0, part in out)
