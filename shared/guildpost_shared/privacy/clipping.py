"""Bounding what one dealer can bring: at most W customers, the surplus sampled out."""

from collections.abc import Sequence
from typing import Final, TypeVar

from guildpost_shared.entropy import Entropy

T = TypeVar("T")
_TICKET_BYTES: Final = 16


def cap_customers(records: Sequence[T], cap: int, entropy: Entropy) -> tuple[T, ...]:
    """Keep at most ``cap`` records, each subset equally likely, in their original order.

    Every record draws a 128-bit ticket and the smallest win; the records themselves are not looked at.

    Args:
        records: one per customer.
        cap: W, signed in the study.
        entropy: source of the tickets.
    """
    if len(records) <= cap:
        return tuple(records)
    drawn = entropy.token_bytes(_TICKET_BYTES * len(records))
    tickets = [drawn[at : at + _TICKET_BYTES] for at in range(0, len(drawn), _TICKET_BYTES)]
    seated = sorted(range(len(records)), key=tickets.__getitem__)[:cap]
    return tuple(records[at] for at in sorted(seated))
