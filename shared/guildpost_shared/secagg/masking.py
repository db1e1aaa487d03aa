"""Adding masks, and taking them off the sum (Bonawitz et al. 2017, figure 4, rounds 2 and 4).

Agent u sends ``y_u = x_u + PRG(b_u) + Σ_v ± PRG(s_uv)`` mod 2^64 over the other agents v of U2, with plus when u comes
before v in the order of ids. In the sum over U3 the pair masks of two survivors cancel; what is left are the
self-masks of the survivors and the pair masks between survivors and the dead.
"""

from collections.abc import Iterable, Mapping

import numpy as np

from guildpost_shared.secagg import keys
from guildpost_shared.secagg.context import RoundContext
from guildpost_shared.secagg.keys import RoundKey
from guildpost_shared.secagg.prg import KeyStream, Ring


def mask(
    context: RoundContext,
    vector: Ring,
    *,
    agent_id: str,
    mask_key: RoundKey,
    self_secret: bytes,
    peers: Mapping[str, bytes],
) -> Ring:
    """Hide a vector.

    Args:
        context: the round.
        vector: the agent's clipped and noised integers, as ring elements.
        agent_id: whose vector it is.
        mask_key: its X25519 mask key.
        self_secret: its self-mask secret.
        peers: mask public keys of the other agents of U2 by id.
    """
    stream = KeyStream(context.dimension)
    masked = vector + stream.words(keys.self_mask_seed(context, self_secret, agent_id))
    for peer, public in peers.items():
        _add(masked, stream.words(mask_key.mask_seed(peer, public)), plus=agent_id < peer)
    return masked


def remove_self_masks(context: RoundContext, total: Ring, secrets: Mapping[str, bytes]) -> None:
    """Take the survivors' self-masks off a sum, in place; ``secrets`` by agent id."""
    stream = KeyStream(context.dimension)
    for agent, secret in secrets.items():
        _add(total, stream.words(keys.self_mask_seed(context, secret, agent)), plus=False)


def remove_pair_masks(total: Ring, dead: Mapping[str, RoundKey], survivors: Iterable[tuple[str, bytes]]) -> None:
    """Take off the pair masks that the dead can no longer cancel, in place.

    Args:
        total: the sum over the survivors.
        dead: rebuilt mask keys of the dead by agent id.
        survivors: id and mask public key of each survivor.
    """
    listed, stream = list(survivors), KeyStream(len(total))
    for agent, key in dead.items():
        for survivor, public in listed:
            # The mask of the dead towards a survivor is the opposite of what the survivor added.
            _add(total, stream.words(key.mask_seed(survivor, public)), plus=agent < survivor)


def _add(into: Ring, words: Ring, *, plus: bool) -> None:
    (np.add if plus else np.subtract)(into, words, out=into)
