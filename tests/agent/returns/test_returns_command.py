"""Letters that came back, taken in on the command line: real files in the spellings and encodings of the trade."""

import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from guildpost_agent.app.dealership import suppression_check
from guildpost_agent.app.ports.people import Membership
from guildpost_agent.app.ports.unit_of_work import OutboxJob
from guildpost_agent.bootstrap.core import Core, open_core
from guildpost_agent.cli import main
from guildpost_agent.domain.exclusions import not_addressable
from guildpost_agent.domain.records import Channel
from guildpost_agent.domain.suppression import DEAD_ADDRESS, DECEASED
from tests.factories.agent_home import an_agent_home
from tests.factories.sending_world import NOW, plan_touchpoint

Say = Callable[..., str]
File = Callable[..., str]


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    return an_agent_home(tmp_path, monkeypatch)


@pytest.fixture
def core(home: Path) -> Core:
    """The agent of a dealership whose letters to Anna, Berta and Clara went out in one batch; a mail to Dora, too."""
    core = open_core(home)
    for name, channel in (("anna", "letter"), ("berta", "letter"), ("clara", "letter"), ("dora", "email")):
        sent = plan_touchpoint(core.open_uow, name, Channel(channel), state="sent")
        with core.open_uow() as uow:
            job = OutboxJob(sent.touchpoint_id, channel, f"doc-{name}", f"token-{name}", "x", "sent", 0, NOW, NOW)
            uow.outbox.add(replace(job, batch_id="B7" if channel == "letter" else None))
            uow.commit()
    return core


@pytest.fixture
def say(home: Path, core: Core, capsys: pytest.CaptureFixture[str]) -> Say:
    del core

    def run(*words: str, lang: str = "en", code: int = 0) -> str:
        assert code == min(1, main(["returns", "--lang", lang, *words, "--home", str(home)]))
        printed = capsys.readouterr()
        return printed.out + printed.err

    return run


@pytest.fixture
def file(tmp_path: Path) -> File:
    def write(text: str, encoding: str = "utf-8") -> str:
        path = tmp_path / "post.csv"
        path.write_text(text, encoding)
        return str(path)

    return write


def listed(core: Core) -> set[str]:
    with core.open_uow() as uow:
        return {mark for _, mark in uow.suppressions.all()}


GOOD = (
    "Rückläufer März 2027\n\nBriefnummer;Rücksendegrund;Neue Straße;Neue PLZ;Neuer Ort\n"
    "doc-anna;Empfänger unbekannt;;;\ndoc-berta;Empfänger verzogen;Am Öd 3;01067;Dresden\n"
)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
def test_a_file_is_read_in_whichever_encoding_the_carrier_writes(say: Say, file: File, encoding: str) -> None:
    assert [
        "Unzustellbar: 1 – an diese Anschrift gehen keine Briefe mehr.",
        "Verzogen: 1 – an die alte Anschrift gehen keine Briefe mehr.",
        "Schon bekannt: 0, neue Anschriften: 1, nicht lesbar oder nicht zuzuordnen: 0.",
        "1 neue Anschrift, die noch nicht im DMS steht; bitte prüfen und dort eintragen.",
    ] == say(file(GOOD, encoding), lang="de").splitlines()[:-1]


@pytest.mark.parametrize("separator", [";", ",", "\t", "|"])
def test_any_usual_separator_will_do(core: Core, say: Say, file: File, separator: str) -> None:
    assert "Undeliverable: 1 " in say(file(f"doc_id{separator}Status\ndoc-anna{separator}unzustellbar\n"))
    assert {DEAD_ADDRESS} == listed(core)


def test_a_letter_is_named_by_customer_and_batch_as_well(core: Core, say: Say, file: File) -> None:
    assert "Undeliverable: 1 " in say(file("Kundennummer;Stapel;Grund\nK-clara;B7;unzustellbar\n"))
    assert {DEAD_ADDRESS} == listed(core)


def test_the_same_file_again_changes_nothing_and_says_so(core: Core, say: Say, file: File) -> None:
    say(file(GOOD))
    before = listed(core)
    again = say(file(GOOD))
    assert "Known before: 2, new addresses: 0, unreadable or not matched: 0." in again
    assert "Undeliverable" not in again
    assert before == listed(core)


def test_a_letter_that_stands_there_twice_counts_once(say: Say, file: File) -> None:
    said = say(file("doc_id;Grund\ndoc-anna;verzogen\ndoc-anna;verstorben\n"))
    assert "Moved: 1 " in said
    assert "Known before: 1" in said


def test_rows_that_are_wrong_are_named_with_their_number_and_the_rest_counts(core: Core, say: Say, file: File) -> None:
    said = say(
        file(
            "doc_id;Grund;Neue Straße;Neue PLZ;Neuer Ort\n"
            "doc-fremd;unzustellbar;;;\n"
            "doc-dora;unzustellbar;;;\n"
            ";unzustellbar;;;\n"
            "doc-berta;verstorben oder verzogen;;;\n"
            "doc-clara;verzogen;=HYPERLINK(1);01067;Dresden\n"
            "doc-anna;unzustellbar;;\n"
            "doc-anna;unzustellbar;;;\n"
        )
    )
    assert ["2", "3", "4", "5", "6", "7"] == [
        line.split()[1].rstrip(":") for line in said.splitlines() if line.startswith("  Row ")
    ]
    assert "Row 2: The agent did not send this letter." in said
    assert "Row 5: The agent does not know the reason “verstorben oder verzogen”." in said
    assert "Undeliverable: 1 " in said
    assert {DEAD_ADDRESS} == listed(core)


@pytest.mark.parametrize(
    ("text", "part"),
    [
        pytest.param("FIN;Marke\nX;Y\n", "FIN, Marke", id="other headings"),
        pytest.param("doc_id;Anmerkung\ndoc-anna;weg\n", "doc_id, Anmerkung", id="no reason"),
        pytest.param("", "post.csv", id="empty"),
    ],
)
def test_a_file_of_something_else_is_refused_with_what_was_found(
    core: Core, say: Say, file: File, text: str, part: str
) -> None:
    assert part in say(file(text), code=1)
    assert set() == listed(core)


def test_a_file_that_is_missing_is_named(say: Say) -> None:
    assert "fehlt.csv" in say("fehlt.csv", code=1)


def test_a_rehearsal_says_what_would_follow_and_stores_nothing(core: Core, say: Say, file: File) -> None:
    said = say(file(GOOD), "--dry-run")
    assert "nothing was stored" in said
    assert "Undeliverable: 1 " in said
    assert "0 new addresses" in said
    assert set() == listed(core)


@pytest.mark.parametrize(("lang", "shape"), [("de", r"\d\d\.\d\d\.\d{4}"), ("en", r"\d+ \w{3} \d{4}")])
def test_new_addresses_stay_on_the_list_until_the_management_system_has_them(
    core: Core, say: Say, file: File, lang: str, shape: str
) -> None:
    say(file(GOOD))
    assert re.search(rf"(?m)^  K-berta  Am Öd 3, 01067 Dresden  {shape}$", say(lang=lang))
    with core.open_uow() as uow:
        berta = uow.records.customer("K-berta")
        assert berta is not None
        uow.records.upsert_customers([replace(berta, street="Am Öd 3", postcode="01067", town="Dresden")])
        uow.commit()
    assert "K-berta" not in say(lang=lang)


def test_nobody_writes_to_the_dead_any_more(core: Core, say: Say, file: File) -> None:
    assert "Deceased: 1 " in say(file("doc_id;Grund\ndoc-anna;Empfänger verstorben\n"))
    assert {DECEASED} == listed(core)


def declared_dead(say: Say, file: File) -> None:
    say(file("doc_id;Grund\ndoc-anna;Empfänger verstorben\n"))


def test_who_is_said_to_be_dead_is_listed_so_that_a_mistake_can_be_seen(say: Say, file: File) -> None:
    declared_dead(say, file)
    assert "1 customer counts as deceased after a returned letter" in say()
    assert "  K-anna  Anna Muster  " in say()


@pytest.mark.parametrize(
    ("lang", "proof"),
    [
        ("de", r"Kunde K-anna gilt nicht mehr als verstorben: [\d.]{10} \d\d:\d\d, Weber, rief selbst an\.\n"),
        ("en", r"Customer K-anna no longer counts as deceased: .{10,11} \d\d:\d\d, Weber, rief selbst an\.\n"),
    ],
)
def test_a_person_takes_a_death_back_by_name_and_a_line_proves_it(
    core: Core, say: Say, file: File, lang: str, proof: str
) -> None:
    declared_dead(say, file)
    assert re.match(proof, say("--alive", "K-anna", "--by", "Weber", "--reason", "rief selbst an", lang=lang))
    assert set() == listed(core)
    with core.open_uow() as uow:
        (line,) = uow.found_alive.of(["K-anna"])
    assert ("K-anna", "Weber", "rief selbst an") == (line.customer_id, line.by_whom, line.reason)
    assert "deceased" not in say()


def test_after_that_messages_are_planned_as_before_and_consents_are_untouched(core: Core, say: Say, file: File) -> None:
    def ways() -> tuple[object, object]:
        with core.open_uow() as uow:
            anna, said = uow.records.customer("K-anna"), uow.consents.state_of("K-anna")
            assert anna is not None
            return not_addressable(anna, suppression_check(uow)), (said.standing, said.closed)

    nothing_against, consents = ways()
    assert nothing_against is None
    declared_dead(say, file)
    assert ways()[0] is not None
    say("--alive", "K-anna", "--by", "Weber")
    assert (None, consents) == ways()


def test_reading_the_same_file_again_does_not_bring_the_death_back_a_later_letter_does(
    core: Core, say: Say, file: File
) -> None:
    declared_dead(say, file)
    say("--alive", "K-anna", "--by", "Weber")
    declared_dead(say, file)
    assert set() == listed(core)
    later = plan_touchpoint(core.open_uow, "anna", Channel.LETTER, touchpoint_id="t-later", state="sent")
    with core.open_uow() as uow:
        uow.outbox.add(OutboxJob(later.touchpoint_id, "letter", "doc-later", "token-later", "x", "sent", 0, NOW, NOW))
        uow.commit()
    say(file("doc_id;Grund\ndoc-later;verstorben\n"))
    assert {DECEASED} == listed(core)


def test_all_records_of_the_person_come_back_together(core: Core, say: Say, file: File) -> None:
    with core.open_uow() as uow:
        people = [Membership(one, "P1", "H1") for one in ("K-anna", "K-clara")]
        uow.people.store(people, {}, NOW)
        uow.commit()
    declared_dead(say, file)
    said = say("--alive", "K-clara", "--by", "Weber")
    assert ("K-anna" in said, "K-clara" in said) == (True, True)
    assert set() == listed(core)


def test_a_death_that_the_management_system_knows_of_stays_and_is_said(core: Core, say: Say, file: File) -> None:
    declared_dead(say, file)
    with core.open_uow() as uow:
        anna = uow.records.customer("K-anna")
        assert anna is not None
        uow.records.upsert_customers([replace(anna, deceased=True)])
        uow.commit()
    assert "Customer K-anna is deceased according to the DMS" in say("--alive", "K-anna", "--by", "Weber")


@pytest.mark.parametrize(
    ("words", "part"),
    [
        pytest.param(["--alive", "K-anna"], "--by", id="nobody says so"),
        pytest.param(["--alive", "K-berta", "--by", "Weber"], "No returned letter says", id="nobody said she is dead"),
        pytest.param(["--alive", "K-x", "--by", "Weber"], "K-x", id="a stranger"),
    ],
)
def test_what_cannot_be_taken_back_is_refused(say: Say, words: list[str], part: str) -> None:
    assert part in say(*words, code=1)
