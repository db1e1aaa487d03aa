"""Where finished batches of letters go."""

from collections.abc import Mapping
from typing import Protocol


class LetterDelivery(Protocol):
    """A place a lettershop takes batches from; a batch is there completely or not at all."""

    def delivered(self, batch_id: str) -> bool:
        """Say whether the batch is there."""
        ...

    def deliver(self, batch_id: str, files: Mapping[str, bytes]) -> None:
        """Put a batch there under its id, durably, once.

        Args:
            batch_id: a repeated id changes nothing: the first delivery stands.
            files: name to content.

        Raises:
            Unavailable: ``letter_folder_away``: the place cannot be written to; nothing is left half-done.
        """
        ...
