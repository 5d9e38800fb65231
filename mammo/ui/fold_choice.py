"""Whose model of a cross-validation is looked at."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from mammo.ui.kept_choice import kept_choice

FOLD = "fold"  # name in the address, where folds are counted from 1 as on the Training page


def choose_fold(folds: Sequence[int], *, on_change: Callable[[], None] | None = None) -> int:
    """Let a person choose one of the folds, which are counted from 0; without a question where there is but one."""
    if len(folds) == 1:
        return folds[0]
    return int(kept_choice("Fold", [str(one + 1) for one in folds], key=FOLD, width=100, on_change=on_change)) - 1
