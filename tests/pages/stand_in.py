"""A prediction process that knows its answers beforehand, behind the real socket."""

from __future__ import annotations

import threading
from multiprocessing import AuthenticationError
from multiprocessing.connection import Client, Listener

import cv2
import numpy as np

from mammo.packing import pack, unpack
from mammo.prediction.wire import Question, secret, socket_path

PNG = cv2.imencode(".png", np.tile(np.arange(64, dtype=np.uint8) * 4, (96, 1)))[1].tobytes()
FACTS = {
    "label": "benign",
    "probabilities": {"normal": 0.2, "benign": 0.5, "malignant": 0.3},
    "explained_label": "benign",
    "warnings": (),
    "weights_sha256": "ab" * 32,
    "pipeline_hash": "cd" * 8,
    "model": "Small",
    "cam_layers": ["last"],
    "is_whole": True,
}


class StandIn:
    """Answers every question with ``facts``; what begins with ``b"no"`` is refused as no picture."""

    def __init__(self, where):
        where.home.mkdir(exist_ok=True)
        self.where, self.facts, self.questions = where, dict(FACTS), []
        self._is_over = False

    def __enter__(self):
        self._listener = Listener(str(socket_path(self.where)), "AF_UNIX", authkey=secret(self.where))
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *_raised):
        self._is_over = True
        with Client(str(socket_path(self.where)), "AF_UNIX", authkey=secret(self.where)):
            pass  # wakes the thread up
        self._thread.join()
        self._listener.close()

    def _serve(self):
        while not self._is_over:
            try:
                with self._listener.accept() as connection:
                    connection.send_bytes(self._reply(*unpack(connection.recv_bytes())))
            except (EOFError, AuthenticationError):
                continue

    def _reply(self, header, blobs):
        question = Question(**header)
        self.questions.append(question)
        if blobs[0].startswith(b"no"):
            return pack({"error": f"{question.name} is no picture. *Bring* a film.", "code": "not_an_image"})
        heatmap = b"" if question.method is None else PNG
        return pack(self.facts, PNG, heatmap, PNG)
