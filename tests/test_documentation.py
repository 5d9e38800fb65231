"""The README names what there is."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text()


@pytest.mark.parametrize("name", sorted(set(re.findall(r"MAMMO_[A-Z_]+", (ROOT / "mammo/config.py").read_text()))))
def test_every_setting_is_in_the_readme(name):
    assert f"`{name}`" in README


@pytest.mark.parametrize("page", sorted(path.stem for path in (ROOT / "pages").glob("*.py")))
def test_every_page_is_in_the_readme_and_in_the_app(page):
    assert f"**{page.replace('_', ' ').capitalize()}**" in README
    assert f"pages/{page}.py" in (ROOT / "app.py").read_text()


@pytest.mark.parametrize("path", sorted(set(re.findall(r"`(mammo/[a-z_/0-9]+\.py|tests/[a-z_/]+\.py)`", README))))
def test_every_file_that_the_readme_names_is_there(path):
    assert (ROOT / path).is_file()
