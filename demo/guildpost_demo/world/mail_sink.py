"""The mail server process of the demo: ``python -m guildpost_demo.world.mail_sink``."""

import argparse
import signal
import threading
from pathlib import Path
from typing import Final

import uvicorn

from guildpost_demo.world.inbox import Inbox
from guildpost_demo.world.mail_store import MailStore
from guildpost_demo.world.smtp_server import LOOPBACK, Sink, server_context, smtp_controller
from guildpost_shared.clock import Clock, SystemClock
from guildpost_shared.driven_clock import DrivenClock
from guildpost_shared.errors import Language

NAME: Final = "mail-sink"


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="mail_sink", description="A mail server with a web inbox, on loopback.")
    parser.add_argument("--folder", type=Path, required=True, help="where mail.sqlite is kept")
    parser.add_argument("--smtp-port", type=int, required=True)
    parser.add_argument("--web-port", type=int, required=True)
    parser.add_argument("--certificate", type=Path, required=True)
    parser.add_argument("--key", type=Path, required=True)
    parser.add_argument("--dead", type=Path, help="addresses that exist no more, one per line")
    parser.add_argument("--business-clock", default="", help="HOST:PORT; the machine's clock without it")
    parser.add_argument("--lang", choices=("de", "en"), default="de")
    return parser.parse_args()


def _dead(path: Path | None) -> frozenset[str]:
    return frozenset(path.read_text("utf-8").lower().split()) if path else frozenset()


def main() -> None:
    """Run until a signal ends it."""
    arguments = _arguments()
    language: Language = arguments.lang
    stop = threading.Event()
    clock: Clock = SystemClock()
    if arguments.business_clock:
        driven = DrivenClock(arguments.business_clock, NAME)
        clock = driven
        threading.Thread(target=driven.run, args=(lambda _now: None, stop), daemon=True).start()
    store = MailStore(arguments.folder / "mail.sqlite")
    sink = Sink(store, clock, _dead(arguments.dead))
    smtp = smtp_controller(sink, arguments.smtp_port, server_context(arguments.certificate, arguments.key))
    smtp.start()
    config = uvicorn.Config(
        Inbox(store, language).app(), host=LOOPBACK, port=arguments.web_port, log_level="warning", access_log=False
    )
    server = uvicorn.Server(config)
    signal.signal(signal.SIGTERM, server.handle_exit)
    try:
        server.run()
    finally:
        stop.set()
        smtp.stop()
        store.close()


if __name__ == "__main__":
    main()
