"""What reads studies and rosters stays light."""

import subprocess
import sys


def test_studies_releases_and_the_roster_are_read_without_loading_numpy() -> None:
    modules = "guildpost_shared.studies.slot_lead, guildpost_shared.studies.release, guildpost_shared.identity.roster"
    program = f"import {modules}, sys; print('numpy' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert "False" == done.stdout.strip()
