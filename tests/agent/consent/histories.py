"""Random lives of a customer in a real encrypted database, by the product's own use cases, noted by a bystander."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from random import Random
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from guildpost_agent.adapters.sql.tables import consent_events, opt_in_requests, phone_consent_uses
from guildpost_agent.adapters.sql.unit_of_work import SqlUnitOfWork
from guildpost_agent.app.consents.apply_import import apply_import
from guildpost_agent.app.consents.close import close_consents, suppress_closed
from guildpost_agent.app.consents.opt_in import Answer, confirm_opt_in, pending_confirmations, request_opt_in
from guildpost_agent.app.consents.record import record_grant, record_preferences
from guildpost_agent.app.dealership import SUPPRESSION_KEY, suppression_check
from guildpost_agent.domain.consent.decide import Decision
from guildpost_agent.domain.consent.events import ConsentEvent, Evidence
from guildpost_agent.domain.consent.importing import Said as Statement
from guildpost_agent.domain.consent.phone_proof import PhoneUse
from guildpost_agent.domain.consent.preferences import Preferences
from guildpost_agent.domain.consent.terms import ADVERTISING, CHANNELS, Basis, ContentClass, Kind, Purpose
from guildpost_agent.domain.legal_basis import permission
from guildpost_shared.errors import GuildpostError
from tests.agent.consent.oracle import Question, Said
from tests.factories.agent import KEY, a_customer
from tests.fakes.seeded_entropy import SeededEntropy

START = datetime(2024, 1, 8, 9, tzinfo=UTC)
TEXT = hashlib.sha256(b"Ja, ich moechte Angebote per E-Mail.").hexdigest()
IDS = ("1", "2")
RELAY_KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
_BY_WHAT = {
    "paper": (Kind.GRANTED, Basis.CONSENT),
    "notice": (Kind.NOTICED, Basis.UWG_7_3),
    "order": (Kind.GRANTED, Basis.CONTRACT),
    "interest": (Kind.GRANTED, Basis.PRESUMED),
}
_NAMES = {
    "source": "source", "by": "collected_by", "version": "text_version", "text": "text_sha256",
    "reference": "reference", "reference_on": "reference_on", "own_similar": "own_similar",
    "in_every_message": "in_every_message",
}  # fmt: skip


@dataclass
class Life:
    """One person with two records that belong together, and everything that happens to it."""

    uow: SqlUnitOfWork
    dice: Random
    now: datetime = START
    said: list[Said] = field(default_factory=list)
    uses: list[tuple[str, datetime]] = field(default_factory=list)
    heard: dict[tuple[str, str, str], tuple[object, ...]] = field(default_factory=dict)
    refused: int = 0

    def __post_init__(self) -> None:
        self.uow.documents.put(SUPPRESSION_KEY, KEY)
        self.entropy = SeededEntropy(str(self.dice.random()).encode())
        self.is_business = self.dice.random() < 0.3
        self._store(advertising_block=False)

    def _store(self, *, advertising_block: bool) -> None:
        self.advertising_block = advertising_block
        customers = [
            a_customer(one, phone="+4971112345", mobile="+491701234567", is_business=self.is_business) for one in IDS
        ]
        self.uow.records.upsert_customers([replace(c, advertising_block=advertising_block) for c in customers])

    def live(self) -> None:
        """Let something happen, some time after the last."""
        self.now += timedelta(days=self.dice.choice((0, 0, 1, 3, 30, 200)), hours=self.dice.randrange(12))
        acts = (
            self.grant, self.grant, self.grant, self.deliver, self.deliver, self.deliver, self.deliver, self.opt_in,
            self.opt_in, self.close, self.close, self.use, self.wish,
        )  # fmt: skip
        if self.dice.random() < 0.04:
            self.erase()
        else:
            self.dice.choice(acts)()

    def pair(self) -> tuple[str, str]:
        """Draw a purpose and a channel, mostly the usual ones."""
        purposes = (ADVERTISING[0], ADVERTISING[0], *ADVERTISING)
        return self.dice.choice(purposes).value, self.dice.choice((*CHANNELS, CHANNELS[0], CHANNELS[2])).value

    def day(self) -> date:
        """Draw the day on which something was said: mostly today, sometimes long ago or not yet."""
        return self.now.date() - timedelta(days=self.dice.choice((0, 0, 0, 1, 40, 400, -40)))

    def grant(self) -> None:
        """Enter a yes by hand, sometimes without all its evidence."""
        what = self.dice.choice(("paper", "paper", *_BY_WHAT))
        purpose, channel = self.pair()
        if what == "interest" and self.dice.random() < 0.7:
            channel = "phone"
        proof: dict[str, Any] = {
            "source": "Annahme", "by": "Kraft", "version": "werbung-3", "text": TEXT, "reference": "R-1",
            "reference_on": self.day(), "own_similar": True, "in_every_message": True,
        }  # fmt: skip
        if self.dice.random() < 0.2:
            del proof[self.dice.choice(sorted(proof))]
        kind, basis = _BY_WHAT[what]
        day = self.day()
        evidence = Evidence(given_on=day, **{_NAMES[name]: piece for name, piece in proof.items()})
        first = self.now.date() + timedelta(days=self.dice.choice((-40, 40, 400))) if self.dice.random() < 0.2 else None
        last = self.now.date() + timedelta(days=self.dice.choice((5, 100))) if self.dice.random() < 0.2 else None
        event = ConsentEvent(
            self.dice.choice(IDS), kind, channel, purpose, self.now, basis, evidence=evidence, valid_from=first,
            valid_to=last,
        )  # fmt: skip
        self.said.append(Said(what, self.now, purpose, channel, day, first, last, proof))
        try:
            record_grant(self.uow, event, KEY)
        except GuildpostError:
            self.refused += 1
            if self.dice.random() < 0.5:  # somebody puts it into the ledger all the same
                self.uow.consents.append([event])

    def deliver(self) -> None:
        """Import what the DMS says."""
        statements = []
        for _ in range(1 + self.dice.randrange(3)):
            customer_id, (purpose, channel) = self.dice.choice(IDS), self.pair()
            given, day = self.dice.random() < 0.7, self.day() if self.dice.random() < 0.8 else None
            purpose = "*" if not given and self.dice.random() < 0.5 else purpose
            source = "Annahme" if self.dice.random() < 0.9 else ""
            last = self.now.date() + timedelta(days=90) if given and self.dice.random() < 0.2 else None
            statements.append(Statement(customer_id, channel, purpose, given, day, source, valid_to=last))
        blocked = [self.dice.choice(IDS)] if self.dice.random() < 0.03 else []
        if blocked:
            self._store(advertising_block=True)
        self._overhear(statements, blocked)
        apply_import(self.uow, statements, blocked, self.now)

    def _overhear(self, statements: list[Statement], blocked: list[str]) -> None:
        """Note what is new in a delivery: each record is heard for itself, and a no drowns a yes."""
        last = {(s.customer_id, s.purpose, s.channel, s.given): s for s in statements}.values()
        noes = [s for s in last if not s.given and s.customer_id not in blocked]
        for one in last:
            drowned = any(
                no.customer_id == one.customer_id and no.channel == one.channel and no.purpose in ("*", one.purpose)
                for no in noes
            )
            if one.given and not drowned and one.customer_id not in blocked:
                self._note(one, [one.purpose], [one.channel])
        for block in blocked:
            self._note(Statement(block, "*", "*", given=False), [*ADVERTISING], [*CHANNELS])
        for no in noes:
            self._note(no, [*ADVERTISING] if no.purpose == "*" else [no.purpose], [no.channel])

    def _note(self, one: Statement, purposes: Iterable[str], channels: Iterable[str]) -> None:
        keys = [(one.customer_id, str(purpose), str(channel)) for purpose in purposes for channel in channels]
        content = (one.given, one.channel == "*", one.given_at, one.source, one.valid_to)
        if any(self.heard.get(key) != content for key in keys):
            day = one.given_at.date() if isinstance(one.given_at, datetime) else one.given_at
            what, proof = ("dms", {"source": one.source}) if one.given else ("dms_no", {})
            self.said.append(Said(what, self.now, one.purpose, one.channel, day, None, one.valid_to, proof))
        self.heard.update(dict.fromkeys(keys, content))

    def opt_in(self) -> None:
        """Ask for double opt-in; the link is used in time, late, twice, or never."""
        purpose = self.pair()[0]
        request_opt_in(
            self.uow, self.entropy, relay_key=RELAY_KEY, customer_id=self.dice.choice(IDS), purpose=purpose,
            text_version="doi-1", text_sha256=TEXT, source="Webseite", collected_by="Formular", now=self.now,
        )  # fmt: skip
        waiting = pending_confirmations(self.uow, self.entropy, RELAY_KEY, self.now)
        self.now += timedelta(days=self.dice.choice((0, 2, 9)), minutes=5)
        for one in waiting if self.dice.random() < 0.7 else ():
            for _ in range(self.dice.choice((1, 2))):
                if confirm_opt_in(self.uow, one.token, KEY, self.now) is Answer.CONFIRMED:
                    proof = {"text": TEXT, "confirmed": self.now}
                    self.said.append(Said("link", self.now, one.purpose, "email", self.now.date(), proof=proof))

    def close(self) -> None:
        """Object or withdraw: one channel, all of them, or one purpose only."""
        purpose, channel = self.pair()
        channels = [one.value for one in CHANNELS] if self.dice.random() < 0.2 else [channel]
        purpose = purpose if self.dice.random() < 0.3 else "*"
        at = self.now - timedelta(hours=self.dice.choice((0, 0, 30)))
        kind = self.dice.choice((Kind.OBJECTED, Kind.WITHDRAWN))
        for one in IDS if self.dice.random() < 0.5 else IDS[:1]:
            close_consents(self.uow, one, kind, channels, key=KEY, source="answer", at=at, purpose=purpose)
        self.said.extend(Said("no", at, purpose, one) for one in channels)

    def use(self) -> None:
        """Call somebody."""
        self.uow.consents.record_use(PhoneUse(self.dice.choice(IDS), 0, self.now, "offers", "Kraft"))
        self.uses.append(("phone", self.now))

    def wish(self) -> None:
        """Change the preferences."""
        blocked = frozenset(self.pair() for _ in range(self.dice.randrange(3)))
        pause = self.now.date() + timedelta(days=20) if self.dice.random() < 0.2 else None
        record_preferences(self.uow, "1", Preferences(blocked=blocked, paused_until=pause), self.now)
        self.said.append(Said("wishes", self.now, last=pause, proof={"blocked": blocked}))

    def erase(self) -> None:
        """Erase the person: everything but the suppression list; the DMS brings it back later."""
        suppress_closed(self.uow, IDS, KEY, self.now)
        for table in (consent_events, opt_in_requests, phone_consent_uses):
            self.uow._connection.execute(table.delete())
        self.uses.clear()
        self.heard.clear()
        self.said.append(Said("erased", self.now))
        self._store(advertising_block=self.advertising_block)

    def questions(self) -> list[tuple[Question, Decision]]:
        """Ask everything that can be asked now."""
        state, listed = self.uow.consents.state_of(*IDS), suppression_check(self.uow)
        customer = self.uow.records.customer("1")
        assert customer is not None
        return [
            (
                Question(purpose, channel, content, self.now, self.is_business, self.advertising_block),
                permission(customer, channel, state, listed, self.now, purpose=purpose, content=content),
            )
            for purpose in Purpose
            for channel in CHANNELS
            for content in ContentClass
        ]
