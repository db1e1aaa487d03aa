"""A process that sends confirmation mails once and may be killed by a failpoint: ``kill_asker.py FOLDER PORT``."""

import sys
from pathlib import Path

from guildpost_agent.adapters.channels.smtp import SmtpChannel
from guildpost_agent.adapters.channels.smtp_connection import SmtpSettings
from tests.factories.opt_in_world import OptInWorld

if __name__ == "__main__":
    OptInWorld(Path(sys.argv[1]), create=False).send(SmtpChannel(SmtpSettings("127.0.0.1", int(sys.argv[2]), "none")))
