"""A brand's network on a real database: dealerships, publications with and without signatures, rounds, a release.

network = Network(tmp_path)                      # twelve dealerships: the figures teach nothing
network = Network(tmp_path, teaching=True)       # four hundred of them: evenings are better
"""

import random
from datetime import UTC, date, datetime, timedelta
from fractions import Fraction
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

import numpy as np
from sqlalchemy import Engine

from guildpost_coordinator.adapters.sql.engine import open_engine
from guildpost_coordinator.adapters.sql.migrate import migrate
from guildpost_coordinator.adapters.sql.publications import SqlPublications
from guildpost_coordinator.adapters.sql.read_model import SqlReadModel
from guildpost_coordinator.adapters.sql.rounds import SqlRounds
from guildpost_coordinator.adapters.sql.sessions import SqlSessionStore
from guildpost_coordinator.adapters.sql.unit_of_work import unit_of_work_factory
from guildpost_coordinator.app.ports.read_model import TargetRow
from guildpost_coordinator.app.ports.rounds import Finished, ReleaseRecord
from guildpost_coordinator.app.ports.unit_of_work import Contact
from guildpost_coordinator.domain import catalogue
from guildpost_coordinator.domain.catalogue import Listing, Publication, RoleProposal
from guildpost_coordinator.domain.membership import Membership, State
from guildpost_coordinator.domain.rounds import Round, RoundState
from guildpost_coordinator.web.app import Console, create_app
from guildpost_shared.catalogue_paths import Role
from guildpost_shared.clock import ManualClock
from guildpost_shared.studies.coordinates import Integers
from guildpost_shared.studies.layout import VectorLayout
from guildpost_shared.studies.noise import summed_variance
from guildpost_shared.studies.release import Release, dump_release
from guildpost_shared.studies.releasing import build_release
from guildpost_shared.studies.slot_lead import slot_lead_study
from guildpost_shared.web.login import Gatekeeper
from tests.fakes.seeded_entropy import SeededEntropy

NOW: Final = datetime(2027, 6, 4, 7, 30, tzinfo=UTC)
EVIL: Final = "<script>alert(1)</script>"
SPEC: Final = slot_lead_study(
    brand="Arvana", services=["hu_au", "inspection"], period_start=date(2027, 1, 1), period_end=date(2027, 3, 31)
)
PATHS: Final = (
    ("services/hu_au.json", ("marketing", "legal")),
    ("services/inspection.json", ("marketing", "legal")),
    ("templates/hu_au/1/email.de.json", ("marketing", "legal")),
    ("templates/hu_au/1/email.de.mjml", ("marketing", "legal")),
    ("templates/hu_au/1/letter.de.txt", ("marketing", "legal")),
    ("studies/slot-lead/1.json", ("legal", "association")),
    ("roster/roster.json", ("legal", "association")),
    ("releases/slot-lead/2027-01-01_2027-03-31.json", ("models",)),
    (f"new-kind/{EVIL}", ("models",)),
)


def noised_sum(per_cell: int, evening: float, variance: float) -> Integers:
    """Sums as dealers give them: mails on working days, 8 to 19 h, booked at 12 % or, evenings and mid-lead, more."""
    rng, layout = np.random.default_rng(3), VectorLayout.of(SPEC)
    total = np.zeros(layout.dimension, dtype=np.int64)
    for at, name in enumerate(layout.names):
        service, measure, kind, *cell = name.split("/")
        if measure == "bookings" and kind == "slot":
            sends = total[layout.names.index(f"{service}/sends/slot/{cell[0]}/{cell[1]}")]
            total[at] = rng.binomial(sends, evening if int(cell[1]) >= 17 else 0.12)
        elif measure == "bookings":
            rate = evening if cell[0] in {"28-42", "42-56"} else 0.12
            total[at] = rng.binomial(total[layout.names.index(f"{service}/sends/lead/{cell[0]}")], rate)
        elif kind == "lead":
            total[at] = per_cell * 8
        elif int(cell[0]) < 5 and 8 <= int(cell[1]) < 20:
            total[at] = per_cell
    return total + rng.normal(0, np.sqrt(variance), layout.dimension).round().astype(np.int64)


@cache
def release(*, teaching: bool) -> Release:
    """Build the release with the product's own code; the noise has the variance that the study prescribes."""
    dealers, per_cell, evening = (400, 900, 0.3) if teaching else (12, 40, 0.12)
    noise = Fraction(dealers, max(10, dealers * 4 // 5))
    total = noised_sum(per_cell, evening, float(summed_variance(SPEC, noise)))
    return build_release(SPEC, total, contributors=dealers, groups=dealers - 1, noise=noise, today=date(2027, 6, 4))


@cache
def _database(*, filled: bool, teaching: bool) -> bytes:
    """Migrate and fill once; every network starts from a copy."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "coordinator.sqlite"
        engine = open_engine(path)
        migrate(engine)
        if filled:
            _enrol(engine)
            _publish(engine)
            _learn(engine, release(teaching=teaching))
        engine.dispose()  # the last connection to close writes the log back into the file
        assert not path.with_name("coordinator.sqlite-wal").exists()
        return path.read_bytes()


class Network:
    """The brand console on real parts; ``clock`` is the one of logins."""

    def __init__(self, folder: Path, *, filled: bool = True, teaching: bool = False, brand: str = "Arvana") -> None:
        (folder / "coordinator.sqlite").write_bytes(_database(filled=filled, teaching=teaching))
        self.engine = open_engine(folder / "coordinator.sqlite")
        self.wall = ManualClock(NOW)
        self.gatekeeper = Gatekeeper(SqlSessionStore(self.engine), self.wall, SeededEntropy(str(folder).encode()))
        rows = [
            TargetRow(path, roles, 900 + 17 * at, f"{at:x}" * 64)
            for at, (path, roles) in enumerate(PATHS if filled else ())
        ]
        self.app = create_app(
            Console(
                brand=brand,
                language="de",
                read_model=SqlReadModel(self.engine),
                targets=lambda: rows,
                gatekeeper=self.gatekeeper,
            )
        )

    def close(self) -> None:
        """Let go of the database."""
        self.engine.dispose()


def _enrol(engine: Engine) -> None:
    states = [State.ACTIVE] * 11 + [State.PLANNED, State.LOCKED, State.REVOKED]
    chance = random.Random(2)
    with unit_of_work_factory(engine)() as uow:
        for number, state in enumerate(states):
            agent_id, name = f"dealer-{number:02}-stuttgart", ("Muster", "Wohlleben & Söhne", EVIL)[number % 3]
            enrolled = state is not State.PLANNED
            version = "0.1.0" if enrolled else ""
            uow.memberships.add(
                Membership(
                    agent_id,
                    f"Autohaus {name} {number:02}",
                    f"gruppe-{number // 2:02}",
                    state,
                    1 if enrolled else 0,
                    bytes(32) if enrolled else b"",
                    "ecdsa-sha2-nistp384 AAAA" if enrolled else "",
                    bytes(32) if enrolled else b"",
                    version,
                    NOW - timedelta(days=100) if enrolled else None,
                )
            )
            if enrolled:
                last = NOW - timedelta(minutes=chance.randrange(1, 3_000))
                uow.presence.record(Contact(agent_id, last, number < 9, version))
        uow.commit()


def _publish(engine: Engine) -> None:
    with engine.begin() as connection:
        store = SqlPublications(connection)
        for number, state in enumerate(
            (catalogue.State.PUBLISHED, catalogue.State.WITHDRAWN, catalogue.State.AWAITING)
        ):
            changes = {path: Listing(900, "a" * 64) for path, _ in PATHS[: 2 + 2 * number]}
            at = NOW - timedelta(days=9 - 3 * number)
            missing = None if state is catalogue.State.AWAITING else b"s" * 64
            proposals: dict[Role, RoleProposal] = {
                "marketing": RoleProposal(number + 1, b"{}", b"s" * 64),
                "legal": RoleProposal(number + 1, b"{}", missing),
            }
            publication = Publication(f"p-{number}", state, at, changes, proposals, "")
            store.add(publication, {})
            store.save(publication)


def _learn(engine: Engine, released: Release) -> None:
    rounds = SqlRounds(engine)
    period = f"{SPEC.period_start}_{SPEC.period_end}"
    for number, (state, reason) in enumerate(
        ((RoundState.RELEASED, ""), (RoundState.ABORTED, "release_too_few_groups"), (RoundState.ANNOUNCED, ""))
    ):
        opens = NOW - timedelta(days=7 - 3 * number)
        contributors = released.contributors if state is RoundState.RELEASED else 0
        round_ = Round(
            round_id=f"{number:x}" * 32,
            study_path=SPEC.target_path,
            study_id=SPEC.study_id,
            period=period if number == 0 else f"2027-0{number + 3}-01_2027-0{number + 3}-28",
            state=state,
            opens_at=opens,
            closes_at=opens + timedelta(hours=1),
            contributors=contributors,
            reason=reason,
        )
        rounds.add(round_)
        if state is RoundState.RELEASED:
            body, path = dump_release(released), released.target_path
            rounds.save(round_, Finished(ReleaseRecord(SPEC.study_id, period, round_.round_id, path, body, NOW)))
