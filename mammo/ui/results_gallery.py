"""The images of one cell of a confusion matrix, each with its heat map."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import dataclass

import streamlit as st

from mammo.config import settings
from mammo.errors import MammoError
from mammo.prediction.kept import TILE_PX, kept_answer, kept_path
from mammo.prediction.pictures import overlaid
from mammo.prediction.wire import Answer
from mammo.store import JobRecord, PredictionRecord
from mammo.ui import explained, numbers, predictor_away, theme, thumbnails
from mammo.ui.components.film_grid import FilmTile, film_grid
from mammo.ui.embedded import embedded
from mammo.ui.explained import Judged, View
from mammo.ui.judged_squares import judged_of
from mammo.ui.results_checks import known_checks

PER_PAGE = 24
IMAGE = "image"  # name in the address
_PATIENCE_SECONDS = 0.5
_REDRAWN_SECONDS = 0.5
_AT_ONCE = 2  # questions that the prediction process answers side by side

_Key = tuple[object, ...]


@dataclass(frozen=True)
class _Page:
    """Images that are shown together; rows and films stand in the same order."""

    job: int
    rows: Sequence[PredictionRecord]
    films: Sequence[Judged]
    class_names: tuple[str, ...]
    view: View
    remarks: Mapping[str, str]
    is_doubted: bool  # the heat maps are not to be trusted
    is_awaited: bool  # the page says already that the prediction process is away


class Overlays:
    """Overlaid pictures that are computed while the page already shows the others. Sessions share one."""

    def __init__(self) -> None:
        self._pool = ThreadPoolExecutor(_AT_ONCE, thread_name_prefix="overlay")
        self._made: dict[_Key, Future[bytes]] = {}

    def ask(
        self, job: int, films: Sequence[Judged], view: View, *, is_doubted: bool = False
    ) -> list[bytes | MammoError | None]:
        """JPEG of each film as the model of its fold judged it, or why there is none, or None while it is made.

        Args:
            job: The training.
            films: What was judged.
            view: Of the heat maps.
            is_doubted: They are not to be trusted, and are drawn in gray.
        """
        if len(self._made) > 600:  # pictures of 30 kB
            self._made = {}
        keys = [(job, film.sample.id, film.sample.sha256, film.fold, film.square, view, is_doubted) for film in films]
        for key, film in zip(keys, films, strict=True):
            if key not in self._made or _failed(self._made[key]):
                self._made[key] = self._pool.submit(_overlay, job, film, view, is_doubted=is_doubted)
        futures = [self._made[key] for key in keys]
        wait(futures, timeout=_PATIENCE_SECONDS)
        return [_outcome(future) for future in futures]


@st.cache_resource(show_spinner=False)
def overlays() -> Overlays:
    """The overlays of this app."""
    return Overlays()


def show_images(
    job: JobRecord,
    rows: Sequence[PredictionRecord],
    class_names: Sequence[str],
    remarks: Mapping[str, str] | None = None,
) -> None:
    """A page of images in their order, each with its heat map; a click opens one.

    Args:
        job: The training.
        rows: Its answers.
        class_names: Of the training.
        remarks: What is to be said of an image, by item id, in place of its side and view.
    """
    if not rows:
        st.info("No image here.", icon=":material/image_search:")
        return
    judged, view = judged_of(job, rows), explained.choose_view()
    pages = -(-len(rows) // PER_PAGE)
    page = (
        int(st.pagination(pages, default=1, key=f"page.{job.id}.{rows[0].truth}.{_called(rows[0])}"))
        if pages > 1
        else 1
    )
    on_page = rows[(page - 1) * PER_PAGE : page * PER_PAGE]
    shown = [row for row in on_page if row.item_id in judged]
    if len(shown) < len(on_page):
        st.info(f"{numbers.counted(len(on_page) - len(shown), 'image')} of this page left the data set since the test.")
    films = [judged[row.item_id] for row in shown]
    trust = known_checks(job.id).get(view.method or "")
    is_doubted = trust is not None and bool(trust.failures)
    found = overlays().ask(job.id, films, view, is_doubted=is_doubted)
    is_awaited = any(_is_away(one) for one in found)
    if is_awaited:
        predictor_away.show_waiting()
    run_every = _REDRAWN_SECONDS if None in found or None in _plain_films(films, found).values() else None
    st.fragment(_draw, run_every=run_every)(
        _Page(job.id, shown, films, tuple(class_names), view, remarks or {}, is_doubted, is_awaited)
    )


def surest_first(rows: Iterable[PredictionRecord]) -> list[PredictionRecord]:
    """Images by the probability of the class that they are called."""
    return sorted(rows, key=lambda row: -max(row.probabilities))


def open_image(item_id: str) -> None:
    """Show one image large; for a callback."""
    st.query_params[IMAGE] = item_id


def _draw(page: _Page) -> None:
    found = overlays().ask(page.job, page.films, page.view, is_doubted=page.is_doubted)
    plain_films = _plain_films(page.films, found)
    if plain_films and not page.is_awaited:
        st.rerun()  # out of the fragment: the page says above the films that the prediction process is away
    styles = theme.current().class_styles(page.class_names)
    tiles = []
    for row, judged, picture in zip(page.rows, page.films, found, strict=True):
        film = judged.sample
        called = page.class_names[_called(row)]
        place = page.remarks.get(row.item_id) or f"{film.laterality or '?'} {film.view or '?'}"
        facts = f"{place}, called {called} {max(row.probabilities):.2f}"
        shown = plain_films[film.id] if _is_away(picture) else picture
        url = embedded(shown) if isinstance(shown, bytes) else None
        style = styles[page.class_names[row.truth]]
        tiles.append(
            FilmTile(
                id=row.item_id,
                picture=url,
                alt=f"{film.path.name}, {page.class_names[row.truth]}, called {called} {max(row.probabilities):.2f}",
                name=film.path.stem,
                facts=facts,
                mark=style.mark,
                color=style.color,
                problem=str(shown or "") if not isinstance(shown, bytes) else "",
            )
        )
    film_grid(tiles, label="Chosen images", key="results.grid", on_open=open_image)
    if IMAGE in st.query_params:
        st.rerun()  # out of the fragment, to the image that was opened
    if None in found:
        st.caption("Heat maps are being computed.")


def _overlay(job: int, film: Judged, view: View, *, is_doubted: bool) -> bytes:
    answer = _drawn_beforehand(job, film, view) or explained.explain_film(job, film, view, TILE_PX)
    return overlaid(answer, view.opacity, is_doubted=is_doubted, least_px=TILE_PX)


def _drawn_beforehand(job: int, film: Judged, view: View) -> Answer | None:
    """What a job has drawn for exactly this view; None where the prediction process must be asked."""
    if view.method is None or view.layer is not None or view.label is not None:
        return None
    path = kept_path(settings().job_dir(job), view.method, film.sample.sha256, film.fold, film.square)
    return kept_answer(path)


def _called(row: PredictionRecord) -> int:
    return max(range(len(row.probabilities)), key=row.probabilities.__getitem__)


def _plain_films(films: Sequence[Judged], found: Sequence[bytes | MammoError | None]) -> dict[str, thumbnails.Picture]:
    """By film, what is shown while the prediction process is away."""
    awaiting = [film.sample for film, picture in zip(films, found, strict=True) if _is_away(picture)]
    shown = thumbnails.pictures(awaiting, thumbnails.TILE_PX)
    return {sample.id: picture for sample, picture in zip(awaiting, shown, strict=True)}


def _is_away(picture: bytes | MammoError | None) -> bool:
    return isinstance(picture, MammoError) and picture.code == predictor_away.CODE


def _failed(future: Future[bytes]) -> bool:
    return future.done() and isinstance(future.exception(), MammoError)


def _outcome(future: Future[bytes]) -> bytes | MammoError | None:
    if not future.done():
        return None
    error = future.exception()
    if isinstance(error, MammoError):
        return error
    if error is not None:
        return MammoError("The picture could not be made.", code="bug")
    return future.result()
