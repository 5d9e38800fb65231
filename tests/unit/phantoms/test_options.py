"""What a person may choose."""

from __future__ import annotations

import pytest

from mammo.errors import ParameterError
from mammo.phantoms import PhantomOptions


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"kind": "mini"}, "no kind of phantoms named 'mini'; known are: demo, mini-ddsm-like"),
        ({"patients": 2}, "number of women must lie between 3 and 5000; 2 does not"),
        ({"patients": 5001}, "between 3 and 5000"),
        ({"seed": -1}, "seed must lie"),
        ({"patient_texture": 1.2}, "between 0 and 1; 1.2 does not"),
        ({"confound": -0.5}, "scanner confound must lie between 0 and 1"),
        ({"pitch_mm": 5}, "size of a pixel in mm"),
        ({"file_format": "TIFF"}, "PNG-16 or JPEG-8, not as 'TIFF'"),
    ],
)
def test_a_value_outside_its_limits_is_refused_with_them(values, message):
    with pytest.raises(ParameterError, match=message):
        PhantomOptions(**values)


@pytest.mark.parametrize(
    ("options", "strength"),
    [
        (PhantomOptions(), 0),
        (PhantomOptions(kind="mini-ddsm-like"), 1),
        (PhantomOptions(kind="mini-ddsm-like", confound=0), 0),
        (PhantomOptions(confound=0.5), 0.5),
    ],
)
def test_each_kind_has_its_own_confound_unless_a_person_says(options, strength):
    assert options.scanner_confound == strength
