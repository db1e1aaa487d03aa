"""Wire federated rounds: the engine beside the coordinator, the desk that works rounds off, the program of a round.

``drive_round`` is what Flower's own process calls (see ``adapters/flower/server_app``): it opens the coordinator's
database and published catalogue for itself, conducts the round and stores its release.
"""

import os
import socket
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo

import structlog

from guildpost_coordinator.adapters.catalogue_repository.keys import (
    ONLINE_CREDENTIAL,
    ONLINE_VARIABLE,
    CatalogueKey,
    load_key,
    new_key,
    read_passphrase,
    store_key,
)
from guildpost_coordinator.adapters.flower.engine import EntranceFiles, RoundEngine
from guildpost_coordinator.adapters.flower.exchange import GridExchange
from guildpost_coordinator.adapters.sql.engine import open_engine
from guildpost_coordinator.adapters.sql.rounds import SqlRounds
from guildpost_coordinator.app.announce_due import announce_due
from guildpost_coordinator.app.choose_version import choose_version
from guildpost_coordinator.app.drive_round import Conduct
from guildpost_coordinator.app.drive_round import drive_round as drive
from guildpost_coordinator.app.finish_round import finish_round, model_scored_under
from guildpost_coordinator.app.ports.rounds import Finished, Rounds
from guildpost_coordinator.app.publishing import Publishing
from guildpost_coordinator.bootstrap import FLOWER, Core, server_names
from guildpost_coordinator.bootstrap_catalogue import KEYS_FOLDER, open_catalogue
from guildpost_coordinator.config import Home
from guildpost_coordinator.domain.round_schedule import Schedule
from guildpost_coordinator.domain.rounds import Round
from guildpost_shared.catalogue_paths import target_name
from guildpost_shared.clock import SystemClock
from guildpost_shared.driven_clock import BUSINESS_CLOCK, business_clock
from guildpost_shared.entropy import Entropy, OsEntropy
from guildpost_shared.errors import Conflict, Refused, Unavailable
from guildpost_shared.identity.enrolment import Endpoint
from guildpost_shared.identity.roster import TARGET_PATH, parse_roster
from guildpost_shared.secagg.network import NetworkAggregator
from guildpost_shared.secagg.shard_sums import NetworkSum
from guildpost_shared.studies.layouts import context_of
from guildpost_shared.studies.spec import StudySpec, parse_study

HOOK: Final = "guildpost_coordinator.bootstrap_rounds:drive_round"
ROUND_KEY: Final = "rounds.pem"
ZONE: Final = ZoneInfo("Europe/Berlin")
Record = Callable[[str, bytes], None]
log = structlog.get_logger()


class FlowerCompanion:
    """The round engine beside the control plane."""

    def __init__(self, core: Core, *, record: Record | None = None) -> None:
        self._core = core
        self._record = record
        self.engine: RoundEngine | None = None
        self.port = core.config.flower_port or _free_port(core.config.listen)

    def start(self) -> Mapping[str, Endpoint]:
        """Prepare the SuperLink, start the entrance; tell where agents find the entrance."""
        config, folder = self._core.config, self._core.home.folder / "rounds"
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        credentials = self._core.authority.issue_server(server_names(config), self._core.clock.now())
        certificate, key = folder / "entrance.pem", folder / "entrance.key"
        key.touch(mode=0o600)
        certificate.write_bytes(credentials.chain_pem)
        key.write_bytes(credentials.key_pem)
        self.engine = RoundEngine(
            folder,
            loopback_port=_free_port("127.0.0.1"),
            entrance=EntranceFiles(config.listen, self.port, certificate, key),
            clock=self._core.clock,
            entropy=self._core.entropy,
            record=self._record,
        )
        self.engine.start()
        return {FLOWER: Endpoint(config.public_host, self.port)}

    def stop(self) -> None:
        """Stop both."""
        if self.engine is not None:
            self.engine.stop()


def round_key(home: Path, environment: Mapping[str, str], entropy: Entropy) -> CatalogueKey:
    """Open the key that signs round instructions, making it at the first use; the roster names its public half.

    Raises:
        ConfigurationError: ``catalogue_key_unreadable`` or ``catalogue_passphrase_missing``.
    """
    path = home / KEYS_FOLDER / ROUND_KEY
    passphrase = read_passphrase(environment, ONLINE_CREDENTIAL, ONLINE_VARIABLE)
    if not path.exists():
        with suppress(Conflict):  # another process of ours was first
            store_key(path, new_key(entropy).private, passphrase)
    return load_key(path, passphrase)


def read_published(publishing: Publishing, path: str) -> bytes:
    """Read a target that the legal role has published (every study and the roster is among them).

    Raises:
        Refused: ``catalogue_unknown_path``.
    """
    listing = publishing.repository.published("legal").targets.get(target_name("legal", path))
    if listing is None:
        raise Refused("catalogue_unknown_path", path=path)
    with publishing.publications() as rows:
        return rows.content(listing.sha256)


def read_model(publishing: Publishing, path: str) -> bytes | None:
    """Read what the coordinator's own role has published under a path; None where there is nothing."""
    listing = publishing.repository.published("models").targets.get(target_name("models", path))
    if listing is None:
        return None
    with publishing.publications() as rows:
        return rows.content(listing.sha256)


def announce_by_schedule(core: Core, publishing: Publishing) -> list[Round]:
    """Announce what is due by the operator's schedule; outside of its slots nothing is read."""
    config = core.config
    rounds = SqlRounds(core.engine)
    announced = announce_due(
        rounds=rounds,
        studies=lambda: studies_in_turn(publishing, rounds),
        schedule=Schedule(config.round_day, config.round_hour, timedelta(seconds=config.round_window_seconds)),
        zone=ZONE,
        today=lambda: business_clock(os.environ.get(BUSINESS_CLOCK), "round-schedule").now().date(),
        now=core.clock.now(),
        entropy=core.entropy,
    )
    for round_ in announced:
        log.info("round_announced", round_id=round_.round_id, attempt=round_.attempt)
    return announced


def studies_in_turn(publishing: Publishing, rounds: Rounds) -> list[StudySpec]:
    """Read of every study the version whose round comes next."""
    prefix = target_name("legal", "studies/")
    names = (
        name.removeprefix(prefix)
        for name in publishing.repository.published("legal").targets
        if name.startswith(prefix)
    )
    return [study_in_turn(publishing, rounds, study_id) for study_id in sorted({n.partition("/")[0] for n in names})]


def study_in_turn(publishing: Publishing, rounds: Rounds, study_id: str) -> StudySpec:
    """Read the version of a study whose round comes next (``choose_version``).

    Raises:
        Refused: ``study_not_published``, with the studies that are.
    """
    every, prefix = target_name("legal", "studies/"), target_name("legal", f"studies/{study_id}/")
    names = [name for name in publishing.repository.published("legal").targets if name.startswith(every)]
    numbers = sorted(int(one.removeprefix(prefix).removesuffix(".json")) for one in names if one.startswith(prefix))
    if not numbers:
        known = sorted({name.removeprefix(every).partition("/")[0] for name in names})
        raise Refused("study_not_published", study=study_id, known=", ".join(known) or "–")
    versions = [parse_study(read_published(publishing, f"studies/{study_id}/{number}.json")) for number in numbers]
    return choose_version(versions, rounds, partial(read_model, publishing))


def drive_round(round_id: str, home: str, exchange: GridExchange) -> None:
    """Conduct a round; the hook that ``server_app`` calls in the process that Flower started."""
    folder, clock, entropy = Path(home), SystemClock(), OsEntropy()
    paths = Home(folder)
    engine = open_engine(paths.database)
    catalogue = open_catalogue(
        paths, engine, announce=lambda _version: None, clock=clock, entropy=entropy, environment=os.environ
    )
    rounds = SqlRounds(engine)
    round_ = rounds.get(round_id)
    if round_ is None:
        raise Unavailable("round_unknown", round=round_id)
    study = parse_study(read_published(catalogue.publishing, round_.study_path)).part(round_.period)
    roster = parse_roster(read_published(catalogue.publishing, TARGET_PATH))
    key = round_key(folder, os.environ, entropy)
    model = model_scored_under(study, partial(read_model, catalogue.publishing))
    business = business_clock(os.environ.get(BUSINESS_CLOCK), f"round-{round_id}")

    def finish(round_: Round, result: NetworkSum) -> Finished:
        for one in result.false_shares:
            log.warning("secagg_false_shares", round_id=round_id, agent=one.holder, about=one.owners)
        for shard in result.lost:
            log.warning("secagg_shard_lost", round_id=round_id, agents=shard.agents, code=shard.code)
        belief = rounds.belief(study.study_id)
        today, now = business.now().date(), clock.now()
        return finish_round(round_, study, result, model=model, belief=belief, today=today, now=now)

    def aggregator(_round: Round, journal: Sequence[bytes]) -> NetworkAggregator:
        context = context_of(round_id, study, roster.sha256, model)
        return NetworkAggregator.restore(journal, context=context, roster=roster, coordinator_key=key.private)

    conduct = Conduct(aggregator=aggregator, finish=finish, pause=time.sleep)
    drive(round_id, rounds=rounds, roster=roster, exchange=exchange, conduct=conduct, clock=clock)


def _free_port(host: str) -> int:
    with socket.socket() as probe:
        probe.bind((host, 0))
        port: int = probe.getsockname()[1]
        return port
