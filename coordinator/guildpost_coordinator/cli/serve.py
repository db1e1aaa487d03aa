"""``guildpost-coordinator serve``: run the coordinator until it is told to stop."""

import argparse
import os
import signal
import threading
from pathlib import Path
from typing import Final

import structlog

from guildpost_coordinator.adapters.catalogue_repository.lock import locked
from guildpost_coordinator.adapters.grpc_server.open_files import raise_limit, room_for
from guildpost_coordinator.bootstrap import Coordinator, Core, open_core
from guildpost_coordinator.bootstrap_parts import serving_parts
from guildpost_coordinator.config import Home
from guildpost_shared.catalog import Catalog
from guildpost_shared.driven_clock import BUSINESS_CLOCK
from guildpost_shared.logs import configure_logging

NAME: Final = "serve"
log = structlog.get_logger()
_PORTS: Final = ("enrolment_port", "control_port", "flower_port", "console_port")


def add_arguments(parser: argparse.ArgumentParser, texts: Catalog) -> None:
    """Add this command's arguments."""
    for port in _PORTS:
        name = port.removesuffix("_port")
        parser.add_argument(f"--{name}-port", type=int, default=None, help=texts.text(f"cli.port.{name}"))
    parser.add_argument("--business-clock", metavar="HOST:PORT", help=texts.text("cli.serve.business_clock"))
    parser.add_argument("--record", type=Path, metavar="FOLDER", help=texts.text("cli.serve.record"))


def run(arguments: argparse.Namespace, texts: Catalog) -> int:
    """Serve until SIGTERM or SIGINT.

    Raises:
        ConfigurationError: the home is not set up, the passphrase is missing, or a port is taken.
        Conflict: ``catalogue_in_use``: it runs already, or keys are being changed.
    """
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    home = Home(arguments.home)
    core = open_core(home, overrides=_overrides(arguments))
    with locked(home.folder):
        _serve(core, arguments, texts, stop)
    return 0


def _serve(core: Core, arguments: argparse.Namespace, texts: Catalog, stop: threading.Event) -> None:
    configure_logging()
    if arguments.business_clock:
        os.environ[BUSINESS_CLOCK] = arguments.business_clock  # for the programs that conduct rounds
    files = raise_limit()
    log.info("open_files", limit=files, dealerships=room_for(files))
    coordinator = Coordinator(core, serving_parts(core, record_folder=arguments.record))
    try:
        addresses = coordinator.start()
        lines = [f"  {name:10} {endpoint}" for name, endpoint in sorted(addresses.items())]
        room = texts.text("cli.serve.room", files=files, dealerships=room_for(files))
        print(texts.text("cli.serve.ready"), *lines, room, sep="\n", flush=True)
        stop.wait()
    finally:
        coordinator.stop()


def _overrides(arguments: argparse.Namespace) -> dict[str, int]:
    given = {port: getattr(arguments, port) for port in _PORTS}
    return {port: value for port, value in given.items() if value is not None}
