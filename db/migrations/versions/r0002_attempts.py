"""What is known of a job's attempts: since when, from where, in vain how often, at what cost."""

import sqlalchemy as sa
from alembic import op

revision = "r0002"
down_revision = "r0001"


def upgrade() -> None:
    zero = sa.text("0")  # for the jobs that there are
    for column in (
        sa.Column("attempt_started_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("progress_before", sa.Double(), server_default=zero, nullable=False),
        sa.Column("fruitless_attempts", sa.Integer(), server_default=zero, nullable=False),
        sa.Column("usage", sa.JSON(), nullable=True),
    ):
        op.add_column("jobs", column)


def downgrade() -> None:
    for name in ("usage", "fruitless_attempts", "progress_before", "attempt_started_at"):
        op.drop_column("jobs", name)
