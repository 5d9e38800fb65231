"""Synthetic mammograms with known truth, for the demo, for teaching and for tests."""

from mammo.phantoms.kinds import KINDS
from mammo.phantoms.options import PhantomOptions, PhantomSummary
from mammo.phantoms.writing import write_phantoms

__all__ = ["KINDS", "PhantomOptions", "PhantomSummary", "write_phantoms"]
