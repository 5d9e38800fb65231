"""Predictions for pages: a process of its own holds torch and the models, pages ask it over a local socket."""
