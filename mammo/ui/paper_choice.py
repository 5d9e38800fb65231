"""Which reproduction of the paper a person looks at: an earlier one on a data set, or a new one."""

from __future__ import annotations

from dataclasses import dataclass

import streamlit as st

from mammo.jobs.paper import Reproduction, reproductions
from mammo.models import MODELS
from mammo.paper.protocols import PaperOptions
from mammo.paper.recipes import RECIPES
from mammo.store import Store
from mammo.ui import numbers
from mammo.ui.kept_choice import choose_next, kept_choice

_DATA_SET, _GROUP, _NEW = "data_set", "group", "new"  # names in the address, and a value
INTRODUCTION = (
    "Bokade et al. 2024 trained AlexNet and SqueezeNet with Adam and SGDM. Here the same four are trained by their "
    "protocol and by a clean one, which differs in the split alone. Their “accuracy” of 84\N{NO-BREAK SPACE}% is a "
    "mean of one-vs-rest accuracies: it stands for 76\N{NO-BREAK SPACE}% of images called rightly, and guessing "
    "evenly among three classes scores 56\N{NO-BREAK SPACE}% on that scale."
)


@dataclass(frozen=True)
class PaperChoice:
    """A data set, and what was or will be made on it."""

    data_set: str
    reproduction: Reproduction | None  # None: a new one


def choose(store: Store) -> PaperChoice | None:
    """Draw the selectors; both choices stand in the address. None as long as there is no data set."""
    names = [record.name for record in store.data_sets.list()]
    if not names:
        return None
    data_set = kept_choice("Data set", names, key=_DATA_SET)
    found = reproductions(store, data_set)
    if not found:
        st.query_params.pop(_GROUP, None)
        return PaperChoice(data_set, None)

    def in_words(group: str) -> str:
        return "New" if group == _NEW else f"{_jobs(found[group])}: {short(found[group].options)}"

    group = kept_choice("Reproduction", [*found, _NEW], key=_GROUP, width=340, in_words=in_words)
    return PaperChoice(data_set, found.get(group))


def show_next(reproduction: Reproduction) -> None:
    """Have the page show this one from the next time it is drawn. For a button's callback."""
    st.query_params[_GROUP] = reproduction.group
    choose_next(reproduction.group, key=_GROUP)


def short(options: PaperOptions) -> str:
    """The options in a few words: "10 epochs, 227 px, batches of 128, seed 0"."""
    epochs = numbers.counted(options.epochs, "epoch")
    return f"{epochs}, {options.image_size} px, batches of {options.batch_size}, seed {options.seed}"


def in_full(options: PaperOptions) -> str:
    """What is and what isn't the paper's, in a sentence."""
    standard = PaperOptions()
    parts = [
        f"{numbers.counted(options.epochs, 'epoch')}{_instead(options.epochs, standard.epochs)}",
        f"{options.image_size}\N{NO-BREAK SPACE}px{_instead(options.image_size, standard.image_size)}",
        f"batches of {options.batch_size}{_instead(options.batch_size, standard.batch_size)}",
        f"seed {options.seed}",
        *(
            f"{MODELS[name].label} {'from ImageNet weights' if name in options.pretrained else '**from scratch**'}"
            for name in dict.fromkeys(recipe.model for recipe in RECIPES.values())
        ),
    ]
    return ", ".join(parts)


def _instead(value: int, wanted: int) -> str:
    return "" if value == wanted else f" (**{wanted} in the paper**)"


def _jobs(reproduction: Reproduction) -> str:
    ids = sorted(job.id for job in reproduction.jobs.values())
    return f"Jobs {ids[0]} to {ids[-1]}"
