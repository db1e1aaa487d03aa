"""What an agent remembers of a round: enough to answer again with the same bytes, and nothing longer than needed."""

import base64
from dataclasses import dataclass
from typing import Final

from guildpost_shared import strict_json
from guildpost_shared.identity.roster import AGENT_ID, Roster
from guildpost_shared.secagg.cohort import Cohort
from guildpost_shared.secagg.context import RoundContext
from guildpost_shared.secagg.messages import PublicKeys
from guildpost_shared.strict_json import Fields

_B64: Final = r"[A-Za-z0-9+/]*={0,2}"
_MAX_BYTES: Final = 256 * 1024 * 1024


@dataclass(frozen=True)
class Secrets:
    """Private keys of the round and the self-mask secret; forgotten once the masked vector is made."""

    channel_private: bytes
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
    """Progress of one agent in one round; the index of an answer is its stage."""

    answers: tuple[Answer, ...] = ()
    secrets: Secrets | None = None
    cohort: Cohort | None = None
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
                "channel": _b64(secrets.channel_private),
                "mask": _b64(secrets.mask_private),
                "self": _b64(secrets.self_secret),
            },
            "cohort": cohort and {"keys": [{"id": m.agent_id, "keys": _b64(m.keys.encode())} for m in cohort.members]},
            "holders": list(state.holders),
            "held": [
                {"id": peer, "self": _b64(shares.of_self_secret), "mask": _b64(shares.of_mask_private)}
                for peer, shares in state.held
            ],
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
        holders=fields.texts("holders", AGENT_ID, least=0),
        held=tuple(_held(item) for item in fields.children("held")),
        survivors=fields.texts("survivors", AGENT_ID, least=0),
    )
    fields.end()
    return state


def _answer(fields: Fields) -> Answer:
    answer = Answer(_bytes(fields, "request"), _bytes(fields, "reply"))
    fields.end()
    return answer


def _secrets(fields: Fields) -> Secrets:
    secrets = Secrets(_bytes(fields, "channel"), _bytes(fields, "mask"), _bytes(fields, "self"))
    fields.end()
    return secrets


def _cohort(fields: Fields, roster: Roster) -> Cohort:
    pairs = [(item.text("id", AGENT_ID), PublicKeys.decode(_bytes(item, "keys"))) for item in fields.children("keys")]
    fields.require("keys", all(agent in roster.by_id for agent, _ in pairs))
    fields.end()
    return Cohort.of(roster, pairs)


def _held(fields: Fields) -> tuple[str, HeldShares]:
    held = fields.text("id", AGENT_ID), HeldShares(_bytes(fields, "self"), _bytes(fields, "mask"))
    fields.end()
    return held


def _b64(data: bytes) -> str:
    return base64.b64encode(data).decode("ascii")


def _bytes(fields: Fields, name: str) -> bytes:
    return base64.b64decode(fields.text(name, _B64))
