"""A real coordinator on loopback: database, authority, TLS and gRPC, in a temporary home.

``with RunningCoordinator(tmp_path) as coordinator:`` · ``coordinator.issue("dealer-01")`` gives a join code ·
``coordinator.core`` holds its ports · ``coordinator.stop()`` takes it away. The passphrase is fixed.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Self

from sqlalchemy import Engine

from guildpost_coordinator.adapters.certificate_authority.files import store_authority
from guildpost_coordinator.adapters.certificate_authority.local import create_authority
from guildpost_coordinator.adapters.grpc_server.server import ServicePlugin
from guildpost_coordinator.adapters.sql.unit_of_work import unit_of_work_factory
from guildpost_coordinator.app.issue_join_code import issue_join_code
from guildpost_coordinator.bootstrap import Companion, Coordinator, Core, Parts, anchors, open_core
from guildpost_coordinator.config import CoordinatorConfig, Home, render_config
from guildpost_shared.clock import SystemClock
from guildpost_shared.entropy import OsEntropy
from guildpost_shared.identity.enrolment import Endpoint

PASSPHRASE = b"a passphrase made for tests only"
TRUST_ROOT = b'{"signed": {"_type": "root"}}'


def open_home(folder: Path, overrides: Mapping[str, object] | None = None) -> Core:
    """Set a home up and open it, with settings of ``coordinator.toml`` overridden."""
    home = Home(folder / "coordinator")
    passphrase_file = folder / "passphrase"
    passphrase_file.write_bytes(PASSPHRASE)
    store_authority(home.authority, *create_authority(OsEntropy(), SystemClock().now()), PASSPHRASE)
    home.config.write_text(render_config(CoordinatorConfig(brand="Arvana")), "utf-8")
    home.trust_root.parent.mkdir(parents=True)
    home.trust_root.write_bytes(TRUST_ROOT)
    return open_core(home, overrides=overrides, environment={"GUILDPOST_CA_PASSPHRASE_FILE": str(passphrase_file)})


def on_database(core: Core, engine: Engine) -> Core:
    """Give the same home another database, already migrated."""
    core.engine.dispose()
    open_uow, open_view = unit_of_work_factory(engine), unit_of_work_factory(engine, read_only=True)
    return replace(core, engine=engine, open_uow=open_uow, open_view=open_view)


class RunningCoordinator:
    """A coordinator that answers on two ports of 127.0.0.1."""

    def __init__(
        self,
        folder: Path,
        services: tuple[ServicePlugin, ...] = (),
        companions: tuple[Companion, ...] = (),
        recorder: Callable[[str, bytes], None] | None = None,
        overrides: Mapping[str, object] | None = None,
        *,
        engine: Engine | None = None,
    ) -> None:
        self.core = open_home(folder, overrides)
        if engine is not None:
            self.core = on_database(self.core, engine)
        self._coordinator = Coordinator(self.core, Parts(services, companions, recorder))
        self.addresses: dict[str, Endpoint] = {}
        self._running = False

    def __enter__(self) -> Self:
        self.addresses = self._coordinator.start()
        self._running = True
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def stop(self) -> None:
        """Close the ports; a second time does nothing."""
        if self._running:
            self._running = False
            self._coordinator.stop()

    def issue(self, agent_id: str, validity: timedelta = timedelta(days=14)) -> str:
        """Plan a membership and issue its join code."""
        core = self.core
        return issue_join_code(
            open_uow=core.open_uow,
            clock=core.clock,
            entropy=core.entropy,
            anchors=anchors(core.home, core.config, core.authority.certificate()),
            agent_id=agent_id,
            company="Autohaus",
            legal_entity=agent_id,
            validity=validity,
        )
