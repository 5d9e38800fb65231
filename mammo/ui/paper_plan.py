"""A new reproduction: what will be trained, what it will cost, and the button that queues all eight."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from mammo.config import Settings, settings
from mammo.datasets.leakage import leakage_report
from mammo.datasets.splitting import PARTS
from mammo.jobs.paper import PaperPlan, PlannedTraining, plan_reproduction, queue_reproduction
from mammo.models import MODELS
from mammo.paper.protocols import (
    LABELS,
    PROTOCOLS,
    PaperOptions,
    Protocol,
    batch_warning,
    fitting_batch,
    models_with_weights,
)
from mammo.paper.recipes import RECIPES
from mammo.training.batches import batches_per_epoch
from mammo.training.series import counts_of_first_fold
from mammo.ui import cache, messages, numbers, paper_choice, paper_results, people, training_cost
from mammo.ui.paper_table import Cell, Head, show_table
from mammo.ui.plain_text import plain
from mammo.ui.training_cost import Cost

_EPOCHS, _BATCH, _SIZE, _SEED, _WEIGHTS = "paper_epochs", "paper_batch", "paper_size", "paper_seed", "paper_weights"
_IMAGENET, _SCRATCH = "ImageNet", "from scratch"


def chosen_options(weights_dir: Path) -> PaperOptions:
    """What the form's fields say now; the paper's recipe before they were drawn."""
    standard, now = PaperOptions(), st.session_state
    return PaperOptions(
        epochs=now.get(_EPOCHS, standard.epochs),
        batch_size=now.get(_BATCH, standard.batch_size),
        image_size=now.get(_SIZE, standard.image_size),
        seed=now.get(_SEED, standard.seed),
        pretrained=() if now.get(_WEIGHTS) == _SCRATCH else models_with_weights(weights_dir),
    )


@dataclass(frozen=True)
class Form:
    """A drawn form, and where on the page its cost will stand."""

    plan: PaperPlan
    cost: DeltaGenerator


def show_plan(data_set: str) -> Form:
    """Draw everything but the cost, which takes longest to find out and is filled in by ``show_cost``.

    Raises:
        DatasetError: If the data set can't be split.
    """
    weights_dir = settings().weights_dir
    _ask_options()
    options = chosen_options(weights_dir)
    st.caption(f"{paper_choice.in_full(options)}.")
    _say_scratch(options)
    plan = _plan(settings(), data_set, cache.store().data_sets.get(data_set).fingerprint, options)
    _show_protocols(plan)
    _warn_of_batches(plan)
    cost = st.container()
    paper_results.show_printed()
    return Form(plan, cost)


def show_cost(form: Form, button: DeltaGenerator) -> None:
    """Say what all eight will cost, and let the person queue them by a button drawn into ``button``."""
    plan, place = form.plan, form.cost
    with place, st.spinner("Working out what it will cost; the first time this takes some seconds"):
        costs = [_cost(plan, one) for one in plan.trainings]
    seconds = sum(cost.plan.seconds for cost in costs)
    iterations = sum(cost.plan.iterations for cost in costs)
    known = "as earlier trainings took here" if all(cost.pace for cost in costs) else "estimated for this processor"
    memory = max(cost.plan.memory_bytes for cost in costs) / 1e9
    place.caption(
        f"{len(costs)} trainings of {numbers.count(iterations)} iterations in all · {numbers.duration(seconds)} one "
        f"after the other, {known} · at most {memory:.1f}\N{NO-BREAK SPACE}GB of memory each"
    )
    button.button(
        f"Queue {len(costs)} jobs · {numbers.duration(seconds)}",
        type="primary",
        icon=":material/play_arrow:",
        key="paper.queue",
        on_click=_queue,
        args=(plan,),
    )


def _ask_options() -> None:
    standard = PaperOptions()
    fields: dict[str, tuple[str, int, dict[str, Any]]] = {
        _EPOCHS: ("Epochs", standard.epochs, {"min_value": 1, "max_value": 1000, "help": "10 in the paper."}),
        _SIZE: (
            "Image size, px",
            standard.image_size,
            {"min_value": 64, "max_value": 512, "help": "227 in the paper."},
        ),
        _BATCH: ("Batch size", standard.batch_size, {"min_value": 2, "max_value": 512, "help": "128 in the paper."}),
        _SEED: ("Seed", standard.seed, {"min_value": 0, "max_value": 2**31 - 1, "help": "Of the splits and all else."}),
    }
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        for key, (label, value, more) in fields.items():
            st.number_input(label, value=value, key=key, width=130, bind="query-params", **more)
        st.segmented_control(
            "First weights",
            [_IMAGENET, _SCRATCH],
            default=_IMAGENET,
            required=True,
            key=_WEIGHTS,
            help="ImageNet where the files are on this server, as in the paper; or random for all.",
        )


def _say_scratch(options: PaperOptions) -> None:
    """Which models start from random weights though ImageNet's were asked for, and what would change that."""
    if st.session_state.get(_WEIGHTS) == _SCRATCH:
        return
    for name in dict.fromkeys(recipe.model for recipe in RECIPES.values()):
        weights = MODELS[name].weights
        if name not in options.pretrained and weights is not None:
            st.warning(
                plain(
                    f"{MODELS[name].label} starts from scratch: its ImageNet weights are not on this server, so its "
                    f"figures are no transfer learning. Put {weights.original_file} into the folder that "
                    "MAMMO_WEIGHTS_DIR names."
                ),
                icon=":material/warning:",
            )


def _show_protocols(plan: PaperPlan) -> None:
    """Both protocols side by side: who is learnt from, and who stands in two parts."""
    heads = [Head(""), Head("Split"), *(Head(part.capitalize(), "Images") for part in PARTS)]
    heads += [Head("Women in two parts"), Head("Iterations of each")]
    caption = f"Four trainings by each protocol on {plan.data_set}"
    show_table(caption, heads, [_protocol_row(plan, protocol) for protocol in PROTOCOLS])
    women = {sample.patient_id for sample in plan.samples}
    if len(women) == len(plan.samples):
        st.warning(
            "Every image of this data set counts as a woman of its own, maybe because its table names none. Where "
            "women have several films here, the clean protocol is not clean.",
            icon=":material/warning:",
        )


def _protocol_row(plan: PaperPlan, protocol: Protocol) -> list[Cell]:
    split, config = plan.splits[protocol], plan.trainings[0].config
    women = {sample.patient_id for sample in plan.samples if sample.id in split.assignment}
    torn = len(leakage_report(plan.samples, split).patients_in_two_splits)
    steps = batches_per_epoch(plan.images(protocol, "train"), config.batch_size, drop_last=config.drop_last)
    return [
        Cell(_capital(LABELS[protocol])),
        Cell("by image" if protocol == "paper" else "by patient"),
        *(Cell(numbers.count(plan.images(protocol, part))) for part in PARTS),
        Cell(f"{numbers.count(torn)} of {numbers.count(len(women))}"),
        Cell(numbers.count(steps * config.epochs), below=f"{numbers.count(steps)} an epoch"),
    ]


def _warn_of_batches(plan: PaperPlan) -> None:
    images = min(plan.images(protocol, "train") for protocol in PROTOCOLS)
    warning = batch_warning(images, plan.options)
    if warning is None:
        return
    st.warning(plain(warning), icon=":material/warning:")
    offered = fitting_batch(images)
    if offered < plan.options.batch_size:
        st.button(f"Use batches of {offered}", icon=":material/tune:", on_click=_take_batch, args=(offered,))


def _take_batch(size: int) -> None:
    st.session_state[_BATCH] = size


def _cost(plan: PaperPlan, one: PlannedTraining) -> Cost:
    return training_cost.cost_for(one.config, _counts(settings(), plan.group, one.protocol, plan))


def _queue(plan: PaperPlan) -> None:
    with messages.errors_shown():
        paper_choice.show_next(queue_reproduction(cache.store(), plan, by=people.current_person()))


@st.cache_resource(max_entries=8, show_spinner=False)
def _plan(given: Settings, data_set: str, fingerprint: str, options: PaperOptions) -> PaperPlan:  # noqa: ARG001 - of the key
    return plan_reproduction(cache.store(), data_set, options)


@st.cache_data(max_entries=16, show_spinner=False)
def _counts(given: Settings, group: str, protocol: Protocol, _plan: PaperPlan) -> tuple[int, int, int]:  # noqa: ARG001 - of the key
    """Images and classes, which are the same for all recipes of a protocol."""
    config = next(one.config for one in _plan.trainings if one.protocol == protocol)
    return counts_of_first_fold(config, _plan.source(protocol))


def _capital(words: str) -> str:
    return words[:1].upper() + words[1:]
