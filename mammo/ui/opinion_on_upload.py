"""What a person thinks of the answer to a file that they brought, and whether this server may keep it."""

from __future__ import annotations

from mammo.prediction.wire import Answer
from mammo.store import JobRecord
from mammo.ui.opinion_buttons import AskedAnswer, ask_opinion
from mammo.ui.opinion_keeping import image_of_upload, offer_keeping


def ask_about_upload(job: JobRecord, content: bytes, answer: Answer, *, woman: str) -> None:
    """Buttons for an opinion, and a way to keep the picture.

    Args:
        job: Whose models answered.
        content: The uploaded file.
        answer: What they answered.
        woman: What names her among the files of this visit; empty if nothing does.
    """
    asked = AskedAnswer(image_of_upload(content), job.id, answer.label, tuple(answer.probabilities))
    ask_opinion(asked, has_keys=True)
    offer_keeping(content, job=job.id, probabilities=answer.probabilities, woman=woman)
