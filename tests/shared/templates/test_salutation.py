"""People are addressed as the trade expects, and gender is never guessed."""

import pytest

from guildpost_shared.errors import Refused
from guildpost_shared.templates.salutation import (
    Gender,
    Household,
    Person,
    Recipient,
    Style,
    Tone,
    address_lines,
    may_be_informal,
    salutation,
)

WOMAN = Person("Änne", "Größl", Gender.WOMAN)
MAN = Person("Jörg", "Weiß", Gender.MAN)
SOMEBODY = Person("Kim", "Nguyen")


def _titled(person: Person, title: str) -> Person:
    return Person(person.given_name, person.family_name, person.gender, title)


@pytest.mark.parametrize(
    ("persons", "company", "german", "english"),
    [
        pytest.param((WOMAN,), "", "Sehr geehrte Frau Größl,", "Dear Ms Größl,", id="woman"),
        pytest.param((MAN,), "", "Sehr geehrter Herr Weiß,", "Dear Mr Weiß,", id="man"),
        pytest.param(
            (_titled(MAN, "Dr. phil."),), "", "Sehr geehrter Herr Dr. Weiß,", "Dear Dr Weiß,", id="doctor, no suffix"
        ),
        pytest.param(
            (_titled(WOMAN, "Prof. Dr. med."),),
            "",
            "Sehr geehrte Frau Professorin Größl,",
            "Dear Professor Größl,",
            id="professor, written out",
        ),
        pytest.param(
            (_titled(MAN, "Professor"),), "", "Sehr geehrter Herr Professor Weiß,", "Dear Professor Weiß,", id="he"
        ),
        pytest.param(
            (_titled(MAN, "Dipl.-Ing."),), "", "Sehr geehrter Herr Weiß,", "Dear Mr Weiß,", id="diploma is left out"
        ),
        pytest.param((SOMEBODY,), "", "Guten Tag Kim Nguyen,", "Dear Kim Nguyen,", id="diverse or unknown"),
        pytest.param(
            (_titled(SOMEBODY, "Dr."),), "", "Guten Tag Kim Nguyen,", "Dear Kim Nguyen,", id="unknown with title"
        ),
        pytest.param((), "Bau GmbH", "Sehr geehrte Damen und Herren,", "Dear Sir or Madam,", id="company"),
        pytest.param((WOMAN,), "Bau GmbH", "Sehr geehrte Frau Größl,", "Dear Ms Größl,", id="company with contact"),
        pytest.param(
            (WOMAN, MAN),
            "",
            "Sehr geehrte Frau Größl, sehr geehrter Herr Weiß,",
            "Dear Ms Größl, dear Mr Weiß,",
            id="two persons",
        ),
        pytest.param(
            (Person("", "", Gender.MAN),), "", "Sehr geehrte Damen und Herren,", "Dear Sir or Madam,", id="no name"
        ),
    ],
)
def test_the_opening_line_follows_the_table(
    persons: tuple[Person, ...], company: str, german: str, english: str
) -> None:
    recipient = Recipient(persons, company)
    assert (german, english) == (salutation(recipient, "de"), salutation(recipient, "en"))


@pytest.mark.parametrize(
    ("recipient", "lines"),
    [
        pytest.param(
            Recipient((_titled(MAN, "Dipl.-Ing."),), "", "Am Öd 3", "01067", "Dresden"),
            ("Herrn Dipl.-Ing. Jörg Weiß", "Am Öd 3", "01067 Dresden"),
            id="man with a diploma",
        ),
        pytest.param(
            Recipient((WOMAN,), "Müller & Söhne GmbH", "Am Öd 3", "84028", "Landshut"),
            ("Müller & Söhne GmbH", "Frau Änne Größl", "Am Öd 3", "84028 Landshut"),
            id="the name shows the company",
        ),
        pytest.param(
            Recipient((), "Müller & Söhne", "Am Öd 3", "84028", "Landshut"),
            ("Firma", "Müller & Söhne", "Am Öd 3", "84028 Landshut"),
            id="the name does not show it",
        ),
        pytest.param(
            Recipient((SOMEBODY,), "", "Am Öd 3", "84028", "Landshut", care_of="Weiß"),
            ("Kim Nguyen", "bei Weiß", "Am Öd 3", "84028 Landshut"),
            id="sub-tenant",
        ),
        pytest.param(
            Recipient((WOMAN, MAN), "", "Gasse 1", "5020", "Salzburg", "AT"),
            ("Frau Änne Größl", "Herrn Jörg Weiß", "Gasse 1", "5020 SALZBURG", "ÖSTERREICH"),
            id="abroad in capitals",
        ),
    ],
)
def test_the_address_follows_din_5008(recipient: Recipient, lines: tuple[str, ...]) -> None:
    assert lines == address_lines(recipient)


ANNE, JORG = Person("Änne", "Größl"), Person("Jörg", "Größl")


@pytest.mark.parametrize(
    ("persons", "household", "greeting", "line"),
    [
        pytest.param((ANNE, JORG), Household.COUPLE, "Eheleute Größl", "Eheleute Änne und Jörg Größl", id="couple"),
        pytest.param((Person("", "Größl"),), Household.COUPLE, "Eheleute Größl", "Eheleute Größl", id="surname alone"),
        pytest.param((Person("", "Größl"),), Household.FAMILY, "Familie Größl", "Familie Größl", id="family"),
        pytest.param((JORG,), Household.FAMILY, "Familie Größl", "Familie Jörg Größl", id="family with a first name"),
    ],
)
def test_a_household_is_greeted_as_one(
    persons: tuple[Person, ...], household: Household, greeting: str, line: str
) -> None:
    recipient = Recipient(persons, "", "Am Öd 3", "84028", "Landshut", household=household)
    assert (f"Sehr geehrte {greeting},", "Dear Größl family,") == (salutation(recipient), salutation(recipient, "en"))
    assert (line, "Am Öd 3", "84028 Landshut") == address_lines(recipient)


def test_a_couple_with_two_surnames_is_greeted_by_both() -> None:
    recipient = Recipient((WOMAN, MAN), "", "Am Öd 3", "84028", "Landshut", household=Household.COUPLE)
    assert "Sehr geehrte Frau Größl, sehr geehrter Herr Weiß," == salutation(recipient)


def test_an_address_beyond_six_lines_is_refused() -> None:
    recipient = Recipient((WOMAN, MAN), "Söhne", "Gasse 1", "5020", "Salzburg", "AT", care_of="Weiß")
    with pytest.raises(Refused, match="letter_address_too_long") as refused:
        address_lines(recipient)
    assert {"lines": 8} == refused.value.params


COUPLE = Recipient((WOMAN, Person("Jörg", "Größl", Gender.MAN)), household=Household.COUPLE)


@pytest.mark.parametrize(
    ("recipient", "warm", "south", "informal"),
    [
        pytest.param(Recipient((WOMAN,)), "Guten Tag Frau Größl,", "Grüß Gott Frau Größl,", "Hallo Änne,", id="woman"),
        pytest.param(
            Recipient((_titled(MAN, "Dr."),)),
            "Guten Tag Herr Dr. Weiß,",
            "Grüß Gott Herr Dr. Weiß,",
            "Hallo Jörg,",
            id="Dr.",
        ),
        pytest.param(
            Recipient((_titled(WOMAN, "Prof."),)),
            "Guten Tag Frau Professorin Größl,",
            "Grüß Gott Frau Professorin Größl,",
            "Hallo Änne,",
            id="professor",
        ),
        pytest.param(
            Recipient((SOMEBODY,)), "Guten Tag Kim Nguyen,", "Grüß Gott Kim Nguyen,", "Hallo Kim,", id="unknown"
        ),
        pytest.param(
            Recipient((WOMAN, MAN)),
            "Guten Tag Frau Größl, guten Tag Herr Weiß,",
            "Grüß Gott Frau Größl, grüß Gott Herr Weiß,",
            "Hallo Änne, hallo Jörg,",
            id="two persons",
        ),
        pytest.param(
            COUPLE, "Guten Tag Eheleute Größl,", "Grüß Gott Eheleute Größl,", "Hallo Änne, hallo Jörg,", id="couple"
        ),
        pytest.param(Recipient(company="Bau GmbH"), "Guten Tag,", "Grüß Gott,", "Guten Tag,", id="company"),
        pytest.param(
            Recipient((WOMAN,), company="Bau GmbH"),
            "Guten Tag Frau Größl,",
            "Grüß Gott Frau Größl,",
            "Guten Tag Frau Größl,",
            id="contact of a company stays with Sie",
        ),
        pytest.param(
            Recipient((Person("", "Größl", Gender.WOMAN),)),
            "Guten Tag Frau Größl,",
            "Grüß Gott Frau Größl,",
            "Guten Tag Frau Größl,",
            id="nobody without a given name is called by it",
        ),
    ],
)
def test_the_tone_decides_the_greeting(recipient: Recipient, warm: str, south: str, informal: str) -> None:
    assert warm == salutation(recipient, "de", Style(Tone.WARM))
    assert warm == salutation(recipient, "de", Style(Tone.REGIONAL))
    assert south == salutation(recipient, "de", Style(Tone.REGIONAL, south=True))
    assert informal == salutation(recipient, "de", Style(Tone.WARM, informal=True))
    assert informal.startswith("Hallo") is may_be_informal(recipient)
    for tone in (Tone.FACTUAL, Tone.PREMIUM):
        assert salutation(recipient, "de") == salutation(recipient, "de", Style(tone, south=True))


@pytest.mark.parametrize("tone", Tone)
def test_the_south_is_not_greeted_in_english(tone: Tone) -> None:
    assert "Dear Ms Größl," == salutation(Recipient((WOMAN,)), "en", Style(tone, south=True))
