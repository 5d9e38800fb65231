"""See what this server holds and does: data sets, jobs now, the best models, and what to do next."""

import streamlit as st

from mammo.store import JobFilter
from mammo.ui import cache, data_set_tiles, frame, job_table, preset_inputs
from mammo.ui.next_step import next_step

frame.enter("pages/overview.py")

store = cache.store()
data_sets, jobs = store.data_sets.list(), store.jobs.list(JobFilter(kind="training", limit=1000))
situation = job_table.situation()
is_changing = not data_sets or bool(situation[1])
step = next_step(data_sets, jobs, [preset.name for preset in store.presets.list(preset_inputs.KIND)])

with st.container(horizontal=True, vertical_alignment="center"):
    st.title("Overview", anchor=False, width="content")
    if step.page and st.button(step.what, type="primary"):
        st.switch_page(step.page, query_params=dict(step.query))
if not data_sets:
    st.info("On a fresh server the demo is being made now, about 1 min.", icon=":material/hourglass_top:")
st.caption(step.why)
if step.command:
    st.code(step.command, language=None)

left, right = st.columns([3, 2], gap="medium")
with left:
    st.subheader("Jobs", anchor=False)
    if is_changing:
        st.fragment(job_table.follow_jobs, run_every=2)(situation)
    else:
        job_table.show_jobs()
with right:
    st.subheader("Best models", anchor=False)
    job_table.show_best_models(jobs)

if data_sets:
    st.subheader("Data sets", anchor=False)
    data_set_tiles.show_tiles(data_sets)
