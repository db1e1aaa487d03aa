"""The suppression table."""

from datetime import datetime

from sqlalchemy import Connection, select
from sqlalchemy.dialects.sqlite import insert

from guildpost_agent.adapters.sql.tables import suppressions


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

    def contains(self, address_hmac: str, channel: str) -> bool:
        """Say whether an address is on the list for a channel."""
        found = select(suppressions.c.reason).where(
            suppressions.c.address_hmac == address_hmac, suppressions.c.channel == channel
        )
        return self._connection.scalar(found) is not None

    def all(self) -> set[tuple[str, str]]:
        """List every entry with its channel."""
        rows = self._connection.execute(select(suppressions.c.address_hmac, suppressions.c.channel))
        return {(row.address_hmac, row.channel) for row in rows}
