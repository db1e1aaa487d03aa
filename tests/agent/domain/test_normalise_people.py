import pytest
from hypothesis import given
from hypothesis import strategies as st

from guildpost_agent.domain.normalise import Unreadable
from guildpost_agent.domain.normalise_emails import _plain, email
from guildpost_agent.domain.normalise_emails import by_library as library_email
from guildpost_agent.domain.normalise_names import Name, read_name
from guildpost_agent.domain.normalise_phones import _number, by_library, phone, read_phones
from guildpost_agent.domain.normalise_rules import Rule


def couple(salutation: str, given: str, family: str, *second: str) -> Name:
    return Name(
        salutation, "", given, family,
        second_salutation=second[0], second_given_name=second[1], second_family_name=second[2],
    )  # fmt: skip


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("Hans@Gmx.DE", "Hans@gmx.de", id="domain in lower case"),
        pytest.param("x@x.de / hans.m@gmx.de", "hans.m@gmx.de", id="two addresses, the first is dead"),
        pytest.param("a.b@web.de, c@d.de", "a.b@web.de", id="two addresses"),
        pytest.param("mailto:<h@web.de>", "h@web.de", id="pasted from a browser"),
        pytest.param("unbekannt@web.de", "", id="unknown"),
        pytest.param("keine@mail.de", "", id="none"),
        pytest.param("x@x.de", "", id="crosses"),
        pytest.param("keine", "", id="an excuse without a domain"),
        pytest.param("info@autohaus.example", "", id="the dealer's own"),
        pytest.param("-", "", id="a dash"),
        pytest.param("", "", id="empty"),
    ],
)
def test_an_email_field_gives_its_first_living_address(text: str, expected: str) -> None:
    assert expected == email(text, "autohaus.example")


@pytest.mark.parametrize("text", ["hans", "a.b@", "@web.de", "a@@web.de", "hans @ web"])
def test_what_is_no_address_is_unreadable(text: str) -> None:
    with pytest.raises(Unreadable):
        email(text)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("0171 / 123 45 67", "+491711234567"),
        ("+49 (0) 711 123456", "+49711123456"),
        ("07151-4711", "+4971514711"),
        ("0049 711 998877", "+49711998877"),
        ("0171 1234567 (Frau)", "+491711234567"),
        ("-", ""),
        ("0", ""),
    ],
)
def test_a_phone_number_becomes_e164(text: str, expected: str) -> None:
    assert expected == phone(text)


@pytest.mark.parametrize("text", ["123", "abc", "0800", "+49 1"])
def test_what_is_no_phone_number_is_unreadable(text: str) -> None:
    with pytest.raises(Unreadable):
        phone(text)


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        pytest.param(("Herr", "", "Dr. Hans", "MÜLLER", ""), Name("Herr", "Dr.", "Hans", "Müller"), id="title"),
        pytest.param(("", "", "", "Eheleute Meier", ""), Name("Eheleute", "", "", "Meier"), id="couple in surname"),
        pytest.param(
            ("Herr", "", "Hans u. Eva", "Lang", ""), couple("Eheleute", "Hans", "Lang", "", "Eva", "Lang"), id="two"
        ),
        pytest.param(
            ("", "", "", "Herr Hans u. Frau Petra Müller", ""),
            couple("Herr", "Hans", "Müller", "Frau", "Petra", "Müller"),
            id="two in the surname field, each with a salutation",
        ),
        pytest.param(
            ("", "", "Hans / Petra", "Müller / Schmidt", ""),
            couple("", "Hans", "Müller", "", "Petra", "Schmidt"),
            id="two first names, two surnames",
        ),
        pytest.param(
            ("Eheleute", "", "", "Hans und Petra von der Heide", ""),
            couple("Eheleute", "Hans", "von der Heide", "", "Petra", "von der Heide"),
            id="two with one surname and its particle",
        ),
        pytest.param(
            ("", "", "", "Müller und Schmidt", ""), Name(family_name="Müller und Schmidt"), id="two, or a firm"
        ),
        pytest.param(("", "", "", "Fam. Dr. Lang", ""), Name("Familie", "Dr.", "", "Lang"), id="family with a title"),
        pytest.param(("Herr", "", "HANS", "VON DER HEIDE", ""), Name("Herr", "", "Hans", "von der Heide"), id="loud"),
        pytest.param(("Herrn Dr.", "", "Hans", "MÃ¼ller", ""), Name("Herr", "Dr.", "Hans", "Müller"), id="mangled"),
        pytest.param(("Frau", "", "Petra", "Müller geb. Lang", ""), Name("Frau", "", "Petra", "Müller"), id="born"),
        pytest.param(("Herr", "", "", "Müller", "Hans"), Name("Herr", "", "Hans", "Müller"), id="name in line two"),
        pytest.param(
            ("Herr", "", "Hans", "Lang", "c/o Sonnenhof"),
            Name("Herr", "", "Hans", "Lang", care_of="bei Sonnenhof"),
            id="care of",
        ),
        pytest.param(
            ("Firma", "", "", "Bau GmbH", "z. Hd. Buchhaltung"),
            Name("Firma", company="Bau GmbH", is_business=True, care_of="z. Hd. Buchhaltung"),
            id="company with a department",
        ),
        pytest.param(
            ("", "", "Hans", "Müller & Sohn", ""),
            Name("Firma", company="Hans Müller & Sohn", is_business=True),
            id="father and son are a firm",
        ),
        pytest.param(
            ("Herr", "", "Hans", "Apotheke", ""), Name("Herr", "", "Hans", "Apotheke"), id="a trade as surname"
        ),
        pytest.param(
            ("Herr", "", "Hans", "Lang (verstorben)", ""),
            Name("Herr", "", "Hans", "Lang", deceased=True),
            id="deceased",
        ),
        pytest.param(
            ("Herr", "", "Hans", "Lang KEINE WERBUNG", ""),
            Name("Herr", "", "Hans", "Lang", advertising_block=True),
            id="a note against advertising",
        ),
        pytest.param(("", "", "", "Barverkauf", ""), Name(family_name="Barverkauf", is_dummy=True), id="cash customer"),
        pytest.param(("", "", "", "Müller, Hans", ""), Name("", "", "Hans", "Müller"), id="turned round"),
        pytest.param(
            ("Frau", "Prof. Dr.", "Eva", "von Ley", ""), Name("Frau", "Prof. Dr.", "Eva", "von Ley"), id="plain"
        ),
        pytest.param(("Herr", "", "Drago", "Petrov", ""), Name("Herr", "", "Drago", "Petrov"), id="Dr without a dot"),
        pytest.param(
            ("", "", "", "Schmidt GmbH & Co. KG", ""),
            Name("Firma", company="Schmidt GmbH & Co. KG", is_business=True),
            id="company in surname",
        ),
        pytest.param(
            ("FIRMA", "", "FIRMA", "Bau Schulz", "z. Hd. Frau Petra Lang"),
            Name("Frau", "", "Petra", "Lang", "Bau Schulz", is_business=True),
            id="company with a contact",
        ),
    ],
)
def test_names_are_sorted_into_their_fields(fields: tuple[str, str, str, str, str], expected: Name) -> None:
    assert expected == read_name(*fields, business=False)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("0711/123456 / 0171/1234567", [("+49711123456", False), ("+491711234567", True)], id="two"),
        pytest.param("0711 123456; 0711 123456", [("+49711123456", False)], id="twice the same"),
        pytest.param("07151/4711-12", [("+497151471112", False)], id="a direct line"),
        pytest.param("0711 123456 App. 12", [("+49711123456", False)], id="an extension"),
        pytest.param("+43 664 1234567", [("+436641234567", True)], id="another country"),
        pytest.param("0171 0000000", [], id="zeros"),
        pytest.param("12345", [], id="keys in a row"),
    ],
)
def test_a_phone_field_gives_each_number_with_its_kind(text: str, expected: list[tuple[str, bool]]) -> None:
    assert expected == [(found.number, found.is_mobile) for found in read_phones(text).found]


german = st.from_regex(r"(0|\+49|0049)[1-9][0-9]{2,13}", fullmatch=True)


@given(german)
def test_the_fast_reading_of_german_numbers_says_what_the_library_says(digits: str) -> None:
    found = by_library(digits, "DE")
    assert found == _number(digits, "DE")


plain = st.from_regex(r"[A-Za-z0-9._-]{1,20}@([a-zA-Z0-9-]{1,9}\.){1,3}[a-z]{1,5}", fullmatch=True)


@given(plain)
def test_the_fast_reading_of_addresses_says_what_the_library_says(address: str) -> None:
    fast = _plain(address)
    assert fast in {"", library_email(address)}


@given(st.text(max_size=60), st.sampled_from(["DE", "AT", "FR"]))
def test_no_text_breaks_a_reader_and_reading_twice_changes_nothing(text: str, country: str) -> None:
    for read in (email, lambda value: phone(value, country)):
        try:
            once = read(text)
        except Unreadable:
            continue
        assert once == (read(once) if once else "")


WORDS = (
    "Hans", "Petra", "Müller", "SCHMIDT", "von", "der", "Heide", "Dr.", "Prof.", "Herr", "Frau", "Eheleute", "Fam.",
    "GmbH", "&", "und", "/", ",", "c/o", "bei", "z. Hd.", "geb.", "verstorben", "MÃ¼ller", "-", "(", ")", "X",
)  # fmt: skip
fragments = st.lists(st.sampled_from(WORDS), max_size=5).map(" ".join)


@given(fragments, fragments, fragments, fragments)
def test_a_sorted_name_stays_as_it_is(salutation: str, given_name: str, name1: str, name2: str) -> None:
    once = read_name(salutation, "", given_name, name1, name2, business=False)
    if once.second_family_name or (once.company and once.family_name):
        return  # two names in two sets of fields: no single row says the same
    again = read_name(
        once.salutation, once.title, once.given_name, once.company or once.family_name, business=once.is_business
    )
    shown = ("salutation", "title", "given_name", "family_name", "company")
    assert [getattr(once, name) for name in shown] == [getattr(again, name) for name in shown]


@given(st.text(max_size=40), st.text(max_size=40), st.text(max_size=40), st.text(max_size=40))
def test_no_name_breaks_the_sorting(salutation: str, given_name: str, name1: str, name2: str) -> None:
    name = read_name(salutation, "", given_name, name1, name2, business=False)
    assert {note.rule for note in name.notes} <= set(Rule)


def test_an_unknown_salutation_is_dropped_and_never_guessed() -> None:
    assert read_name("Herr/Frau", "", "Kim", "Lang", "", business=False).salutation == ""
