"""What a score may owe to something else than the breast: shortcuts and leakage. Loads no torch."""
