"""The register of the brand's people in SQL (port ``People``)."""

from sqlalchemy import Connection, RowMapping, insert, select, update

from guildpost_coordinator.adapters.sql.material_tables import people
from guildpost_coordinator.domain.people import Person, Right


class SqlPeople:
    """The brand's people, on one connection."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def save(self, person: Person) -> None:
        """Keep a new person, or a known one's new name, rights and token."""
        values = {
            "name": person.name,
            "email": person.email,
            "rights": sorted(right.value for right in person.rights),
            "token_hash": person.token_hash,
        }
        known = people.c.person_id == person.person_id
        if self._connection.execute(update(people).where(known).values(values)).rowcount == 0:
            self._connection.execute(insert(people).values(person_id=person.person_id, **values))

    def all(self) -> list[Person]:
        """List everybody by e-mail; on PostgreSQL the rows stay locked until the transaction ends."""
        query = select(people).order_by(people.c.email).with_for_update()
        return [_person(row) for row in self._connection.execute(query).mappings()]

    def by_token(self, token_hash: str) -> Person | None:
        """Find whose token has this SHA-256."""
        query = select(people).where(people.c.token_hash == token_hash, people.c.token_hash != "")
        row = self._connection.execute(query).mappings().one_or_none()
        return None if row is None else _person(row)


def _person(row: RowMapping) -> Person:
    return Person(**{**row, "rights": frozenset(Right(right) for right in row["rights"])})
