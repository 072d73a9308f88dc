"""One picture file to RGB, or a sentence why not. Content decides, never the extension.

Pillow reads, except TIFF (`tiff`) and PNG of 16-bit colour, which it reads less well.
"""

from __future__ import annotations

import io
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import numpy as np
from numpy.typing import NDArray

from engine.errors import MediaError
from engine.media import png, tiff, transparency
from engine.media.bands import from_lab
from engine.media.base import Pixels, shared
from engine.media.pixels import orient, over_grey, to_rgb
from engine.media.reading import Decoded, Header, check_size, first_bytes, guarded, refuse

if TYPE_CHECKING:
    from PIL import Image

FORMATS = ("JPEG", "MPO", "PNG", "GIF", "WEBP", "BMP", "DIB", "PPM", "AVIF", "JPEG2000", "TGA", "ICO", "PCX")
"""Not all that Pillow has: EPS would start another program."""
_HEIF_BRANDS = (b"heic", b"heix", b"hevc", b"heim", b"heis", b"mif1", b"msf1")
_ORIENTATION = 0x0112
_JPEG_END = b"\xff\xd9"
_STRIP_PIXELS = 1 << 24


def open_image(path: Path) -> Image.Image:
    """Open a picture by Pillow without decoding it; MediaError if it is none, or too large."""
    from PIL import UnidentifiedImageError

    try:
        image = _opened(path)
    except UnidentifiedImageError as error:
        raise refuse(path, _unknown(path)) from error
    try:
        check_size(path, *image.size)
    except MediaError:
        image.close()
        raise
    return image


def _opened(path: Path) -> Image.Image:
    from PIL import UnidentifiedImageError

    try:
        return _identified(path)
    except (UnidentifiedImageError, ValueError):
        if first_bytes(path, len(png.SIGNATURE)) != png.SIGNATURE:
            raise
        return _identified(png.bare(path))


def _identified(source: Path | io.BytesIO) -> Image.Image:
    """Try the usual formats first: to import every plugin takes twice as long as to decode a picture."""
    from PIL import Image, UnidentifiedImageError

    Image.MAX_IMAGE_PIXELS = None  # our own limit is always checked
    Image.preinit()
    try:
        return Image.open(source, formats=[name for name in FORMATS if name in Image.OPEN])
    except UnidentifiedImageError:
        Image.init()
        return Image.open(source, formats=[name for name in FORMATS if name in Image.OPEN])


def _unknown(path: Path) -> str:
    start = first_bytes(path)
    if not start:
        return "the file is empty"
    if start[4:8] == b"ftyp" and start[8:12] in _HEIF_BRANDS:
        return "HEIF pictures are not supported; convert it to JPEG or PNG first"
    return "it is no picture of a format that is known here, or its header is damaged"


def read_header(path: Path) -> Header:
    """Return the header of a picture without decoding its pixels."""
    return guarded(path, lambda: tiff.read_header(path) if tiff.is_tiff(path) else _header(path))


def _header(path: Path) -> Header:
    with open_image(path) as image:
        width, height = shown_size(image)
        kind = image.format or ""
        # A stereo or HDR photograph is one picture to its owner, though MPO keeps a second one behind it.
        frames = 1 if kind == "MPO" else int(getattr(image, "n_frames", 1))
        return Header(width, height, frames, kind)


def shown_size(image: Image.Image) -> tuple[int, int]:
    """Return (width, height) after EXIF orientation."""
    turned = orientation_of(image) in (5, 6, 7, 8)
    return (image.height, image.width) if turned else (image.width, image.height)


def orientation_of(image: Image.Image) -> int:
    """Return the EXIF orientation, 1 where there is none or it cannot be read."""
    try:
        return int(image.getexif().get(_ORIENTATION, 1))
    except Exception:  # damaged EXIF must not hide a sound picture
        return 1


def read_picture(path: Path) -> Decoded:
    """Return the first frame of a picture file, decoded."""
    return guarded(path, lambda: tiff.read_page(path, 0) if tiff.is_tiff(path) else _decoded(path))


def _decoded(path: Path) -> Decoded:
    with open_image(path) as image:
        if image.format == "PNG" and _has_wide_colour(image):
            return Decoded(shared(orient(to_rgb(png.read_deep(path)), orientation_of(image))))
        try:
            image.load()
        except OSError as error:
            if image.format not in ("JPEG", "MPO"):
                raise
            return _salvaged(path, error)
        except (ValueError, SyntaxError):  # text behind the picture
            if image.format != "PNG":
                raise
            return Decoded(rgb_of(_identified(png.bare(path))))
        return Decoded(rgb_of(transparency.settled(path, image) if image.format in transparency.DOUBTFUL else image))


def rgb_of(image: Image.Image) -> Pixels:
    """Return the loaded image as it should be shown."""
    return shared(orient(_plain_rgb(image), orientation_of(image)))


def _plain_rgb(image: Image.Image) -> NDArray[np.uint8]:
    mode = image.mode
    if mode == "F" or mode.startswith("I"):
        return to_rgb(np.asarray(image))
    if mode in ("PA", "LA", "La", "RGBA", "RGBa") or "transparency" in image.info:
        return _strips(image, "RGBA")
    if mode == "LAB":
        return _strips(from_lab(image), "RGB")
    return _strips(image, "RGB")


def _strips(image: Image.Image, mode: str) -> NDArray[np.uint8]:
    """Convert to an RGB array in strips, so that a huge picture is not held three times over."""
    rows = max(1, _STRIP_PIXELS // image.width)
    if rows >= image.height:
        return _strip(image, mode)
    result = np.empty((image.height, image.width, 3), np.uint8)
    for top in range(0, image.height, rows):
        part = image.crop((0, top, image.width, min(top + rows, image.height)))
        result[top : top + rows] = _strip(part, mode)
    return result


def _strip(image: Image.Image, mode: str) -> NDArray[np.uint8]:
    array = np.asarray(image if image.mode == mode else image.convert(mode))
    return over_grey(array) if mode == "RGBA" else array


def _salvaged(path: Path, damage: OSError) -> Decoded:
    """Return a damaged JPEG as far as it goes: with an end marker put behind it, Pillow takes what scans there are."""
    from PIL import Image

    with Image.open(io.BytesIO(path.read_bytes() + _JPEG_END), formats=["JPEG", "MPO"]) as image:
        try:
            image.load()
        except OSError:
            cast(Any, image).tile = []  # the rows before the damage are there; no tile is left to be decoded again
        pixels = rgb_of(image)
    if not pixels.any():
        raise damage
    return Decoded(pixels, f"{path.name} is damaged ({damage}); only a part of it could be decoded")


def _has_wide_colour(image: Image.Image) -> bool:
    """Say whether Pillow would drop the low byte of 16-bit colour, which is all there is in a dark 12-bit picture."""
    tiles = getattr(image, "tile", ())
    return image.mode in ("RGB", "RGBA") and any(";16" in str(tile[3]) for tile in tiles)
