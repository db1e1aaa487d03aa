"""The coordinator's side of a round: requests out, replies in, one stage after the other, then the sum.

The steps of the coordinator (``stages``): ``requests()`` performs 0.1, 1.1, 2.1, 3.1 and 4.1, ``receive()`` checks
signatures and forms (0.4, 3.4 and the like), ``advance()`` asks for floor and threshold (0.4, 1.6, 2.6, 3.4) and
performs 4.5 and 4.6.

The driver sends ``requests()``, feeds ``receive()``, and calls ``advance()`` when the stage's time is over or
``pending`` is empty. A dealer that answers late, badly or not at all is left out from that stage on.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction
from typing import Final

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from guildpost_shared.errors import Conflict, ProtocolViolation, Refused
from guildpost_shared.identity.roster import Roster
from guildpost_shared.secagg import quantise, rules, unmasking
from guildpost_shared.secagg.cohort import FLOOR_GROUPS, Cohort
from guildpost_shared.secagg.context import RoundContext
from guildpost_shared.secagg.envelope import Envelope, unwrap
from guildpost_shared.secagg.journal import Event, dump, load
from guildpost_shared.secagg.messages import (
    COORDINATE_BYTES,
    Advertisement,
    ConsistencyRequest,
    MaskedInputRequest,
    PublicKeys,
    ShareKeysReply,
    ShareKeysRequest,
    UnmaskingReply,
    UnmaskingRequest,
    survivors_digest,
)
from guildpost_shared.secagg.quantise import Integers
from guildpost_shared.secagg.rebuilding import FalseShares
from guildpost_shared.secagg.shards import MOST_AGENTS
from guildpost_shared.secagg.stages import ASKING, NEXT, Stage


@dataclass(frozen=True)
class AggregateResult:
    """The unmasked sum, who is in it, how many legal entities that is, and the threshold that divided the noise.

    ``false_shares`` names who revealed shares that did not fit; the sum is right in spite of them.
    """

    sum: Integers
    contributors: tuple[str, ...]
    groups: int
    threshold: int
    false_shares: tuple[FalseShares, ...] = ()

    @property
    def noise(self) -> Fraction:
        """How many times the promised variance σ² the sum carries: n/t, at least one."""
        return Fraction(len(self.contributors), self.threshold)


@dataclass(frozen=True)
class _Reply:
    body: bytes
    signature: bytes


class Aggregator:
    """One round as the coordinator sees it."""

    def __init__(
        self,
        context: RoundContext,
        roster: Roster,
        coordinator_key: Ed25519PrivateKey,
        invited: Iterable[str] | None = None,
        *,
        most_agents: int = MOST_AGENTS,
    ) -> None:
        """Open the round at AdvertiseKeys.

        Args:
            context: the round.
            roster: the roster in force.
            coordinator_key: signs every request; its public half stands in the roster.
            invited: agents asked to take part; everybody in the roster when None.
            most_agents: largest shard (``shards``).

        Raises:
            ProtocolViolation: ``secagg_other_round`` when context, roster and key do not belong together,
                ``secagg_shard`` when the invited are not all of one shard.
            Refused: ``secagg_floor`` when the invited are fewer groups than the floor.
        """
        own = coordinator_key.public_key().public_bytes_raw()
        if context.roster_hash != roster.sha256 or own != roster.coordinator_key:
            raise ProtocolViolation("secagg_other_round", detail="context, roster and key do not belong together")
        asked = frozenset(roster.by_id if invited is None else invited) & roster.by_id.keys()
        groups = len(roster.groups(asked))
        if groups < FLOOR_GROUPS:
            raise Refused("secagg_floor", groups=groups, floor=FLOOR_GROUPS)
        rules.require_one_shard(roster, min(asked), asked, most_agents)
        self._context: Final = context
        self._roster: Final = roster
        self._key: Final = coordinator_key
        self._stage = Stage.ADVERTISE_KEYS
        self._asked = asked
        self._replies: dict[Stage, dict[str, _Reply]] = {stage: {} for stage in ASKING}
        self._excluded: set[str] = set()
        self._events: list[Event] = []
        self._written = 0
        self._owners: dict[bytes, str] = {}
        self._cohort = Cohort(())
        self._shared: dict[str, ShareKeysReply] = {}
        self._result: AggregateResult | None = None

    @classmethod
    def restore(
        cls,
        parts: Iterable[bytes],
        *,
        context: RoundContext,
        roster: Roster,
        coordinator_key: Ed25519PrivateKey,
        invited: Iterable[str] | None = None,
    ) -> "Aggregator":
        """Go on from the parts of a stored journal, in order, by living through its events again."""
        aggregator = cls(context, roster, coordinator_key, invited)
        for part in parts:
            aggregator.relive(part)
        return aggregator

    def relive(self, part: bytes) -> None:
        """Live through the next part of a stored journal.

        Raises:
            Refused: ``document_*`` when it is not a journal of this round.
        """
        for event in load(part, self._context):
            if event.agent_id is None:
                self.advance()
            elif event.reply is None:
                self.exclude(event.agent_id)
            else:
                self.receive(event.agent_id, event.reply)
        self._written = len(self._events)

    def journal(self) -> bytes:
        """Write the accepted replies, exclusions and closed stages since the last call."""
        fresh = self._events[self._written :]
        self._written = len(self._events)
        return dump(fresh, self._context)

    @property
    def stage(self) -> Stage:
        """Where the round stands."""
        return self._stage

    @property
    def pending(self) -> frozenset[str]:
        """Agents whose reply of this stage is awaited."""
        if self._stage not in ASKING:
            return frozenset()
        return self._asked - self._excluded - self._replies[self._stage].keys()

    @property
    def excluded(self) -> frozenset[str]:
        """Agents left out because of a bad reply."""
        return frozenset(self._excluded)

    @property
    def threshold(self) -> int | None:
        """The threshold t in groups, known once AdvertiseKeys is closed."""
        return self._cohort.threshold if self._cohort.members else None

    def requests(self) -> dict[str, bytes]:
        """Write the signed request of this stage for every agent whose reply is awaited.

        Asking again gives the same bytes.
        """
        stage = self._stage
        same_for_all = None if stage == Stage.MASKED_INPUT_COLLECTION else self._common_body(stage)
        return {
            agent: Envelope(self._context, "request", stage, agent).seal(
                self._key, self._sealed_for(agent) if same_for_all is None else same_for_all
            )
            for agent in sorted(self.pending)
        }

    def receive(self, agent_id: str, reply: bytes) -> None:
        """Take one reply of this stage; taking the same one again changes nothing.

        Raises:
            ProtocolViolation: ``secagg_bad_reply``; the agent is left out from now on. Also ``secagg_not_asked`` for an
                agent that is not asked in this stage.
        """
        if self._stage not in ASKING or agent_id not in self._asked or agent_id in self._excluded:
            raise ProtocolViolation("secagg_not_asked", detail=agent_id)
        try:
            accepted = self._judge(agent_id, reply)
        except (ProtocolViolation, Refused) as error:
            self.exclude(agent_id)
            raise ProtocolViolation("secagg_bad_reply", detail=f"{agent_id}: {error}") from error
        known = self._replies[self._stage].get(agent_id)
        if known is None:
            self._replies[self._stage][agent_id] = accepted
            self._events.append(Event(agent_id, reply))
        elif known != accepted:
            self.exclude(agent_id)
            raise ProtocolViolation("secagg_bad_reply", detail=f"{agent_id}: a second, different reply")

    def exclude(self, agent_id: str) -> None:
        """Leave an agent out of this stage and all later ones."""
        self._excluded.add(agent_id)
        if self._stage in ASKING:
            self._replies[self._stage].pop(agent_id, None)
        self._events.append(Event(agent_id, None))

    def advance(self) -> Stage:
        """Close the stage with the replies at hand.

        Returns:
            The next stage; ``FINISHED`` when the sum is there.

        Raises:
            Refused: ``secagg_below_threshold`` (or ``secagg_floor`` after stage 0): too few groups; the round is over.
            ProtocolViolation: ``secagg_undecodable``: too many shares are false to open the masks; the round is over.
        """
        if self._stage not in ASKING:
            raise Conflict("illegal_transition", state=self._stage.name, event="advance")
        try:
            self._close()
        except (ProtocolViolation, Refused):
            self._stage = Stage.ABORTED
            raise
        self._asked = frozenset(self._replies[self._stage])
        self._stage = NEXT[self._stage]
        self._events.append(Event(None, None))
        return self._stage

    def result(self) -> AggregateResult:
        """Give the sum.

        Raises:
            Conflict: ``illegal_transition`` before the round is finished.
        """
        if self._result is None:
            raise Conflict("illegal_transition", state=self._stage.name, event="result")
        return self._result

    def _judge(self, agent_id: str, reply: bytes) -> _Reply:
        stage, body, signature = unwrap(reply, self._context, "reply")
        key = self._roster.by_id[agent_id].identity_key
        if stage != self._stage or not Envelope(self._context, "reply", stage, agent_id).is_signed_by(
            key, body, signature
        ):
            raise ProtocolViolation("secagg_malformed", detail="wrong stage or signature")
        self._judge_body(agent_id, body, signature)
        return _Reply(body, signature)

    def _judge_body(self, agent_id: str, body: bytes, signature: bytes) -> None:
        match self._stage:
            case Stage.ADVERTISE_KEYS:
                self._judge_keys(Advertisement(agent_id, PublicKeys.decode(body), signature))
            case Stage.SHARE_KEYS:
                ShareKeysReply.decode(body, len(self._cohort.members) - 1)
            case Stage.MASKED_INPUT_COLLECTION:
                fits = len(body) == COORDINATE_BYTES * self._context.dimension
                self._require(fits, "length of the vector")
            case Stage.CONSISTENCY_CHECK:
                self._require(body == self._survivors_digest(), "another survivor set")
            case _:
                UnmaskingReply.decode(body, len(self._u(Stage.SHARE_KEYS)))

    def _judge_keys(self, advertisement: Advertisement) -> None:
        rules.require_usable_keys(advertisement)
        agent, public = advertisement.agent_id, advertisement.keys
        owners = {self._owners.get(key, agent) for key in (public.channel, public.mask)}
        self._require(public.channel != public.mask and owners == {agent}, "a key occurs twice")
        self._owners |= dict.fromkeys((public.channel, public.mask), agent)

    def _close(self) -> None:
        stage, answered = self._stage, self._u(self._stage)
        if stage == Stage.ADVERTISE_KEYS:  # 0.4
            groups = len(self._roster.groups(answered))
            if groups < FLOOR_GROUPS:
                raise Refused("secagg_floor", groups=groups, floor=FLOOR_GROUPS)
            bodies = self._replies[stage]
            keys = ((agent, PublicKeys.decode(bodies[agent].body)) for agent in answered)
            self._cohort = Cohort.of(self._roster, keys)
            return
        agreeing = stage == Stage.CONSISTENCY_CHECK  # 1.6, 2.6, 3.4; and enough shares for 4.5
        groups = self._cohort.agreeing_groups(answered) if agreeing else self._cohort.groups(answered)
        if groups < self._cohort.threshold:
            raise Refused("secagg_below_threshold", groups=groups, threshold=self._cohort.threshold)
        if stage == Stage.SHARE_KEYS:
            others = len(self._cohort.members) - 1
            bodies = self._replies[stage]
            self._shared = {agent: ShareKeysReply.decode(bodies[agent].body, others) for agent in answered}
        if stage == Stage.UNMASKING:
            self._result = self._unmask()

    def _unmask(self) -> AggregateResult:
        holders, survivors = self._u(Stage.SHARE_KEYS), self._u(Stage.MASKED_INPUT_COLLECTION)
        masked = self._replies[Stage.MASKED_INPUT_COLLECTION]
        revealed = self._replies[Stage.UNMASKING]
        total, false = unmasking.unmasked_sum(
            self._context,
            self._cohort,
            commitments={agent: reply.commitment for agent, reply in self._shared.items()},
            masked={agent: quantise.from_bytes(masked[agent].body) for agent in survivors},
            revealed={agent: UnmaskingReply.decode(revealed[agent].body, len(holders)) for agent in revealed},
        )
        return AggregateResult(total, survivors, self._cohort.groups(survivors), self._cohort.threshold, false)

    def _common_body(self, stage: Stage) -> bytes:
        match stage:
            case Stage.SHARE_KEYS:
                return self._key_list()  # 1.1
            case Stage.CONSISTENCY_CHECK:
                return ConsistencyRequest(self._u(Stage.MASKED_INPUT_COLLECTION)).encode()  # 3.1
            case Stage.UNMASKING:
                return self._unmasking_request()  # 4.1
            case _:
                return b""  # 0.1

    def _key_list(self) -> bytes:
        replies = self._replies[Stage.ADVERTISE_KEYS]
        listed = (
            Advertisement(agent, PublicKeys.decode(replies[agent].body), replies[agent].signature)
            for agent in self._u(Stage.ADVERTISE_KEYS)
        )
        return ShareKeysRequest(tuple(listed)).encode()

    def _sealed_for(self, recipient: str) -> bytes:
        place = self._cohort.agents.index(recipient)
        pieces = (  # a sender leaves itself out of its list, so those after it move up by one
            (sender, reply.sealed[place - (recipient > sender)])
            for sender, reply in self._shared.items()
            if sender != recipient
        )
        return MaskedInputRequest(tuple(pieces)).encode()  # 2.1

    def _unmasking_request(self) -> bytes:
        holders, alive = self._u(Stage.SHARE_KEYS), self._u(Stage.MASKED_INPUT_COLLECTION)
        signatures = self._replies[Stage.CONSISTENCY_CHECK]
        signers = self._cohort.just_enough(signatures)
        return UnmaskingRequest(
            alive=alive,
            dead=tuple(sorted(frozenset(holders) - frozenset(alive))),
            signatures=tuple((agent, signatures[agent].signature) for agent in signers),
        ).encode()

    def _survivors_digest(self) -> bytes:
        holders, survivors = self._u(Stage.SHARE_KEYS), self._u(Stage.MASKED_INPUT_COLLECTION)
        return survivors_digest(self._cohort.digest, holders, survivors)

    def _u(self, stage: Stage) -> tuple[str, ...]:
        """Name who answered a stage: U1 answered stage 0, and so on."""
        return tuple(sorted(self._replies[stage]))

    def _require(self, condition: bool, detail: str) -> None:  # noqa: FBT001 — reads as "require that"
        if not condition:
            raise ProtocolViolation("secagg_malformed", detail=detail)
