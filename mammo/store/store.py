"""Opening the store of an installation."""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING

from sqlalchemy.exc import ArgumentError, NoSuchModuleError

from db.session import LOCK_SECONDS, open_database
from db.upgrading import NewerDatabaseError
from mammo.errors import SettingsError
from mammo.store.clock import Clock
from mammo.store.data_sets import DataSets
from mammo.store.database import Database, failures_told
from mammo.store.images import Images
from mammo.store.jobs import Jobs
from mammo.store.kept_pictures import KeptPictures
from mammo.store.opinions import Opinions
from mammo.store.people import People
from mammo.store.predictions import Predictions
from mammo.store.presets import Presets
from mammo.store.splits import Splits

if TYPE_CHECKING:
    from mammo.config import Settings


class Store:
    """All that this installation remembers. Threads may share one; a process opens its own and is never forked."""

    def __init__(self, database: Database, administrators: Collection[str] = ()) -> None:
        self._database = database
        self.people = People(database)
        self.data_sets = DataSets(database)
        self.images = Images(database)
        self.splits = Splits(database)
        self.presets = Presets(database)
        self.jobs = Jobs(database)
        self.predictions = Predictions(database)
        self.opinions = Opinions(database)
        self.kept_pictures = KeptPictures(database, administrators)

    def close(self) -> None:
        """Let go of all connections; the store can be used on."""
        self._database.engine.dispose()


def open_store(settings: Settings, clock: Clock | None = None, *, lock_seconds: float = LOCK_SECONDS) -> Store:
    """The store of an installation; its database is made or upgraded where needed.

    Args:
        settings: Where the database is, and who administers it.
        clock: What time it is; this machine's clocks by default.
        lock_seconds: How long to wait while another process writes, before the database counts as busy.

    Raises:
        SettingsError: If the database can't be opened, or belongs to a newer version of Mammo.
    """
    try:
        with failures_told():
            engine = open_database(settings.database_url, lock_seconds)
    except NewerDatabaseError as error:
        raise SettingsError(
            f"The database was made by a newer version of Mammo (its tables are at {error}). Install that version, "
            f"or choose another MAMMO_HOME or MAMMO_DATABASE_URL.",
            code="database_newer",
        ) from None
    except (ArgumentError, NoSuchModuleError):
        raise SettingsError(
            "MAMMO_DATABASE_URL is no address of a database that serves. Write sqlite:////folder/file.db or "
            "postgresql://user@host/name.",
            code="database_url",
        ) from None
    except ModuleNotFoundError as error:
        raise SettingsError(
            f"PostgreSQL needs the package {error.name}. Install it with: pip install 'psycopg[binary]'.",
            code="database_driver",
        ) from None
    except OSError as error:
        raise SettingsError(
            f"The database's file {error.filename} can't be made: {error.strerror}. Check MAMMO_HOME and its rights.",
            code="database_missing",
        ) from None
    return Store(Database(engine, clock or Clock()), settings.administrators)
