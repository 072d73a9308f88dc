"""Adopting a checkpoint file that is there already: tell what it is, then take it in under the tool that can use it.

Apart from `engine.weights` because telling what a file is needs the tools.
"""

from __future__ import annotations

from pathlib import Path

from engine import weights
from engine.errors import WeightsError
from engine.specs import ToolSpec, Weights
from engine.tools.packages import need
from engine.tools.sandbox import identify
from engine.weights.digests import OnProgress, quiet, refuse_unreadable

TORCH = (".pth", ".pt", ".pkl", ".tar", ".bin", ".ckpt")
"""Endings of files that PyTorch saved."""


def adopt(spec: ToolSpec, file: Path, on_progress: OnProgress = quiet) -> weights.Here:
    """Verify a file and its companions, make sure that they belong to the tool, copy them into the folder.

    Return the set; raise ToolError if not.
    """
    if not spec.weights:
        raise WeightsError(f"{spec.name} needs no weights", str(file))
    need(spec)  # they tell what a file is, too
    refuse_unreadable(file)
    weights.need_folder()
    weights.refuse_name(file.name)
    gathered = weights.gather(spec, file, on_progress)
    like = gathered.like or next((item for item in spec.weights if saved_by_torch(item)), None)
    if like is None:
        raise WeightsError(f"{file.name} is no file of {spec.name}", f"it takes {taken(spec)}")
    variant = identified(spec, gathered.parts[0].path, on_progress) if saved_by_torch(like) else ""
    return weights.adopt(file, spec, variant=variant, gathered=gathered, on_progress=on_progress)


def saved_by_torch(item: Weights) -> bool:
    """Say whether PyTorch reads a set's first file: what it is can be told from its content, however it is called."""
    return item.files[0].file.endswith(TORCH)


def identified(spec: ToolSpec, file: Path, on_progress: OnProgress) -> str:
    """Return which variant of the tool's network a checkpoint holds; raise WeightsError if it is another tool's."""
    tool, variant = identify(file, on_progress)
    if tool != spec.id:
        advice = f"it holds {tool} ({variant}): termwand models add {tool} {file}"
        raise WeightsError(f"{file.name} is no checkpoint of {spec.name}", advice)
    return variant


def taken(spec: ToolSpec) -> str:
    """Return which files a tool takes, one set of each kind: "net.onnx, or net.xml with net.bin"."""
    kinds: dict[tuple[str, ...], str] = {}
    for item in spec.weights:
        files = [one.file for one in item.files if not one.optional]
        kinds.setdefault(tuple(Path(file).suffix for file in files), " with ".join(files))
    return ", or ".join(kinds.values())
