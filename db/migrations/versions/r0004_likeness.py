"""How each image looks, and which others of its data set look like it."""

import sqlalchemy as sa
from alembic import op

revision = "r0004"
down_revision = "r0003"


def upgrade() -> None:
    op.add_column("samples", sa.Column("alike", sa.JSON(), nullable=True))
    op.create_table(
        "image_signatures",
        sa.Column("data_set_id", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("signature", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("data_set_id", "sha256", name="pk_image_signatures"),
        sa.ForeignKeyConstraint(
            ["data_set_id"], ["data_sets.id"], name="fk_image_signatures_data_set_id", ondelete="CASCADE"
        ),
    )


def downgrade() -> None:
    op.drop_table("image_signatures")
    with op.batch_alter_table("samples") as samples:
        samples.drop_column("alike")
