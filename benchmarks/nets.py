"""What a click costs beside the bare forward pass of its network: DEXTR, IOG, f-BRS, HRNet. Prints ratios.

Run: python benchmarks/nets.py [TOOL ...] [--device cpu] [--threads 2] [--times 5] [--shared FOLDER]

Weights are stand-ins (they cost what real ones do), the picture is a parity picture. The bare pass of f-BRS and HRNet
is that of the two mirrored crops which the pipeline must compute; "again" is a further click on the same object, of
f-BRS beside the passes that its refinement asks for.
The passes alternate, so that a busy machine slows both.
"""

from __future__ import annotations

import argparse
import itertools
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
sys.path.insert(0, str(ROOT / "tests"))

Work = Callable[[], object]
CLICK, SECOND = (165.5, 108.5), (205.5, 146.5)
EXTREMES = ((113.5, 92.5), (180.5, 68.5), (235.5, 149.5), (206.5, 157.5))
BOX = (113.0, 67.0, 237.0, 159.0)


def pair(one: Work, other: Work, times: int) -> tuple[float, float]:
    """Return the median times of two calls, taken by turns after one of each to warm up."""
    taken: tuple[list[float], list[float]] = ([], [])
    for number in range(times + 1):
        for place, work in enumerate((one, other)):
            start = time.perf_counter()
            work()
            if number:
                taken[place].append(time.perf_counter() - start)
    return statistics.median(taken[0]), statistics.median(taken[1])


def dextr(tool: Any, image: Any, torch: Any) -> dict[str, tuple[Work, Work]]:
    """Return the whole call and the bare pass."""
    from engine.prompt import Prompt

    prompt = Prompt()
    for point in EXTREMES:
        prompt = prompt.add(point)
    x = torch.rand(1, 4, 512, 512, device=tool.net.conv1.weight.device) * 255
    return {"four points": (lambda: tool.predict(tool.prepare(image), prompt), lambda: tool.net(x))}


def iog(tool: Any, image: Any, torch: Any) -> dict[str, tuple[Work, Work]]:
    """Return the whole call and the bare pass."""
    from engine.prompt import Prompt

    prompt = Prompt(box=BOX).add(CLICK)
    x = torch.rand(1, 5, 512, 512, device=tool.net.backbone.conv1.weight.device) * 255
    return {"box and point": (lambda: tool.predict(tool.prepare(image), prompt), lambda: tool.net(x))}


def hrnet(tool: Any, image: Any, torch: Any) -> dict[str, tuple[Work, Work]]:
    """Return a first and a second click, each beside the bare pass of two 400x400 crops."""
    from engine.prompt import Prompt

    rgb = torch.rand(2, 3, 400, 400, device=tool.device)
    points = torch.full((2, 2, 2), 100.0, device=tool.device)
    once, twice = Prompt().add(CLICK), Prompt().add(CLICK).add(SECOND)

    def bare() -> object:
        return tool.nets[0](rgb, points, rgb[:, :1])

    def first() -> object:
        return tool.predict(tool.prepare(image), once)

    kept = tool.prepare(image)
    answer = tool.predict(kept, once)
    return {"first": (first, bare), "again": (lambda: tool.predict(kept, twice, answer), bare)}


def fbrs(tool: Any, image: Any, torch: Any) -> dict[str, tuple[Work, Work]]:
    """Return a first click beside the bare pass of two pictures, and a second beside the passes of its refinement.

    Those are one pass of the crop that the second click sees, and one of the head, there and back, for each question
    of the optimiser.
    """
    from engine.prompt import Prompt
    from engine.tools.interactors.fbrs.brs import shifted

    once, shift = Prompt().add(CLICK), itertools.count()
    kept = tool.prepare(image)
    answer = tool.predict(kept, once)
    points = torch.full((2, 2, 2), 100.0, device=tool.device)

    def refined() -> object:
        """Click somewhere new each time: for the same clicks the features would be there already."""
        return tool.predict(kept, once.add((SECOND[0] + next(shift) / 8, SECOND[1])), answer)

    def bare() -> object:
        return tool.net(torch.rand(2, 3, *tool.prepare(image).shown.size, device=tool.device), points)

    def passes() -> None:
        size = kept.shown.features[0][1]
        with torch.no_grad():
            features = tool.net.features(torch.rand(2, 3, *size, device=tool.device), points)
        for _ in kept.turns.turns[-1].memory.refined.asked:
            moves = torch.zeros(2 * tool.net.channels, device=tool.device, requires_grad=True)
            torch.autograd.grad(tool.net.logits(shifted(features, moves), size).sum(), moves)

    return {"first": (lambda: tool.predict(tool.prepare(image), once), bare), "again, refined": (refined, passes)}


CASES = {"dextr": dextr, "iog": iog, "hrnet": hrnet, "fbrs": fbrs}


def main() -> None:
    """Print a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("tools", nargs="*", default=list(CASES))
    parser.add_argument("--device", default="cpu")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--times", type=int, default=5)
    parser.add_argument("--shared", type=Path, default=ROOT.parent / "shared")
    options = parser.parse_args()
    import tempfile

    import torch
    from stand_in_publisher import publish

    from engine.media import open_media
    from engine.tools import registry

    torch.set_num_threads(options.threads)
    media = open_media([options.shared / "parity" / "ritm" / "image_a.png"])
    image = np.ascontiguousarray(media.frame(0))
    media.close()
    print(f"{'tool':8} {'click':16} {'call s':>8} {'bare s':>8} {'ratio':>6}")
    for name in options.tools:
        with tempfile.TemporaryDirectory() as folder:
            tool = registry.find(name).load(publish(name, Path(folder), options.shared), options.device)
        with torch.inference_mode(name != "fbrs"):
            for title, (call, bare) in CASES[name](tool, image, torch).items():
                taken, least = pair(call, bare, options.times)
                print(f"{name:8} {title:16} {taken:8.3f} {least:8.3f} {taken / least:6.2f}", flush=True)


if __name__ == "__main__":
    main()
