"""Whatever a message holds, its server reads it back whole, and nothing in it ends it or says a command."""

from datetime import UTC, datetime

from hypothesis import example, given
from hypothesis import strategies as st

from guildpost_agent.domain.smtp_content import data_content
from guildpost_shared.templates.mail import RenderedMail
from guildpost_shared.templates.mime import Envelope, Mailbox, PlainLines, to_bytes

MESSAGES = st.text(st.sampled_from("\r\n.a"), max_size=12).map(str.encode)


def read_by_a_server(content: bytes) -> bytes:
    """Read lines up to a dot alone, and take leading dots off (RFC 5321, section 4.5.2)."""
    lines: list[bytes] = []
    for line in content.split(b"\r\n"):
        if line == b".":
            break
        lines.append(line.removeprefix(b"."))
    return b"".join(line + b"\r\n" for line in lines)


@given(MESSAGES)
@example(b"\r\n.\r\nMAIL FROM:<>\r\n")
@example(b"\n.\nMAIL FROM:<>\n")
def test_a_message_is_read_back_whole_with_one_kind_of_line_end(message: bytes) -> None:
    content = data_content(message)
    lines = message.replace(b"\r\n", b"\n").replace(b"\r", b"\n").rstrip(b"\n").split(b"\n")
    whole = message.endswith(b"\r\n") and message.count(b"\r") == message.count(b"\n") == message.count(b"\r\n")
    assert (message if whole else b"".join(line + b"\r\n" for line in lines)) == read_by_a_server(content)


@given(MESSAGES)
def test_a_message_ends_where_it_ends_and_has_no_other_line_ends(message: bytes) -> None:
    content = b"\r\n" + data_content(message)
    assert len(content) - 5 == content.find(b"\r\n.\r\n")
    assert b"\r" not in content.replace(b"\r\n", b"")
    assert b"\n" not in content.replace(b"\r\n", b"")


@given(st.text(st.sampled_from("\r\n.aä"), max_size=40))
@example("..\n.\r\n")
def test_a_mail_that_says_its_lines_are_plain_needs_nothing_but_its_end(text: str) -> None:
    mailbox = Mailbox("", "a@b.example")
    envelope = Envelope(mailbox, mailbox, None, "<1@b.example>", datetime(2027, 3, 1, tzinfo=UTC), None)
    message = to_bytes(RenderedMail.whole("s", "<p>x</p>", text), envelope)
    assert isinstance(message, PlainLines)
    assert data_content(bytes(message)) == data_content(message)
