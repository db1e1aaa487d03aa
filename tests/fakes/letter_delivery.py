"""A lettershop's folder in memory; ``full`` refuses the next batch, ``taken`` lets the lettershop fetch at once."""

from collections.abc import Mapping

from guildpost_agent.app.ports.letter_delivery import Standing
from guildpost_shared.errors import Unavailable


class FakeLetterDelivery:
    """``LetterDelivery``: batches by id; ``batches`` keeps what was ever published, also what was taken."""

    def __init__(self, *, taken: bool = False) -> None:
        self.batches: dict[str, dict[str, bytes]] = {}
        self.staged: dict[str, dict[str, bytes]] = {}
        self.full = False
        self.taken = taken

    def standing(self, batch_id: str) -> Standing:
        """Say where the batch is."""
        if batch_id in self.batches and not self.taken:
            return Standing.THERE
        return Standing.STAGED if batch_id in self.staged else Standing.ABSENT

    def stage(self, batch_id: str, files: Mapping[str, bytes], *, first: bool = True, last: bool = True) -> None:
        """Keep files of a batch aside."""
        del last
        if self.full:
            raise Unavailable("letter_folder_away", path="briefe", reason="No space left on device")
        if not first and batch_id not in self.staged:
            raise Unavailable("letter_batch_gone", batch=batch_id)
        self.staged[batch_id] = dict(files) if first else {**self.staged[batch_id], **files}

    def publish(self, batch_id: str) -> None:
        """Put it there, once."""
        if self.standing(batch_id) is Standing.ABSENT:
            raise Unavailable("letter_batch_gone", batch=batch_id)
        if batch_id in self.staged:
            self.batches.setdefault(batch_id, self.staged.pop(batch_id))

    def discard(self, batch_id: str) -> None:
        """Take away what is staged."""
        self.staged.pop(batch_id, None)
