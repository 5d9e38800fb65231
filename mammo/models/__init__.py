"""Networks, one family per module. To add one, add a module; nothing else changes."""

from mammo.models._base import MODELS, HeadOptions, ModelSpec, PretrainedWeights, WeightsRecord
from mammo.models._chain import split_before
from mammo.registry import load_modules

__all__ = ["MODELS", "HeadOptions", "ModelSpec", "PretrainedWeights", "WeightsRecord", "split_before"]

load_modules(__name__)
