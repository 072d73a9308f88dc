"""Clips that carry their own frame numbers, so that a wrong frame is read off the picture itself."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

BITS = 12
CELL = 32
BASE = Fraction(1, 1000)


def burnt(number: int) -> NDArray[np.uint8]:
    """Draw a number as a row of black and white cells over a texture that moves."""
    height, width = 96, BITS * CELL
    y, x = np.mgrid[:height, :width]
    picture = ((x * 2 + y + number * 3) % 200 + 20).astype(np.uint8)
    for bit in range(BITS):
        picture[:CELL, bit * CELL : (bit + 1) * CELL] = 235 if number >> bit & 1 else 16
    return np.repeat(picture[..., None], 3, axis=2)


def number_in(pixels: NDArray[np.uint8]) -> int:
    """Read the number back."""
    cells = (pixels[CELL // 2, CELL // 2 + bit * CELL].mean() > 128 for bit in range(BITS))
    return sum(1 << bit for bit, lit in enumerate(cells) if lit)


def write_clip(path: Path, times: Sequence[int], **options: str) -> Path:
    """Encode one frame per presentation time (milliseconds) as H.264."""
    import av

    with av.open(str(path), "w") as container:
        stream: Any = container.add_stream("libx264", rate=25, options={"preset": "veryfast", **options})
        stream.width, stream.height, stream.pix_fmt = BITS * CELL, 96, "yuv420p"
        stream.codec_context.time_base = BASE
        for number, time in enumerate(times):
            frame = av.VideoFrame.from_ndarray(burnt(number), format="rgb24")
            frame.pts, frame.time_base = time, BASE
            container.mux(stream.encode(frame))
        container.mux(stream.encode())
    return path


def hide_first(source: Path, target: Path, milliseconds: int) -> Path:
    """Copy a clip so that its edit list hides the frames before a time, as cutting by stream copy does."""
    import av

    with av.open(str(source)) as reader, av.open(str(target), "w", options={"avoid_negative_ts": "disabled"}) as writer:
        stream = reader.streams.video[0]
        copy = writer.add_stream_from_template(stream)
        shift = round(Fraction(milliseconds, 1000) / stream.time_base)
        for packet in reader.demux(stream):
            if packet.dts is None:
                continue
            packet.pts, packet.dts, packet.stream = packet.pts - shift, packet.dts - shift, copy
            writer.mux(packet)
    return target


def even(count: int) -> list[int]:
    """Return 25 frames a second."""
    return [40 * index for index in range(count)]


@pytest.fixture(scope="session")
def clips(tmp_path_factory: pytest.TempPathFactory) -> dict[str, tuple[Path, list[int]]]:
    """Return name -> (file, numbers that its frames show)."""
    folder = tmp_path_factory.mktemp("clips")
    uneven = np.cumsum(np.random.default_rng(5).integers(5, 200, 150)).tolist()
    plain = {"bf": "0", "g": "12"}
    long_group = {"bf": "3", "g": "250", "sc_threshold": "0"}
    open_group = {"bf": "3", "g": "24", "x264-params": "open-gop=1:b-adapt=0"}
    made = {
        "cfr": write_clip(folder / "cfr.mp4", even(100), **plain),
        "vfr": write_clip(folder / "vfr.mp4", uneven, bf="2", g="30"),
        "bframes": write_clip(folder / "bframes.mp4", even(300), **long_group),
        "opengop": write_clip(folder / "opengop.mkv", even(150), **open_group),
        "mpegts": write_clip(folder / "mpegts.ts", even(150), bf="2", g="25"),
        "raw": write_clip(folder / "raw.h264", even(60), bf="2", g="25"),
    }
    numbers = {name: list(range(len(uneven) if name == "vfr" else _COUNTS[name])) for name in made}
    made["edited"] = hide_first(made["bframes"], folder / "edited.mp4", 20 * 40)
    numbers["edited"] = list(range(20, 300))
    return {name: (made[name], numbers[name]) for name in made}


_COUNTS = {"cfr": 100, "bframes": 300, "opengop": 150, "mpegts": 150, "raw": 60}


@pytest.fixture(scope="session")
def read_number() -> Callable[[NDArray[np.uint8]], int]:
    """Return the reader of burnt-in numbers."""
    return number_in
