"""Writes checkpoint files in the published formats, filled with stand-in weights: they load and run, and mean nothing.

For trying the program where no real checkpoint can be had: `python tests/stand_in_publisher.py FOLDER [NAME ...]`, then
`termwand models add TOOL FILE`. The masks are those of an untrained network. The file names begin with `standin`, so
that they are never taken for the real ones; no tool declares them, and they are not shipped.
"""

from __future__ import annotations

import argparse
import gzip
import importlib.util
import os
import re
import sys
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

ENTRY = re.compile(r"^(\S+)\s+\(([^)]*)\)\s+(\w+)")
SHARED = Path(os.environ.get("TERMWAND_SHARED", Path(__file__).resolve().parents[2] / "shared"))


def bare(tensors: dict[str, Any]) -> Any:
    """As most publishers do: the state dict alone."""
    return OrderedDict(tensors)


def with_config(tensors: dict[str, Any]) -> Any:
    """As RITM does: the state dict beside a description of how the network was made."""
    parameters = {
        "width": {"type": "builtin", "value": 18, "specified": True},
        "ocr_width": {"type": "builtin", "value": 64, "specified": True},
        "with_prev_mask": {"type": "builtin", "value": True, "specified": True},
        "norm_layer": {"type": "class", "value": "torch.nn.modules.batchnorm.BatchNorm2d", "specified": False},
    }
    return {"state_dict": OrderedDict(tensors), "config": {"class": "isegm.model.is_hrnet_model.HRNetModel",
                                                           "params": parameters}}  # fmt: skip


@dataclass(frozen=True)
class StandIn:
    """Where a published network's names, shapes and measured values are, and how its file is wrapped."""

    file: str
    folder: str
    manifest: str = "manifest.txt.gz"
    """"": none was written down; the names and shapes are those of our own network, which the test of parity holds."""
    overrides: str = ""
    wrapped: Callable[[dict[str, Any]], Any] = bare
    counters: bool = True
    """False: without `num_batches_tracked`, as files from older or other frameworks are."""
    tool: str = ""
    """The tool that it belongs to, if its own name is another."""


STAND_INS = {
    "sam": StandIn("standin_sam_vit_b.pth", "sam_vit_b"),
    "sam-mobile": StandIn("standin_mobile_sam.pt", "", "", tool="sam"),
    "dextr": StandIn("standin_dextr.pth", "dextr", overrides="overrides.npz", counters=False),
    "iog": StandIn("standin_iog.pth", "iog", overrides="overrides.npz", counters=False),
    "fbrs": StandIn("standin_fbrs_resnet101.pth", "fbrs", "manifest_resnet101_dh256_sbd.txt.gz",
                    "overrides_resnet101_dh256_sbd.npz", counters=False),
    "hrnet": StandIn("standin_hrnet_h18.pth", "ritm", "manifest_coco_lvis_h18_itermask.txt.gz", "overrides.npz",
                     with_config),
    "hrnet-small": StandIn("standin_hrnet_h18s.pth", "ritm", "manifest_coco_lvis_h18s_itermask.txt.gz",
                           "overrides.npz", with_config, tool="hrnet"),
    "fbrs-resnet34": StandIn("standin_fbrs_resnet34.pth", "fbrs", "manifest_resnet34_dh128_sbd.txt.gz",
                             "overrides_resnet101_dh256_sbd.npz", counters=False, tool="fbrs"),
    "fbrs-hrnet18": StandIn("standin_fbrs_hrnet18.pth", "fbrs", "manifest_hrnet18_ocr64_sbd.txt.gz",
                            "overrides_hrnet18_ocr64_sbd.npz", counters=False, tool="fbrs"),
}  # fmt: skip
"""By tool; of some tools other sizes too, which borrow the measured values that fit them."""


def publish(tool: str, folder: Path, shared: Path = SHARED) -> Path:
    """Write a tool's stand-in checkpoint into a folder; return its path."""
    import torch

    what = STAND_INS[tool]
    source = shared / "parity" / what.folder
    fill = _filler(shared)
    tensors = {name: fill(name, shape) for name, shape in entries(what, source).items()}
    if what.overrides:
        measured = np.load(source / what.overrides).items()
        tensors |= {name: values for name, values in measured
                    if name in tensors and values.shape == tensors[name].shape}  # fmt: skip
    kept = {
        name: torch.from_numpy(np.ascontiguousarray(values))
        for name, values in tensors.items()
        if what.counters or not name.endswith("num_batches_tracked")
    }
    path = folder / what.file
    folder.mkdir(parents=True, exist_ok=True)
    torch.save(what.wrapped(kept), path)
    return path


def install(name: str, folder: Path, shared: Path = SHARED) -> None:
    """Write a stand-in and put it where TERMWAND_WEIGHTS says; what it is, is told here and not in its own process."""
    from engine import weights
    from engine.nets.checkpoint import identify
    from engine.tools.registry import find

    path = publish(name, folder, shared)
    known = identify(path)
    weights.adopt(path, find(known.tool).SPEC, variant=known.variant)
    path.unlink()


def entries(what: StandIn, source: Path) -> dict[str, tuple[int, ...]]:
    """Return the names and shapes of a published network's tensors."""
    if not what.manifest:
        from engine.nets.checkpoint import shapes_of
        from engine.tools.interactors.sam import net as sam
        from engine.tools.interactors.sam import tinyvit

        return shapes_of(sam.SamNet(tinyvit.MOBILE_SAM).state_dict())
    found = {}
    for line in gzip.decompress((source / what.manifest).read_bytes()).decode().splitlines():
        if match := ENTRY.match(line):
            found[match[1]] = tuple(int(part) for part in match[2].split(",") if part.strip())
    return found


def _filler(shared: Path) -> Callable[[str, tuple[int, ...]], Any]:
    spec = importlib.util.spec_from_file_location("parity_fill", shared / "parity" / "fill.py")
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    fill: Callable[[str, tuple[int, ...]], Any] = module.fill
    return fill


def main(argv: list[str]) -> int:
    """Write the files that were asked for and say how to adopt them."""
    parser = argparse.ArgumentParser(description="Write stand-in checkpoints: they run, their masks mean nothing.")
    parser.add_argument("folder", type=Path)
    parser.add_argument("tools", nargs="*", metavar="NAME", help=f"some of {', '.join(STAND_INS)} (default: all)")
    options = parser.parse_args(argv)
    unknown = set(options.tools) - set(STAND_INS)
    if unknown:
        parser.error(f"unknown: {', '.join(sorted(unknown))}")
    for tool in options.tools or STAND_INS:
        print(f"termwand models add {STAND_INS[tool].tool or tool} {publish(tool, options.folder)}", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
