"""Notices as mail servers of many makers write them, put together from their manuals and the RFCs' own examples."""

from textwrap import dedent

SENDER = "werkstatt@autohaus.example"
TO = "erika@kunde.example"


def notice(
    body: str, *, sender: str = "MAILER-DAEMON@mx.example", subject: str = "Undelivered Mail", headers: str = ""
) -> bytes:
    """Give a plain notice with this text."""
    head = f"From: {sender}\nTo: {SENDER}\nSubject: {subject}\nDate: Thu, 1 Jan 2026 10:00:00 +0100\n{headers}\n"
    return (head + dedent(body)).encode()


def report(fields: str, text: str = "Your message could not be delivered.\n", *, original: str = "") -> bytes:
    """Give a notice of RFC 3464 with these fields of one recipient, or several groups apart by an empty line."""
    original = original or f"From: {SENDER}\nTo: {TO}\nMessage-ID: <1@autohaus.example>\nSubject: Termin\n\nGuten Tag\n"
    body = (
        f"--b\nContent-Type: text/plain\n\n{dedent(text)}\n"
        f"--b\nContent-Type: message/delivery-status\n\nReporting-MTA: dns; mx.example\n\n{dedent(fields).strip()}\n\n"
        f"--b\nContent-Type: message/rfc822\n\n{original}\n--b--\n"
    )
    kind = 'Content-Type: multipart/report; report-type=delivery-status; boundary="b"\n'
    return notice(body, headers=f"MIME-Version: 1.0\n{kind}")


def said(diagnostic: str, *, status: str = "5.0.0", action: str = "failed", text: str = "", remote: str = "") -> bytes:
    """Give a report about one recipient with this diagnostic."""
    fields = f"Final-Recipient: rfc822; {TO}\nAction: {action}\nStatus: {status}\n"
    fields += f"Remote-MTA: dns; {remote}\n" if remote else ""
    fields += f"Diagnostic-Code: smtp; {diagnostic}\n" if diagnostic else ""
    return report(fields, text or "Your message could not be delivered.\n")


def postfix(answer: str, command: str = "RCPT TO", *, status: str = "5.0.0") -> bytes:
    """Give Postfix's report of an answer to a command."""
    text = f"""\
        This is the mail system at host mx.example.

        I'm sorry to have to inform you that your message could not
        be delivered to one or more recipients. It's attached below.

                           The mail system

        <{TO}>: host mx.kunde.example[192.0.2.1] said: {answer} (in reply to {command} command)
        """
    return said(answer, status=status, text=text)


def exim(answer: str, command: str = "RCPT TO:<erika@kunde.example>") -> bytes:
    """Give Exim's notice of an answer to a command."""
    body = f"""\
        This message was created automatically by mail delivery software.

        A message that you sent could not be delivered to one or more of its
        recipients. This is a permanent error. The following address(es) failed:

          {TO}
            host mx.kunde.example [192.0.2.1]
            SMTP error from remote mail server after {command}:
            {answer}

        ------ This is a copy of the message, including all the headers. ------

        Return-path: <{SENDER}>
        From: {SENDER}
        To: {TO}
        """
    return notice(body, subject="Mail delivery failed: returning message to sender")
