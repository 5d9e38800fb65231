"""Names of women that tell nothing of them: the same on this installation, unknown to every other."""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass
from typing import TYPE_CHECKING

from mammo.files import kept_secret

if TYPE_CHECKING:
    from mammo.config import Settings

_DIGITS = 10  # of a SHA-256; among a hundred thousand women two share theirs by less than 1 in 100
_OLDEST = 90  # years; who is older is one of few, and stands as 90


def told_age(age: int | None) -> int | None:
    """The age in years that may stand beside a pseudonym."""
    return None if age is None else min(age, _OLDEST)


@dataclass(frozen=True)
class Pseudonyms:
    """Pseudonyms by a key that never leaves this installation; without it nobody can try names."""

    key: bytes

    def of(self, patient: str) -> str:
        """The pseudonym of a woman, by whatever a collection calls her.

        Source:
            RFC 2104 (HMAC), with SHA-256.
        """
        digest = hmac.new(self.key, patient.encode("utf-8", "surrogatepass"), hashlib.sha256).hexdigest()
        return f"W-{digest[:_DIGITS]}"


def pseudonyms(settings: Settings) -> Pseudonyms:
    """Those of this installation, whose key lies in its home; made at the first call."""
    return Pseudonyms(kept_secret(settings.home / "pseudonyms.key"))
