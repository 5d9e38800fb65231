"""Choosing one film of a data set, by class and one after another; the choice stands in the page's address."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath

import streamlit as st

from mammo.config import Settings, settings
from mammo.datasets import LabelPolicy, Sample
from mammo.datasets.balance import class_balance
from mammo.ui import cache, thumbnails
from mammo.ui.plain_text import plain

DATA_SET, LABEL, IMAGE = "data_set", "class", "image"  # keys of the inputs and names in the address
_ALL = "all"
_SIDES = {"L": "left", "R": "right"}


@dataclass(frozen=True)
class FilmChoice:
    """A film among those of its data set."""

    sample: Sample
    policy: LabelPolicy
    samples: tuple[Sample, ...]  # of the whole data set

    @property
    def in_words(self) -> str:
        return in_words(self.sample, self.policy)

    def others(self, per_class: int) -> dict[str, list[Sample]]:
        """Films of other women by class, one of each woman, spread over the data set."""
        chosen = {}
        for label in class_balance(self.samples, self.policy):
            of_women = {
                sample.patient_id: sample
                for sample in reversed(self.samples)
                if label_of(sample, self.policy) == label and sample.patient_id != self.sample.patient_id
            }
            films = sorted(of_women.values(), key=lambda sample: sample.id)
            chosen[label] = films[:: max(1, len(films) // per_class)][:per_class]
        return chosen


def choose_film() -> FilmChoice:
    """Draw the selectors of data set, class and image in a row; there must be a data set."""
    records = {record.name: record for record in cache.store().data_sets.list()}
    name = st.selectbox("Data set", list(records), key=DATA_SET, width=180, bind="query-params")
    policy, hidden = records[name].label_policy, cache.hidden(name)
    labels = [_ALL, *records[name].classes[policy]]
    label = st.segmented_control(
        "Class", labels, default=_ALL, required=True, format_func=plain, key=LABEL, bind="query-params"
    )
    films = _films(settings(), name, records[name].fingerprint, hidden, policy, str(label))
    ids, names = films.ids, films.names
    if not ids:  # all that there is may hold writing about a woman
        st.info(thumbnails.HIDDEN, icon=":material/visibility_off:")
        st.stop()
    with st.container(horizontal=True, width="content", vertical_alignment="bottom", gap="xxsmall"):
        image = st.selectbox("Image", ids, format_func=names.__getitem__, key=IMAGE, width=180, bind="query-params")
        place = ids.index(image)
        _step("Previous image", ":material/chevron_left:", ids[place - 1])
        _step("Next image", ":material/chevron_right:", ids[(place + 1) % len(ids)])
    return FilmChoice(films.by_id[image], policy, films.samples)


@dataclass(frozen=True)
class _Films:
    samples: tuple[Sample, ...]  # of all classes
    by_id: Mapping[str, Sample]  # of the chosen class
    ids: tuple[str, ...]
    names: Mapping[str, str]


@st.cache_resource(max_entries=16, show_spinner=False)
def _films(
    given: Settings,  # noqa: ARG001 - part of the key
    data_set: str,
    fingerprint: str,  # noqa: ARG001 - part of the key
    hidden: frozenset[str],
    policy: LabelPolicy,
    label: str,
) -> _Films:
    """What is offered, held once for all visitors: a selector keeps what it was given."""
    samples = tuple(sample for sample in cache.samples(data_set) if sample.id not in hidden)
    by_id = {sample.id: sample for sample in samples if label in (_ALL, label_of(sample, policy))}
    return _Films(samples, by_id, tuple(by_id), film_names(samples))


def label_of(sample: Sample, policy: LabelPolicy) -> str:
    """The sample's class under a policy; one that the policy leaves out is "unlabelled"."""
    return sample.labels.get(policy) or "unlabelled"


def film_names(samples: Sequence[Sample]) -> dict[str, str]:
    """A short name for each sample's id: its file's stem, or the whole id where several files have that stem."""
    stems = {sample.id: PurePosixPath(sample.id).stem for sample in samples}
    uses = Counter(stems.values())
    return {sample_id: stem if uses[stem] == 1 else sample_id for sample_id, stem in stems.items()}


def in_words(sample: Sample, policy: LabelPolicy) -> str:
    """What is known of a film, in one line: "mdb028, malignant, left MLO"."""
    place = " ".join(word for word in (_SIDES.get(sample.laterality or ""), sample.view) if word)
    return ", ".join(word for word in (PurePosixPath(sample.id).stem, label_of(sample, policy), place) if word)


def _step(name: str, icon: str, target: str) -> None:
    st.button(name, icon=icon, key=f"icon_only.{name}", on_click=_show, args=(target,))


def _show(target: str) -> None:
    st.session_state[IMAGE] = target
