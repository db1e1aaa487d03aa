"""Rounds and releases in SQL (port ``Rounds``); each call is its own transaction."""

from collections.abc import Mapping
from dataclasses import asdict, replace

from sqlalchemy import Connection, Engine, RowMapping, delete, func, insert, select, update

from guildpost_coordinator.adapters.sql.beliefs import belief_from_bytes, belief_to_bytes
from guildpost_coordinator.adapters.sql.engine import READ_ONLY
from guildpost_coordinator.adapters.sql.tables import beliefs, releases, round_journals, rounds
from guildpost_coordinator.app.ports.rounds import Finished, ReleaseRecord
from guildpost_coordinator.domain.learning.filter import Belief
from guildpost_coordinator.domain.propensity.training import Memory
from guildpost_coordinator.domain.rounds import Round, RoundState
from guildpost_shared.errors import Conflict
from guildpost_shared.secagg.stages import Stage


class SqlRounds:
    """The record of rounds, shared by the serving process and the one that conducts a round."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._reading = engine.execution_options(**{READ_ONLY: True})

    def add(self, round_: Round) -> Round:
        """Store a new round; see the port."""
        known = (rounds.c.study_id == round_.study_id) & (rounds.c.period == round_.period)
        with self._engine.begin() as connection:
            row = connection.execute(select(rounds).where(known)).mappings().one_or_none()
            if row is None:
                connection.execute(insert(rounds).values(_values(round_)))
                return round_
            if not _round(row).may_be_repeated:
                raise Conflict("round_exists", study=round_.study_id, period=round_.period)
            again = replace(round_, attempt=row["attempt"] + 1)
            connection.execute(update(rounds).where(known).values(_values(again)))
        return again

    def get(self, round_id: str) -> Round | None:
        """Return a round, or None."""
        with self._reading.begin() as connection:
            row = connection.execute(select(rounds).where(rounds.c.round_id == round_id)).mappings().one_or_none()
        return None if row is None else _round(row)

    def save(self, round_: Round, finished: Finished | None = None) -> None:
        """Store a changed round, together with what it leaves where it has ended well; see the port."""
        values = {
            "state": round_.state.value,
            "contributors": round_.contributors,
            "reason": round_.reason,
            "opens_at": round_.opens_at,
            "closes_at": round_.closes_at,
            "resumed": round_.resumed,
            "lost_shards": round_.lost_shards,
            "lost_agents": round_.lost_agents,
        }
        before = {RoundState.ANNOUNCED, RoundState.COLLECTING, round_.state}
        with self._engine.begin() as connection:
            _change(connection, round_, before, values if round_.is_open else values | {"waiting": 0})
            if not round_.is_open:
                connection.execute(delete(round_journals).where(round_journals.c.round_id == round_.round_id))
            if finished is None:
                return
            connection.execute(insert(releases).values(asdict(finished.release)))
            if finished.belief is not None:
                connection.execute(delete(beliefs).where(beliefs.c.study_id == round_.study_id))
                body = belief_to_bytes(finished.belief)
                connection.execute(insert(beliefs).values(study_id=round_.study_id, body=body))

    def enter(self, round_: Round, stage: Stage, asked: int, journal: bytes | None) -> None:
        """Note a stage before its instructions go out; see the port."""
        with self._engine.begin() as connection:
            values = {"stage": int(stage), "joined": asked, "waiting": asked}
            _change(connection, round_, {RoundState.COLLECTING}, values)
            if journal is not None:
                held = connection.scalar(
                    select(func.count()).select_from(round_journals).where(round_journals.c.round_id == round_.round_id)
                )
                connection.execute(insert(round_journals).values(round_id=round_.round_id, part=held, body=journal))

    def journal(self, round_id: str) -> tuple[bytes, ...]:
        """Give the parts of a round's journal, in order."""
        parts = select(round_journals.c.body).where(round_journals.c.round_id == round_id)
        with self._reading.begin() as connection:
            return tuple(connection.scalars(parts.order_by(round_journals.c.part)))

    def note(self, round_id: str, *, joined: int, waiting: int) -> None:
        """Note how many are there, and for how many the round waits."""
        with self._engine.begin() as connection:
            connection.execute(
                update(rounds).where(rounds.c.round_id == round_id).values(joined=joined, waiting=waiting)
            )

    def all(self) -> list[Round]:
        """List the rounds, newest first."""
        with self._reading.begin() as connection:
            rows = connection.execute(select(rounds).order_by(rounds.c.opens_at.desc())).mappings().all()
        return [_round(row) for row in rows]

    def releases(self) -> list[ReleaseRecord]:
        """List the releases, newest first."""
        with self._reading.begin() as connection:
            rows = connection.execute(select(releases).order_by(releases.c.released_at.desc())).mappings().all()
        return [ReleaseRecord(**row) for row in rows]

    def belief(self, study_id: str) -> Belief | Memory | None:
        """Give what is held since the last round of a study that moves a model; see the port."""
        with self._reading.begin() as connection:
            body = connection.execute(select(beliefs.c.body).where(beliefs.c.study_id == study_id)).scalar_one_or_none()
        return None if body is None else belief_from_bytes(body)

    def mark_published(self, study_id: str, period: str) -> None:
        """Note that a release stands in the catalogue."""
        with self._engine.begin() as connection:
            connection.execute(
                update(releases)
                .where(releases.c.study_id == study_id, releases.c.period == period)
                .values(published=True)
            )


def _change(connection: Connection, round_: Round, before: set[RoundState], values: Mapping[str, object]) -> None:
    """Change a round that is still in one of some states: another process may have ended or resumed it meanwhile."""
    same = (rounds.c.round_id == round_.round_id) & (rounds.c.resumed <= round_.resumed)
    states = [state.value for state in before]
    changed = connection.execute(update(rounds).where(same, rounds.c.state.in_(states)).values(values))
    if changed.rowcount != 1:
        raise Conflict("illegal_transition", state="closed", event=str(values.get("state", "enter")))


def _values(round_: Round) -> dict[str, object]:
    stage = None if round_.stage is None else int(round_.stage)
    return asdict(round_) | {"state": round_.state.value, "stage": stage}


def _round(row: RowMapping) -> Round:
    stage = None if row["stage"] is None else Stage(row["stage"])
    return Round(**(dict(row) | {"state": RoundState(row["state"]), "stage": stage}))
