"""Answers to images of women whose films resemble each other, as many as a test needs."""

from __future__ import annotations

import numpy as np
import pytest

from mammo.evaluation.predictions import Predictions
from mammo.evaluation.questions import BinaryScores

CLASS_NAMES = ("normal", "benign", "malignant")


def _women(generator, women):
    """The woman of each image: four each, but for some who have two."""
    return np.repeat(np.arange(women), generator.choice([2, 4], women, p=[0.3, 0.7]))


@pytest.fixture(scope="session")
def simulated_scores():
    """A function of (women, seed): a yes-or-no question, its scores alike and its truths alike within a woman."""

    def simulate(women, seed, *, ties=None):
        generator = np.random.default_rng(seed)
        women_of = _women(generator, women)
        n = len(women_of)
        truth = generator.normal(size=women)[women_of] + generator.normal(size=n) > 0.5
        latent = 1.2 * truth - 0.6 + 0.7 * generator.normal(size=women)[women_of] + 0.7 * generator.normal(size=n)
        score = 1 / (1 + np.exp(-latent))
        return BinaryScores(truth, score if ties is None else np.round(score, ties), women_of.astype(str))

    return simulate


@pytest.fixture(scope="session")
def simulated_predictions():
    """A function of (women, seed, models): answers of equally good models to the same images, three classes."""

    def simulate(women, seed, *, models=1, skill=1.0):
        generator = np.random.default_rng(seed)
        women_of = _women(generator, women)
        n = len(women_of)
        truth = generator.integers(0, 3, women)[women_of]
        is_other = generator.random(n) < 0.2
        truth[is_other] = generator.integers(0, 3, is_other.sum())
        shared = 0.8 * generator.normal(size=(women, 3))[women_of]
        patients = women_of.astype(str).tolist()
        return [
            Predictions.checked(truth, _softmax(skill * np.eye(3)[truth] + shared + own), patients, CLASS_NAMES)
            for own in generator.normal(size=(models, women, 3))[:, women_of] * 0.6
            + generator.normal(size=(models, n, 3)) * 0.6
        ]

    return simulate


def _softmax(logits):
    powers = np.exp(logits - logits.max(axis=1, keepdims=True))
    return powers / powers.sum(axis=1, keepdims=True)
