"""Forms of messages: reports however sloppy, complaints, automatic answers, and what is no bounce at all."""

import base64
import json
import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from guildpost_agent.cli import main
from guildpost_agent.domain.bounces.classify import classify
from guildpost_agent.domain.bounces.finding import NO_BOUNCE, REASONS, BounceClass
from tests.agent.bounces.notices import SENDER, TO, notice, postfix, report, said

GROUP = f"Final-Recipient: rfc822; {TO}\nAction: failed\nStatus: 5.1.1\nDiagnostic-Code: smtp; 550 5.1.1 User unknown\n"
SLOPPY = {
    "as the standard has it": report(GROUP),
    "names of fields in capitals, an address type in capitals": report(GROUP.upper().replace(TO.upper(), TO)),
    "a comment behind the status": report(GROUP.replace("5.1.1\nD", "5.1.1 (bad destination mailbox)\nD")),
    "no address type": report(GROUP.replace("rfc822; ", "")),
    "only the original recipient": report(GROUP.replace("Final", "Original")),
    "a folded diagnostic": report(GROUP.replace("550 5.1.1 User", "550 5.1.1\n    User")),
    "fields inside a text": notice(f"Could not be delivered.\n\n{GROUP}\n"),
    "fields quoted by a person who forwards them": notice("".join(f"> {line}\n" for line in GROUP.splitlines())),
    "fields in base64": notice(
        "--b\nContent-Type: message/delivery-status\nContent-Transfer-Encoding: base64\n\n"
        + base64.b64encode(f"Reporting-MTA: dns; x\n\n{GROUP}".encode()).decode()
        + "\n--b--\n",
        headers='Content-Type: multipart/report; boundary="b"\n',
    ),
    "a boundary that is never closed": report(GROUP).replace(b"\n--b--", b""),
    "lines that end in CR LF": report(GROUP).replace(b"\n", b"\r\n"),
}


@pytest.mark.parametrize("raw", SLOPPY.values(), ids=SLOPPY)
def test_a_report_is_read_in_every_form(raw: bytes) -> None:
    (found,) = classify(raw)
    assert (TO, "5.1.1", BounceClass.HARD, "userunknown") == (
        found.recipient,
        found.status,
        found.bounce_class,
        found.reason,
    )


def test_each_recipient_of_a_report_gets_its_own_finding() -> None:
    second = "Final-Recipient: rfc822; otto@kunde.example\nAction: delayed\nStatus: 4.2.2\n"
    found = classify(report(f"{GROUP}\n{second}"))
    assert [("userunknown", "hard"), ("mailboxfull", "soft")] == [(one.reason, one.bounce_class) for one in found]


def test_a_transient_status_never_condemns_an_address() -> None:
    (found,) = classify(said("450 4.1.1 user unknown", status="4.1.1", action="delayed"))
    assert BounceClass.SOFT is found.bounce_class


def test_a_confirmation_of_delivery_is_no_bounce() -> None:
    (found,) = classify(said("250 2.1.5 OK", status="2.1.5", action="delivered"))
    assert ("delivered", BounceClass.NOT_A_BOUNCE) == (found.reason, found.bounce_class)


def test_a_complaint_names_its_recipients_and_its_kind() -> None:
    body = (
        "--b\nContent-Type: message/feedback-report\n\nFeedback-Type: abuse\nVersion: 1\n"
        f"Original-Rcpt-To: <{TO}>\nOriginal-Rcpt-To: <otto@kunde.example>\n\n--b--\n"
    )
    kind = 'Content-Type: multipart/report; report-type=feedback-report; boundary="b"\n'
    found = classify(notice(body, sender="staff@isp.example", headers=kind))
    assert [(TO, "abuse"), ("otto@kunde.example", "abuse")] == [(one.recipient, one.feedback_type) for one in found]


@pytest.mark.parametrize(
    ("subject", "headers"),
    [
        ("Re: Ihr Termin", "Auto-Submitted: auto-replied\n"),
        ("Abwesenheitsnotiz: Ihr Termin", ""),
        ("Automatische Antwort: Ihr Termin", ""),
        ("Out of Office: Ihr Termin", ""),
        ("Automatic reply: Ihr Termin", ""),
    ],
)
def test_an_automatic_answer_is_about_the_person_who_is_away(subject: str, headers: str) -> None:
    (found,) = classify(notice("Ich bin bis Montag nicht da.\n", sender=TO, subject=subject, headers=headers))
    assert (TO, "vacation", BounceClass.AUTO_REPLY) == (found.recipient, found.reason, found.bounce_class)


NO_BOUNCES = {
    "a reply that quotes a bounce": notice(
        "Das kam bei mir an:\n> 550 5.1.1 User unknown\n", sender=TO, subject="Frage zum Termin"
    ),
    "a newsletter": notice("Angebote\n", sender="news@x.example", headers="List-Id: <x>\n"),
    "a bounce sent along as an attachment": notice(
        "--b\nContent-Type: text/plain\n\nZur Kenntnis.\n\n--b\nContent-Type: message/rfc822\n\n"
        + report(GROUP).decode().replace("--b", "--inner").replace(chr(34) + "b" + chr(34), "inner")
        + "\n--b--\n",
        sender=TO,
        subject="Zur Kenntnis",
        headers='Content-Type: multipart/mixed; boundary="b"\n',
    ),
    "nothing": b"",
    "a picture": bytes(range(256)) * 100,
}


@pytest.mark.parametrize("raw", NO_BOUNCES.values(), ids=NO_BOUNCES)
def test_what_is_no_bounce_is_left_alone(raw: bytes) -> None:
    assert [NO_BOUNCE] == classify(raw)


@given(st.binary(max_size=2_000))
@settings(max_examples=150)
def test_any_bytes_give_a_finding_and_no_error(raw: bytes) -> None:
    for whole in (raw, b"From: mailer-daemon@x\n" + raw, report(GROUP) + raw):
        assert all(one.reason in {*REASONS, "", "delivered", "vacation", "feedback"} for one in classify(whole))


@given(st.data())
@settings(max_examples=100)
def test_a_report_with_bytes_changed_gives_findings_and_no_error(data: st.DataObject) -> None:
    raw = bytearray(postfix("550 5.1.1 User unknown", status="5.1.1"))
    for _ in range(data.draw(st.integers(1, 30))):
        raw[data.draw(st.integers(0, len(raw) - 1))] = data.draw(st.integers(0, 255))
    assert classify(bytes(raw))


def test_parts_inside_parts_without_end_give_a_finding() -> None:
    nested = b"".join(b"Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\n" % (one, one) for one in range(2_000))
    assert [NO_BOUNCE] == classify(nested)


@pytest.mark.parametrize(
    ("options", "said"),
    [([], "Dort liegt keine Nachricht.\n"), (["--lang", "en"], "There is no message.\n"), (["--json"], "")],
    ids=["German", "English", "JSON"],
)
def test_an_empty_folder_is_called_so(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], options: list[str], said: str
) -> None:
    assert 0 == main(["bounces", "--classify", str(tmp_path), *options])
    assert said == capsys.readouterr().out


def test_the_command_prints_one_json_line_per_recipient(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "box" / "cur").mkdir(parents=True)
    (tmp_path / "box" / "tmp").mkdir()
    (tmp_path / "box" / "tmp" / "half").write_bytes(report(GROUP))
    (tmp_path / "box" / "cur" / "1").write_bytes(report(GROUP))
    (tmp_path / "mbox").write_bytes(
        b"".join(b"From x Thu Jan  1 10:00:00 2026\n" + report(GROUP) + b"\n" for _ in "ab")
    )
    (tmp_path / "picture.png").write_bytes(bytes(range(256)))
    assert 0 == main(["bounces", "--classify", str(tmp_path), "--json"])
    rows = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [("1", "hard"), ("mbox", "hard"), ("mbox", "hard"), ("picture.png", "not-a-bounce")] == sorted(
        (Path(row["file"]).name, row["class"]) for row in rows
    )
    assert {"file", "recipient", "status", "class", "reason"} <= set(rows[0])


@pytest.mark.parametrize("language", ["de", "en"])
def test_the_table_says_it_in_words(language: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "one.eml").write_bytes(report(GROUP))
    assert 0 == main(["bounces", "--lang", language, "--classify", str(tmp_path / "one.eml")])
    out = capsys.readouterr().out
    assert ("Empfänger unbekannt" if language == "de" else "user unknown") in out
    assert TO in out


def test_a_path_that_is_missing_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    assert 0 != main(["bounces", "--classify", "/nowhere/at/all"])
    assert "/nowhere/at/all" in capsys.readouterr().err


def test_the_sender_of_the_notice_is_never_its_recipient() -> None:
    text = f"A message sent by\n\n  <{SENDER}>\n\ncould not be delivered. The following address(es) failed:\n\n  {TO}\n"
    assert [TO] == [one.recipient for one in classify(notice(f"{text}    retry timeout exceeded\n"))]


@pytest.mark.parametrize(
    "word", ["550 ", "a ", "> ", "user ", "mailbox is ", "url in ", "<x@y.example> ", "quota exceed ", "\n\n"]
)
def test_a_long_text_made_to_be_slow_is_read_in_little_time(word: str) -> None:
    body = word * (300_000 // len(word))
    started = time.process_time()
    for raw in (said(f"550 {body}"), notice(f"could not be delivered\n<{TO}>:\n550 {body}"), postfix(f"550 {body}")):
        assert classify(raw)
    assert time.process_time() - started < 10
