"""The radiologist's window and level."""

from __future__ import annotations

from mammo.enhancement._base import ENHANCEMENTS, Enhancement
from mammo.enhancement._points import enhancement, line
from mammo.enhancement._tones import of_levels_alone
from mammo.imaging.gray_image import GrayImage
from mammo.parameters import Number


@enhancement
def apply_window(image: GrayImage, *, center: float, width: float) -> GrayImage:
    """Map the gray levels of a window linearly onto [0, 1] and clip the rest.

    Args:
        image: Gray image, shape (height, width), values in [0, 1].
        center: Level: the gray level that becomes 0.5.
        width: Window: the range of levels that is shown, above 0.

    Source:
        DICOM PS3.3 C.11.2.1.3.2, LINEAR_EXACT.

    Example:
        >>> apply_window(np.float32([[0.25, 0.5, 0.75]]), center=0.5, width=0.5).tolist()
        [[0.0, 0.5, 1.0]]
    """
    return line(image, center - width / 2, center + width / 2)


ENHANCEMENTS.add(
    Enhancement(
        name="window_level",
        label="Window and level",
        apply=apply_window,
        tones=of_levels_alone(apply_window),
        source="DICOM PS3.3 C.11.2.1.3.2",
        parameters=(
            Number("center", "Level", 0, 1, default=0.5, step=0.01, help="The gray level shown as middle gray."),
            Number("width", "Window", 0.005, 2, default=1, step=0.005, help="The range of gray levels shown."),
        ),
    )
)
