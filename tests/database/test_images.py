from dataclasses import replace

import pytest

from mammo.datasets.importing import ImportResult, fingerprint_of
from mammo.datasets.splitting import Split
from mammo.errors import NotFoundError
from mammo.store import Counts, ImageFilter

VIEWS = [("L", "MLO"), ("R", "MLO"), ("L", "CC"), ("R", "CC")]
LABELS = ("normal", "benign", "malignant")


@pytest.fixture
def films(store, collection, tmp_path):
    """Four views of each of six women, two of a class; woman 3's density is D; one image is warned of."""
    (pattern,) = collection(1).samples
    samples = []
    for woman in range(6):
        label = LABELS[woman % 3]
        for laterality, view in VIEWS:
            file = f"{label}/w{woman}_{laterality}_{view}.png"
            samples.append(
                replace(
                    pattern,
                    id=file,
                    path=tmp_path / "films" / file,
                    patient_id=f"w{woman}",
                    labels={"case": label, "breast": label if laterality == "L" else "normal", "visible": None},
                    laterality=laterality,
                    view=view,
                    density="D" if woman == 3 else "A",
                    warnings=("blank",) if file == "benign/w1_L_CC.png" else (),
                )
            )
    ordered = tuple(sorted(samples, key=lambda sample: sample.id))
    imported = ImportResult("folder_of_classes", ordered, (), (), fingerprint_of(ordered))
    store.data_sets.add("films", tmp_path / "films", imported, by="anna")
    return {sample.id: sample for sample in ordered}


@pytest.fixture
def split(store, films):
    """Women 0 to 2 learn, 3 and 4 validate, the right films of woman 5 test."""
    parts = dict(zip([f"w{woman}" for woman in range(6)], ["train"] * 3 + ["validation"] * 2 + ["test"], strict=True))
    assignment = {
        file: parts[sample.patient_id]
        for file, sample in films.items()
        if (sample.patient_id, sample.laterality) != ("w5", "L")
    }
    return store.splits.add("films", Split("patient", 0, (0.5, 0.3, 0.2), "case", assignment), "mine", by="anna")


def test_a_page_holds_a_womans_views_together_right_before_left_and_samples_as_they_went_in(store, films):
    page = store.images.page("films", ImageFilter(), offset=4, limit=4)
    assert [sample.id for sample in page] == [f"benign/w1_{place}.png" for place in ("R_CC", "L_CC", "R_MLO", "L_MLO")]
    assert page == tuple(films[sample.id] for sample in page)


def test_pages_follow_each_other_and_end(store, films):
    pages = [store.images.page("films", ImageFilter(), offset=10 * number, limit=10) for number in range(4)]
    assert [len(page) for page in pages] == [10, 10, 4, 0]
    assert {sample.id for page in pages for sample in page} == set(films)


@pytest.mark.parametrize(
    ("wanted", "counts"),
    [
        (ImageFilter(), Counts(24, 6)),
        (ImageFilter(label="benign"), Counts(8, 2)),
        (ImageFilter(label="benign", policy="breast"), Counts(4, 2)),
        (ImageFilter(label="normal", policy="visible"), Counts(0, 0)),
        (ImageFilter(view="CC", laterality="L"), Counts(6, 6)),
        (ImageFilter(density="D"), Counts(4, 1)),
        (ImageFilter(text="W5_l"), Counts(2, 1)),
        (ImageFilter(text="%"), Counts(0, 0)),
        (ImageFilter(text="'; DROP TABLE samples; --"), Counts(0, 0)),
        (ImageFilter(text="\0\udcff\u202e"), Counts(24, 6)),
        (ImageFilter(text="w" * 10_000), Counts(0, 0)),
        (ImageFilter(patient_id="w2"), Counts(4, 1)),
        (ImageFilter(is_warned=True), Counts(1, 1)),
        (ImageFilter(split="mine", part="test"), Counts(2, 1)),
        (ImageFilter(split="mine", part="validation", label="benign"), Counts(4, 1)),
        (ImageFilter(split="mine"), Counts(24, 6)),
    ],
)
def test_a_filter_is_counted_and_paged_alike(store, films, split, wanted, counts):
    assert store.images.count("films", wanted) == counts
    assert len(store.images.page("films", wanted, limit=100)) == counts.images


def test_facets_are_the_values_that_occur(store, films):
    facets = store.images.facets("films")
    assert (facets.views, facets.lateralities, facets.densities) == (("CC", "MLO"), ("L", "R"), ("A", "D"))


def test_facets_of_images_of_which_nothing_is_known_are_empty(store, collection):
    bare = collection(3)
    samples = tuple(replace(sample, view=None, laterality=None, density=None) for sample in bare.samples)
    store.data_sets.add("bare", samples[0].root, replace(bare, samples=samples), by="anna")
    assert store.images.facets("bare").views == ()
    assert len(store.images.page("bare", ImageFilter())) == 3


def test_examples_are_one_image_of_each_class(store, films):
    examples = store.images.examples("films", "case")
    assert {label: sample.labels["case"] for label, sample in examples.items()} == {label: label for label in LABELS}
    assert store.images.examples("films", "visible") == {}


def test_balance_counts_images_and_women_of_every_part_and_class(store, films, split):
    balance = {one.part: one.classes for one in store.images.balance("films", "mine", "case")}
    assert list(balance) == ["train", "validation", "test"]
    assert balance["train"] == {"normal": Counts(4, 1), "benign": Counts(4, 1), "malignant": Counts(4, 1)}
    assert balance["validation"] == {"normal": Counts(4, 1), "benign": Counts(4, 1), "malignant": Counts(0, 0)}
    assert balance["test"] == {"normal": Counts(0, 0), "benign": Counts(0, 0), "malignant": Counts(2, 1)}


def test_the_women_beside_one_are_those_that_the_filter_shows(store, films):
    assert store.images.women_beside("films", "w1", ImageFilter()) == ("w0", "w2")
    assert store.images.women_beside("films", "w1", ImageFilter(label="benign")) == (None, "w4")
    assert store.images.women_beside("films", "w5", ImageFilter()) == ("w4", None)


def test_what_is_not_there_is_named(store, films):
    with pytest.raises(NotFoundError, match="no data set named 'else'"):
        store.images.page("else", ImageFilter())
    with pytest.raises(NotFoundError, match="no split named 'else'"):
        store.images.count("films", ImageFilter(split="else", part="test"))


def test_a_film_that_may_hold_writing_is_hidden_from_all_but_who_brought_it(store, collection, tmp_path):  # B48
    (pattern,) = collection(1).samples
    samples = tuple(
        replace(pattern, id=f"{number}.png", path=tmp_path / f"{number}.png", warnings=warnings)
        for number, warnings in enumerate([(), ("may hold burned-in text",), ("blank", "may hold burned-in text")])
    )
    imported = ImportResult("folder_of_classes", samples, (), (), fingerprint_of(samples))
    store.data_sets.add("films", tmp_path, imported, by="anna")
    assert store.images.hidden_from("films", "anna") == frozenset()
    assert store.images.hidden_from("films", "berta") == {"1.png", "2.png"}
    with pytest.raises(NotFoundError):
        store.images.hidden_from("other", "anna")
