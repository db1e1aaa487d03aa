"""Everything that runs around the control plane when the coordinator serves: catalogue, rounds, console."""

import os
import threading
from collections.abc import Callable, Mapping
from itertools import count
from pathlib import Path
from typing import Final

import structlog

from guildpost_coordinator.adapters.flower.engine import RoundEngine
from guildpost_coordinator.adapters.sql.read_model import SqlReadModel
from guildpost_coordinator.adapters.sql.rounds import SqlRounds
from guildpost_coordinator.adapters.sql.sessions import SqlSessionStore
from guildpost_coordinator.app.ports.read_model import TargetRow
from guildpost_coordinator.app.publish_catalogue import publish_catalogue
from guildpost_coordinator.app.publish_roster import publish_roster
from guildpost_coordinator.app.publishing import Publishing
from guildpost_coordinator.bootstrap import Core, Parts
from guildpost_coordinator.bootstrap_catalogue import CatalogueParts, open_catalogue
from guildpost_coordinator.bootstrap_rounds import (
    HOOK,
    FlowerCompanion,
    announce_by_schedule,
    read_published,
    round_key,
)
from guildpost_coordinator.domain.membership import State
from guildpost_coordinator.jobs.round_desk import Desk, RoundDesk
from guildpost_coordinator.web.app import Console, create_app
from guildpost_shared.catalogue_paths import ROLES
from guildpost_shared.errors import GuildpostError, Unavailable
from guildpost_shared.identity.enrolment import Endpoint
from guildpost_shared.identity.roster import TARGET_PATH, parse_roster
from guildpost_shared.web.login import Gatekeeper
from guildpost_shared.web.serving import WebServer

TICK_SECONDS: Final = 1.0
SCHEDULE_TICKS: Final = 30
"""The schedule is looked at once in so many ticks: a slot lasts for hours."""
ROSTER_CALM_TICKS: Final = 10
"""A roster is offered for signature when nobody joined or left for so many ticks: one signature for many dealers."""
log = structlog.get_logger()


def serving_parts(core: Core, *, record_folder: Path | None = None) -> Parts:
    """Put together what ``serve`` runs.

    Args:
        core: what everything shares.
        record_folder: for audits: every decoded request is appended to files in this folder.

    Raises:
        ConfigurationError: the catalogue was never founded, or its online keys cannot be opened.
    """
    catalogue = open_catalogue(
        core.home,
        core.engine,
        announce=core.announcements.announce_catalogue,
        clock=core.clock,
        entropy=core.entropy,
        environment=os.environ,
    )
    recorder = None if record_folder is None else request_recorder(record_folder)
    flower = FlowerCompanion(core, record=recorder)
    return Parts(
        services=catalogue.plugins,
        companions=(flower, Rounds(core, catalogue, flower), ConsoleCompanion(core, catalogue.publishing)),
        recorder=recorder,
    )


def request_recorder(folder: Path) -> Callable[[str, bytes], None]:
    """Append each decoded request to one file, for the search for planted personal data."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    lock, path = threading.Lock(), folder / "requests.bin"

    def record(name: str, body: bytes) -> None:
        with lock, path.open("ab") as file:
            file.write(name.encode() + b"\n" + body + b"\n")

    return record


class _BoundEngine:
    """The round engine with the published roster and the hook filled in."""

    def __init__(self, core: Core, publishing: Publishing, flower: FlowerCompanion) -> None:
        self._core = core
        self._publishing = publishing
        self._flower = flower

    def ready(self) -> bool:
        """Say whether a round can begin."""
        return self._engine().ready()

    def open_window(self) -> None:
        """Let the dealers of the published roster in."""
        roster = parse_roster(read_published(self._publishing, TARGET_PATH))
        self._engine().open_window(entry.flower_key for entry in roster.entries)

    def submit(self, round_id: str) -> int:
        """Start the program of a round."""
        return self._engine().submit(round_id, self._core.home.folder.resolve(), HOOK)

    def is_over(self, run: int) -> bool:
        """Tell whether it has ended."""
        return self._engine().is_over(run)

    def end(self, run: int) -> None:
        """End it."""
        self._engine().end(run)

    def close_window(self) -> None:
        """Let nobody in."""
        self._engine().close_window()

    def _engine(self) -> RoundEngine:
        if self._flower.engine is None:
            raise Unavailable("round_engine_not_ready")
        return self._flower.engine


class Rounds:
    """Ticks of catalogue and roster, and the round desk."""

    def __init__(self, core: Core, catalogue: CatalogueParts, flower: FlowerCompanion) -> None:
        self._core = core
        self._catalogue = catalogue
        self._flower = flower
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._loop, name="catalogue", daemon=True)
        self._desk: RoundDesk | None = None

    def start(self) -> Mapping[str, Endpoint]:
        """Start both loops."""
        config, publishing = self._core.config, self._catalogue.publishing
        entrance = Endpoint(config.public_host, self._flower.port)
        self._desk = RoundDesk(
            Desk(
                rounds=SqlRounds(self._core.engine),
                engine=_BoundEngine(self._core, publishing, self._flower),
                announcements=self._core.announcements,
                entrance=lambda: entrance,
                publish=lambda paths: publish_catalogue(publishing, paths),
                clock=self._core.clock,
            )
        )
        self._desk.start()
        self._thread.start()
        return {}

    def stop(self) -> None:
        """Stop both loops."""
        self._stop.set()
        if self._desk is not None:
            self._desk.stop()
        if self._thread.is_alive():
            self._thread.join(TICK_SECONDS * 10)

    def _loop(self) -> None:
        key = round_key(self._core.home.folder, os.environ, self._core.entropy).public
        members, calm = 0, 0
        ticks = count()
        while not self._stop.wait(TICK_SECONDS):
            try:
                self._catalogue.tick()
                with self._core.open_view() as uow:
                    active = sum(member.state is State.ACTIVE for member in uow.memberships.all())
                members, calm = active, calm + 1 if active == members else 0
                if calm == ROSTER_CALM_TICKS:
                    publish_roster(self._catalogue.publishing, self._core.open_uow, coordinator_key=key)
                    calm = 0
                if next(ticks) % SCHEDULE_TICKS == 0:
                    announce_by_schedule(self._core, self._catalogue.publishing)
            except GuildpostError as error:
                log.warning("catalogue_tick_waits", code=error.code)
            except OSError as error:  # a full disk passes; the loop must not end with it
                log.warning("catalogue_tick_waits", code="os_error", errno=error.errno)


class ConsoleCompanion:
    """The brand console in its own thread."""

    def __init__(self, core: Core, publishing: Publishing) -> None:
        self._core = core
        self._publishing = publishing
        self._server: WebServer | None = None

    def start(self) -> Mapping[str, Endpoint]:
        """Bind and answer."""
        core = self._core
        console = Console(
            brand=core.config.brand,
            language=core.config.language,
            read_model=SqlReadModel(core.engine),
            targets=lambda: published_targets(self._publishing),
            gatekeeper=Gatekeeper(SqlSessionStore(core.engine), core.clock, core.entropy),
        )
        self._server = WebServer(create_app(console), host=core.config.listen, port=core.config.console_port)
        self._server.start()
        return {"console": Endpoint(core.config.public_host, self._server.port)}

    def stop(self) -> None:
        """Stop answering."""
        if self._server is not None:
            self._server.stop()


def published_targets(publishing: Publishing) -> list[TargetRow]:
    """List the published paths with the roles that list them."""
    rows: dict[tuple[str, int, str], list[str]] = {}
    for role in ROLES:
        for name, listing in publishing.repository.published(role).targets.items():
            key = (name.removeprefix(f"{role}/"), listing.length, listing.sha256)
            rows.setdefault(key, []).append(role)
    return [TargetRow(path, tuple(roles), length, sha256) for (path, length, sha256), roles in sorted(rows.items())]
