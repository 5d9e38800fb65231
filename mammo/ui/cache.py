"""Everything that outlives a rerun: one function per cached thing, its key being its arguments.

Pictures are kept by path and content, never by their pixels: hashing those would take longer than a cache saves.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import streamlit as st

from mammo.config import Settings, settings
from mammo.datasets import Lesion, Sample
from mammo.evaluation.intervals import Interval
from mammo.models import MODELS
from mammo.parameters import ParameterValue
from mammo.store import Store, open_store
from mammo.training.augmentation_preview import PreparedFilm, prepare_film
from mammo.training.preparation import pipeline_of
from mammo.training.prepared import stored_bits
from mammo.training.presets import PRESETS
from mammo.ui import people, previews
from mammo.ui.device import Device, find_device
from mammo.ui.live_film import PackedFilm
from mammo.ui.previews import Comparison, Film, SmallFilm

Source = tuple[Path, str]  # a picture's path and sha256
Values = tuple[tuple[str, ParameterValue], ...]  # parameters by name


def store() -> Store:
    """The store of this installation, opened once for all visitors."""
    return _store(settings())


def samples(data_set: str) -> tuple[Sample, ...]:
    """The samples of a data set; read anew when its fingerprint has changed."""
    return _samples(settings(), data_set, store().data_sets.get(data_set).fingerprint)


def hidden(data_set: str) -> frozenset[str]:
    """Ids of the films that the person at the screen may not see, since they may hold writing about a woman."""
    if people.is_open():
        return frozenset()
    return _hidden(settings(), data_set, store().data_sets.get(data_set).fingerprint, people.current_person())


def test_scores(name: str, job_ids: tuple[int, ...]) -> dict[int, Interval]:
    """A score on the test part of each of these finished jobs that has it; what has finished changes no more."""
    return _test_scores(settings(), name, job_ids)


def source(sample: Sample) -> Source:
    """The key of a sample's picture."""
    return sample.path, sample.sha256


@st.cache_resource(show_spinner=False)
def device() -> Device:
    """What this server computes with."""
    return find_device()


@st.cache_resource(max_entries=6, show_spinner=False)
def film(source: Source | None) -> Film:
    """A picture in full, for reading only; without a source the phantom."""
    return previews.phantom_film() if source is None else previews.read_film(source[0])


@st.cache_resource(max_entries=256, show_spinner=False)
def small_film(source: Source) -> SmallFilm:
    """A picture reduced for a tile, for reading only."""
    return previews.read_small_film(source[0])


@st.cache_data(max_entries=64, show_spinner=False)
def comparison(source: Source | None, method: str, values: Values) -> Comparison:
    """What an enhancement does to a picture; MammoError as ``previews.compare``."""
    return previews.compare(film(source), method, dict(values))


@st.cache_resource(max_entries=12, show_spinner=False)
def packed_film(source: Source | None) -> PackedFilm:
    """A picture for the live contrast."""
    return previews.packed(film(source))


@st.cache_resource(max_entries=12, show_spinner=False)
def packed_after(source: Source | None, method: str, values: Values) -> PackedFilm:
    """A picture under a method that only the server draws; MammoError as ``previews.compare``."""
    return previews.packed_after(film(source), method, dict(values))


@st.cache_data(max_entries=1024, show_spinner=False)
def tile(source: Source, method: str, values: Values) -> bytes:
    """A tile's picture under an enhancement; MammoError as ``previews.compare``."""
    return previews.tile(small_film(source), method, dict(values))


@st.cache_data(max_entries=256, show_spinner=False)
def stored_tile(source: Source) -> bytes:
    """A tile's picture as it is stored."""
    return previews.stored_tile(small_film(source))


def prepared_film(sample: Sample, preset: str, samples: Sequence[Sample]) -> PreparedFilm:
    """A film as a preset prepares it for a training on ``samples``; MammoError as ``prepare_film``."""
    return _prepared_film(source(sample), preset, stored_bits(samples), sample.lesions, sample)


@st.cache_resource(max_entries=64, show_spinner=False)
def _prepared_film(
    source: Source,  # noqa: ARG001 - part of the key
    preset: str,
    bits: int,
    lesions: tuple[Lesion, ...],  # noqa: ARG001 - part of the key
    _sample: Sample,
) -> PreparedFilm:
    config = PRESETS[preset].config()
    return prepare_film(_sample, pipeline_of(config, MODELS[config.model]), bits=bits)


@st.cache_resource(show_spinner=False)
def _store(given: Settings) -> Store:
    return open_store(given)


@st.cache_data(max_entries=64, show_spinner=False)
def _test_scores(given: Settings, name: str, job_ids: tuple[int, ...]) -> dict[int, Interval]:
    found = _store(given).jobs.test_scores(name, job_ids)
    return {number: Interval.from_json(facts) for number, facts in found.items() if facts["value"] is not None}


@st.cache_resource(max_entries=8, show_spinner=False)
def _samples(given: Settings, data_set: str, fingerprint: str) -> tuple[Sample, ...]:  # noqa: ARG001 - part of the key
    return _store(given).data_sets.samples(data_set)


@st.cache_data(max_entries=64, show_spinner=False)
def _hidden(given: Settings, data_set: str, fingerprint: str, person: str) -> frozenset[str]:  # noqa: ARG001 - of the key
    return _store(given).images.hidden_from(data_set, person)
