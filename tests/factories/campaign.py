"""What a fault campaign met, told as one JSON line in ``make soak``; silent in ``make test``."""

import json
import os
import sys

import pytest


def tell(capsys: pytest.CaptureFixture[str], campaign: str, **figures: object) -> None:
    """Print the figures past pytest's capture."""
    if os.environ.get("GUILDPOST_SOAK"):
        with capsys.disabled():
            sys.stdout.write("\n" + json.dumps({"campaign": campaign, **figures}, default=str) + "\n")
