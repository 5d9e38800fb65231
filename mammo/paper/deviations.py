"""Where a reproduction deviates from the paper, or had to choose because the paper is silent; each with its source."""

from __future__ import annotations

from dataclasses import dataclass

from mammo.models import MODELS
from mammo.paper.protocols import PaperOptions
from mammo.paper.recipes import RECIPES

_PAPER_IMAGES = 6972 + 775 + 1937


@dataclass(frozen=True)
class Deviation:
    """One difference, or one choice."""

    what: str
    paper: str  # what it says or shows
    here: str
    source: str  # how both are known


CHOICES = (
    Deviation(
        "Split",
        "Images of each class at random, 80 % for training, a tenth of these for validation",
        "Paper's protocol: the same. Clean protocol: by patient",
        "Table 1 comes out exactly so (1964, 2419, 2589 for training; 1937 for test), with MATLAB's splitEachLabel",
    ),
    Deviation(
        "“Accuracy”",
        "84, 80, 80 and 71 %, not defined for three classes",
        "Mean one-vs-rest accuracy beside top-1 accuracy",
        "Table 3: all four rows agree with 1/3 + 2/3 of the printed TPR; the mean of TPR and TNR agrees with none",
    ),
    Deviation(
        "AlexNet",
        "MATLAB's alexnet: BVLC's with grouped convolutions and response normalization",
        "torchvision's: the “one weird trick” variant, without either",
        "Section 2.3; Krizhevsky 2014, arXiv 1404.5997; torchvision's model page",
    ),
    Deviation(
        "SqueezeNet",
        "MATLAB's squeezenet, version 1.1, with a ReLU behind the last convolution",
        "torchvision's 1.1; the ReLU is kept, though it can silence a class",
        "Table 2; MathWorks: squeezenet; forresti/SqueezeNet issue 10",
    ),
    Deviation(
        "Normalization",
        "Not stated; MATLAB subtracts the mean image of the augmented training images",
        "ImageNet's mean and standard deviation, as torchvision's weights were trained with",
        "MathWorks: imageInputLayer; torchvision's model pages",
    ),
    Deviation(
        "Layers trained",
        "“Final layers”, but Table 2 freezes none and gives the new ones 20 times the rate",
        "All layers, the new one at 20 times the rate",
        "Table 2; MathWorks: transfer learning using AlexNet",
    ),
    Deviation(
        "Order of images",
        "Not stated; MATLAB's default shuffles once",
        "Shuffled every epoch, as the MathWorks example does",
        "MathWorks: trainingOptions; with one shuffle the same 60 images would never be learnt from",
    ),
    Deviation(
        "Rest of an epoch",
        "540 iterations = 10 x floor(6972 / 128): the last 60 images of an epoch are discarded",
        "The same",
        "Table 2; MATLAB Answers 1730315",
    ),
    Deviation(
        "Which network is tested",
        "Not stated; MATLAB then returned the last iteration's",
        "The last iteration's, not the best of the validations",
        "MathWorks: trainingOptions, OutputNetwork",
    ),
    Deviation(
        "Resizing",
        "To 227 x 227, method not stated; MATLAB's default is bicubic",
        "Squashed to a square, by area where it shrinks",
        "Section 2.2.1; MathWorks: imresize",
    ),
    Deviation(
        "Contrast stretching",
        "From the image's minimum and maximum to 0 and L",
        "The same, after resizing; films with labels hardly change by it",
        "Section 2.2.2",
    ),
    Deviation(
        "Augmentation",
        "Abstract: rotation; section 3.1: rotation 0 to 360 degrees, X reflection, 30 pixels of translation",
        "As section 3.1; empty corners are black",
        "Section 3.1; MathWorks: imageDataAugmenter, FillValue",
    ),
    Deviation(
        "Weight decay and momentum",
        "Not stated",
        "L2 factor 0.0001 on weights only, momentum 0.9",
        "Defaults of MATLAB's trainingOptions",
    ),
    Deviation(
        "Numbers",
        "One run of each, no interval",
        "One run of each, 95 % intervals by drawing women; another seed gives another figure",
        "Table 3",
    ),
)


def deviations(options: PaperOptions, images: int) -> tuple[Deviation, ...]:
    """All deviations of a reproduction, its own first.

    Args:
        options: What it was made with.
        images: Labelled images of its data set.
    """
    standard = PaperOptions()
    own = [
        Deviation(what, paper, str(value), source)
        for what, paper, value, wanted, source in (
            ("Epochs", "10, 540 iterations in all", options.epochs, standard.epochs, "Table 2"),
            ("Batch", "128 images", options.batch_size, standard.batch_size, "Table 2"),
            ("Size of images", "227 x 227 pixels", options.image_size, standard.image_size, "Section 2.2.1"),
        )
        if value != wanted
    ]
    scratch = sorted({recipe.model for recipe in RECIPES.values()} - set(options.pretrained))
    for name in scratch:
        here = f"{MODELS[name].label} from scratch, from random weights: its figures are no reproduction"
        own.append(Deviation("First weights", "ImageNet's (transfer learning)", here, "Section 2.3"))
    if images != _PAPER_IMAGES:
        here = f"{images} labelled images of the data set chosen above"
        source = "Table 1; the present Mini-DDSM (version 2) has 7808 images, so the paper used version 1"
        own.append(Deviation("Images", f"{_PAPER_IMAGES} of Mini-DDSM", here, source))
    return (*own, *CHOICES)
