"""Folders and pictures of other people: odd entries, empty alpha, text without end, and libraries that like to talk."""

from __future__ import annotations

import os
import socket
import struct
import subprocess
import sys
import zlib
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, PngImagePlugin

from engine.errors import MediaError
from engine.media import open_media

RED = (200, 30, 60)


def save(path: Path, size: tuple[int, int] = (8, 6)) -> Path:
    Image.new("RGB", size, RED).save(path)
    return path


@pytest.fixture
def odd_folder(tmp_path: Path) -> Iterator[Path]:
    save(tmp_path / "a.png")
    for name, target in (("loop.jpg", "loop.jpg"), ("nowhere.png", "none.png"), ("link.png", "a.png")):
        (tmp_path / name).symlink_to(target)
    (tmp_path / "folder.png").mkdir()
    os.mkfifo(tmp_path / "pipe.png")
    os.replace(save(tmp_path / "x.png"), os.fsencode(tmp_path) + b"/caf\xe9.png")
    here = os.getcwd()
    with socket.socket(socket.AF_UNIX) as server:
        os.chdir(tmp_path)  # a socket's path is limited to some hundred bytes
        server.bind("socket.png")
        os.chdir(here)
        yield tmp_path


def test_odd_entries_close_no_folder_pattern_or_list(odd_folder: Path) -> None:
    for paths in ([odd_folder], [odd_folder / "*.*"], sorted(odd_folder.iterdir())):
        media = open_media(paths)
        assert [media.name(index) for index in range(len(media))] == ["a.png", "caf\udce9.png", "link.png"]
        assert all(media.frame(index)[0, 0].tolist() == list(RED) for index in range(3))


@pytest.mark.parametrize("name", ["loop.jpg", "nowhere.png", "folder.png", "pipe.png", "socket.png"])
def test_an_odd_entry_by_itself_is_refused_by_name(odd_folder: Path, name: str) -> None:
    with pytest.raises(MediaError, match=name):
        open_media([odd_folder / name])


def test_an_unreadable_picture_closes_no_folder(tmp_path: Path) -> None:
    save(tmp_path / "a.png")
    (tmp_path / "b.png").write_bytes(b"no picture")
    media = open_media([tmp_path])
    with pytest.raises(MediaError, match=r"b\.png"):
        media.frame(1)
    assert media.frame(0)[0, 0].tolist() == list(RED)


def tga(path: Path, *, alpha_bits: int, alpha: int, place: int = 0x20, depth: int = 32, attributes: int = -1) -> Path:
    """Write a TGA of 40 x 30 whose corner at the origin of the picture as shown is white."""
    header = struct.pack("<BBBHHBHHHHBB", 0, 0, 2, 0, 0, 0, 0, 0, 40, 30, depth, place | alpha_bits)
    if depth == 16:
        pixels = np.full((30, 40), 25 << 10 | 4 << 5 | 7 | (alpha & 1) << 15, "<u2")
        pixels[0, 0] |= 0x7FFF
    else:
        pixels = np.full((30, 40, 4), (60, 30, 200, alpha), np.uint8)
        pixels[0, 0, :3] = 255
    pixels = pixels[:, ::-1] if place & 0x10 else pixels
    pixels = pixels if place & 0x20 else pixels[::-1]
    tail = b""
    if attributes >= 0:
        tail = bytes(494) + bytes([attributes])
        tail += struct.pack("<II", len(header) + pixels.nbytes, 0) + b"TRUEVISION-XFILE.\0"
    path.write_bytes(header + pixels.tobytes() + tail)
    return path


@pytest.mark.parametrize("place", [0x00, 0x10, 0x20, 0x30])
@pytest.mark.parametrize(
    ("alpha_bits", "alpha", "attributes", "wanted"),
    [
        (0, 0, -1, RED),
        (0, 77, -1, RED),
        (8, 0, -1, RED),
        (8, 255, -1, RED),
        (8, 128, -1, (164, 79, 94)),
        (8, 128, 0, RED),
        (8, 128, 2, RED),
        (8, 128, 3, (164, 79, 94)),
        (8, 128, 4, (192, 94, 124)),  # more red than its alpha allows
    ],
)
def test_tga_of_32_bits(
    tmp_path: Path, alpha_bits: int, alpha: int, attributes: int, wanted: tuple[int, int, int], place: int
) -> None:
    path = tga(tmp_path / "t.tga", alpha_bits=alpha_bits, alpha=alpha, place=place, attributes=attributes)
    pixels = open_media([path]).frame(0)
    assert pixels[10, 20].tolist() == pytest.approx(wanted, abs=2)
    assert pixels[0, 0].min() > pixels[10, 20].min(), "the first pixel lies in the upper left corner"


@pytest.mark.parametrize(("alpha_bits", "alpha"), [(0, 0), (0, 1), (1, 1), (1, 0)])
def test_tga_of_16_bits(tmp_path: Path, alpha_bits: int, alpha: int) -> None:
    path = tga(tmp_path / "t.tga", alpha_bits=alpha_bits, alpha=alpha, depth=16)
    assert open_media([path]).frame(0)[10, 20].tolist() == pytest.approx([25 * 8.2, 4 * 8.2, 7 * 8.2], abs=3)


@pytest.mark.parametrize(("alpha", "wanted"), [(0, RED), (255, RED), (128, (164, 79, 94))])
def test_bmp_whose_alpha_is_empty(tmp_path: Path, alpha: int, wanted: tuple[int, int, int]) -> None:
    masks = struct.pack("<4I", 0xFF0000, 0xFF00, 0xFF, 0xFF000000)
    header = struct.pack("<IiiHHIIiiII", 108, 4, 4, 1, 32, 3, 64, 0, 0, 0, 0) + masks + bytes(52)
    pixels = bytes([60, 30, 200, alpha]) * 16
    path = tmp_path / "x.bmp"
    path.write_bytes(struct.pack("<2sIII", b"BM", 14 + len(header) + 64, 0, 14 + len(header)) + header + pixels)
    assert open_media([path]).frame(0)[2, 2].tolist() == pytest.approx(wanted, abs=2)


def chunk(kind: bytes, body: bytes, *, whole: bool = True) -> bytes:
    check = zlib.crc32(kind + body) if whole else 0
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", check)


LONG = zlib.compress(b"x" * 3_000_000)
TEXTS = {
    "long zTXt": chunk(b"zTXt", b"key\0\0" + LONG),
    "long iTXt": chunk(b"iTXt", b"key\0\1\0\0\0" + LONG),
    "long profile": chunk(b"iCCP", b"key\0\0" + LONG),
    "many": chunk(b"zTXt", b"key\0\0" + zlib.compress(b"x" * 900_000)) * 90,
    "unknown method": chunk(b"zTXt", b"key\0\7" + LONG),
    "profile of unknown method": chunk(b"iCCP", b"key\0\7" + LONG),
    "no stream": chunk(b"zTXt", b"key\0\0no stream"),
    "no separator": chunk(b"iTXt", b"key"),
    "no letters": chunk(b"iTXt", b"\xff\xfe\0\0\0\xff\0\xff\0\xff"),
    "wrong sum": chunk(b"tEXt", b"key\0text", whole=False),
    "wrong sum of Exif": chunk(b"eXIf", b"MM\0*\0\0\0\x08", whole=False),
}


@pytest.mark.parametrize("place", ["before", "behind"])
@pytest.mark.parametrize("name", TEXTS)
def test_no_text_hides_a_png(tmp_path: Path, name: str, place: str) -> None:
    path = save(tmp_path / "x.png")
    data = path.read_bytes()
    at = 33 if place == "before" else len(data) - 12
    path.write_bytes(data[:at] + TEXTS[name] + data[at:])
    media = open_media([path])
    assert (media.size(0), media.frame(0)[3, 3].tolist()) == ((8, 6), list(RED))


@pytest.mark.parametrize("place", ["before", "behind"])
def test_no_text_hides_an_animated_or_a_deep_png(tmp_path: Path, place: str) -> None:
    import cv2

    frames = [Image.new("RGB", (8, 6), (90 * number, 0, 0)) for number in range(3)]
    frames[0].save(tmp_path / "moving.png", save_all=True, append_images=frames[1:], duration=100)
    cv2.imwrite(str(tmp_path / "deep.png"), np.full((6, 8, 3), (1000, 2000, 4000), np.uint16))
    for path in (tmp_path / "moving.png", tmp_path / "deep.png"):
        data = path.read_bytes()
        at = 33 if place == "before" else len(data) - 12
        path.write_bytes(data[:at] + TEXTS["long zTXt"] + data[at:])
    moving = open_media([tmp_path / "moving.png"])
    assert [int(moving.frame(index)[3, 3, 0]) for index in (2, 0, 1)] == [180, 0, 90]
    assert open_media([tmp_path / "deep.png"]).frame(0)[3, 3].tolist() == [255, 128, 64]


def test_a_turned_png_with_long_text_stays_turned(tmp_path: Path) -> None:
    picture = Image.new("RGB", (8, 6), RED)
    exif = picture.getexif()
    exif[0x0112] = 6
    info = PngImagePlugin.PngInfo()
    info.add_text("workflow", "x" * 2_000_000, zip=True)
    picture.save(tmp_path / "x.png", exif=exif, pnginfo=info)
    assert open_media([tmp_path / "x.png"]).size(0) == (6, 8)
    assert open_media([tmp_path / "x.png"]).frame(0).shape == (8, 6, 3)


def damaged(source: Path, target: Path, seed: int) -> Path:
    """Copy a file with some bytes changed behind its header."""
    data = bytearray(source.read_bytes())
    random = np.random.default_rng(seed)
    for place in random.integers(min(60, len(data) // 3), len(data), 6):
        data[place] ^= int(random.integers(1, 256))
    target.write_bytes(data)
    return target


READ = """
import sys
from pathlib import Path
from engine.errors import MediaError
from engine.media import open_media
for name in sys.argv[1:]:
    try:
        media = open_media([Path(name)])
        for index in range(min(3, len(media))):
            media.frame(index)
    except MediaError:
        pass
"""


def test_no_library_writes_on_the_screen_whatever_it_reads(tmp_path: Path) -> None:
    noise = Image.fromarray(np.random.default_rng(2).integers(0, 256, (40, 60, 3), np.uint8))
    kinds = {"png": {}, "jpg": {}, "gif": {}, "webp": {}, "avif": {}, "bmp": {}, "jp2": {}, "tga": {}, "pcx": {}}
    sources = []
    for ending, options in kinds.items():
        sources.append(tmp_path / f"source.{ending}")
        noise.save(sources[-1], **options)
    for compression in ("raw", "tiff_lzw", "tiff_adobe_deflate", "jpeg", "packbits", "zstd", "lzma"):
        sources.append(tmp_path / f"{compression}.tif")
        noise.save(sources[-1], compression=compression)
    noise.convert("1").save(tmp_path / "group4.tif", compression="group4")
    sources.append(tmp_path / "group4.tif")
    files = [damaged(path, tmp_path / f"{seed}{path.name}", seed) for path in sources for seed in range(6)]
    command = [sys.executable, "-c", READ, *map(str, files)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=300)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
