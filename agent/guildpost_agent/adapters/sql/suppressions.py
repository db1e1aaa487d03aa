"""The suppression table."""

from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Final

from sqlalchemy import Connection, bindparam, delete, select
from sqlalchemy.dialects.sqlite import insert

from guildpost_agent.adapters.sql.prepared import Prepared, among
from guildpost_agent.adapters.sql.tables import suppressions

_ENTRY: Final = Prepared(
    lambda: select(suppressions.c.reason).where(
        suppressions.c.address_hmac == bindparam("entry"), suppressions.c.channel == bindparam("channel")
    )
)
_SOME: Final = Prepared(
    lambda: select(suppressions.c.address_hmac, suppressions.c.channel).where(
        among(suppressions.c.address_hmac, "entries")
    )
)


class SqlSuppressions:
    """Keyed hashes of addresses nobody may write to; the first reason stands."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, address_hmac: str, channel: str, reason: str, since: datetime) -> None:
        """Put an address on the list; one that is on it already keeps its reason and date."""
        self._connection.execute(
            insert(suppressions)
            .values(address_hmac=address_hmac, channel=channel, reason=reason, since=since)
            .on_conflict_do_nothing(index_elements=["address_hmac", "channel"])
        )

    def lift(self, address_hmac: str, channel: str, reasons: Iterable[str]) -> bool:
        """Take an address off the list if it stands there for one of these reasons; say whether it did."""
        entry = (suppressions.c.address_hmac == address_hmac, suppressions.c.channel == channel)
        found = self._connection.execute(delete(suppressions).where(*entry, suppressions.c.reason.in_(list(reasons))))
        return found.rowcount > 0

    def since(self, address_hmac: str, channel: str) -> datetime | None:
        """Say since when an address is on the list; None when it is not."""
        found = select(suppressions.c.since).where(
            suppressions.c.address_hmac == address_hmac, suppressions.c.channel == channel
        )
        at: datetime | None = self._connection.scalar(found)
        return at

    def contains(self, address_hmac: str, channel: str) -> bool:
        """Say whether an address is on the list for a channel."""
        return _ENTRY.first(self._connection, entry=address_hmac, channel=channel) is not None

    def some(self, entries: Collection[str]) -> set[tuple[str, str]]:
        """List those of some entries that stand on the list, each with its channels."""
        return {(row[0], row[1]) for row in _SOME.rows(self._connection, entries=list(entries))}

    def all(self) -> set[tuple[str, str]]:
        """List every entry with its channel."""
        rows = self._connection.execute(select(suppressions.c.address_hmac, suppressions.c.channel))
        return {(row.address_hmac, row.channel) for row in rows}
