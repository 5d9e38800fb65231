"""What the files of an upload are called once their own names, which may hold a woman's, are gone."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import PurePosixPath

from mammo.datasets._base import Refusal

_LEFT_OUT = "(name not kept)"
_KEPT_SUFFIXES = frozenset({".png", ".jpg", ".jpeg", ".tif", ".tiff", ".pgm", ".dcm", ".csv", ".xlsx", ".zip", ".ics"})
_SHORTEST = 4  # letters of a name that is sought in sentences; "1" would be found everywhere
_QUOTED = re.compile(r"""'.*?'(?=[\s,.;:)?]|$)|"[^"]*\"""", re.DOTALL)
_PATH_OR_PERSON = re.compile(r"[./\\^]")


@dataclass(frozen=True)
class UploadedNames:
    """Stand-ins for the names in an archive: the place of each file in its list, counted from 1."""

    places: Mapping[str, int]  # by name, with forward slashes
    _covered: dict[str, str] = field(default_factory=dict, init=False, repr=False, compare=False)

    def of(self, file: str) -> str:
        """The stand-in of a file; of one that is not in the archive, words that say so."""
        if file not in self.places:
            return "a file that is not in the ZIP"
        suffix = PurePosixPath(file).suffix.lower()
        return f"file {self.places[file]}{suffix if suffix in _KEPT_SUFFIXES else ''}"

    def refusal(self, refusal: Refusal) -> Refusal:
        """A refusal without its file's name, with which a reader's sentence begins."""
        stand_in, name = self.of(refusal.file), PurePosixPath(refusal.file).name
        reason = refusal.reason
        if reason.startswith(name):
            reason = stand_in + reason[len(name) :]
        return Refusal(stand_in, self.covered(reason), refusal.code)

    def covered(self, sentence: str) -> str:
        """A sentence without the names of the archive's files and without quoted ones; a quoted word stays."""
        if sentence not in self._covered:  # thousands of files are refused for few reasons
            text = sentence
            for name, stand_in in self._longest_first:
                if name in text:
                    text = re.sub(rf"(?<!\w){re.escape(name)}(?!\w)", lambda _, by=stand_in: by, text)  # type: ignore[misc]
            self._covered[sentence] = _QUOTED.sub(_unless_a_word, text)
        return self._covered[sentence]

    def bare(self, warning: str) -> str:
        """A warning that is kept beside a film: without anything that it quotes."""
        return _QUOTED.sub(_LEFT_OUT, self.covered(warning))

    @cached_property
    def _longest_first(self) -> list[tuple[str, str]]:
        """Names and stand-ins, longer names first, so that none is replaced in a part of another."""
        names = {part: self.of(name) for name in self.places for part in (name, PurePosixPath(name).name)}
        sought = [(name, by) for name, by in names.items() if len(name) >= _SHORTEST]
        return sorted(sought, key=lambda one: -len(one[0]))


def _unless_a_word(quoted: re.Match[str]) -> str:
    return _LEFT_OUT if _PATH_OR_PERSON.search(quoted[0]) else quoted[0]
