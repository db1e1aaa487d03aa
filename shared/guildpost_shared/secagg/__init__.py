r"""Secure aggregation: the coordinator learns a sum over at least ten legal entities, and nothing about one of them.

After K. Bonawitz, V. Ivanov, B. Kreuter et al., *Practical Secure Aggregation for Privacy-Preserving Machine Learning*
(ACM CCS 2017), active-adversary variant (figure 4), complete graph, up to 1,000 agents. ``stages`` numbers the steps
with the paper's names, and the code repeats the numbers where it performs them. Additions: counting by legal entity,
the context bound into every key, commitments that make a wrong reconstruction visible, false shares found and left
aside, and answers stored so that a repeated request gets the same bytes. From J. Bell, K. Bonawitz et al., *Secure
Single-Server Aggregation with (Poly)Logarithmic Overhead* (ACM CCS 2020) come the one threshold for shares and
survivors and the look at what a server may choose; its sparse graph is left out, because then nobody has to trust the
choice of a graph (``shards``).

To read beside the papers: ``stages`` (the steps), ``participant`` and ``rules`` (an agent's side), ``aggregator`` and
``unmasking`` (the coordinator's) with ``rebuilding`` and ``false_shares``, ``keys``, ``shamir``, ``prg``, ``masking``
(the primitives of section 3 and 4). Not in the papers: ``network``, which walks the complete graphs of a larger network
side by side, and ``shard_sums``.

What it covers: a coordinator that sends anything to anybody, in any order, with up to t − 1 legal entities on its side
for secrecy of the others' individual vectors; and for the sum, some dealers that reveal false shares. What it does not
cover: a dealer that uploads nonsense (seen only in the sum), a dealer that aborts a round on purpose by promising
another secret than it shares, and the secrecy of who took part.

The rules an agent keeps, whatever it is sent (``participant``, ``rules``, ``cohort``):

1. An instruction counts only with the coordinator's signature over round, stage, recipient and content; the
   coordinator's key stands in the roster, not in the message.
2. Round id and the hashes of study, roster and layout are bound into every signature, key and mask. Agents that were
   shown different things cannot form a sum.
3. One answer per stage. The same request gets the same stored bytes; a second, different one is refused, for ever.
   The caller stores the snapshot durably before a reply leaves.
4. (1 ShareKeys) Every public key is signed by its agent's identity key in the roster, for this round; each agent and
   each key once; the agent's own keys unaltered; no point of small order.
5. (1) At least 10 legal entities; at most 1,000 agents, all of the shard that the roster puts the agent in
   (``shards``). Both figures are constants of this package.
6. (1) **One threshold** t = max(10, ⌈0.8·g⌉), g = the legal entities the agent verified itself: Shamir threshold,
   smallest survivor set, divisor of the noise. One Shamir share per legal entity. The key list is bound into every
   sealed share, so all share-holders hold to the same t.
7. (2 MaskedInputCollection) Only agents whose sealed shares opened are share-holders (U2), at least t groups. Own
   secrets are forgotten once the vector is masked.
8. (3 ConsistencyCheck) One survivor set U3 ⊆ U2 is signed, with at least t groups, the agent itself among them.
9. (4 Unmasking) The requested alive are exactly that U3, the dead exactly U2 ∖ U3, so never both shares of one peer.
10. (4) Valid signatures of at least t groups under the same U1, U2 and U3. A group of several agents has agreed when
    more than half of them signed. Shares are forgotten once revealed.

A round of ten dealers, the last of which disappears after uploading nothing:

>>> import numpy as np
>>> from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
>>> from guildpost_shared.entropy import OsEntropy
>>> from guildpost_shared.identity.roster import Roster, RosterEntry
>>> from guildpost_shared.secagg.aggregator import Aggregator
>>> from guildpost_shared.secagg.context import RoundContext
>>> from guildpost_shared.secagg.participant import Participant
>>> from guildpost_shared.secagg.stages import Stage
>>> names = [f"dealer-{number:02}" for number in range(11)]
>>> signing = {name: Ed25519PrivateKey.generate() for name in [*names, "coordinator"]}
>>> public = {name: key.public_key().public_bytes_raw() for name, key in signing.items()}
>>> roster = Roster(1, public["coordinator"], tuple(RosterEntry(n, n, public[n], "") for n in names))
>>> context = RoundContext("spring-1", b"s" * 32, roster.sha256, b"l" * 32, dimension=3)
>>> aggregator = Aggregator(context, roster, signing["coordinator"])
>>> participants = {name: Participant(context, roster, name, signing[name], OsEntropy()) for name in names}
>>> while aggregator.stage < Stage.FINISHED:
...     if aggregator.stage == Stage.MASKED_INPUT_COLLECTION:
...         del participants["dealer-10"]  # its masks are in everybody else's vectors, and are recovered
...     for name, request in aggregator.requests().items():
...         if name in participants:
...             reply = participants[name].handle(request, lambda: np.array([1, 0, -2]))
...             aggregator.receive(name, reply)
...     _ = aggregator.advance()
>>> result = aggregator.result()
>>> result.sum.tolist(), len(result.contributors), result.groups
([10, 0, -20], 10, 10)
"""
