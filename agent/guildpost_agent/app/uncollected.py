"""Work on values by the hundred thousand without Python's search for dead cycles.

The collector looks through everything that is alive whenever so many objects were made. What a plan reads and decides
lives to its end and points in no circles, so each look takes a third of a second and finds nothing.
"""

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def uncollected() -> Iterator[None]:
    """Let the collector rest inside the block; it goes on afterwards if it was on before."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()
