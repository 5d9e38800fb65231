"""Whatever people and files are named, every page shows it as it is: no page draws markup of theirs, none breaks."""

from __future__ import annotations

import pytest

from mammo.datasets.importing import import_collection
from tests.pages.hostile import fill, renamed
from tests.pages.texts import TEXTS

CASES = [
    ("overview", {}),
    ("data_sets", {}),
    ("data_sets", {"job": "import"}),
    ("data_sets", {"woman": TEXTS[0]}),
    ("contrast", {}),
    ("augmentation", {}),
    pytest.param("training", {}, marks=pytest.mark.slow),  # a child process counts networks
    ("training", {"job": "failed"}),
    ("training", {"job": "finished"}),
    ("results", {}),
    ("results", {"true": TEXTS[0], "called": TEXTS[0]}),
    ("results", {"section": "worklist"}),
    ("predict", {"example": "1"}),
]


@pytest.fixture(scope="module")
def named(phantoms):
    return renamed(import_collection(phantoms))


@pytest.fixture
def hostile(store, phantoms, named, predictor):
    """An installation in which everything that can have a name or a note is called by one of the texts."""
    predictor.facts |= {"label": TEXTS[0], "explained_label": TEXTS[1], "warnings": TEXTS, "model": TEXTS[2]}
    predictor.facts["probabilities"] = dict.fromkeys(TEXTS[:3], 1 / 3)
    return fill(store, phantoms, named)


def drawn(app):
    """What a browser draws as Markdown, and what as HTML."""
    markdown, html = [], []
    for block in (app.main, app.sidebar):
        for element in walked(block):
            texts = list(strings(element))
            (html if element.type == "html" else markdown).extend(texts)
    return markdown, html


def walked(block):
    for child in block.children.values():
        if hasattr(child, "children"):
            yield child
            yield from walked(child)
        else:
            yield child


# What Streamlit shows as it is: cells of tables, options of selectors, values of fields, names of keys, alt texts.
PLAIN = {"id", "alt", "url", "data", "options", "key", "form_id", "placeholder", "default", "value", "raw_values",
         "json", "query_string", "element_id", "spec", "selection_mode", "script_path", "page", "page_script_hash",
         "imgs_alt", "set_value", "bytes"}  # fmt: skip
MARKDOWN_OPTIONS = {"button_group", "radio"}


def strings(element):
    """All texts in an element's message but those that are shown as they are."""
    proto = getattr(element, "proto", None)
    return texts_of(proto, element.type) if proto is not None else ()


def texts_of(message, kind):
    for field, value in message.ListFields():
        if field.name in PLAIN and not (kind in MARKDOWN_OPTIONS and field.name == "options"):
            continue
        for one in value if field.is_repeated else [value]:
            if isinstance(one, str):
                yield one
            elif hasattr(one, "ListFields"):
                yield from texts_of(one, kind)


@pytest.mark.parametrize(("page", "address"), CASES)
def test_no_name_and_no_note_becomes_markup(app, hostile, page, address):  # B70
    app.run()
    for name, value in address.items():
        app.query_params[name] = str(hostile.get(value, value))
    app.switch_page(f"pages/{page}.py").run()
    assert not app.exception
    markdown, html = drawn(app)
    assert markdown
    for text in TEXTS:
        assert not [one for one in markdown if text in one]
        assert not [one for one in html if text in one]
