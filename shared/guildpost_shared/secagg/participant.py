"""An agent's side of a round: one signed request in, one signed reply out, state in between.

The caller stores ``snapshot()`` durably **before** a reply leaves the machine. A refusal raises and changes nothing.
"""

import hashlib
from collections.abc import Callable
from dataclasses import replace
from typing import Final

import numpy as np
import numpy.typing as npt
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from guildpost_shared.entropy import Entropy
from guildpost_shared.errors import ProtocolViolation, Refused, Untrusted
from guildpost_shared.identity.roster import Roster
from guildpost_shared.secagg import keys, masking, quantise, rules, shamir, state
from guildpost_shared.secagg.cohort import Cohort
from guildpost_shared.secagg.context import RoundContext
from guildpost_shared.secagg.envelope import Envelope, unwrap
from guildpost_shared.secagg.keys import SECRET_BYTES, RoundKey
from guildpost_shared.secagg.messages import (
    SHARE_BYTES,
    ConsistencyRequest,
    MaskedInputRequest,
    PublicKeys,
    ShareKeysReply,
    ShareKeysRequest,
    UnmaskingReply,
    UnmaskingRequest,
    survivors_digest,
)
from guildpost_shared.secagg.shards import MOST_AGENTS
from guildpost_shared.secagg.stages import Stage
from guildpost_shared.secagg.state import Answer, HeldShares, ParticipantState, Secrets

VectorSource = Callable[[], npt.NDArray[np.int64]]
_Step = tuple[ParticipantState, bytes]


class Participant:
    """One agent in one round."""

    def __init__(
        self,
        context: RoundContext,
        roster: Roster,
        agent_id: str,
        identity_key: Ed25519PrivateKey,
        entropy: Entropy,
        *,
        most_agents: int = MOST_AGENTS,
    ) -> None:
        """Start at stage 0.

        Args:
            context: the round, built by the agent from what *it* verified (study, roster, layout).
            roster: the verified roster.
            agent_id: this agent.
            identity_key: its key in the roster.
            entropy: source of keys and coefficients.
            most_agents: largest shard (``shards``).

        Raises:
            Refused: ``secagg_not_on_roster`` when the agent with this key is not in the roster.
            ProtocolViolation: ``secagg_other_round`` when the context names another roster.
        """
        entry = roster.entry(agent_id)
        if entry is None or entry.identity_key != identity_key.public_key().public_bytes_raw():
            raise Refused("secagg_not_on_roster", detail=agent_id)
        if context.roster_hash != roster.sha256:
            raise ProtocolViolation("secagg_other_round", detail="roster")
        self._context: Final = context
        self._roster: Final = roster
        self._id: Final = agent_id
        self._identity_key: Final = identity_key
        self._entropy: Final = entropy
        self._most_agents: Final = most_agents
        self._state = ParticipantState()

    @classmethod
    def restore(
        cls,
        data: bytes,
        *,
        context: RoundContext,
        roster: Roster,
        agent_id: str,
        identity_key: Ed25519PrivateKey,
        entropy: Entropy,
        most_agents: int = MOST_AGENTS,
    ) -> "Participant":
        """Go on from a stored snapshot.

        Raises:
            ProtocolViolation: ``secagg_malformed`` when the bytes are not a snapshot of this agent in this round.
        """
        participant = cls(context, roster, agent_id, identity_key, entropy, most_agents=most_agents)
        participant._state = state.load(data, context, roster, agent_id)
        return participant

    def snapshot(self) -> bytes:
        """Write the state, answers included; it holds private keys until the masked vector is made."""
        return state.dump(self._state, self._context, self._id)

    @property
    def answered(self) -> frozenset[Stage]:
        """Stages that have their one answer."""
        return frozenset(Stage(at) for at in range(len(self._state.answers)))

    @property
    def threshold(self) -> int:
        """The threshold t of this round in groups, which is also the divisor of the noise; known from stage 1 on."""
        return self._cohort.threshold

    def handle(self, request: bytes, vector: VectorSource) -> bytes:
        """Answer one instruction.

        Args:
            request: the coordinator's signed bytes.
            vector: makes this dealer's clipped and noised ``int64[dimension]``; called at MaskedInputCollection only.

        Returns:
            The signed reply. The same request gets the same bytes again.

        Raises:
            Untrusted: not signed by the coordinator of the roster; keys or survivors without signatures.
            ProtocolViolation: another round, out of order, a second and different request, or any broken rule.
            Refused: below the floor or the threshold.
        """
        stage, body = self._open(request)
        request_hash = hashlib.sha256(request).digest()
        if stage < len(self._state.answers):
            return self._stored_reply(stage, request_hash)
        if stage > len(self._state.answers):
            raise ProtocolViolation("secagg_out_of_order", detail=stage.name)
        progressed, reply_body = self._answer(stage, body, vector)
        reply = Envelope(self._context, "reply", stage, self._id).seal(self._identity_key, reply_body)
        self._state = replace(progressed, answers=(*self._state.answers, Answer(request_hash, reply)))
        return reply

    def _open(self, request: bytes) -> tuple[Stage, bytes]:
        stage, body, signature = unwrap(request, self._context, "request")
        instruction = Envelope(self._context, "request", stage, self._id)
        if not instruction.is_signed_by(self._roster.coordinator_key, body, signature):
            raise Untrusted("secagg_unsigned_instruction")
        return stage, body

    def _stored_reply(self, stage: Stage, request_hash: bytes) -> bytes:
        answer = self._state.answers[stage]
        if answer.request_hash != request_hash:
            raise ProtocolViolation("secagg_second_request", detail=stage.name)
        return answer.reply

    def _answer(self, stage: Stage, body: bytes, vector: VectorSource) -> _Step:
        match stage:
            case Stage.ADVERTISE_KEYS:
                return self._advertise_keys(body)
            case Stage.SHARE_KEYS:
                return self._share_keys(ShareKeysRequest.decode(body))
            case Stage.MASKED_INPUT_COLLECTION:
                return self._masked_input(MaskedInputRequest.decode(body), vector)
            case Stage.CONSISTENCY_CHECK:
                return self._consistency(ConsistencyRequest.decode(body))
            case _:
                return self._unmask(UnmaskingRequest.decode(body))

    def _advertise_keys(self, body: bytes) -> _Step:
        """0 AdvertiseKeys: draw two private keys and the self-mask secret, and advertise the public keys."""
        if body:
            raise ProtocolViolation("secagg_malformed", detail="stage 0 asks nothing")
        channel, mask, self_secret = (self._entropy.token_bytes(SECRET_BYTES) for _ in range(3))  # 0.2
        public = PublicKeys(self._key(channel).public, self._key(mask).public)
        return replace(self._state, secrets=Secrets(channel, mask, self_secret)), public.encode()  # 0.3 by ``handle``

    def _share_keys(self, request: ShareKeysRequest) -> _Step:
        """1 ShareKeys: verify everybody's keys, cut both secrets, seal a pair of shares for everybody."""
        secrets = self._secrets
        if secrets.channel_private is None:
            raise ProtocolViolation("secagg_out_of_order", detail="shares are sealed already")
        channel = self._key(secrets.channel_private)
        own = PublicKeys(channel.public, self._key(secrets.mask_private).public)
        cohort = rules.verified_cohort(  # 1.2
            self._context, self._roster, (self._id, own), request, most_agents=self._most_agents
        )
        pairs = shamir.split(  # 1.3
            secrets.self_secret + secrets.mask_private,
            threshold=cohort.threshold,
            holders=cohort.holders,
            entropy=self._entropy,
        )
        sealed, opening = [], []
        for member in cohort.others(self._id):  # 1.4
            outwards, inwards = channel.sealing_keys(cohort.digest, member.agent_id, member.keys.channel)
            sealed.append(keys.seal(outwards, pairs[cohort.share_position(member.agent_id) - 1]))
            opening.append(inwards)
        progressed = replace(
            self._state,
            secrets=replace(secrets, channel_private=None),
            cohort=cohort,
            opening_keys=tuple(opening),
            held=((self._id, _held(pairs[cohort.share_position(self._id) - 1])),),
        )
        commitment = keys.commitment(self._context, secrets.self_secret, self._id)  # 1.5
        return progressed, ShareKeysReply(commitment, tuple(sealed)).encode()

    def _masked_input(self, request: MaskedInputRequest, vector: VectorSource) -> _Step:
        """2 MaskedInputCollection: open the shares of U2, mask the vector, forget the secrets."""
        secrets, cohort = self._secrets, self._cohort
        sealed = dict(request.sealed)
        rules.require_share_holders(cohort, self._id, sealed)  # 2.2
        others = (member.agent_id for member in cohort.others(self._id))
        opening = dict(zip(others, self._state.opening_keys, strict=True))
        opened = {sender: _held(keys.unseal(opening[sender], piece, sender)) for sender, piece in sealed.items()}  # 2.3
        masked = masking.mask(  # 2.4
            self._context,
            quantise.to_ring(vector(), self._context.dimension),
            agent_id=self._id,
            mask_key=self._key(secrets.mask_private),
            self_secret=secrets.self_secret,
            peers={sender: cohort.by_id[sender].keys.mask for sender in sealed},
        )
        held = tuple(sorted({**dict(self._state.held), **opened}.items()))
        progressed = replace(  # 2.5
            self._state, secrets=None, opening_keys=(), held=held, holders=tuple(holder for holder, _ in held)
        )
        return progressed, quantise.to_bytes(masked)

    def _consistency(self, request: ConsistencyRequest) -> _Step:
        """3 ConsistencyCheck: sign one survivor set."""
        cohort, holders = self._cohort, self._state.holders
        rules.require_survivors(cohort, self._id, frozenset(holders), request)  # 3.2
        digest = survivors_digest(cohort.digest, holders, request.survivors)  # 3.3, signed by ``handle``
        return replace(self._state, survivors=request.survivors), digest

    def _unmask(self, request: UnmaskingRequest) -> _Step:
        """4 Unmasking: reveal one kind of share per peer, then forget all shares."""
        cohort, holders, survivors = self._cohort, self._state.holders, self._state.survivors
        rules.require_unmasking(  # 4.2
            self._context,
            self._roster,
            cohort,
            holders=frozenset(holders),
            survivors=frozenset(survivors),
            digest=survivors_digest(cohort.digest, holders, survivors),
            request=request,
        )
        alive = frozenset(survivors)
        shares = b"".join(  # 4.3
            shares.of_self_secret if peer in alive else shares.of_mask_private for peer, shares in self._state.held
        )
        return replace(self._state, held=()), UnmaskingReply(shares).encode()  # 4.4

    def _key(self, private: bytes) -> RoundKey:
        return RoundKey(self._context, self._id, private)

    @property
    def _secrets(self) -> Secrets:
        if self._state.secrets is None:
            raise ProtocolViolation("secagg_out_of_order", detail="no keys yet, or used already")
        return self._state.secrets

    @property
    def _cohort(self) -> Cohort:
        if self._state.cohort is None:
            raise ProtocolViolation("secagg_out_of_order", detail="no verified key list yet")
        return self._state.cohort


def _held(pair: bytes) -> HeldShares:
    return HeldShares(pair[:SHARE_BYTES], pair[SHARE_BYTES:])
