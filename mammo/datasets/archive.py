"""Unpacking a ZIP that a stranger may have made: what comes out is counted, and none of it can leave its folder."""

from __future__ import annotations

import os
import shutil
import stat
import struct
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import IO

from mammo.datasets._base import Refusal
from mammo.datasets._threads import Progress
from mammo.errors import DatasetError

_CHUNK = 2**20
_ENTRY_BYTES = 400  # of the table of contents for each member: 46 and a name, with room
_END = struct.Struct("<4s4H2LH")  # the record that closes every ZIP
_END_MAGIC = b"PK\5\6"
_END64_MAGIC = b"PK\6\6"
_LONGEST_COMMENT = 2**16
_LONGEST_NAME = 255  # bytes of one folder's or file's name, as file systems have it
_LONGEST_PATH = 1000  # bytes
_DEEPEST = 20  # folders
_METHODS = frozenset({zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED})
_ENCRYPTED = 0x1  # flag of a member
_ARCHIVES = frozenset({".zip", ".rar", ".7z", ".tar", ".gz", ".tgz", ".bz2", ".xz", ".zst", ".jar"})
_ARCHIVE_MAGICS = (b"PK\3\4", b"PK\5\6", b"Rar!", b"7z\xbc\xaf", b"\x1f\x8b", b"\xfd7zXZ")
_WORKBOOK = ".xlsx"  # a ZIP by its bytes; read as a table, never unpacked
_LEFT_BY_SYSTEMS = frozenset({".ds_store", "thumbs.db", "desktop.ini"})  # beside every film on some machines


@dataclass(frozen=True)
class ArchiveLimits:
    """How much may come out of one ZIP."""

    members: int = 20_000
    total_bytes: int = 20 * 2**30
    ratio: float = 100  # bytes out for each byte of the archive; films are packed already and stay near 1


@dataclass(frozen=True)
class Unpacked:
    """What came out."""

    files: int
    size_bytes: int
    refused: tuple[Refusal, ...]  # members that were left in
    places: Mapping[str, int]  # of each member in the archive's list, from 1, by its name as ``refused`` shows it


def unpack(
    archive: Path, into: Path, *, limits: ArchiveLimits | None = None, on_progress: Progress | None = None
) -> Unpacked:
    """Unpack a ZIP into a new folder: all of it that is allowed or, after any failure, nothing.

    A member that is a link, a device or an archive, or whose name leads out of the folder, stays in and is told of.
    Bytes are counted as they come out; what a ZIP says of its own sizes is not believed.

    Args:
        archive: The file; only its content says whether it is a ZIP.
        into: Folder to make; it must not be there.
        limits: How much may come out.
        on_progress: Called with the members done and their number.

    Raises:
        DatasetError: If it is no sound ZIP, needs a password, or holds more than the limits; ``code`` says which.
    """
    bounds = limits or ArchiveLimits()
    into.mkdir(parents=True)
    try:
        with _opened(archive, bounds) as opened:
            return _Unpacking(opened, into, archive, bounds).carry_out(on_progress)
    except BaseException:
        shutil.rmtree(into, ignore_errors=True)
        raise


@contextmanager
def _opened(archive: Path, limits: ArchiveLimits) -> Iterator[zipfile.ZipFile]:
    """The ZIP, its table of contents read and found sound; faults met while it is open become sentences."""
    name = archive.name
    try:
        if _contents_bytes(archive) > limits.members * _ENTRY_BYTES:
            raise _too_many(name, limits)
        with zipfile.ZipFile(archive) as opened:
            if len(opened.infolist()) > limits.members:
                raise _too_many(name, limits)
            yield opened
    except (zipfile.BadZipFile, zlib.error, EOFError, struct.error, ValueError, NotImplementedError) as error:
        raise DatasetError(
            f"{name} is no ZIP, or is damaged. Pack the folder again as an ordinary ZIP.", code="zip_damaged"
        ) from error
    except OSError as error:
        raise DatasetError(f"{name} can't be unpacked: {error.strerror or error}.", code="zip_unreadable") from error


def _contents_bytes(archive: Path) -> int:
    """Size of the table of contents as the ZIP states it: read before anything is made of a million members."""
    with archive.open("rb") as file:
        size = file.seek(0, os.SEEK_END)
        file.seek(max(0, size - _LONGEST_COMMENT - _END.size))
        tail = file.read()
    place = tail.rfind(_END_MAGIC)
    if place < 0:
        raise zipfile.BadZipFile
    stated: int = _END.unpack_from(tail, place)[5]
    place64 = tail.rfind(_END64_MAGIC, 0, place)
    if stated == 2**32 - 1 and place64 >= 0:
        stated = struct.unpack_from("<Q", tail, place64 + 40)[0]
    return stated


def _too_many(name: str, limits: ArchiveLimits) -> DatasetError:
    return DatasetError(
        f"{name} holds more than {limits.members:,} files. Split it, or add the folder on the server.",
        code="too_many_members",
    )


@dataclass
class _Unpacking:
    """One ZIP on its way into one folder."""

    opened: zipfile.ZipFile
    into: Path
    archive: Path
    limits: ArchiveLimits
    written: int = 0  # bytes so far

    def __post_init__(self) -> None:
        self._believable = max(self.limits.ratio * self.archive.stat().st_size, _CHUNK)

    def carry_out(self, on_progress: Progress | None) -> Unpacked:
        listed = self.opened.infolist()
        members = [member for member in listed if not _is_left_by_system(member.filename)]
        refused: list[Refusal] = []
        files = 0
        for done, member in enumerate(members, start=1):
            if not member.is_dir():
                refusal = _objection(member) or self._write(member)
                files += refusal is None
                refused += [refusal] if refusal else []
            if on_progress is not None:
                on_progress(done, len(members))
        places = {_shown(member): place for place, member in reversed(list(enumerate(listed, start=1)))}
        return Unpacked(files, self.written, tuple(refused), places)

    def _write(self, member: zipfile.ZipInfo) -> Refusal | None:
        if member.flag_bits & _ENCRYPTED:
            raise DatasetError(
                f"{self.archive.name} is locked with a password. Pack it without one.", code="zip_encrypted"
            )
        if member.compress_type not in _METHODS:
            raise DatasetError(
                f"{self.archive.name} is compressed in a way that is not supported. Pack the folder as an ordinary ZIP "
                "(Deflate).",
                code="zip_method",
            )
        target = self.into.joinpath(*PurePosixPath(member.filename).parts)
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
            target.touch(0o600, exist_ok=False)  # films are for their owner, and never a program
        except (FileExistsError, NotADirectoryError):
            return _refused(member, "Another file of that name is in the archive.", "zip_name_taken")
        with target.open("wb") as file, self.opened.open(member) as source:
            first = source.read(_CHUNK)
            if target.suffix.lower() == _WORKBOOK or not first.startswith(_ARCHIVE_MAGICS):
                self._copy(first, source, file)
                return None
        target.unlink()
        return _nested(member)

    def _copy(self, chunk: bytes, source: IO[bytes], file: IO[bytes]) -> None:
        while chunk:
            self.written += len(chunk)
            self._check_size()
            file.write(chunk)
            chunk = source.read(_CHUNK)

    def _check_size(self) -> None:
        if self.written > self._believable:
            raise DatasetError(
                f"{self.archive.name} unpacks to more than {self.limits.ratio:g} times its size. Films do not; it was "
                "not unpacked.",
                code="zip_bomb",
            )
        if self.written > self.limits.total_bytes:
            raise DatasetError(
                f"{self.archive.name} unpacks to more than {self.limits.total_bytes / 2**30:g} GiB. Add the folder on "
                "the server instead.",
                code="zip_too_large",
            )


def _is_left_by_system(name: str) -> bool:
    parts = PurePosixPath(name).parts
    return "__MACOSX" in parts or (bool(parts) and parts[-1].lower() in _LEFT_BY_SYSTEMS)


def _objection(member: zipfile.ZipInfo) -> Refusal | None:
    """Why a member must not come out, as far as its entry tells."""
    name = member.filename
    parts = PurePosixPath(name).parts
    kind = stat.S_IFMT(member.external_attr >> 16)
    if kind not in (0, stat.S_IFREG):
        return _refused(member, "It is a link or a device, not a file.", "zip_forbidden_member")
    if not parts or name.startswith("/") or ".." in parts or "\\" in name or ":" in parts[0]:
        return _refused(member, "Its name leads out of the archive's folder.", "zip_forbidden_member")
    if not name.isprintable():
        return _refused(member, "Its name holds characters that can't be shown. Rename it.", "zip_name")
    too_long = len(name.encode()) > _LONGEST_PATH or any(len(part.encode()) > _LONGEST_NAME for part in parts)
    if too_long or len(parts) > _DEEPEST:
        return _refused(member, "Its name is too long, or lies too deep in folders. Rename it.", "zip_name")
    if PurePosixPath(name).suffix.lower() in _ARCHIVES:
        return _nested(member)
    return None


def _nested(member: zipfile.ZipInfo) -> Refusal:
    return _refused(member, "It is an archive itself. Unpack it first, then pack its films.", "zip_nested")


def _refused(member: zipfile.ZipInfo, reason: str, code: str) -> Refusal:
    return Refusal(_shown(member), reason, code)


def _shown(member: zipfile.ZipInfo) -> str:
    name = str(PurePosixPath(member.filename))
    return (name if name.isprintable() else name.encode("unicode_escape").decode())[:_LONGEST_PATH]
