"""The README names what there is."""

import re
from pathlib import Path

import pytest
from typer.main import get_command

from mammo.augmentation import AUGMENTATIONS
from mammo.augmentation.policy import POLICIES
from mammo.commands import app
from mammo.datasets import DATASETS
from mammo.enhancement import ENHANCEMENTS
from mammo.explanation import CAM_METHODS
from mammo.models import MODELS
from mammo.preprocessing import GEOMETRY_STEPS
from mammo.training.config import TrainingConfig
from mammo.training.optimizers import OPTIMIZERS, SCHEDULES
from mammo.training.presets import PRESETS

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


REGISTRIES = {
    "presets": [PRESETS],
    "models": [MODELS],
    "enhancement": [ENHANCEMENTS],
    "augmentation": [POLICIES, AUGMENTATIONS],
    "heat maps": [CAM_METHODS],
    "optimizers, schedules": [OPTIMIZERS, SCHEDULES],
    "layouts of data sets": [DATASETS],
    "preparation": [GEOMETRY_STEPS],
}


@pytest.mark.parametrize("row", REGISTRIES)
def test_every_name_that_can_be_chosen_is_in_the_readme_and_no_other(row):
    (line,) = re.findall(rf"^\| {row} \| (.*) \|$", README, re.MULTILINE)
    assert sorted(re.findall(r"`([^`]+)`", line)) == sorted(name for registry in REGISTRIES[row] for name in registry)


def test_every_make_target_is_in_the_readme_and_no_other():
    targets = set(re.findall(r"^([a-z-]+):.*##", (ROOT / "Makefile").read_text(), re.MULTILINE))
    named = {one or other for one, other in re.findall(r"`make ([a-z-]+)`|^make ([a-z-]+)", README, re.MULTILINE)}
    assert named == targets


def test_every_command_is_in_the_readme():
    table = README.partition("## Commands")[2].partition("\n## ")[0]
    named = {
        word for cell in re.findall(r"^\| (`.*?`) \|", table, re.MULTILINE) for word in re.findall(r"[a-z]+", cell)
    }
    assert set(get_command(app).list_commands(None)) <= named


@pytest.mark.parametrize("setting", sorted(set(re.findall(r"--set ([a-z_]+)=", README))))
def test_every_setting_of_a_training_that_the_readme_names_is_one(setting):
    assert setting in TrainingConfig.model_fields
