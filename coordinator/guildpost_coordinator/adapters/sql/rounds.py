"""Rounds and releases in SQL (port ``Rounds``); each call is its own transaction."""

from dataclasses import asdict

from sqlalchemy import Engine, RowMapping, delete, insert, select, update
from sqlalchemy.exc import IntegrityError

from guildpost_coordinator.adapters.sql.beliefs import belief_from_bytes, belief_to_bytes
from guildpost_coordinator.adapters.sql.engine import READ_ONLY
from guildpost_coordinator.adapters.sql.tables import beliefs, releases, rounds
from guildpost_coordinator.app.ports.rounds import Finished, ReleaseRecord
from guildpost_coordinator.domain.learning.filter import Belief
from guildpost_coordinator.domain.rounds import Round, RoundState
from guildpost_shared.errors import Conflict


class SqlRounds:
    """The record of rounds, shared by the serving process and the one that conducts a round."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._reading = engine.execution_options(**{READ_ONLY: True})

    def add(self, round_: Round) -> None:
        """Store a new round.

        Raises:
            Conflict: ``round_exists``, when the study's period was already used.
        """
        try:
            with self._engine.begin() as connection:
                connection.execute(insert(rounds).values(asdict(round_) | {"state": round_.state.value}))
        except IntegrityError:
            raise Conflict("round_exists", study=round_.study_id, period=round_.period) from None

    def get(self, round_id: str) -> Round | None:
        """Return a round, or None."""
        with self._reading.begin() as connection:
            row = connection.execute(select(rounds).where(rounds.c.round_id == round_id)).mappings().one_or_none()
        return None if row is None else _round(row)

    def save(self, round_: Round, finished: Finished | None = None) -> None:
        """Store a changed round, together with what it leaves where it has ended well."""
        values = {"state": round_.state.value, "contributors": round_.contributors, "reason": round_.reason}
        with self._engine.begin() as connection:
            connection.execute(update(rounds).where(rounds.c.round_id == round_.round_id).values(values))
            if finished is None:
                return
            connection.execute(insert(releases).values(asdict(finished.release)))
            if finished.belief is not None:
                connection.execute(delete(beliefs).where(beliefs.c.study_id == round_.study_id))
                body = belief_to_bytes(finished.belief)
                connection.execute(insert(beliefs).values(study_id=round_.study_id, body=body))

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

    def belief(self, study_id: str) -> Belief | None:
        """Give what is believed since the last round of a study that moves a model."""
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


def _round(row: RowMapping) -> Round:
    return Round(**(dict(row) | {"state": RoundState(row["state"])}))
