"""Entering notices of the workshop, from the command line of a real home."""

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from guildpost_agent.bootstrap.core import open_core
from guildpost_agent.cli import main
from guildpost_agent.domain.records import Customer, Vehicle
from tests.factories.agent_home import an_agent_home

READY = "Ihr Fahrzeug ist fertig und kann abgeholt werden."
Say = Callable[..., tuple[int, str]]


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    home = an_agent_home(tmp_path, monkeypatch)
    with open_core(home).open_uow() as uow:
        uow.records.upsert_customers([Customer("1"), Customer("2")])
        gone = Vehicle("53", "1", sold_on=date(2020, 1, 1))
        uow.records.upsert_vehicles([Vehicle("50", "1"), Vehicle("51", "2"), Vehicle("52", "2"), gone])
        uow.commit()
    return home


@pytest.fixture
def say(home: Path, capsys: pytest.CaptureFixture[str]) -> Say:
    def run(*words: str) -> tuple[int, str]:
        code = main(["notices", "--lang", "en", *words, "--home", str(home)])
        printed = capsys.readouterr()
        return code, printed.out + printed.err

    return run


@pytest.mark.parametrize(
    "about", [("--vehicle", "50"), ("--customer", "1")], ids=["for a vehicle", "for a customer with one vehicle"]
)
def test_a_notice_is_an_entry_with_the_words_as_they_are(home: Path, say: Say, about: tuple[str, str]) -> None:
    code, out = say("add", *about, "--text", READY)
    with open_core(home).open_uow() as uow:
        (entry,) = uow.lists.open()
    assert (0, True) == (code, entry.reference in out)
    assert ("notice", "50", READY) == (entry.list_id, entry.vehicle_id, entry.text)


def test_a_second_notice_of_the_day_stands_beside_the_first_until_one_is_done(home: Path, say: Say) -> None:
    say("add", "--vehicle", "50", "--text", READY)
    say("add", "--vehicle", "50", "--text", "Der Schlüssel liegt an der Annahme.")
    with open_core(home).open_uow() as uow:
        first, second = uow.lists.open()
    assert first.reference != second.reference
    assert 0 == main(
        ["lists", "done", "notice", "--vehicle", "50", "--reference", first.reference, "--home", str(home)]
    )
    assert (False, True) == (READY in say("show")[1], "Schlüssel" in say("show")[1])


@pytest.mark.parametrize(
    ("words", "part"),
    [
        (("--vehicle", "50", "--text", "Reifen nur 49 €"), "“49 €”, which would make the notice advertising"),
        (("--vehicle", "50", "--text", "10 % auf alles"), "“10 %”, which would"),
        (("--vehicle", "50", "--text", "<b>fertig</b>"), "markup"),
        (("--vehicle", "50", "--text", "x" * 241), "has 241 characters"),
        (("--vehicle", "99", "--text", READY), "vehicle number 99 is not known"),
        (("--vehicle", "53", "--text", READY), "no longer the customer's"),
        (("--customer", "9", "--text", READY), "customer number 9 is not known"),
        (("--customer", "2", "--text", READY), "name the vehicle (51, 52)"),
    ],
    ids=["price", "per cent", "markup", "long", "no vehicle", "sold vehicle", "no customer", "two vehicles"],
)
def test_what_cannot_be_a_notice_is_refused_with_the_reason(
    home: Path, say: Say, words: tuple[str, ...], part: str
) -> None:
    code, out = say("add", *words)
    assert (True, True) == (code != 0, part in out)
    with open_core(home).open_uow() as uow:
        assert [] == uow.lists.all()
