"""Lesion maps: a training of regions slid over whole films, how well they find lesions, and the films."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import streamlit as st

from mammo.config import settings
from mammo.datasets import Sample
from mammo.datasets.lesions import lesion_mask
from mammo.errors import MammoError
from mammo.imaging.gray_image import Mask
from mammo.jobs.lesion_maps import LESION_MAPS
from mammo.prediction.kept import TILE_PX, kept_answer, kept_path
from mammo.prediction.pictures import overlaid
from mammo.prediction.wire import Answer
from mammo.prediction.words import probability
from mammo.store import JobFilter, JobRecord, JobState
from mammo.trust.lesion_map_scores import LesionMapScores
from mammo.ui import cache, charts, numbers, theme
from mammo.ui.components.film_grid import FilmTile, film_grid
from mammo.ui.embedded import embedded
from mammo.ui.heatmap_picture import doubted
from mammo.ui.job_of_training import show_way
from mammo.ui.plain_text import plain

FILM = "film"  # name in the address
_REMEMBERED = 200  # jobs among which those of a training are sought
_LARGE_PX = 900

_Film = tuple[Sample, Answer]


def show_lesion_maps(job: JobRecord) -> None:
    """What the latest job found, or the way to have it found."""
    st.markdown(
        "The model judges squares. Slid over a whole film, its answers make a map of where it sees something, which is "
        "scored against the outlined lesions like any heat map. Of so many squares some are called not normal on "
        "nearly every film, with a lesion or without."
    )
    listed = cache.store().jobs.list(JobFilter(kind=LESION_MAPS, states={JobState.SUCCEEDED}, limit=_REMEMBERED))
    done = next((one for one in listed if one.config.get("job") == job.id), None)
    if done is None:
        show_way(
            job,
            LESION_MAPS,
            label="Slide it over films",
            icon=":material/grid_on:",
            help_="Draws lesion maps of up to 40 test films with outlined lesions, and scores them; a job does it.",
        )
        return
    result = done.result or {}
    scores = LesionMapScores.from_json(result["scores"])
    _show_scores(scores)
    _show_films(job, result["films"], is_doubted=bool(scores.failures))


def _show_scores(found: LesionMapScores) -> None:
    hits = {"Lesion map": found.hit, "Random channels": found.hit_random, "Middle of the breast": found.hit_center}
    shares = {
        "Lesion map": found.energy,
        "Random channels": found.energy_random,
        "Middle of the breast": found.energy_center,
        "Chance: the lesions' share of the breast": found.chance,
    }
    left, right = st.columns(2, gap="medium")
    for place, title, figures, key in (
        (left, "Strongest place hits a lesion", hits, "lesion_maps.hits"),
        (right, "Share of the map inside lesions", shares, "lesion_maps.shares"),
    ):
        with place:
            st.markdown(f"**{title}**")
            alt = f"{title}: " + ", ".join(f"{label} {interval}" for label, interval in figures.items())
            charts.show(charts.score_figure(figures, theme.current()), alt=alt, key=key)
    if found.failures:
        reasons = "\n".join(f"- {plain(failure)}" for failure in found.failures)
        st.warning(f"Not to be trusted, and so drawn in gray:\n{reasons}", icon=":material/visibility_off:")
    else:
        st.markdown(":green[:material/verified:] **The maps pass every comparison.**")
    if found.reach:
        st.markdown(plain(found.reach))
    films, women = numbers.counted(found.films, "test film"), numbers.counted(found.women, "woman", "women")
    st.caption(
        f"{films} of {women} with outlined lesions; intervals by drawing women. A hit lies in a lesion or 5 mm beside "
        "it."
    )
    st.caption(
        f"Film by film, hits over random channels: {found.hit_over_random}; over the middle of the breast: "
        f"{found.hit_over_center}; share over chance: {found.energy_over_chance}; over random channels: "
        f"{found.energy_over_random}."
    )


def _show_films(job: JobRecord, films: Sequence[Mapping[str, object]], *, is_doubted: bool) -> None:
    """Small maps of all films, in gray where they are not to be trusted; one large where the address names it."""
    if job.data_set is None:
        return
    samples, hidden = {one.id: one for one in cache.samples(job.data_set)}, cache.hidden(job.data_set)
    there: dict[str, _Film] = {}
    for one in films:
        name, fold = str(one["sample"]), one["fold"]
        if name in samples and name not in hidden and isinstance(fold, int):
            path = kept_path(settings().job_dir(job.id), LESION_MAPS, samples[name].sha256, fold, None)
            if (answer := kept_answer(path)) is not None:
                there[name] = (samples[name], answer)
    asked = st.query_params.get(FILM)
    if asked in there:
        _show_large(*there[asked], is_doubted=is_doubted)
        return
    tiles = [_tile(*film, is_doubted=is_doubted) for film in there.values()]
    film_grid(tiles, label="Films with lesion maps", key="lesion_maps.grid", on_open=_open)


def _tile(sample: Sample, answer: Answer, *, is_doubted: bool) -> FilmTile:
    strongest, colors = probability(answer.probabilities["not normal"]), theme.current()
    outlined = ", ".join(sorted({lesion.label for lesion in sample.lesions if lesion.label}))
    style = colors.class_styles(["malignant" if "malignant" in outlined else "benign"])
    mark = next(iter(style.values()))
    return FilmTile(
        id=sample.id,
        picture=embedded(_overlaid(sample.sha256, answer.weights_sha256, TILE_PX, is_doubted, sample, answer)),
        alt=f"{sample.path.name}, {outlined} lesion outlined, lesion map up to {strongest}{doubted(is_doubted)}",
        name=sample.path.stem,
        facts=f"up to {strongest}, {outlined}",
        mark=mark.mark,
        color=mark.color,
    )


def _show_large(sample: Sample, answer: Answer, *, is_doubted: bool) -> None:
    st.button("All films", icon=":material/grid_view:", shortcut="Escape", on_click=_close)
    picture = _overlaid(sample.sha256, answer.weights_sha256, _LARGE_PX, is_doubted, sample, answer)
    st.image(embedded(picture), width=560, alt=f"{sample.path.name} with its lesion map and outlined lesions")
    strongest = probability(answer.probabilities["not normal"])
    st.caption(
        plain(
            f"{sample.path.name} · the map goes up to {strongest}, the probability of not being "
            f"normal{doubted(is_doubted)}; dashed: outlined lesions"
        )
    )


@st.cache_data(max_entries=256, show_spinner=False)
def _overlaid(
    sha256: str,  # noqa: ARG001 - names the film
    weights_sha256: str,  # noqa: ARG001 - names the model, and with it the map
    least_px: int,
    is_doubted: bool,  # noqa: FBT001 - of the key
    _sample: Sample,
    _answer: Answer,
) -> bytes:
    return overlaid(_answer, 0.6, lesions=_outlines(_sample), is_doubted=is_doubted, least_px=least_px)


def _outlines(sample: Sample) -> Mask | None:
    try:
        return lesion_mask(sample)
    except MammoError:  # its mask file is gone; the map can be shown all the same
        return None


def _open(name: str) -> None:
    st.query_params[FILM] = name


def _close() -> None:
    st.query_params.pop(FILM, None)
