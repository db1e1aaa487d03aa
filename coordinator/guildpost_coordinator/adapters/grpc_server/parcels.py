"""Answers to ``GetChanges``, each made once: after news a whole network asks the same question within a minute."""

import asyncio
from collections import OrderedDict
from collections.abc import Mapping
from typing import Final

from guildpost_coordinator.app.catalogue_changes import TIMESTAMP, changes_since, newest_root
from guildpost_coordinator.app.ports.catalogue import CatalogueFiles
from guildpost_shared.pb.v1 import catalogue_pb2
from guildpost_shared.wire.catalogue import to_parcels

Parcels = tuple[catalogue_pb2.CatalogueParcel, ...]
_Question = tuple[bytes | None, int, tuple[tuple[str, int], ...]]
KEPT: Final = 16  # answers, of 2 MiB at most


class ParcelDesk:
    """Give the parcels for what an agent holds.

    An answer is good as long as the timestamp is the same and no newer root has come: every other file is written once.
    It is made in a thread, since it reads many files; whoever asks the same meanwhile waits for it.
    """

    def __init__(self, files: CatalogueFiles) -> None:
        self._files = files
        self._answers: OrderedDict[_Question, asyncio.Future[Parcels]] = OrderedDict()

    async def parcels(self, held: Mapping[str, int]) -> Parcels:
        """Give what is new since these versions."""
        root = newest_root(self._files, held.get("root", 0))
        question = (self._files.metadata(TIMESTAMP), root, tuple(sorted(held.items())))
        answer = self._answers.get(question)
        if answer is None:
            answer = asyncio.ensure_future(asyncio.to_thread(self._made, dict(held)))
            self._answers[question] = answer
            if len(self._answers) > KEPT:
                self._answers.popitem(last=False)
        self._answers.move_to_end(question)
        try:
            return await asyncio.shield(answer)
        except Exception:
            self._answers.pop(question, None)
            raise

    def _made(self, held: Mapping[str, int]) -> Parcels:
        return tuple(to_parcels(changes_since(self._files, held)))
