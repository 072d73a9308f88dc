"""`termwand auto` beside the bare detector: pictures a second, what a large folder costs in time and memory.

    python benchmarks/auto.py [--json] [--detector spots] [--pictures 10000] [--many 100000] [--size 640 480]

`bare` decodes the same pictures one after the other and asks the same detector, keeping nothing. Each figure of a run
comes from a process of its own. `spots` (benchmarks/auto_tools) costs next to nothing, so that its rate is that of what
surrounds a detector; with --detector it is that of a real one, and `busy` the share of the time for which its network
ran (`device_busy`: for which a GPU computed, with `retina`). The files are links to a few pictures, so that making
them is quick; every one is decoded.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

HERE = Path(__file__).resolve().parent
LINKS = 30_000
"""To one file: file systems bound them."""


def folder_of(parent: Path, count: int, size: tuple[int, int], photo: Path | None) -> Path:
    """Make a folder of so many pictures, links to a few."""
    folder = parent / f"pictures{count}"
    folder.mkdir(parents=True)
    for number in range(count):
        if number % LINKS == 0:
            source = parent / f"{count}-{number}.jpg"
            picture(number, size, photo).save(source, quality=90)
        os.link(source, folder / f"frame_{number:07d}.jpg")
    return folder


def picture(number: int, size: tuple[int, int], photo: Path | None) -> Image.Image:
    """Return a smooth picture that is like no other, or a photograph in that size."""
    if photo is not None:
        with Image.open(photo) as found:
            return found.convert("RGB").resize(size)
    noise = np.random.default_rng(number).integers(0, 255, (size[1] // 16, size[0] // 16, 3), np.uint8)
    return Image.fromarray(noise).resize(size, Image.Resampling.BICUBIC)


def peak_mib() -> float:
    """Return the most memory that this process ever had, in MiB; the parent's does not count."""
    status = Path("/proc/self/status").read_text()
    return int(status.partition("VmHWM:")[2].split()[0]) / 1024


def annotated(folder: Path, detector: str, device: str, batch: int) -> dict[str, float]:
    """Run the command's work over a folder in this process."""
    from engine.batch import auto, clip, pipeline
    from engine.batch.auto_request import Job, Request

    spent = [0.0]
    inner = pipeline.Stages.inferred

    def timed(self: Any, waited: Any) -> Any:
        for one in waited:
            one.result()
        began = time.perf_counter()
        try:
            return inner(self, waited)
        finally:
            spent[0] += time.perf_counter() - began

    with clip.models(device).using(detector) as tool:  # loaded, and warm, before the clock runs
        tool.detect([np.zeros((48, 64, 3), np.uint8)] * batch, 0.5)
        before = getattr(tool, "device_seconds", 0.0)
    pipeline.Stages.inferred = timed  # type: ignore[method-assign]
    used = time.process_time()
    outcome = auto.annotate(Job((folder,), Request(detector, batch=batch)), device, lambda step: None, lambda: False)
    assert not outcome.failure, outcome.failure
    with clip.models(device).using(detector) as tool:
        computed = getattr(tool, "device_seconds", 0.0) - before
    return {
        "per_s": outcome.rate, "peak": peak_mib(), "busy": spent[0] / outcome.seconds, "shapes": outcome.shapes,
        "device_busy": computed / outcome.seconds, "cpu_ms": 1000 * (time.process_time() - used) / outcome.frames,
    }  # fmt: skip


def bare(folder: Path, detector: str, device: str, batch: int) -> dict[str, float]:
    """Decode and detect picture by picture, or by batches where the network takes any number."""
    from engine.batch.clip import models
    from engine.media import open_media

    with models(device).using(detector) as tool, open_media_closing(open_media([folder])) as media:
        step = batch if getattr(tool, "batch", 1) == 0 else 1
        tool.detect([media.frame(0)] * step, 0.5)
        began = time.perf_counter()
        for first in range(0, len(media), step):
            images = [media.frame(at) for at in range(first, min(first + step, len(media)))]
            tool.detect(images, 0.5)
        return {"per_s": len(media) / (time.perf_counter() - began), "peak": peak_mib()}


def open_media_closing(media: Any) -> Any:
    """Return the media as something that closes itself."""
    from contextlib import closing

    return closing(media)


def opened(folder: Path) -> dict[str, float]:
    """Open a folder as the command does."""
    from engine.batch.auto import opened_for
    from engine.batch.auto_request import Job, Request

    began = time.perf_counter()
    session = opened_for(Job((folder,), Request("spots")))
    seconds = time.perf_counter() - began
    session.close()
    return {"seconds": seconds}


def alone(what: str, folder: Path, options: argparse.Namespace) -> dict[str, Any]:
    """Do one of these in a process of its own; return what it says."""
    state = {"XDG_STATE_HOME": str(folder.parent / "state"), "TERMWAND_EXTRA_TOOLS": str(HERE / "auto_tools")}
    more = [options.detector, options.device, str(options.batch)]
    done = subprocess.run(
        [sys.executable, __file__, "--alone", what, str(folder), *more], env=os.environ | state, cwd=HERE.parent,
        check=True, capture_output=True, text=True,
    )  # fmt: skip
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


def measured(parent: Path, options: argparse.Namespace) -> dict[str, float]:
    """Return all figures."""
    few = folder_of(parent, options.pictures, tuple(options.size), options.photo)
    one, other = alone("bare", few, options), alone("annotated", few, options)
    found = {
        "pictures_per_s": other["per_s"], "bare_pictures_per_s": one["per_s"], "busy": other["busy"],
        "device_busy": other["device_busy"],
        "cpu_ms_per_picture": other["cpu_ms"],
        "peak_MiB_10k": other["peak"],
    }  # fmt: skip
    if options.many:
        many = folder_of(parent, options.many, tuple(options.size), options.photo)
        found["open_100k_s"] = alone("opened", many, options)["seconds"]
        last = alone("annotated", many, options)
        found |= {"peak_MiB_100k": last["peak"], "pictures_per_s_100k": last["per_s"], "shapes_100k": last["shapes"],
                  "cpu_ms_per_picture_100k": last["cpu_ms"]}  # fmt: skip
    return {name: round(value, 3) for name, value in found.items()}


def main() -> None:
    """Print the figures."""
    if sys.argv[1:2] == ["--alone"]:
        what, folder, detector, device, batch = sys.argv[2:]
        work = {"bare": bare, "annotated": annotated}
        path = Path(folder)
        print(json.dumps(opened(path) if what == "opened" else work[what](path, detector, device, int(batch))))
        return
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--detector", default="spots")
    parser.add_argument("--device", default="auto")
    parser.add_argument("--batch", type=int, default=8)
    parser.add_argument("--pictures", type=int, default=10_000)
    parser.add_argument("--many", type=int, default=100_000, help="0 leaves the large folder out")
    parser.add_argument("--size", type=int, nargs=2, default=(96, 64))
    parser.add_argument("--photo", type=Path, help="a photograph to be used in that size, else smooth noise")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        found = measured(Path(name), options)
    if options.json:
        print(json.dumps(found))
    else:
        for title, value in found.items():
            print(f"  {title:22} {value:12.3f}")


if __name__ == "__main__":
    main()
