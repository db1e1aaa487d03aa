"""What a run of the demo was asked to be."""

import sys
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from guildpost_demo.network.dealers import DEMO_START
from guildpost_shared.errors import Language


@dataclass(frozen=True)
class Options:
    """The command line's values, and the folder of the product's programs (beside our interpreter)."""

    folder: Path
    ends_by_itself: bool = False
    weeks: int = 9
    dealers: int = 12
    percent: int = 100
    seed: int = 1
    language: Language = "de"
    keeps_former: bool = False
    canaries: int = 0
    records: bool = False
    start: date = DEMO_START
    programs: Path = field(default_factory=lambda: Path(sys.executable).parent)
