"""Adding a data set: a folder of the server, a ZIP from the browser, or phantoms; each becomes a job."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import streamlit as st

from mammo.config import settings
from mammo.datasets import ImportOptions
from mammo.datasets.allowed_folder import allowed_folder, allowed_in_words
from mammo.errors import DatasetError, MammoError
from mammo.jobs.importing import ImportRequest
from mammo.jobs.uploads import keep_upload
from mammo.phantoms import KINDS, PhantomOptions
from mammo.phantoms.options import MAX_PATIENTS
from mammo.store import NewJob
from mammo.store.database import checked_name
from mammo.ui import cache, people
from mammo.ui.plain_text import plain

IMPORT_KINDS = frozenset({"import", "archive", "phantoms"})  # of jobs that bring a data set
ADD = "add"  # in the address: which way of adding is open
JOB = "job"  # in the address: the import that is followed
_WAYS = {"folder": "Server folder", "zip": "ZIP", "phantoms": "Phantoms"}
_WAY = "add.way"
_NOT_IN_NAMES = re.compile(r"[^A-Za-z0-9_.-]+")


def open_dialog(way: str = "folder") -> None:
    """Have the dialog open; for a button's callback."""
    st.session_state.pop(_WAY, None)
    st.query_params[ADD] = way


def show_dialog() -> None:
    """The dialog, for as long as the address asks for it."""
    if ADD in st.query_params:
        _dialog()


def show_first_steps() -> None:
    """What to do on a server that holds no data set yet."""
    st.info("This server holds no data set yet. Add films of your own, or draw synthetic ones.", icon=":material/info:")
    with st.container(horizontal=True):
        for way, label, icon in (
            ("folder", "Add a server folder", ":material/folder_open:"),
            ("zip", "Add a ZIP", ":material/folder_zip:"),
            ("phantoms", "Make phantoms", ":material/auto_awesome:"),
        ):
            st.button(label, icon=icon, key=f"first.{way}", on_click=open_dialog, args=(way,))


def _close() -> None:
    st.query_params.pop(ADD, None)


@st.dialog("Add a data set", on_dismiss=_close)
def _dialog() -> None:
    asked = st.query_params.get(ADD, "")
    first = asked if asked in _WAYS else next(iter(_WAYS))
    ways: dict[str, Callable[[], NewJob | None]] = {"folder": _ask_folder, "zip": _ask_zip, "phantoms": _ask_phantoms}
    way = st.segmented_control(
        "From", list(_WAYS), default=first, required=True, format_func=_WAYS.__getitem__, key=_WAY
    )
    try:
        new = ways[way]()
        if new is not None:
            _submit(new)
    except MammoError as error:  # quotes what was typed
        st.error(plain(str(error)), icon=":material/block:")


def _ask_folder() -> NewJob | None:
    roots = settings().data_roots
    st.caption(f"The films stay where they are. {allowed_in_words(roots)}")
    path = st.text_input("Folder on the server", placeholder=str(roots[0] if roots else "/data/films"), key="add.path")
    labels = st.text_input("Label file (CSV) in that folder, if there is one", key="add.labels")
    name = _ask_name(Path(path or "").name)
    if not _is_asked("Add the folder"):
        return None
    folder = allowed_folder(path or "", roots)
    request = ImportRequest(checked_name(name, "data set"), folder, options=_options(folder, labels or ""))
    taken = next((record for record in cache.store().data_sets.list() if record.name == request.name), None)
    if taken is not None and taken.root != folder:
        raise _name_taken(request.name)
    return _new_job("import", request.to_dict())


def _ask_zip() -> NewJob | None:
    st.caption(
        "A folder for each class, or Mini-DDSM, mini-MIAS or a label file as it was downloaded. The pictures are kept "
        "on this server, without their headers, names and numbers of women. Writing in a picture stays in it."
    )
    upload = st.file_uploader("ZIP of films", type=["zip"], key="add.zip")
    name = _ask_name(Path(upload.name).stem if upload else "")
    if not _is_asked("Add the ZIP"):
        return None
    if upload is None:
        raise DatasetError("Choose a ZIP first.", code="no_upload")
    _check_free(name)
    return _new_job("archive", ImportRequest(name, keep_upload(settings(), upload, name)).to_dict())


def _ask_phantoms() -> NewJob | None:
    st.caption("Synthetic mammograms, four views of each woman, with known lesions. Each is marked as synthetic.")
    kind = st.selectbox("Kind", list(KINDS), key="add.kind", help="demo is easy; mini-ddsm-like is as hard as films.")
    patients = int(st.number_input("Women", 3, MAX_PATIENTS, 60, step=3, key="add.patients"))
    seed = int(st.number_input("Seed", 0, 2**31 - 1, 0, key="add.seed"))
    name = _ask_name(f"phantoms-{patients}")
    if not _is_asked("Draw them"):
        return None
    _check_free(name)
    PhantomOptions(patients=patients, kind=kind, seed=seed)  # raises what the job would
    return _new_job("phantoms", {"name": name, "patients": patients, "kind": kind, "seed": seed})


def _ask_name(proposed: str) -> str:
    """The data set's name; as long as none is typed, made of what is added."""
    slug = _NOT_IN_NAMES.sub("-", proposed).strip("-._")[:80]
    typed = st.text_input("Name", placeholder=slug or "films", max_chars=80, key="add.name")
    return (typed or "").strip() or slug


def _is_asked(label: str) -> bool:
    return st.button(label, type="primary", icon=":material/add:")


def _options(folder: Path, labels: str) -> ImportOptions:
    if not labels.strip():
        return ImportOptions()
    try:
        file = (folder / labels.strip()).resolve()
        if file.is_relative_to(folder) and file.is_file():
            return ImportOptions(labels_file=file)
    except (OSError, ValueError):  # too long, or with characters that no path has
        pass
    raise DatasetError("There is no such label file in that folder.", code="no_labels_file")


def _check_free(name: str) -> None:
    checked_name(name, "data set")
    if any(record.name == name for record in cache.store().data_sets.list()):
        raise _name_taken(name)


def _name_taken(name: str) -> DatasetError:
    return DatasetError(f"There is already a data set named {name}. Choose another name.", code="name_taken")


def _new_job(kind: str, config: Mapping[str, Any]) -> NewJob:
    return NewJob(kind=kind, config=config, owner=people.current_person())


def _submit(new: NewJob) -> None:
    job = cache.store().jobs.submit(new)
    _close()
    st.query_params[JOB] = str(job.id)
    st.rerun()
