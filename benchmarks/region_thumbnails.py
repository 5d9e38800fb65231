"""How far crops around lesions can be told from normal ones without looking closely: a floor for every region model.

Needs films with outlined lesions: set MAMMO_BENCHMARK_FILMS to the folder of a collection.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from benchmarks._frame import Benchmark, Row
from mammo.datasets.importing import import_collection
from mammo.datasets.regions import NormalPlacement
from mammo.datasets.splitting import patient_folds
from mammo.imaging.reading import read_image
from mammo.training.items import Item, Placement, region_items
from mammo.training.presets import PRESETS

_SEEDS = (0, 1, 2)
_SIDE_PX = 16
_REGULARIZATION = 0.1  # fixed beforehand


def _measure() -> Sequence[Row]:
    folder = os.environ.get("MAMMO_BENCHMARK_FILMS")
    if not folder:
        return []
    samples = import_collection(Path(folder)).samples
    context = PRESETS["recommended"].config({"region": "lesion"}).region_context
    rows = []
    places: tuple[NormalPlacement, ...] = ("at_lesions", "random")
    for place in places:
        each = []
        for seed in _SEEDS:
            items = region_items(samples, "case", Placement(place, context, normal_turns=8, seed=seed))
            used = {item.sample.id for item in items}
            folds = patient_folds([one for one in samples if one.id in used], 5, seed=seed, policy="case")
            each.append(_auc(items, [fold.assignment for fold in folds]))
        rows.append(Row(f"normal crops {place}", "AUC abnormal", float(np.mean(each)), "", tuple(each)))
    return rows


def _auc(items: Sequence[Item], folds: Sequence[Mapping[str, str]]) -> float:
    """AUC of abnormal versus normal over all folds, each tested on women it never saw."""
    shown = [turn for item in items for turn in item.turns()]
    is_first = np.array([number == 0 for item in items for number in range(len(item.turns()))])
    thumbnails = np.stack([_thumbnail(one) for one in shown])
    is_abnormal = np.array([one.label > 0 for one in shown])
    scores = np.zeros(len(shown))
    for assignment in folds:
        is_test = np.array([assignment[one.sample.id] == "test" for one in shown])
        model = make_pipeline(
            StandardScaler(), LogisticRegression(C=_REGULARIZATION, class_weight="balanced", max_iter=1000)
        )
        model.fit(thumbnails[~is_test], is_abnormal[~is_test])
        scores[is_test] = model.predict_proba(thumbnails[is_test])[:, 1]
    return float(roc_auc_score(is_abnormal[is_first], scores[is_first]))


def _thumbnail(item: Item) -> npt.NDArray[np.float32]:
    pixels = item.cut(read_image(item.sample.path).pixels).pixels
    return np.asarray(cv2.resize(pixels, (_SIDE_PX, _SIDE_PX), interpolation=cv2.INTER_AREA), np.float32).ravel()


BENCHMARK = Benchmark("Logistic regression on 16-px thumbnails of crops, five folds by woman, seeds 0 to 2", _measure)
