import pytest

from mammo.datasets.allowed_folder import allowed_folder, allowed_in_words
from mammo.errors import DatasetError


@pytest.fixture
def root(tmp_path):
    (tmp_path / "open/films").mkdir(parents=True)
    (tmp_path / "closed").mkdir()
    (tmp_path / "open/film.png").write_bytes(b"")
    return tmp_path / "open"


def test_a_folder_below_a_root_is_given_back_whole(root):
    assert allowed_folder(f"  {root}/films/../films ", [root]) == root / "films"
    assert allowed_folder(str(root), [root]) == root


def test_without_roots_any_folder_serves(root):
    assert allowed_folder(str(root.parent / "closed"), []) == root.parent / "closed"


@pytest.mark.parametrize("path", ["closed", "open/../closed", "openly", "absent", "open/films/leads_out"])
def test_what_lies_outside_the_roots_is_not_told_about(root, path):
    (root / "films/leads_out").symlink_to(root.parent / "closed")
    with pytest.raises(DatasetError, match=r"can't be added\. Folders in .*/open can be added") as caught:
        allowed_folder(f"{root.parent}/{path}", [root])
    assert caught.value.code == "outside_roots"


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "Name a folder of this server"),
        ("  \t ", "Name a folder of this server"),
        ("films", "Give the whole path of films"),
        ("../../etc", "Give the whole path"),
        ("/", "is the whole server"),
        ("/\0", "Check it for odd characters"),
        ("/\u202eslmif", "Check it for odd characters"),
        ("/" + "x" * 2000, "Check it for odd characters"),
        ("/" + "x" * 900, "can't be followed: file name too long"),
        ("/nowhere/at/all", "/nowhere/at/all does not exist on this server"),
    ],
)
def test_what_is_no_folder_is_one_sentence(text, sentence):
    with pytest.raises(DatasetError, match=sentence):
        allowed_folder(text, [])


def test_a_file_is_no_folder(root):
    with pytest.raises(DatasetError, match=r"film.png is a file, not a folder"):
        allowed_folder(f"{root}/film.png", [root])


def test_links_that_lead_in_a_circle_are_told(root):
    (root / "a").symlink_to(root / "b")
    (root / "b").symlink_to(root / "a")
    with pytest.raises(DatasetError):
        allowed_folder(f"{root}/a", [root])


def test_the_roots_are_said_plainly(root):
    assert allowed_in_words([]) == "Any folder that this server can read can be added."
    assert allowed_in_words([root]) == f"Folders in {root} can be added."
