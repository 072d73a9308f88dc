"""Which detector a network's file belongs to, as the detectors themselves say, and whether its labels are as many.

A detector's file may have, beside `knows` and `classes` (`engine.tools.detecting.signatures`): `NAMES`, the names that
a published file's classes have by number, and `SHIFTED`, if a list that is one shorter begins with class 1.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from types import ModuleType
from typing import cast

from engine.errors import WeightsError
from engine.specs import DetectorSpec, ToolSpec, WeightFile
from engine.tools import registry
from engine.tools.detecting.labels import SUFFIXES, in_file, matched, named_in
from engine.tools.detecting.opening import refusal
from engine.tools.detecting.runtimes.ir import refuse_broken
from engine.tools.detecting.signatures import Signature, signature_of
from engine.weights.digests import OnProgress, refuse_unreadable
from engine.weights.gathering import Gathered, Part


def knows_files(spec: ToolSpec) -> bool:
    """Say whether a tool can tell its files by their signature."""
    module = registry.tools().get(spec.id)
    return module is not None and spec == module.SPEC and hasattr(module, "knows")


def all_that_know(signature: Signature) -> dict[str, str]:
    """Return the detectors whose file it is, by id, each with what it understood in words."""
    asked = {name: module.knows(signature) for name, module in _detectors().items() if hasattr(module, "knows")}
    return {name: words for name, words in asked.items() if words}


def _detectors() -> dict[str, ModuleType]:
    return {name: cast(ModuleType, registry.find(name)) for name in registry.detectors()}


def understood(spec: ToolSpec, gathered: Gathered, on_progress: OnProgress) -> str:
    """Return in words what a set's first file is; raise WeightsError if it is not this detector's, or its labels."""
    module, main = cast(ModuleType, registry.find(spec.id)), gathered.parts[0].path
    signature = signature_of(main, on_progress)
    words: str = module.knows(signature)
    if not words:
        refused = refusal(signature, spec)
        others = [f"it is of another: termwand models add {name} {main} ({what})"
                  for name, what in all_that_know(signature).items()]  # fmt: skip
        raise WeightsError(refused.title, "; ".join(others) or refused.detail)
    if signature.kind == "ir":
        refuse_broken(signature, next((part.path for part in gathered.parts if part.path.suffix == ".bin"), main))
    _check_labels(module, gathered, signature)
    return words


def _check_labels(module: ModuleType, gathered: Gathered, signature: Signature) -> None:
    """Raise WeightsError where a file's classes have no names, or other numbers of them."""
    count: int = module.classes(signature) if hasattr(module, "classes") else 0
    listed = next((part.path for part in gathered.parts if part.path.suffix in SUFFIXES), None)
    names = in_file(listed) if listed else named_in(signature.metadata)
    if not names and not hasattr(module, "NAMES"):
        return  # it is the detector's own business
    names, source = names or tuple(module.NAMES), listed.name if listed else ""
    matched(names, count, signature.file, source, shifted=bool(getattr(module, "SHIFTED", False)))


def with_labels(gathered: Gathered, labels: Path, spec: ToolSpec) -> Gathered:
    """Return a set with a file of labels in it, under the name that it has beside the network; raise WeightsError."""
    refuse_unreadable(labels)
    if gathered.alone or not isinstance(spec, DetectorSpec):
        raise WeightsError(f"{spec.name} takes no labels", "leave --labels out")
    in_file(labels)
    declared = gathered.like.files if gathered.like and gathered.like.name == gathered.name else ()
    item = next((one for one in declared if one.file.endswith(SUFFIXES)), WeightFile(f"{gathered.name}.names"))
    others = tuple(part for part in gathered.parts if part.path.suffix not in SUFFIXES)
    return replace(gathered, parts=(*others, Part(labels, item)))
