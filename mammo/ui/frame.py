"""What stands around every page: colors, sidebar, the line at the end, and the way in for deep links."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from string import Template

import streamlit as st

from mammo.store import JobFilter
from mammo.ui import cache, job_table, memory, messages, numbers, people, theme
from mammo.ui.components.theme_watch import watch_theme
from mammo.ui.plain_text import plain

STATIC = Path(__file__).parents[2] / "static"
_CSS = Template(Path(__file__).with_suffix(".css").read_text(encoding="utf-8"))
_MOUNTED = "frame.mounted"
_DEEP_LINK = "frame.deep_link"


@contextmanager
def mounted() -> Iterator[None]:
    """Called by app.py around the page: the frame stands, and a waiting deep link is followed."""
    st.session_state[_MOUNTED] = True
    if deep_link := st.session_state.pop(_DEEP_LINK, None):
        page, query = deep_link
        st.switch_page(page, query_params=query)
    colors = theme.current()
    st.html(f"<style>{_CSS.substitute(vars(colors))}</style>")
    st.logo(STATIC / f"logo_{colors.name}.svg", size="large")
    with st.sidebar:
        _sidebar()
    body = st.container()
    st.caption(messages.RESEARCH_USE)  # drawn before the page runs, so that a page that stops early has it too
    with body, messages.errors_shown():
        yield
    memory.settle()


def enter(page: str) -> None:
    """Called first by every page: if Streamlit opened the page without app.py, come back through it.

    Streamlit does so when the first visit after the server's start is a deep link, because it takes
    the folder ``pages/`` for its own until ``st.navigation`` was called once.
    """
    if _MOUNTED not in st.session_state:
        query = {name: st.query_params.get_all(name) for name in st.query_params}
        st.session_state[_DEEP_LINK] = page, query
        st.switch_page("app.py")


def _sidebar() -> None:
    with messages.errors_shown():
        running = cache.store().jobs.list(JobFilter(states=job_table.IN_HAND, in_brief=True))
        device = cache.device()
        busy = f"{numbers.counted(len(running), 'job')} running" if running else "idle"
        with st.popover(f"{device.label} · {busy}", icon=":material/memory:", type="tertiary"):
            for job in running:
                st.markdown(f"**Job {job.id}**, {plain(job.kind)}, {plain(job.owner)}")
            if not running:
                st.markdown("No job is running.")
            if device.memory_bytes:
                st.caption(f"{device.memory_bytes / 2**30:.0f} GiB of memory")
    person = people.current_person()
    st.caption("guest, open server" if person == people.GUEST else plain(person))
    st.caption(messages.RESEARCH_USE)
    watch_theme(theme.current().background)
