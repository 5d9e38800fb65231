"""Reports of explained predictions: one file that needs nothing else, and that can be recomputed."""

from mammo.report.facts import RESEARCH_USE, Case, CaseFacts, Further, Origin, case_of, versions
from mammo.report.likeness import Likeness
from mammo.report.page import report_html
from mammo.report.reading import Report, read_report
from mammo.report.verifying import Check, Here, verify

__all__ = [
    "RESEARCH_USE",
    "Case",
    "CaseFacts",
    "Check",
    "Further",
    "Here",
    "Likeness",
    "Origin",
    "Report",
    "case_of",
    "read_report",
    "report_html",
    "verify",
    "versions",
]
