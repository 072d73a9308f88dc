"""CLAHE: equalize the brightness tile by tile, with a limit on how much contrast may grow."""

from __future__ import annotations

from pathlib import Path

from engine.specs import FilterSpec
from engine.tools.base import Filter, Image

LIMIT = 2.0
TILES = (8, 8)

SPEC = FilterSpec(
    id="clahe",
    name="Local equalization (CLAHE)",
    help="Spreads the brightness tile by tile, so that a shadow shows its detail beside a bright sky; colours stay. "
    "It stays on for the following frames and changes only what is shown.",
    family="opencv",
    licence="Apache-2.0 (OpenCV)",
    source="Zuiderveld: Contrast Limited Adaptive Histogram Equalization (1994); cv2.createCLAHE on the luma of YUV",
)


class Clahe:
    """The filter."""

    def apply(self, image: Image) -> Image:
        """Return a new picture with locally equalized luma."""
        import cv2

        from engine.tools.luma import with_luma

        return with_luma(image, cv2.createCLAHE(LIMIT, TILES).apply)


def load(weights: Path | None, device: str) -> Filter:
    """Return the filter."""
    return Clahe()
