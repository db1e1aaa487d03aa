"""Where finished batches of letters go."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Protocol


class Standing(StrEnum):
    """Where a batch is, as far as its place tells."""

    ABSENT = "absent"
    STAGED = "staged"
    THERE = "there"


class LetterDelivery(Protocol):
    """A place a lettershop takes batches from, filled in two steps so that a batch is there whole, and once.

    ``stage`` writes under a hidden name that nobody else touches, in one call or in several, so that a large batch
    need never be in memory whole; ``publish`` gives the batch its name in one step.
    A lettershop may take a published batch away at once. So whoever remembers that it began to publish, and finds
    the batch ``ABSENT``, knows that it arrived.
    """

    def standing(self, batch_id: str) -> Standing:
        """Say where the batch is."""
        ...

    def stage(self, batch_id: str, files: Mapping[str, bytes], *, first: bool = True, last: bool = True) -> None:
        """Write files of a batch durably.

        Args:
            batch_id: names the batch.
            files: name to content.
            first: these begin the batch, in place of what was staged under its id before; otherwise they come to that.
            last: these complete the batch; only a complete one may be published.

        Raises:
            Unavailable: ``letter_batch_gone``: what these were to come to is not there any more; otherwise the place
                cannot be written to. The next try begins anew.
            Untrusted: the place is not the one that the dealer named.
            ConfigurationError: the place refuses the dealer.
        """
        ...

    def publish(self, batch_id: str) -> None:
        """Put the staged batch there; one that is there stays as it is.

        Raises:
            Unavailable: ``letter_batch_gone``: nothing is staged; otherwise as ``stage``.
        """
        ...

    def discard(self, batch_id: str) -> None:
        """Take away what is staged, if anything is.

        Raises:
            Unavailable: the place cannot be reached.
        """
        ...
