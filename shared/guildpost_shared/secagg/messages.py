"""Bodies of the ten messages: one request and one reply per stage.

Replies carry no ids and no counts: for a given cohort every dealer's reply of a stage has the same size, whatever
the dealer has to report. Lists in requests are ordered by agent id, strictly, so a set has one encoding and no
duplicates; on the wire the ids come first, then what belongs to each, in the same order.
"""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from guildpost_shared.secagg.codec import Reader, Writer, malformed

KEY_BYTES: Final = 32
HASH_BYTES: Final = 32
SIGNATURE_BYTES: Final = 64
TAG_BYTES: Final = 16
SHARE_BYTES: Final = 34  # of a 32-byte secret, see ``shamir``
SEALED_BYTES: Final = 2 * SHARE_BYTES + TAG_BYTES
COORDINATE_BYTES: Final = 8
_PUBLIC_BYTES: Final = 2 * KEY_BYTES


@dataclass(frozen=True)
class PublicKeys:
    """An agent's two X25519 keys of one round: one seals shares, the other agrees on masks (reply of stage 0)."""

    channel: bytes
    mask: bytes

    def encode(self) -> bytes:
        """Write 64 bytes."""
        return self.channel + self.mask

    @classmethod
    def decode(cls, body: bytes) -> "PublicKeys":
        """Read 64 bytes."""
        if len(body) != _PUBLIC_BYTES:
            raise malformed("two public keys")
        return cls(body[:KEY_BYTES], body[KEY_BYTES:])


@dataclass(frozen=True)
class Advertisement:
    """Somebody's reply of stage 0 as the coordinator passes it on, with that agent's signature."""

    agent_id: str
    keys: PublicKeys
    signature: bytes


@dataclass(frozen=True)
class ShareKeysRequest:
    """Stage 1: the key list U1."""

    advertisements: tuple[Advertisement, ...]

    def encode(self) -> bytes:
        """Write the list."""
        writer = Writer().ids([item.agent_id for item in self.advertisements])
        return writer.raw(b"".join(item.keys.encode() + item.signature for item in self.advertisements)).take()

    @classmethod
    def decode(cls, body: bytes) -> "ShareKeysRequest":
        """Read the list."""
        reader = Reader(body)
        agents = _read_agents(reader)
        rows = reader.rows(len(agents), _PUBLIC_BYTES + SIGNATURE_BYTES)
        reader.end()
        return cls(
            tuple(
                Advertisement(agent, PublicKeys.decode(row[:_PUBLIC_BYTES]), row[_PUBLIC_BYTES:])
                for agent, row in zip(agents, rows, strict=True)
            )
        )


@dataclass(frozen=True)
class ShareKeysReply:
    """Stage 1: commitment to the self-mask secret, and one sealed pair of shares per other agent of U1, in order."""

    commitment: bytes
    sealed: tuple[bytes, ...]

    def encode(self) -> bytes:
        """Write commitment and pieces."""
        return self.commitment + b"".join(self.sealed)

    @classmethod
    def decode(cls, body: bytes, peers: int) -> "ShareKeysReply":
        """Read the pieces for ``peers`` other agents."""
        reader = Reader(body)
        reply = cls(reader.raw(HASH_BYTES), reader.rows(peers, SEALED_BYTES))
        reader.end()
        return reply


@dataclass(frozen=True)
class MaskedInputRequest:
    """Stage 2: the sealed pairs of shares meant for the recipient; their senders and the recipient are U2."""

    sealed: tuple[tuple[str, bytes], ...]

    def encode(self) -> bytes:
        """Write the list."""
        senders = [sender for sender, _ in self.sealed]
        return Writer().ids(senders).raw(b"".join(piece for _, piece in self.sealed)).take()

    @classmethod
    def decode(cls, body: bytes) -> "MaskedInputRequest":
        """Read the list."""
        reader = Reader(body)
        senders = _read_agents(reader)
        pieces = reader.rows(len(senders), SEALED_BYTES)
        reader.end()
        return cls(tuple(zip(senders, pieces, strict=True)))


@dataclass(frozen=True)
class ConsistencyRequest:
    """Stage 3: the survivors U3, whose masked vectors arrived."""

    survivors: tuple[str, ...]

    def encode(self) -> bytes:
        """Write the list."""
        return Writer().ids(self.survivors).take()

    @classmethod
    def decode(cls, body: bytes) -> "ConsistencyRequest":
        """Read the list."""
        reader = Reader(body)
        request = cls(_read_agents(reader))
        reader.end()
        return request


@dataclass(frozen=True)
class UnmaskingRequest:
    """Stage 4: whose self-mask share is wanted (alive), whose key share (dead), and who signed the survivor set."""

    alive: tuple[str, ...]
    dead: tuple[str, ...]
    signatures: tuple[tuple[str, bytes], ...]

    def encode(self) -> bytes:
        """Write the three lists."""
        writer = Writer().ids(self.alive).ids(self.dead).ids([signer for signer, _ in self.signatures])
        return writer.raw(b"".join(signature for _, signature in self.signatures)).take()

    @classmethod
    def decode(cls, body: bytes) -> "UnmaskingRequest":
        """Read the three lists."""
        reader = Reader(body)
        alive, dead, signers = _read_agents(reader), _read_agents(reader), _read_agents(reader)
        signatures = reader.rows(len(signers), SIGNATURE_BYTES)
        reader.end()
        return cls(alive, dead, tuple(zip(signers, signatures, strict=True)))


@dataclass(frozen=True)
class UnmaskingReply:
    """Stage 4: one share per agent of U2, in order: of the self-mask secret when alive, of the mask key when dead."""

    shares: bytes

    def encode(self) -> bytes:
        """Write the shares, one after the other."""
        return self.shares

    @classmethod
    def decode(cls, body: bytes, holders: int) -> "UnmaskingReply":
        """Read the shares of ``holders`` agents."""
        reader = Reader(body)
        reply = cls(reader.raw(SHARE_BYTES * holders))
        reader.end()
        return reply


def survivors_digest(cohort: bytes, holders: Iterable[str], survivors: Iterable[str]) -> bytes:
    """Hash what every survivor signs in stage 3: U1 with its keys, U2 and U3 (32 bytes)."""
    writer = Writer().raw(cohort).ids(holders).ids(survivors)
    return hashlib.sha256(writer.take()).digest()


def _read_agents(reader: Reader) -> tuple[str, ...]:
    agents = reader.ids()
    if any(one >= other for one, other in pairwise(agents)):
        raise malformed("list not strictly ordered: duplicate or shuffled agent")
    return agents
