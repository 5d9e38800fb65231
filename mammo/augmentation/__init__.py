"""Augmentations, one per module, each a random share of one affine map. To add one, add a module."""

from mammo.augmentation._base import AUGMENTATIONS, AffineMatrix, Augmentation
from mammo.registry import load_modules

__all__ = ["AUGMENTATIONS", "AffineMatrix", "Augmentation"]

load_modules(__name__)
