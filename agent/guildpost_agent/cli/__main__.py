"""``python -m guildpost_agent.cli``: how the agent starts its own children."""

import sys

from guildpost_agent.cli import main

if __name__ == "__main__":
    sys.exit(main())
