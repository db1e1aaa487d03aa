"""What goes to the mail server is exactly one well-formed mail."""

import binascii
import re
from dataclasses import replace
from datetime import UTC, datetime
from email import message_from_bytes
from email.header import decode_header, make_header
from email.message import EmailMessage
from email.policy import SMTP, compat32, default
from email.utils import parseaddr
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from guildpost_shared.errors import Refused
from guildpost_shared.templates.context import clean
from guildpost_shared.templates.mail import RenderedMail
from guildpost_shared.templates.mime import Attachment, Envelope, Mailbox, PlainLines, to_bytes
from tests.shared.templates.sample import MAIL_DE, mail_template

LONG_LINK = "https://antwort.autohaus-lindner.example/u/" + "aB3-_x" * 40
ENVELOPE = Envelope(
    sender=Mailbox("Autohaus Größl & Söhne", "service@autohaus.example"),
    recipient=Mailbox("Änne Weiß", "aenne.weiss@post.example"),
    reply_to=Mailbox("Werkstatt", "werkstatt@autohaus.example"),
    message_id="<0f3a9c@autohaus.example>",
    date=datetime(2027, 1, 18, 9, 5, tzinfo=UTC),
    unsubscribe=LONG_LINK,
)
MAIL = RenderedMail.whole("HU/AU im März 2027: Einladung", "<p>Grüße aus Öd, Straße 1</p>", "Grüße aus Öd, Straße 1\n")


def _read(data: bytes) -> EmailMessage:
    return message_from_bytes(data, policy=default)


def _part(message: EmailMessage, kind: str) -> str:
    body = message.get_body(preferencelist=(kind,))
    assert body is not None
    return str(body.get_content()).replace("\r\n", "\n")


def test_a_mail_reads_back_as_it_was_written() -> None:
    message = _read(to_bytes(MAIL, ENVELOPE))
    assert MAIL.subject == message["Subject"]
    assert "Autohaus Größl & Söhne <service@autohaus.example>" == str(message["From"])
    assert "Änne Weiß <aenne.weiss@post.example>" == str(message["To"])
    assert ENVELOPE.message_id == message["Message-ID"]
    assert ENVELOPE.date == message["Date"].datetime
    assert "auto-generated" == message["Auto-Submitted"]
    assert "multipart/alternative" == message.get_content_type()
    assert ["text/plain", "text/html"] == [part.get_content_type() for part in message.iter_parts()]
    assert {"utf-8"} == {part.get_content_charset() for part in message.iter_parts()}
    assert (MAIL.text, MAIL.html) == (_part(message, "plain"), _part(message, "html").rstrip("\n"))


def test_the_same_mail_gives_the_same_bytes() -> None:
    assert to_bytes(MAIL, ENVELOPE) == to_bytes(MAIL, ENVELOPE)


def test_one_click_unsubscribe_stands_on_one_line_each() -> None:
    head = to_bytes(MAIL, ENVELOPE).split(b"\r\n\r\n", 1)[0].split(b"\r\n")
    assert b"List-Unsubscribe: <" + LONG_LINK.encode() + b">" in head
    assert b"List-Unsubscribe-Post: List-Unsubscribe=One-Click" in head
    others = [line for line in head if not line.startswith(b"List-Unsubscribe")]
    assert all(len(line) <= 78 for line in others)


def test_a_real_mail_keeps_its_umlauts_and_its_line_lengths() -> None:
    template = mail_template(MAIL_DE)
    mail = template.render(template.manifest.sample)
    data = to_bytes(mail, ENVELOPE)
    lines = data.split(b"\r\n")
    assert all(len(line) <= 998 for line in lines)
    assert max(map(len, lines[12:])) <= 78
    assert data.isascii()
    assert b"\n" not in data.replace(b"\r\n", b"")
    message = _read(data)
    assert mail.text == _part(message, "plain")
    assert "Größmann-Öztürk" in _part(message, "html")
    assert "Größmann-Öztürk" in _part(message, "plain")


@pytest.mark.parametrize("evil", ["a\r\nBcc: x@y.example", "a\nB", "a\rB", "a\x00b", "a\x85b", "a\u2028b", "a\ud800b"])
def test_a_line_break_in_a_header_value_refuses_the_mail(evil: str) -> None:
    for mail, envelope, header in (
        (replace(MAIL, subject=evil), ENVELOPE, "Subject"),
        (MAIL, replace(ENVELOPE, sender=Mailbox(evil, "a@b.example")), "From"),
        (MAIL, replace(ENVELOPE, recipient=Mailbox(evil, "a@b.example")), "To"),
        (MAIL, replace(ENVELOPE, reply_to=Mailbox(evil, "a@b.example")), "Reply-To"),
        (MAIL, replace(ENVELOPE, message_id=f"<{evil}@b.example>"), "Message-ID"),
        (MAIL, replace(ENVELOPE, unsubscribe=f"https://b.example/{evil}"), "List-Unsubscribe"),
    ):
        with pytest.raises(Refused, match="mail_header_unsafe") as refused:
            to_bytes(mail, envelope)
        assert {"header": header} == refused.value.params


@pytest.mark.parametrize(
    "address",
    [
        *("", "a", "a@", "@b.example", "a@b", "a@b.example, c@d.example", "a@b.example\r\nBcc: c@d.example"),
        *(
            "a b@c.example",
            "a..b@c.example",
            ".a@c.example",
            "ä@c.example",
            "a@ä.example",
            "<a@c.example>",
            "a@[1.2.3.4]",
        ),
    ],
)
def test_an_address_that_is_not_exactly_one_plain_address_is_refused(address: str) -> None:
    with pytest.raises(Refused, match="mail_address_invalid"):
        to_bytes(MAIL, replace(ENVELOPE, recipient=Mailbox("x", address)))


@pytest.mark.parametrize("link", ["http://b.example/", "https://b.example/>,<mailto:x@y", "mailto:x@y.example", ""])
def test_an_unsubscribe_address_that_is_not_one_https_link_is_refused(link: str) -> None:
    with pytest.raises(Refused, match="mail_header_unsafe"):
        to_bytes(MAIL, replace(ENVELOPE, unsubscribe=link))


@settings(max_examples=80, deadline=None)
@given(name=st.text(max_size=80), subject=st.text(max_size=200), body=st.text(max_size=300))
def test_no_text_adds_a_header_or_a_recipient(name: str, subject: str, body: str) -> None:
    mail = RenderedMail.whole(clean(subject), f"<p>{body}</p>", body)
    message = _read(to_bytes(mail, replace(ENVELOPE, recipient=Mailbox(clean(name), "a@b.example"))))
    expected = ["from", "to", "reply-to", "subject", "date", "message-id", "list-unsubscribe", "list-unsubscribe-post"]
    expected += ["auto-submitted", "content-type", "mime-version"]
    assert sorted(expected) == sorted(key.lower() for key in message)
    assert ["a@b.example"] == [address.addr_spec for address in message["To"].addresses]


ATOMS = st.text("abcXYZ019!#$%&'*+/=?^_`{|}~-", min_size=1, max_size=40)


@settings(max_examples=200, deadline=None)
@given(
    local=ATOMS,
    domain=st.from_regex(r"[a-z0-9]{1,20}\.[a-z]{2,6}", fullmatch=True),
    link=st.text("aB3-_./", max_size=300),
)
def test_plain_headers_are_written_as_the_library_writes_them(local: str, domain: str, link: str) -> None:
    values = {
        "To": f"{local}@{domain}",
        "Message-ID": f"<{local}@{domain}>",
        "List-Unsubscribe": f"<https://b.example/{link}>",
    }
    library = EmailMessage(policy=SMTP.clone(max_line_length=None))
    for name, value in values.items():
        library[name] = value
    envelope = replace(
        ENVELOPE,
        recipient=Mailbox("", values["To"]),
        message_id=values["Message-ID"],
        unsubscribe=values["List-Unsubscribe"][1:-1],
    )
    unfolded = to_bytes(MAIL, envelope).replace(b"\r\n ", b" ")
    for line in library.as_bytes().split(b"\r\n")[:3]:
        assert line.split() == next(one for one in unfolded.split(b"\r\n") if one.startswith(line[:4])).split()


TEXTS = st.text(st.sampled_from(list("abc ä\t\n.=€🛞")), max_size=90)


@given(st.lists(TEXTS, min_size=1, max_size=6))
@example(["a" * 74 + " \n"])
@example(["a" * 75 + "\t\n"])
def test_pieces_written_one_by_one_read_back_as_their_whole_and_no_line_is_too_long(pieces: list[str]) -> None:
    mail = RenderedMail("s", (), tuple(pieces))
    written = str(_read(to_bytes(mail, replace(ENVELOPE, unsubscribe=None))).get_payload()).replace("\r\n", "\n")
    assert "".join(pieces) == binascii.a2b_qp(written).decode()
    assert all(len(line) <= 76 and line == line.rstrip() for line in written.split("\n"))


@given(TEXTS)
def test_a_text_in_one_piece_is_written_as_the_library_writes_it(text: str) -> None:
    mail = RenderedMail.whole("s", "", text)
    written = _read(to_bytes(mail, replace(ENVELOPE, unsubscribe=None))).get_payload()
    library = binascii.b2a_qp(text.replace("\n", "\r\n").encode(), istext=True).replace(b"\r\n", b"\n")
    library = re.sub(rb"^(.{74,75})(=20|=09)$", rb"\1=\n\2", library, flags=re.MULTILINE)
    dots_apart = re.sub(rb"^\.+", lambda dots: b"=2E=\n" * len(dots[0]), library, flags=re.MULTILINE)
    assert dots_apart == str(written).replace("\r\n", "\n").encode()


ROUGH_TEXTS = st.text(st.sampled_from(list("ab.=ä \r\n")), max_size=90)


@given(st.lists(ROUGH_TEXTS, min_size=1, max_size=4), st.lists(ROUGH_TEXTS, min_size=1, max_size=4))
@example(["."], ["x", ".\n", "..\r.", "\r\n."])
@example(["a" * 75 + "." * 80], ["-"])
def test_no_line_of_a_mail_begins_with_a_dot_or_ends_otherwise_than_smtp_wants(
    html: list[str], text: list[str]
) -> None:
    data = to_bytes(RenderedMail("s", tuple(html), tuple(text)), ENVELOPE)
    plain = data.endswith(b"\r\n")
    assert plain is isinstance(data, PlainLines)
    assert not any(line.startswith(b".") for line in data.split(b"\r\n"))
    assert b"\r" not in data.replace(b"\r\n", b"")
    assert b"\n" not in data.replace(b"\r\n", b"")


def test_a_mail_without_advertising_is_plain_text_and_offers_nothing_to_unsubscribe_from() -> None:
    message = _read(to_bytes(RenderedMail.whole("Bitte", "", "Guten Tag\n"), replace(ENVELOPE, unsubscribe=None)))
    assert ("text/plain", "Guten Tag\n") == (message.get_content_type(), message.get_content().replace("\r\n", "\n"))
    assert [] == [name for name in message if name.lower().startswith("list-")]


CALENDAR = Attachment("termin.ics", "text/calendar; charset=utf-8; method=PUBLISH", "Räderwechsel 🛞\r\n".encode() * 40)


def test_a_file_that_goes_along_arrives_as_it_was_beside_both_parts() -> None:
    message = _read(to_bytes(MAIL, ENVELOPE, (CALENDAR,)))
    assert "multipart/mixed" == message.get_content_type()
    first, file = message.iter_parts()
    assert "multipart/alternative" == first.get_content_type()
    assert (MAIL.text, MAIL.html) == (_part(message, "plain"), _part(message, "html"))
    assert ("text/calendar", "termin.ics") == (file.get_content_type(), file.get_filename())
    assert ("PUBLISH", "utf-8") == (file.get_param("method"), file.get_content_charset())
    assert CALENDAR.content == file.get_payload(decode=True)
    assert "attachment" == file.get_content_disposition()


@pytest.mark.parametrize(
    "change",
    [
        {"file_name": 'a"b.ics'},
        {"file_name": "../a.ics"},
        {"file_name": "a.ics\r\nBcc: x@y.example"},
        {"file_name": "TERMIN"},
        {"content_type": "text/calendar\r\nBcc: x@y.example"},
        {"content_type": 'text/calendar; name="x"'},
    ],
    ids=lambda change: next(iter(change)),
)
def test_a_file_whose_name_or_type_could_be_more_is_refused(change: dict[str, Any]) -> None:
    with pytest.raises(Refused, match="mail_header_unsafe"):
        to_bytes(
            MAIL, ENVELOPE, (Attachment(**{"file_name": "a.ics", "content_type": "a/b", "content": b"", **change}),)
        )


@settings(max_examples=80, deadline=None)
@given(body=st.text(max_size=2_000), file=st.binary(max_size=2_000))
def test_any_text_and_any_file_arrive_and_no_line_is_too_long(body: str, file: bytes) -> None:
    body = body.encode("utf-8", "replace").decode().replace("\r\n", "\n").replace("\r", "\n")
    data = to_bytes(RenderedMail.whole("x", body or "-", body), ENVELOPE, (replace(CALENDAR, content=file),))
    assert data.isascii()
    assert b"\n" not in data.replace(b"\r\n", b"")
    assert max(map(len, data.split(b"\r\n"))) <= 998
    message = _read(data)
    assert (body, body or "-") == (_part(message, "plain"), _part(message, "html"))
    (found,) = message.iter_attachments()
    assert file == found.get_payload(decode=True)


@pytest.mark.parametrize(
    "name", ["Größl", "Autohaus Größl & Söhne, Straße 1", "日本語", "Ä" * 60, 'Autohaus "Süd"', ""]
)
def test_a_display_name_arrives_as_it_was(name: str) -> None:
    head = to_bytes(MAIL, replace(ENVELOPE, sender=Mailbox(name, "a@b.example"))).split(b"\r\n\r\n")[0]
    assert head.isascii()
    written = message_from_bytes(head, policy=compat32)["From"]  # RFC 2047 by the other reader of the library
    shown, address = parseaddr(written)
    assert (name, "a@b.example") == (str(make_header(decode_header(shown))), address)
