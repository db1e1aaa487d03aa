"""Do a few things at once, and stop at the first error or interruption without waiting for the rest."""

from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import Final, TypeVar

T = TypeVar("T")
R = TypeVar("R")
AT_ONCE: Final = 3  # more would only wait for the same two cores


def side_by_side(do: Callable[[T], R], items: Iterable[T]) -> list[R]:
    """Call a function for every item, a few at a time, and give the results in order; the first error counts."""
    pool = ThreadPoolExecutor(AT_ONCE)
    try:
        return [future.result() for future in [pool.submit(do, item) for item in items]]
    finally:
        pool.shutdown(wait=False, cancel_futures=True)
