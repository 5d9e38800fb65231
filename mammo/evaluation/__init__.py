"""Confusion matrices, scores with intervals, curves. Loads no torch."""
