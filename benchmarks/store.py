"""Load and save of many shapes, beside PyYAML with libyaml and and a bare msgspec decode; journal and bare write.

    python benchmarks/store.py [--shapes 100000] [--yaml-shapes 2000] [--repeats 3]

Every ratio is of two times from this one run, taken in turns. PyYAML reads and writes a smaller file of the same kind;
its times are multiplied up, which flatters it: its cost per shape does not fall with size.
"""

from __future__ import annotations

import argparse
import gc
import os
import random
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import yaml
from immutables import Map

from engine.document import Document, Label, MediaInfo, Shape
from engine.edits import PutShape, apply
from engine.project.project import Project
from engine.store import decode, encode, load, save


def document_of(count: int) -> Document:
    """Return a document of polygons of twelve points, twenty on a frame."""
    chance = random.Random(1)
    frames: dict[int, list[Shape]] = {}
    for number in range(count):
        points = tuple((round(chance.uniform(0, 1919), 1), round(chance.uniform(0, 1079), 1)) for _ in range(12))
        frames.setdefault(number // 20, []).append(Shape(number + 1, number // 20, "car", "polygon", points))
    media = MediaInfo("clip.mp4", "video", count, 1920, 1080)
    shapes = Map({frame: tuple(items) for frame, items in frames.items()})
    return Document(media, (Label("car", "#ff8800"),), shapes, next_id=count + 1)


def cpu(work: Callable[[], Any], clock: Callable[[], float] = time.process_time) -> float:
    """Return the seconds that work takes, what it returns being freed afterwards."""
    gc.collect()
    start = clock()
    result = work()
    taken = clock() - start
    del result
    return taken


def bare_decode(data: bytes) -> Callable[[], Any]:
    """Return a bare decode of the shapes' lines: no header, no checks, garbage collector off."""
    start = data.index(b"\nshapes:\n") + len(b"\nshapes:\n")
    lines = data[start : data.index(b"\ntracks:", start)].replace(b"- {", b"{")
    decoder = msgspec.json.Decoder(Shape)

    def work() -> Any:
        gc.disable()
        try:
            return decoder.decode_lines(lines)
        finally:
            gc.freeze()
            gc.enable()

    return work


def best(works: dict[str, Callable[[], Any]], repeats: int) -> dict[str, float]:
    """Return the median time of each, taken in turns."""
    times: dict[str, list[float]] = {name: [] for name in works}
    for _ in range(repeats):
        for name, work in works.items():
            times[name].append(cpu(work))
    return {name: statistics.median(taken) for name, taken in times.items()}


def files(count: int, small: int, repeats: int) -> None:
    """Print load and save."""
    document, part = document_of(count), document_of(small)
    data, part_data = encode(document), encode(part)
    plain = yaml.load(part_data, yaml.CSafeLoader)
    factor = count / small
    times = best(
        {
            "decode": lambda: decode(data),
            "bare": bare_decode(data),
            "encode": lambda: encode(document),
            "yaml load": lambda: yaml.load(part_data, yaml.CSafeLoader),
            "yaml dump": lambda: yaml.dump(plain, Dumper=yaml.CSafeDumper),
        },
        repeats,
    )
    print(f"{count} shapes, {len(data) / 1e6:.1f} MB; PyYAML (libyaml) measured on {small}, times {factor:.0f}; CPU s")
    load_yaml, dump_yaml = times["yaml load"] * factor, times["yaml dump"] * factor
    over_bare = times["decode"] / times["bare"]
    print(
        f"  load   {times['decode']:8.3f}   bare msgspec {times['bare']:7.3f}   ratio {over_bare:.2f} (goal 2)"
        f"  PyYAML {load_yaml:7.1f}   ratio {times['decode'] / load_yaml:.4f} (goal 0.02)"
    )
    print(f"  save   {times['encode']:8.3f}   PyYAML {dump_yaml:7.1f}   ratio {times['encode'] / dump_yaml:.4f}")
    with tempfile.TemporaryDirectory(dir=".") as folder:
        path = Path(folder) / "a.yaml"
        wall = cpu(lambda: save(path, document), time.perf_counter), cpu(lambda: load(path), time.perf_counter)
    print(f"  with the disk, wall s: save {wall[0]:.3f}, load {wall[1]:.3f}")


def bare_append(folder: Path, line: bytes) -> Callable[[], Any]:
    """Return a bare write and fdatasync of one line."""
    descriptor = os.open(folder / "bare", os.O_WRONLY | os.O_CREAT | os.O_APPEND)

    def work() -> None:
        os.write(descriptor, line)
        os.fdatasync(descriptor)

    return work


def commits(sizes: list[int], repeats: int) -> None:
    """Print the cost of one committed shape: edit and journal, beside a bare write and fdatasync on the same disk."""
    print(f"one shape committed (edit applied, journal on the disk), median of {repeats}, wall ms")
    for size in sizes:
        document = document_of(size)
        with tempfile.TemporaryDirectory(dir=".") as name:
            save(Path(name) / "a.yaml", document)
            project, opened, _ = Project.open(Path(name) / "a.yaml")
            assert opened is not None
            points = ((1.0, 2.0),) * 12
            bare = bare_append(Path(name), b"x" * 300 + b"\n")
            ours, theirs, applied = [], [], []
            for number in range(repeats):
                edit = PutShape(Shape(size + 1 + number, 0, "car", "polygon", points))
                start = time.perf_counter()
                opened, _ = apply(opened, edit)
                middle = time.perf_counter()
                project.commit("draw", (edit,))
                ours.append(time.perf_counter() - middle)
                applied.append(middle - start)
                theirs.append(cpu_free(bare))
            project.close()
        a, b, c = (statistics.median(values) * 1e3 for values in (applied, ours, theirs))
        print(f"  {size:8d} shapes: apply {a:.3f}   journal {b:.3f}   bare {c:.3f}   ratio {(a + b) / c:.2f} (goal 3)")


def cpu_free(work: Callable[[], Any]) -> float:
    """Return the wall seconds of one call, nothing collected before."""
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--shapes", type=int, default=100_000)
    parser.add_argument("--yaml-shapes", type=int, default=2000)
    parser.add_argument("--repeats", type=int, default=3)
    options = parser.parse_args()
    files(options.shapes, options.yaml_shapes, options.repeats)
    commits([1000, options.shapes], 200)


if __name__ == "__main__":
    main()
