"""Bands of samples to 8-bit RGB, by what their file says that they are.

Apart from the TIFF reader so that the rules need no file: which bands are colours, which one is alpha (and of which
kind), and which are neither, such as the infrared of a satellite.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.media.pixels import alpha_8bit, over_grey, three, to_8bit
from engine.media.ranges import Range

WHITE_IS_ZERO, GREY, RGB, PALETTE, CMYK, YCBCR, LAB, ICC_LAB = 0, 1, 2, 3, 5, 6, 8, 9
"""Numbers of TIFF's photometric interpretations."""
_COLOURS = {RGB: 3, CMYK: 4, YCBCR: 3, LAB: 3, ICC_LAB: 3}
_PREMULTIPLIED, _STRAIGHT = 1, 2


@dataclass(frozen=True)
class Bands:
    """Samples (H, W, bands) of any type, and what their file says of them."""

    samples: NDArray[Any]
    photometric: int
    extra: tuple[int, ...] = ()
    """Kinds of the bands beyond the colours: 1 premultiplied alpha, 2 straight alpha, others are no alpha."""
    bits: int = 8
    nodata: float | None = None
    stated: Range | None = None
    palette: NDArray[np.uint16] | None = None


def rgb_of(bands: Bands) -> NDArray[np.uint8]:
    """Return the bands as (H, W, 3), laid on grey where they are transparent."""
    colours = _rgb(bands)
    place = _alpha_place(bands)
    if place is None:
        return colours
    alpha = alpha_8bit(bands.samples[..., place : place + 1])
    premultiplied = bands.extra[place - _colour_count(bands) :][:1] == (_PREMULTIPLIED,)
    return over_grey(np.concatenate([colours, alpha], axis=2), premultiplied=premultiplied)


def left_out(bands: Bands) -> str:
    """Say which of many bands are shown, "" where the file's own colours are."""
    count = bands.samples.shape[2] - (_alpha_place(bands) is not None)
    if bands.photometric in _COLOURS or bands.photometric == PALETTE or count < 2:
        return ""
    shown = "the first three are shown as red, green and blue" if count > 2 else "the first is shown"
    return f"it has {count} bands that are no colours; {shown}" if count != 3 else ""


def _colour_count(bands: Bands) -> int:
    return _COLOURS.get(bands.photometric, 1)


def _alpha_place(bands: Bands) -> int | None:
    """Return which band is alpha. One beside the colours that the file says nothing of is, if it is full somewhere."""
    colours, count = _colour_count(bands), bands.samples.shape[2]
    for place, kind in enumerate(bands.extra, start=colours):
        if kind in (_PREMULTIPLIED, _STRAIGHT) and place < count:
            return place
    if bands.photometric == RGB and not bands.extra and count == colours + 1:
        return colours if alpha_8bit(bands.samples[..., colours]).max() == 255 else None
    return None


def _rgb(bands: Bands) -> NDArray[np.uint8]:
    if bands.photometric == PALETTE and bands.palette is not None:
        return _looked_up(bands.samples[..., 0], bands.palette)
    mode = {CMYK: "CMYK", YCBCR: "YCbCr", LAB: "LAB", ICC_LAB: "LAB"}.get(bands.photometric)
    if mode is not None:
        return _converted(bands, mode)
    place = _alpha_place(bands)
    samples = bands.samples[..., : 3 if place is None else min(3, place)]
    samples = samples[..., :1] if samples.shape[2] < 3 else samples
    return three(_8bit(bands, samples))


def _8bit(bands: Bands, samples: NDArray[Any]) -> NDArray[np.uint8]:
    inverted = bands.photometric == WHITE_IS_ZERO
    if bands.bits < 8 and samples.dtype == np.uint8:
        samples = samples * np.uint8(255 // (2**bands.bits - 1))
    stated = bands.stated
    if stated is None and samples.dtype.kind == "u" and bands.bits % 8:
        stated = 0.0, 2.0**bands.bits - 1
    return to_8bit(samples, nodata=bands.nodata, stated=stated, inverted=inverted)


def _looked_up(numbers: NDArray[Any], palette: NDArray[np.uint16]) -> NDArray[np.uint8]:
    """Return the palette's colours; some writers put 8-bit values where 16 bits are asked for."""
    colours = (palette if palette.max() < 256 else palette >> 8).astype(np.uint8)
    return np.ascontiguousarray(colours.T[np.minimum(numbers, colours.shape[1] - 1)])


def _converted(bands: Bands, mode: str) -> NDArray[np.uint8]:
    """Convert by Pillow what is no RGB."""
    from PIL import Image

    colours = bands.samples[..., : _colour_count(bands)]
    samples = np.ascontiguousarray(alpha_8bit(colours))  # by their type: the channels are no amounts of light
    raw_mode = "LAB" if bands.photometric == LAB else None  # whose a and b are signed
    size = samples.shape[1], samples.shape[0]
    image = Image.frombytes(mode, size, samples.tobytes(), *(("raw", raw_mode) if raw_mode else ()))
    return np.asarray(from_lab(image) if mode == "LAB" else image.convert("RGB"))


def from_lab(image: Any) -> Any:
    """Convert an L*a*b* picture of Pillow to sRGB."""
    from PIL import ImageCms

    lab, srgb = ImageCms.createProfile("LAB"), ImageCms.createProfile("sRGB")
    converted = ImageCms.profileToProfile(image, lab, srgb, outputMode="RGB")
    return image if converted is None else converted
