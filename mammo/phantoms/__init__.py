"""Synthetic mammograms with known truth, for the demo, for teaching and for tests."""
