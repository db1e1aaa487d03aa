"""``guildpost-agent run``: the long-running process of a dealership."""

import argparse
import fcntl
import signal
import threading
from pathlib import Path
from typing import Final, TextIO

from guildpost_agent.app.remember_figures import remember_figures
from guildpost_agent.app.remember_problems import forget_problems
from guildpost_agent.bootstrap.core import open_core
from guildpost_agent.bootstrap.running import Agent
from guildpost_agent.cli.options import WEB_ADDRESS, add_home, texts_of
from guildpost_agent.config import load_config
from guildpost_agent.jobs.schedule import follow_driver, follow_system_clock
from guildpost_shared.clock import SystemClock
from guildpost_shared.driven_clock import DrivenClock
from guildpost_shared.errors import Conflict
from guildpost_shared.logs import configure_logging

HELP = "Den Agenten betreiben · run the agent"
LOCK: Final = "agent.lock"


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    add_home(parser)
    parser.add_argument(
        "--business-clock",
        metavar="HOST:PORT",
        help="Treiber der Geschäftsuhr (Vorführung) · driver of the business clock (demo)",
    )


def run(arguments: argparse.Namespace) -> int:
    """Run until SIGTERM or SIGINT.

    Raises:
        ConfigurationError: configuration, keys, membership, or the pages' port is taken.
        Conflict: ``agent_already_running``.
    """
    configure_logging()
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    load_config(arguments.home)  # what a person has to mend is told before anything is taken
    lock = only_one(arguments.home)
    driver = DrivenClock(arguments.business_clock, arguments.home.name) if arguments.business_clock else None
    core = open_core(arguments.home, business_clock=driver)
    remember_figures(core.open_uow, core.config.figures)
    forget_problems(core.open_uow)
    agent = Agent(core)
    host, _, port = core.config.web.listen.rpartition(":")
    web = agent.web(host, int(port))
    web.start()
    (arguments.home / WEB_ADDRESS).write_text(f"{host}:{web.port}\n", "ascii")
    print(texts_of(arguments).text("cli.running", address=f"http://{host}:{web.port}/"), flush=True)
    agent.start()
    try:
        if driver is None:
            follow_system_clock(agent.ticker.tick, SystemClock(), stop)
        else:
            follow_driver(agent.ticker.tick, driver, stop)
    finally:
        agent.stop()
        web.stop()
        lock.close()
    return 0


def only_one(home: Path) -> TextIO:
    """Hold the home's lock for the life of this process; the system lets go of it even after kill -9.

    Raises:
        Conflict: ``agent_already_running``.
    """
    file = (home / LOCK).open("w")
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        file.close()
        raise Conflict("agent_already_running", home=home) from None
    return file
