"""One brand's coordinator, followed on the wall clock: presence, catalogue, certificate, rounds.

Every brand has threads of its own: a coordinator that is away, or has locked or revoked the membership, keeps nobody
else's catalogue or certificate waiting. Nor does one that announces without an end: what waits is bounded, and so are
the rounds that are entered.
"""

import queue
import subprocess
import sys
import threading
from typing import Final

import structlog

from guildpost_agent.app.follow_presence import PresenceFollower
from guildpost_agent.app.remember_problems import remember_problem
from guildpost_agent.app.renew_certificate import PROBLEM, renew_certificate
from guildpost_agent.bootstrap.catalogue_in_force import Catalogue
from guildpost_agent.bootstrap.core import AGENT_VERSION, Core
from guildpost_agent.bootstrap.member import control_plane, membership_of
from guildpost_agent.domain.brands import of_brand
from guildpost_agent.domain.round_entries import RoundEntries
from guildpost_shared.errors import GuildpostError
from guildpost_shared.identity.presence import CatalogueChanged, Heartbeat, PresenceEvent, RoundWindow

SYNC_SECONDS: Final = 600.0
MOST_WAITING: Final = 100  # events; whatever is dropped beyond, the next sync brings
log = structlog.get_logger()


class BrandKeeper:
    """Keeps one membership alive."""

    def __init__(self, core: Core, brand: str, catalogue: Catalogue) -> None:
        self._core = core
        self._brand = brand
        self._catalogue = catalogue
        self._events: queue.Queue[PresenceEvent | None] = queue.Queue(MOST_WAITING)
        self._stop = threading.Event()
        self._rounds, self._entering = RoundEntries(), threading.Lock()
        self._windows: dict[str, RoundWindow] = {}
        self._noted = ""
        self._control_plane = control_plane(core, brand)
        self._presence = PresenceFollower(
            control_plane=self._control_plane,
            credentials=lambda: membership_of(core, brand).credentials(),
            agent_version=AGENT_VERSION,
            on_event=self._hear,
            clock=core.wall_clock,
            entropy=core.entropy,
        )

    def start(self) -> None:
        """Follow the coordinator."""
        for name, target in (("presence", self._presence.run), ("keeper", self._keep)):
            threading.Thread(target=target, name=f"{name} {self._brand}".rstrip(), daemon=True).start()

    def stop(self) -> None:
        """Stop following."""
        self._stop.set()
        self._hear(None)
        self._presence.stop()

    def _hear(self, event: PresenceEvent | None) -> None:
        try:
            self._events.put_nowait(event)
        except queue.Full:
            log.warning("event_dropped", brand=self._brand)

    def _keep(self) -> None:
        while not self._stop.is_set():
            try:
                event = self._events.get(timeout=SYNC_SECONDS)
            except queue.Empty:
                event = CatalogueChanged(0)
            try:
                self._attend(event)
            except GuildpostError as error:
                log.warning("keeper_waits", code=error.code, brand=self._brand)
            except Exception:  # a bug, or a database that somebody else holds: without this thread no recall is heard
                log.exception("keeper_failed", brand=self._brand)

    def _attend(self, event: PresenceEvent | None) -> None:
        match event:
            case CatalogueChanged():
                self._catalogue.refresh_brand(self._brand)
            case RoundWindow():
                self._catalogue.refresh_brand(self._brand)
                self._join(event)
            case Heartbeat() if self._catalogue.is_unfetched(self._brand):
                self._catalogue.refresh_brand(self._brand)  # news wait no ten minutes because of a busy coordinator
            case _:
                pass
        self._renew()

    def _renew(self) -> None:
        """Renew the certificate when it is due, and keep for ``status`` why it could not be renewed.

        Raises:
            GuildpostError: as for ``renew_certificate``.
        """
        problem: GuildpostError | None = None
        try:
            renewed = renew_certificate(
                membership_of(self._core, self._brand).key,
                open_documents=self._core.open_uow,
                control_plane=self._control_plane,
                clock=self._core.wall_clock,
                entropy=self._core.entropy,
            )
            if renewed:
                self._presence.reconnect()
        except GuildpostError as error:
            problem = error
            raise
        finally:
            self._note(problem)

    def _note(self, problem: GuildpostError | None) -> None:
        """Keep a problem for whoever asks, or that it is over."""
        code = problem.code if problem is not None else ""
        if code != self._noted:
            remember_problem(self._core.open_uow, of_brand(PROBLEM, self._brand), problem)
            self._noted = code

    def _join(self, window: RoundWindow) -> None:
        """Take part in a round, in a child of its own, while everything else goes on."""
        with self._entering:
            begins = self._rounds.begin(window.round_id, self._core.wall_clock.now())
            if begins or window.round_id in self._windows:
                self._windows[window.round_id] = window
            if not begins:
                log.info("round_not_entered", brand=self._brand)
                return
        command = [
            sys.executable, "-m", "guildpost_agent.cli", "join-round", "--home", str(self._core.home),
            "--now", self._core.business_clock.now().isoformat(), "--round", window.round_id,
            "--study", window.study_path, "--period", window.period, "--flower", str(window.flower),
            "--closes", window.closes_at.isoformat(), "--brand", self._brand,
        ]  # fmt: skip
        threading.Thread(target=self._take_part, args=(window.round_id, command), name="round", daemon=True).start()

    def _take_part(self, round_id: str, command: list[str]) -> None:
        cut_off = True
        try:
            cut_off = subprocess.run(command, check=False).returncode != 0
            if cut_off:
                log.warning("round_not_joined", brand=self._brand)
        finally:
            with self._entering:
                again, window = self._rounds.end(round_id), self._windows.pop(round_id)
            if cut_off and again and window.closes_at > self._core.wall_clock.now() and not self._stop.is_set():
                self._join(window)
