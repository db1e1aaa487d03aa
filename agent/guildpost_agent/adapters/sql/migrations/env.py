"""Alembic's environment: one open connection, handed in by ``migrate``."""

from alembic import context

from guildpost_agent.adapters.sql.tables import metadata

context.configure(connection=context.config.attributes["connection"], target_metadata=metadata, render_as_batch=True)
context.run_migrations()
