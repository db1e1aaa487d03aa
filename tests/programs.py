"""Programs from outside that a test talks to: present, or the test says that it was left out.

Where ``CI`` is set (``.ci/run`` installs the programs and sets it), a missing program fails the test instead.
"""

import os
import shutil
from pathlib import Path

import pytest

_SYSTEM = "/usr/sbin:/usr/local/sbin"  # not on everybody's PATH


def find_program(name: str) -> Path | None:
    """Find a program by name."""
    found = shutil.which(name) or shutil.which(name, path=_SYSTEM)
    return Path(found) if found else None


def needs_program(name: str) -> pytest.MarkDecorator:
    """Leave a test out where the program is missing, unless it is required."""
    missing = find_program(name) is None and not os.environ.get("CI")
    return pytest.mark.skipif(missing, reason=f"{name} is not installed")
