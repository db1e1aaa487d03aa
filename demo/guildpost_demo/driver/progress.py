"""Show how far the demo is: one bar on a terminal, plain lines elsewhere."""

import sys
from time import monotonic
from typing import Final, TextIO

WIDTH: Final = 32
CLEAR: Final = "\r\x1b[2K"
REDRAW_SECONDS: Final = 0.08
LINE_STEPS: Final = 20  # without a terminal: one line per twentieth


class Progress:
    """A progress bar."""

    def __init__(self, total: int, out: TextIO = sys.stderr) -> None:
        self._total = max(total, 1)
        self._out = out
        self._is_terminal = out.isatty()
        self._done = 0
        self._drawn = 0.0
        self._said = -1

    def step(self, text: str) -> None:
        """One more is done; ``text`` says where we are."""
        self._done += 1
        self.show(text)

    def show(self, text: str) -> None:
        """Draw again without counting."""
        share = self._done / self._total
        if not self._is_terminal:
            stage = int(share * LINE_STEPS)
            if stage > self._said:
                self._said = stage
                print(f"{share:4.0%}  {text}", file=self._out, flush=True)
            return
        now = monotonic()
        if now - self._drawn < REDRAW_SECONDS and self._done < self._total:
            return
        self._drawn = now
        filled = int(share * WIDTH)
        bar = "█" * filled + "░" * (WIDTH - filled)
        print(f"{CLEAR}{bar} {share:4.0%}  {text}", end="", file=self._out, flush=True)

    def note(self, text: str) -> None:
        """Print a line of its own, above the bar."""
        print(f"{CLEAR if self._is_terminal else ''}{text}", file=self._out, flush=True)

    def close(self) -> None:
        """Leave the bar's line."""
        if self._is_terminal:
            print(file=self._out, flush=True)
