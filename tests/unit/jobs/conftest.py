"""A home with films of twelve women, in which jobs are carried out in this process; trainings are made once."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, field

import pytest

from mammo.config import Settings, settings
from mammo.datasets.importing import import_collection
from mammo.datasets.splitting import split_samples
from mammo.errors import MammoError
from mammo.jobs.carrying_out import carry_out_job, start_job
from mammo.jobs.workers import this_process
from mammo.phantoms import PhantomOptions, write_phantoms
from mammo.store import JobRecord, JobState, NewJob, Store, open_store
from mammo.training.presets import PRESETS

SMALL = {"epochs": 1, "image_size": 64, "batch_size": 8, "threads": 1}


@dataclass
class SmallHome:
    """Where jobs are carried out."""

    where: Settings
    store: Store
    split: str
    made: dict[str, JobRecord] = field(default_factory=dict)

    def carry_out(self, kind, config, **facts):
        """The job as it ended."""
        number = self.store.jobs.submit(NewJob(kind=kind, config=config, owner="anna", **facts)).id
        with suppress(MammoError):  # it stands in the job's row
            attempt = start_job(self.store, number, this_process("test"))
            carry_out_job(self.store, self.where, number, attempt, lambda *_: None)
        return self.store.jobs.get(number)

    def trained(self, **values):
        """A training with these settings over the small ones."""
        if str(values) not in self.made:
            facts = {} if values.get("folds") else {"split": self.split}
            config = PRESETS["demo"].config({**SMALL, **values}).to_dict()
            job = self.carry_out("training", config, data_set="films", **facts)
            assert job.state == JobState.SUCCEEDED, job.failure
            self.made[str(values)] = job
        return self.made[str(values)]

    def samples(self):
        return {sample.id: sample for sample in self.store.data_sets.samples("films")}


@pytest.fixture(scope="session")
def small_home(tmp_path_factory):
    where = settings({"MAMMO_HOME": str(tmp_path_factory.mktemp("home"))})
    films = tmp_path_factory.mktemp("data") / "films"
    write_phantoms(films, PhantomOptions(patients=12, pitch_mm=2), processes=1)
    store = open_store(where)
    store.data_sets.add("films", films, import_collection(films), by="anna")
    made = split_samples(store.data_sets.samples("films"), by="patient", fractions=(0.5, 0.25, 0.25), policy="case")
    yield SmallHome(where, store, store.splits.add("films", made, by="anna").name)
    store.close()
