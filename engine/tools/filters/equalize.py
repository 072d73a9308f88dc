"""Histogram equalization: spread the brightness of the whole frame over the whole range."""

from __future__ import annotations

from pathlib import Path

from engine.specs import FilterSpec
from engine.tools.base import Filter, Image

SPEC = FilterSpec(
    id="equalize",
    name="Histogram equalization",
    help="Spreads the brightness of the whole frame, so that dark and pale parts can be told apart; colours stay. "
    "It stays on for the following frames and changes only what is shown.",
    family="opencv",
    licence="Apache-2.0 (OpenCV)",
    source="cv2.equalizeHist on the luma of YUV",
)


class Equalize:
    """The filter."""

    def apply(self, image: Image) -> Image:
        """Return a new picture with equalized luma."""
        import cv2

        from engine.tools.luma import with_luma

        return with_luma(image, cv2.equalizeHist)


def load(weights: Path | None, device: str) -> Filter:
    """Return the filter."""
    return Equalize()
