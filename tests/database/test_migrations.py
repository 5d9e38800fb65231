import pytest
from alembic import op
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.operations import Operations
from alembic.script import ScriptDirectory
from sqlalchemy import inspect, text

from db.models import Base
from db.session import open_database, reading, writing
from db.upgrading import MIGRATIONS, current_revision, known_revisions, move_to, upgrade_database
from mammo.store import curves


@pytest.fixture
def engine(database_url):
    engine = open_database(database_url)
    yield engine
    engine.dispose()


def test_migrations_and_models_agree(engine):
    with reading(engine) as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True, "compare_server_default": True})
        assert compare_metadata(context, Base.metadata) == []


def test_revisions_read_from_file_names_are_those_that_alembic_sees():
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    scripts = ScriptDirectory.from_config(config)
    assert [step.revision for step in scripts.walk_revisions()][::-1] == known_revisions()
    assert scripts.get_heads() == [known_revisions()[-1]]


def test_all_steps_go_down_and_up_again(engine):
    move_to(engine, "base")
    with reading(engine) as connection:
        assert inspect(connection).get_table_names() == ["alembic_version"]
        assert current_revision(connection) is None
    upgrade_database(engine)
    with reading(engine) as connection:
        assert current_revision(connection) == known_revisions()[-1]
        assert set(inspect(connection).get_table_names()) == {*Base.metadata.tables, "alembic_version"}


def test_a_step_that_fails_leaves_the_database_as_it_was(engine, monkeypatch):
    def power_cut(*_arguments, **_options):
        raise RuntimeError("power cut")

    move_to(engine, "base")
    monkeypatch.setattr(op, "create_index", power_cut)
    with pytest.raises(RuntimeError, match="power cut"):
        upgrade_database(engine)
    with reading(engine) as connection:
        assert inspect(connection).get_table_names() == ["alembic_version"]
    monkeypatch.undo()
    upgrade_database(engine)


def add_job_with_metrics(engine, *metrics):
    rows = [dict(zip(("fold", "step", "name", "value"), row, strict=True)) for row in metrics]
    with writing(engine) as connection:
        connection.execute(text("INSERT INTO people VALUES ('anna', '2026-01-01')"))
        connection.execute(
            text(
                "INSERT INTO jobs (id, kind, config, owner, state, priority, position, attempt, progress, created_at) "
                "VALUES (1, 'training', '{}', 'anna', 'queued', 0, 1, 0, 0, '2026-01-01')"
            )
        )
        connection.execute(text("INSERT INTO metrics VALUES (1, :fold, :step, :name, :value)"), rows)


def test_numbers_logged_in_rows_become_curves_and_rows_again(engine):
    rows = [(0, 20, "loss", 0.1), (0, 3, "loss", 0.1 + 0.2), (1, 5, "auc", None)]
    move_to(engine, "r0004")
    add_job_with_metrics(engine, *rows)
    upgrade_database(engine)
    with reading(engine) as connection:
        loss, auc = curves.read(connection, [1])[1]
    assert (loss.steps.tolist(), loss.values.tolist(), auc.steps.tolist()) == ([3, 20], [0.1 + 0.2, 0.1], [5])
    move_to(engine, "r0004")
    with reading(engine) as connection:
        found = connection.execute(text("SELECT fold, step, name, value FROM metrics ORDER BY fold, step")).all()
    assert found == [(0, 3, "loss", 0.1 + 0.2), (0, 20, "loss", 0.1), (1, 5, "auc", None)]


def test_altering_a_table_deletes_no_rows_that_refer_to_it(engine, monkeypatch):
    """SQLite alters by copying and dropping; with foreign keys enforced, that would empty the tables below."""

    def rename_a_column(connection, _revision):
        with Operations.context(MigrationContext.configure(connection)), op.batch_alter_table("jobs") as jobs:
            jobs.alter_column("kind", new_column_name="sort")

    move_to(engine, "r0004")
    add_job_with_metrics(engine, (0, 1, "loss", 0.5))
    monkeypatch.setattr("db.upgrading._migrate", rename_a_column)
    move_to(engine, known_revisions()[-1])
    with reading(engine) as connection:
        assert connection.scalar(text("SELECT sort FROM jobs")) == "training"
        assert connection.scalar(text("SELECT value FROM metrics")) == 0.5


def test_sqlite_never_gives_the_number_of_a_job_twice(tmp_path):
    engine = open_database(f"sqlite:///{tmp_path / 'mammo.db'}")
    with reading(engine) as connection:
        made = connection.scalar(text("SELECT sql FROM sqlite_master WHERE name = 'jobs'"))
    engine.dispose()
    assert "AUTOINCREMENT" in made
