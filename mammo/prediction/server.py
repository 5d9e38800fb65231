"""The process that holds the models: loads them when asked, forgets those least recently used."""

from __future__ import annotations

import logging
import threading
from collections import OrderedDict
from contextlib import suppress
from dataclasses import asdict, replace
from multiprocessing import AuthenticationError
from multiprocessing.connection import Connection, Listener
from pathlib import Path
from typing import TYPE_CHECKING

import cv2
import numpy as np

from mammo.datasets.regions import Region, crop
from mammo.errors import MammoError, ParameterError
from mammo.explanation import CAM_METHODS
from mammo.imaging.display import exact_png, reduced
from mammo.imaging.gray_image import GrayImage, to_stored
from mammo.imaging.reading import read_image
from mammo.inference import load_models, predict
from mammo.ingest.pool import shared_pool
from mammo.packing import pack, unpack
from mammo.prediction.lessons_file import read_lessons
from mammo.prediction.wire import Answer, NoMammogramError, Question, pack_answer, secret, socket_path
from mammo.stability import Stability, stability_of

if TYPE_CHECKING:
    from mammo.config import Settings
    from mammo.evaluation.lessons import Lessons
    from mammo.training.model_folder import TrainedModel

logger = logging.getLogger(__name__)

_MAX_JOBS = 3  # whose models are kept in memory
_AT_ONCE = 2  # questions; more would only wait for each other's cores


class PredictionServer:
    """Answers questions until its process ends."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self._ingest = shared_pool()
        self._models: OrderedDict[int, tuple[TrainedModel, ...]] = OrderedDict()
        self._lock = threading.Lock()
        self._turns = threading.Semaphore(_AT_ONCE)

    def serve(self) -> None:
        """Listen for ever."""
        path = socket_path(self.settings)
        path.unlink(missing_ok=True)
        self._ingest.warm_up()
        with Listener(str(path), "AF_UNIX", backlog=64, authkey=secret(self.settings)) as listener:
            path.chmod(0o600)
            while True:
                try:
                    connection = listener.accept()
                except (OSError, EOFError, AuthenticationError) as error:  # did not know the secret, or went away
                    logger.warning("A connection was refused: %s", error)
                    continue
                threading.Thread(target=self._answer, args=(connection,), daemon=True).start()

    def _answer(self, connection: Connection) -> None:
        with connection:
            try:
                header, blobs = unpack(connection.recv_bytes())
                reply = self._reply(Question(**header), blobs[0])
            except EOFError:  # a page that only looked whether somebody is there
                return
            except OSError as error:
                logger.warning("A question got lost: %s", error)
                return
            except NoMammogramError as error:
                reply = pack({"error": str(error), "code": error.code}, error.picture)
            except MammoError as error:
                reply = pack({"error": str(error), "code": error.code})
            except Exception:
                logger.exception("A question could not be answered")
                reply = pack({"error": "The model could not judge this picture; its log says why.", "code": "bug"})
            with suppress(OSError):  # whoever asked has left
                connection.send_bytes(reply)

    def _reply(self, question: Question, picture: bytes) -> bytes:
        with self._turns:
            if question.asks_stability:
                return pack(asdict(self.steadiness(question.job, picture)))
            return pack_answer(self.explained(question, picture))

    def explained(self, question: Question, picture: bytes) -> Answer:
        """Answer one question.

        Raises:
            CheckpointError: If the job has no model.
            ImageError: If the picture is none.
            NoMammogramError: If it is no mammogram, unless it must be answered.
            ParameterError: If the model judges regions and is asked for a whole film, or has no such class.
            ExplanationError: If the heat map can't be computed.
        """
        models = self._models_of(question.job)
        if question.fold is not None:
            models = models[question.fold : question.fold + 1]
        if not models:
            raise ParameterError(f"Job {question.job} has no fold {question.fold}.")
        first = models[0]
        if first.config.region != "none" and question.square is None:
            raise ParameterError(
                f"Job {question.job} judges regions around lesions, not whole films; choose a job trained on films."
            )
        image = read_image(Path(question.path)) if question.path else self._ingest.decode(question.name, picture)
        if question.square is not None:
            region = Region(question.name, *question.square, label="", source="lesion")
            image = replace(image, pixels=crop(image.pixels, region)[0])
        method = None if question.method is None else CAM_METHODS[question.method]
        shown = reduced(image.pixels, question.longest_px)
        prediction = predict(
            models,
            image,
            method,
            layer=question.layer,
            explained_label=question.explained_label,
            map_shape=(shown.shape[0], shown.shape[1]),
        )
        verdict, must_answer = prediction.guard, question.must_answer or question.path is not None
        if verdict is not None and verdict.outcome == "failed" and not must_answer:
            raise NoMammogramError(f"{verdict.finding} No prediction was made.", _png(shown))
        lessons = self._lessons_of(question)
        return Answer(
            label=prediction.label,
            probabilities=prediction.probabilities,
            explained_label=prediction.explained_label,
            warnings=prediction.warnings,
            weights_sha256=first.weights_sha256,
            pipeline_hash=first.pipeline.hash,
            model=first.spec.label,
            cam_layers=tuple(first.spec.cam_layers),
            is_whole=question.square is None,
            picture=_png(shown),
            heatmap=b"" if prediction.heatmap is None else _png(prediction.heatmap),
            network_input=exact_png(prediction.network_input),
            doubt=verdict.sentence if verdict else "",
            height_px=image.pixels.shape[0],
            pixels_per_input=prediction.pixels_per_input,
            spacing_mm=image.spacing_mm,
            laterality=image.laterality,
            view=image.view,
            qualified=None if lessons is None else lessons.qualified(prediction.probabilities),
            embedding=prediction.embedding,
        )

    def steadiness(self, job: int, network_input: bytes) -> Stability:
        """How a job's answer to a picture behaves under small changes.

        Args:
            job: Whose models answered.
            network_input: Of the answer.

        Raises:
            CheckpointError: If the job has no model.
            ParameterError: If the picture is not of its models' size.
        """
        models = self._models_of(job)
        shown = cv2.imdecode(np.frombuffer(network_input, np.uint8), cv2.IMREAD_UNCHANGED)
        side = models[0].pipeline.image_size
        if shown is None or shown.shape != (side, side):
            raise ParameterError(f"Job {job} judges pictures of {side} x {side} pixels.")
        return stability_of(models, [shown])[0]  # type: ignore[list-item] # integers, as they were written

    def _lessons_of(self, question: Question) -> Lessons | None:
        """Those of the job; a single fold's model has none of its own."""
        if question.fold is not None and len(self._models_of(question.job)) > 1:
            return None
        return read_lessons(self.settings.job_dir(question.job))

    def _models_of(self, job: int) -> tuple[TrainedModel, ...]:
        with self._lock:
            if job not in self._models:
                self._models[job] = load_models(self.settings.job_dir(job))
            self._models.move_to_end(job)
            while len(self._models) > _MAX_JOBS:
                self._models.popitem(last=False)
            return self._models[job]


def _png(image: GrayImage) -> bytes:
    return exact_png(to_stored(np.clip(image, 0, 1), 8))
