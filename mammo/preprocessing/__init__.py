"""Fixed preparation of an image for a model: geometry steps, one per module, and the pipeline that orders them."""

from mammo.preprocessing._base import GEOMETRY_STEPS, GeometryStep, Picture
from mammo.registry import load_modules

__all__ = ["GEOMETRY_STEPS", "GeometryStep", "Picture"]

load_modules(__name__)
