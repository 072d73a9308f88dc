"""Words on the picture: small plates with a label's name, an object's number.

Apart from the layer because fonts are a matter of their own: ASCII comes from the font in Pillow, other scripts from
the one in OpenCV 5 (Latin, Cyrillic, Hebrew ...), or with OpenCV 4 from the system's DejaVu where there is one. What
that font has not, such as Chinese in most builds, can be read in the panels, which have the terminal's font.
Plates are kept within a number, since the same few texts are drawn at every change.
"""

from __future__ import annotations

from functools import lru_cache
from itertools import groupby
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from engine.scene import Color

if TYPE_CHECKING:
    from PIL.ImageFont import FreeTypeFont, ImageFont

Rgba = NDArray[np.uint8]
LONGEST = 48
"""Characters of a text that are shown."""
KEPT = 4096
PLATE: Color = (16, 16, 20)


class Texts:
    """Makes plates: premultiplied RGBA pictures of a text."""

    def __init__(self) -> None:
        self._fonts: dict[tuple[int, bool], FreeTypeFont | ImageFont] = {}
        self._plates: dict[tuple[str, int, Color, Color | None, int], Rgba] = {}

    def plate(self, text: str, size: int, color: Color, *, bar: Color | None = None, alpha: int = 190) -> Rgba:
        """Return a text of `size` pixels on a dark plate, with a bar of another colour on its left if one is given."""
        key = (text, size, color, bar, alpha)
        found = self._plates.get(key)
        if found is None:
            if len(self._plates) >= KEPT:
                self._plates.clear()
            found = self._plates[key] = self._made(clean(text), size, color, bar, alpha)
        return found

    def _made(self, text: str, size: int, color: Color, bar: Color | None, alpha: int) -> Rgba:
        ink = self._ink(text, size)
        left = 3 + (4 if bar is not None else 0)
        plate = np.zeros((ink.shape[0] + 2, ink.shape[1] + left + 4, 4), np.uint8)
        plate[:] = (*(channel * alpha // 255 for channel in PLATE), alpha)
        part = ink[..., None].astype(np.uint16)
        inside = plate[1 : 1 + ink.shape[0], left : left + ink.shape[1]]
        inside[:] = (inside * (255 - part) + part * np.array((*color, 255), np.uint16)) // 255
        if bar is not None:
            plate[:, :3] = (*bar, 255)
        return plate

    def _ink(self, text: str, size: int) -> NDArray[np.uint8]:
        """Return the text's coverage 0..255, always as high as the font's line, so that plates in a row align."""
        if not text.isascii():
            import cv2

            if hasattr(cv2, "FontFace"):
                return _opencv_ink(text, size)
        from PIL import Image, ImageDraw

        font = self._font(size, ascii_only=text.isascii())
        width = max(int(np.ceil(font.getbbox(text)[2])), 1)
        image = Image.new("L", (width, line_height(size)), 0)
        ImageDraw.Draw(image).text((0, round(size * 0.06)), text, fill=255, font=font)
        return np.asarray(image, np.uint8)

    def _font(self, size: int, *, ascii_only: bool) -> FreeTypeFont | ImageFont:
        from PIL import ImageFont as Fonts

        key = (size, ascii_only)
        if key not in self._fonts:
            try:
                self._fonts[key] = Fonts.load_default(size) if ascii_only else Fonts.truetype("DejaVuSans.ttf", size)
            except OSError:
                self._fonts[key] = Fonts.load_default(size)
        return self._fonts[key]


def line_height(size: int) -> int:
    """Return the height in pixels of a line of letters of that size."""
    return round(size * 1.25)


def _opencv_ink(text: str, size: int) -> NDArray[np.uint8]:
    import cv2

    text = _without_unknown(text)
    image = np.zeros((line_height(size), 8 + 2 * size * len(text)), np.uint8)
    weight = 400
    (end, _), _ = cv2.putText(image, text, (0, round(size * 1.0)), (255,), cv2.FontFace("sans"), size, weight)
    return image[:, : max(min(int(end) + 1, image.shape[1]), 1)]


def _without_unknown(text: str) -> str:
    """Return a text with an ellipsis for characters that the font has not: it would show a question mark for each."""
    return "".join("…" if not known else "".join(part) for known, part in groupby(text, _is_known))


@lru_cache(4096)
def _is_known(character: str) -> bool:
    """Say whether the font has a character of its own for it."""
    return character.isascii() or _drawn(character) != _drawn("?")


def _drawn(character: str) -> bytes:
    import cv2

    image = np.zeros((24, 40), np.uint8)
    cv2.putText(image, character, (4, 18), (255,), cv2.FontFace("sans"), 16, 400)
    return image.tobytes()


def clean(text: str) -> str:
    """Return a text on one line, without characters that have no picture, cut to what is shown."""
    plain = "".join(c if c.isprintable() else "·" for c in text)
    return plain if len(plain) <= LONGEST else plain[: LONGEST - 1] + "…"
