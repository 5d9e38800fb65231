import pytest

from mammo.paper.deviations import CHOICES, deviations
from mammo.paper.protocols import PaperOptions

BOTH = ("alexnet", "squeezenet1_1")


def test_the_papers_own_options_on_its_own_images_add_nothing():
    assert deviations(PaperOptions(pretrained=BOTH), 9684) == CHOICES


@pytest.mark.parametrize(
    ("options", "images", "what"),
    [
        (PaperOptions(epochs=2, pretrained=BOTH), 9684, "Epochs"),
        (PaperOptions(batch_size=16, pretrained=BOTH), 9684, "Batch"),
        (PaperOptions(image_size=96, pretrained=BOTH), 9684, "Size of images"),
        (PaperOptions(pretrained=("squeezenet1_1",)), 9684, "First weights"),
        (PaperOptions(pretrained=BOTH), 7808, "Images"),
    ],
)
def test_what_was_changed_stands_first(options, images, what):
    found = deviations(options, images)
    assert found[0].what == what
    assert found[1:] == CHOICES


def test_every_deviation_says_all_of_it_and_names_its_source():
    assert all(all((one.what, one.paper, one.here, one.source)) for one in CHOICES)
