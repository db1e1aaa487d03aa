"""What may leave: the allow-list of destination × kind, each with its size, its number a day, and how it is entered.

    destination   kind              entered   what it is
    ───────────   ───────────────   ───────   ─────────────────────────────────────────────────────────────
    coordinator   enrol             each      public keys and the join code's secret
    coordinator   renew             each      a request for a fresh certificate
    coordinator   presence          daily     "I am here", version only
    coordinator   catalogue_fetch   daily     which catalogue files are here, and which one is wanted
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
    call_centre   call_list         each      the calls of a day, for people who call on the dealer's behalf

The dealer's own policy (``dealer_policy``) may take kinds out and lower sizes and numbers, never the other way round.
Where an agent serves several brands, each further one's coordinator is a destination of its own with the same kinds,
``coordinator-<brand>``, and with a level of its own.
A kind that is not in the list does not leave. "Daily" kinds are frequent and carry nothing: their day is entered as
one line with count, bytes and a digest over all of them; until midnight (UTC) that line grows in a stored counter.
"""

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final, Protocol

from guildpost_agent.app.egress.contents import forbidden
from guildpost_agent.domain.age import MAGIC
from guildpost_agent.domain.brands import brand_of_word, of_brand
from guildpost_agent.domain.call_sheet import is_sheet
from guildpost_agent.domain.letter_batch import is_checksums
from guildpost_agent.domain.postal import COLUMNS
from guildpost_shared.answers.cards import read_card
from guildpost_shared.errors import Refused
from guildpost_shared.problems import Problem
from guildpost_shared.sharing import Sharing, tightest

COORDINATOR: Final = "coordinator"
RELAY: Final = "relay"
LETTERSHOP: Final = "lettershop"
CALL_CENTRE: Final = "call_centre"

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
    """One row of the allow-list.

    Attributes:
        max_bytes: of one message.
        per_day: so many messages leave on one day (UTC).
        entered: how it is entered in the ledger.
        opaque: content that is not searched for words: it is encrypted, masked or a PDF.
        has_form: says whether a payload is what the kind promises.
        level: shared with the coordinator at this level and above.
    """

    max_bytes: int
    per_day: int
    entered: Entered = Entered.EACH
    opaque: bool = False
    has_form: Callable[[bytes], bool] = _any_form
    level: Sharing = Sharing.NOTHING


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


_WHY: Final[Mapping[str, Problem]] = {
    "not_listed": Problem("egress_not_listed"),
    "closed": Problem("egress_closed"),
    "sharing": Problem("egress_sharing"),
    "too_large": Problem("egress_too_large"),
    "too_often": Problem("egress_too_often"),
    "form": Problem("egress_form"),
    "money": Problem("egress_money"),
}
"""Each reason in words; what looks like a person or a vehicle has one sentence for all."""

_MEMBER: Final = Sharing.MEMBERSHIP
_STUDIES: Final = Sharing.STUDIES

STANDARD_RULES: Final[Mapping[tuple[str, str], Rule]] = {
    (COORDINATOR, "enrol"): Rule(16 * _KIB, 100, level=_MEMBER),
    (COORDINATOR, "renew"): Rule(16 * _KIB, 500, level=_MEMBER),
    (COORDINATOR, "presence"): Rule(1 * _KIB, 5_000, Entered.DAILY, level=_MEMBER),
    (COORDINATOR, "catalogue_fetch"): Rule(1 * _KIB, 50_000, Entered.DAILY, level=_MEMBER),
    (COORDINATOR, "round_node"): Rule(16 * _KIB, 200_000, Entered.DAILY, opaque=True, level=_STUDIES),
    (COORDINATOR, "round_reply"): Rule(32 * _MIB, 1_000, opaque=True, level=_STUDIES),
    (COORDINATOR, "round_object"): Rule(33 * _MIB, 100_000, Entered.DAILY, opaque=True, level=_STUDIES),
    # The card is the dealer's own public imprint: it must name a phone number and an address (§ 5 DDG).
    (RELAY, "relay_card"): Rule(8 * _KIB, 100, opaque=True, has_form=_is_card),
    (RELAY, "relay_poll"): Rule(
        1 * _KIB, 100_000, Entered.DAILY, has_form=lambda payload: payload.startswith(b"GET /v1/")
    ),
    (RELAY, "relay_ack"): Rule(16 * _KIB, 100_000, Entered.DAILY, has_form=_is_acknowledgement),
    (LETTERSHOP, "letter_pdf"): Rule(
        1024 * _MIB, 2_000, opaque=True, has_form=lambda payload: payload.startswith(b"%PDF-")
    ),
    # The lettershop works for the dealer (Art. 28 GDPR): postcodes may go there, so nothing is searched for.
    (LETTERSHOP, "letter_index"): Rule(16 * _MIB, 2_000, opaque=True, has_form=_is_index),
    (LETTERSHOP, "letter_manifest"): Rule(
        64 * _KIB, 2_000, opaque=True, has_form=lambda payload: payload.startswith(b"{")
    ),
    (LETTERSHOP, "letter_checksums"): Rule(16 * _KIB, 2_000, opaque=True, has_form=is_checksums),
    (LETTERSHOP, "letter_package"): Rule(
        1024 * _MIB, 2_000, opaque=True, has_form=lambda payload: payload.startswith(MAGIC)
    ),
    # The call centre works for the dealer as well: whom it calls has to stand there.
    (CALL_CENTRE, "call_list"): Rule(16 * _MIB, 100, opaque=True, has_form=is_sheet),
}


def coordinator_of(brand: str) -> str:
    """Name a brand's coordinator as a destination."""
    return of_brand(COORDINATOR, brand)


def standard_rule(destination: str, kind: str) -> Rule | None:
    """Find the program's own rule; every brand's coordinator has the same ones."""
    base = COORDINATOR if brand_of_word(COORDINATOR, destination) is not None else destination
    return STANDARD_RULES.get((base, kind))


def standard_rules(brands: Iterable[str]) -> dict[tuple[str, str], Rule]:
    """Give the program's rules where an agent serves these brands, the first one among them."""
    found = dict(STANDARD_RULES)
    for brand in brands:
        mine = {(coordinator_of(brand), kind): rule for (to, kind), rule in STANDARD_RULES.items() if to == COORDINATOR}
        found |= mine
    return found


@dataclass(frozen=True)
class EgressPolicy:
    """The allow-list in force, what this dealer has closed, and how much it shares at most, with all and with some.

    Attributes:
        rules: by destination and kind.
        closed: destinations.
        sharing: with every coordinator at most.
        levels: with single coordinators at most, by destination.
    """

    rules: Mapping[tuple[str, str], Rule] = field(default_factory=lambda: STANDARD_RULES)
    closed: frozenset[str] = frozenset()
    sharing: Sharing = Sharing.STUDIES
    levels: Mapping[str, Sharing] = field(default_factory=dict)

    def current(self) -> "EgressPolicy":
        """Give itself: a policy that never changes is a ``PolicySource``, too."""
        return self

    def rule(self, destination: str, kind: str, *, network: Sharing = Sharing.STUDIES) -> Rule:
        """Find the rule of a kind that may leave at all.

        Args:
            destination: where to.
            kind: of message.
            network: the level that holds over the whole network of that coordinator; it can only take away.

        Raises:
            Refused: ``egress_refused`` with the reason ``not_listed``, ``closed`` or ``sharing``.
        """
        rule = self.rules.get((destination, kind))
        if rule is None:
            raise refusal(destination, kind, "not_listed")
        if destination in self.closed:
            raise refusal(destination, kind, "closed")
        if not tightest(self.own_level(destination), network).covers(rule.level):
            raise refusal(destination, kind, "sharing")
        return rule

    def own_level(self, destination: str) -> Sharing:
        """Say how much this dealer shares with a destination at most."""
        return tightest(self.sharing, self.levels.get(destination, Sharing.STUDIES))

    def check(self, destination: str, kind: str, payload: bytes, *, network: Sharing = Sharing.STUDIES) -> Rule:
        """Find the rule that lets a payload out.

        Raises:
            Refused: ``egress_refused`` with a reason of ``rule``, or ``too_large``, ``form`` or the name of the
                forbidden content.
        """
        rule = self.rule(destination, kind, network=network)
        reason = _objection(rule, payload)
        if reason is not None:
            raise refusal(destination, kind, reason)
        return rule


class PolicySource(Protocol):
    """Where the gate finds the policy in force, asked at each message."""

    def current(self) -> EgressPolicy:
        """Give the policy.

        Raises:
            ConfigurationError: there is none, or it cannot be read; then nothing leaves.
        """
        ...


def refusal(destination: str, kind: str, reason: str) -> Refused:
    """Say what was held back, and why."""
    why = _WHY.get(reason, Problem("egress_personal"))
    return Refused("egress_refused", destination=destination, message_kind=kind, reason=reason, why=why)


def _objection(rule: Rule, payload: bytes) -> str | None:
    if len(payload) > rule.max_bytes:
        return "too_large"
    if not rule.has_form(payload):
        return "form"
    return None if rule.opaque else forbidden(payload)
