"""The process that draws the pages: Streamlit's server, with what pages stand on loaded before it answers.

Streamlit runs a page's imports when the first visitor comes; here nobody waits for them but the start itself.
"""

from __future__ import annotations

import gc
import inspect
from importlib import import_module

from streamlit.web.cli import main

#: What takes long of a page's imports. Nothing of ``mammo.ui``: its caches and components ask for a running server.
LOADED = (
    "mammo.store",
    "mammo.jobs.demo",
    "mammo.jobs.importing",
    "mammo.phantoms.drawing",
    "mammo.prediction.client",
    "mammo.training.augmentation_preview",
    "mammo.training.preparation",
    "mammo.training.presets",
    "plotly.graph_objs._figure",
    "plotly.tools",
    "pyarrow",
)

if __name__ == "__main__":
    for name in LOADED:
        import_module(name)
    inspect.stack()  # keeps where modules lie, which Streamlit asks of all of them with the first thing it draws
    gc.collect()
    gc.freeze()  # as ``memory.settle`` does with what comes later
    main(prog_name="streamlit")
