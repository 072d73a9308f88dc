"""TIFF of every kind: pages, sample types, planes, bands, orientation.

Read by tifffile and not by Pillow or OpenCV: each of those reads some kinds wrongly (deep colour with an orientation,
a fourth band as alpha, more than four bands), and their libtiff prints on the terminal.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from engine.media.bands import RGB, YCBCR, Bands, left_out, rgb_of
from engine.media.base import MAX_PIXELS, shared
from engine.media.pixels import orient
from engine.media.ranges import Range
from engine.media.reading import Decoded, Header, check_size, first_bytes, refuse

if TYPE_CHECKING:
    from tifffile import TiffFile, TiffPage

_STARTS = (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+")
_ORIENTATION, _NODATA = 274, 42113
_LEAST_GREATEST = ((340, 341), (280, 281))
"""Tags of the least and greatest sample value: of any type, of whole numbers."""
_OVERVIEW_OR_MASK = 0b101
_MOST_BYTES = 12 * MAX_PIXELS
_OLD_JPEG = 6
_JPEG = (7, 33007)


def is_tiff(path: Path) -> bool:
    """Say whether the content is a TIFF, classic or big."""
    return first_bytes(path, 4) in _STARTS


def read_header(path: Path) -> Header:
    """Return the first page's size as shown, and how many pages there are to see."""
    with _opened(path) as file:
        pages = _shown_pages(file)
        return Header(*_shown_size(path, _page(file, pages[0])), len(pages), "TIFF")


def read_size(path: Path, index: int) -> tuple[int, int]:
    """Return (width, height) of a page as shown."""
    with _opened(path) as file:
        return _shown_size(path, _page(file, _shown_pages(file)[index]))


def read_page(path: Path, index: int) -> Decoded:
    """Return a page, decoded."""
    with _opened(path) as file:
        page = _page(file, _shown_pages(file)[index])
        _shown_size(path, page)
        if page.nbytes > _MOST_BYTES:
            raise refuse(path, f"its {page.samplesperpixel} bands take {page.nbytes >> 20} MB, more than is read")
        bands = _bands(path, page)
        note = left_out(bands)
        pixels = shared(orient(rgb_of(bands), _value(page, _ORIENTATION, 1)))
        return Decoded(pixels, f"{path.name}: {note}" if note else "")


@contextlib.contextmanager
def _opened(path: Path) -> Iterator[TiffFile]:
    import tifffile

    with tifffile.TiffFile(path) as file:
        yield file


def _page(file: TiffFile, number: int) -> TiffPage:
    import tifffile

    page = file.pages[number]
    assert isinstance(page, tifffile.TiffPage)  # a TiffFrame comes only where it was asked for
    return page


def _shown_pages(file: TiffFile) -> list[int] | range:
    """Return the numbers of the pages that are pictures: not the small copies and masks that map makers add."""
    count = len(file.pages)
    if count < 2 or not _is_aid(file, 1):
        return range(count)
    return [number for number in range(count) if not _is_aid(file, number)] or range(count)


def _is_aid(file: TiffFile, number: int) -> bool:
    return bool(int(_page(file, number).subfiletype) & _OVERVIEW_OR_MASK)


def _shown_size(path: Path, page: TiffPage) -> tuple[int, int]:
    check_size(path, page.imagewidth, page.imagelength)
    turned = _value(page, _ORIENTATION, 1) in (5, 6, 7, 8)
    return (page.imagelength, page.imagewidth) if turned else (page.imagewidth, page.imagelength)


def _bands(path: Path, page: TiffPage) -> Bands:
    samples = _samples(path, page)
    photometric = int(page.photometric)
    if photometric == YCBCR and (_needs_libtiff(page) or int(page.compression) in _JPEG):
        photometric = RGB  # it has been converted
    return Bands(
        np.abs(samples) if samples.dtype.kind == "c" else samples,
        photometric,
        tuple(int(kind) for kind in page.extrasamples),
        page.bitspersample,
        _nodata(page),
        _stated(page),
        page.colormap,
    )


def _samples(path: Path, page: TiffPage) -> NDArray[Any]:
    """Return (height, width, bands), whatever the planes, strips and tiles were."""
    if _needs_libtiff(page):
        import imagecodecs

        samples: NDArray[Any] = imagecodecs.tiff_decode(path.read_bytes(), index=page.index, asrgb=True)[..., :3]
        # it has turned over what is stored from the bottom or the right, but has not exchanged the axes
        return orient(samples, {2: 2, 3: 3, 4: 4, 6: 2, 7: 3, 8: 4}.get(_value(page, _ORIENTATION, 1), 1))
    planes, _, height, width, bands = page.shaped
    stored = np.asarray(page.asarray()).reshape(planes, -1, height, width, bands)[:, 0]
    return stored[0] if planes == 1 else np.moveaxis(stored[..., 0], 0, -1)


def _needs_libtiff(page: TiffPage) -> bool:
    """Say whether tifffile leaves a kind to others: colour at half resolution without JPEG, codecs of long ago."""
    import tifffile

    halved = page.is_subsampled and int(page.compression) not in _JPEG
    return halved or page.compression not in tifffile.TIFF.DECOMPRESSORS or int(page.compression) == _OLD_JPEG


def _value(page: TiffPage, code: int, default: Any) -> Any:
    """Return a tag's (first) value; strangers write tags of any type."""
    tag = page.tags.get(code)
    value = default if tag is None else tag.value
    value = value[0] if isinstance(value, tuple) and value else value
    return value if isinstance(value, type(default)) else default


def _nodata(page: TiffPage) -> float | None:
    """Return the number that stands for "not measured" in GDAL's tag."""
    try:
        number = float(_value(page, _NODATA, "").strip(" \0"))
    except ValueError:
        return None
    with np.errstate(over="ignore"):
        return float(np.float32(number)) if page.dtype == np.float32 else number


def _stated(page: TiffPage) -> Range | None:
    """Return the range that the file claims for its samples."""
    for least, greatest in _LEAST_GREATEST:
        if greatest in page.tags:
            low, high = _number(page, least), _number(page, greatest)
            return (low, high) if low < high else None
    return None


def _number(page: TiffPage, code: int) -> float:
    value = _value(page, code, 0)
    return float(value) or float(_value(page, code, 0.0))
