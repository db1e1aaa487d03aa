"""Objects that many nodes fetch, kept near: what is named by its hash never changes."""

from collections import OrderedDict
from typing import Final

CAPACITY_BYTES: Final = 32 << 20


class SharedObjects:
    """A bounded store of the engine's answers to ``pull-object``, least recently used first out."""

    def __init__(self, capacity_bytes: int = CAPACITY_BYTES) -> None:
        self._answers: OrderedDict[str, bytes] = OrderedDict()
        self._size, self._capacity = 0, capacity_bytes

    def get(self, object_id: str) -> bytes | None:
        """Give the kept answer."""
        if object_id in self._answers:
            self._answers.move_to_end(object_id)
        return self._answers.get(object_id)

    def put(self, object_id: str, answer: bytes) -> None:
        """Keep an answer, dropping old ones."""
        if object_id in self._answers or len(answer) > self._capacity:
            return
        self._answers[object_id] = answer
        self._size += len(answer)
        while self._size > self._capacity:
            self._size -= len(self._answers.popitem(last=False)[1])
