"""What a training has logged, as curves and matrices."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import plotly.graph_objects as go

from mammo.evaluation.confusion import ConfusionMatrix
from mammo.store import Curve
from mammo.ui.charts import template
from mammo.ui.theme import Theme

_COUNT = re.compile(r"validation_count\.(\d+)\.(\d+)")
_HEIGHT_PX = 280
Points = Sequence[tuple[int, float]]  # (iterations done, value)


@dataclass(frozen=True)
class Curves:
    """The numbers of one fold."""

    series: Mapping[str, Points]  # by name
    counts: Mapping[int, Mapping[tuple[int, int], int]]  # by iteration of the validation, then (true, predicted)

    @property
    def iterations_per_epoch(self) -> int | None:
        """None before the first epoch has ended."""
        ends = self.series.get("epoch_train_loss", ())
        return ends[0][0] if ends else None

    @property
    def best_step(self) -> int | None:
        """Iteration of the validation with the least loss."""
        losses = self.series.get("validation_loss", ())
        return min(losses, key=lambda point: point[1])[0] if losses else None

    def in_epochs(self, step: int) -> float:
        """An iteration as a place on the axis of epochs."""
        return step / self.iterations_per_epoch if self.iterations_per_epoch else float(step)

    def name_of(self, step: int) -> str:
        """An iteration in words, as it stands in addresses."""
        return f"epoch {self.in_epochs(step):g}" if self.iterations_per_epoch else f"iteration {step}"

    def matrix(self, step: int, class_names: Sequence[str]) -> ConfusionMatrix:
        """The confusion matrix of one validation."""
        cells = self.counts[step]
        side = range(len(class_names))
        return ConfusionMatrix(
            tuple(class_names), np.array([[cells.get((true, called), 0) for called in side] for true in side])
        )


def folds_of(logged: Sequence[Curve]) -> list[int]:
    """Folds that have logged something."""
    return sorted({curve.fold for curve in logged})


def curves_of(logged: Sequence[Curve], fold: int) -> Curves:
    """The numbers of one fold, in the order of iterations."""
    series: dict[str, Points] = {}
    counts: dict[int, dict[tuple[int, int], int]] = defaultdict(dict)
    for curve in logged:
        if curve.fold != fold:
            continue
        points = list(zip(curve.steps.tolist(), curve.values.tolist(), strict=True))
        if cell := _COUNT.fullmatch(curve.name):
            for step, count in points:
                counts[step][int(cell[1]), int(cell[2])] = int(count)
        else:
            series[curve.name] = points
    return Curves(series, counts)


def loss_figure(curves: Curves, theme: Theme, shown: tuple[float, float]) -> go.Figure:
    """Loss of training and validation over epochs; the best validation is marked."""
    figure = _figure(theme, curves, shown)
    _add(figure, curves, "train_loss", "training, each iteration", {"color": theme.muted, "width": 1}, opacity=0.5)
    _add(figure, curves, "epoch_train_loss", "training", {"color": theme.muted, "width": 2, "dash": "dash"})
    _add(figure, curves, "validation_loss", "validation", {"color": theme.accent, "width": 2.5})
    return figure.update_yaxes(title="loss", rangemode="tozero")


def score_figure(curves: Curves, theme: Theme, shown: tuple[float, float]) -> go.Figure:
    """Scores of the validations over epochs."""
    figure = _figure(theme, curves, shown)
    balanced = {"color": theme.accent, "width": 2.5}
    _add(figure, curves, "validation_balanced_accuracy", "balanced accuracy", balanced)
    _add(figure, curves, "validation_top1", "top-1", {"color": theme.muted, "width": 2, "dash": "dot"})
    return figure.update_yaxes(title="validation", range=[-0.02, 1.02])


def _figure(theme: Theme, curves: Curves, shown: tuple[float, float]) -> go.Figure:
    figure = go.Figure(layout={"template": template(theme), "height": _HEIGHT_PX, "margin": {"t": 40}})
    in_epochs = curves.iterations_per_epoch is not None
    figure.update_layout(showlegend=True)  # a single line has a name, too
    figure.update_xaxes(title="epoch" if in_epochs else "iteration", fixedrange=True)
    figure.update_yaxes(fixedrange=True)
    if in_epochs:
        figure.update_xaxes(range=list(shown))
    if curves.best_step is not None:
        at = curves.in_epochs(curves.best_step)
        figure.add_vline(x=at, line={"color": theme.muted, "width": 1, "dash": "dot"})
    return figure


def _add(
    figure: go.Figure, curves: Curves, name: str, label: str, line: Mapping[str, object], opacity: float = 1
) -> None:
    points = curves.series.get(name, ())
    figure.add_scatter(
        x=[curves.in_epochs(step) for step, _ in points],
        y=[value for _, value in points],
        name=label,
        mode="lines+markers" if 0 < len(points) < 30 and name != "train_loss" else "lines",
        line=dict(line),
        opacity=opacity,
        marker={"size": 6},
        hovertemplate="%{y:.3f}<extra>" + label + "</extra>",
    )
