"""The staff's inbox on the command line: who wrote, about what, why a person has to look, and who took care of it."""

import re
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

import pytest

from guildpost_agent.app.ports.unit_of_work import OutboxJob
from guildpost_agent.bootstrap.core import Core, open_core
from guildpost_agent.bootstrap.mailbox import check_mailbox
from guildpost_agent.cli import main
from guildpost_agent.domain.records import Vehicle
from guildpost_shared.clock import ManualClock
from tests.agent.bounces.notices import notice
from tests.factories.agent_home import an_agent_home
from tests.factories.sending_world import NOW, plan_touchpoint

Say = Callable[..., str]
OURS = "<ours@autohaus.example>"


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    home = an_agent_home(tmp_path, monkeypatch)
    for name in ("new", "cur", "tmp"):
        (home / "box" / name).mkdir(parents=True)
    file = home / "agent.toml"
    file.write_text(file.read_text("utf-8") + '\n[mail.mailbox]\nmaildir = "box"\n', "utf-8")
    return home


@pytest.fixture
def core(home: Path) -> Core:
    """The agent of a dealership that wrote to Erika about her inspection yesterday."""
    core = open_core(home, business_clock=ManualClock(NOW))
    sent = plan_touchpoint(core.open_uow, "erika", state="sent", planned_at=NOW - timedelta(days=1))
    with core.open_uow() as uow:
        job = OutboxJob(sent.touchpoint_id, "email", OURS, "token", "erika@beispiel.example", "sent", 0, NOW, NOW)
        uow.outbox.add(job)
        uow.commit()
    return core


@pytest.fixture
def say(home: Path, core: Core, capsys: pytest.CaptureFixture[str]) -> Say:
    del core

    def run(*words: str, lang: str = "en", code: int = 0) -> str:
        assert code == min(1, main(["replies", "--lang", lang, *words, "--home", str(home)]))
        printed = capsys.readouterr()
        return printed.out + printed.err

    return run


def arrives(core: Core, text: str, *, subject: str = "Re: Ihre HU", answers: str = OURS) -> None:
    headers = f"In-Reply-To: {answers}\n" if answers else ""
    raw = notice(text, sender="erika@beispiel.example", subject=subject, headers=headers)
    (core.home / "box" / "new" / f"{len(text)}.a").write_bytes(raw)
    summary = check_mailbox(core, {})
    assert summary is not None
    assert 1 == summary.replies


def test_without_replies_it_says_so(say: Say) -> None:
    assert ("0 offene Antworten\n", "0 open replies\n") == (say("list", lang="de"), say("list"))


@pytest.mark.parametrize(
    ("lang", "lines"),
    [
        (
            "de",
            [
                "1 offene Antwort",
                "Frage · Erika Muster · K-erika · erika@beispiel.example · Arvana Lio",
                "    eingegangen 01.03.2027 10:00 · Betreff: Re: Ihre HU",
                "    antwortet auf: hu_au, E-Mail vom 28.02.2027",
                "    | Was kostet das?",
                "    Zu prüfen: Keine Regel sagt, was gemeint ist.",
            ],
        ),
        (
            "en",
            [
                "1 open reply",
                "question · Erika Muster · K-erika · erika@beispiel.example · Arvana Lio",
                "    received 1 Mar 2027 10:00 · subject: Re: Ihre HU",
                "    answers: hu_au, e-mail of 28 Feb 2027",
                "    | Was kostet das?",
                "    To check: no rule says what is meant.",
            ],
        ),
    ],
)
def test_a_reply_stands_there_with_its_customer_vehicle_message_and_doubt(
    core: Core, say: Say, lang: str, lines: list[str]
) -> None:
    arrives(core, "Was kostet das?")
    *shown, reply_id = say("list", lang=lang).splitlines()
    assert lines == shown
    assert re.fullmatch(r"    [0-9a-f]{24}", reply_id)


@pytest.mark.parametrize(
    ("text", "answers", "why"),
    [
        pytest.param("Schöne Grüße", OURS, "no rule says what is meant", id="nothing fits"),
        pytest.param(
            "Bitte keine Werbung mehr, habe das Auto verkauft.",
            OURS,
            "objection is carried out",
            id="an objection and more",
        ),
        pytest.param("Habe das Auto verkauft, bin umgezogen.", OURS, "several things", id="two things"),
        pytest.param("Auto verkauft, bitte löschen Sie meine Daten.", OURS, "one month", id="erasure and more"),
        pytest.param("Auto verkauft?", OURS, "the customer asks something", id="a question"),
        pytest.param("Habe das Auto verkauft. " + "Danke! " * 80, OURS, "too long", id="long"),
        pytest.param("Wir sind umgezogen.", OURS, "the wording is not clear", id="a move, which is never certain"),
        pytest.param("Ich hätte gern einen Termin.", OURS, "please arrange the appointment", id="a booking wish"),
        pytest.param("Habe das Auto verkauft.", "", "the vehicle is not certain", id="written anew"),
    ],
)
def test_why_a_person_has_to_look_is_said(core: Core, say: Say, text: str, answers: str, why: str) -> None:
    arrives(core, text, subject="Re: Ihre HU" if answers else "Auto", answers=answers)
    assert why in say("list")


def test_what_was_acted_on_beyond_doubt_does_not_wait(core: Core, say: Say) -> None:
    arrives(core, "Habe das Auto verkauft.")
    assert "0 open replies\n" == say("list")


def test_who_writes_anew_is_shown_with_all_vehicles_they_still_have_and_the_last_message(core: Core, say: Say) -> None:
    with core.open_uow() as uow:
        second = Vehicle("F-2", "K-erika", make="Arvana", plate="LA-E 2")
        sold = Vehicle("F-3", "K-erika", make="Arvana", plate="LA-E 3", sold_on=date(2026, 1, 1))
        uow.records.upsert_vehicles([second, sold])
        uow.commit()
    arrives(core, "Wann haben Sie offen?", subject="Frage", answers="")
    shown = say("list")
    assert "Arvana Lio, Arvana LA-E 2\n" in shown
    assert "last message: hu_au, e-mail of 28 Feb 2027" in shown


def test_a_text_from_outside_cannot_steer_the_terminal(core: Core, say: Say) -> None:
    arrives(core, "Was kostet das?\n\x1b[2J", subject="\x1b[31mFrage", answers="")
    assert "\x1b" not in say("list")


@pytest.mark.parametrize(
    ("lang", "done", "again"),
    [
        ("de", "Erledigt.\n", r"War schon erledigt: \d\d\.\d\d\.\d{4} \d\d:\d\d, Kraft\.\n"),
        ("en", "Done.\n", r"Was done already: \d+ \w{3} \d{4} \d\d:\d\d, Kraft\.\n"),
    ],
)
def test_a_reply_is_closed_once_by_name_and_whoever_comes_second_hears_by_whom(
    core: Core, say: Say, lang: str, done: str, again: str
) -> None:
    arrives(core, "Was kostet das?")
    reply = say("list").split()[-1]
    assert done == say("close", reply, "--by", "Kraft", "--note", "angerufen", lang=lang)
    assert re.fullmatch(again, say("close", reply, "--by", "Weber", lang=lang))
    assert "0 open replies\n" == say("list")
    with core.open_uow() as uow:
        (kept,) = uow.replies.of("K-erika")
    assert ("done", "Kraft", "angerufen") == (kept.state, kept.closed_by, kept.note)


def test_a_reply_nobody_knows_is_refused(say: Say) -> None:
    assert "nichts" in say("close", "nichts", "--by", "Kraft", code=1)
