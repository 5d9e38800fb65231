"""Files are whole or absent, whoever writes them at the same time and whatever fails."""

import errno
import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

import pytest

from mammo.files import plain_path, write_whole


def test_two_threads_write_one_file_and_it_is_whole(tmp_path, monkeypatch):
    both, sync = Barrier(2), os.fsync
    path, contents = tmp_path / "lessons.json", (b"a" * 9000, b"b" * 70)

    def sync_together(descriptor):
        both.wait(10)  # each has written by now, and neither has renamed
        sync(descriptor)

    monkeypatch.setattr(os, "fsync", sync_together)
    with ThreadPoolExecutor(2) as threads:
        list(threads.map(lambda content: write_whole(path, content), contents))
    assert path.read_bytes() in contents
    assert list(tmp_path.iterdir()) == [path]


def test_a_write_that_fails_leaves_the_old_content_and_nothing_beside_it(tmp_path, monkeypatch):
    path = tmp_path / "lessons.json"
    write_whole(path, b"old")

    def full(_descriptor):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space left"):
        write_whole(path, b"new")
    assert {one.name: one.read_bytes() for one in tmp_path.iterdir()} == {"lessons.json": b"old"}


def test_a_plain_path_goes_up_as_the_system_does_and_keeps_links_behind(tmp_path, monkeypatch):
    for folder in ("far/away/films", "here"):
        (tmp_path / folder).mkdir(parents=True)
    (tmp_path / "here" / "link").symlink_to(tmp_path / "far" / "away")
    (tmp_path / "far" / "latest").symlink_to("away")
    monkeypatch.chdir(tmp_path / "here")
    home = tmp_path.resolve()
    assert plain_path(Path("link/../away/films")) == home / "far" / "away" / "films"  # not below here
    assert plain_path(Path("../far/latest/films")) == home / "far" / "latest" / "films"
    assert plain_path(Path("link")) == tmp_path / "here" / "link"
    assert plain_path(Path("..")) == home
