"""Mammography image classification: enhancement, fine-tuning, evaluation, explanation, and the programs around them."""
