"""A lettershop's folder in memory; ``full`` refuses the next delivery."""

from collections.abc import Mapping

from guildpost_shared.errors import Unavailable


class FakeLetterDelivery:
    """``LetterDelivery``: batches by id."""

    def __init__(self) -> None:
        self.batches: dict[str, dict[str, bytes]] = {}
        self.full = False

    def delivered(self, batch_id: str) -> bool:
        """Say whether the batch is there."""
        return batch_id in self.batches

    def deliver(self, batch_id: str, files: Mapping[str, bytes]) -> None:
        """Put a batch there, once."""
        if self.full:
            raise Unavailable("letter_folder_away", path="briefe", reason="No space left on device")
        self.batches.setdefault(batch_id, dict(files))
