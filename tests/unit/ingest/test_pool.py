"""Unknown files in limited processes: the same pictures and sentences, and no file is felt beyond them (F47)."""

import fcntl
import gc
import os
import re
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import fields, replace
from pathlib import Path

import cv2
import numpy as np
import psutil
import pytest

from mammo.errors import ImageError
from mammo.imaging.quality import quality_flags
from mammo.imaging.reading import LoadedImage, decode_image
from mammo.ingest.limits import Limits
from mammo.ingest.pool import IngestPool, shared_pool
from mammo.ingest.stream import read_into
from mammo.packing import pack
from tests.corpus.make import BAD_FILES, write

MIB = 2**20
BOMBS = {"B11", "B12", "B13", "B40", "B41", "B43"}


@pytest.fixture(scope="module")
def pool():
    pool = IngestPool(1)
    yield pool
    pool.close()


def png(height=900, width=600, dtype=np.uint16):
    rng = np.random.default_rng(7)
    levels = rng.integers(0, np.iinfo(dtype).max, (height, width), dtype=dtype)
    return bytes(cv2.imencode(".png", levels)[1])


def peak_bytes(pid):
    """The most memory that a process has held at a time."""
    status = Path(f"/proc/{pid}/status").read_text()
    return 1024 * int(re.search(r"VmHWM:\s+(\d+)", status)[1])


def children_of_this_process():
    return [one for one in psutil.Process().children() if "mammo.ingest.child" in one.cmdline()]


def limited_pool(**limits):
    return IngestPool(1, Limits(**limits))


@pytest.mark.parametrize("extension", [".png", ".tiff", ".jpg", ".pgm"])
def test_a_picture_is_the_same_as_without_the_process(pool, extension):
    levels = np.random.default_rng(3).integers(0, 255, (200, 150), dtype=np.uint8)
    data = bytes(cv2.imencode(extension, levels)[1])
    inside, outside = pool.decode("film.png", data), decode_image("film.png", data)
    np.testing.assert_array_equal(inside.pixels, outside.pixels)
    assert replace(inside, pixels=outside.pixels) == outside
    inside.pixels[0, 0] = 0.5  # the reader's own, to be changed at will


@pytest.mark.shared
def test_a_dicom_film_is_the_same_with_all_that_its_header_told(pool, shared):
    data = (shared / "data" / "dicom" / "MG1_J2KI.dcm").read_bytes()
    inside, outside = pool.decode("film.dcm", data), decode_image("film.dcm", data)
    np.testing.assert_array_equal(inside.pixels, outside.pixels)
    assert replace(inside, pixels=outside.pixels) == outside
    assert inside.modality is not None


def test_examining_tells_all_but_the_pixels_and_the_flags_of_quality(pool):
    data = bytes(cv2.imencode(".png", np.full((120, 100), 9, np.uint8))[1])
    whole, found = decode_image("film.png", data), pool.examine("film.png", data)
    assert (found.width_px, found.height_px) == (100, 120)
    assert found.warnings == (*whole.warnings, *quality_flags(whole.pixels))
    assert "constant image" in found.warnings
    kept = {one.name for one in fields(LoadedImage)} - {"pixels", "warnings"}
    assert {name: getattr(found, name) for name in kept} == {name: getattr(whole, name) for name in kept}


@pytest.mark.slow
def test_every_bad_file_is_refused_in_two_seconds_and_two_gibibytes_and_this_process_does_not_grow(pool, tmp_path):
    """Rows B01 to B51. The limited process's own seconds count: other work on the machine adds none."""
    pool.warm_up()
    child = psutil.Process(pool._all[0]._process.pid)
    bodies = [(one, write(one, tmp_path).read_bytes()) for one in BAD_FILES]
    gc.collect()
    before = psutil.Process().memory_info().rss
    for bad_file, data in bodies:
        began = child.cpu_times()
        with pytest.raises(ImageError) as raised:
            pool.decode(bad_file.name, data)
        ended = child.cpu_times()
        assert raised.value.code == bad_file.code, bad_file.name
        seconds = ended.user + ended.system - began.user - began.system
        assert seconds < (10 if bad_file.row in BOMBS else 2), (bad_file.name, seconds)
    assert peak_bytes(child.pid) < 2 * 1024 * MIB
    assert psutil.Process().memory_info().rss - before < 50 * MIB


def test_a_file_that_takes_too_long_is_refused_and_the_next_one_is_read():
    pool = limited_pool(seconds=0.0)
    with pytest.raises(ImageError, match=r"^slow\.png took longer") as raised:
        pool.decode("slow.png", png())
    assert raised.value.code == "too_slow"
    assert children_of_this_process() == [] or all(one.is_running() for one in children_of_this_process())
    pool = limited_pool()
    assert pool.decode("film.png", png()).pixels.shape == (900, 600)
    pool.close()


def test_a_file_that_needs_too_much_memory_is_refused_and_the_next_one_is_read():
    pool = limited_pool(memory_bytes=1100 * MIB)
    picture = np.full((9000, 7000, 3), (1, 2, 3), np.uint8)  # 63 million pixels in few bytes: as floats
    flat = bytes(cv2.imencode(".png", picture)[1])  # its channels need 750 MB
    with pytest.raises(ImageError, match=r"^large\.png") as raised:
        pool.decode("large.png", flat)
    assert raised.value.code in {"too_much_memory", "decoder_crashed"}
    assert pool.decode("film.png", png()).pixels.shape == (900, 600)
    pool.close()


def test_a_file_that_takes_too_much_of_the_processor_is_refused_and_the_next_one_is_read():
    pool = limited_pool(cpu_seconds=0)  # what is left of the second that its start took
    costly = bytes(cv2.imencode(".png", np.full((9000, 7000, 3), (1, 2, 3), np.uint8))[1])
    with pytest.raises(ImageError, match=r"^costly\.png took longer than 0 s") as raised:
        pool.decode("costly.png", costly)
    assert raised.value.code == "too_slow"
    assert pool.decode("film.png", png()).pixels.shape == (900, 600)
    pool.close()


def test_a_process_that_stands_still_is_given_up_by_the_clock_and_the_next_file_is_read():
    pool = limited_pool(seconds=0.5)
    pool.warm_up()
    child = psutil.Process(pool._all[0]._process.pid)
    child.suspend()
    began = time.monotonic()
    with pytest.raises(ImageError, match=r"^still\.png took longer"):
        pool.decode("still.png", png())
    assert time.monotonic() - began >= 0.5
    assert not child.is_running()
    pool._all[0]._limits = Limits()
    assert pool.decode("film.png", png()).pixels.shape == (900, 600)
    pool.close()


def test_the_process_itself_is_bound_in_memory_and_files(pool):
    pool.decode("film.png", png())
    child = psutil.Process(pool._all[0]._process.pid)
    kinds = (psutil.RLIMIT_AS, psutil.RLIMIT_FSIZE, psutil.RLIMIT_CORE)
    assert [child.rlimit(kind) for kind in kinds] == [(2048 * MIB, 2048 * MIB), (0, 0), (0, 0)]


def test_a_decoder_that_dies_costs_its_own_file_only():
    pool = IngestPool(1)
    pool.warm_up()
    process = pool._all[0]
    with ThreadPoolExecutor(1) as other:
        os.kill(process._process.pid, signal.SIGSTOP)  # so that it is surely at the file when it dies
        asked = other.submit(pool.decode, "bad.png", png())
        time.sleep(0.1)
        os.kill(process._process.pid, signal.SIGSEGV)
        os.kill(process._process.pid, signal.SIGCONT)
        with pytest.raises(ImageError, match=r"^bad\.png has broken") as raised:
            asked.result(30)
    assert raised.value.code == "decoder_crashed"
    assert pool.decode("film.png", png()).pixels.shape == (900, 600)
    pool.close()


def test_a_process_that_has_died_meanwhile_is_replaced_before_the_next_file(pool):
    pool.warm_up()
    pool._all[0]._process.kill()
    pool._all[0]._process.wait()
    assert pool.decode("film.png", png()).pixels.shape == (900, 600)


@pytest.mark.parametrize(
    "answer",
    [
        b"",
        b"\xff\xff\xff\xffx",
        pack({}),
        pack({"width": 2, "height": 2}, b"12"),
        pack({"width": "x", "height": 2, "bits": 8}, b""),
        pack({
            "width": 1, "height": 1, "bytes": 4, "bits": 8, "format": "PNG", "warnings": [], "laterality": "Anna",
            "view": None, "modality": None, "age": None, "spacing_mm": None,
        }),
        pack({"width": 1, "height": 1, "bytes": 10**12}),
        pack({"width": 1, "height": 1, "bytes": -4}),
        pack({"width": 1, "height": 1, "bytes": 8}),
        pack({"width": 1, "height": 1, "bytes": float("inf")}),
    ],
)  # fmt: skip
def test_a_process_that_was_taken_over_is_not_believed(pool, monkeypatch, answer):
    here, there = os.pipe()
    os.write(there, b"1234")
    os.close(there)

    class TakenOver:
        def fileno(self):
            return here

        def send_bytes(self, _message):
            pass

        def poll(self, _seconds):
            return True

        def recv_bytes(self, _most):
            return answer

    with monkeypatch.context() as patched:
        patched.setattr(pool._all[0], "start", TakenOver)
        with pytest.raises(ImageError) as raised:
            pool.decode("film.png", png())
    os.close(here)
    assert raised.value.code == "decoder_crashed"
    assert pool.decode("film.png", png()).pixels.shape == (900, 600)


def test_pixels_that_never_come_take_too_long_and_those_that_end_early_are_lost():
    here, there = os.pipe()
    with pytest.raises(TimeoutError):
        read_into(here, memoryview(bytearray(4)), 0.01)
    target = bytearray(6)
    os.write(there, b"123456")
    read_into(here, memoryview(target), 1)
    assert target == b"123456"
    os.close(there)
    with pytest.raises(EOFError):
        read_into(here, memoryview(target), 1)
    os.close(here)


def test_pixels_come_through_a_descriptor_of_any_number():
    here, there = os.pipe()
    high = fcntl.fcntl(here, fcntl.F_DUPFD, 1500)
    os.write(there, b"1234")
    target = bytearray(4)
    read_into(high, memoryview(target), 1)
    assert target == b"1234"
    for descriptor in (here, there, high):
        os.close(descriptor)


def test_many_threads_share_the_processes(phantom):
    data = [bytes(cv2.imencode(".png", (phantom * 255 - step).clip(0).astype(np.uint8))[1]) for step in range(12)]
    with ThreadPoolExecutor(6) as threads:
        read = list(threads.map(lambda one: shared_pool().decode("film.png", one), data))
    for one, picture in zip(data, read, strict=True):
        np.testing.assert_array_equal(picture.pixels, decode_image("film.png", one).pixels)


def test_it_knows_no_settings_and_has_no_open_files_of_this_process(pool, monkeypatch, tmp_path):
    monkeypatch.setenv("MAMMO_DATABASE_URL", "postgresql://anna:secret@host/mammo")
    pool.close()
    with (tmp_path / "open").open("w"):
        pool.decode("film.png", png())  # by then it has loaded its libraries
        child = psutil.Process(pool._all[0]._process.pid)
        assert "secret" not in str(child.environ())
        assert child.open_files() == []


def run(code):
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=False)


def test_the_reader_of_dicom_is_loaded_before_the_limits_bind():
    assert run("import mammo.ingest.child, sys; print('pydicom.pixels' in sys.modules)").stdout == "True\n"


def test_a_confined_process_writes_no_file_and_takes_no_more_memory(tmp_path):
    code = f"""
from mammo.ingest.limits import Limits, confine
confine(Limits(memory_bytes=300 * 2**20))
try:
    with open({str(tmp_path / "out")!r}, "wb", buffering=0) as file:
        print("written", file.write(b"x"))
except OSError:
    print("no file")
try:
    bytearray(400 * 2**20)
except MemoryError:
    print("no memory")
"""
    assert run(code).stdout.split("\n")[:2] == ["no file", "no memory"]


@pytest.mark.slow
def test_each_file_has_its_own_seconds_and_the_kernel_ends_what_takes_more():
    code = """
import time
from mammo.ingest.limits import Limits, allow_cpu
def work(seconds):
    until = time.process_time() + seconds
    while time.process_time() < until: pass
limits = Limits(cpu_seconds=2)
for _ in range(3):
    allow_cpu(limits)
    work(1.2)  # the kernel counts by ticks, not as exactly
print("three", flush=True)
allow_cpu(limits)
work(9)
print("never")
"""
    ended = run(code)
    assert ended.stdout == "three\n"
    assert ended.returncode == -signal.SIGXCPU


def test_it_ends_with_the_process_that_asks():
    code = """
import sys
from mammo.ingest.pool import shared_pool
shared_pool().warm_up()
print(shared_pool()._all[0]._process.pid, flush=True)
sys.stdin.read()
"""
    owner = subprocess.Popen([sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    child = psutil.Process(int(owner.stdout.readline()))
    owner.kill()
    owner.communicate()
    child.wait(10)
