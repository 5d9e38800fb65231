"""Where things lie, as the environment says it."""

import pytest

from mammo.config import settings
from mammo.errors import SettingsError
from mammo.store import open_store


@pytest.mark.parametrize("name", ["plain", "what?", "a%20b", "50 % off", "no#1&2", "Brüste", "a'b\"c"])
def test_the_database_lies_in_the_home_whatever_its_name(tmp_path, name):
    where = settings({"MAMMO_HOME": str(tmp_path / name)})
    open_store(where).close()
    assert [path.name for path in (tmp_path / name).iterdir()] == ["mammo.db"]
    assert [path.name for path in tmp_path.iterdir()] == [name]


def test_a_home_whose_name_is_no_text_is_refused(tmp_path):
    with pytest.raises(SettingsError, match="not written in Unicode"):
        settings({"MAMMO_HOME": str(tmp_path / "\udcff")})


def test_another_database_may_be_named():
    where = settings({"MAMMO_HOME": "here", "MAMMO_DATABASE_URL": "postgresql://mammo@server/films"})
    assert where.database_url == "postgresql://mammo@server/films"


def test_administrators_are_named_and_never_everybody():
    assert settings({}).administrators == frozenset()
    assert settings({"MAMMO_ADMINISTRATORS": " Ana Roe, b@lab.org ,"}).administrators == {"Ana Roe", "b@lab.org"}
    with pytest.raises(SettingsError, match="can't name guest"):
        settings({"MAMMO_ADMINISTRATORS": "anna,guest"})
