"""The plan's preview on the command line of a real home, in both languages."""

import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from guildpost_agent.bootstrap.core import database_key, open_core
from guildpost_agent.cli import main
from guildpost_agent.domain.exclusions import Reason
from guildpost_shared.catalog import load
from tests.factories.agent import a_customer, a_service
from tests.factories.agent_home import SECRET, an_agent_home
from tests.factories.plan_world import HELD_OUT, LATER, LETTER, MAIL, everything_stored, put_small_dealership

AS_OF = ("--as-of", "2027-03-01")
SPRING = (*AS_OF, "--from", "01.03.2027", "--to", "2027-04-30")
WITHOUT_A_VEHICLE = (("901", "", "Alleinstein"), ("902", "Bea", "Ohnewagen"), ("903", "Bert", "Ohnewagen"))
Say = Callable[..., tuple[int, str]]


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    home = an_agent_home(tmp_path, monkeypatch)
    services = (a_service("hu_au", name={"de": "HU/AU", "en": "Inspection (HU/AU)"}), a_service("inspection"))
    monkeypatch.setattr("guildpost_agent.cli.plan.services_in_force", lambda _core: services)  # needs a membership
    with open_core(home).open_uow() as uow:
        put_small_dealership(uow)
        uow.records.upsert_customers(
            [a_customer(number, given_name=one, family_name=name) for number, one, name in WITHOUT_A_VEHICLE]
        )
        uow.commit()
    return home


@pytest.fixture
def say(home: Path, capsys: pytest.CaptureFixture[str]) -> Say:
    def run(*words: str, language: str = "de") -> tuple[int, str]:
        code = main(["plan", "--lang", language, *words, "--home", str(home)])
        printed = capsys.readouterr()
        return code, printed.out + printed.err

    return run


@pytest.fixture
def other(home: Path) -> Path:
    file = home.parent / "other.toml"
    file.write_text((home / "agent.toml").read_text("utf-8").replace('"hu_au", "inspection"', '"inspection"'), "utf-8")
    return file


FIGURES = {
    "de": (
        "Vorschau, Stand 01.03.2027: Nachrichten, die vom 01.03.2027 bis 30.04.2027 hinausgehen",
        "Nachrichten: 2 (E-Mail 1, Brief 1); davon neu 2, schon geplant 0, schon übergeben 0",
        "In derselben Nachricht miterledigt: HU/AU 1",
        "Briefkosten: 1,20 EUR (1,20 EUR je Brief)",
        "Anlässe ohne Nachricht, deren Zeitfenster in diese Tage reicht: 4",
        "1  Beschwerde offen",
    ),
    "en": (
        "Preview as of 1 Mar 2027: messages that leave or arrive from 1 Mar 2027 to 30 Apr 2027",
        "Messages: 2 (e-mail 1, letter 1); of these new 2, planned before 0, handed over 0",
        "Carried along in the same message: Inspection (HU/AU) 1",
        "Cost of letters: 1.20 EUR (1.20 EUR each)",
        "Occasions without a message whose window reaches into these days: 4",
        "1  open complaint",
    ),
}


@pytest.mark.parametrize("what", [(), ("--explain",), ("--why", "1001")], ids=["figures", "reasons", "why"])
def test_an_emergency_stop_is_said_before_the_plan(home: Path, say: Say, what: tuple[str, ...]) -> None:
    assert "Nothalt" not in say(*AS_OF, *what)[1]
    assert 0 == main(["stop", "--by", "Frau Muster", "--home", str(home)])
    said = say(*AS_OF, *what)[1]
    assert "ALLES ruht" in said
    assert "hinaus geht nichts, bis „resume“ den Nothalt aufhebt" in said


def test_the_stop_of_one_service_is_not_said_to_be_a_stop_of_all(home: Path, say: Say) -> None:
    assert 0 == main(["stop", "--service", "hu_au", "--by", "Frau Muster", "--home", str(home)])
    said = say(*AS_OF)[1]
    assert "von diesen Leistungen geht nichts hinaus" in said
    assert "hinaus geht nichts" not in said


@pytest.mark.parametrize(("language", "parts"), FIGURES.items(), ids=FIGURES.keys())
def test_the_figures_are_said_in_both_languages(say: Say, language: str, parts: tuple[str, ...]) -> None:
    code, out = say(*SPRING, language=language)
    assert 0 == code
    assert [] == [part for part in parts if part not in out], out


ASKED = {
    "figures": SPRING,
    "reasons": (*SPRING, "--explain"),
    "a comparison": (*SPRING, "--diff", "OTHER"),
    "a comparison afresh": (*SPRING, "--afresh", "--diff", "OTHER"),
    "an answer": (*AS_OF, "--why", MAIL),
}


@pytest.mark.parametrize("words", ASKED.values(), ids=ASKED.keys())
def test_the_same_question_gives_the_same_bytes_and_stores_nothing(
    home: Path, say: Say, other: Path, words: tuple[str, ...]
) -> None:
    words = tuple(str(other) if word == "OTHER" else word for word in words)
    before = everything_stored(home / "agent.db", database_key(SECRET))
    first = say(*words)
    assert first == say(*words)
    assert (0, before) == (first[0], everything_stored(home / "agent.db", database_key(SECRET)))


def test_reasons_are_paged_by_vehicle_with_a_hint_how_to_narrow(say: Say) -> None:
    code, out = say(*SPRING, "--explain", "--limit", "2", "--page", "2")
    shown = [line.split()[:2] for line in out.splitlines() if line.startswith("Fahrz")]
    assert (0, [["Fahrzeug", "V3"], ["Fahrzeug", "V4"]]) == (code, shown)
    assert "Gezeigt: 3 bis 4 von 7.\nWeiter mit --page 3" in out
    assert "    Nicht angeschrieben: Das Fahrzeug ist verkauft" in out
    assert "    – Das steht seit 01.03.2027 so im Händlersystem." in out


def test_reasons_name_vehicles_and_people_as_a_service_manager_knows_them(home: Path, say: Say) -> None:
    with open_core(home).open_uow() as uow:
        (vehicle,) = uow.records.vehicles_of(["V2"])
        uow.records.upsert_vehicles([replace(vehicle, make="Arvana", model="Vela", plate="LA-AB 12")])
        (customer,) = uow.records.customers_of([vehicle.customer_id])
        uow.records.upsert_customers([replace(customer, given_name="Erika\x1b[2J", family_name="Muster")])
        (leader,) = uow.records.vehicles_of(["V3"])
        uow.records.upsert_vehicles([replace(leader, make="Arvana", model="Sol", plate="LA-CD 34")])
        uow.commit()
    out = say(*SPRING, "--explain")[1]
    assert "Fahrzeug V2 Arvana Vela LA-AB 12\n" in out
    for asked in (("--explain", "--vehicle", "V1"), ("--why", "V1")):
        assert "(führender Anlass: HU/AU, Fahrzeug V3 Arvana Sol LA-CD 34)" in say(*SPRING, *asked)[1]
    assert f"an Kunde {vehicle.customer_id} Erika [2J Muster (neu)" in out


def test_no_line_is_longer_than_a_terminal_is_wide_and_none_speaks_in_codes(say: Say) -> None:
    for language in ("de", "en"):
        lines = say(*SPRING, "--explain", language=language)[1].splitlines()
        assert [] == [line for line in lines if len(line) > 120 or re.search(r"\b[a-z]+_[a-z_]+\b", line)]


def test_weeks_take_the_place_of_days_where_they_are_asked_for(say: Say) -> None:
    assert "Montag, 01.03.2027" not in say(*SPRING, "--by", "week")[1]
    assert " HU/AU " in say(*SPRING, "--by", "week")[1]
    assert ", " in next(line for line in say(*SPRING, "--by", "day")[1].splitlines() if " HU/AU " in line)


DIFFERENCES = {
    "de": (
        "Verglichen wird: hier agent.toml, dort other.toml.",
        "Nur hier: 3",
        f"HU/AU, Fahrzeug V2 Arvana Corra, Kunde {LETTER} Erika Mustermann",
        "dort: Der Anlass kommt nicht vor.",
    ),
    "en": ("Compared: here agent.toml, there other.toml.", "Only here: 3", "there: The occasion does not occur."),
}


@pytest.mark.parametrize(("language", "parts"), DIFFERENCES.items(), ids=DIFFERENCES.keys())
def test_another_configuration_is_compared_in_both_languages(
    say: Say, other: Path, language: str, parts: tuple[str, ...]
) -> None:
    code, out = say(*SPRING, "--diff", str(other), language=language)
    assert (0, []) == (code, [part for part in parts if part not in out]), out


def test_the_agents_own_configuration_makes_no_difference(home: Path, say: Say) -> None:
    assert "Beide Pläne sind in diesen Tagen gleich." in say(*SPRING, "--diff", str(home / "agent.toml"))[1]


@pytest.mark.parametrize(
    ("identifier", "language", "parts"),
    [
        (
            "V2",
            "de",
            (
                "Fahrzeug V2 Arvana Corra, Anlässe in Sicht: 1",
                "Per Brief aus berechtigtem Interesse",
                "    – Nicht per E-Mail: keine Einwilligung gespeichert.",
                "Danach: nichts mehr",
            ),
        ),
        (
            "V5",
            "en",
            ("Vehicle V5 Arvana Corra, occasions in sight: 1", "a complaint", "if the reason falls away by then"),
        ),
        (
            HELD_OUT,
            "de",
            (f"Kunde {HELD_OUT} Erika Mustermann, Anlässe", "ausgelosten Vergleichsgruppe", "bleibt darin"),
        ),
        (
            LATER,
            "de",
            (
                f"Kunde {LATER} Erika Mustermann, Anlässe in Sicht: 0",
                "Noch nicht in Sicht, Fahrzeug V8 Arvana Corra",
                "HU/AU: fällig 30.09.2027; der erste Tag für eine Nachricht ist der ",
            ),
        ),
        ("Frau Alleinstein", "en", ("Customer 901 Alleinstein, occasions", "No vehicle is entered for this customer.")),
    ],
    ids=["a letter", "a complaint", "the control group", "half a year away", "nothing but a name"],
)
def test_why_is_answered_with_what_comes_next(say: Say, identifier: str, language: str, parts: tuple[str, ...]) -> None:
    code, out = say(*AS_OF, "--why", identifier, language=language)
    assert (0, []) == (code, [part for part in parts if part not in out]), out


NARROWED = {
    "a vehicle": (("--vehicle", "V3"), ("HU/AU, Fahrzeug V3",), ("HU/AU, Fahrzeug V1",), 2),
    "days with a message": (
        ("--from", "2027-03-01", "--to", "2027-04-30"),
        ("HU/AU, Fahrzeug V1", "HU/AU, Fahrzeug V3"),
        ("inspection: fällig",),
        2,
    ),
    "days without one": (
        ("--from", "2027-12-01", "--to", "2027-12-31"),
        (),
        ("HU/AU, Fahrzeug", "inspection: fällig"),
        4,
    ),
    "another service": (("--service", "inspection"), ("inspection: fällig",), ("HU/AU, Fahrzeug",), 2),
}


@pytest.mark.parametrize(("words", "there", "not_there", "outside"), NARROWED.values(), ids=NARROWED.keys())
def test_an_answer_is_narrowed_by_days_service_and_vehicle_and_says_how_much_it_leaves_out(
    say: Say, words: tuple[str, ...], there: tuple[str, ...], not_there: tuple[str, ...], outside: int
) -> None:
    code, out = say(*AS_OF, "--why", MAIL, *words)
    assert (0, []) == (code, [part for part in there if part not in out]), out
    assert [] == [part for part in not_there if part in out], out
    assert f"Weitere Anlässe außerhalb der gewählten Tage, Services oder Fahrzeuge: {outside}\n" in out, out
    assert "kein Fahrzeug eingetragen" not in out


def test_a_name_of_several_is_answered_with_a_list_to_choose_from(say: Say) -> None:
    code, out = say(*AS_OF, "--why", "Ohnewagen, be")
    assert (77, True) == (code, "Kunde 902 Bea Ohnewagen, Stuttgart\nKunde 903 Bert Ohnewagen, Stuttgart\n" in out), out
    assert "Fragen Sie mit einer dieser Nummern." in out


REFUSED = {
    "no date": (("--from", "soon"), "„soon“ ist kein Datum. Schreiben Sie es als JJJJ-MM-TT oder TT.MM.JJJJ"),
    "no such day": (("--to", "31.02.2027"), "„31.02.2027“ ist kein Datum."),
    "wrong way round": (
        (*AS_OF, "--from", "2027-03-02", "--to", "2027-03-01"),
        "Der letzte Tag 01.03.2027 liegt vor dem ersten 02.03.2027. Tauschen Sie --from und --to.",
    ),
    "too far": ((*AS_OF, "--to", "2029-01-01"), "Wählen Sie mit --to einen Tag bis 01.03.2028"),
    "unknown service": (("--service", "recall"), "Der Anlass recall steht in keinem gültigen Katalog."),
    "unknown vehicle": (("--vehicle", "V99"), "Die Fahrzeugnummer V99 ist nicht bekannt."),
    "unknown customer": (("--customer", "99"), "Die Kundennummer 99 ist nicht bekannt."),
    "unknown service for an answer": (("--why", MAIL, "--service", "recall"), "Der Anlass recall steht in keinem"),
    "unknown page": ((*SPRING, "--explain", "--page", "9"), "Seite 9 mit 25 je Seite gibt es nicht."),
    "unknown id": (
        ("--why", "nothing"),
        "Zu „nothing“ gibt es weder eine Nachricht noch einen Anlass, ein Fahrzeug oder einen Kunden.",
    ),
}


@pytest.mark.parametrize(("words", "sentence"), REFUSED.values(), ids=REFUSED.keys())
def test_what_cannot_be_is_refused_in_one_sentence(say: Say, words: tuple[str, ...], sentence: str) -> None:
    code, out = say(*words)
    assert (77, True) == (code, sentence in out), out


def test_a_configuration_that_is_not_there_is_said(say: Say, tmp_path: Path) -> None:
    code, out = say("--diff", str(tmp_path / "none.toml"))
    assert (78, f"Die Konfigurationsdatei {tmp_path / 'none.toml'} fehlt." in out) == (code, True)


def test_a_service_that_no_catalogue_has_is_named_before_the_plan(home: Path, say: Say) -> None:
    assert "Achtung" not in say(*AS_OF)[1]
    file = home / "agent.toml"
    file.write_text(file.read_text("utf-8").replace('["hu_au", "inspection"', '["hu_auu", "inspection"'), "utf-8")
    assert "[services] enabled nennt hu_auu; das steht in keinem gültigen Katalog" in say(*AS_OF)[1]


def test_before_a_catalogue_is_there_the_command_says_so(say: Say, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("guildpost_agent.cli.plan.services_in_force", lambda _core: ())
    assert (0, True) == ((said := say())[0], "No service is in force" in say(language="en")[1])
    assert said[1].startswith("Kein Service in Kraft")


@pytest.mark.parametrize("language", ["de", "en"])
def test_every_reason_has_its_short_words(language: str) -> None:
    known = load("guildpost_agent", "en" if language == "en" else "de").ids()
    refusals = set(Reason) - {Reason.PLANNED, Reason.BUNDLED}
    assert {f"web.refused.{reason}" for reason in refusals} <= known
