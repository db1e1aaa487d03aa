"""The long-running process: ticks on the business clock, presence on the wall clock, pages for the dealer."""

import sys
from datetime import datetime, timedelta
from typing import Final

import structlog

from guildpost_agent.adapters.relay_client.http_inbox import HttpRelayInbox
from guildpost_agent.adapters.sql.engine import READ_ONLY
from guildpost_agent.adapters.sql.read_model import SqlReadModel
from guildpost_agent.adapters.sql.unit_of_work import unit_of_work_factory
from guildpost_agent.app.egress.witness import ledger_trouble
from guildpost_agent.app.planning_state import last_plan
from guildpost_agent.app.poll_relay import relay_poll_due
from guildpost_agent.app.preview_message import preview_message
from guildpost_agent.app.remember_problems import remember_problem
from guildpost_agent.app.rights.confirm_retention import PROBLEM as RETENTION
from guildpost_agent.app.score_customers import segments_due
from guildpost_agent.app.watch_freshness import silence
from guildpost_agent.bootstrap.brand_keeper import BrandKeeper
from guildpost_agent.bootstrap.calls import staff_desk
from guildpost_agent.bootstrap.catalogue_in_force import Catalogue
from guildpost_agent.bootstrap.core import Core, gatekeeper
from guildpost_agent.bootstrap.insights import insight_desk
from guildpost_agent.bootstrap.intake import drop_folder
from guildpost_agent.bootstrap.mailbox import MailboxRound, check_mailbox
from guildpost_agent.bootstrap.opt_ins import WAKE, OptIns
from guildpost_agent.bootstrap.planner import planner_folder
from guildpost_agent.bootstrap.rights import retention_notice, retention_wanted
from guildpost_agent.bootstrap.sending import poll, relay_inbox, require_stopped_cleanly, send_mails
from guildpost_agent.domain.records import Channel
from guildpost_agent.jobs.agenda import PLAN_HOUR, Agenda
from guildpost_agent.jobs.children import Worker
from guildpost_agent.jobs.ticker import Step, Ticker
from guildpost_agent.web.app import DealerWeb, create_app
from guildpost_shared.errors import GuildpostError, public_text
from guildpost_shared.web.serving import WebServer

DMS: Final = "dms"
"""Under this name a silent DMS is noted among the problems."""
log = structlog.get_logger()


class Agent:
    """Everything the agent does on its own."""

    def __init__(self, core: Core) -> None:
        self.core = core
        self._worker = Worker(core.home)
        self._planned = ""
        self._retained = ""
        self._segmented = ("", "")
        self._read_on = ""
        self._due: set[str] = set()
        self.catalogue = Catalogue(core, self._worker)
        self.inbox: HttpRelayInbox = relay_inbox(core)
        self._read_model = SqlReadModel(core.engine)
        self._opt_ins = OptIns(core, self._read_model)
        self._mailbox = MailboxRound(core)
        planner = planner_folder(core)
        self._agenda = Agenda(
            core.config.dms.drop_folder,
            core.zone,
            self._read_model,
            lambda: self.catalogue.fingerprint,
            is_export=drop_folder(core).is_export,
            wake=core.home / WAKE,
            planner_waits=planner.waits if planner else lambda: False,
            mailbox_every=self._mailbox.every,
        )
        self.ticker = Ticker(
            self._steps(),
            core.open_uow,
            "agent",
            core.wall_clock,
            wanted=self._agenda.anything_due,
            note_done=self._agenda.note_done,
            on_change=self._note_problem,
        )
        self._keepers = [BrandKeeper(core, brand, self.catalogue) for brand in self.catalogue.source.sources]

    def start(self) -> None:
        """Fetch the catalogue once, then follow the coordinator of every brand."""
        self.catalogue.refresh()
        for keeper in self._keepers:
            keeper.start()

    def stop(self) -> None:
        """Stop following."""
        for keeper in self._keepers:
            keeper.stop()
        self.ticker.release()
        self._worker.close()
        self.inbox.close()

    def web(self, host: str, port: int) -> WebServer:
        """Bind the dealer's pages."""
        core = self.core
        reading = unit_of_work_factory(core.engine.execution_options(**{READ_ONLY: True}))  # a page waits for no writer
        web = DealerWeb(
            config=core.config,
            read_model=self._read_model,
            open_uow=reading,
            business_clock=core.business_clock,
            gatekeeper=gatekeeper(core),
            preview=lambda touchpoint_id, language: preview_message(
                reading, self.catalogue.composer(), touchpoint_id, language, core.business_clock.now()
            ),
            last_tick=lambda: self.ticker.last_tick,
            ledger_trouble=lambda entries: ledger_trouble(entries, core.witness),
            desk=staff_desk(core, lambda: self.catalogue.services, self.catalogue.templates),
            insights=insight_desk(core, self.catalogue.source, reading),
        )
        return WebServer(create_app(web), host=host, port=port)

    def _steps(self) -> list[Step]:
        return [
            Step("intake", self._intake),
            Step("plan", self._plan),
            Step("look", self._look),
            Step("relay", self._poll),
            Step("mailbox", self._read_mailbox),
            Step("opt_ins", self._opt_ins.expire),
            Step("confirmations", self._opt_ins.send),
            Step("mail", self._send),
            Step("letters", self._letters),
            Step("segments", self._segment),
            Step("retention", self._retain),
        ]

    def _note_problem(self, step: str, problem: GuildpostError | None) -> None:
        """Say what is wrong and what to do, once, to whoever watches; ``status`` and the log say it too."""
        remember_problem(self.core.open_uow, step, problem)
        if problem is not None:
            sys.stdout.write(f"{public_text(problem, self.core.config.language)}\n")
            sys.stdout.flush()

    def _intake(self, now: datetime) -> None:
        """Take in what the DMS dropped: the worker imports, attributes bookings and plans anew where it must."""
        database = self.core.config.dms.loco_soft is not None and self._read_on != self._day_of(now)
        if database or self._agenda.delivery_waits():
            extra = {"mark": self._agenda.plan_mark(now), "database": "yes" if database else "no"}
            self._worker.run("intake", now, extra)
        if self._read_on != self._day_of(now):
            with self.core.open_uow() as uow:
                problem = silence(uow, now, self.core.config.dms.silent_after_days)
            self._note_problem(DMS, problem)
        self._read_on = self._day_of(now)

    def _day_of(self, now: datetime) -> str:
        """Name the local day that has begun at five in the morning: by then a site's evening load is through."""
        return (now.astimezone(self.core.zone) - timedelta(hours=PLAN_HOUR)).date().isoformat()

    def _plan(self, now: datetime) -> None:
        """Plan once a week, and whenever the catalogue's services changed."""
        mark = self._agenda.plan_mark(now)
        if mark == self._planned or not self.catalogue.services:
            return
        if last_plan(self.core.open_uow) != mark:
            self._worker.run("plan", now, {"mark": mark})
        self._planned = mark

    def _look(self, now: datetime) -> None:
        """See once what wants to go out."""
        self._due = self._read_model.due_channels(now)
        self._opt_ins.look(now)

    def _poll(self, now: datetime) -> None:
        """Ask the relay before anything is sent, and regularly."""
        del now
        if relay_poll_due(
            self.core.open_uow, self.core.business_clock, dispatch_due=bool(self._due) or self._opt_ins.waiting
        ):
            require_stopped_cleanly(poll(self.core, self.inbox, self.core.keys.sealing, self.catalogue.services))

    def _read_mailbox(self, now: datetime) -> None:
        """Read what came back, before anything more is sent."""
        if self._mailbox.due(now):
            summary = check_mailbox(self.core, self.catalogue.services)
            if summary is not None:
                require_stopped_cleanly(summary)

    def _send(self, now: datetime) -> None:
        """Send the mails whose time has come."""
        del now
        if self.catalogue.may_send and Channel.EMAIL in self._due:
            require_stopped_cleanly(
                send_mails(self.core, self.catalogue.services, self.catalogue.composer(), self.catalogue.recalled)
            )

    def _letters(self, now: datetime) -> None:
        """Print and hand over the letters whose release day has come."""
        if self.catalogue.may_send and Channel.LETTER in self._due:
            self._worker.run("print", now)

    def _segment(self, now: datetime) -> None:
        """Segment the customers with every plan and once a day of this machine, however fast its business clock."""
        wanted = (self._planned, self._day_of(self.core.wall_clock.now()))
        if self._segmented != wanted and segments_due(self.core.open_uow, self._day_of(now)):
            self._worker.run("segments", now)
        self._segmented = wanted

    def _retain(self, now: datetime) -> None:
        """Let go once a day what is old enough."""
        today = now.astimezone(self.core.zone).date().isoformat()
        if self._retained != today:
            if retention_wanted(self.core):
                self._worker.run("retention", now)
            self._note_problem(RETENTION, retention_notice(self.core))
            self._retained = today
