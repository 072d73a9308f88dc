"""A click on SAM at the terminal: from the mouse's bytes into the pty to the last byte of the preview out of it.

`python benchmarks/click.py --weights FILE [--rounds N]`, FILE a SAM ViT-B checkpoint or its stand-in; `latency.py` runs
it too. The real program, the picture's embedding cached, beside the bare call of the published decoder on onnxruntime
in turns. Apart from `latency.py`, which asks the engine process without a screen.
"""

from __future__ import annotations

import argparse
import os
import re
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from PIL import Image, ImageDraw

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from benchmarks.pty_harness import Sink, shown_since  # noqa: E402
from tests.terminal.conftest import Termwand  # noqa: E402

CELLS = ((50, 14), (62, 18), (74, 22))
"""Columns and rows of the canvas that are clicked by turns."""
QUIET = 0.4
"""Seconds without a byte after which nothing more comes of a click."""


def calm(weights: Path, folder: Path) -> Path:
    """Return a stand-in checkpoint whose masks are in one piece, mostly the whole frame; another checkpoint as it is.

    The masks of untrained layers are noise with a hundred thousand corners, and drawing that is all one would measure.
    Without positions, and enlarging evenly, the same layers at the same cost give the largest preview there is.
    """
    import torch

    if not weights.name.startswith("standin"):
        return weights
    tensors = torch.load(weights, weights_only=True)
    for name, values in tensors.items():
        if name.startswith("image_encoder.pos_embed"):
            values.zero_()
        elif name.startswith("mask_decoder.output_upscaling") and values.ndim == 4:
            values.copy_(values.mean((2, 3), keepdim=True).expand_as(values))
    torch.save(tensors, folder / weights.name)
    return folder / weights.name


def draw(path: Path) -> None:
    """Write a picture of 1920 x 1080 with a few large things on it."""
    picture = Image.new("RGB", (1920, 1080), (70, 90, 60))
    pen = ImageDraw.Draw(picture)
    for box, color in (((500, 200, 1200, 800), (200, 60, 40)), ((1300, 500, 1700, 1000), (40, 80, 220))):
        pen.ellipse(box, fill=color)
    picture.save(path)


class Hand:
    """Clicks in a running program and says when the preview was there."""

    def __init__(self, folder: Path) -> None:
        """Start the program on one picture, with SAM in hand and the picture's embedding cached."""
        home, media = folder / "home", folder / "media"
        media.mkdir(parents=True)
        draw(media / "picture.png")
        names = ("TERMWAND_WEIGHTS", "TERMWAND_EMBEDDINGS", "XDG_CONFIG_HOME")
        environment = {name: os.environ[name] for name in names} | {"TEXTUAL_COLOR_SYSTEM": "truecolor"}
        self.terminal = Sink()
        self.app = Termwand([media], home, "--labels", "car", graphics="kitty", terminal=self.terminal,
                            environment=environment)  # fmt: skip
        self.app.sees("1/1", 60).press("i").sees("Interactors").sees("SAM")
        number = re.search(r"(\d) SAM", self.app.text())
        assert number
        self.app.press(number[1]).sees("SAM (Segment Anything) 0+ 0-")
        self.click(CELLS[0])
        self.again()

    def click(self, cell: tuple[int, int]) -> float:
        """Return the seconds from a first click to the last byte of the preview that answers it: of three masks, one.

        Not of a further click: a stand-in's answer may be the mask that is there already, and then nothing is sent.
        """
        pty, (column, row) = self.app.pty, cell
        width, height = self.terminal.cell
        place = f"{column * width + 5};{row * height + 10}" if 1016 in self.terminal.modes else f"{column};{row}"
        pty.write(f"\x1b[<35;{place}M".encode())
        pty.settle(0.1)
        began = time.monotonic()
        pty.write(f"\x1b[<0;{place}M\x1b[<0;{place}m".encode())
        answered = re.compile(r"SAM \(Segment Anything\) 1\+ 0-, mask 1 of 3 │ \d+ points")
        pty.wait_for(lambda: answered.search(self.app.text()) is not None, 300)
        pty.settle(QUIET)
        return [shown.at for shown in shown_since(pty, began) if shown.keys.get("a") == "f"][-1] - began

    def again(self) -> None:
        """Take the prompt back, so that the next click is the first one."""
        self.app.press("esc").sees("SAM (Segment Anything) 0+ 0-")
        self.app.pty.settle(QUIET)

    def close(self) -> None:
        """End the program."""
        self.app.pty.close()


def measure(bare: Callable[[], float], rounds: int) -> tuple[str, float, float]:
    """Return a name, the median from a first click to its preview, and that of the bare call, taken by turns."""
    with tempfile.TemporaryDirectory() as folder:
        hand = Hand(Path(folder))
        clicks, calls = [], []
        try:
            for number in range(rounds):
                clicks.append(hand.click(CELLS[number % len(CELLS)]))
                calls.append(bare())
                hand.again()
        finally:
            hand.close()
    return "click to preview at the pty / bare decoder", statistics.median(clicks), statistics.median(calls)


def main() -> None:
    """Read the command line."""
    from benchmarks.latency import Peer, adopted, row

    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--weights", type=Path, required=True, help="a SAM ViT-B checkpoint")
    parser.add_argument("--rounds", type=int, default=10)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        adopted(calm(options.weights, Path(folder)), folder)
        compare = Peer(options.weights)
        try:
            compare("onnx")
            row(*measure(lambda: compare("onnx"), options.rounds), "1.3")
        finally:
            compare.close()


if __name__ == "__main__":
    main()
