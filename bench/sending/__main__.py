"""``python -m bench.sending CHILD FOLDER``: a composing child, started as the agent starts its own."""

import sys

from guildpost_shared import command_line

CHILDREN = {"compose": "bench.sending.compose_child", "ready": "bench.sending.ready_child"}

if __name__ == "__main__":
    sys.exit(command_line.main("bench.sending", CHILDREN))
