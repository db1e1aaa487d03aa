"""What starts the program of a round, without Flower: orders are noted, ``over`` says which programs have ended.

``engine = FakeEngine()`` · ``engine.over.add(run)`` ends a program · ``engine.away = True`` is a SuperLink that is
not there, ``engine.starting = True`` one that is not there yet · ``engine.open`` is the entrance ·
``engine.submitted`` lists the rounds in the order of their runs.
"""

from guildpost_shared.errors import Unavailable


class FakeEngine:
    """The port ``Engine`` of the round desk."""

    def __init__(self) -> None:
        self.open = False
        self.away = False
        self.starting = False
        self.submitted: list[str] = []
        self.over: set[int] = set()

    def ready(self) -> bool:
        """Say whether a round can begin."""
        self._require()
        return not self.starting

    def open_window(self) -> None:
        """Let the dealers in."""
        self._require()
        self.open = True

    def submit(self, round_id: str) -> int:
        """Start a program; its number is its place in the list."""
        self._require()
        self.submitted.append(round_id)
        return len(self.submitted) - 1

    def is_over(self, run: int) -> bool:
        """Tell whether it was ended."""
        self._require()
        return run in self.over

    def end(self, run: int) -> None:
        """End a program."""
        self._require()
        self.over.add(run)

    def close_window(self) -> None:
        """Let nobody in."""
        self._require()
        self.open = False

    def _require(self) -> None:
        if self.away:
            raise Unavailable("round_engine_not_ready")
