"""A mail as it leaves the dealership: signed, in the house's tone, with unsubscribe headers where it advertises."""

import email
import email.policy
from dataclasses import replace
from datetime import UTC, date, datetime
from email.message import EmailMessage
from functools import partial
from pathlib import Path
from typing import Any

import dkim
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key

from guildpost_agent.adapters.templates.store import CatalogueTemplates
from guildpost_agent.app.compose_message import Composer
from guildpost_agent.app.dispatch_mail import MailRequest
from guildpost_agent.domain.dkim import DkimKey, sign
from guildpost_agent.domain.links import links_for
from guildpost_agent.domain.records import Channel
from guildpost_shared.services.definition import parse_service
from tests.agent.web.dealership import sample_catalogue
from tests.factories.agent import a_config, a_consent, a_customer, a_vehicle
from tests.factories.sending_world import SendingWorld
from tests.fakes.catalogue_source import FakeCatalogue

NOW = datetime(2027, 3, 1, 9, tzinfo=UTC)
SERVICES = ("hu_au", "birthday", "acute_notice")
KEYS = (
    DkimKey("autohaus-muster.example", "gp1", generate_private_key(65537, 2048)),
    DkimKey("autohaus-muster.example", "gp2", Ed25519PrivateKey.generate()),
)
SMTP = {
    "host": "127.0.0.1",
    "port": 25,
    "from_address": "service@autohaus-muster.example",
    "from_name": "Größl & Söhne",
}


@pytest.fixture(scope="module")
def templates(tmp_path_factory: pytest.TempPathFactory) -> CatalogueTemplates:
    store = CatalogueTemplates(FakeCatalogue(sample_catalogue()), tmp_path_factory.mktemp("templates"))
    store.compile([f"{name}/1/email.de" for name in SERVICES])
    return store


class Desk:
    """Erika and her car, and a mail to her about any service."""

    def __init__(self, folder: Path, templates: CatalogueTemplates) -> None:
        self.world = SendingWorld(folder)
        self.templates = templates

    def mail(
        self,
        service: str = "hu_au",
        *,
        state: str = "BY",
        settings: dict[str, Any] | None = None,
        customer: dict[str, Any] | None = None,
        vehicle: dict[str, Any] | None = None,
    ) -> bytes:
        """Compose it with the dealer's settings under ``[mail]``, signed with both keys."""
        touchpoint = replace(self.world.plan("erika", Channel.EMAIL), service_id=service)
        with self.world.open_uow() as uow:
            for purpose in ("service_reminders", "birthday"):
                uow.consents.append([a_consent(touchpoint.customer_id, purpose=purpose)])
            uow.commit()
        config = a_config(mail=settings or {}, smtp=SMTP)
        config = config.model_copy(update={"dealer": config.dealer.model_copy(update={"state": state})})
        services = {name: parse_service(sample_catalogue()[f"services/{name}.json"]) for name in SERVICES}
        composer = Composer(config, services, self.templates, self.world.open_uow, sign=partial(sign, keys=KEYS))
        person = a_customer(touchpoint.customer_id, **(customer or {}))
        car = a_vehicle(customer_id=person.customer_id, **(vehicle or {}))
        links = links_for("https://relay.example", "t0ken")
        return composer.mail(MailRequest(touchpoint, person, car, person.email, "<1@autohaus.example>", links, NOW))


@pytest.fixture
def desk(tmp_path: Path, templates: CatalogueTemplates) -> Desk:
    return Desk(tmp_path, templates)


def _read(data: bytes) -> EmailMessage:
    return email.message_from_bytes(data, policy=email.policy.default)


def _text(data: bytes) -> str:
    body = _read(data).get_body(("plain",))
    assert body is not None
    return str(body.get_content())


def _records(name: bytes, timeout: int = 5) -> bytes | None:
    del timeout
    return {f"{key.record_name}.": key.record.encode() for key in KEYS}.get(name.decode())


def test_an_advertising_mail_can_be_unsubscribed_from_with_one_signed_click(desk: Desk) -> None:
    data = desk.mail()
    message = _read(data)
    assert "<https://relay.example/u/t0ken>" == message["List-Unsubscribe"]
    assert "List-Unsubscribe=One-Click" == message["List-Unsubscribe-Post"]
    assert "Größl & Söhne <service@autohaus-muster.example>" == str(message["From"])
    for at in range(len(KEYS)):
        verifier = dkim.DKIM(data)
        assert verifier.verify(idx=at, dnsfunc=_records)
        signed = {name.lower() for name, _ in verifier.signed_headers}
        assert {b"list-unsubscribe", b"list-unsubscribe-post", b"from", b"subject"} <= signed


def test_a_notice_is_signed_and_has_nothing_to_unsubscribe_from(desk: Desk) -> None:
    data = desk.mail("acute_notice")
    assert [] == [name for name in _read(data) if name.startswith("List-")]
    assert dkim.DKIM(data).verify(dnsfunc=_records)


@pytest.mark.parametrize(
    ("settings", "state", "greeting", "closing"),
    [
        ({}, "BY", "Sehr geehrte Frau Mustermann,", "Mit freundlichen Grüßen"),
        ({"tone": "warm"}, "BY", "Guten Tag Frau Mustermann,", "Herzliche Grüße"),
        ({"tone": "premium"}, "NW", "Sehr geehrte Frau Mustermann,", "Mit besten Empfehlungen"),
        ({"tone": "regional"}, "BY", "Grüß Gott Frau Mustermann,", "Herzliche Grüße aus Stuttgart"),
        ({"tone": "regional"}, "HH", "Guten Tag Frau Mustermann,", "Herzliche Grüße aus Stuttgart"),
        ({"form": "du"}, "BY", "Sehr geehrte Frau Mustermann,", "Mit freundlichen Grüßen"),
    ],
    ids=["nothing said", "warm", "premium", "regional in the south", "regional elsewhere", "Du, not by this template"],
)
def test_a_mail_speaks_in_the_dealers_tone(
    desk: Desk, settings: dict[str, Any], state: str, greeting: str, closing: str
) -> None:
    lines = _text(desk.mail(settings=settings, state=state)).splitlines()
    assert greeting in lines
    assert closing in lines


def test_du_is_said_where_dealer_and_template_agree_and_the_given_name_is_known(desk: Desk) -> None:
    assert "Hallo Erika," in _text(desk.mail("birthday", settings={"form": "du"}))
    assert "Du erhältst diese Nachricht" in _text(desk.mail("birthday", settings={"form": "du"}))
    assert "Sehr geehrte Frau Mustermann," in _text(desk.mail("birthday"))
    nameless = _text(desk.mail("birthday", settings={"form": "du"}, customer={"given_name": ""}))
    assert "Sehr geehrte Frau Mustermann," in nameless
    assert "deinem" not in nameless


@pytest.mark.parametrize(
    ("end", "said"),
    [
        (None, False),
        (date(2027, 2, 28), False),
        (date(2027, 3, 1), True),
        (date(2027, 8, 28), True),
        (date(2027, 8, 29), False),
    ],
    ids=["unknown", "over", "today", "near", "far"],
)
def test_the_end_of_the_warranty_is_named_while_it_is_near(desk: Desk, end: date | None, said: bool) -> None:  # noqa: FBT001 — a table's column
    assert said is ("Garantie" in _text(desk.mail(vehicle={"warranty_end": end})))
