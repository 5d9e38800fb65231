"""The demo's task is no gift: what can be seen without looking closely does not give the class away."""

import cv2
import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from mammo.datasets.importing import import_collection
from mammo.datasets.splitting import split_samples
from mammo.imaging.reading import read_image
from mammo.jobs.demo import FRACTIONS, PATIENTS
from mammo.phantoms import PhantomOptions, write_phantoms


@pytest.mark.slow
def test_a_logistic_regression_on_thumbnails_stays_near_chance_on_unseen_women(tmp_path):
    write_phantoms(tmp_path / "demo", PhantomOptions(patients=PATIENTS))
    samples = import_collection(tmp_path / "demo").samples
    part = split_samples(samples, by="patient", fractions=FRACTIONS, policy="case").assignment
    thumbnails = np.stack(
        [cv2.resize(read_image(one.path).pixels, (16, 16), interpolation=cv2.INTER_AREA).ravel() for one in samples]
    )
    labels = np.array([one.labels["case"] for one in samples])
    is_test = np.array([part[one.id] == "test" for one in samples])
    assert len({one.patient_id for one in samples if part[one.id] == "test"}) >= 50
    for strength in (0.01, 0.1, 1):
        model = make_pipeline(StandardScaler(), LogisticRegression(C=strength, max_iter=2000))
        model.fit(thumbnails[~is_test], labels[~is_test])
        assert model.score(thumbnails[is_test], labels[is_test]) <= 0.55
