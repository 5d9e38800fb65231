import json
from dataclasses import replace

import numpy as np
import pytest
import torch

from mammo.errors import CheckpointError, DatasetError, SettingsError, TrainingError
from mammo.files import sha256_of
from mammo.models import weights
from mammo.training import batches, feeding
from mammo.training.procedure import prepare_all, train_and_evaluate


class Listener:
    """Keeps what a training reports; asks it to stop after so many steps, or pulls the plug."""

    def __init__(self, stop_at=None, die_at=None):
        self.numbers, self.steps, self.stop_at, self.die_at = {}, 0, stop_at, die_at
        self.last = 0, ""

    def metrics(self, rows):
        self.numbers |= {(row.fold, row.step, row.name): row.value for row in rows}

    def progress(self, share, note):
        self.last = share, note

    def checkpoint_kept(self):
        self.kept = getattr(self, "kept", 0) + 1

    def should_stop(self):
        if self.last[1].startswith("preparing"):
            return False
        self.steps += 1
        if self.steps == self.die_at:
            raise SystemExit("pulled the plug")
        return self.steps == self.stop_at


def weights_of(folders):
    return sha256_of(folders.job / "models" / "fold-0" / "weights.safetensors")


@pytest.fixture
def undisturbed(config, source, folders):
    elsewhere = replace(folders, job=folders.job / "undisturbed")
    elsewhere.job.mkdir()
    listener = Listener()
    outcome = train_and_evaluate(config, source, elsewhere, listener)
    return outcome, listener.numbers, weights_of(elsewhere)


def test_weights_that_are_nowhere_are_told_before_any_film_is_prepared(config, source, folders, monkeypatch):
    def no_connection(url, *_):
        raise OSError(f"no way to {url}")

    monkeypatch.setattr(weights, "download", no_connection)
    with pytest.raises(SettingsError, match="are not here and could not be downloaded"):
        train_and_evaluate(config.with_values({"weights": "imagenet"}), source, folders, Listener())
    assert not list(folders.prepared.iterdir())


@pytest.mark.parametrize("step", [1, 4, 5, 8])
def test_a_paused_training_goes_on_bit_for_bit(undisturbed, config, source, folders, step):
    first, second = Listener(stop_at=step), Listener()
    assert not train_and_evaluate(config, source, folders, first).completed
    outcome = train_and_evaluate(config, source, folders, second)
    assert outcome.completed
    assert weights_of(folders) == undisturbed[2]
    assert first.numbers | second.numbers == undisturbed[1]


@pytest.mark.parametrize("step", [2, 6, 7])
def test_a_killed_training_goes_on_from_its_last_checkpoint_bit_for_bit(undisturbed, config, source, folders, step):
    first, second = Listener(die_at=step), Listener()
    with pytest.raises(SystemExit):
        train_and_evaluate(config, source, folders, first)
    train_and_evaluate(config, source, folders, second)
    assert weights_of(folders) == undisturbed[2]
    assert first.numbers | second.numbers == undisturbed[1]


def test_predictions_are_of_the_parts_that_were_not_learnt_from(undisturbed, source):
    outcome, _, _ = undisturbed
    assert [one.part for one in outcome.predictions] == ["validation", "test"]
    for one in outcome.predictions:
        assert {source.assignment[sample] for sample in one.sample_ids} == {one.part}
        np.testing.assert_allclose(one.probabilities.sum(1), 1)


def test_a_damaged_checkpoint_is_said_and_the_one_before_is_used(undisturbed, config, source, folders):
    train_and_evaluate(config, source, folders, Listener(stop_at=6))
    newest = max((folders.job / "checkpoints" / "fold-0").glob("step-*")) / "weights.safetensors"
    content = bytearray(newest.read_bytes())
    content[len(content) // 2] ^= 1
    newest.write_bytes(content)
    outcome = train_and_evaluate(config, source, folders, Listener())
    assert any("damaged" in note and "Went on from the one before" in note for note in outcome.notes)
    assert weights_of(folders) == undisturbed[2]


def test_no_whole_checkpoint_is_said_instead_of_starting_over(config, source, folders):
    train_and_evaluate(config, source, folders, Listener(stop_at=6))
    for manifest in (folders.job / "checkpoints" / "fold-0").glob("step-*/manifest.json"):
        manifest.write_text("{}")
    with pytest.raises(CheckpointError, match="No checkpoint of this job is whole"):
        train_and_evaluate(config, source, folders, Listener())


def test_a_removed_source_file_is_named(config, source, folders, tmp_path):  # B64
    gone = replace(source.samples[0], path=tmp_path / source.samples[0].id)
    moved = replace(source, samples=[gone, *source.samples[1:]])
    with pytest.raises(TrainingError, match=r"film\.png is no longer at its place"):
        train_and_evaluate(config, moved, folders, Listener())


def test_a_changed_source_file_is_named(config, source, folders):  # B64
    other = replace(source, samples=[replace(source.samples[0], sha256="0" * 64), *source.samples[1:]])
    with pytest.raises(TrainingError, match=r"film\.png has changed"):
        train_and_evaluate(config, other, folders, Listener())


def test_a_missing_class_is_named_before_anything_is_trained(config, source, folders):  # B62
    kept = {
        sample.id: part
        for sample in source.samples
        if (part := source.assignment[sample.id]) != "train" or sample.labels["case"] != "benign"
    }
    with pytest.raises(DatasetError, match="no image of benign"):
        train_and_evaluate(config, replace(source, assignment=kept), folders, Listener())


def test_a_loss_that_is_not_finite_stops_and_keeps_the_last_state(config, source, folders):
    wild = config.with_values({"optimizer": "sgdm", "learning_rate": 1.0, "head_learning_rate_factor": 1000.0})
    with pytest.raises(TrainingError, match="The loss became") as raised:
        train_and_evaluate(wild.with_values({"epochs": 40}), source, folders, Listener())
    assert raised.value.code == "nan_loss"


def validation_losses(listener):
    """By step."""
    return {step: value for (_, step, name), value in sorted(listener.numbers.items()) if name == "validation_loss"}


@pytest.mark.parametrize("patience", [0, 2])
def test_it_ends_after_so_many_validations_without_a_better_one(config, source, folders, patience):  # B65
    listener = Listener()
    wild = config.with_values({"epochs": 12, "learning_rate": 1e-2, "schedule": "constant", "patience": patience})
    train_and_evaluate(wild, source, folders, listener)
    losses = list(validation_losses(listener).values())
    worse_in_a_row = [at - int(np.argmin(losses[: at + 1])) for at in range(len(losses))]
    if patience:
        assert worse_in_a_row.index(patience) == len(losses) - 1 < 11
    else:
        assert len(losses) == 12
        assert max(worse_in_a_row) > 2, "with patience it would have ended"


def test_the_best_of_all_validations_becomes_the_model_if_it_is_asked_for(config, source, folders):
    wild = config.with_values({"epochs": 5, "learning_rate": 3e-3, "schedule": "constant", "selection": "best"})
    for seed in range(6):
        listener, elsewhere = Listener(), replace(folders, job=folders.job / str(seed))
        elsewhere.job.mkdir()
        outcome = train_and_evaluate(wild.with_values({"seed": seed}), source, elsewhere, listener)
        losses = validation_losses(listener)
        if losses[max(losses)] > 1.001 * min(losses.values()):
            break
    else:
        pytest.fail("the last validation was always the best")
    part = next(one for one in outcome.predictions if one.part == "validation")
    loss = -np.log(part.probabilities[np.arange(len(part.truth)), part.truth]).mean()
    assert loss == pytest.approx(min(losses.values()), rel=1e-6)


def test_every_fold_tests_women_that_no_other_fold_tests(config, source, folders):
    outcome = train_and_evaluate(config.with_values({"folds": 2, "epochs": 1}), source, folders, Listener())
    tests = [set(one.patients) for one in outcome.predictions if one.part == "test"]
    assert len(tests) == 2
    assert not tests[0] & tests[1]
    assert tests[0] | tests[1] == {sample.patient_id for sample in source.samples}


def test_a_finished_fold_is_not_trained_again(config, source, folders):
    train_and_evaluate(config, source, folders, Listener())
    stored = folders.job / "predictions-fold-0.json"
    content = json.loads(stored.read_text())
    again = Listener()
    train_and_evaluate(config, source, folders, again)
    assert again.steps == 0
    assert json.loads(stored.read_text()) == content


def test_frozen_trains_the_head_alone(config, source, folders):
    outcome = train_and_evaluate(config.with_values({"frozen": True, "epochs": 1}), source, folders, Listener())
    assert outcome.completed


class Asked(Listener):
    def should_stop(self):
        return True


def test_asked_to_stop_while_images_are_prepared_it_stops(config, source, folders):
    assert not train_and_evaluate(config, source, folders, Asked()).completed
    assert prepare_all(config, source, folders.prepared, Asked()) is None


def test_prepared_ahead_a_training_needs_no_source_and_says_so(config, source, folders, tmp_path):
    assert prepare_all(config, source, folders.prepared, Listener()) == len(source.samples)
    gone = [replace(sample, path=tmp_path / sample.id) for sample in source.samples]
    outcome = train_and_evaluate(config, replace(source, samples=gone), folders, Listener())
    assert outcome.completed
    assert any("no longer at their place: 24" in note for note in outcome.notes), outcome.notes


@pytest.fixture
def memory_for(monkeypatch):
    """A device whose memory holds so many images of a step."""

    def limit(images):
        def to_input(batch, *arguments):
            if len(batch) > images:
                raise torch.OutOfMemoryError("CUDA out of memory")
            return batches.to_input(batch, *arguments)

        monkeypatch.setattr(feeding, "to_input", to_input)

    return limit


def test_a_batch_too_large_for_the_memory_is_added_up_over_parts(memory_for, config, source, folders):
    memory_for(2)
    outcome = train_and_evaluate(config, source, folders, Listener())
    assert any("over 2 parts. The effective batch is 4" in note for note in outcome.notes)


def test_a_memory_that_holds_not_even_a_part_is_said(memory_for, config, source, folders):
    memory_for(0)
    with pytest.raises(TrainingError, match="micro_batches higher") as raised:
        train_and_evaluate(config, source, folders, Listener())
    assert raised.value.code == "out_of_memory"
