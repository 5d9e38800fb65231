"""See what this server holds and does: data sets, jobs now, the best models, and what to do next."""

import streamlit as st

from mammo.jobs.demo import is_training_to_come
from mammo.store import JobFilter
from mammo.ui import cache, data_set_tiles, demo_notice, frame, job_table, jobs_now, preset_inputs, server_summary
from mammo.ui.next_step import next_step

frame.enter("pages/overview.py")

store = cache.store()
data_sets, trainings = store.data_sets.list(), store.jobs.list(JobFilter(kind="training", limit=1000, in_brief=True))
active = store.jobs.list(JobFilter(states=job_table.ACTIVE, in_brief=True))
is_demo_made = not trainings and is_training_to_come(store)
is_changing = bool(active) or not data_sets or is_demo_made
presets = [one.name for one in store.presets.list(preset_inputs.KIND)]
step = next_step(data_sets, (*active, *trainings), presets, is_training_to_come=is_demo_made)

with st.container(horizontal=True, vertical_alignment="center"):
    st.title("Overview", anchor=False, width="content")
    if st.button(step.what, type="primary", icon=":material/arrow_forward:"):
        st.switch_page(step.page, query_params=dict(step.query))
server_summary.show_summary(data_sets, sum(job.state in job_table.IN_HAND for job in active))
st.markdown(step.why)
demo_notice.show_notice(active, data_sets, is_training_to_come=is_demo_made)

left, right = st.columns([3, 2], gap="medium")
with left:
    st.header("Jobs", anchor=False)
    st.fragment(jobs_now.follow, run_every=jobs_now.REDRAWN_SECONDS if is_changing else None)(job_table.situation())
with right:
    st.header("Best models", anchor=False)
    job_table.show_best_models(trainings)

if data_sets:
    st.header("Data sets", anchor=False)
    data_set_tiles.show_tiles(data_sets)
