"""What an agent remembers of a round: enough to answer again with the same bytes, and nothing longer than needed."""

import base64
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from guildpost_shared import strict_json
from guildpost_shared.identity.roster import AGENT_ID, Roster
from guildpost_shared.secagg.cohort import Cohort
from guildpost_shared.secagg.context import RoundContext
from guildpost_shared.secagg.keys import SECRET_BYTES
from guildpost_shared.secagg.messages import KEY_BYTES, SHARE_BYTES, PublicKeys
from guildpost_shared.strict_json import Fields

_B64: Final = r"[A-Za-z0-9+/]*={0,2}"
_MAX_BYTES: Final = 256 * 1024 * 1024


@dataclass(frozen=True)
class Secrets:
    """What stage 0 drew; forgotten once the masked vector is made.

    Attributes:
        channel_private: None once the opening keys are agreed.
        mask_private: the X25519 key whose shares are revealed should this agent fall silent.
        self_secret: the secret whose shares are revealed should it survive.
    """

    channel_private: bytes | None
    mask_private: bytes
    self_secret: bytes


@dataclass(frozen=True)
class HeldShares:
    """The two shares that an agent holds of a peer's secrets; it reveals one kind at most, then forgets both."""

    of_self_secret: bytes
    of_mask_private: bytes


@dataclass(frozen=True)
class Answer:
    """A stage's request (its SHA-256) and the reply it got."""

    request_hash: bytes
    reply: bytes


@dataclass(frozen=True)
class ParticipantState:
    """Progress of one agent in one round.

    Attributes:
        answers: the index of an answer is its stage.
        secrets: until stage 2.
        cohort: U1, from stage 1 on.
        opening_keys: one per other agent of U1, in order; from stage 1 until stage 2.
        holders: U2, from stage 2 on.
        held: shares of the agents of U2 (its own in stage 1), until stage 4.
        survivors: U3, from stage 3 on.
    """

    answers: tuple[Answer, ...] = ()
    secrets: Secrets | None = None
    cohort: Cohort | None = None
    opening_keys: tuple[bytes, ...] = ()
    holders: tuple[str, ...] = ()
    held: tuple[tuple[str, HeldShares], ...] = ()
    survivors: tuple[str, ...] = ()


def dump(state: ParticipantState, context: RoundContext, agent_id: str) -> bytes:
    """Write a state; the bytes contain private keys and belong in the encrypted database only."""
    secrets, cohort = state.secrets, state.cohort
    return strict_json.canonical(
        {
            "type": "secagg-participant",
            "context": _b64(context.digest),
            "agent_id": agent_id,
            "answers": [{"request": _b64(item.request_hash), "reply": _b64(item.reply)} for item in state.answers],
            "secrets": secrets
            and {
                "channel": _b64(secrets.channel_private or b""),
                "mask": _b64(secrets.mask_private),
                "self": _b64(secrets.self_secret),
            },
            "cohort": cohort
            and {"ids": list(cohort.agents), "keys": _joined(member.keys.encode() for member in cohort.members)},
            "opening_keys": _joined(state.opening_keys),
            "holders": list(state.holders),
            "held": {
                "ids": [peer for peer, _ in state.held],
                "shares": _joined(shares.of_self_secret + shares.of_mask_private for _, shares in state.held),
            },
            "survivors": list(state.survivors),
        }
    )


def load(data: bytes, context: RoundContext, roster: Roster, agent_id: str) -> ParticipantState:
    """Read a state back.

    Raises:
        Refused: ``document_*`` when the bytes are not a state of this agent in this round.
    """
    fields = strict_json.read(data, "secagg-participant", max_bytes=_MAX_BYTES)
    fields.text("type", "secagg-participant")
    fields.require("context", _bytes(fields, "context") == context.digest)
    fields.require("agent_id", fields.text("agent_id", AGENT_ID) == agent_id)
    answers = tuple(_answer(item) for item in fields.children("answers"))
    secrets = fields.optional_child("secrets")
    cohort = fields.optional_child("cohort")
    state = ParticipantState(
        answers=answers,
        secrets=None if secrets is None else _secrets(secrets),
        cohort=None if cohort is None else _cohort(cohort, roster),
        opening_keys=_pieces(fields, "opening_keys", SECRET_BYTES),
        holders=fields.texts("holders", AGENT_ID, least=0),
        held=_held(fields.child("held")),
        survivors=fields.texts("survivors", AGENT_ID, least=0),
    )
    fields.end()
    return state


def _answer(fields: Fields) -> Answer:
    answer = Answer(_bytes(fields, "request"), _bytes(fields, "reply"))
    fields.end()
    return answer


def _secrets(fields: Fields) -> Secrets:
    secrets = Secrets(_bytes(fields, "channel") or None, _bytes(fields, "mask"), _bytes(fields, "self"))
    fields.end()
    return secrets


def _cohort(fields: Fields, roster: Roster) -> Cohort:
    agents, keys = fields.texts("ids", AGENT_ID), _pieces(fields, "keys", 2 * KEY_BYTES)
    fields.require("ids", len(agents) == len(keys) and all(agent in roster.by_id for agent in agents))
    fields.end()
    return Cohort.of(roster, zip(agents, map(PublicKeys.decode, keys), strict=True))


def _held(fields: Fields) -> tuple[tuple[str, HeldShares], ...]:
    agents, pairs = fields.texts("ids", AGENT_ID, least=0), _pieces(fields, "shares", 2 * SHARE_BYTES)
    fields.require("ids", len(agents) == len(pairs))
    fields.end()
    shares = (HeldShares(pair[:SHARE_BYTES], pair[SHARE_BYTES:]) for pair in pairs)
    return tuple(zip(agents, shares, strict=True))


def _joined(pieces: Iterable[bytes]) -> str:
    return _b64(b"".join(pieces))


def _pieces(fields: Fields, name: str, size: int) -> tuple[bytes, ...]:
    data = _bytes(fields, name)
    fields.require(name, len(data) % size == 0)
    return tuple(data[at : at + size] for at in range(0, len(data), size))


def _b64(data: bytes) -> str:
    return base64.b64encode(data).decode("ascii")


def _bytes(fields: Fields, name: str) -> bytes:
    return base64.b64decode(fields.text(name, _B64))
