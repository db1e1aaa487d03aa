"""Where customers' answers wait: the relay, seen from the agent."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True)
class SealedAnswer:
    """One answer as the relay keeps it: ``seq`` is its number there, the rest is opaque to the relay."""

    seq: int
    token_id: bytes
    sealed: bytes


@dataclass(frozen=True)
class AnswerPage:
    """Some answers, oldest first, and whether there are more."""

    answers: tuple[SealedAnswer, ...]
    more: bool


class RelayInbox(Protocol):
    """The answers of this dealer."""

    def fetch(self, after: int) -> AnswerPage:
        """Read the answers whose number is greater; 0 starts at the oldest.

        Raises:
            Unavailable: ``relay_away``.
            Refused: ``relay_unknown_dealer``: the relay does not know this dealer's key, or not its clock.
            ProtocolViolation: ``relay_reply_unreadable``.
        """
        ...

    def acknowledge(self, seqs: Sequence[int]) -> None:
        """Tell the relay to delete answers; unknown numbers are left alone.

        Raises:
            Unavailable: ``relay_away``.
            Refused: ``relay_unknown_dealer``.
        """
        ...
