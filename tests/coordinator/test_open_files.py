"""The coordinator asks the system for as many open files as it may have, and says for how many dealerships they do."""

import subprocess
import sys

import pytest

from guildpost_coordinator.adapters.grpc_server.open_files import OWN, room_for

LOW, HIGH = 64, 512
PROGRAM = f"""
import resource
from guildpost_coordinator.adapters.grpc_server.open_files import raise_limit
resource.setrlimit(resource.RLIMIT_NOFILE, (SOFT, {HIGH}))
print(raise_limit(), *resource.getrlimit(resource.RLIMIT_NOFILE))
"""


@pytest.mark.parametrize("soft", [LOW, HIGH], ids=["below the hard limit", "at the hard limit already"])
def test_the_soft_limit_is_raised_to_the_hard_one(soft: int) -> None:
    program = [sys.executable, "-c", PROGRAM.replace("SOFT", str(soft))]
    done = subprocess.run(program, check=True, capture_output=True, text=True)
    assert f"{HIGH} {HIGH} {HIGH}" == done.stdout.strip()


@pytest.mark.parametrize(("files", "dealerships"), [(1_024, 1_024 - OWN), (20_000, 20_000 - OWN), (100, 0)])
def test_what_the_coordinator_needs_itself_is_not_counted_as_room_for_dealerships(files: int, dealerships: int) -> None:
    assert dealerships == room_for(files)
