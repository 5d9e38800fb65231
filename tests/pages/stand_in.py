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
STABILITY = {
    "changed": 0.25, "spread": 0.1, "lowest": 0.3, "highest": 0.6, "changes": 4, "turned_by": ["a little darker"],
}  # fmt: skip


class StandIn:
    """Answers every question with ``facts``; what begins with ``b"no"`` is refused as no picture, with
    ``b"odd"`` as no mammogram."""

    def __init__(self, where):
        where.home.mkdir(exist_ok=True)
        self.where, self.facts, self.questions, self.stability = where, dict(FACTS), [], dict(STABILITY)
        self.facts_of = {}  # of jobs that say something else
        self.judge = None  # or a function from a picture's bytes to facts, instead of all these
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
        if question.asks_stability:
            return pack(self.stability)
        self.questions.append(question)
        if blobs[0].startswith(b"no"):
            return pack({"error": f"{question.name} is no picture. *Bring* a film.", "code": "not_an_image"})
        if blobs[0].startswith(b"odd"):
            return pack({"error": "This does not look like a mammogram. None was made.", "code": "no_mammogram"}, PNG)
        heatmap = b"" if question.method is None else PNG
        facts = self.judge(blobs[0]) if self.judge else self.facts_of.get(question.job, self.facts)
        return pack(facts, PNG, heatmap, PNG)
