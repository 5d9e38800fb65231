"""Pictures of an upload written anew: nothing of a file's own bytes, header or name stays, and every gray does."""

from __future__ import annotations

import hashlib
import math
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from mammo.datasets._base import Lesion, Refusal, Sample
from mammo.datasets._threads import Progress, in_threads
from mammo.datasets.importing import ImportResult, fingerprint_of
from mammo.datasets.likeness import DUPLICATE, mark_twins
from mammo.datasets.uploaded_names import UploadedNames
from mammo.errors import ImageError
from mammo.imaging.display import exact_png
from mammo.imaging.lossless import lossless
from mammo.imaging.reading import read_bytes
from mammo.ingest.pool import shared_pool
from mammo.pseudonyms import told_age

_NAME_DIGITS = 20  # of a SHA-256; two of a million files agree in them by less than 1 in 10^12


@dataclass(frozen=True)
class Reencoding:
    """How an upload's pictures are rewritten."""

    into: Path  # folder that is there; gets one PNG for each picture and each mask
    names: UploadedNames
    pseudonym: Callable[[str], str]  # of a woman, by what the collection calls her

    def carry_out(self, imported: ImportResult, on_progress: Progress | None = None, threads: int = 2) -> ImportResult:
        """The same collection, of rewritten files.

        Each picture is decoded in a limited process and kept as a PNG named by its content. Of what is known about it
        stay labels, laterality, view, density, scanner, lesions and the age up to 90 years; the woman gets a pseudonym.

        Args:
            imported: As it was read; its files are left alone.
            on_progress: Called with the pictures done and their number.
            threads: How many pictures are rewritten at a time.
        """
        done = in_threads(self._rewritten, imported.samples, threads=threads, on_progress=on_progress)
        rewritten = [one for one in done if not isinstance(one, Refusal)]
        samples = self._with_own_files([sample for sample, _ in rewritten])
        looks = {sample.sha256: imported.signatures[original] for sample, original in rewritten}
        refused = [*imported.refused, *(one for one in done if isinstance(one, Refusal))]
        in_place = sorted(refused, key=lambda one: self.names.places.get(one.file, math.inf))
        marked = mark_twins(samples, looks)
        return ImportResult(
            layout=imported.layout,
            samples=marked,
            refused=tuple(self.names.refusal(one) for one in in_place),
            warnings=tuple(self.names.bare(warning) for warning in imported.warnings),
            fingerprint=fingerprint_of(marked),
            signatures=looks,
        )

    def _rewritten(self, sample: Sample) -> tuple[Sample, str] | Refusal:
        """The new sample, and the SHA-256 of the file that came."""
        try:
            file, digest, bits = self._write(sample.path, "")
        except ImageError as error:  # it was read a moment ago, and yet
            return Refusal(sample.id, str(error), error.code)
        lesions, lost = self._rewritten_lesions(sample)
        kept = (self.names.bare(warning) for warning in sample.warnings if not warning.startswith(DUPLICATE))
        new = replace(
            sample,
            id=file,
            path=self.into / file,
            sha256=digest,
            bits=bits,
            patient_id=self.pseudonym(sample.patient_id),
            age=told_age(sample.age),
            lesions=lesions,
            warnings=(*kept, *lost),
        )
        return new, sample.sha256

    def _rewritten_lesions(self, sample: Sample) -> tuple[tuple[Lesion, ...], tuple[str, ...]]:
        lesions, lost = [], []
        for lesion in sample.lesions:
            mask_file = None
            try:
                mask_file = lesion.mask_file and self._write(sample.root / lesion.mask_file, "_mask")[0]
            except ImageError:
                lost.append("the mask of a lesion can't be read")
            lesions.append(replace(lesion, mask_file=mask_file))
        return tuple(lesions), tuple(lost)

    def _write(self, path: Path, ending: str) -> tuple[str, str, int]:
        """The new file's name, its SHA-256 and its significant bits."""
        image = shared_pool().decode(path.name, read_bytes(path), any_aspect=True)  # it was taken a moment ago
        stored, bits = lossless(image.pixels)
        content = exact_png(stored)
        digest = hashlib.sha256(content).hexdigest()
        file = f"{digest[:_NAME_DIGITS]}{ending}.png"
        target = self.into / file
        target.touch(0o600)
        target.write_bytes(content)
        return file, digest, bits

    def _with_own_files(self, samples: Sequence[Sample]) -> list[Sample]:
        """A file of its own for each sample, also for pictures that are the same."""
        seen: Counter[str] = Counter()
        own = []
        for sample in samples:
            seen[sample.id] += 1
            if seen[sample.id] > 1:
                file = f"{sample.path.stem}-{seen[sample.id]}.png"
                (self.into / file).hardlink_to(sample.path)
                own.append(replace(sample, id=file, path=self.into / file))
            else:
                own.append(sample)
        return own
