"""The console's reads as SQL on a read-only snapshot."""

from sqlalchemy import Engine, select

from guildpost_coordinator.adapters.sql.catalogue_tables import catalogue_contents, publications, role_proposals
from guildpost_coordinator.adapters.sql.engine import READ_ONLY
from guildpost_coordinator.adapters.sql.rounds import SqlRounds
from guildpost_coordinator.adapters.sql.tables import memberships, presence
from guildpost_coordinator.app.ports.read_model import MemberRow, PublicationRow
from guildpost_coordinator.domain.catalogue import State
from guildpost_coordinator.domain.rounds import Round
from guildpost_shared.catalogue_paths import kind_of


class SqlReadModel:
    """Reads for people."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine.execution_options(**{READ_ONLY: True})
        self._rounds = SqlRounds(engine)

    def members(self) -> list[MemberRow]:
        """List the dealerships by company."""
        statement = (
            select(
                memberships.c.agent_id,
                memberships.c.company,
                memberships.c.legal_entity,
                memberships.c.state,
                presence.c.connected,
                presence.c.last_contact,
                memberships.c.agent_version,
            )
            .join(presence, presence.c.agent_id == memberships.c.agent_id, isouter=True)
            .order_by(memberships.c.company)
        )
        with self._engine.begin() as connection:
            rows = connection.execute(statement).mappings().all()
        return [MemberRow(**(dict(row) | {"connected": bool(row["connected"])})) for row in rows]

    def publications(self, limit: int) -> list[PublicationRow]:
        """List the newest publications, newest first."""
        newest = select(publications).order_by(publications.c.position.desc()).limit(limit)
        unsigned = select(role_proposals.c.publication_id, role_proposals.c.role).where(
            role_proposals.c.signature.is_(None)
        )
        with self._engine.begin() as connection:
            rows = connection.execute(newest).mappings().all()
            missing: dict[str, list[str]] = {}
            for publication_id, role in connection.execute(unsigned):
                missing.setdefault(publication_id, []).append(role)
        return [
            PublicationRow(
                publication_id=row["publication_id"],
                state=row["state"],
                created_at=row["created_at"],
                paths=tuple(sorted(row["changes"])),
                missing=tuple(sorted(missing.get(row["publication_id"], []))),
            )
            for row in rows
        ]

    def rounds(self) -> list[Round]:
        """List the rounds, newest first."""
        return self._rounds.all()

    def releases(self) -> list[bytes]:
        """List the bodies of released figures, newest first."""
        return [record.body for record in self._rounds.releases() if kind_of(record.path) == "releases"]

    def published_content(self, path: str) -> bytes | None:
        """Give what the newest publication in force put under a path, or None."""
        newest = (
            select(publications.c.changes)
            .where(publications.c.state == State.PUBLISHED.value)
            .order_by(publications.c.position.desc())
        )
        with self._engine.begin() as connection:
            found = next((changes[path] for (changes,) in connection.execute(newest) if path in changes), None)
            if found is None:
                return None
            body = select(catalogue_contents.c.body).where(catalogue_contents.c.sha256 == found[1])
            return connection.scalar(body)
