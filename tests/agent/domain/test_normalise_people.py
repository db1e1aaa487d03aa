import pytest

from guildpost_agent.domain.normalise import Unreadable
from guildpost_agent.domain.normalise_contact import email, phone
from guildpost_agent.domain.normalise_names import Name, read_name


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
        pytest.param(("Herr", "", "Hans u. Eva", "Lang", ""), Name("Eheleute", "", "Hans u. Eva", "Lang"), id="two"),
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


def test_an_unknown_salutation_is_dropped_and_never_guessed() -> None:
    assert read_name("Herr/Frau", "", "Kim", "Lang", "", business=False).salutation == ""
