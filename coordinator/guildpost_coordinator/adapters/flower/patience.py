"""The one private name of Flower 1.41.0 that the round program changes.

A reply's envelope becomes visible before its objects are all there. Flower's grid then waits one second, and in the
end up to two hours, before it looks at the next reply: one dealer that announces a reply and never sends it would
hold up everybody. The grid has no setting for it, so the function it calls is given other limits.
"""

from functools import partial
from typing import Final

from flwr.supercore.inflatable.inflatable_utils import pull_objects
from flwr.superlink.grid import http_grid

FIRST_WAIT_SECONDS: Final = 0.03
LONGEST_WAIT_SECONDS: Final = 0.5
GIVE_UP_SECONDS: Final = 5.0


def limit_waiting() -> None:
    """Give up on a reply whose objects do not arrive within seconds; it counts as absent."""
    vars(http_grid)["pull_objects"] = partial(
        pull_objects,
        max_time=GIVE_UP_SECONDS,
        initial_backoff=FIRST_WAIT_SECONDS,
        backoff_cap=LONGEST_WAIT_SECONDS,
    )
