"""TIFFs of other people's programs: every sample type, storage, orientation, band and no-data value."""

from __future__ import annotations

import itertools
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import tifffile
from numpy.typing import NDArray
from PIL import Image

from engine.errors import MediaError
from engine.media import open_media
from engine.media.pixels import orient

ORIENTATION, NODATA = 274, 42113
Array = NDArray[Any]


def corners(top: float = 255, dtype: str = "u1") -> Array:
    """Draw a picture that no two orientations show alike: red upper left, green upper right, blue lower left."""
    picture = np.zeros((40, 60, 3), dtype)
    picture[:10, :15, 0] = picture[:10, -15:, 1] = picture[-10:, :15, 2] = top
    return picture


def write(path: Path, samples: Array, *, tags: tuple[Any, ...] = (), **options: Any) -> Path:
    tifffile.imwrite(path, samples, metadata=None, extratags=tags, **options)
    return path


def shown(path: Path) -> NDArray[np.int_]:
    media = open_media([path])
    pixels = media.frame(0)
    assert media.size(0) == (pixels.shape[1], pixels.shape[0])
    return pixels.astype(int)


def near(pixels: Array, wanted: Array, within: int = 2) -> bool:
    return pixels.shape == wanted.shape and bool(np.abs(pixels.astype(int) - wanted).max() <= within)


STORED: dict[str, dict[str, Any]] = {
    "raw": {},
    "strips": {"rowsperstrip": 7},
    "tiles": {"tile": (16, 32)},
    "planes": {"planarconfig": "separate"},
    "planes in tiles": {"planarconfig": "separate", "tile": (16, 32), "compression": "zlib"},
    "lzw": {"compression": "lzw", "predictor": True},
    "deflate": {"compression": "zlib", "predictor": True},
    "packbits": {"compression": "packbits"},
    "big-endian": {"byteorder": ">"},
    "big": {"bigtiff": True},
}
TYPES = {"u1": 255, "u2": 4095, "u4": 70_000, "i2": 900, "f4": 1.0, "f8": 255.0}


@pytest.mark.parametrize("storage", STORED)
@pytest.mark.parametrize("dtype", TYPES)
def test_colours_of_every_type_and_storage_in_every_orientation(tmp_path: Path, dtype: str, storage: str) -> None:
    samples = corners(TYPES[dtype], dtype)
    options = dict(STORED[storage])
    if options.get("planarconfig") == "separate":
        samples = np.moveaxis(samples, 2, 0)
    for value in range(1, 9):
        tag = (ORIENTATION, "H", 1, value, True)
        path = write(tmp_path / f"{value}.tif", samples, photometric="rgb", tags=(tag,), **options)
        assert near(shown(path), orient(corners(), value)), value


BY_PILLOW = [
    *itertools.product(
        ("1", "L", "P", "LA", "RGBA", "CMYK", "YCbCr", "F", "I", "I;16", "I;16B"),
        (None, "tiff_lzw", "tiff_adobe_deflate"),
    ),
    ("1", "group4"),
    *itertools.product(("L", "CMYK", "YCbCr"), ("jpeg",)),
]


@pytest.mark.parametrize(("mode", "compression"), BY_PILLOW)
def test_what_pillow_writes_in_every_orientation(tmp_path: Path, mode: str, compression: str | None) -> None:
    grey = mode in ("1", "L", "LA", "F", "I", "I;16", "I;16B")
    colours = np.repeat(corners().max(2, keepdims=True), 3, axis=2) if grey else corners()
    picture = Image.fromarray(colours)
    picture = picture.convert("L").convert(mode) if grey else picture.convert(mode)
    for value in range(1, 9):
        path = tmp_path / f"{value}.tif"
        picture.save(path, tiffinfo={ORIENTATION: value}, compression=compression)
        if compression == "jpeg":
            assert np.abs(shown(path) - orient(colours, value)).mean() < 4, value
        else:
            assert near(shown(path), orient(colours, value)), value


def lit(pixels: Array, row: int, column: int) -> list[int]:
    return pixels[row, column].tolist()


@pytest.mark.parametrize(("dtype", "top"), [("u1", 255), ("u2", 3000), ("u2", 65535), ("f4", 1.0)])
@pytest.mark.parametrize("bands", range(2, 9))
def test_bands_that_are_no_alpha_hide_nothing(tmp_path: Path, bands: int, dtype: str, top: float) -> None:
    samples = np.full((40, 60, bands), top / 2, dtype)
    samples[..., : min(3, bands)] = corners(top, dtype)[..., : min(3, bands)]
    for planar in ("contig", "separate"):
        stored = samples if planar == "contig" else np.moveaxis(samples, 2, 0)
        options = {"photometric": "minisblack", "extrasamples": [0] * (bands - 1), "planarconfig": planar}
        grey = shown(write(tmp_path / "grey.tif", stored, **options))
        assert near(grey, corners() if bands > 2 else np.repeat(corners()[..., :1], 3, axis=2))
        if bands > 3:
            options |= {"photometric": "rgb", "extrasamples": [0] * (bands - 3)}
            assert near(shown(write(tmp_path / "colour.tif", stored, **options)), corners())


def test_more_bands_than_colours_are_said(tmp_path: Path) -> None:
    samples = np.full((40, 60, 5), 100, np.uint8)
    media = open_media([write(tmp_path / "five.tif", samples, photometric="minisblack", extrasamples=[0] * 4)])
    media.frame(0)
    assert "five.tif" in media.warning(0) and "5 bands" in media.warning(0)


@pytest.mark.parametrize(("dtype", "top"), [("u1", 255), ("u2", 65535), ("f4", 1.0)])
@pytest.mark.parametrize("more", [0, 1])
@pytest.mark.parametrize("kind", [1, 2])
def test_alpha_of_both_kinds(tmp_path: Path, kind: int, more: int, dtype: str, top: float) -> None:
    samples = np.zeros((2, 3, 4 + more), dtype)
    samples[..., 0] = [top, top, top] if kind == 2 else [top, top / 2, 0]
    samples[..., 3] = [top, top / 2, 0]
    options = {"photometric": "rgb", "extrasamples": [kind, *[0] * more], "planarconfig": "contig"}
    pixels = shown(write(tmp_path / "alpha.tif", samples, **options))
    assert near(pixels[0], np.array([[255, 0, 0], [192, 64, 64], [128, 128, 128]]))


@pytest.mark.parametrize(("alpha", "wanted"), [(65535, [255, 0, 0]), (2500, [255, 0, 0]), (0, [255, 0, 0])])
def test_a_fourth_band_that_nothing_is_said_of_is_alpha_only_where_it_is_full(
    tmp_path: Path, alpha: int, wanted: list[int]
) -> None:
    samples = np.zeros((4, 4, 4), np.uint16)
    samples[..., 0], samples[..., 3] = 3000, alpha
    path = write(tmp_path / "x.tif", samples, photometric="rgb", extrasamples=["unassalpha"])
    path.write_bytes(path.read_bytes().replace(b"\x52\x01\x03\0\x01\0\0\0\x02", b"\x51\x01\x03\0\x01\0\0\0\x02"))
    with tifffile.TiffFile(path) as file:
        assert not file.pages[0].extrasamples
    assert lit(shown(path), 1, 1) == wanted


@pytest.mark.parametrize(("dtype", "top"), [("u1", 255), ("u2", 65535), ("u2", 4095), ("f4", 1.0), ("?", 1)])
def test_white_is_zero(tmp_path: Path, dtype: str, top: float) -> None:
    ramp = np.zeros((4, 8), dtype)
    ramp[:, 4:] = top
    pixels = shown(write(tmp_path / "x.tif", ramp, photometric="miniswhite"))
    assert (lit(pixels, 1, 1), lit(pixels, 1, 6)) == ([255] * 3, [0] * 3)


def measured(dtype: str) -> Array:
    return np.linspace(100, 300, 2400).reshape(40, 60).astype(dtype)


NO_DATA = [
    ("f4", -9999, "-9999"),
    ("f4", np.nan, "nan"),
    ("f4", -3.4028234663852886e38, "-3.4028234663852886e+38"),
    ("f4", -3.4028234663852886e38, "-3.40282e+38"),
    ("f8", -1.7976931348623157e308, "-1.7976931348623157e+308"),
    ("f8", 1e20, "1e20"),
    ("i2", -32768, "-32768"),
    ("u2", 65535, "65535"),
    ("u2", 0, "0"),
    ("i4", -2147483648, "-2147483648 "),
    ("u4", 4294967295, "4294967295"),
]


@pytest.mark.parametrize("rows", [1, 3, 20])
@pytest.mark.parametrize(("dtype", "value", "text"), NO_DATA)
def test_measurements_are_seen_beside_what_was_not_measured(
    tmp_path: Path, dtype: str, value: float, text: str, rows: int
) -> None:
    samples = measured(dtype)
    samples[:rows] = value
    tag = (NODATA, "s", 0, text, True)
    for tags in ((tag,), ()):  # half of the writers forget to say it
        pixels = shown(write(tmp_path / "x.tif", samples, photometric="minisblack", tags=tags))[..., 0]
        assert pixels[rows:].max() - pixels[rows:].min() > 80, tags
        if tags:
            assert not pixels[:rows].any()


@pytest.mark.parametrize("dtype", ["f4", "i2", "u2"])
def test_a_few_wild_values_do_not_hide_the_rest(tmp_path: Path, dtype: str) -> None:
    samples = measured(dtype)
    wild = [30_000, 31_000, 29_000, *([-30_000, -20_000] if dtype != "u2" else [])]
    for place, value in enumerate(wild):
        samples[7, 5 * place] = value
    pixels = shown(write(tmp_path / "x.tif", samples, photometric="minisblack"))[..., 0]
    assert pixels[20:].max() - pixels[20:].min() > 70


def test_a_level_far_from_zero_is_seen(tmp_path: Path) -> None:
    thermal = np.linspace(7000, 8500, 2400).reshape(40, 60).astype("u2")
    pixels = shown(write(tmp_path / "x.tif", thermal, photometric="minisblack"))[..., 0]
    assert (pixels.min(), pixels.max()) == (0, 255)


@pytest.mark.parametrize(
    ("least", "greatest", "white"), [(0, 4095, 187), (0, 65535, 255), (0, 255, 255), (500, 100, 255)]
)
def test_a_stated_range_is_believed_where_the_samples_fill_it(
    tmp_path: Path, least: int, greatest: int, white: int
) -> None:
    tags = ((280, "H", 1, least, True), (281, "H", 1, greatest, True))
    ramp = np.linspace(0, 3000, 2400).reshape(40, 60).astype("u2")
    assert shown(write(tmp_path / "x.tif", ramp, photometric="minisblack", tags=tags)).max() == white


def test_palettes_of_8_bit_values(tmp_path: Path) -> None:
    palette = np.zeros((3, 256), np.uint16)
    palette[:, 7] = 200, 30, 60
    numbers = np.full((4, 4), 7, np.uint8)
    for scale in (1, 256):
        path = write(tmp_path / "x.tif", numbers, photometric="palette", colormap=palette * np.uint16(scale))
        assert lit(shown(path), 1, 1) == [200, 30, 60]


def test_numbers_with_an_imaginary_part_show_how_large_they_are(tmp_path: Path) -> None:
    radar = (measured("f4") * 1j).astype("c8")
    pixels = shown(write(tmp_path / "x.tif", radar, photometric="minisblack"))[..., 0]
    assert (pixels.min(), pixels.max()) == (0, 255)


def test_pages_of_every_kind_keep_their_size_and_turn(tmp_path: Path) -> None:
    path = tmp_path / "pages.tif"
    with tifffile.TiffWriter(path) as writer:
        for number, dtype in itertools.product(range(1, 9), ("u1", "u2", "f4")):
            samples = corners(TYPES[dtype], dtype)[: 40 - number]
            writer.write(samples, photometric="rgb", metadata=None, extratags=[(ORIENTATION, "H", 1, number, True)])
    media = open_media([path])
    assert (media.info.kind, len(media)) == ("video", 24)
    for index in (23, 0, 12, 5):
        wanted = orient(corners()[: 39 - index // 3], index // 3 + 1)
        assert media.size(index) == wanted.shape[1::-1]
        assert near(media.frame(index), wanted)
    with pytest.raises(MediaError, match="pages"):
        media.frame(24)


def test_small_copies_and_masks_of_a_map_are_no_pages(tmp_path: Path) -> None:
    path = tmp_path / "map.tif"
    with tifffile.TiffWriter(path) as writer:
        writer.write(corners(), photometric="rgb", metadata=None)
        writer.write(corners()[::2, ::2], photometric="rgb", metadata=None, subfiletype=1)
        writer.write(corners()[..., 0] > 0, photometric="mask", metadata=None, subfiletype=4)
    media = open_media([path])
    assert (media.info.kind, len(media), media.size(0)) == ("image", 1, (60, 40))


def test_damage_is_refused_by_name(tmp_path: Path) -> None:
    path = write(tmp_path / "cut.tif", corners(), photometric="rgb", compression="lzw")
    whole = path.read_bytes()
    for length in range(8, len(whole), 13):
        path.write_bytes(whole[:length])
        try:
            open_media([path]).frame(0)
        except MediaError as error:
            assert "cut.tif" in str(error)
