"""What speaks against a training's data, said before it starts, with a box to accept each doubt by."""

from __future__ import annotations

import json

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from mammo.config import Settings, settings
from mammo.errors import MammoError
from mammo.training.config import DoubtName, TrainingConfig
from mammo.training.doubts import Doubt, doubts_about
from mammo.ui import cache
from mammo.ui.plain_text import plain
from mammo.ui.training_data import DataChoice, source_of

_KEY = "training.accept."  # and the data and the doubt's name: of other data it is another question
_LABELS: dict[DoubtName, str] = {
    "leaking_split": "Train all the same: I know that its scores will be too high",
    "rare_class": "Train all the same: I know that the rare class will hardly be learnt",
    "other_modality": "Train all the same: these images belong here",
    "colour_images": "Train all the same: I have looked at the gray images",
}


def weighed(place: DeltaGenerator, config: TrainingConfig, choice: DataChoice) -> tuple[TrainingConfig, bool]:
    """Say each doubt about the data; the configuration that accepts them all, and whether the person does."""
    try:
        doubts = _doubts(settings(), choice, cache.store().data_sets.get(choice.data_set).fingerprint, _text(config))
    except MammoError:
        return config, True  # whatever counts the images says it
    key = f"{_KEY}{choice.data_set}/{choice.split}/"
    accepted = [_ask(place, doubt, key + doubt.name, is_accepted=doubt.name in config.accept) for doubt in doubts]
    return config.with_values({"accept": [doubt.name for doubt in doubts]}), all(accepted)


def keep_answers() -> None:
    """Nothing is asked this time: what the person has accepted is remembered for the next."""
    for key, value in st.session_state.items():
        if str(key).startswith(_KEY):
            st.session_state[key] = value


def _ask(place: DeltaGenerator, doubt: Doubt, key: str, *, is_accepted: bool) -> bool:
    with place.container(gap="xsmall"):
        st.warning(plain(doubt.sentence), icon=":material/warning:")
        return st.checkbox(_LABELS[doubt.name], is_accepted, key=key)


def _text(config: TrainingConfig) -> str:
    return json.dumps(config.with_values({"accept": ()}).to_dict(), sort_keys=True)


@st.cache_data(max_entries=256, show_spinner=False)
def _doubts(
    given: Settings,  # noqa: ARG001 - part of the key
    choice: DataChoice,
    fingerprint: str,  # noqa: ARG001 - part of the key
    chosen: str,
) -> tuple[Doubt, ...]:
    config = TrainingConfig.of(json.loads(chosen))
    return doubts_about(config, source_of(config, choice))
