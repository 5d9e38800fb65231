"""Runs the steps on the connection, and inside the transaction, that db/upgrading.py hands over."""

from alembic import context

from db.models import Base

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Base.metadata,
    transactional_ddl=True,  # SQLite's too, since the driver does not commit behind our back
    render_as_batch=True,
)
with context.begin_transaction():
    context.run_migrations()
