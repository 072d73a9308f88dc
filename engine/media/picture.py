"""One picture file to RGB, or a sentence why not. Content decides, never the extension.

Pillow reads; OpenCV is asked only for what Pillow reads less well (16-bit colour, TIFF sample types it does not know).
"""

from __future__ import annotations

import io
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar, cast

import numpy as np
from numpy.typing import NDArray

from engine.errors import MediaError
from engine.media.base import MAX_PIXELS, Cancelled, Pixels, shared
from engine.media.pixels import orient, over_grey, to_rgb

if TYPE_CHECKING:
    from PIL import Image

FORMATS = ("JPEG", "MPO", "PNG", "TIFF", "GIF", "WEBP", "BMP", "DIB", "PPM", "AVIF", "JPEG2000", "TGA", "ICO", "PCX")
"""Not all that Pillow has: EPS would start another program."""
_HEIF_BRANDS = (b"heic", b"heix", b"hevc", b"heim", b"heis", b"mif1", b"msf1")
_ORIENTATION = 0x0112
_JPEG_END = b"\xff\xd9"
_STRIP_PIXELS = 1 << 24
T = TypeVar("T")


@dataclass(frozen=True)
class Header:
    """What a picture's header says: size as shown, number of frames, format."""

    width: int
    height: int
    frames: int = 1
    format: str = ""


@dataclass(frozen=True)
class Decoded:
    """A picture's pixels, and what is doubtful about them."""

    pixels: Pixels
    warning: str = ""


def refuse(path: Path, why: object) -> MediaError:
    """Return the error that names the file and says what is wrong with it."""
    text = " ".join(str(why).replace(str(path), path.name).split()) or type(why).__name__
    return MediaError(f"Cannot read {path.name}", f"{text} ({path})")


def guarded(path: Path, read: Callable[[], T]) -> T:
    """Run a reader of untrusted bytes and turn whatever it raises into a MediaError."""
    try:
        return read()
    except (MediaError, Cancelled):
        raise
    except MemoryError as error:
        raise refuse(path, "there is not enough memory to decode it") from error
    except Exception as error:  # decoders answer hostile bytes with any exception at all
        raise refuse(path, error) from error


def open_image(path: Path) -> Image.Image:
    """Open a picture by Pillow without decoding it; MediaError if it is none, or too large."""
    from PIL import UnidentifiedImageError

    _quieten()
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
    """Open by the usual formats first: to import every plugin takes twice as long as to decode a picture."""
    from PIL import Image, UnidentifiedImageError

    Image.preinit()
    try:
        return Image.open(path, formats=[name for name in FORMATS if name in Image.OPEN])
    except UnidentifiedImageError:
        Image.init()
        return Image.open(path, formats=[name for name in FORMATS if name in Image.OPEN])


def _quieten() -> None:
    """Keep Pillow's warnings off the screen, and its size limit out of the way of our own, which is always checked."""
    from PIL import Image

    Image.MAX_IMAGE_PIXELS = None
    warnings.filterwarnings("ignore", module=r"PIL\.")


def check_size(path: Path, width: int, height: int) -> None:
    """Raise MediaError for a frame that no memory should be asked to hold."""
    if width < 1 or height < 1:
        raise refuse(path, f"its size is {width}x{height}")
    if width * height > MAX_PIXELS:
        raise refuse(path, f"{width}x{height} is more than the limit of {MAX_PIXELS // 10**6} megapixels")


def _unknown(path: Path) -> str:
    start = first_bytes(path)
    if not start:
        return "the file is empty"
    if start[4:8] == b"ftyp" and start[8:12] in _HEIF_BRANDS:
        return "HEIF pictures are not supported; convert it to JPEG or PNG first"
    return "it is no picture of a format that is known here, or its header is damaged"


def first_bytes(path: Path, count: int = 32) -> bytes:
    """Return the first bytes of a file."""
    with path.open("rb") as file:
        return file.read(count)


def read_header(path: Path) -> Header:
    """Return the header of a picture without decoding its pixels."""
    return guarded(path, lambda: _wide_tiff_header(path) if _only_cv2(path) else _header(path))


def _header(path: Path) -> Header:
    with open_image(path) as image:
        width, height = shown_size(image)
        kind = image.format or ""
        # A stereo or HDR photograph is one picture to its owner, though MPO keeps a second one behind it.
        frames = 1 if kind == "MPO" else int(getattr(image, "n_frames", 1))
        return Header(width, height, frames, kind)


def shown_size(image: Image.Image) -> tuple[int, int]:
    """Return (width, height) after EXIF orientation; Pillow has already turned a TIFF's size."""
    turned = image.format != "TIFF" and orientation_of(image) in (5, 6, 7, 8)
    return (image.height, image.width) if turned else (image.width, image.height)


def orientation_of(image: Image.Image) -> int:
    """Return the EXIF orientation, 1 where there is none or it cannot be read."""
    try:
        return int(image.getexif().get(_ORIENTATION, 1))
    except Exception:  # damaged EXIF must not hide a sound picture
        return 1


def read_picture(path: Path) -> Decoded:
    """Return the first frame of a picture file, decoded."""
    return guarded(path, lambda: Decoded(shared(_cv2_rgb(path))) if _only_cv2(path) else _decoded(path))


def _decoded(path: Path) -> Decoded:
    with open_image(path) as image:
        if _has_wide_colour(image):
            orientation = orientation_of(image)
            return Decoded(shared(orient(_cv2_rgb(path), orientation)))
        try:
            image.load()
        except OSError as error:
            if image.format not in ("JPEG", "MPO"):
                raise
            return _salvaged(path, error)
        return Decoded(rgb_of(image))


def rgb_of(image: Image.Image) -> Pixels:
    """Return the loaded image as it should be shown."""
    orientation = orientation_of(image)  # after load: Pillow turns TIFFs itself, and then drops the tag
    return shared(orient(_plain_rgb(image), orientation))


def _plain_rgb(image: Image.Image) -> NDArray[np.uint8]:
    mode = image.mode
    if mode == "F" or mode.startswith("I"):
        return to_rgb(np.asarray(image))
    if mode in ("PA", "LA", "La", "RGBA", "RGBa") or "transparency" in image.info:
        return _strips(image, "RGBA")
    if mode == "LAB":
        return _strips(_from_lab(image), "RGB")
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


def _from_lab(image: Image.Image) -> Image.Image:
    from PIL import ImageCms

    lab, srgb = ImageCms.createProfile("LAB"), ImageCms.createProfile("sRGB")
    converted = ImageCms.profileToProfile(image, lab, srgb, outputMode="RGB")
    return image if converted is None else converted


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


def _only_cv2(path: Path) -> bool:
    """Say whether this is a TIFF whose samples Pillow does not know."""
    from PIL import Image, UnidentifiedImageError

    if first_bytes(path)[:4] not in (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+"):
        return False
    _quieten()
    try:
        Image.open(path, formats=["TIFF"]).close()
    except UnidentifiedImageError:
        return True
    except Exception:  # _header and _decoded meet it again, and report it
        return False
    return False


def _wide_tiff_header(path: Path) -> Header:
    from PIL import TiffImagePlugin

    with path.open("rb") as file:
        start = file.read(8)
        start += file.read(8) if start[2:4] in (b"+\0", b"\0+") else b""
        tags = TiffImagePlugin.ImageFileDirectory_v2(start)
        file.seek(tags.next)
        tags.load(file)
        width, height = int(tags[256]), int(tags[257])
    check_size(path, width, height)
    return Header(width, height, 1, "TIFF")


def _cv2_rgb(path: Path) -> NDArray[np.uint8]:
    """Read deep samples by OpenCV, which keeps all of their bits; its BGR becomes RGB here."""
    import cv2

    if _only_cv2(path):
        _wide_tiff_header(path)
    samples = cv2.imdecode(np.fromfile(path, np.uint8), cv2.IMREAD_UNCHANGED)
    if samples is None:
        raise refuse(path, _unknown(path))
    if samples.ndim == 3 and samples.shape[2] >= 3:
        samples = samples[..., [2, 1, 0, *range(3, samples.shape[2])]]
    return to_rgb(samples)
