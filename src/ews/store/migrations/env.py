"""How Alembic runs the migrations: on the connection that `ews.store.migrate` hands over."""

from alembic import context

from ews.store.tables import metadata

context.configure(connection=context.config.attributes["connection"], target_metadata=metadata)
with context.begin_transaction():
    context.run_migrations()
