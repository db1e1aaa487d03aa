"""What becomes of a row of a list, and which words may stand in a notice."""

from datetime import date

import pytest

from guildpost_agent.domain.notice_text import LONGEST, fitting
from guildpost_agent.domain.records import Vehicle
from guildpost_agent.domain.vehicle_lists import Known, ListEntry, ListRow, Waiting, entry_of
from guildpost_shared.errors import Refused

DAY = date(2027, 3, 1)
VIN, OTHER_VIN, FOREIGN_VIN = "WVWZZZ1JZXW000001", "WVWZZZ1JZXW000002", "WVWZZZ1JZXW000009"
KNOWN = Known(
    [
        Vehicle("F-1", "K-1", vin=VIN, plate="LA-AB 12"),
        Vehicle("F-0", "K-0", vin=OTHER_VIN, plate="LA-CD 1", sold_on=date(2026, 1, 1)),
        Vehicle("F-2", "K-2", vin=OTHER_VIN, plate="LA-CD 1"),
        Vehicle("F-3", "K-3", plate="LA-XX 9"),
        Vehicle("F-4", "K-4", plate="LA-XX 9"),
        Vehicle("F-5", "K-5"),
    ]
)


@pytest.mark.parametrize(
    ("row", "vehicle_id"),
    [
        (ListRow(2, vin=VIN, reference="69X1"), "F-1"),
        (ListRow(2, vin=f" {VIN.lower()[:9]} {VIN.lower()[9:]}", reference="69X1"), "F-1"),
        (ListRow(2, plate="la ab12", reference="69X1"), "F-1"),
        (ListRow(2, vin=OTHER_VIN, reference="69X1"), "F-2"),
        (ListRow(2, plate="LA-CD 1", reference="69X1"), "F-2"),
    ],
    ids=["VIN", "VIN in another spelling", "plate", "VIN of two records, one sold", "plate of two records, one sold"],
)
def test_a_row_meets_its_vehicle(row: ListRow, vehicle_id: str) -> None:
    assert ListEntry("recall", vehicle_id, "69X1", DAY) == entry_of(row, "recall", KNOWN, DAY)


@pytest.mark.parametrize(
    ("row", "written"),
    [
        (ListRow(2, vin=FOREIGN_VIN, reference="69X1"), FOREIGN_VIN),
        (ListRow(2, vin=FOREIGN_VIN, plate="LA-AB 12", reference="69X1"), FOREIGN_VIN),
        (ListRow(2, plate="M-ZZ 1", reference="69X1"), "M-ZZ 1"),
    ],
    ids=["VIN", "VIN whose plate another vehicle carries here", "plate"],
)
def test_a_row_without_a_vehicle_here_waits(row: ListRow, written: str) -> None:
    assert Waiting("recall", written, "69X1", DAY) == entry_of(row, "recall", KNOWN, DAY)


def test_a_waiting_row_keeps_the_day_on_which_it_was_done() -> None:
    row = ListRow(2, vin=FOREIGN_VIN, reference="V-1", done="12.02.2027")
    assert Waiting("lease_end", FOREIGN_VIN, "V-1", DAY, done_on=date(2027, 2, 12)) == entry_of(
        row, "lease_end", KNOWN, DAY
    )


@pytest.mark.parametrize(
    ("row", "code"),
    [
        (ListRow(2, reference="69X1"), "list_row_vehicle"),
        (ListRow(2, vin="12345", reference="69X1"), "list_row_vehicle"),
        (ListRow(2, plate="LA-XX 9", reference="69X1"), "list_plate_ambiguous"),
        (ListRow(2, vin=VIN, reference=" "), "list_row_reference"),
        (ListRow(2, vin=VIN, reference="6" * 41), "list_row_reference"),
        (ListRow(2, vin=VIN, reference="69X1", text="Jetzt 10 % sparen"), "notice_text_advertising"),
    ],
    ids=["no vehicle", "no VIN", "plate of two vehicles", "no reference", "endless reference", "advertising"],
)
def test_a_wrong_row_is_refused_with_its_reason(row: ListRow, code: str) -> None:
    with pytest.raises(Refused, match=code):
        entry_of(row, "recall", KNOWN, DAY)


@pytest.mark.parametrize(
    "text",
    [
        "Ihr Fahrzeug ist fertig und kann bis 18:00 Uhr abgeholt werden.",
        "Das Ersatzteil kommt erst am 12.03.; wir rufen Sie an (0871/1234-5).",
        "Software der Abgasreinigung (Euro 6) wird erneuert – kostenlos, ca. 1,5 Stunden.",
        "Am Freitag, 5. März, bleibt die Werkstatt geschlossen & die Annahme auch.",
    ],
    ids=["ready", "delay", "recall", "closure"],
)
def test_plain_words_of_the_workshop_may_stand_in_a_notice(text: str) -> None:
    assert text == fitting(text)


@pytest.mark.parametrize(
    ("text", "code", "mark"),
    [
        ("", "notice_text_length", "–"),
        ("x" * (LONGEST + 1), "notice_text_length", "–"),
        ("Räder nur 49 €", "notice_text_advertising", "49 €"),
        ("Räder ab € 49", "notice_text_advertising", "€"),
        ("Räder für 49,90 Euro", "notice_text_advertising", "49,90 Euro"),
        ("Räder für EUR 49", "notice_text_advertising", "EUR 49"),
        ("Räder für 49,-", "notice_text_advertising", "49,-"),
        ("jetzt 10 % günstiger", "notice_text_advertising", "10 %"),
        ("jetzt 10 Prozent günstiger", "notice_text_advertising", "10 Prozent"),
        ("mit Winterrabatt", "notice_text_advertising", "Winterrabatt"),
        ("a special offer for you", "notice_text_advertising", "special offer"),
        ("<b>fertig</b>", "notice_text_markup", "<"),
        ("siehe www.autohaus.example", "notice_text_markup", "www."),
        ("Ihr {name}", "notice_text_markup", "{"),
        ("**fertig**", "notice_text_markup", "**"),
        ("fertig \U0001f600", "notice_text_markup", "\U0001f600"),
    ],
    ids=str,
)
def test_other_words_are_refused_with_the_mark_found(text: str, code: str, mark: str) -> None:
    with pytest.raises(Refused, match=code) as refused:
        fitting(text)
    assert mark == refused.value.params.get("mark", "–")
