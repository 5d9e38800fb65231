"""Pixels without learning: reading, histograms, the breast in the picture. Loads no torch."""
