"""What the dealer reads: the week, one message with its reasons, what left the house."""

import re
from datetime import timedelta
from html import unescape
from pathlib import Path

import pytest
from sqlalchemy import update

from guildpost_agent.adapters.sql.tables import decisions, egress_ledger
from guildpost_agent.app.egress.witness import Witness
from guildpost_agent.app.remember_problems import remember_problem
from guildpost_agent.domain.exclusions import Reason
from guildpost_shared.catalog import load
from guildpost_shared.errors import Refused, Untrusted
from guildpost_shared.web.headers import PREVIEW_POLICY
from tests.agent.web.dealership import EVIL, EVIL_LETTER, EVIL_MAIL, LATE, LETTER, MAIL, NOW, Dealership
from tests.factories.agent import a_withdrawal
from tests.shared.web.visitor import Visitor, visiting


def test_the_week_says_first_how_many_of_what_and_what_comes_next(visitor: Visitor) -> None:
    page = visitor.words("/")
    assert "In den nächsten sieben Tagen gehen 49 Nachrichten hinaus." in page
    assert "Davon 22 E-Mails und 27 Briefe. Als Nächstes: Mo., 1. März 2027, 09:30, E-Mail an Erika" in page
    assert "49 messages go out within the next seven days. Of these, 22 e-mails and 27 letters." in visitor.words(
        "/?lang=en"
    )


def test_what_is_wrong_stands_on_the_start_page_once_with_what_to_do_until_it_is_over(
    dealership: Dealership, visitor: Visitor
) -> None:
    assert "Was jetzt nicht in Ordnung ist" not in visitor.words("/")
    remember_problem(dealership.open_uow, "catalogue", Untrusted("catalogue_clock_behind"))
    for step in ("catalogue-skoda", "certificate-skoda"):
        remember_problem(dealership.open_uow, step, Refused("membership_locked"))
    page = visitor.words("/")
    assert "Die Uhr dieses Rechners geht gegenüber dem zuletzt geprüften Katalog nach. Stellen Sie die Uhr" in page
    assert 1 == page.count("Marke skoda: Die Mitgliedschaft ist gesperrt, bis Ihr Hersteller entschieden hat.")
    assert "brand skoda: The membership is locked until your brand has decided." in visitor.words("/?lang=en")
    for step in ("catalogue", "catalogue-skoda", "certificate-skoda"):
        remember_problem(dealership.open_uow, step, None)
    assert "Was jetzt nicht in Ordnung ist" not in visitor.words("/?lang=de")


def test_the_weeks_days_add_up_to_its_answer(dealership: Dealership, visitor: Visitor) -> None:
    strip = visitor.get("/").text.partition('<ol class="strip"')[2].partition("</ol>")[0]
    counts = [int(count) for count in re.findall(r"<b>(\d+)</b>", strip)]
    assert 7 == len(counts)
    assert 49 == sum(counts)
    rows = dealership.open_uow
    with rows() as uow:
        planned = [t for t in uow.plans.touchpoints() if t.state == "planned" and NOW <= t.planned_at]
    assert 49 == len(planned), "cancelled ones are not promised"


def test_a_row_says_when_to_whom_about_what_why_and_by_which_way(visitor: Visitor) -> None:
    row = visitor.get("/").text.partition(f'href="/messages/{MAIL}"')
    row_words = " ".join(unescape(re.sub(r"<[^>]*>", " ", row[0][-200:] + row[2][:900])).split())
    for part in ("09:30", "Arvana", "S-GP", "HU/AU fällig bis 30. Apr. 2027", "60 Tage vorher", "E-Mail", "geplant"):
        assert part in row_words


def test_a_message_whose_time_has_passed_is_shown_as_waiting(visitor: Visitor) -> None:
    page = visitor.get("/").text
    waiting, _, rest = page.partition("1 Nachricht wartet noch")[2].partition("</section>")
    assert f"/messages/{LATE}" in waiting
    assert f"/messages/{LATE}" not in rest


def test_a_long_day_is_cut_on_the_start_page_and_whole_on_its_own(visitor: Visitor) -> None:
    page = visitor.get("/").text
    assert 'href="/days/2027-03-01"' in page
    assert "Alle 31 vom Montag, 1. März" in visitor.words("/")
    listed = set(re.findall(r'href="/messages/([^"]+)"', visitor.get("/days/2027-03-01").text))
    assert 31 <= len(listed), "with the cancelled ones of that day"
    assert {MAIL, LETTER, EVIL_MAIL, EVIL_LETTER} <= listed


@pytest.mark.parametrize("day", ["2027-02-30", "x", "0001-01-01", "9999-12-31", "2027-03-01T00:00"])
def test_a_day_that_is_none_is_answered_in_words(visitor: Visitor, day: str) -> None:
    answer = visitor.get(f"/days/{day}")
    assert 404 == answer.status_code
    assert "<h1>" in answer.text


def test_every_reason_not_to_write_has_words_in_both_languages(dealership: Dealership, visitor: Visitor) -> None:
    for language in ("de", "en"):
        ids = load("guildpost_agent", language).ids()
        assert (
            set()
            == {f"web.refused.{reason}" for reason in Reason if reason not in {Reason.PLANNED, Reason.BUNDLED}} - ids
        )
    with dealership.engine.begin() as connection:
        connection.execute(update(decisions).where(decisions.c.reason == "STALE").values(reason="ALREADY_BOOKED"))
    page = visitor.words("/")
    assert "Dafür ist schon ein Termin gebucht" in page
    assert "{" not in page


def test_an_empty_dealership_is_told_so(tmp_path: Path) -> None:
    empty = Dealership(tmp_path, filled=False)
    with visiting(empty.app) as visitor:
        visitor.log_in(empty)
        page = visitor.words("/")
        assert "In den nächsten sieben Tagen ist nichts geplant." in page
        assert "Noch wurde kein Anlass geprüft." in page
        assert "Bisher hat nichts das Haus verlassen." in visitor.words("/ledger")
    empty.close()


def test_the_week_moves_with_the_business_clock(dealership: Dealership, visitor: Visitor) -> None:
    dealership.clock.set(NOW + timedelta(days=30))
    assert "In den nächsten sieben Tagen ist nichts geplant." in visitor.words("/")


def test_a_mails_reasons_stand_in_order_as_sentences(visitor: Visitor) -> None:
    page = visitor.get(f"/messages/{MAIL}").text
    reasons = re.findall(r"<li>([^<]+)</li>", page.partition('<ol class="reasons">')[2].partition("</ol>")[0])
    assert [
        "Die HU ist bis 30.04.2027 fällig; so steht es im Händlersystem.",
        "Per E-Mail, weil dafür eine nachgewiesene Einwilligung vorliegt.",
        "60 Tage vor dem Stichtag: ein ausgeloster Vorlauf, damit sich zeigt, wann Kunden am liebsten buchen.",
        "Montag, 9 Uhr: eine ausgeloste Zeit außerhalb der Ruhezeiten, Sonn- und Feiertage.",
        "Der Kunde hört höchstens einmal in 14 Tagen und 6-mal im Jahr von Ihnen.",
    ] == [unescape(reason) for reason in reasons]
    assert all(
        reason.endswith(".") for reason in re.findall(r"<li>([^<]+)</li>", visitor.get(f"/messages/{LETTER}").text)
    )


def test_the_preview_is_the_message_itself_without_a_working_token(dealership: Dealership, visitor: Visitor) -> None:
    with dealership.open_uow() as uow:
        tokens = [job.token for state in ("sent", "ready") for job in uow.outbox.in_state("email", state)]
    sent = next(token for token in tokens if token != f"token-{LATE}")
    for touchpoint in (MAIL, LETTER, LATE, sent.removeprefix("token-")):
        answer = visitor.get(f"/messages/{touchpoint}/preview")
        assert 200 == answer.status_code
        assert PREVIEW_POLICY == answer.headers["content-security-policy"]
        assert "sandbox" in PREVIEW_POLICY.split("; ")
        assert "<form" not in answer.text
        assert [] == [token for token in tokens if token in answer.text]
        linked = set(re.findall(r'href="(https?://[^/"]+)', answer.text))
        assert linked <= {"https://preview.invalid", "https://autohaus-muster.example"}
    assert 'sandbox title="' in visitor.get(f"/messages/{MAIL}").text, "the frame itself is a sandbox, too"


def test_a_letters_preview_shows_address_subject_words_and_imprint(visitor: Visitor) -> None:
    page = visitor.words(f"/messages/{LETTER}/preview")
    for part in (
        "Autohaus Muster GmbH · Werkstraße 5 · 70173 Stuttgart",
        "Herrn Jürgen",
        "Datum 1. März 2027",
        "Einladung zur HU/AU im April 2027",
        "Sehr geehrter Herr",
        "Amtsgericht Stuttgart, HRB 1",
        "jederzeit widersprechen",
    ):
        assert part in page


def test_names_that_are_markup_come_out_as_text_everywhere(visitor: Visitor) -> None:
    escaped = "&lt;script&gt;alert(1)&lt;/script&gt;"
    for path in ("/", "/days/2027-03-01", *(f"/messages/{name}" for name in (EVIL_MAIL, EVIL_LETTER))):
        for address in {path, f"{path}/preview"} if "evil" in path else {path}:
            text = visitor.get(address).text
            assert EVIL not in text, address
            assert escaped in text, address


def test_a_message_that_cannot_be_filled_keeps_its_reasons_and_says_why(
    dealership: Dealership, visitor: Visitor
) -> None:
    with dealership.open_uow() as uow:
        uow.consents.append([a_withdrawal(f"k-{MAIL}")])
        uow.commit()
    page = visitor.words(f"/messages/{MAIL}")
    assert "Die HU ist bis 30.04.2027 fällig" in page
    assert "iframe" not in visitor.get(f"/messages/{MAIL}").text
    assert "Rechtsgrundlage" in page
    assert 403 == visitor.get(f"/messages/{MAIL}/preview").status_code


@pytest.mark.parametrize("name", ["unknown", "%3Cscript%3E", "t-mail%00", "x" * 2_000, "..%2f..%2fetc"])
def test_an_unknown_message_is_a_page_in_words(visitor: Visitor, name: str) -> None:
    for path in (f"/messages/{name}", f"/messages/{name}/preview"):
        answer = visitor.get(path)
        assert 404 == answer.status_code
        assert "<h1>" in answer.text
        assert "<script" not in answer.text


def test_the_ledger_says_in_words_what_left_and_that_its_chain_holds(visitor: Visitor) -> None:
    page = visitor.words("/ledger")
    assert "Die Kette ist unversehrt: 30 Einträge" in page
    assert "Beitrag zu einer gemeinsamen Auswertung: verrauscht und maskiert" in page
    assert "Koordinator (Marke)" in page


def test_a_changed_ledger_is_called_broken_where_it_breaks(dealership: Dealership, visitor: Visitor) -> None:
    with dealership.engine.begin() as connection:
        connection.execute(update(egress_ledger).where(egress_ledger.c.seq == 17).values(size=1))
    page = visitor.words("/ledger")
    assert "Das Ausgangsprotokoll ist ab Eintrag 17 nicht mehr lückenlos." in page
    assert "unversehrt" not in page


def test_a_ledger_that_was_cut_off_at_its_end_is_told(dealership: Dealership, visitor: Visitor) -> None:
    dealership.witness.write(Witness(31, "ab" * 32))
    page = visitor.words("/ledger")
    assert "Das Ausgangsprotokoll endet mit Eintrag 30, es ging aber schon bis 31" in page
    assert "unversehrt" not in page


def test_no_page_is_heavy(visitor: Visitor) -> None:
    for path in ("/", "/days/2027-03-01", f"/messages/{MAIL}", f"/messages/{LETTER}/preview", "/ledger"):
        assert 64_000 > len(visitor.get(path).content), path
