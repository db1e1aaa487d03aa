"""One-time login links and sessions, stored as hashes only; each call is its own transaction."""

from datetime import datetime

from sqlalchemy import Engine, delete, insert, select, update

from guildpost_agent.adapters.sql.engine import READ_ONLY
from guildpost_agent.adapters.sql.tables import login_links, sessions


class SqlSessionStore:
    """Implements ``guildpost_shared.web.login.SessionStore`` on the encrypted database."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def add_link(self, token_hash: str, expires_at: datetime) -> None:
        """Store a fresh link."""
        with self._engine.begin() as connection:
            connection.execute(insert(login_links).values(token_hash=token_hash, expires_at=expires_at))

    def open_session(self, link_hash: str, token_hash: str, csrf: str, *, now: datetime, expires_at: datetime) -> bool:
        """Use the link up and open the session, both or neither; one statement decides between two browsers."""
        with self._engine.begin() as connection:
            used = connection.execute(
                update(login_links)
                .where(
                    login_links.c.token_hash == link_hash,
                    login_links.c.used_at.is_(None),
                    login_links.c.expires_at > now,
                )
                .values(used_at=now)
            )
            if used.rowcount != 1:
                return False
            connection.execute(insert(sessions).values(token_hash=token_hash, csrf=csrf, expires_at=expires_at))
            return True

    def csrf(self, token_hash: str, now: datetime) -> str | None:
        """Return a living session's token for unsafe requests."""
        with self._engine.execution_options(**{READ_ONLY: True}).begin() as connection:
            return connection.scalar(
                select(sessions.c.csrf).where(sessions.c.token_hash == token_hash, sessions.c.expires_at > now)
            )

    def remove(self, token_hash: str) -> None:
        """Close a session."""
        with self._engine.begin() as connection:
            connection.execute(delete(sessions).where(sessions.c.token_hash == token_hash))
