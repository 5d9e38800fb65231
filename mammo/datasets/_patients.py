"""What to say of pictures whose woman nobody named."""

from __future__ import annotations


def unknown_patients(count: int, total: int) -> tuple[str, ...]:
    """Warning about ``count`` of ``total`` images that had to be taken for a woman each; none if all are known."""
    if not count:
        return ()
    which = "all images" if count == total else f"{count:,} of {total:,} images"
    return (
        f"Patients unknown for {which}: each of them counts as a patient of its own, so a patient split can't be "
        f"guaranteed to keep one woman's images together.",
    )
