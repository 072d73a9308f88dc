"""Adopting a checkpoint file that is there already: tell what it is, then take it in under the tool that can use it.

Apart from `engine.weights` because telling what a file is needs the tools.
"""

from __future__ import annotations

from pathlib import Path

from engine import weights
from engine.errors import WeightsError
from engine.specs import ToolSpec, Weights
from engine.tools.detecting import recognising
from engine.tools.detecting.signatures import signature_of
from engine.tools.packages import need
from engine.tools.registry import find
from engine.tools.sandbox import identify
from engine.weights.digests import OnProgress, quiet, refuse_unreadable

TORCH = (".pth", ".pt", ".pkl", ".tar", ".bin", ".ckpt")
"""Endings of files that PyTorch saved."""


def adopt(
    spec: ToolSpec, file: Path, on_progress: OnProgress = quiet, labels: Path | None = None
) -> weights.Here:  # fmt: skip
    """Verify a file and its companions, make sure that they belong to the tool, copy them into the folder.

    `labels` is a file of a detector's labels, one a line; without it one beside the file counts. Return the set; raise
    ToolError if not.
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
    if labels is not None:
        gathered = recognising.with_labels(gathered, labels, spec)
    main = gathered.parts[0].path
    if recognising.knows_files(spec):
        variant = recognising.understood(spec, gathered, on_progress)
    else:
        variant = identified(spec, main, on_progress) if saved_by_torch(like) else ""
    return weights.adopt(file, spec, variant=variant, gathered=gathered, on_progress=on_progress)


def owner_of(file: Path, on_progress: OnProgress = quiet) -> ToolSpec:
    """Return the tool that a file is for, told by its content; raise WeightsError where none knows it, or several."""
    refuse_unreadable(file)
    signature = signature_of(file, on_progress)
    known = recognising.all_that_know(signature)
    if len(known) > 1:
        which = "; ".join(f"termwand models add {name} {file}: {words}" for name, words in known.items())
        raise WeightsError(f"{file.name} may be several models' file", which)
    if known:
        return find(next(iter(known))).SPEC
    if signature.kind == "torch":
        return find(identify(file, on_progress)[0]).SPEC
    raise WeightsError(f"{file.name} is no model's file that is known here", f"it is {signature.described()} ({file})")


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
