"""The first release's tables."""

import sqlalchemy as sa
from alembic import op

revision = "r0001"
down_revision = None

JSON = sa.JSON()
MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    _create_people_and_presets()
    _create_data_sets()
    _create_splits()
    _create_jobs()
    _create_what_jobs_find()


def downgrade() -> None:
    for table in (
        "predictions",
        "metrics",
        "job_events",
        "jobs",
        "split_members",
        "splits",
        "refused_files",
        "samples",
        "data_sets",
        "presets",
        "people",
    ):
        op.drop_table(table)


def _create_people_and_presets() -> None:
    op.create_table(
        "people",
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_people"),
    )
    op.create_table(
        "presets",
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("value", JSON, nullable=False),
        sa.Column("owner", sa.Text, nullable=False),
        sa.Column("saved_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("kind", "name", name="pk_presets"),
        _person("presets", "owner"),
    )


def _create_data_sets() -> None:
    op.create_table(
        "data_sets",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("root", sa.Text, nullable=False),
        sa.Column("layout", sa.Text, nullable=False),
        sa.Column("label_policy", sa.Text, nullable=False),
        sa.Column("fingerprint", sa.Text, nullable=False),
        sa.Column("images", sa.Integer, nullable=False),
        sa.Column("patients", sa.Integer, nullable=False),
        sa.Column("classes", JSON, nullable=False),
        sa.Column("options", JSON, nullable=False),
        sa.Column("warnings", JSON, nullable=False),
        sa.Column("created_by", sa.Text, nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("imported_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_data_sets"),
        sa.UniqueConstraint("name", name="uq_data_sets_name"),
        _person("data_sets", "created_by"),
    )
    op.create_table(
        "samples",
        sa.Column("data_set_id", sa.Integer, nullable=False),
        sa.Column("file", sa.Text, nullable=False),
        sa.Column("patient_id", sa.Text, nullable=False),
        sa.Column("labels", JSON, nullable=False),
        sa.Column("sha256", sa.Text, nullable=False),
        sa.Column("width_px", sa.Integer, nullable=False),
        sa.Column("height_px", sa.Integer, nullable=False),
        sa.Column("bits", sa.Integer, nullable=False),
        sa.Column("laterality", sa.Text),
        sa.Column("view", sa.Text),
        sa.Column("age", sa.Integer),
        sa.Column("density", sa.Text),
        sa.Column("scanner", sa.Text),
        sa.Column("lesions", JSON, nullable=False),
        sa.Column("warnings", JSON, nullable=False),
        sa.PrimaryKeyConstraint("data_set_id", "file", name="pk_samples"),
        _owned("samples", "data_set_id", "data_sets"),
    )
    op.create_index("ix_samples_data_set_id_patient_id", "samples", ["data_set_id", "patient_id"])
    op.create_index("ix_samples_sha256", "samples", ["sha256"])
    op.create_table(
        "refused_files",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("data_set_id", sa.Integer, nullable=False),
        sa.Column("file", sa.Text, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("code", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_refused_files"),
        _owned("refused_files", "data_set_id", "data_sets"),
    )
    op.create_index("ix_refused_files_data_set_id", "refused_files", ["data_set_id"])


def _create_splits() -> None:
    op.create_table(
        "splits",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("data_set_id", sa.Integer, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("by", sa.Text, nullable=False),
        sa.Column("seed", sa.Integer, nullable=False),
        sa.Column("fractions", JSON, nullable=False),
        sa.Column("policy", sa.Text, nullable=False),
        sa.Column("hash", sa.Text, nullable=False),
        sa.Column("images", JSON, nullable=False),
        sa.Column("created_by", sa.Text, nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_splits"),
        sa.ForeignKeyConstraint(["data_set_id"], ["data_sets.id"], name="fk_splits_data_set_id"),
        sa.UniqueConstraint("data_set_id", "name", name="uq_splits_data_set_id_name"),
        sa.UniqueConstraint("data_set_id", "hash", name="uq_splits_data_set_id_hash"),
        _person("splits", "created_by"),
    )
    op.create_table(
        "split_members",
        sa.Column("split_id", sa.Integer, nullable=False),
        sa.Column("file", sa.Text, nullable=False),
        sa.Column("part", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("split_id", "file", name="pk_split_members"),
        _owned("split_members", "split_id", "splits"),
        sqlite_with_rowid=False,
    )


def _create_jobs() -> None:
    op.create_table(
        "jobs",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("config", JSON, nullable=False),
        sa.Column("data_set_id", sa.Integer),
        sa.Column("data_set_fingerprint", sa.Text),
        sa.Column("split_id", sa.Integer),
        sa.Column("owner", sa.Text, nullable=False),
        sa.Column("idempotency_key", sa.Text),
        sa.Column("cloned_from", sa.Integer),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("previous_state", sa.Text),
        sa.Column("reason", sa.Text),
        sa.Column("pause_wish", sa.Text),
        sa.Column("priority", sa.Integer, nullable=False),
        sa.Column("position", sa.Double, nullable=False),
        sa.Column("attempt", sa.Integer, nullable=False),
        sa.Column("worker", sa.Text),
        sa.Column("worker_pid", sa.Integer),
        sa.Column("worker_boot", sa.Text),
        sa.Column("worker_started", sa.Double),
        sa.Column("heartbeat_at", MOMENT),
        sa.Column("heartbeat_uptime", sa.Double),
        sa.Column("progress", sa.Double, nullable=False),
        sa.Column("note", sa.Text),
        sa.Column("versions", JSON),
        sa.Column("result", JSON),
        sa.Column("model", JSON),
        sa.Column("failure_kind", sa.Text),
        sa.Column("failure", sa.Text),
        sa.Column("advice", sa.Text),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("started_at", MOMENT),
        sa.Column("finished_at", MOMENT),
        sa.PrimaryKeyConstraint("id", name="pk_jobs"),
        sa.ForeignKeyConstraint(["data_set_id"], ["data_sets.id"], name="fk_jobs_data_set_id"),
        sa.ForeignKeyConstraint(["split_id"], ["splits.id"], name="fk_jobs_split_id"),
        sa.ForeignKeyConstraint(["cloned_from"], ["jobs.id"], name="fk_jobs_cloned_from"),
        sa.UniqueConstraint("idempotency_key", name="uq_jobs_idempotency_key"),
        _person("jobs", "owner"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_jobs_data_set_id", "jobs", ["data_set_id"])
    op.create_index("ix_jobs_split_id", "jobs", ["split_id"])
    op.create_index("ix_jobs_queue", "jobs", ["state", "priority", "position"])
    op.create_table(
        "job_events",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("job_id", sa.Integer, nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("from_state", sa.Text),
        sa.Column("to_state", sa.Text, nullable=False),
        sa.Column("attempt", sa.Integer, nullable=False),
        sa.Column("by", sa.Text),
        sa.Column("note", sa.Text),
        sa.PrimaryKeyConstraint("id", name="pk_job_events"),
        _owned("job_events", "job_id", "jobs"),
        _person("job_events", "by"),
    )
    op.create_index("ix_job_events_job_id", "job_events", ["job_id"])


def _create_what_jobs_find() -> None:
    op.create_table(
        "metrics",
        sa.Column("job_id", sa.Integer, nullable=False),
        sa.Column("fold", sa.Integer, nullable=False),
        sa.Column("step", sa.Integer, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("value", sa.Double),
        sa.PrimaryKeyConstraint("job_id", "fold", "step", "name", name="pk_metrics"),
        _owned("metrics", "job_id", "jobs"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "predictions",
        sa.Column("job_id", sa.Integer, nullable=False),
        sa.Column("part", sa.Text, nullable=False),
        sa.Column("fold", sa.Integer, nullable=False),
        sa.Column("item_id", sa.Text, nullable=False),
        sa.Column("sample_id", sa.Text, nullable=False),
        sa.Column("patient_id", sa.Text, nullable=False),
        sa.Column("truth", sa.Integer, nullable=False),
        sa.Column("probabilities", JSON, nullable=False),
        sa.PrimaryKeyConstraint("job_id", "part", "fold", "item_id", name="pk_predictions"),
        _owned("predictions", "job_id", "jobs"),
    )


def _person(table: str, column: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], ["people.name"], name=f"fk_{table}_{column}", onupdate="CASCADE")


def _owned(table: str, column: str, by: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{by}.id"], name=f"fk_{table}_{column}", ondelete="CASCADE")
