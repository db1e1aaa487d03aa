"""Mails that look like bounces and are none: nothing in them may touch an address."""

import pytest

from guildpost_agent.domain.bounces.classify import classify
from guildpost_agent.domain.bounces.finding import BounceClass
from tests.agent.bounces.notices import SENDER, TO, notice, report

QUOTED = "> 550 5.1.1 <erika@kunde.example>: Recipient address rejected: User unknown\n> could not be delivered\n"


def person(text: str, subject: str, headers: str = "") -> bytes:
    """Give a mail that a customer wrote."""
    return notice(text, sender=f"Erika Kunde <{TO}>", subject=subject, headers=headers)


def multipart(kind: str, *parts: tuple[str, str], sender: str = TO, subject: str = "x", headers: str = "") -> bytes:
    """Give a mail of several parts, each with its media type."""
    body = "".join(f"--b\nContent-Type: {name}\n\n{text}\n" for name, text in parts) + "--b--\n"
    return notice(
        body,
        sender=sender,
        subject=subject,
        headers=f'MIME-Version: 1.0\nContent-Type: {kind}; boundary="b"\n{headers}',
    )


NOTHING = {
    "a parcel that could not be delivered": notice(
        "Your parcel could not be delivered. The recipient was not at home.\n",
        sender="DHL Paket <noreply@dhl.example>",
        subject="Ihre Sendung konnte nicht zugestellt werden",
    ),
    "a phishing mail about undeliverable parcels": notice(
        f"Delivery failed! Dear {SENDER}, your package is undeliverable, pay the fee.\n",
        sender="Post Service <info@parcel.example>",
        subject="Package delivery update",
    ),
    "a newsletter about undeliverable mail": notice(
        "Ten tips against undeliverable mail. Mailbox full? User unknown?\n",
        sender="Newsletter <news@marketing.example>",
        subject="So vermeiden Sie unzustellbare E-Mails",
        headers="List-Unsubscribe: <https://x.example/u>\nPrecedence: bulk\n",
    ),
    "a customer who quotes a bounce": person(f"Ich bekam das, was soll ich tun?\n\n{QUOTED}", "Frage"),
    "a customer who answers to a bounce": person(f"Bitte nehmen Sie die neue Adresse.\n\n{QUOTED}", "Re: Ihre Mail"),
    "a customer whose mailbox was full": person("Mein Postfach war voll, bitte noch einmal senden.\n", "Postfach voll"),
    "a customer who writes about an unknown user": person(
        "Unknown user? Your portal says: user unknown, account disabled.\n", "Login"
    ),
    "a customer who forwards a bounce inside": multipart(
        "multipart/mixed",
        ("text/plain", "Zur Kenntnis"),
        ("message/rfc822", notice("<x@y.example>: 550 User unknown\nThis could not be delivered.\n").decode()),
        subject="WG: Undelivered",
    ),
    "a calendar's answer": multipart(
        "multipart/alternative",
        ("text/plain", "Erika Kunde hat zugesagt."),
        ("text/calendar; method=REPLY", "BEGIN:VCALENDAR\nMETHOD:REPLY\nEND:VCALENDAR"),
        subject="Zugesagt: Inspektion",
    ),
    "a calendar's refusal": multipart(
        "multipart/alternative",
        ("text/plain", "Abgelehnt"),
        ("text/calendar; method=REPLY", "BEGIN:VCALENDAR\nPARTSTAT=DECLINED\nEND:VCALENDAR"),
        subject="Abgelehnt: Inspektion",
    ),
    "a read receipt (RFC 8098)": multipart(
        "multipart/report; report-type=disposition-notification",
        ("text/plain", "Your message was displayed."),
        (
            "message/disposition-notification",
            f"Final-Recipient: rfc822;{TO}\nDisposition: manual-action/MDN-sent-manually; displayed\n",
        ),
        subject="Gelesen: Ihr Termin",
    ),
    "a receipt that the mail was deleted unread": multipart(
        "multipart/report; report-type=disposition-notification",
        ("text/plain", "Die Nachricht wurde ungelesen gelöscht."),
        (
            "message/disposition-notification",
            f"Final-Recipient: rfc822;{TO}\nDisposition: automatic-action/MDN-sent-automatically; deleted\n",
        ),
        subject="Nicht gelesen: Ihr Termin",
    ),
    "a DMARC aggregate report": multipart(
        "multipart/mixed",
        ("text/plain", "This is an aggregate report from provider.example."),
        ("application/gzip", "H4sIAAAAAAAA"),
        sender="noreply-dmarc-support@provider.example",
        subject="Report domain: autohaus.example Submitter: provider.example Report-ID: 1",
    ),
    "a TLS report (RFC 8460)": multipart(
        "multipart/report; report-type=tlsrpt",
        ("text/plain", "This is an aggregate TLS report. 3 failed sessions."),
        ("application/tlsrpt+gzip", "H4sIAAAAAAAA"),
        sender="tlsrpt@provider.example",
        subject="Report Domain: autohaus.example Submitter: provider.example",
    ),
    "a mailing list's digest": notice(
        "Today's Topics:\n\n  1. user unknown (Otto)\n  2. Re: mail could not be delivered\n\n550 5.1.1 User unknown\n",
        sender="liste-request@verein.example",
        subject="Liste Digest, Vol 12, Issue 3",
        headers="List-Id: <liste.verein.example>\nPrecedence: list\n",
    ),
    "a mailing list that asks to confirm": notice(
        "Confirm your subscription by replying.\n",
        sender="liste-confirm@verein.example",
        subject="confirm 8a7f",
        headers="Precedence: bulk\n",
    ),
    "an invoice": notice(
        "Ihre Rechnung im Anhang.\n", sender="rechnung@lieferant.example", subject="Rechnung 550 5.1.1"
    ),
    "an order about spare parts": person("Bitte 550 5.1.1 Stück Bolzen, Liste folgt.\n", "Bestellung"),
    "a monitor's alarm about a mail queue": notice(
        "WARNING: 12 mails in queue, connection timed out.\n",
        sender="nagios@autohaus.example",
        subject="** PROBLEM: mail queue WARNING **",
    ),
    "a ticket system": notice(
        "Your request was received. Ticket 4711.\n", sender="support@hersteller.example", subject="[#4711] received"
    ),
    "a quarantine's digest": notice(
        "3 messages are in your quarantine: Undeliverable: x; Delivery failed: y\n",
        sender="quarantine@filter.example",
        subject="Spam quarantine summary",
    ),
    "a social network": notice(
        "Otto could not be reached. See who viewed your profile.\n",
        sender="notification@network.example",
        subject="Otto has sent you a message",
    ),
    "an appointment that could not take place": person("Der Termin konnte nicht stattfinden.\n", "Termin"),
    "a question about a returned letter": person(
        "Ihr Brief kam zurück: unbekannt verzogen. Wer wohnt dort?\n", "Brief zurück"
    ),
    "nothing but white space": b" \n \n\n",
}

AWAY = {
    "German": ("Abwesenheitsnotiz: Ihr Termin", "Ich bin bis 5. Mai nicht im Büro.\n"),
    "English": ("Automatic reply: Your appointment", "I am out of the office until 5 May.\n"),
    "French": ("Réponse automatique : Votre rendez-vous", "Je suis absent jusqu'au 5 mai.\n"),
    "Italian": ("Risposta automatica: appuntamento", "Sono fuori ufficio fino al 5 maggio.\n"),
    "Spanish": ("Respuesta automática: su cita", "Estoy fuera de la oficina hasta el 5 de mayo.\n"),
    "Dutch": ("Automatisch antwoord: uw afspraak", "Ik ben afwezig tot 5 mei.\n"),
    "Polish": ("Odpowiedź automatyczna: wizyta", "Jestem nieobecny do 5 maja.\n"),
    "Turkish": ("Otomatik Yanıt: randevu", "5 Mayıs'a kadar ofis dışındayım.\n"),
    "Danish": ("Automatisk svar: tid", "Jeg er ikke på kontoret.\n"),
    "Portuguese": ("Resposta automática: marcação", "Estou ausente até 5 de maio.\n"),
    "Czech": ("Automatická odpověď: termín", "Nejsem v kanceláři.\n"),
    "Russian": ("Автоматический ответ: запись", "Меня нет в офисе.\n"),
}

DELIVERED = {
    "delivered": "Action: delivered\nStatus: 2.1.5\nDiagnostic-Code: smtp; 250 2.1.5 Ok\n",
    "relayed to a server without receipts": "Action: relayed\nStatus: 2.0.0\n",
    "expanded to a list": "Action: expanded\nStatus: 2.0.0\n",
}


@pytest.mark.parametrize("raw", NOTHING.values(), ids=NOTHING)
def test_nothing_is_found_in_what_is_no_bounce(raw: bytes) -> None:
    assert [BounceClass.NOT_A_BOUNCE] == [one.bounce_class for one in classify(raw)]


@pytest.mark.parametrize("language", AWAY)
def test_somebody_away_is_an_automatic_answer_in_each_language(language: str) -> None:
    subject, text = AWAY[language]
    (found,) = classify(person(text, subject))
    assert (TO, BounceClass.AUTO_REPLY) == (found.recipient, found.bounce_class)
    (found,) = classify(person(text, "Re: Termin", "Auto-Submitted: auto-replied\n"))
    assert (TO, BounceClass.AUTO_REPLY) == (found.recipient, found.bounce_class)


@pytest.mark.parametrize(
    ("subject", "text"),
    [
        ("Re: Ihr Termin [please confirm]", "My spam filter asks you to confirm that you are a person: click here.\n"),
        ("Wir haben Ihre Nachricht erhalten", "Ihre Nachricht konnte nicht sofort beantwortet werden.\n"),
        ("Ich arbeite nicht mehr hier", "Mailbox wird nicht gelesen. User unknown könnte kommen.\n"),
    ],
)
def test_a_program_s_answer_in_a_person_s_name_is_no_bounce(subject: str, text: str) -> None:
    (found,) = classify(person(text, subject, "Auto-Submitted: auto-replied\n"))
    assert BounceClass.AUTO_REPLY is found.bounce_class


@pytest.mark.parametrize("fields", DELIVERED.values(), ids=DELIVERED)
def test_a_confirmation_of_delivery_is_no_bounce(fields: str) -> None:
    (found,) = classify(
        report(f"Final-Recipient: rfc822; {TO}\n{fields}", "Your message was successfully delivered.\n")
    )
    assert BounceClass.NOT_A_BOUNCE is found.bounce_class


def test_a_delay_is_soft_and_still_waits() -> None:
    fields = f"Final-Recipient: rfc822; {TO}\nAction: delayed\nStatus: 4.4.1\nWill-Retry-Until: Fri, 2 Jan 2026\n"
    (found,) = classify(report(fields, "Your message is delayed. It will be retried.\n"))
    assert (BounceClass.SOFT, True) == (found.bounce_class, found.delayed)


@pytest.mark.parametrize("kind", ["abuse", "fraud", "opt-out", "not-spam"])
def test_a_complaint_is_feedback(kind: str) -> None:
    raw = multipart(
        "multipart/report; report-type=feedback-report",
        ("text/plain", "This is an email abuse report. 550 User unknown."),
        ("message/feedback-report", f"Feedback-Type: {kind}\nVersion: 1\nOriginal-Rcpt-To: <{TO}>\n"),
        sender="feedback@isp.example",
        subject="complaint about message from 192.0.2.1",
    )
    assert [(TO, BounceClass.FEEDBACK, kind)] == [
        (one.recipient, one.bounce_class, one.feedback_type) for one in classify(raw)
    ]
