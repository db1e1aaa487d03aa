"""What may leave: the allow-list of destination × kind, each with its size, its form and how it is entered.

    destination   kind              entered   what it is
    ───────────   ───────────────   ───────   ─────────────────────────────────────────────────────────────
    coordinator   enrol             each      public keys and the join code's secret
    coordinator   renew             each      a request for a fresh certificate
    coordinator   presence          daily     "I am here", version only
    coordinator   catalogue_fetch   daily     which catalogue file is wanted
    coordinator   round_node        daily     "is there a round?", and joining one
    coordinator   round_reply       each      keys, shares and masked sums of a federated round (opaque)
    coordinator   round_object      daily     the pieces in which such a reply travels (opaque)
    relay         relay_card        each      the dealer's public card, handed over once
    relay         relay_poll        daily     "are there answers?"
    relay         relay_ack         daily     numbers of answers received
    lettershop    letter_pdf        each      a batch of letters
    lettershop    letter_index      each      its index
    lettershop    letter_manifest   each      its list of files with hashes
    lettershop    letter_checksums  each      the hashes once more, as sha256sum reads them
    lettershop    letter_package    each      all of these, sealed to the lettershop's key

A kind that is not in the list does not leave. "Daily" kinds are frequent and carry nothing: their day is entered as
one line with count, bytes and a digest over all of them; until midnight (UTC) that line grows in a stored counter.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from guildpost_agent.app.egress.contents import forbidden
from guildpost_agent.domain.age import MAGIC
from guildpost_agent.domain.letter_batch import is_checksums
from guildpost_agent.domain.postal import COLUMNS
from guildpost_shared.answers.cards import read_card
from guildpost_shared.errors import Refused

COORDINATOR: Final = "coordinator"
RELAY: Final = "relay"
LETTERSHOP: Final = "lettershop"

_KIB: Final = 1024
_MIB: Final = 1024 * 1024


class Entered(StrEnum):
    """How a kind is entered in the ledger."""

    EACH = "each"
    DAILY = "daily"


def _any_form(_payload: bytes) -> bool:
    return True


@dataclass(frozen=True)
class Rule:
    """One row of the allow-list; ``opaque`` content is not searched for words (it is encrypted, masked or a PDF)."""

    max_bytes: int
    entered: Entered = Entered.EACH
    opaque: bool = False
    has_form: Callable[[bytes], bool] = _any_form


def _is_card(payload: bytes) -> bool:
    try:
        read_card(payload)
    except (Refused, ValueError):
        return False
    return True


def _is_acknowledgement(payload: bytes) -> bool:
    try:
        body = json.loads(payload)
    except ValueError:
        return False
    return isinstance(body, dict) and body.keys() == {"seqs"} and all(type(seq) is int for seq in body["seqs"])


def _is_index(payload: bytes) -> bool:
    return payload.startswith(";".join(COLUMNS).encode())


STANDARD_RULES: Final[Mapping[tuple[str, str], Rule]] = {
    (COORDINATOR, "enrol"): Rule(16 * _KIB),
    (COORDINATOR, "renew"): Rule(16 * _KIB),
    (COORDINATOR, "presence"): Rule(1 * _KIB, Entered.DAILY),
    (COORDINATOR, "catalogue_fetch"): Rule(1 * _KIB, Entered.DAILY),
    (COORDINATOR, "round_node"): Rule(16 * _KIB, Entered.DAILY, opaque=True),
    (COORDINATOR, "round_reply"): Rule(32 * _MIB, opaque=True),
    (COORDINATOR, "round_object"): Rule(33 * _MIB, Entered.DAILY, opaque=True),
    # The card is the dealer's own public imprint: it must name a phone number and an address (§ 5 DDG).
    (RELAY, "relay_card"): Rule(8 * _KIB, opaque=True, has_form=_is_card),
    (RELAY, "relay_poll"): Rule(1 * _KIB, Entered.DAILY, has_form=lambda payload: payload.startswith(b"GET /v1/")),
    (RELAY, "relay_ack"): Rule(16 * _KIB, Entered.DAILY, has_form=_is_acknowledgement),
    (LETTERSHOP, "letter_pdf"): Rule(1024 * _MIB, opaque=True, has_form=lambda payload: payload.startswith(b"%PDF-")),
    # The lettershop works for the dealer (Art. 28 GDPR): postcodes may go there, so nothing is searched for.
    (LETTERSHOP, "letter_index"): Rule(16 * _MIB, opaque=True, has_form=_is_index),
    (LETTERSHOP, "letter_manifest"): Rule(64 * _KIB, opaque=True, has_form=lambda payload: payload.startswith(b"{")),
    (LETTERSHOP, "letter_checksums"): Rule(16 * _KIB, opaque=True, has_form=is_checksums),
    (LETTERSHOP, "letter_package"): Rule(1024 * _MIB, opaque=True, has_form=lambda payload: payload.startswith(MAGIC)),
}


@dataclass(frozen=True)
class EgressPolicy:
    """The allow-list and the destinations that this dealer has closed."""

    rules: Mapping[tuple[str, str], Rule] = field(default_factory=lambda: STANDARD_RULES)
    closed: frozenset[str] = frozenset()

    def check(self, destination: str, kind: str, payload: bytes) -> Rule:
        """Find the rule that lets a payload out.

        Raises:
            Refused: ``egress_refused`` with the reason ``closed``, ``not_listed``, ``too_large``, ``form`` or the
                name of the forbidden content.
        """
        rule = self.rules.get((destination, kind))
        if rule is None:
            raise _refusal(destination, kind, "not_listed")
        reason = self._objection(rule, destination, payload)
        if reason is not None:
            raise _refusal(destination, kind, reason)
        return rule

    def _objection(self, rule: Rule, destination: str, payload: bytes) -> str | None:
        if destination in self.closed:
            return "closed"
        if len(payload) > rule.max_bytes:
            return "too_large"
        if not rule.has_form(payload):
            return "form"
        return None if rule.opaque else forbidden(payload)


def _refusal(destination: str, kind: str, reason: str) -> Refused:
    return Refused("egress_refused", destination=destination, message_kind=kind, reason=reason)
