"""CAM methods, one per module. To add one, add a module; nothing else changes."""

from mammo.explanation._base import CAM_METHODS, CamMethod
from mammo.registry import load_modules

__all__ = ["CAM_METHODS", "CamMethod"]

load_modules(__name__)
