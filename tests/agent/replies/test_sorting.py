"""Customers' replies are sorted by rules; what is negated, asked or mixed is left to a person."""

from email import message_from_string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guildpost_agent.domain.replies.own_words import own_words, without_quotes
from guildpost_agent.domain.replies.reply import ReplyKind
from guildpost_agent.domain.replies.sorting import Doubt, sort_reply

CERTAIN = {
    ReplyKind.OBJECTION: [
        "Bitte keine E-Mails mehr.",
        "STOP",
        "Abmelden!",
        "Bitte streichen Sie mich aus dem Verteiler",
        "Ich widerspreche der Nutzung meiner Daten zu Werbezwecken.",
        "Ich will von Ihnen keine Werbung",
        "Hiermit widerrufe ich meine Einwilligung.",
        "please unsubscribe me",
        "Do not contact me again.",
        "I withdraw my consent.",
        "Ich möchte nicht mehr angeschrieben werden.",
        "Schreiben Sie mir bitte nicht mehr!",
        "Lassen Sie mich in Ruhe.",
        "Keine Briefe mehr bitte",
        "Senden Sie mir keine Erinnerungen mehr.",
        "Bitte senden Sie mir nichts mehr",
    ],
    ReplyKind.SOLD: [
        "Habe das Auto verkauft.",
        "Guten Tag, ich habe den Wagen schon im Mai verkauft. MfG",
        "Das Fahrzeug wurde verschrottet.",
        "Verkauft",
        "I sold the car last month.",
        "The car has been sold.",
    ],
    ReplyKind.BOOKING: [
        "Ich hätte gern einen Termin am Dienstag.",
        "Bitte machen Sie mir einen Termin",
        "I would like an appointment next week.",
    ],
}
UNCERTAIN = {
    "Können Sie mir bitte einen Termin vereinbaren?": ReplyKind.BOOKING,
    "Can I book an appointment for Monday?": ReplyKind.BOOKING,
    "Wir sind umgezogen, die neue Adresse ist Gartenweg 3.": ReplyKind.MOVED,
    "Wurde das Auto schon verkauft?": ReplyKind.SOLD,
    "Bitte keine E-Mails mehr, das Auto ist verkauft.": ReplyKind.OBJECTION,
    "Ich bekomme zu viel Werbung.": ReplyKind.OBJECTION,
    "Ich will nicht mehr angerufen werden.": ReplyKind.OBJECTION,
    "Das Auto ist verkauft, bitte löschen Sie meine Daten.": ReplyKind.RIGHTS,
    "Mein Mann ist verstorben.": ReplyKind.DECEASED,
    "Meine Frau ist im Mai leider gestorben, das Auto ist verkauft.": ReplyKind.DECEASED,
    "Herr Muster ist verstorben, bitte keine Post mehr.": ReplyKind.OBJECTION,
    "Löschen Sie meine Daten": ReplyKind.RIGHTS,
    "Ich verlange Auskunft nach Art. 15 DSGVO.": ReplyKind.RIGHTS,
    "Welche Daten haben Sie über mich?": ReplyKind.RIGHTS,
    "I sold the car, please delete my data.": ReplyKind.RIGHTS,
    "Keine Werbung mehr, und löschen Sie meine Daten.": ReplyKind.OBJECTION,
}
QUESTIONS = [
    "nicht verkauft",
    "Das Auto ist noch nicht verkauft.",
    "Sie haben mir das Auto verkauft.",
    "Der Wagen wurde mir von Ihnen verkauft.",
    "Ich möchte mein Auto verkaufen.",
    "Falls ich das Auto verkauft habe, melde ich mich.",
    "Termin absagen",
    "Ich muss den Termin leider absagen.",
    "Bitte den Termin stoppen.",
    "Bitte nicht abmelden!",
    "Bitte die Daten nicht löschen.",
    "Ich möchte das in Ruhe überlegen.",
    "Die Batterie ist gestorben.",
    "Ich brauche keinen Termin.",
    "Ich habe bereits einen Termin.",
    "We have not sold the car.",
    "You sold me this car.",
    "I have already booked an appointment",
    "Please cancel my appointment.",
    "Was kostet das?",
    "Danke!",
    "",
]


@pytest.mark.parametrize(("kind", "text"), [(kind, text) for kind, texts in CERTAIN.items() for text in texts])
def test_what_is_said_beyond_doubt_is_certain(kind: ReplyKind, text: str) -> None:
    found = sort_reply(text)
    assert (kind, True) == (found.kind, found.certain)


@pytest.mark.parametrize(("text", "kind"), UNCERTAIN.items())
def test_what_is_asked_or_mixed_is_sorted_but_not_certain(text: str, kind: ReplyKind) -> None:
    found = sort_reply(text)
    assert (kind, False) == (found.kind, found.certain)


@pytest.mark.parametrize("text", [text for text in UNCERTAIN if "Daten" in text or "data" in text or "DSGVO" in text])
def test_a_demand_for_access_or_erasure_waits_for_a_person_whatever_else_is_said(text: str) -> None:
    assert Doubt.RIGHTS is sort_reply(text).doubt


@pytest.mark.parametrize(
    ("text", "objects"),
    [
        ("Keine Werbung mehr, und löschen Sie meine Daten.", True),
        ("Bitte keine E-Mails mehr, das Auto ist verkauft.", True),
        ("Bitte keine Werbung mehr.", False),  # beyond doubt as a whole
        ("Kann ich keine E-Mails mehr bekommen, das Auto ist verkauft?", False),
        ("Zu viel Werbung, und das Auto ist verkauft.", False),
        ("Das Auto ist verkauft, bitte löschen Sie meine Daten.", False),
    ],
)
def test_an_objection_beyond_doubt_is_heard_also_beside_something_else(text: str, objects: object) -> None:
    assert objects == sort_reply(text).objects


@pytest.mark.parametrize("text", QUESTIONS)
def test_what_is_negated_or_about_something_else_is_a_question(text: str) -> None:
    found = sort_reply(text)
    assert (ReplyKind.QUESTION, False) == (found.kind, found.certain)


@given(st.sampled_from([text for texts in CERTAIN.values() for text in texts]), st.text(min_size=400, max_size=600))
def test_a_long_reply_is_never_certain(text: str, more: str) -> None:
    assert not sort_reply(f"{text} {'x' * 400} {more}").certain


@given(st.text(max_size=500))
def test_any_text_is_sorted(text: str) -> None:
    assert sort_reply(text).kind in ReplyKind


OURS = "bitte keine E-Mails mehr? Abmelden: https://relay.example/u/x\nDas Auto verkauft?"
QUOTED = {
    "lines with >": "Danke, passt.\n\n" + "".join(f"> {line}\n" for line in OURS.splitlines()),
    "Gmail, German": f"Danke, passt.\n\nAm Mo., 1. März 2027 um 10:00 schrieb Autohaus <a@b.example>:\n\n{OURS}",
    "Gmail, wrapped": f"Danke, passt.\n\nAm Mo., 1. März 2027 um 10:00 schrieb Autohaus\n<a@b.example>:\n\n{OURS}",
    "Outlook, German": f"Danke, passt.\n\nVon: Autohaus <a@b.example>\nGesendet: Montag, 1. März 2027\nAn: E\n\n{OURS}",
    "Outlook, English": f"Danke, passt.\n\nFrom: Autohaus <a@b.example>\nSent: Monday\nTo: E\n\n{OURS}",
    "Apple, English": f"Danke, passt.\n\nOn 1 Mar 2027, at 10:00, Autohaus <a@b.example> wrote:\n\n{OURS}",
    "old Outlook": f"Danke, passt.\n\n-----Ursprüngliche Nachricht-----\n{OURS}",
    "a signature": f"Danke, passt.\n\n-- \n{OURS}",
}


@pytest.mark.parametrize("text", QUOTED.values(), ids=QUOTED)
def test_what_a_reply_quotes_is_not_what_the_customer_says(text: str) -> None:
    assert "Danke, passt." == without_quotes(text)
    assert ReplyKind.QUESTION is sort_reply(without_quotes(text)).kind


def test_a_page_is_read_as_its_text() -> None:
    page = message_from_string("Content-Type: text/html\n\n<p>Habe das Auto <b>verkauft</b>.</p><blockquote>&gt; x")
    assert sort_reply(own_words(page)).certain


def test_a_new_mail_without_text_is_sorted_by_its_subject_a_reply_is_not() -> None:
    assert ReplyKind.OBJECTION is sort_reply("", "Abmelden").kind
    assert ReplyKind.QUESTION is sort_reply("", "Re: Abmelden").kind
