"""Pictures of an answer: outlines where they lie, doubted maps without color."""

import cv2
import numpy as np
import pytest

from mammo.prediction.pictures import hung, overlaid
from mammo.prediction.wire import Answer


def png(levels):
    return bytes(cv2.imencode(".png", levels)[1])


def answer(**changes):
    picture = np.full((200, 100), 90, np.uint8)
    heatmap = np.zeros((200, 100), np.uint8)
    heatmap[120:160, 40:80] = 255
    facts = {
        "label": "benign", "probabilities": {"benign": 1.0}, "explained_label": "benign", "warnings": (),
        "weights_sha256": "", "pipeline_hash": "", "model": "", "cam_layers": (), "picture": png(picture),
        "heatmap": png(heatmap), "network_input": b"", "is_whole": False,
    }  # fmt: skip
    return Answer(**{**facts, **changes})


def shown(*args, **kwargs):
    """The picture in the size of the answer's; small ones come enlarged."""
    large = cv2.imdecode(np.frombuffer(overlaid(*args, **kwargs), np.uint8), cv2.IMREAD_COLOR)
    assert max(large.shape) == 720
    size = cv2.imdecode(np.frombuffer(args[0].picture, np.uint8), cv2.IMREAD_UNCHANGED).shape
    return cv2.resize(large, (size[1], size[0]), interpolation=cv2.INTER_AREA).astype(int)


def colorfulness(picture):
    return np.ptp(picture, axis=2)


def test_a_map_is_colored_and_a_doubted_one_is_gray_but_still_there():
    trusted, doubted = shown(answer(), 0.6), shown(answer(), 0.6, is_doubted=True)
    assert colorfulness(trusted)[140, 60] > 40
    assert colorfulness(doubted).max() <= 3
    assert abs(doubted[140, 60, 0] - 90) > 20


@pytest.mark.parametrize(
    ("square", "rows", "columns"),
    [
        (None, (20, 40), (30, 60)),  # the film is four times as large as the picture
        ((200, 400, 200), (0, 0), (0, 0)),  # a square of the film far from the lesion
        ((180, 120, 200), (30, 70), (20, 80)),  # twice the film's pixels, lesion at (120..240, 80..160)
    ],
)
def test_a_lesion_is_outlined_where_it_lies_in_the_picture(square, rows, columns):
    lesions = np.zeros((800, 400), bool)
    lesions[80:160, 120:240] = True
    size = (200, 100) if square is None else (100, 100)
    bare = answer(heatmap=b"", picture=png(np.full(size, 90, np.uint8)))
    changed = np.abs(shown(bare, 0.6, lesions=lesions, square=square) - shown(bare, 0.6)).max(2) > 20
    if rows == (0, 0):
        assert not changed.any()
        return
    found_rows, found_columns = np.flatnonzero(changed.any(1)), np.flatnonzero(changed.any(0))
    assert (found_rows[0], found_rows[-1]) == pytest.approx(rows, abs=4)
    assert (found_columns[0], found_columns[-1]) == pytest.approx(columns, abs=4)


@pytest.mark.parametrize(
    ("laterality", "wall", "mirrored"), [("R", "right", False), ("R", "left", True), ("L", "left", False)]
)
def test_films_hang_with_their_chest_walls_towards_the_middle(laterality, wall, mirrored):
    film = np.zeros((200, 100), np.uint8)
    cv2.ellipse(film, (0 if wall == "left" else 99, 100), (60, 80), 0, 0, 360, 150, cv2.FILLED)
    picture, was_mirrored = hung(answer(picture=png(film), heatmap=b""), laterality, 0.6)
    seen = cv2.imdecode(np.frombuffer(picture, np.uint8), cv2.IMREAD_GRAYSCALE)
    assert was_mirrored == mirrored
    halves = seen[:, : seen.shape[1] // 2].mean(), seen[:, seen.shape[1] // 2 :].mean()
    assert (halves[1] > halves[0]) == (laterality == "R")


def test_a_heat_map_is_mirrored_with_its_film():
    film, heat = np.zeros((200, 100), np.uint8), np.zeros((200, 100), np.uint8)
    cv2.ellipse(film, (0, 100), (70, 80), 0, 0, 360, 150, cv2.FILLED)
    heat[80:120, 10:40] = 255
    picture, _ = hung(answer(picture=png(film), heatmap=png(heat)), "R", 0.6)
    seen = cv2.imdecode(np.frombuffer(picture, np.uint8), cv2.IMREAD_COLOR).astype(int)
    colored = np.flatnonzero((colorfulness(seen) > 40).any(axis=0))
    assert colored.min() > seen.shape[1] / 2
