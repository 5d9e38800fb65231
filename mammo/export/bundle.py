"""One ZIP of everything that an evaluation leaves to take along."""

from __future__ import annotations

import io
import json
import zipfile

from mammo.export.facts import EvaluationFacts
from mammo.export.figures import confusion_figure, drawn, precision_figure, reliability_figure, roc_figure
from mammo.export.model_card import model_card
from mammo.export.tables import confusion_csv, predictions_csv, scores_csv, scores_latex
from mammo.report import RESEARCH_USE

_DATE = (1980, 1, 1, 0, 0, 0)  # of every file in the archive: equal evaluations give equal bytes


def evaluation_zip(facts: EvaluationFacts) -> bytes:
    """Tables, figures, scores as JSON and the model card of one evaluation."""
    files = {
        "README.txt": f"{RESEARCH_USE}\n\n{facts.protocol}\n".encode(),
        "model-card.md": model_card(facts).encode(),
        "predictions.csv": predictions_csv(facts),
        "scores.csv": scores_csv(facts),
        "scores.json": json.dumps({"research_use": RESEARCH_USE, **facts.evaluation.to_json()}, indent=1).encode(),
        "scores.tex": scores_latex(facts).encode(),
        "confusion-matrix.csv": confusion_csv(facts),
        **drawn(confusion_figure(facts), "confusion-matrix"),
        **drawn(reliability_figure(facts), "calibration"),
    }
    for name, figure in {"roc": roc_figure(facts), "precision-recall": precision_figure(facts)}.items():
        if figure is not None:
            files |= drawn(figure, name)
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as opened:
        for name, content in files.items():
            entry = zipfile.ZipInfo(f"mammo-job-{facts.job}/{name}", _DATE)
            entry.compress_type = zipfile.ZIP_DEFLATED
            opened.writestr(entry, content)
    return archive.getvalue()
