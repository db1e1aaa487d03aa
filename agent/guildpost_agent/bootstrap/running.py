"""The long-running process: ticks on the business clock, presence on the wall clock, pages for the dealer."""

import hashlib
import queue
import threading
from collections.abc import Callable
from datetime import datetime
from functools import partial
from typing import Final

import structlog

from guildpost_agent.adapters.relay_client.http_inbox import HttpRelayInbox
from guildpost_agent.adapters.sql.read_model import SqlReadModel
from guildpost_agent.adapters.sql.sessions import SqlSessionStore
from guildpost_agent.app.compose_message import Composer
from guildpost_agent.app.follow_presence import PresenceFollower
from guildpost_agent.app.poll_relay import relay_poll_due
from guildpost_agent.app.preview_message import preview_message
from guildpost_agent.app.renew_certificate import renew_certificate
from guildpost_agent.app.sync_catalogue import sync_catalogue
from guildpost_agent.bootstrap.core import AGENT_VERSION, Core
from guildpost_agent.bootstrap.member import (
    catalogue_of,
    control_plane,
    mail_template_ids,
    membership_of,
    services_of,
    templates_of,
)
from guildpost_agent.bootstrap.sending import poll, relay_inbox, require_stopped_cleanly, send_mails
from guildpost_agent.domain.catalogue import may_send
from guildpost_agent.domain.records import Channel
from guildpost_agent.jobs.children import run_child
from guildpost_agent.jobs.ticker import Step, Ticker
from guildpost_agent.web.app import DealerWeb, create_app
from guildpost_shared.errors import GuildpostError
from guildpost_shared.identity.presence import CatalogueChanged, PresenceEvent, RoundWindow
from guildpost_shared.services.definition import ServiceDefinition
from guildpost_shared.web.login import Gatekeeper
from guildpost_shared.web.serving import WebServer

SYNC_SECONDS: Final = 600.0
PLAN_HOUR: Final = 5
log = structlog.get_logger()
RunChild = Callable[[str, datetime, list[str]], None]


class Catalogue:
    """The catalogue in force, with what is derived from it; changed only by ``refresh``."""

    def __init__(self, core: Core, child: RunChild) -> None:
        self._core = core
        self._child = child
        self.source = catalogue_of(core)
        self.templates = templates_of(core, self.source)
        self.services: dict[str, ServiceDefinition] = {}
        self.fingerprint = ""
        self.may_send = False
        self._take_over()

    def refresh(self) -> None:
        """Fetch what is new; what cannot be fetched or trusted leaves the last good state in force."""
        report = sync_catalogue(self.source)
        if report.problem is not None:
            log.warning("catalogue_not_renewed", code=report.problem.code)
        self._take_over()

    def composer(self) -> Composer:
        """Give what fills messages."""
        return Composer(self._core.config, self.services, self.templates, self._core.open_uow)

    def _take_over(self) -> None:
        age = self.source.age()
        self.may_send = age is not None and may_send(age)
        self.services = services_of(self.source)
        missing = self.templates.missing(mail_template_ids(self.services))
        if missing:
            self._child("compile", self._core.business_clock.now(), [])
        paths = [path for path in self.source.list("") if path.startswith(("services/", "templates/"))]
        self.fingerprint = hashlib.sha256(b"".join(self.source.read(path) for path in paths)).hexdigest()


class Agent:
    """Everything the agent does on its own."""

    def __init__(self, core: Core) -> None:
        self.core = core
        self._child: RunChild = partial(_child, core)
        self._events: queue.Queue[PresenceEvent | None] = queue.Queue()
        self._stop = threading.Event()
        self.catalogue = Catalogue(core, self._child)
        self.inbox: HttpRelayInbox = relay_inbox(core)
        self.ticker = Ticker(self._steps(), core.open_uow, "agent", core.wall_clock)
        self.presence = PresenceFollower(
            control_plane=control_plane(core),
            credentials=lambda: membership_of(core).credentials(),
            agent_version=AGENT_VERSION,
            on_event=self._events.put,
            clock=core.wall_clock,
            entropy=core.entropy,
        )
        self._threads = [
            threading.Thread(target=self.presence.run, name="presence", daemon=True),
            threading.Thread(target=self._keep, name="keeper", daemon=True),
        ]

    def start(self) -> None:
        """Fetch the catalogue once, then follow the coordinator."""
        self.catalogue.refresh()
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        """Stop following."""
        self._stop.set()
        self._events.put(None)
        self.presence.stop()
        self.ticker.release()

    def web(self, host: str, port: int) -> WebServer:
        """Bind the dealer's pages."""
        core = self.core
        web = DealerWeb(
            config=core.config,
            read_model=SqlReadModel(core.engine),
            open_uow=core.open_uow,
            business_clock=core.business_clock,
            gatekeeper=gatekeeper(core),
            preview=lambda touchpoint_id, language: preview_message(
                core.open_uow, self.catalogue.composer(), touchpoint_id, language, core.business_clock.now()
            ),
            last_tick=lambda: self.ticker.last_tick,
        )
        return WebServer(create_app(web), host=host, port=port)

    def _steps(self) -> list[Step]:
        return [
            Step("intake", self._intake),
            Step("plan", self._plan),
            Step("relay", self._poll),
            Step("mail", self._send),
            Step("letters", self._letters),
        ]

    def _intake(self, now: datetime) -> None:
        """Take in what the DMS dropped: a child imports, attributes bookings and plans anew."""
        folder = self.core.config.dms.drop_folder
        if any(file.suffix.lower() in {".csv", ".txt"} for file in folder.glob("*")):
            self._child("intake", now, [])

    def _plan(self, now: datetime) -> None:
        """Plan once a week, and whenever the catalogue's services changed."""
        if not self.catalogue.services:
            return
        local = now.astimezone(self.core.zone)
        week = f"{local.isocalendar().year}-W{local.isocalendar().week}"
        if local.hour < PLAN_HOUR and local.weekday() == 0:
            return
        with self.core.open_uow() as uow:
            done = uow.documents.get("plan/done") or b""
        if done.decode() != f"{week} {self.catalogue.fingerprint}":
            self._child("plan", now, ["--mark", f"{week} {self.catalogue.fingerprint}"])

    def _poll(self, now: datetime) -> None:
        """Ask the relay before anything is sent, and hourly."""
        if relay_poll_due(self.core.open_uow, self.core.business_clock, dispatch_due=self._mail_due(now)):
            require_stopped_cleanly(poll(self.core, self.inbox, self.catalogue.services))

    def _send(self, now: datetime) -> None:
        """Send the mails whose time has come."""
        if self.catalogue.may_send and self._mail_due(now):
            require_stopped_cleanly(send_mails(self.core, self.catalogue.services, self.catalogue.composer()))

    def _letters(self, now: datetime) -> None:
        """Print and hand over the letters whose release day has come."""
        with self.core.open_uow() as uow:
            due = bool(uow.plans.due(Channel.LETTER, now) or uow.outbox.in_state(Channel.LETTER, "sending"))
        if due and self.catalogue.may_send:
            self._child("print", now, [])

    def _mail_due(self, now: datetime) -> bool:
        with self.core.open_uow() as uow:
            if uow.plans.due(Channel.EMAIL, now) or uow.outbox.in_state(Channel.EMAIL, "sending"):
                return True
            return any(job.next_attempt_at <= now for job in uow.outbox.in_state(Channel.EMAIL, "ready"))

    def _keep(self) -> None:
        """Follow the wall clock: catalogue, certificate, rounds."""
        while not self._stop.is_set():
            try:
                event = self._events.get(timeout=SYNC_SECONDS)
            except queue.Empty:
                event = CatalogueChanged(0)
            try:
                self._attend(event)
            except GuildpostError as error:
                log.warning("keeper_waits", code=error.code)

    def _attend(self, event: PresenceEvent | None) -> None:
        match event:
            case CatalogueChanged():
                self.catalogue.refresh()
            case RoundWindow():
                self.catalogue.refresh()
                self._join(event)
            case _:
                pass
        renew_certificate(
            membership_of(self.core).agent_id,
            open_documents=self.core.open_uow,
            control_plane=control_plane(self.core),
            clock=self.core.wall_clock,
            entropy=self.core.entropy,
        )

    def _join(self, window: RoundWindow) -> None:
        """Take part in a round, in a child of its own, while everything else goes on."""
        extra = [
            "--round", window.round_id, "--study", window.study_path, "--flower", str(window.flower),
            "--closes", window.closes_at.isoformat(),
        ]  # fmt: skip
        start = partial(self._child, "round", self.core.business_clock.now(), extra)
        threading.Thread(target=_quietly, args=(start,), name="round", daemon=True).start()


def gatekeeper(core: Core) -> Gatekeeper:
    """Give what lets people into the dealer's pages."""
    return Gatekeeper(SqlSessionStore(core.engine), core.wall_clock, core.entropy)


def _child(core: Core, step: str, now: datetime, extra: list[str]) -> None:
    run_child(core.home, step, now, extra)


def _quietly(run: Callable[[], None]) -> None:
    try:
        run()
    except GuildpostError as error:
        log.warning("round_not_joined", code=error.code)
