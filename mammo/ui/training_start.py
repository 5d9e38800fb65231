"""What the form of a training starts from: a preset or another job, with the changes that the page's address holds."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from mammo.enhancement import ENHANCEMENTS
from mammo.errors import MammoError, ParameterError
from mammo.parameters import defaults
from mammo.store import JobRecord
from mammo.training.config import TrainingConfig
from mammo.training.presets import PRESETS

Values = Mapping[str, Any]  # fields of a TrainingConfig, as ``to_dict`` gives them
_LONGEST_CHANGE = 2000  # characters of one change in the address; a policy of one's own takes about 400


@dataclass(frozen=True)
class Start:
    """Where a form begins."""

    name: str  # "preset" or "job 7": what a field is compared with
    base: Values  # without the changes
    values: Values
    refused: tuple[str, ...] = ()  # a sentence for each change of the address that does not fit
    cloned_from: int | None = None

    def changed(self, values: Values) -> dict[str, Any]:
        """Those of ``values`` that differ from the base."""
        return {name: value for name, value in values.items() if _normal(name, value) != _normal(name, self.base[name])}


def start_of_preset(name: str, changes: Iterable[str], region: str | None = None) -> Start:
    """A preset with the ``KEY=VALUE`` changes of an address; what a preset says of regions counts where they are."""
    pairs = dict(_pairs(changes))
    wanted = region or pairs.get("region")
    own = {"region": wanted} if wanted in {"none", "lesion"} else {}
    return _with_changes("preset", PRESETS[name].config(own), pairs)


def start_of_job(job: JobRecord, changes: Iterable[str]) -> Start:
    """Another job's configuration with changes.

    Raises:
        ParameterError: If the job is no training, or one of another version whose configuration no longer fits.
    """
    if job.kind != "training":
        raise ParameterError(f"Job {job.id} is no training; only a training can be cloned here.")
    return _with_changes(f"job {job.id}", TrainingConfig.of(job.config), dict(_pairs(changes)), job.id)


def as_changes(values: Values) -> list[str]:
    """``KEY=VALUE`` texts that the address holds, and that the command line's ``--set`` takes too."""
    return [f"{name}={in_text(name, value)}" for name, value in values.items()]


def in_text(name: str, value: Any) -> str:
    """A field's value as ``KEY=VALUE`` has it."""
    if name == "enhancement":
        return "+".join(_step_in_text(step) for step in value) or "none"
    if isinstance(value, dict):
        return json.dumps(value)
    if isinstance(value, list):
        return ",".join(value)
    return "" if value is None else str(value).lower() if isinstance(value, bool) else str(value)


def _with_changes(name: str, base: TrainingConfig, pairs: Mapping[str, str], cloned_from: int | None = None) -> Start:
    config, refused = base, []
    for field, text in pairs.items():
        try:
            config = config.with_values({field: _value(text)})
        except (MammoError, ValueError) as error:
            refused.append(f"The address asks for {field}={text}, which is left out. {error}")
    return Start(name, base.to_dict(), config.to_dict(), tuple(refused), cloned_from)


def _pairs(changes: Iterable[str]) -> Iterable[tuple[str, str]]:
    return (change.split("=", 1) for change in changes if "=" in change and len(change) <= _LONGEST_CHANGE)  # type: ignore[misc] # two parts


def _value(text: str) -> Any:
    """Numbers stay text: the configuration reads them itself."""
    if text.startswith("{"):
        return json.loads(text)
    return text or None


def _step_in_text(step: Mapping[str, Any]) -> str:
    values = ",".join(f"{key}={value}" for key, value in _own_values(step).items())
    return f"{step['name']}:{values}" if values else str(step["name"])


def _own_values(step: Mapping[str, Any]) -> dict[str, Any]:
    """What differs from the method's defaults."""
    usual = defaults(ENHANCEMENTS[step["name"]].parameters)
    return {key: value for key, value in step["values"].items() if value != usual[key]}


def _normal(name: str, value: Any) -> Any:
    """A form in which equal choices are equal."""
    if name == "enhancement":
        return [(step["name"], _own_values(step)) for step in value]
    return value
