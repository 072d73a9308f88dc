"""Fourth channels of TGA, BMP and icons that are alpha by name only: many writers leave them empty."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from PIL import Image

DOUBTFUL = ("TGA", "BMP", "DIB", "ICO")
_FOOTER = b"TRUEVISION-XFILE.\0"
_FOOTER_BYTES, _ATTRIBUTES = 26, 494
_USED, _PREMULTIPLIED = 3, 4
_SINGLE_BIT = 16


def settled(path: Path, image: Image.Image) -> Image.Image:
    """Return a loaded picture of a doubtful format with true alpha or with none."""
    if image.mode not in ("RGBA", "LA"):
        return image
    kind, depth = _tga_alpha(path) if image.format == "TGA" else (_USED, 32)
    alpha = np.asarray(image.getchannel("A"))
    if depth == _SINGLE_BIT and image.mode == "RGBA":
        alpha = ~alpha  # Pillow takes the single bit for transparency; who writes it means the contrary
    colours = image.convert("RGB" if image.mode == "RGBA" else "L")
    if kind not in (_USED, _PREMULTIPLIED) or not alpha.any():
        return colours
    from PIL import Image

    colours.putalpha(Image.fromarray(alpha))
    if kind == _PREMULTIPLIED and colours.mode == "RGBA":
        return Image.frombytes("RGBa", colours.size, colours.tobytes())
    return colours


def _tga_alpha(path: Path) -> tuple[int, int]:
    """Return what the fourth channel is, in the words of the format's extension area, and the bits of a pixel."""
    with path.open("rb") as file:
        header = file.read(18)
        kind = _USED if header[17] & 0x0F else 0
        size = file.seek(0, 2)
        file.seek(max(0, size - _FOOTER_BYTES))
        footer = file.read()
        place = int.from_bytes(footer[:4], "little")
        if footer.endswith(_FOOTER) and 0 < place < size - _ATTRIBUTES:
            file.seek(place + _ATTRIBUTES)
            kind = file.read(1)[0]
    return kind, header[16]
