"""Alembic runs this file to migrate: all steps in the one transaction of the connection it is given (D7)."""

from alembic import context

from host_agent.store.schema import METADATA

context.configure(connection=context.config.attributes["connection"], target_metadata=METADATA)
context.run_migrations()
