"""One file from the network, whole or not at all."""

from __future__ import annotations

import hashlib
import os
import urllib.request
from pathlib import Path

_TIMEOUT_SECONDS = 30  # without an answer; a firewall that swallows packets must not stop a job for ever
_CHUNK_BYTES = 1 << 20


def download(url: str, target: Path, sha256_prefix: str) -> Path:
    """Fetch ``url`` into ``target``.

    Args:
        url: A web address of ours, never a user's.
        target: The file to be; its folder is made.
        sha256_prefix: How the SHA-256 of the content must start.

    Raises:
        OSError: If there is no connection, the folder can't be written, or the content is another one.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    temporary = target.with_name(f"{target.name}.{os.getpid()}.tmp")
    try:
        digest = hashlib.sha256()
        with urllib.request.urlopen(url, timeout=_TIMEOUT_SECONDS) as answer, temporary.open("wb") as file:  # noqa: S310 - from the registry
            while chunk := answer.read(_CHUNK_BYTES):
                digest.update(chunk)
                file.write(chunk)
        if not digest.hexdigest().startswith(sha256_prefix):
            raise OSError(f"what {url} sent has another hash than the one published")
        temporary.replace(target)
    finally:
        temporary.unlink(missing_ok=True)
    return target
