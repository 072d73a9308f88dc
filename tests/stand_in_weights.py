"""Trackers' weights installed for a test: NanoTrack's real ones, stand-ins of `fill.py` for the others."""

from __future__ import annotations

import importlib.util
import os
from importlib import import_module
from pathlib import Path

from engine.tools.registry import find
from engine.weights.gathering import gather
from engine.weights.store import adopt
from tests.engine.nets.conftest import rescaled

REAL = {"nano": "nanotrack_v2_backbone.onnx"}


def install(shared: Path, made: Path, tracker: str) -> None:
    """Install a tracker's weights where `TERMWAND_WEIGHTS` says; a stand-in file is made in the folder `made`."""
    spec = find(tracker).SPEC
    path = shared / "weights" / REAL[tracker] if tracker in REAL else stand_in(shared, made, tracker)
    Path(os.environ["TERMWAND_WEIGHTS"]).mkdir(parents=True, exist_ok=True)
    adopt(path, spec, gathered=gather(spec, path))


def stand_in(shared: Path, folder: Path, tracker: str) -> Path:
    """Return a checkpoint of stand-in weights, scaled as for the goldens, so that following does not run away."""
    import torch

    spec = importlib.util.spec_from_file_location("parity_fill", shared / "parity" / "fill.py")
    assert spec and spec.loader
    filler = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(filler)
    net = import_module(f"engine.tools.trackers.{tracker}.net").build(None)
    filler.fill_module(net)
    path = folder / f"{tracker}-stand-in.pth"
    torch.save(rescaled(net, shared / "parity" / tracker / "scale.json").state_dict(), path)
    return path
