import json
import re
import shutil
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

import cv2
import pytest

from mammo.config import settings
from mammo.datasets import Refusal
from mammo.datasets.importing import import_collection
from mammo.datasets.splitting import split_samples
from mammo.store import Failure, ImageFilter, JobState, NewJob, Worker

APP = Path(__file__).parents[2] / "app.py"
PAGE = "pages/data_sets.py"
APART = 0  # a seed that puts the two films into different parts
WORKER = Worker(id="test", pid=1, boot_id="boot", started=0.0)


@pytest.fixture
def page(app):
    """Opens the page, at an address."""

    def opened(**query):
        app.run()
        app.query_params.clear()
        for name, value in query.items():
            app.query_params[name] = value
        app.switch_page(PAGE).run()
        assert not app.exception
        return app

    return opened


@pytest.fixture
def split(store, data_set, phantoms):
    made = split_samples(store.data_sets.samples("phantoms"), by="image", fractions=(0.5, 0.25, 0.25))
    return store.splits.add("phantoms", made, by="guest")


def tiles(page):
    """The films of the grid as the browser gets them."""
    grids = [one for one in page.get("bidi_component") if "films.grid" in one.proto.id]
    return json.loads(grids[0].proto.json)[1] if grids else []


def until(page, is_so):
    """Run the page again until something holds."""
    deadline = time.monotonic() + 20
    while not is_so(page):
        assert time.monotonic() < deadline
        page.run()
    return page


def captions(page):
    return [one.value for one in page.caption]


def texts(page):
    return [one.value for one in (*page.info, *page.warning, *page.error, *page.success)]


def test_an_empty_server_says_so(page):
    assert page().title[0].value == "Data sets"
    assert any("holds no data set yet" in text for text in texts(page()))


def test_the_films_stand_by_woman_right_before_left_with_words_for_each(page, data_set):
    shown = tiles(page())
    assert len(shown) == 12
    assert [tile["alt"].split(", ")[-1] for tile in shown[:4]] == ["right CC", "left CC", "right MLO", "left MLO"]
    assert "12\u00a0images of 3\u00a0women" in captions(page())


def test_pictures_arrive_without_the_page_waiting_for_them(page, data_set):
    opened = until(page(), lambda one: all(tile["picture"] for tile in tiles(one)))
    assert all(tile["picture"].startswith("data:image/jpeg;base64,") for tile in tiles(opened))


def test_a_film_that_is_gone_says_so_in_its_place(page, store, phantoms, tmp_path):
    folder = shutil.copytree(phantoms, tmp_path / "films")
    store.data_sets.add("films", folder, import_collection(folder), by="guest")
    next(iter(store.images.page("films", ImageFilter()))).path.unlink()
    opened = until(page(), lambda one: all(tile["picture"] or tile["problem"] for tile in tiles(one)))
    gone, *there = tiles(opened)
    assert "can't be opened" in gone["problem"]
    assert all(tile["picture"] for tile in there)


def test_a_class_is_chosen(page, data_set):
    opened = page()
    opened.segmented_control(key="class").set_value("benign").run()
    assert {tile["facts"].split()[0] for tile in tiles(opened)} == {"benign"}
    assert any("of 12: benign" in text for text in captions(opened))


@pytest.mark.parametrize(
    ("query", "images"),
    [
        ({"class": "malignant", "view": "CC"}, 2),
        ({"side": "left"}, 6),
        ({"text": "left_cc"}, 3),
        ({"text": "no such film"}, 0),
        ({"warned": "true"}, 12),  # so small are these phantoms
    ],
)
def test_a_link_opens_with_its_filters(page, data_set, query, images):
    assert len(tiles(page(**query))) == images


def test_no_film_is_like_that_is_said_and_the_way_back_is_a_button(page, data_set):
    opened = page(text="no such film")
    assert "No film of this data set is like that." in texts(opened)
    next(button for button in opened.button if button.label == "Show all").click().run()
    assert len(tiles(opened)) == 12


def test_part_of_a_split_is_a_filter(page, store, data_set, split):
    expected = store.splits.get("phantoms", split.name).images["test"]
    assert len(tiles(page(split=split.name, part="test"))) == expected


@pytest.mark.parametrize(
    "query",
    [
        {"data_set": "../../etc", "split": "none", "class": "<script>", "view": "NaN", "side": "x", "density": "'"},
        {"page": "999999"},
        {"page": "-1"},
        {"page": "NaN"},
        {"page": "1e9"},
        {"warned": "maybe", "part": "exam"},
        {"text": "a" * 10_000},
        {"text": "\x00\u202e'; DROP TABLE samples; --"},
        {"text": ":material/home: **x** $x$ <img src=x onerror=alert(1)>"},
        {"woman": "../../"},
        {"woman": "x" * 100_000},
        {"job": "999999"},
        {"job": "../../"},
        {"job": "9" * 5000},
        {"job": "NaN"},
        {"add": "everything"},
    ],
    ids=lambda query: " ".join(f"{name}={value[:20]!r}" for name, value in query.items()),
)
def test_odd_addresses_show_a_page_without_a_traceback(page, data_set, query):
    opened = page(**query)
    assert opened.title[0].value == "Data sets"
    assert not opened.error


def test_a_page_beyond_the_last_is_the_last(page, store, data_set):
    assert len(tiles(page(page="999999"))) == 12


def test_a_click_on_a_film_opens_its_woman_with_all_four_views(page, store, data_set):
    woman = store.data_sets.samples("phantoms")[0].patient_id
    opened = until(page(woman=woman, **{"class": "normal"}), lambda one: len(one.image) == 4)
    assert any(woman.replace("_", "\\_") in one.value for one in opened.header)
    assert [one.value.split("**")[1] for one in opened.markdown if one.value.startswith("**")] == [
        "R CC",
        "L CC",
        "R MLO",
        "L MLO",
    ]
    assert not tiles(opened)


def test_the_next_woman_and_the_way_back(page, store, data_set):
    women = sorted({sample.patient_id for sample in store.data_sets.samples("phantoms")})
    opened = page(woman=women[0])
    buttons = {button.label: button for button in opened.button}
    assert buttons["Previous woman"].disabled
    buttons["Next woman"].click().run()
    assert opened.query_params["woman"] == women[1]
    next(button for button in opened.button if button.label == "All films").click().run()
    assert "woman" not in opened.query_params
    assert len(tiles(opened)) == 12


def test_an_unknown_woman_is_told(page, data_set):
    assert "No woman of this data set has that name." in texts(page(woman="nobody"))


def test_another_data_set_begins_at_its_first_page_and_its_own_splits(page, data_set, split, constant_data_set):
    opened = page(data_set="phantoms", woman="x")
    assert opened.selectbox(key="split").value == split.name
    opened.selectbox(key="data_set").set_value("flat").run()
    assert not opened.exception
    assert len(tiles(opened)) == 2
    assert "woman" not in opened.query_params


def test_a_link_names_its_data_set_whatever_was_added_since(page, data_set, constant_data_set):
    assert page().query_params["data_set"] == "flat"


def test_the_audit_tells_women_in_two_parts(page, data_set, split):
    found = [one.value for one in page().markdown if "Patients with images in more than one part" in one.value]
    assert found
    assert "warning" in found[0]


def test_the_balance_of_classes_stands_by_part_with_its_counts(page, store, data_set, split):
    (chart,) = page(split=split.name).get("plotly_chart")
    bars = {bar["name"]: dict(zip(bar["y"], bar["text"], strict=True)) for bar in json.loads(chart.proto.spec)["data"]}
    part_of = store.splits.load("phantoms", split.name).assignment
    found = Counter((one.labels["case"], part_of[one.id]) for one in store.data_sets.samples("phantoms"))
    names, parts = ("normal", "benign", "malignant"), ("train", "validation", "test")
    assert bars == {name: {part: str(found[name, part] or "") for part in parts} for name in names}
    assert sum(found.values()) == 12


def test_without_a_split_there_is_no_balance_by_part_but_the_way_to_one(page, data_set):
    opened = page()
    assert not opened.get("plotly_chart")
    assert any("No split yet. Make one below" in text for text in captions(opened))


def test_films_that_can_teach_nothing_are_told(page, constant_data_set):
    found = " ".join(one.value for one in page().markdown)
    assert "No film is malignant" in found
    assert "2 women in all" in found
    assert "2 films with a warning" in found


def test_a_split_by_image_is_marked_as_leaking_and_made(page, store, data_set):
    opened = page()
    opened.radio(key="split.by").set_value("image").run()
    assert any("scores are too high" in one.value for one in opened.warning)
    for part, share in (("Train", 50), ("Validation", 25), ("Test", 25)):
        opened.number_input(key=f"split.{part}").set_value(share)
    opened.text_input(key="split.name").set_value("mine")
    next(button for button in opened.button if button.label == "Make the split").click().run()
    assert store.splits.get("phantoms", "mine").by == "image"
    assert opened.query_params["split"] == "mine"


def test_a_split_that_can_not_be_made_is_one_sentence(page, store, data_set):
    opened = page()
    opened.number_input(key="split.Train").set_value(70)
    next(button for button in opened.button if button.label == "Make the split").click().run()
    assert "A split takes three fractions" in opened.error[0].value
    assert store.splits.list("phantoms") == ()


@pytest.mark.parametrize("name", ["../../x", "<b>", "a b", "=cmd|x"])
def test_a_split_name_that_can_not_stand_in_an_address_is_refused(page, store, data_set, name):
    opened = page()
    opened.radio(key="split.by").set_value("paper").run()
    opened.text_input(key="split.name").set_value(name)
    next(button for button in opened.button if button.label == "Make the split").click().run()
    assert len(opened.error) == 1
    assert store.splits.list("phantoms") == ()


def test_refused_files_and_warnings_are_listed_when_their_box_is_opened(page, store, phantoms, constant_data_set):
    imported = import_collection(constant_data_set.root)
    refused = (Refusal("=cmd|x.png", "It is cut off.", "damaged"),)
    changed = type(imported)(imported.layout, imported.samples, refused, (), imported.fingerprint)
    store.data_sets.add("flat", constant_data_set.root, changed, by="guest")
    opened = page()
    assert not opened.dataframe
    boxes = {one.label.split(" (")[0]: one for one in opened.expander}
    assert set(boxes) >= {"Refused files", "Films with a warning"}


@pytest.fixture
def dialog(page):
    """Opens the dialog at one of its ways."""

    def opened(way):
        at = page(add=way)
        assert at.segmented_control(key="add.way").value == way
        return at

    return opened


def press(page, label):
    return next(button for button in page.button if button.label == label).click().run()


def test_an_empty_server_offers_three_ways(page):
    opened = press(page(), "Make phantoms")
    assert opened.segmented_control(key="add.way").value == "phantoms"


def test_a_folder_becomes_a_job(dialog, store, phantoms):
    opened = dialog("folder")
    opened.text_input(key="add.path").set_value(str(phantoms)).run()
    opened = press(opened, "Add the folder")
    (job,) = store.jobs.list()
    assert (job.kind, job.owner) == ("import", "test@example.com")
    assert (job.config["name"], job.config["path"]) == ("phantoms", str(phantoms))
    assert opened.query_params["job"] == str(job.id)
    assert "add" not in opened.query_params


@pytest.mark.parametrize(
    "path", ["", "films", "/nowhere", "/dev/null", "/\0", "x" * 5000, "/", "<script>", "$x$ **b**"]
)
def test_a_wrong_folder_is_one_sentence_and_no_job(dialog, store, path):
    opened = dialog("folder")
    opened.text_input(key="add.path").set_value(path)
    opened = press(opened, "Add the folder")
    (error,) = opened.error
    assert re.search(r"(?<!\\)[<>*:$]", error.value) is None
    assert store.jobs.list() == ()


def test_folders_outside_the_data_roots_are_refused(dialog, store, phantoms, monkeypatch, tmp_path):
    monkeypatch.setenv("MAMMO_DATA_ROOTS", str(tmp_path))
    opened = dialog("folder")
    assert any(f"Folders in {tmp_path} can be added." in text for text in captions(opened))
    opened.text_input(key="add.path").set_value(str(phantoms))
    opened = press(opened, "Add the folder")
    assert "can't be added\\. Folders in" in opened.error[0].value
    assert store.jobs.list() == ()


@pytest.mark.parametrize("name", ["../x", "a b", "<b>", "-", "..", "ü"])
def test_an_odd_name_is_one_sentence_and_no_job(dialog, store, name):
    opened = dialog("phantoms")
    opened.text_input(key="add.name").set_value(name)
    opened = press(opened, "Draw them")
    assert "can't be the name of a data set" in opened.error[0].value
    assert store.jobs.list() == ()


def test_phantoms_become_a_job_and_a_taken_name_does_not(dialog, store, data_set):
    opened = dialog("phantoms")
    opened.number_input(key="add.patients").set_value(30)
    opened.text_input(key="add.name").set_value("phantoms")
    opened = press(opened, "Draw them")
    assert "already a data set named phantoms" in opened.error[0].value
    opened.text_input(key="add.name").set_value("others")
    press(opened, "Draw them")
    (job,) = store.jobs.list()
    assert (job.kind, dict(job.config)) == ("phantoms", {"name": "others", "patients": 30, "kind": "demo", "seed": 0})


def test_a_zip_is_kept_for_its_job(dialog, store):
    opened = dialog("zip")
    opened.file_uploader(key="add.zip").upload("My films (2).zip", b"PK\3\4", "application/zip").run()
    press(opened, "Add the ZIP")
    (job,) = store.jobs.list()
    assert (job.kind, job.config["name"]) == ("archive", "My-films-2")
    kept = Path(job.config["path"])
    assert (kept.name, kept.read_bytes()) == ("My-films-2.zip", b"PK\3\4")
    assert kept.parent.parent == settings().tmp_dir


def test_no_zip_is_told(dialog, store):
    opened = press(dialog("zip"), "Add the ZIP")
    assert opened.error[0].value == "Choose a ZIP first\\."


def test_an_import_shows_its_progress_and_can_be_cancelled(page, store):
    job = store.jobs.submit(NewJob("import", {"name": "films"}, "anna"), WORKER)
    store.jobs.begin(job.id, 1, {})
    store.jobs.report_progress(job.id, 1, 0.25, "image 3 of 12")
    opened = page()
    assert "image 3 of 12" in opened.get("progress")[0].proto.text
    press(opened, "Cancel")
    assert store.jobs.get(job.id).state == JobState.CANCELLING


def test_an_import_that_waits_says_for_what(page, store):
    store.jobs.submit(NewJob("import", {"name": "films"}, "anna"))
    assert "waits for a worker" in page().get("progress")[0].proto.text


def test_a_failed_import_tells_why_until_it_is_put_away(page, store):
    job = store.jobs.submit(NewJob("archive", {"name": "<b>films"}, "anna"), WORKER)
    store.jobs.begin(job.id, 1, {})
    store.jobs.fail(job.id, 1, Failure("no_images", "No images in films.zip.", "Look inside."))
    opened = page(job=str(job.id))
    assert "was not added. No images in films\\.zip\\. Look inside\\." in opened.error[0].value
    assert "<b>" not in opened.error[0].value
    opened = press(opened, "Close")
    assert not opened.error


def test_a_finished_import_tells_what_came_in(page, store, data_set):
    job = store.jobs.submit(NewJob("import", {"name": "phantoms"}, "anna"), WORKER)
    store.jobs.begin(job.id, 1, {})
    result = {"data_set": "phantoms", "images": 12, "patients": 3, "refused": [{"file": "a", "reason": "b"}]}
    store.jobs.finish(job.id, 1, result)
    assert "12\u00a0images of 3\u00a0women, 1\u00a0file refused" in page(job=str(job.id)).success[0].value


@pytest.mark.parametrize("job", ["999999", "../../", "9" * 5000, "NaN", "-1", "²"])
def test_a_number_of_no_import_is_told_alike(page, store, data_set, job):  # B69
    other = store.jobs.submit(NewJob("training", {}, "anna"))
    told = "This server knows no import of that number."
    assert told in texts(page(job=job))
    assert told in texts(page(job=str(other.id)))


def test_films_that_look_alike_in_different_parts_are_told(page, store, phantoms, tmp_path):  # B63
    folder = shutil.copytree(phantoms, tmp_path / "films")
    film = next(path for path in sorted(folder.rglob("*LEFT_CC.png")) if "Normal" in path.parts)
    brighter = cv2.imread(str(film), cv2.IMREAD_UNCHANGED) // 2
    cv2.imwrite(str(film.with_name(film.name.replace("LEFT_CC", "RIGHT_CC"))), brighter)
    store.data_sets.add("films", folder, import_collection(folder), by="guest")
    made = split_samples(store.data_sets.samples("films"), by="image", fractions=(0.5, 0.25, 0.25), seed=APART)
    store.splits.add("films", made, by="guest")
    told = next(one.value for one in page().markdown if "look alike" in one.value).replace("\\", "")
    assert told.startswith(":orange[:material/warning:] Pairs of images in different parts that look alike: 1 (")
    assert "LEFT" in told
    assert "RIGHT" in told


def test_torch_is_loaded_neither_for_data_sets_nor_for_overview(data_set):
    code = (
        "import sys\n"
        "from streamlit.testing.v1 import AppTest\n"
        "app = AppTest.from_file('app.py', default_timeout=30).run()\n"
        "app.switch_page('pages/data_sets.py').run()\n"
        "assert app.title[0].value == 'Data sets' and not app.exception\n"
        "sys.exit('torch' in sys.modules)\n"
    )
    command = [sys.executable, "-W", "ignore", "-c", code]
    assert subprocess.run(command, check=False, capture_output=True, cwd=APP.parent).returncode == 0
