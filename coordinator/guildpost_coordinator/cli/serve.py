"""``guildpost-coordinator serve``: run the coordinator until it is told to stop."""

import argparse
import logging
import signal
import sys
import threading
from typing import Final

import structlog

from guildpost_coordinator.bootstrap import Coordinator, Core, Parts, open_core
from guildpost_coordinator.config import Home
from guildpost_shared.catalog import Catalog

NAME: Final = "serve"
_PORTS: Final = ("enrolment_port", "control_port", "flower_port", "console_port")


def add_arguments(parser: argparse.ArgumentParser, texts: Catalog) -> None:
    """Add this command's arguments."""
    for port in _PORTS:
        name = port.removesuffix("_port")
        parser.add_argument(f"--{name}-port", type=int, default=None, help=texts.text(f"cli.port.{name}"))


def run(arguments: argparse.Namespace, texts: Catalog) -> int:
    """Serve until SIGTERM or SIGINT.

    Raises:
        ConfigurationError: the home is not set up, the passphrase is missing, or a port is taken.
    """
    configure_logging()
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    core = open_core(Home(arguments.home), overrides=_overrides(arguments))
    coordinator = Coordinator(core, parts(core))
    try:
        addresses = coordinator.start()
        lines = [f"  {name:10} {endpoint}" for name, endpoint in sorted(addresses.items())]
        print(texts.text("cli.serve.ready"), *lines, sep="\n", flush=True)
        stop.wait()
    finally:
        coordinator.stop()
    return 0


def _overrides(arguments: argparse.Namespace) -> dict[str, int]:
    given = {port: getattr(arguments, port) for port in _PORTS}
    return {port: value for port, value in given.items() if value is not None}


def parts(core: Core) -> Parts:
    """Name what runs around the control plane."""
    del core
    return Parts()


def configure_logging() -> None:
    """Log one JSON object per line to standard error."""
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.dict_tracebacks,
            structlog.processors.JSONRenderer(),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=structlog.WriteLoggerFactory(file=sys.stderr),
        cache_logger_on_first_use=True,
    )
