"""What is augmented and how: a policy, its ranges, a seed; all of it stands in the page's address."""

from __future__ import annotations

import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass

import streamlit as st

from mammo.augmentation import AUGMENTATIONS
from mammo.augmentation.policy import POLICIES, Policy
from mammo.parameters import ParameterValue
from mammo.training.presets import PRESETS
from mammo.ui import widgets

TILES = 11  # twelve with the original
POLICY, STEPS, PREPARATION, SEED, EPOCH = "policy", "steps", "preparation", "seed", "epoch"  # names in the address
_FROZEN = "augmentation.frozen"
_SEEDS = 2**31
_LAST_EPOCH = 10_000


@dataclass(frozen=True)
class AugmentationChoice:
    """What a person wants to see of a film."""

    policy: Policy
    preset: str  # of which the preparation is
    seed: int
    epoch: int  # of the first tile, from 0


def choose() -> AugmentationChoice:
    """Draw the inputs.

    Raises:
        ParameterError: If two ranges contradict each other.
    """
    policy = POLICIES[_choose_policy()]
    preset = widgets.choose("Prepared as for the preset", PRESETS, default="recommended", key=PREPARATION)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        seed = st.number_input("Seed", 0, _SEEDS - 1, 0, 1, key=SEED, width=150, bind="query-params")
        first = st.number_input("First epoch", 1, _LAST_EPOCH, 1, 1, key=EPOCH, width=130, bind="query-params")
        st.toggle("Freeze the seed", key=_FROZEN, help="Re-roll then goes on to the next epochs of this seed.")
    return AugmentationChoice(_adjusted(policy), preset, int(seed), int(first) - 1)


def re_roll() -> None:
    """Show other draws: of a new seed, or of the next epochs where the seed is frozen. For a button's callback."""
    if st.session_state.get(_FROZEN):
        later = int(st.session_state.get(EPOCH, 1)) + TILES
        st.session_state[EPOCH] = later if later <= _LAST_EPOCH else 1
    else:
        st.session_state[SEED] = secrets.randbelow(_SEEDS)


def offer_training(policy: Policy, data_set: str) -> None:
    """A way to the training page, which then starts from this policy."""
    value = policy.name if policy.name in POLICIES else json.dumps(policy.to_dict())
    query = {"data_set": data_set, "set": f"augmentation={value}"}
    st.page_link(
        "pages/training.py", label="Train with these changes", icon=":material/model_training:", query_params=query
    )


def _choose_policy() -> str:
    names = list(POLICIES)
    asked = st.query_params.get(POLICY)
    return str(
        st.selectbox(
            "Policy",
            names,
            index=names.index(asked if asked in names else "gentle"),
            format_func=lambda name: POLICIES[name].label,
            key=POLICY,
            on_change=_take_up_policy,  # ``bind`` would write the label
        )
    )


def _take_up_policy() -> None:
    name = st.session_state[POLICY]
    st.query_params[POLICY] = name
    policy = POLICIES[name]
    st.session_state[STEPS] = [step.name for step in policy.steps]
    for augmentation in AUGMENTATIONS.values():
        widgets.put_parameters(augmentation.parameters, _values(policy, augmentation.name), key=augmentation.name)


def _adjusted(policy: Policy) -> Policy:
    """The policy with the ranges that the person has set; itself as long as nothing differs."""
    names = st.multiselect(
        "Changes, in order",
        list(AUGMENTATIONS),
        [step.name for step in policy.steps],
        key=STEPS,
        placeholder="none",
        bind="query-params",
    )
    steps = [{"name": name, "values": _ranges(policy, name)} for name in names]
    chosen = Policy.of({"steps": steps})
    return policy if chosen.steps == policy.steps else chosen


def _ranges(policy: Policy, name: str) -> dict[str, ParameterValue]:
    declared = widgets.with_defaults(AUGMENTATIONS[name].parameters, _values(policy, name))
    with st.expander(AUGMENTATIONS[name].label, expanded=True):
        return widgets.parameter_inputs(declared, key=name)


def _values(policy: Policy, name: str) -> Mapping[str, ParameterValue]:
    """The policy's values of an augmentation; none where it does not hold it."""
    return next((dict(step.values) for step in policy.steps if step.name == name), {})
