"""Opening a folder of many pictures: bare listing, then a session on it, before and after the folder has changed.

    python benchmarks/pictures.py [--pictures 100000] [--annotated 10] [--repeats 3]

All times are CPU seconds of this one run, taken in turns, medians. The files are links to two pictures, so that
making them is quick; every one is looked up by its own name. "all annotated" has a shape on every picture.
"""

from __future__ import annotations

import argparse
import os
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from immutables import Map
from PIL import Image

from engine.document import Document, Label, MediaInfo, Picture, Shape
from engine.media.fingerprint import fingerprint
from engine.media.listing import list_folder
from engine.opening import open_session
from engine.options import Options
from engine.store import save

YAML = "annotations.termwand.yaml"


def folder_of(parent: Path, count: int) -> Path:
    """Make a folder of so many pictures."""
    for name, value in (("one.png", 90), ("other.png", 30)):
        Image.new("RGB", (64, 48), (value, value, value)).save(parent / name)
    folder = parent / "pictures"
    folder.mkdir()
    for number in range(count):
        if number % 30_000 == 0:  # file systems bound the links to one file
            source = parent / f"{number}.png"
            source.write_bytes((parent / "one.png").read_bytes())
        os.link(source, folder / f"frame_{number:07d}.png")
    return folder


def annotate(folder: Path, names: list[str], step: int) -> None:
    """Write an annotation file with a shape on every step-th picture."""
    size, digest = fingerprint(folder / names[0])
    frames = range(0, len(names), step)
    shapes = Map({at: (Shape(at + 1, at, "car", "points", ((1.0, 2.0),)),) for at in frames})
    lines = Map({at: Picture(at, names[at], 64, 48, size, digest) for at in frames})
    media = MediaInfo(".", "folder", len(names))
    save(folder / YAML, Document(media, (Label("car"),), shapes, next_id=len(names) + 1, pictures=lines))


def opening(folder: Path) -> list[str]:
    """Open a session, let it go, return what it said."""
    opened = open_session(Options(paths=(folder,)))
    opened.close()
    return opened.notes


def seconds(work: Callable[[], object]) -> float:
    """Return the CPU seconds of one call."""
    start = time.process_time()
    work()
    return time.process_time() - start


def measured(title: str, repeats: int, work: Callable[[], object], again: Callable[[], object]) -> None:
    """Print the median time of a work and of the bare listing, taken in turns."""
    pairs = [(seconds(work), seconds(again)) for _ in range(repeats)]
    mine, bare = (statistics.median(times) for times in zip(*pairs, strict=True))
    print(f"  {title:44} {mine:7.3f}   listing {bare:6.3f}   difference {mine - bare:7.3f}", flush=True)


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pictures", type=int, default=100_000)
    parser.add_argument("--annotated", type=int, default=10)
    parser.add_argument("--repeats", type=int, default=3)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = folder_of(Path(name), options.pictures)
        names, other = list_folder(folder), Path(name) / "other.png"

        def row(title: str) -> None:
            measured(title, options.repeats, lambda: opening(folder), lambda: list_folder(folder))

        print(f"{options.pictures} pictures; CPU seconds")
        row("no annotations")
        annotate(folder, names, options.pictures // options.annotated)
        row(f"{options.annotated} annotated")
        os.link(other, folder / "a.png")
        row(f"{options.annotated} annotated, one added before all")
        os.remove(folder / "a.png")
        os.rename(folder / names[0], folder / "z.png")
        row(f"{options.annotated} annotated, one renamed")
        os.rename(folder / "z.png", folder / names[0])
        annotate(folder, names, 1)
        row("all annotated")
        os.link(other, folder / "a.png")
        row("all annotated, one added before all")


if __name__ == "__main__":
    main()
