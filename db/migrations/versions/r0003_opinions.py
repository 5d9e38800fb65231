"""What people think of predictions, and the uploaded pictures that they let this server keep."""

import sqlalchemy as sa
from alembic import op

revision = "r0003"
down_revision = "r0002"

_MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "opinions",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("image", sa.Text(), nullable=False),
        sa.Column("job_id", sa.Integer(), nullable=False),
        sa.Column("person", sa.Text(), nullable=False),
        sa.Column("at", _MOMENT, nullable=False),
        sa.Column("verdict", sa.Text(), nullable=False),
        sa.Column("predicted", sa.Text(), nullable=False),
        sa.Column("label", sa.Text(), nullable=True),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("lesion", sa.JSON(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_opinions"),
        sa.ForeignKeyConstraint(["job_id"], ["jobs.id"], name="fk_opinions_job_id", ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["person"], ["people.name"], name="fk_opinions_person", onupdate="CASCADE"),
    )
    op.create_index("ix_opinions_image_person", "opinions", ["image", "person"])
    op.create_index("ix_opinions_job_id", "opinions", ["job_id"])
    op.create_table(
        "kept_pictures",
        sa.Column("image", sa.Text(), nullable=False),
        sa.Column("file", sa.Text(), nullable=False),
        sa.Column("owner", sa.Text(), nullable=False),
        sa.Column("kept_at", _MOMENT, nullable=False),
        sa.Column("patient_id", sa.Text(), nullable=False),
        sa.Column("job_id", sa.Integer(), nullable=False),
        sa.Column("probabilities", sa.JSON(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("width_px", sa.Integer(), nullable=False),
        sa.Column("height_px", sa.Integer(), nullable=False),
        sa.Column("bits", sa.Integer(), nullable=False),
        sa.Column("laterality", sa.Text(), nullable=True),
        sa.Column("view", sa.Text(), nullable=True),
        sa.Column("age", sa.Integer(), nullable=True),
        sa.Column("warnings", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("image", name="pk_kept_pictures"),
        sa.ForeignKeyConstraint(["owner"], ["people.name"], name="fk_kept_pictures_owner", onupdate="CASCADE"),
        sa.ForeignKeyConstraint(["job_id"], ["jobs.id"], name="fk_kept_pictures_job_id", ondelete="CASCADE"),
    )
    op.create_index("ix_kept_pictures_job_id", "kept_pictures", ["job_id"])


def downgrade() -> None:
    op.drop_table("kept_pictures")
    op.drop_table("opinions")
