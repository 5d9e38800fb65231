from __future__ import annotations

import os
import socket
from pathlib import Path

import pytest

from mammo.datasets._walking import list_files


def reasons(root):
    return {file: refusal.reason for file, refusal in list_files(root).refused.items()}


def test_files_below_the_root_are_listed_and_images_told_by_name_or_first_bytes(touch):
    root = touch("a.png", "b/c.JPG", "b/notes.txt", "film", "report", "1.2.840.113")
    (root / "film").write_bytes(bytes(128) + b"DICM")
    (root / "1.2.840.113").write_bytes(bytes(128) + b"DICM")
    (root / "report").write_bytes(b"nothing to see")
    listing = list_files(root)

    assert listing.files == {"a.png", "b/c.JPG", "b/notes.txt", "film", "report", "1.2.840.113"}
    assert listing.images == ("1.2.840.113", "a.png", "b/c.JPG", "film")


def test_links_in_circles_and_out_of_the_folder_are_refused(touch, tmp_path_factory):  # B60
    outside = tmp_path_factory.mktemp("outside") / "secret.png"
    outside.touch()
    root = touch("films/a.png")
    (root / "films/loop").symlink_to(root)
    (root / "films/self.png").symlink_to(root / "films/self.png")
    (root / "out.png").symlink_to(outside)
    (root / "dangling.png").symlink_to(root / "absent.png")
    (root / "twin.png").symlink_to(root / "films/a.png")
    listing = list_files(root)

    assert listing.images == ("films/a.png", "twin.png")
    assert listing.refused.keys() == {"films/loop", "films/self.png", "out.png", "dangling.png"}
    assert "leads out of the folder" in reasons(root)["out.png"]


def test_pipes_and_sockets_are_refused_without_waiting(touch, monkeypatch):  # B60
    root = touch("a.png")
    os.mkfifo(root / "pipe.png")
    monkeypatch.chdir(root)
    with socket.socket(socket.AF_UNIX) as server:
        server.bind("socket.png")
        listing = list_files(root)

    assert listing.images == ("a.png",)
    assert {refusal.reason for refusal in listing.refused.values()} == {"It is no regular file."}


@pytest.mark.skipif(not Path("/dev/zero").exists(), reason="no devices on this machine")
def test_devices_are_refused_without_reading_them(touch):  # B60
    root = touch("a.png")
    (root / "zero.png").symlink_to("/dev/zero")

    assert list_files(root).refused.keys() == {"zero.png"}


def test_hidden_images_are_refused_with_the_reason(touch):
    listing = list_files(touch("a.png", "._a.png", ".thumbnails/a.png", ".git/config"))

    assert listing.images == ("a.png",)
    assert listing.refused.keys() == {"._a.png", ".thumbnails/a.png"}


def test_a_name_that_is_no_text_is_refused_and_can_be_shown(touch):
    root = touch("a.png")
    Path(os.fsdecode(os.fsencode(root) + b"/\xff\xfe.png")).touch()
    listing = list_files(root)

    assert listing.images == ("a.png",)
    assert list(listing.refused) == ["\\udcff\\udcfe.png"]


def test_names_that_differ_in_case_or_composition_only_are_two_files(touch):  # B58
    names = ("A.png", "a.png", "caf\u00e9.png", "cafe\u0301.png")

    assert set(list_files(touch(*names)).images) == set(names)


@pytest.mark.skipif(os.geteuid() == 0, reason="the administrator may open everything")
def test_a_closed_folder_is_refused(touch):  # B60
    root = touch("open/a.png", "closed/b.png")
    (root / "closed").chmod(0)
    listing = list_files(root)
    (root / "closed").chmod(0o700)

    assert listing.images == ("open/a.png",)
    assert "can't be opened" in listing.refused["closed"].reason
