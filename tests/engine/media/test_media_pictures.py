"""Pictures of every kind of samples and orientation, folders and lists of them, and where their shapes are saved."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from engine.errors import MediaError
from engine.media import open_media
from engine.media.listing import list_folder
from engine.media.pixels import orient, over_grey, to_8bit
from engine.project.naming import annotation_path


def save(path: Path, value: int = 90, size: tuple[int, int] = (8, 6)) -> Path:
    Image.new("RGB", size, (value, value, value)).save(path)
    return path


@pytest.mark.parametrize("number", [3, 5, 6, 8])
def test_orientations_show_the_same_picture(shared: Path, number: int) -> None:
    folder = shared / "data/odd/image"
    upright = open_media([folder / "hopper_orientation_2.jpg"]).frame(0).astype(int)
    turned = open_media([folder / f"hopper_orientation_{number}.jpg"]).frame(0).astype(int)
    assert np.abs(turned - upright).mean() < 5  # JPEG blocks lie otherwise; a wrong turn gives over 40


def test_orient_agrees_with_pillow_for_all_values(tmp_path: Path) -> None:
    from PIL import ImageOps

    picture = Image.fromarray(np.arange(7 * 5 * 3, dtype=np.uint8).reshape(7, 5, 3))
    for value in range(1, 9):
        picture.getexif()[0x0112] = value
        exif = picture.getexif()
        exif[0x0112] = value
        picture.save(tmp_path / "turned.png", exif=exif)
        wanted = np.asarray(ImageOps.exif_transpose(Image.open(tmp_path / "turned.png")))
        media = open_media([tmp_path / "turned.png"])
        assert np.array_equal(media.frame(0), wanted)
        assert np.array_equal(orient(np.asarray(picture), value), wanted)
        assert media.size(0) == (wanted.shape[1], wanted.shape[0])


def test_modes_become_the_colours_meant(tmp_path: Path) -> None:
    red = Image.new("RGB", (4, 4), (200, 30, 60))
    red.save(tmp_path / "plain.png")
    red.quantize(4).save(tmp_path / "palette.png")
    red.convert("RGBA").save(tmp_path / "alpha.tif")
    red.convert("CMYK").save(tmp_path / "cmyk.tif")
    red.save(tmp_path / "lossless.webp", lossless=True)
    for name in ("plain.png", "palette.png", "alpha.tif", "cmyk.tif", "lossless.webp"):
        pixels = open_media([tmp_path / name]).frame(0)
        assert pixels.dtype == np.uint8 and pixels.flags.c_contiguous and not pixels.flags.writeable
        assert pixels[2, 2].tolist() == pytest.approx([200, 30, 60], abs=1), name


@pytest.mark.parametrize(
    ("samples", "wanted"),
    [
        (np.array([[0, 2048, 4095]], np.uint16), [0, 128, 255]),
        (np.array([[0, 32768, 65535]], np.uint16), [0, 128, 255]),
        (np.array([[0.0, 0.5, 1.0]], np.float32), [0, 128, 255]),
        (np.array([[0.0, 100.0, 200.0]], np.float32), [0, 100, 200]),
        (np.array([[-100, 0, 100]], np.int16), [0, 128, 255]),
        (np.array([[np.nan, 0.0, 1000.0]], np.float32), [0, 0, 255]),
        (np.array([[np.inf, np.nan, np.nan]], np.float64), [0, 0, 0]),
        (np.array([[True, False]]), [255, 0]),
        (np.array([[0, 0]], np.uint16), [0, 0]),
    ],
)
def test_deep_samples_use_their_real_range(samples: np.ndarray, wanted: list[int]) -> None:
    assert to_8bit(samples)[0].tolist() == pytest.approx(wanted, abs=1)


def test_deep_colour_keeps_its_low_bytes(tmp_path: Path) -> None:
    import cv2

    bgr = np.zeros((4, 6, 3), np.uint16)
    bgr[..., 2], bgr[..., 1], bgr[:2, :, 0] = 4000, 2000, 1000
    for name in ("deep.png", "deep.tif"):
        cv2.imwrite(str(tmp_path / name), bgr)
        assert open_media([tmp_path / name]).frame(0)[0, 0].tolist() == [255, 128, 64], name


def test_transparency_is_laid_on_grey() -> None:
    rgba = np.array([[[255, 0, 0, 255], [255, 0, 0, 0], [255, 0, 0, 128]]], np.uint8)
    assert over_grey(rgba)[0].tolist() == [[255, 0, 0], [128, 128, 128], [192, 64, 64]]


def test_a_folder_in_natural_order(tmp_path: Path) -> None:
    for name in ("img10.PNG", "img2.png", "IMG1.jpg", ".hidden.png", "b.webp"):
        save(tmp_path / name)
    (tmp_path / "notes.txt").write_text("x")
    (tmp_path / "folder.png").mkdir()
    assert list_folder(tmp_path) == ["b.webp", "IMG1.jpg", "img2.png", "img10.PNG"]
    media = open_media([tmp_path])
    assert (media.info.kind, len(media), media.info.path) == ("folder", 4, ".")
    assert [media.name(index) for index in range(4)] == list_folder(tmp_path)


def test_sizes_differ_and_come_from_headers(tmp_path: Path) -> None:
    save(tmp_path / "1.png", size=(20, 10))
    save(tmp_path / "2.png", size=(5, 7))
    noise = np.random.default_rng(1).integers(0, 256, (7, 5, 3), np.uint8)
    Image.fromarray(noise).save(tmp_path / "3.png")
    (tmp_path / "3.png").write_bytes((tmp_path / "3.png").read_bytes()[:90])
    media = open_media([tmp_path])
    assert [media.size(index) for index in range(3)] == [(20, 10), (5, 7), (5, 7)]
    with pytest.raises(MediaError, match=r"3\.png"):
        media.frame(2)
    assert media.frame(1).shape == (7, 5, 3)


def test_a_pattern_and_a_list(tmp_path: Path) -> None:
    for name in ("cam1_2.png", "cam1_10.png", "cam2_1.png"):
        save(tmp_path / name)
    pattern = open_media([tmp_path / "cam1_*.png"])
    assert [pattern.name(index) for index in range(len(pattern))] == ["cam1_2.png", "cam1_10.png"]
    (tmp_path / "sub").mkdir()
    listed = [save(tmp_path / "sub" / "x.png"), tmp_path / "cam2_1.png"]
    assert annotation_path(listed) == tmp_path / "annotations.termwand.yaml"
    assert {open_media(listed).name(index) for index in range(2)} == {"cam2_1.png", os.path.join("sub", "x.png")}


def test_where_shapes_are_saved(tmp_path: Path) -> None:
    picture = save(tmp_path / "street.png")
    clip = tmp_path / "clip.mp4"
    clip.write_bytes(b"x")
    assert annotation_path([picture]) == tmp_path / "street.termwand.yaml"
    assert annotation_path([clip]) == tmp_path / "clip.termwand.yaml"
    assert annotation_path([tmp_path]) == tmp_path / "annotations.termwand.yaml"


def as_nobody(call: Callable[[], object]) -> str:
    """Return what a call says in a child that is not root: to root no folder is read-only."""
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            if os.getuid() == 0:
                os.setuid(65534)
            os.write(writer, str(call()).encode())
        finally:
            os._exit(0)  # whatever happened: the child must not go on with the tests
    os.close(writer)
    os.waitpid(child, 0)
    with os.fdopen(reader) as said:
        return said.read()


def test_beside_a_folder_that_is_read_only() -> None:
    base = Path(tempfile.mkdtemp())  # not below pytest's own, which another user cannot enter
    folder = base / "pictures"
    folder.mkdir()
    save(folder / "1.png")
    base.chmod(0o777)
    folder.chmod(0o555)
    try:
        assert as_nobody(lambda: annotation_path([folder])) == str(base / "pictures.termwand.yaml")
        assert as_nobody(lambda: open_media([folder]).info.path) == "pictures"
        (folder / "annotations.termwand.yaml").touch()
        assert annotation_path([folder]).parent == folder  # what is there is used
    finally:
        folder.chmod(0o755)
        shutil.rmtree(base)


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda folder: folder / "street.pgn", "street.png"),
        (lambda folder: folder / "none*.png", "none"),
        (lambda folder: folder / "empty", "no pictures"),
        (lambda folder: folder / "pipe.mp4", "not a file"),
    ],
)
def test_what_cannot_be_opened_is_said(tmp_path: Path, make: Callable[[Path], Path], words: str) -> None:
    save(tmp_path / "street.png")
    (tmp_path / "empty").mkdir()
    os.mkfifo(tmp_path / "pipe.mp4")
    with pytest.raises(MediaError, match=words):
        open_media([make(tmp_path)])


def test_an_animation_is_a_sequence_with_times(tmp_path: Path) -> None:
    frames = [Image.new("RGB", (9, 7), (40 * index, 0, 0)) for index in range(5)]
    durations = [100, 50, 200, 100, 100]
    for name in ("a.gif", "a.webp", "a.png"):
        options = {"lossless": True} if name == "a.webp" else {}
        frames[0].save(tmp_path / name, save_all=True, append_images=frames[1:], duration=durations, **options)
        media = open_media([tmp_path / name])
        assert (media.info.kind, len(media), bool(media.info.times)) == ("video", 5, True)
        for index in (4, 0, 2, 1, 3):
            assert media.frame(index)[3, 3].tolist() == pytest.approx([40 * index, 0, 0], abs=3), (name, index)
        assert [media.time(index) for index in range(5)] == pytest.approx([0, 0.1, 0.15, 0.35, 0.45]), name
        media.close()


def test_pages_of_a_tiff_keep_their_sizes(tmp_path: Path) -> None:
    pages = [Image.new("L", (10 + index, 5), 50 * index) for index in range(3)]
    pages[0].save(tmp_path / "pages.tif", save_all=True, append_images=pages[1:])
    media = open_media([tmp_path / "pages.tif"])
    assert [media.size(index) for index in (2, 0, 1)] == [(12, 5), (10, 5), (11, 5)]
    assert [int(media.frame(index)[0, 0, 0]) for index in (2, 0, 1)] == [100, 0, 50]


def test_a_picture_of_a_hundred_megapixels_opens(tmp_path: Path) -> None:
    Image.new("L", (10_000, 10_000), 77).save(tmp_path / "large.png", compress_level=1)
    pixels = open_media([tmp_path / "large.png"]).frame(0)
    assert pixels.shape == (10_000, 10_000, 3) and pixels[-1, -1].tolist() == [77, 77, 77]
