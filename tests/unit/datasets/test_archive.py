import io
import stat
import struct
import time
import zipfile

import pytest

from mammo.datasets.archive import ArchiveLimits, unpack
from mammo.errors import DatasetError
from tests.corpus.names import NAMES

FILM = b"\x89PNG, not really"


@pytest.fixture
def zipped(tmp_path):
    """Makes a ZIP of names (or ZipInfo) and contents."""

    def make(members, compression=zipfile.ZIP_DEFLATED):
        path = tmp_path / "films.zip"
        with zipfile.ZipFile(path, "w", compression) as archive:
            for member, content in members:
                archive.writestr(member, content)
        return path

    return make


@pytest.fixture
def into(tmp_path):
    return tmp_path / "unpacked"


def below(folder):
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())


def reasons(unpacked):
    return {refusal.file: refusal.code for refusal in unpacked.refused}


def test_files_come_out_with_their_folders_and_bytes(zipped, into):
    unpacked = unpack(zipped([("a/normal/1.png", FILM), ("a/benign/2.png", FILM * 3), ("a/empty/", b"")]), into)
    assert below(into) == ["a/benign/2.png", "a/normal/1.png"]
    assert (into / "a/benign/2.png").read_bytes() == FILM * 3
    assert (unpacked.files, unpacked.size_bytes, unpacked.refused) == (2, 4 * len(FILM), ())


def test_what_comes_out_can_be_read_by_its_owner_only_and_executed_by_nobody(zipped, into):
    """B50: a DICOM file may start as a program does."""
    info = zipfile.ZipInfo("a/film.dcm")
    info.external_attr = (stat.S_IFREG | 0o777) << 16
    unpack(zipped([(info, b"MZ\x90".ljust(128, b"\0") + b"DICM")]), into)
    assert stat.S_IMODE((into / "a/film.dcm").stat().st_mode) == 0o600


@pytest.mark.parametrize(
    "name", ["../out.png", "a/../../out.png", "/etc/out.png", "..\\out.png", "C:/out.png", "C:\\out.png"]
)
def test_a_name_that_leads_out_stays_in_the_archive(zipped, into, name):  # B53
    info = zipfile.ZipInfo("x")
    info.filename = name  # past the constructor, which mends it
    unpacked = unpack(zipped([(info, FILM), ("a/1.png", FILM)]), into)
    assert set(reasons(unpacked).values()) == {"zip_forbidden_member"}
    assert below(into.parent) == ["films.zip", "unpacked/a/1.png"]


@pytest.mark.parametrize("kind", [stat.S_IFLNK, stat.S_IFCHR, stat.S_IFIFO], ids=["link", "device", "pipe"])
def test_a_link_or_device_stays_in_the_archive(zipped, into, kind):  # B54
    info = zipfile.ZipInfo("a/link.png")
    info.external_attr = (kind | 0o777) << 16
    unpacked = unpack(zipped([(info, b"/etc/passwd"), ("a/1.png", FILM)]), into)
    assert reasons(unpacked) == {"a/link.png": "zip_forbidden_member"}
    assert below(into) == ["a/1.png"]


@pytest.mark.parametrize(
    ("name", "content"),
    [("a/more.zip", FILM), ("a/more.tar.gz", FILM), ("a/film.png", b"PK\3\4..."), ("a/film.dcm", b"Rar!...")],
)
def test_an_archive_in_the_archive_is_not_opened(zipped, into, name, content):  # B55, B57
    unpacked = unpack(zipped([(name, content), ("a/1.png", FILM)]), into)
    assert reasons(unpacked) == {name: "zip_nested"}
    assert below(into) == ["a/1.png"]


def test_a_workbook_is_no_archive(zipped, into):
    assert unpack(zipped([("table.xlsx", b"PK\3\4...")]), into).refused == ()


def test_what_systems_leave_beside_films_is_passed_over(zipped, into):  # B57
    litter = [("__MACOSX/a/._1.png", b""), ("a/.DS_Store", b""), ("a/Thumbs.db", b"")]
    assert unpack(zipped([*litter, ("a/1.png", FILM)]), into).refused == ()
    assert below(into) == ["a/1.png"]


def test_a_bomb_is_stopped_by_what_comes_out_and_leaves_nothing(zipped, into):  # B55
    bomb = zipped([("zeros.png", bytes(50 * 2**20))])
    assert bomb.stat().st_size < 100_000
    with pytest.raises(DatasetError, match="more than 100 times its size") as caught:
        unpack(bomb, into)
    assert caught.value.code == "zip_bomb"
    assert not into.exists()


def test_a_size_that_lies_is_not_believed(zipped, into):  # B55
    bomb = zipped([("zeros.png", bytes(50 * 2**20))])
    content = bytearray(bomb.read_bytes())
    entry = content.rfind(b"PK\1\2")
    content[entry + 24 : entry + 28] = struct.pack("<I", 2**31)
    bomb.write_bytes(content)
    with pytest.raises(DatasetError):
        unpack(bomb, into)
    assert not into.exists()


def test_members_that_share_their_bytes_are_no_way_round_the_count(zipped, into):  # B55
    path = zipped([("1.png", bytes(2**20))])
    content = path.read_bytes()
    entry, end = content.rfind(b"PK\1\2"), content.rfind(b"PK\5\6")
    one = content[entry:end]
    entries = b"".join(one.replace(b"1.png", f"{number:05}"[:5].encode()) for number in range(300))
    closing = struct.pack("<4s4H2LH", b"PK\5\6", 0, 0, 300, 300, len(entries), entry, 0)
    path.write_bytes(content[:entry] + entries + closing)
    with pytest.raises(DatasetError, match="is damaged"):  # the name before the bytes is another
        unpack(path, into)
    assert not into.exists()


def test_bytes_of_all_files_together_are_bounded(zipped, into):
    films = zipped([(f"{number}.png", bytes(range(256)) * 40) for number in range(10)], zipfile.ZIP_STORED)
    with pytest.raises(DatasetError, match="unpacks to more than") as caught:
        unpack(films, into, limits=ArchiveLimits(total_bytes=50_000))
    assert caught.value.code == "zip_too_large"
    assert not into.exists()


def test_too_many_members_are_refused(zipped, into):  # B56
    with pytest.raises(DatasetError, match="more than 5 files") as caught:
        unpack(zipped([(f"{number}", b"") for number in range(6)]), into, limits=ArchiveLimits(members=5))
    assert caught.value.code == "too_many_members"


def test_a_huge_table_of_contents_is_refused_before_it_is_read(zipped, into, monkeypatch):  # B56
    monkeypatch.setattr(zipfile, "ZipFile", None)
    path = into.parent / "many.zip"
    path.write_bytes(struct.pack("<4s4H2LH", b"PK\5\6", 0, 0, 65535, 65535, 46_000_000, 0, 0))
    with pytest.raises(DatasetError) as caught:
        unpack(path, into)
    assert caught.value.code == "too_many_members"


def test_a_password_is_told(zipped, into):  # B57
    path = zipped([("1.png", FILM)])
    content = bytearray(path.read_bytes())
    content[6] |= 1
    content[content.rfind(b"PK\1\2") + 8] |= 1
    path.write_bytes(content)
    with pytest.raises(DatasetError, match="locked with a password"):
        unpack(path, into)


def test_a_rare_compression_is_told(zipped, into):  # B57
    with pytest.raises(DatasetError, match="Pack the folder as an ordinary ZIP") as caught:
        unpack(zipped([("1.png", FILM)], zipfile.ZIP_LZMA), into)
    assert caught.value.code == "zip_method"


@pytest.mark.parametrize("damage", ["cut", "flipped", "rar", "7z", "tar", "empty"])
def test_a_damaged_archive_is_one_sentence_and_leaves_nothing(zipped, into, damage):  # B57
    path = zipped([("1.png", bytes(range(256)) * 100)], zipfile.ZIP_STORED)
    content = path.read_bytes()
    flipped = content[:500] + bytes([content[500] ^ 1]) + content[501:]
    path.write_bytes(
        {
            "cut": content[:-30],
            "flipped": flipped,
            "rar": b"Rar!\x1a\7" + content[:50],
            "7z": b"7z\xbc\xaf\x27\x1c" + content[:50],
            "tar": b"1.png".ljust(257, b"\0") + b"ustar" + bytes(762),
            "empty": b"",
        }[damage]
    )
    with pytest.raises(DatasetError, match="is no ZIP, or is damaged") as caught:
        unpack(path, into)
    assert caught.value.code == "zip_damaged"
    assert not into.exists()


@pytest.mark.parametrize(
    "name",
    ["a\u202egnp.exe", "line\nbreak.png", "x" * 256 + ".png", "x" * 5000, "a/" * 30 + "1.png", "a/" * 32_760 + "1.png"],
    ids=["turned round", "line break", "256 letters", "5000 letters", "30 deep", "32760 deep"],
)
def test_a_name_that_no_folder_should_hold_is_refused(zipped, into, name):  # B56, B59
    unpacked = unpack(zipped([(name, FILM), ("1.png", FILM)]), into)
    assert list(reasons(unpacked).values()) == ["zip_name"]
    assert all(refusal.file.isprintable() for refusal in unpacked.refused)


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_the_second_file_of_a_name_is_refused_and_names_that_differ_in_case_are_kept(zipped, into):  # B58
    unpacked = unpack(zipped([("1.png", b"first"), ("1.png", b"second"), ("A.png", b"A"), ("a.png", b"a")]), into)
    assert reasons(unpacked) == {"1.png": "zip_name_taken"}
    assert (into / "1.png").read_bytes() == b"first"
    assert below(into) == ["1.png", "A.png", "a.png"]


def test_a_file_that_stands_where_a_folder_should_is_refused(zipped, into):
    assert reasons(unpack(zipped([("a", FILM), ("a/1.png", FILM)]), into)) == {"a/1.png": "zip_name_taken"}


def test_progress_counts_members(zipped, into):
    seen = []
    unpack(zipped([("1.png", FILM), ("2.png", FILM)]), into, on_progress=lambda done, total: seen.append((done, total)))
    assert seen == [(1, 2), (2, 2)]


def test_a_million_members_are_counted_and_not_read(into):  # B56
    path = into.parent / "million.zip"
    entry = struct.pack("<4s6H3L5H2L", b"PK\1\2", 20, 20, 0, 0, 0, 0, 0, 0, 0, 6, 0, 0, 0, 0, 0, 0) + b"1.png/"
    contents = entry * 1_000_000
    path.write_bytes(contents + struct.pack("<4s4H2LH", b"PK\5\6", 0, 0, 65535, 65535, len(contents), 0, 0))
    began = time.process_time()
    with pytest.raises(DatasetError, match="more than 20,000 files") as caught:
        unpack(path, into)
    assert caught.value.code == "too_many_members"
    assert time.process_time() - began < 2
    assert not into.exists()


def test_a_bomb_of_bombs_stays_packed(zipped, into):
    """B55: like 42.zip, an archive of archives; none of them is opened, and the disk holds nothing more."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as inner:
        inner.writestr("0.dll", bytes(2**24))
    unpacked = unpack(zipped([(f"lib {number}.zip", packed.getvalue()) for number in range(16)]), into)
    assert set(reasons(unpacked).values()) == {"zip_nested"}
    assert (below(into), unpacked.size_bytes) == ([], 0)


def test_a_zip64_is_read_as_any_other(tmp_path, into):  # B57
    path = tmp_path / "films.zip"
    with zipfile.ZipFile(path, "w") as archive, archive.open("a/1.png", "w", force_zip64=True) as member:
        member.write(FILM)
    unpack(path, into)
    assert (into / "a/1.png").read_bytes() == FILM


@pytest.mark.parametrize("name", NAMES, ids=ascii)
def test_an_odd_name_comes_out_or_is_refused_and_can_be_shown(zipped, into, name):  # B59
    info = zipfile.ZipInfo("x")
    info.filename = name
    unpacked = unpack(zipped([(info, FILM), ("sound/1.png", FILM)]), into)
    assert unpacked.files + len(unpacked.refused) == 2
    assert "sound/1.png" in below(into)
    assert all(refusal.file.isprintable() for refusal in unpacked.refused)
    assert below(into.parent)[0] == "films.zip"
