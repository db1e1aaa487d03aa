"""The demo's mail server speaks real SMTP over STARTTLS, keeps what it accepts and shows it safely."""

import asyncio
import smtplib
import ssl
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from pathlib import Path

import httpx
import pytest

from guildpost_demo.driver.certificates import DemoAuthority
from guildpost_demo.driver.supervisor import free_port
from guildpost_demo.world.inbox import Inbox
from guildpost_demo.world.mail_store import Duplicate, MailStore
from guildpost_demo.world.smtp_rules import ACCEPTED, DEAD, GREYLISTED, is_greylisted, reply_to
from guildpost_demo.world.smtp_server import Sink, server_context, smtp_controller
from guildpost_shared.clock import ManualClock

NOW = datetime(2027, 3, 2, 9, tzinfo=UTC)
PIXEL = bytes.fromhex("89504e470d0a1a0a")


@dataclass
class Server:
    port: int
    store: MailStore
    clock: ManualClock
    trust: ssl.SSLContext

    def client(self) -> smtplib.SMTP:
        client = smtplib.SMTP("localhost", self.port, timeout=10)
        client.starttls(context=self.trust)
        return client


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> DemoAuthority:
    return DemoAuthority(tmp_path_factory.mktemp("certificates"))


@pytest.fixture
def server(tmp_path: Path, authority: DemoAuthority) -> Iterator[Server]:
    files = authority.issue("mail")
    store, clock, port = MailStore(tmp_path / "mail.sqlite"), ManualClock(NOW), free_port()
    sink = Sink(store, clock, frozenset({"gone@post.example"}))
    controller = smtp_controller(sink, port, server_context(files.certificate, files.key))
    controller.start()
    yield Server(port, store, clock, ssl.create_default_context(cafile=str(authority.ca_file)))
    controller.stop()
    store.close()


def _mail(
    to: str,
    subject: str = "HU/AU im März 2027",
    message_id: str = "<1@dealer.example>",
    words: str = "Guten Tag,\nbitte kommen Sie.",
) -> EmailMessage:
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"], mail["Message-ID"] = "service@dealer.example", to, subject, message_id
    mail.set_content(words)
    mail.add_alternative("<p>Guten Tag <img src='cid:logo'><script>alert(1)</script></p>", subtype="html")
    html = mail.get_payload()[1]  # type: ignore[index]  # multipart/alternative holds a list
    assert isinstance(html, EmailMessage)
    html.add_related(PIXEL, "image", "png", cid="<logo>")
    return mail


def _plain_address(dead: bool = False) -> str:  # noqa: FBT001, FBT002 — a switch of a test helper
    return (
        "gone@post.example" if dead else next(a for n in range(99) if not is_greylisted(a := f"kunde{n}@post.example"))
    )


def _grey_address() -> str:
    return next(a for n in range(9999) if is_greylisted(a := f"grau{n}@post.example"))


def test_a_message_over_starttls_is_kept_with_the_business_clocks_time(server: Server) -> None:
    with server.client() as client:
        client.send_message(_mail(_plain_address()))
    (stored,) = server.store.page()
    assert (NOW, "service@dealer.example", "HU/AU im März 2027") == (stored.received_at, stored.sender, stored.subject)


def test_without_starttls_nothing_is_accepted(server: Server) -> None:
    with smtplib.SMTP("localhost", server.port, timeout=10) as client:
        client.ehlo()
        code, _ = client.docmd("MAIL", "FROM:<service@dealer.example>")
    assert 530 == code


def test_a_client_that_does_not_know_the_authority_gives_up(server: Server) -> None:
    with smtplib.SMTP("localhost", server.port, timeout=10) as client, pytest.raises(ssl.SSLCertVerificationError):
        client.starttls(context=ssl.create_default_context())


def test_a_dead_address_is_refused_for_good(server: Server) -> None:
    with server.client() as client, pytest.raises(smtplib.SMTPRecipientsRefused) as error:
        client.send_message(_mail("gone@post.example"))
    code, text = error.value.recipients["gone@post.example"]
    assert (550, True) == (code, text.startswith(b"5.1.1"))
    assert (0, 1) == (server.store.count(), server.store.refused())


def test_a_greylisted_address_is_accepted_a_quarter_of_an_hour_later(server: Server) -> None:
    address = _grey_address()
    with server.client() as client, pytest.raises(smtplib.SMTPRecipientsRefused) as error:
        client.send_message(_mail(address))
    assert 451 == error.value.recipients[address][0]
    server.clock.set(NOW + timedelta(minutes=15))
    with server.client() as client:
        client.send_message(_mail(address))
    assert 1 == server.store.count()


def test_duplicates_show_by_message_id_and_by_subject(server: Server) -> None:
    address = _plain_address()
    with server.client() as client:
        for message_id in ("<1@d.example>", "<1@d.example>", "<2@d.example>"):
            client.send_message(_mail(address, message_id=message_id))
        client.send_message(_mail(address, subject="Inspektion", message_id="<3@d.example>"))
        client.send_message(_mail(address, message_id="<4@d.example>", words="Ein anderer Termin."))
    assert [
        Duplicate("message_id", address, "<1@d.example>", 2),
        Duplicate("subject", address, "HU/AU im März 2027", 3),
    ] == server.store.duplicates()


def test_what_was_kept_is_there_after_a_restart(server: Server, tmp_path: Path) -> None:
    with server.client() as client:
        client.send_message(_mail(_plain_address()))
    reopened = MailStore(tmp_path / "mail.sqlite")
    assert 1 == reopened.count()
    reopened.close()


@pytest.mark.parametrize(
    ("address", "waited", "expected"),
    [
        (_plain_address(), 0, ACCEPTED),
        ("Gone@Post.example", 0, DEAD),
        (_grey_address(), 0, GREYLISTED),
        (_grey_address(), 14, GREYLISTED),
        (_grey_address(), 15, ACCEPTED),
    ],
    ids=["living", "dead in other case", "grey at first", "grey after 14 minutes", "grey after 15"],
)
def test_recipients_are_judged_by_the_rules(address: str, waited: int, expected: str) -> None:
    dead = frozenset({"gone@post.example"})
    assert expected == reply_to(address, dead, NOW, NOW + timedelta(minutes=waited))


def test_about_two_percent_of_the_addresses_are_greylisted() -> None:
    assert pytest.approx(0.02, abs=0.006) == sum(is_greylisted(f"kunde{n}@web.example") for n in range(5000)) / 5000


class Browser:
    """Asks the inbox without a network."""

    def __init__(self, store: MailStore) -> None:
        self._transport = httpx.ASGITransport(Inbox(store, "de").app())

    def get(self, path: str, host: str = "localhost") -> httpx.Response:
        async def ask() -> httpx.Response:
            async with httpx.AsyncClient(transport=self._transport, base_url=f"http://{host}") as client:
                return await client.get(path)

        return asyncio.run(ask())


@pytest.fixture
def inbox(tmp_path: Path) -> Iterator[tuple[Browser, MailStore]]:
    store = MailStore(tmp_path / "inbox.sqlite")
    yield Browser(store), store
    store.close()


def test_the_inbox_lists_and_shows_a_message_in_both_languages(inbox: tuple[Browser, MailStore]) -> None:
    client, store = inbox
    assert "Noch ist nichts angekommen" in client.get("/").text
    store.add(NOW, "service@dealer.example", ["anna@post.example"], bytes(_mail("anna@post.example")))
    assert "HU/AU im März 2027" in client.get("/").text
    assert "Received (UTC)" in client.get("/?lang=en").text
    assert 'sandbox="allow-popups' in client.get("/m/1").text
    assert {"messages": 1, "refused": 0, "duplicates": 0} == client.get("/status.json").json()


def test_a_messages_html_may_run_nothing_and_load_nothing(inbox: tuple[Browser, MailStore]) -> None:
    client, store = inbox
    store.add(NOW, "service@dealer.example", ["anna@post.example"], bytes(_mail("anna@post.example")))
    body = client.get("/m/1/body")
    policy = body.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "sandbox" in policy
    assert "script-src" not in policy
    assert "data:image/png;base64,iVBORw0KGgo=" in body.text


def test_names_from_outside_are_escaped_in_the_list(inbox: tuple[Browser, MailStore]) -> None:
    client, store = inbox
    store.add(NOW, "s@d.example", ["a@b.example"], bytes(_mail("a@b.example", subject="<script>alert(1)</script>")))
    assert "<script>" not in client.get("/").text
    assert "<script>" not in client.get("/m/1").text


def test_the_inbox_answers_only_to_loopback_names(inbox: tuple[Browser, MailStore]) -> None:
    client, _ = inbox
    assert 400 == client.get("/", host="evil.example").status_code


@pytest.mark.parametrize("path", ["/m/99", "/m/99/body"], ids=["message", "body"])
def test_an_unknown_message_is_not_found(inbox: tuple[Browser, MailStore], path: str) -> None:
    assert 404 == inbox[0].get(path).status_code
