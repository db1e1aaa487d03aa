"""What mail servers of many makers write is understood: the recipient, and why."""

import pytest

from guildpost_agent.domain.bounces.classify import classify
from guildpost_agent.domain.bounces.finding import BounceClass
from tests.agent.bounces.notices import SENDER, TO, exim, notice, postfix

QMAIL = {
    "CNAME lookup failed temporarily. (#4.4.3)\nthis message has been in the queue too long.": "expired",
    "Sorry, I wasn't able to establish an SMTP connection. (#4.4.1)": "expired",
    "Sorry, I couldn't find any host named kunde.example. (#5.1.2)": "hostunknown",
    "The user's mailbox is over its disk quota. (#5.2.2)": "mailboxfull",
    "This address no longer accepts mail.": "suspend",
    "Sorry, no mailbox here by that name. vpopmail (#5.1.1)": "userunknown",
    "Connected to 192.0.2.1 but sender was rejected.\nRemote host said: 553 domain must exist (#5.7.1)": "rejected",
    "Connected to 192.0.2.1 but greeting failed.\nRemote host said: 554 blocked using zen.spamhaus.org": "blocked",
    "This message is looping: it already has my Delivered-To line. (#5.4.6)": "networkerror",
    "192.0.2.1 failed after I sent the message.\nRemote host said: 554 Message rejected as spam.": "spamdetected",
    "Sorry, that domain isn't in my list of allowed rcpthosts (#5.7.1)": "norelaying",
    "Remote host said: 450 4.2.2 Mailbox full\nGiving up on 192.0.2.1.": "mailboxfull",
}

ANSWERS = (
    ("550 5.1.1 <x@y.example>: Recipient address rejected: User unknown", "RCPT TO", "5.1.1", "userunknown"),
    ("550 Requested action not taken: mailbox unavailable", "RCPT TO", "5.0.0", "userunknown"),
    ("550 No such user here", "RCPT TO", "5.0.0", "userunknown"),
    ("550 5.4.1 Recipient address rejected: Access denied. AS(201806281)", "RCPT TO", "5.4.1", "userunknown"),
    ("550 5.1.10 RESOLVER.ADR.RecipientNotFound; not found by lookup", "RCPT TO", "5.1.10", "userunknown"),
    (
        "550 5.7.1 this message is likely unsolicited mail. Gmail has blocked it.",
        "end of DATA",
        "5.7.1",
        "spamdetected",
    ),
    ("421 4.7.28 unusual rate of unsolicited mail; temporarily rate limited.", "end of DATA", "4.7.28", "speeding"),
    ("550-5.7.1 does not meet sending guidelines regarding PTR records", "end of DATA", "5.7.1", "requireptr"),
    ("554 5.7.1 Client host [192.0.2.9] blocked using bl.spamcop.net", "RCPT TO", "5.7.1", "blocked"),
    ("550 5.7.1 part of their network is on our block list (S3150).", "MAIL FROM", "5.7.1", "blocked"),
    ("550 5.7.708 Access denied, traffic not accepted from this IP.", "MAIL FROM", "5.7.708", "blocked"),
    ("554 IP=192.0.2.9 - A problem occurred. (Ask your postmaster for help) (BL)", "HELO", "5.0.0", "blocked"),
    ("450 4.2.0 <x@y.example>: Recipient address rejected: Greylisted", "RCPT TO", "4.2.0", "blocked"),
    ("554 5.7.1 <x@y.example>: Relay access denied", "RCPT TO", "5.7.1", "norelaying"),
    ("552 5.2.2 The email account that you tried to reach is over quota.", "RCPT TO", "5.2.2", "mailboxfull"),
    ("554 5.2.2 mailbox full; STOREDRV QuotaExceededException", "RCPT TO", "5.2.2", "mailboxfull"),
    ("451 4.7.500 Server busy. Please try again later.", "RCPT TO", "4.7.500", "systemerror"),
    ("552 5.3.4 Message size exceeds fixed limit", "MAIL FROM", "5.3.4", "mesgtoobig"),
    ("550 5.1.8 <a@b.example>: Sender address rejected: Domain not found", "RCPT TO", "5.1.8", "rejected"),
    ("530 5.7.0 Must issue a STARTTLS command first", "MAIL FROM", "5.7.0", "failedstarttls"),
    ("535 5.7.8 Error: authentication failed", "RCPT TO", "5.7.8", "securityerror"),
    ("550 5.2.1 The email account that you tried to reach is disabled.", "RCPT TO", "5.2.1", "suspend"),
    ("550 5.7.1 virus Eicar-Test-Signature detected by ClamAV", "end of DATA", "5.7.1", "virusdetected"),
    ("554 5.6.1 Body type not supported by Remote Host", "end of DATA", "5.6.1", "contenterror"),
    ("421 4.7.0 Too many connections from your IP", "RCPT TO", "4.7.0", "toomanyconn"),
    ("550 5.7.26 blocked because the sender is unauthenticated: SPF or DKIM.", "end of DATA", "5.7.26", "authfailure"),
    ("550 5.4.310 DNS domain kunde.example does not exist", "RCPT TO", "5.4.310", "hostunknown"),
    ("550 5.4.300 Message expired", "RCPT TO", "5.4.300", "expired"),
    ("554 5.4.14 Hop count exceeded - possible mail loop ATTR34", "RCPT TO", "5.4.14", "networkerror"),
    ("556 5.1.10 the domain has a null MX", "RCPT TO", "5.1.10", "notaccept"),
)

EXIM_OWN = {
    "Unknown user": "userunknown",
    "all relevant MX records point to non-existent hosts": "hostunknown",
    "Unrouteable address": "hostunknown",
    "mailbox is full (MTA-imposed quota exceeded while writing to file /var/mail/x)": "mailboxfull",
    "retry timeout exceeded": "expired",
    "lowest numbered MX record points to local host": "networkerror",
    "an MX or SRV record indicated no SMTP service": "notaccept",
}

OTHERS = {
    "MailMarshal": (
        (
            "Your message:\n   From:    {sender}\n\nCould not be delivered because of\n\n550 5.1.1 User unknown\n\n"
            "The following recipients were affected: \n    {to}\n"
        ),
        "userunknown",
    ),
    "MailFoundry": (
        (
            "Unable to deliver message to: <{to}>\nDelivery failed for the following reason:\n"
            "Server mx[192.0.2.2] failed with: 552 5.2.2 <{to}> over quota\n"
        ),
        "mailboxfull",
    ),
    "Biglobe": (
        (
            "   ----- The following addresses had delivery problems -----\n{to}\n\n   ----- Information -----\n"
            "The number of messages in recipient's mailbox exceeded the local limit.\n"
        ),
        "mailboxfull",
    ),
    "KDDI": ("Your mail\n    Could not be delivered to: <{to}>\n    As their mailbox is full.\n", "mailboxfull"),
    "1&1": (
        (
            'could not be delivered. The following address failed:\n\n"{to}":\nSMTP error from remote server for TEXT '
            "command, host: mx (192.0.2.1) reason: 550 5.7.1 message refused by policy\n"
        ),
        "policyviolation",
    ),
    "Notes": (
        (
            "------- Failure Reasons  --------\n\nUser not listed in public Name & Address Book\n{to}\n\n\n"
            "------- Returned Message --------\n"
        ),
        "userunknown",
    ),
    "OpenSMTPD": (
        (
            "An error has occurred while attempting to deliver a message for\nthe following list of recipients:\n\n"
            "{to}: 550 5.2.2 <{to}>... Mailbox Full\n\nBelow is a copy of the original message:\n"
        ),
        "mailboxfull",
    ),
    "Exchange 5.5": (
        (
            "did not reach the following recipient(s):\n\n{to} on Thu, 29 Apr 2010 18:14:35 +0900\n"
            "    The e-mail account does not exist at the organization.\n    <mx.kunde.example #5.1.1>\n"
        ),
        "userunknown",
    ),
    "Sendmail": (
        (
            "   ----- The following addresses had permanent fatal errors -----\n<{to}>\n\n"
            "   ----- Transcript of session follows -----\n... while talking to mx.:\n>>> RCPT To:<{to}>\n"
            "<<< 553 Invalid recipient {to}\n550 5.1.1 <{to}>... User unknown\n"
        ),
        "userunknown",
    ),
    "Active!hunter": ("Undelivered\n  >>> {to} <{to}>\n\n  550 no mailbox here by that name (#5.1.1)\n", "userunknown"),
    "Google, in German": (
        (
            "** Adresse nicht gefunden **\n\nIhre Nachricht wurde nicht an {to} zugestellt.\n\nDie Antwort lautete:\n\n"
            "550 5.1.1 The email account that you tried to reach does not exist.\n"
        ),
        "userunknown",
    ),
    "Exchange, in German": (
        (
            "Fehler bei der Nachrichtenzustellung an folgende Empfänger oder Gruppen:\n\n{to}\n\n"
            "Remote Server returned '550 5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient not found'\n"
        ),
        "userunknown",
    ),
}


@pytest.mark.parametrize(("own", "reason"), QMAIL.items(), ids=QMAIL.values())
def test_qmail_says_in_its_own_words_what_happened(own: str, reason: str) -> None:
    text = f"I'm afraid I wasn't able to deliver your message to the following addresses.\n\n<{TO}>:\n{own}\n\n"
    found = classify(notice(f"{text}--- Below this line is a copy of the message.\n"))
    assert [(TO, reason)] == [(one.recipient, one.reason) for one in found]


@pytest.mark.parametrize(("answer", "command", "status", "reason"), ANSWERS, ids=[one[0][:40] for one in ANSWERS])
def test_an_answer_to_postfix_is_understood(answer: str, command: str, status: str, reason: str) -> None:
    (found,) = classify(postfix(answer, command, status=status))
    assert (TO, reason) == (found.recipient, found.reason)


@pytest.mark.parametrize(
    ("answer", "command", "reason"),
    [
        ("550 Administrative prohibition", "end of data", "policyviolation"),
        ("550-Callback failed\n    550 Sender verify failed", "RCPT TO:<x@y.example>", "rejected"),
        ("550 JunkMail rejected - mx [192.0.2.9] is in an RBL", "RCPT TO:<x@y.example>", "blocked"),
        ("554-No SMTP service\n    554-IP address is block listed.", "initial connection", "blocked"),
        ("554-Reject due to policy restrictions.", "end of data", "policyviolation"),
    ],
)
def test_an_answer_to_exim_is_understood(answer: str, command: str, reason: str) -> None:
    (found,) = classify(exim(answer, command))
    assert (TO, reason) == (found.recipient, found.reason)


@pytest.mark.parametrize(("own", "reason"), EXIM_OWN.items())
def test_exim_says_in_its_own_words_what_happened(own: str, reason: str) -> None:
    text = f"could not be delivered. The following address(es) failed:\n\n  {TO}\n    {own}\n"
    (found,) = classify(notice(text))
    assert (TO, reason) == (found.recipient, found.reason)


@pytest.mark.parametrize("maker", OTHERS)
def test_a_notice_without_fields_names_recipient_and_reason(maker: str) -> None:
    text, reason = OTHERS[maker]
    found = classify(notice(text.format(to=TO, sender=SENDER)))
    assert [(TO, reason)] == [(one.recipient, one.reason) for one in found]


@pytest.mark.parametrize("answer", [one for one in ANSWERS if one[3] in {"blocked", "authfailure", "requireptr"}])
def test_what_concerns_the_sender_is_never_a_dead_address(answer: tuple[str, str, str, str]) -> None:
    (found,) = classify(postfix(answer[0], answer[1], status="5.1.1"))
    (same,) = classify(postfix(answer[0], answer[1], status=answer[2]))
    assert BounceClass.SENDER is same.bounce_class
    assert BounceClass.HARD is not found.bounce_class or "5.1.1" in found.status
