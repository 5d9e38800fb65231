"""What a person should know before a score on a data set is believed: leakage, duplicates, shortcuts, few women."""

from __future__ import annotations

from dataclasses import dataclass

import streamlit as st

from mammo.datasets import UNLABELLED
from mammo.datasets.leakage import NOTABLE_ASSOCIATION, leakage_report
from mammo.store import DataSetRecord, ImageFilter
from mammo.ui import cache, data_set_shortcuts, numbers
from mammo.ui.plain_text import plain

_FEW_WOMEN = 3  # of a class: fewer can't be in training, validation and test


@dataclass(frozen=True)
class Finding:
    """One line of an audit."""

    is_good: bool
    sentence: str


def show_audits(record: DataSetRecord, split: str | None) -> None:
    """Every finding, what needs attention first."""
    findings = [*shortcomings(record), *_warned(record), *_leakage(record, split)]
    for finding in sorted(findings, key=lambda one: one.is_good):
        icon = ":material/check:" if finding.is_good else ":orange[:material/warning:]"
        st.markdown(f"{icon} {plain(finding.sentence)}")
    if any(label != UNLABELLED for label in record.classes[record.label_policy]):
        data_set_shortcuts.show_shortcuts(record)


def shortcomings(record: DataSetRecord) -> list[Finding]:
    """Why a data set can't teach, or can't test: one class, an empty class, one woman."""
    classes = {name: images for name, images in record.classes[record.label_policy].items() if name != UNLABELLED}
    if not classes:
        return [Finding(is_good=False, sentence="No film has a label: these films can be predicted, not learnt from.")]
    found = []
    if len(classes) == 1:
        found.append(f"All labelled films are {next(iter(classes))}: a model needs films of at least two classes.")
    empty = [name for name in ("normal", "benign", "malignant") if name not in classes]
    if len(classes) > 1 and empty and set(classes) <= {"normal", "benign", "malignant"}:
        found.append(f"No film is {' or '.join(empty)}: a model of these films can't know that class.")
    if record.patients == 1:
        found.append("All films are of one woman: no split can test on another one.")
    elif record.patients < _FEW_WOMEN * len(classes):
        found.append(
            f"{numbers.counted(record.patients, 'woman', 'women')} in all: a split by woman needs {_FEW_WOMEN} of each "
            "class."
        )
    return [Finding(is_good=False, sentence=sentence) for sentence in (*found, *record.warnings)]


def _warned(record: DataSetRecord) -> list[Finding]:
    warned = cache.store().images.count(record.name, ImageFilter(is_warned=True)).images
    if not warned:
        return [Finding(is_good=True, sentence="No film is blank, inverted, cut off, saturated or there twice.")]
    return [Finding(is_good=False, sentence=f"{numbers.counted(warned, 'film')} with a warning, listed below.")]


def _leakage(record: DataSetRecord, split: str | None) -> list[Finding]:
    if split is None:
        return []
    split_hash = cache.store().splits.get(record.name, split).hash
    return _audit(record.name, split, (record.fingerprint, split_hash))


@st.cache_data(max_entries=128, show_spinner=False)
def _audit(data_set: str, split: str, state: tuple[str, str]) -> list[Finding]:  # noqa: ARG001 - part of the key
    """Findings of a split: all samples are read, once for each state of data set and split."""
    samples, made = cache.store().data_sets.samples(data_set), cache.store().splits.load(data_set, split)
    report = leakage_report(samples, made)
    sentences = report.sentences()
    is_shortcut = (report.scanner_class_association or 0) >= NOTABLE_ASSOCIATION  # which the last sentence then tells
    about_parts = len(sentences) - is_shortcut
    return [Finding(report.is_clean and place < about_parts, sentence) for place, sentence in enumerate(sentences)]
