"""The five stages and their steps, numbered and named as in Bonawitz et al. 2017 (figure 4, rounds 0 to 4).

    0 AdvertiseKeys ──▶ 1 ShareKeys ──▶ 2 MaskedInputCollection ──▶ 3 ConsistencyCheck ──▶ 4 Unmasking ──▶ finished
          │                  │                    │                          │                   │
          └──────────────────┴──────── too few replies or a lie ────────────┴───────────────────┴──▶ aborted

``U1`` answered stage 0, ``U2`` stage 1, and so on; each is a subset of the one before. In the paper's letters: c_u the
channel key pair, s_u the mask key pair, b_u the self-mask secret, d_u the identity key. The code repeats the numbers
where each step is performed (``participant`` for an agent, ``aggregator`` for the coordinator).

    0   AdvertiseKeys          0.1  coordinator: announce the round
                               0.2  agent: draw c_u, s_u and b_u
                               0.3  agent: sign both public keys for this round with d_u and send them
                               0.4  coordinator: check the signatures; U1 needs the floor of legal entities
    1   ShareKeys              1.1  coordinator: send everybody the keys of U1 with their signatures
                               1.2  agent: verify every signature, each agent and key once, the floor
                               1.3  agent: derive t from U1; cut b_u and s_u into one share per legal entity
                               1.4  agent: agree on sealing keys with every other (c_u, c_v); seal the pair of shares
                               1.5  agent: commit to b_u; send commitment and sealed pairs
                               1.6  coordinator: U2 needs t
    2   MaskedInputCollection  2.1  coordinator: pass on the sealed pairs
                               2.2  agent: their senders and itself are U2, which needs t
                               2.3  agent: open every pair
                               2.4  agent: agree on pair masks with every other of U2 (s_u, s_v); add them and PRG(b_u)
                               2.5  agent: forget c_u, s_u and b_u; send the masked vector
                               2.6  coordinator: U3 needs t
    3   ConsistencyCheck       3.1  coordinator: send U3
                               3.2  agent: U3 is within U2, holds the agent itself, and needs t
                               3.3  agent: sign U1, U2 and U3
                               3.4  coordinator: check the signatures; U4 needs t
    4   Unmasking              4.1  coordinator: send U3 as alive, U2 without U3 as dead, and signatures of U4
                               4.2  agent: they are the lists it signed; verify every signature; they need t
                               4.3  agent: take the share of b_v for the alive, of s_v for the dead
                               4.4  agent: forget all shares; send those
                               4.5  coordinator: rebuild b_v and s_v from t shares that fit what was promised
                               4.6  coordinator: take the masks off the sum

Against the paper: step 0.3 is its trusted third party's signature; step 1.5's commitment and the checks of 4.5 are
added, and false shares are found and left aside (``rebuilding``); in 4.1 the coordinator passes on just as many
signatures as t asks for.
"""

from enum import IntEnum
from typing import Final


class Stage(IntEnum):
    """Where a round stands."""

    ADVERTISE_KEYS = 0
    SHARE_KEYS = 1
    MASKED_INPUT_COLLECTION = 2
    CONSISTENCY_CHECK = 3
    UNMASKING = 4
    FINISHED = 5
    ABORTED = 6


ASKING: Final = (
    Stage.ADVERTISE_KEYS,
    Stage.SHARE_KEYS,
    Stage.MASKED_INPUT_COLLECTION,
    Stage.CONSISTENCY_CHECK,
    Stage.UNMASKING,
)
NEXT: Final = {stage: Stage(stage + 1) for stage in ASKING}
