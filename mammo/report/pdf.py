"""A report as PDF, a page for each case: to print and to pass on. The HTML is what ``verify`` reads."""

from __future__ import annotations

import io
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from fpdf import FPDF
from fpdf.enums import XPos, YPos

from mammo.report.facts import RESEARCH_USE, Case, Origin
from mammo.report.page import method_label
from mammo.report.told import told

_FONT = "DejaVu"  # it comes with matplotlib and knows nearly every alphabet
_MARGIN_MM, _WIDTH_MM = 15, 180
_PICTURE_MM = (87, 110)  # the most that one picture takes: width, height
_INK, _MUTED, _ACCENT = (28, 34, 38), (89, 99, 106), (184, 67, 26)


class _Page(FPDF):
    """A4 with the sentence on research use above and below."""

    def __init__(self) -> None:
        super().__init__(format="A4")
        spec = find_spec("matplotlib")
        fonts = Path(str(spec.origin)).parent / "mpl-data" / "fonts" / "ttf" if spec else Path()
        self.add_font(_FONT, "", fonts / "DejaVuSans.ttf")
        self.set_margin(_MARGIN_MM)
        self.set_auto_page_break(auto=True, margin=20)
        self.set_title("Mammo: explained predictions")

    def header(self) -> None:
        self.line_of(RESEARCH_USE, 9, _ACCENT)
        self.ln(3)

    def footer(self) -> None:
        self.set_y(-14)
        self.line_of(f"{RESEARCH_USE} Page {self.page_no()}.", 8, _MUTED)

    def line_of(self, text: str, size_pt: float, color: tuple[int, int, int] = _INK) -> None:
        """Text over the whole width, broken where it must be."""
        self.set_font(_FONT, size=size_pt)
        self.set_text_color(*color)
        self.multi_cell(_WIDTH_MM, size_pt * 0.5, text, align="L", new_x=XPos.LMARGIN, new_y=YPos.NEXT)


def report_pdf(origin: Origin, cases: Sequence[Case]) -> bytes:
    """A report as PDF, a page or two for each case."""
    page = _Page()
    for case in cases:
        page.add_page()
        _add_case(page, case, origin)
    return bytes(page.output())


def _add_case(page: _Page, case: Case, origin: Origin) -> None:
    facts, answer = case.facts, case.facts.answer
    page.line_of(facts.name, 10, _MUTED)
    words = told(facts, origin)
    page.line_of(words.answer, 18)
    page.line_of("The model's answer, not a diagnosis", 9, _MUTED)
    page.line_of(words.coverage, 9, _MUTED)
    page.ln(2)
    for name, value, calibrated in words.shares:
        page.line_of(f"{name}: {calibrated or 'not calibrated'}   (as the model gave it: {value})", 11)
    page.line_of(words.frequency, 10)
    page.ln(3)
    _add_pictures(page, [one for one in (case.shown, case.overlay) if one])
    for warning in answer["warnings"]:
        page.line_of(f"• {warning}", 10)
    for doubt in words.doubts:
        page.line_of(f"• {doubt}", 9, _MUTED)
    if words.similar:
        page.ln(2)
        told_similar = "; ".join(f"{label} {view} at {distance}" for label, view, distance in words.similar)
        page.line_of(f"Most similar known cases (other women), with their distances: {told_similar}", 9)
    page.ln(3)
    for name, value in _made_with(facts.pixels_sha256, answer, origin):
        page.line_of(f"{name}: {value}", 8, _MUTED)


def _add_pictures(page: _Page, pictures: Sequence[bytes]) -> None:
    top, lowest = page.get_y(), page.get_y()
    width, height = _PICTURE_MM
    for number, picture in enumerate(pictures):
        left = _MARGIN_MM + number * (width + 6)
        drawn = page.image(io.BytesIO(picture), x=left, y=top, w=width, h=height, keep_aspect_ratio=True)
        lowest = max(lowest, top + min(height, float(drawn.rendered_height)))
    page.set_y(lowest + 4)


def _made_with(pixels: str, answer: Any, origin: Origin) -> list[tuple[str, str]]:
    return [
        ("Model", f"job {origin.job}, {answer['model']}"),
        ("Trained on", f"{origin.data_set or 'not known'}, split {origin.split or 'not known'}"),
        ("Weights", answer["weights_sha256"]),
        ("Preparation", answer["pipeline_hash"]),
        ("Pixels", pixels),
        ("Heat maps", f"{method_label(origin)}; they show where the score comes from, not where a lesion ends"),
        ("Made at", origin.made_at),
        ("Versions", ", ".join(f"{name} {value}" for name, value in origin.versions.items())),
    ]
