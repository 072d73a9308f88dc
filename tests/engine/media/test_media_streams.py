"""Containers with more than a film in them, and films that are to be turned or mirrored."""

from __future__ import annotations

import io
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from av.stream import Disposition
from numpy.typing import NDArray
from PIL import Image

from engine.errors import MediaError
from engine.media import open_media
from engine.media.pixels import orient

Matrix = tuple[int, int, int, int]
PLAIN: Matrix = (1, 0, 0, 1)
MATRICES: list[Matrix] = [
    *(PLAIN, (-1, 0, 0, 1), (-1, 0, 0, -1), (1, 0, 0, -1)),
    *((0, 1, 1, 0), (0, 1, -1, 0), (0, -1, -1, 0), (0, -1, 1, 0)),
]
"""Display matrices in the order of the EXIF orientations that they mean."""


@dataclass(frozen=True)
class Part:
    """A video stream to be written."""

    size: tuple[int, int] = (96, 64)
    frames: int = 6
    disposition: int = 0
    codec: str = "libx264"
    matrix: Matrix = PLAIN


def marked(size: tuple[int, int], top: int) -> NDArray[np.uint8]:
    """Draw what no two orientations show alike, the brighter the greater `top`."""
    picture = np.zeros((size[1], size[0], 3), np.uint8)
    high, wide = size[1] // 4, size[0] // 4
    picture[:high, :wide, 0] = picture[:high, -wide:, 1] = picture[-high:, :wide, 2] = top
    return picture


def write(path: Path, *parts: Part, sound: bool = False) -> Path:
    import av

    with av.open(str(path), "w") as container:
        streams = [_stream(container, part) for part in parts]
        if sound:
            voice: Any = container.add_stream("aac", rate=8000, layout="mono")
            frame = av.AudioFrame.from_ndarray(np.zeros((1, 1024), np.float32), format="fltp", layout="mono")
            frame.sample_rate, frame.pts = 8000, 0
            container.mux([*voice.encode(frame), *voice.encode()])
        for part, stream in zip(parts, streams, strict=True):
            for number in range(part.frames):
                picture = av.VideoFrame.from_ndarray(marked(part.size, 255 - number), format="rgb24")
                picture.pts, picture.time_base = number, Fraction(1, 25)
                container.mux(stream.encode(picture))
            container.mux(stream.encode())
    return path


def _stream(container: Any, part: Part) -> Any:
    stream = container.add_stream(part.codec, rate=25)
    stream.width, stream.height = part.size
    stream.pix_fmt = "yuvj444p" if part.codec == "mjpeg" else "yuv444p"
    if part.codec == "libx264":
        stream.options = {"qp": "0"}
    stream.disposition = Disposition(part.disposition)
    if part.matrix != PLAIN:
        a, b, c, d = (number << 16 for number in part.matrix)
        stream.set_display_matrix([a, b, 0, c, d, 0, 0, 0, 1 << 30])
    return stream


@pytest.mark.parametrize("ending", ["mp4", "mov", "mkv"])
def test_films_are_turned_and_mirrored_as_their_matrix_says(tmp_path: Path, ending: str) -> None:
    plain = open_media([write(tmp_path / f"plain.{ending}", Part())]).frame(3)
    for orientation, matrix in enumerate(MATRICES, start=1):
        media = open_media([write(tmp_path / f"{orientation}.{ending}", Part(matrix=matrix))])
        wanted = orient(plain, orientation)
        assert np.array_equal(media.frame(3), wanted), orientation
        assert media.size(3) == wanted.shape[1::-1]
        assert media.info.rotation == (0, 0, 180, 180, 270, 90, 90, 270)[orientation - 1]


COVER = Part((64, 64), 1, Disposition.attached_pic, "mjpeg")
FILM = Part()
DEFAULT = Part(disposition=Disposition.default)


@pytest.mark.parametrize("ending", ["mp4", "mov", "mkv"])
@pytest.mark.parametrize(
    ("parts", "frames", "size"),
    [
        ((COVER, FILM), 6, (96, 64)),
        ((FILM, COVER), 6, (96, 64)),
        ((Part((32, 20), 6), FILM), 6, (96, 64)),
        ((Part((32, 20), 6, Disposition.default), FILM), 6, (96, 64)),
        ((Part((192, 128), 1), FILM), 6, (96, 64)),
        ((Part((112, 64), 5), DEFAULT), 6, (96, 64)),
        ((DEFAULT, Part((112, 64), 5)), 6, (96, 64)),
        ((FILM,), 6, (96, 64)),
    ],
)
def test_the_film_is_shown_and_not_what_is_beside_it(
    tmp_path: Path, parts: tuple[Part, ...], frames: int, size: tuple[int, int], ending: str
) -> None:
    if ending == "mkv" and any(part.frames == 1 for part in parts):
        pytest.skip("a Matroska file says neither how many frames there are nor takes a picture as a stream")
    media = open_media([write(tmp_path / f"x.{ending}", *parts)])
    assert (len(media), media.size(0)) == (frames, size)
    assert media.frame(3)[2, 2, 0] > 200
    media.close()


def test_a_cover_attached_to_a_matroska_file_is_not_the_film(tmp_path: Path) -> None:
    import av

    cover, film = io.BytesIO(), tmp_path / "film.mkv"
    Image.new("RGB", (64, 64), (200, 30, 60)).save(cover, "JPEG")
    with av.open(str(write(tmp_path / "plain.mkv", FILM))) as source, av.open(str(film), "w") as target:
        target.add_attachment("cover.jpg", "image/jpeg", cover.getvalue())
        copy = target.add_stream_from_template(source.streams.video[0])
        for packet in source.demux(video=0):
            if packet.dts is not None:
                packet.stream = copy
                target.mux(packet)
    assert (len(open_media([film])), open_media([film]).size(0)) == (6, (96, 64))


@pytest.mark.parametrize("parts", [(COVER,), ()])
def test_sound_with_or_without_a_cover_is_refused_in_a_sentence(tmp_path: Path, parts: tuple[Part, ...]) -> None:
    with pytest.raises(MediaError, match=r"song\.mp4.*there is no video in it"):
        open_media([write(tmp_path / "song.mp4", *parts, sound=True)])
