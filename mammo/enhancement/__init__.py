"""Enhancement methods, one per module. To add one, add a module; nothing else changes."""

from mammo.enhancement._base import ENHANCEMENTS, Enhancement
from mammo.enhancement._tones import GrayLevels, levels_of
from mammo.registry import load_modules

__all__ = ["ENHANCEMENTS", "Enhancement", "GrayLevels", "levels_of"]

load_modules(__name__)
