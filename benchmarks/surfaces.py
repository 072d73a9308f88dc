"""Times and bytes of the surfaces that have no layers, beside textual-image's encoders in the same run.

`python benchmarks/surfaces.py [PICTURE]`: 160 x 45 cells of 10 x 20 pixels; medians of several runs. Ratios are what
counts: the machine's speed is in both columns.
"""

from __future__ import annotations

import io
import sys
import time
from collections.abc import Callable
from statistics import median

import numpy as np
from PIL import Image
from rich.console import Console
from textual_image.renderable.halfcell import Image as HalfcellImage
from textual_image.renderable.sixel import Image as SixelImage

from tui.surfaces.base import Area, Surface
from tui.surfaces.iterm2 import Iterm2Surface
from tui.surfaces.sixel import SixelSurface
from tui.surfaces.symbols import SymbolsSurface

AREA = Area(0, 0, 160, 45, (10, 20))
RUNS = 7


def picture(path: str | None, *, flipped: bool = False) -> np.ndarray:
    """Return a picture of the area's size: a file's, or soft shades with sharp, noisy objects."""
    if path:
        image = Image.open(path).convert("RGB").resize(AREA.size, Image.Resampling.LANCZOS)
    else:
        random = np.random.default_rng(1)
        small = random.integers(0, 256, (45, 80, 3)).astype(np.uint8)
        image = Image.fromarray(small).resize(AREA.size, Image.Resampling.BICUBIC)
    pixels = np.asarray(image)
    return np.ascontiguousarray(pixels[:, ::-1] if flipped else pixels)


def timed(work: Callable[[int], bytes]) -> tuple[float, int]:
    """Return the median milliseconds and bytes of some runs, which get their number."""
    times, sizes = [], []
    for run in range(RUNS):
        begun = time.perf_counter()
        size = len(work(run))
        times.append((time.perf_counter() - begun) * 1000)
        sizes.append(size)
    return median(times), int(median(sizes))


def peer(renderable: Callable[..., object], pixels: np.ndarray) -> bytes:
    """Return what textual-image writes for a picture, which it does for every change."""
    out = io.StringIO()
    console = Console(file=out, force_terminal=True, color_system="truecolor", width=AREA.columns, height=AREA.rows)
    console.print(renderable(Image.fromarray(pixels), width=AREA.columns, height=AREA.rows))
    return out.getvalue().encode()


def rows(surface: Surface, frames: list[np.ndarray]) -> dict[str, tuple[float, int]]:
    """Return times and bytes of what happens to a picture."""
    layer = np.zeros((300, 300, 4), np.uint8)
    for side in (layer[:2], layer[-2:], layer[:, :2], layer[:, -2:]):
        side[:] = 255, 60, 40, 255
    surface.resize(AREA)
    surface.base(frames[1], "full")
    out = {
        "new frame": timed(lambda run: surface.base(frames[run % 2], "full")),
        "draft": timed(lambda run: surface.base(frames[run % 2][::2, ::2], "draft")),
    }
    surface.base(frames[0], "full")
    box = (slice(300, 364), slice(400, 464))
    out["64 x 64 change"] = timed(lambda run: surface.patch(frames[(run + 1) % 2][box], (400, 300, 64, 64)))
    out["crosshair"] = timed(lambda run: surface.cursor((500.0 + 13 * run, 400.0 + 7 * run)))
    out["300 x 300 shape"] = timed(lambda run: surface.overlay(layer * (run % 2 == 0), (700, 300, 300, 300)))
    return out


def main() -> None:
    """Print the table."""
    path = sys.argv[1] if len(sys.argv) > 1 else None
    frames = [picture(path), picture(path, flipped=True)]
    peers = {
        "sixel": timed(lambda run: peer(SixelImage, frames[run % 2])),
        "halfcell": timed(lambda run: peer(HalfcellImage, frames[run % 2])),
    }
    for name, (milliseconds, size) in peers.items():
        print(f"textual-image {name:<9} any change      {milliseconds:8.1f} ms {size:9,} B")
    cases: list[tuple[str, Surface, str]] = [
        ("sixel", SixelSurface(), "sixel"),
        ("iterm2", Iterm2Surface(), "sixel"),
        ("symbols", SymbolsSurface(), "halfcell"),
        ("symbols 256", SymbolsSurface(truecolor=False), "halfcell"),
    ]
    for name, surface, beside in cases:
        for what, (milliseconds, size) in rows(surface, frames).items():
            time_ratio, size_ratio = peers[beside][0] / milliseconds, peers[beside][1] / max(size, 1)
            print(
                f"{name:<23} {what:<15} {milliseconds:8.1f} ms {size:9,} B   1/{time_ratio:.0f} and 1/{size_ratio:.0f}"
            )


if __name__ == "__main__":
    main()
