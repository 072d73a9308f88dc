"""How long a click on SAM takes from the screen's side, as ratios to bare calls measured in the same run.

`uv run --with onnx python benchmarks/latency.py --weights FILE [--rounds N]`, FILE a SAM ViT-B checkpoint (a stand-in
from `tests/stand_in_publisher.py` will do: speed does not depend on what was learned); onnx is what torch exports the
decoder with. The peer is the published package
called directly, in a process of the same priority and thread policy that is asked in turns with the engine process,
so that other load on the machine meets both. Only ratios mean something; wall times are this machine's at this moment.
"""

from __future__ import annotations

import argparse
import json
import os
import queue
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import Any

import numpy as np

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from benchmarks import click  # noqa: E402

FRAME = (1080, 1920)
CLICKS = ((900.0, 500.0), (1000.0, 560.0), (200.0, 900.0))
REST = 0.2
"""Seconds before each call, for both: threads of the other process look out for work for a while after its call."""


# the peer: the published package, called directly


def peer(path: str) -> None:
    """Answer lines of commands with seconds: encode, decode, onnx."""
    os.nice(10)
    import torch
    from segment_anything import sam_model_registry
    from segment_anything.predictor import SamPredictor

    torch.set_grad_enabled(False)
    with torch.device("cpu"):
        sam = sam_model_registry["vit_b"]()
    sam.load_state_dict(torch.load(path, weights_only=True, map_location="cpu"))
    device = "cuda" if torch.cuda.is_available() else "cpu"
    predictor = SamPredictor(sam.to(device))
    predictor.features = torch.randn(1, 256, 64, 64, device=device)
    predictor.original_size, predictor.input_size, predictor.is_image_set = FRAME, (576, 1024), True
    onnx = None
    print(json.dumps({"device": device}), flush=True)
    for line in sys.stdin:
        began = time.perf_counter()
        if line.strip() == "encode":
            sam.image_encoder(torch.zeros(1, 3, 1024, 1024, device=device))
            if device == "cuda":
                torch.cuda.synchronize()
        elif line.strip() == "decode":
            predictor.predict(np.array(CLICKS), np.array([1, 1, 0]), multimask_output=False)
        else:
            if onnx is None:
                onnx = exported(sam.cpu())
            began = time.perf_counter()
            onnx()
        print(json.dumps(time.perf_counter() - began), flush=True)


def exported(sam: Any) -> Any:
    """Return a bare call of the published decoder on onnxruntime."""
    import onnxruntime
    import torch
    from segment_anything.utils.onnx import SamOnnxModel

    count = len(CLICKS) + 1
    inputs = {
        "image_embeddings": torch.randn(1, 256, 64, 64), "point_coords": torch.rand(1, count, 2) * 1024,
        "point_labels": torch.ones(1, count), "mask_input": torch.zeros(1, 1, 256, 256),
        "has_mask_input": torch.zeros(1), "orig_im_size": torch.tensor(FRAME, dtype=torch.float32),
    }  # fmt: skip
    with tempfile.TemporaryDirectory() as folder:
        path = f"{folder}/decoder.onnx"
        torch.onnx.export(SamOnnxModel(sam, return_single_mask=True), tuple(inputs.values()), path, opset_version=17,
                          input_names=list(inputs), output_names=["masks", "iou", "low"], dynamo=False)  # fmt: skip
        session = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])
    wanted = {item.name for item in session.get_inputs()}
    feed = {name: value.numpy() for name, value in inputs.items() if name in wanted}
    return lambda: session.run(None, feed)


class Peer:
    """The peer's process, asked for one measurement at a time."""

    def __init__(self, weights: Path) -> None:
        from engine.process.spawn import THREADS

        self.process = subprocess.Popen(
            [sys.executable, __file__, "--peer", str(weights)], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL, text=True, env={**os.environ, **THREADS},
        )  # fmt: skip
        assert self.process.stdout
        self.device = json.loads(self.process.stdout.readline())["device"]

    def __call__(self, command: str) -> float:
        assert self.process.stdin and self.process.stdout
        time.sleep(REST)
        self.process.stdin.write(command + "\n")
        self.process.stdin.flush()
        return float(json.loads(self.process.stdout.readline()))

    def close(self) -> None:
        """End it."""
        self.process.terminate()
        self.process.wait()


# the engine process, as the screen uses it


class Screen:
    """Asks the engine process and waits, as the annotator does."""

    def __init__(self, picture: np.ndarray) -> None:
        from engine.process.client import EngineClient

        self.picture = picture
        self.client = EngineClient("auto", timeout=600)
        self.client.start()

    def prepare(self, key: str, content: int) -> float:
        """Return seconds until a picture, which `content` tells from others, is prepared."""
        steps: queue.Queue[Any] = queue.Queue()
        picture = self.picture.copy()
        picture[0, 0] = content
        began = time.perf_counter()
        self.client.prepare("sam", (key, picture), on_step=steps.put)
        self._end(steps)
        return time.perf_counter() - began

    def click(self, key: str) -> float:
        """Return seconds from a click to the mask."""
        from engine.prompt import Prompt

        prompt = Prompt().add(CLICKS[0]).add(CLICKS[1]).add(CLICKS[2], positive=False)
        steps: queue.Queue[Any] = queue.Queue()
        time.sleep(REST)
        began = time.perf_counter()
        self.client.predict("sam", (key, self.picture), prompt, on_step=steps.put)
        self._end(steps)
        return time.perf_counter() - began

    def _end(self, steps: queue.Queue[Any]) -> None:
        from engine.jobs import Failed, Progress

        while isinstance(step := steps.get(timeout=1200), Progress):
            pass
        if isinstance(step, Failed):
            sys.exit(str(step.error))


def ticker(seconds: float, busy: threading.Event | None = None) -> list[float]:
    """Return how late, in ms, a 10 ms ticker of asyncio is; stops early when `busy` is set."""
    import asyncio

    async def run() -> list[float]:
        late, end = [], time.perf_counter() + seconds
        while time.perf_counter() < end and not (busy and busy.is_set()):
            began = time.perf_counter()
            await asyncio.sleep(0.01)
            late.append(1000 * (time.perf_counter() - began - 0.01))
        return late

    return asyncio.run(run())


def spread(values: list[float]) -> tuple[float, float]:
    """Return median and 95th percentile."""
    return statistics.median(values), sorted(values)[int(0.95 * (len(values) - 1))]


def row(name: str, ours: float, theirs: float, goal: str) -> None:
    """Print a line of the result."""
    print(f"{name:58} {ours * 1000:10.1f} ms {theirs * 1000:10.1f} ms   ratio {ours / theirs:6.3f}   goal {goal}")


def measure(weights: Path, picture: np.ndarray, rounds: int) -> None:
    """Run everything and print it."""
    compare, screen = Peer(weights), Screen(picture)
    try:
        screen.prepare("warm", 255)
        screen.click("warm")
        compare("decode")
        few = range(max(1, rounds // 5))
        encoder, eager = zip(*((screen.prepare(f"new {i}", i), compare("encode")) for i in few), strict=True)
        pairs = [(screen.click("warm"), compare("decode")) for _ in range(rounds)]
        fast = [(screen.click("warm"), compare("onnx")) for _ in range(rounds)]
        disk = [screen.prepare(f"again {i}", i) for i in few]  # the same content under another key
        print(f"device {compare.device}, load {os.getloadavg()[0]:.1f}, {os.cpu_count()} processors")
        middle = statistics.median
        row("click to mask / published decoder", middle(a for a, _ in pairs), middle(b for _, b in pairs), "1.3")
        row("click to mask / the same on onnxruntime", middle(a for a, _ in fast), middle(b for _, b in fast), "1.3")
        row("embedding from disk / encoder", min(disk), min(encoder), "0.01")
        row("encoder / published encoder, float32 eager", min(encoder), min(eager), "0.5 on a CPU")
        lateness(screen)
        screen.client.close()  # the program that follows has an engine process of its own
        compare("onnx")
        row(*click.measure(lambda: compare("onnx"), rounds), "1.3")
    finally:
        screen.client.close()
        compare.close()


def lateness(screen: Screen) -> None:
    """Print how late a 10 ms ticker in this process is, idle and while the engine process encodes."""
    idle, done = spread(ticker(5.0)), threading.Event()

    def encode() -> None:
        screen.prepare("while ticking", 254)
        done.set()

    threading.Thread(target=encode, daemon=True).start()
    busy = spread(ticker(60.0, done))
    print(f"10 ms ticker, late by median / p95: idle {idle[0]:.1f} / {idle[1]:.1f} ms, encoding {busy[0]:.1f} / "
          f"{busy[1]:.1f} ms   goal: median 2 x idle, p95 idle + 16 ms")  # fmt: skip


def adopted(weights: Path, folder: str) -> None:
    """Install a checkpoint in a folder, for this process and those that it starts."""
    os.environ["TERMWAND_WEIGHTS"] = f"{folder}/weights"
    os.environ["TERMWAND_EMBEDDINGS"] = f"{folder}/embeddings"
    os.environ["XDG_CONFIG_HOME"] = f"{folder}/config"  # where a choice among files would be
    from engine.tools.adopting import adopt
    from engine.tools.registry import find

    adopt(find("sam").SPEC, weights)


def main() -> None:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--peer", help=argparse.SUPPRESS)
    parser.add_argument("--weights", type=Path, help="a SAM ViT-B checkpoint")
    parser.add_argument("--rounds", type=int, default=15)
    options = parser.parse_args()
    if options.peer:
        peer(options.peer)
        return
    if options.weights is None:
        parser.error("--weights is needed: python tests/stand_in_publisher.py FOLDER sam")
    picture = np.random.default_rng(0).integers(0, 255, (*FRAME, 3), np.uint8)
    with tempfile.TemporaryDirectory() as folder:
        adopted(click.calm(options.weights, Path(folder)), folder)
        measure(options.weights, picture, options.rounds)


if __name__ == "__main__":
    main()
