"""What an agent remembers of a round: enough to answer again with the same bytes, and nothing longer than needed.

    "GPSS" │ version 1 │ context digest (32) │ agent id │ answers │ secrets │ U1 with keys │ opening keys
           │ marks of U2 │ marks of who holds shares here │ those shares │ marks of U3

Lists are counted; marks are one byte per agent of U1, in order. In the messages' own codec, because a masked vector is
long and is stored with every step.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from guildpost_shared.identity.roster import Roster
from guildpost_shared.secagg.codec import Reader, Writer, malformed
from guildpost_shared.secagg.cohort import Cohort
from guildpost_shared.secagg.context import HASH_BYTES, RoundContext
from guildpost_shared.secagg.keys import SECRET_BYTES
from guildpost_shared.secagg.messages import KEY_BYTES, SHARE_BYTES, PublicKeys

MAGIC: Final = b"GPSS\x01"


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
    secrets, agents = state.secrets, state.cohort.agents if state.cohort else ()
    writer = Writer().raw(MAGIC + context.digest).text(agent_id).u8(len(state.answers))
    for answer in state.answers:
        writer.raw(answer.request_hash).sized(answer.reply)
    writer.u8(secrets is not None)
    if secrets is not None:
        writer.sized(secrets.channel_private or b"").raw(secrets.mask_private + secrets.self_secret)
    writer.ids(agents).raw(b"".join(member.keys.encode() for member in (state.cohort.members if state.cohort else ())))
    writer.sized(b"".join(state.opening_keys))
    writer.raw(_marks(agents, state.holders)).raw(_marks(agents, [peer for peer, _ in state.held]))
    writer.raw(b"".join(shares.of_self_secret + shares.of_mask_private for _, shares in state.held))
    return writer.raw(_marks(agents, state.survivors)).take()


def load(data: bytes, context: RoundContext, roster: Roster, agent_id: str) -> ParticipantState:
    """Read a state back.

    Raises:
        ProtocolViolation: ``secagg_malformed`` when the bytes are not a state of this agent in this round.
    """
    reader = Reader(data)
    if reader.raw(len(MAGIC) + HASH_BYTES) != MAGIC + context.digest or reader.text() != agent_id:
        raise malformed("not a state of this agent in this round")
    answers = tuple(Answer(reader.raw(HASH_BYTES), reader.sized()) for _ in range(reader.u8()))
    secrets = Secrets(reader.sized() or None, *reader.rows(2, SECRET_BYTES)) if reader.u8() else None
    agents = reader.ids()
    keys = map(PublicKeys.decode, reader.rows(len(agents), 2 * KEY_BYTES))
    if not roster.by_id.keys() >= set(agents):
        raise malformed("agents outside the roster")
    opening_keys = reader.sized()
    holders, held_of = _marked(agents, reader), _marked(agents, reader)
    held = [HeldShares(row[:SHARE_BYTES], row[SHARE_BYTES:]) for row in reader.rows(len(held_of), 2 * SHARE_BYTES)]
    survivors = _marked(agents, reader)
    reader.end()
    return ParticipantState(
        answers=answers,
        secrets=secrets,
        cohort=Cohort.of(roster, zip(agents, keys, strict=True)) if agents else None,
        opening_keys=Reader(opening_keys).rows(len(opening_keys) // SECRET_BYTES, SECRET_BYTES),
        holders=holders,
        held=tuple(zip(held_of, held, strict=True)),
        survivors=survivors,
    )


def _marks(agents: Iterable[str], chosen: Iterable[str]) -> bytes:
    among = frozenset(chosen)
    return bytes(agent in among for agent in agents)


def _marked(agents: tuple[str, ...], reader: Reader) -> tuple[str, ...]:
    return tuple(agent for agent, mark in zip(agents, reader.raw(len(agents)), strict=True) if mark)
