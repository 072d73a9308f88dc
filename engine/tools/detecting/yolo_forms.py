"""What form of output an export of ultralytics, or of YOLO v5, has: told by its metadata and its shapes."""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass
from typing import Literal

from engine.errors import WeightsError
from engine.tools.detecting.decoding.yolox import P6, STRIDES, count
from engine.tools.detecting.labels import named_in
from engine.tools.detecting.ports import ANY, Port, Signature, sides_of

Kind = Literal["anchored", "objectness", "ended", "turned", "normalised", "scores"]
"""The function of `decoding.yolo` that reads it."""
TASKS = {"detect": "boxes", "segment": "boxes with masks", "obb": "turned boxes", "pose": "boxes of poses"}
UNUSABLE = {"classify": "it names whole pictures", "semantic": "it marks classes without telling objects apart"}
TRANSFORMER = "RTDETRDecoder"
BASE = {"detect": 4, "segment": 4, "obb": 5, "pose": 4}
"""Values of a raw row beside the scores, before masks and key points."""
MOST_ENDED = 1000
"""Rows of a file that chooses its boxes inside; published ones give 300."""


@dataclass(frozen=True, slots=True)
class Form:
    """How an export is fed and read."""

    kind: Kind
    task: str
    classes: int
    """0 where the file does not tell."""
    size: tuple[int, int]
    """Height and width of its input."""
    transformer: bool = False
    """RT-DETR: pictures are stretched, and nothing overlaps."""
    extra: int = 0
    """Values of a row after box, score and class."""
    output: str = ""
    prototypes: str = ""

    @property
    def words(self) -> str:
        """What was understood, for people."""
        name = "YOLO v5 or v7" if self.kind == "objectness" else "YOLO"
        name = "RT-DETR by ultralytics" if self.transformer else name
        classes = f"{self.classes} classes" if self.classes else "classes unnamed"
        inside = ", chosen inside" if self.kind == "ended" else ""
        return f"{name}, {TASKS[self.task]}{inside}, {classes}, {self.size[1]} x {self.size[0]}"


def form_of(signature: Signature) -> Form | None:
    """Return the form, None for a file of another family; raise WeightsError for a task that finds no objects."""
    if signature.kind != "onnx" or not signature.inputs or not signature.outputs:
        return None
    pictures, outputs = signature.inputs[0], [port for port in signature.outputs if port.rank == 3]
    if len(signature.inputs) > 1 or pictures.rank != 4 or pictures.shape[1] != 3:
        return None
    task = signature.metadata.get("task", "")
    if task in UNUSABLE and "stride" in signature.metadata:
        raise WeightsError(f"{signature.file.name} finds no objects", f"{UNUSABLE[task]} ({task})")
    prototypes = next((port for port in signature.outputs if port.rank == 4 and port.shape[1] == 32), None)
    if len(signature.outputs) > 1 and prototypes is None and not task:
        return None
    if not outputs or (not task and pictures.name != "images"):
        return None
    task = task if task in TASKS else "segment" if prototypes is not None else "detect"
    return _form(signature, task, _size(signature, pictures), outputs[0], prototypes)


def _size(signature: Signature, pictures: Port) -> tuple[int, int]:
    """Return the input's height and width, of an open one what is written beside it: "[h, w]"."""
    numbers = _numbers(signature.metadata.get("imgsz", ""))
    height, width = (numbers * 2)[:2] if numbers else (640, 640)
    return sides_of(pictures, (height, width))


def _numbers(text: str) -> list[int]:
    """Return the first two numbers of a text, none if they are longer than any size."""
    found = re.findall(r"[0-9]+", text[:200])[:2]
    return [int(number) for number in found] if all(len(number) < 7 for number in found) else []


def _form(
    signature: Signature, task: str, size: tuple[int, int], output: Port, prototypes: Port | None
) -> Form | None:  # fmt: skip
    named = len(named_in(signature.metadata))
    rows, columns = output.shape[1:]
    extra = {"segment": 32, "pose": _points(signature)}.get(task, 0)
    kind, classes = _kind(signature, task, size, (rows, columns), named, extra)
    if kind is None:
        return None
    if kind == "turned":
        extra = 1
    names = output.name, prototypes.name if prototypes is not None else ""
    transformer = signature.metadata.get("head") == TRANSFORMER
    return Form(kind, task, classes, size, transformer, extra, *names)


def _kind(
    signature: Signature, task: str, size: tuple[int, int], sides: tuple[int, int], named: int, extra: int
) -> tuple[Kind | None, int]:  # fmt: skip
    """Return the form and how many classes it scores."""
    rows, columns = sides
    if signature.metadata.get("head") == TRANSFORMER:
        return ("normalised", named) if columns == 6 else ("scores", columns - 4) if columns > 4 else (None, 0)
    if columns == 6 + extra + (task == "obb") and _is_ended(signature, rows, size):
        return "turned" if task == "obb" else "ended", named
    if _is_raw(columns, size) or (columns == ANY and rows > 4):
        classes = rows - BASE[task] - extra
        return ("anchored", classes) if classes > 0 else (None, 0)
    anchors = (3 * count(size), 3 * count(size, P6), *([] if "task" in signature.metadata else [ANY]))
    if columns > 5 and task == "detect" and rows in anchors:
        return "objectness", columns - 5
    return None, 0


def _is_ended(signature: Signature, rows: int, size: tuple[int, int]) -> bool:
    """Say whether boxes are chosen inside: so it is written, or there are far too few rows for anything else."""
    if "task" not in signature.metadata:
        return 0 < rows <= MOST_ENDED and rows not in (count(size), 3 * count(size))
    written = signature.metadata.get("end2end", "").lower() == "true" or _arguments(signature).get("nms") is True
    return written or rows == ANY or rows <= MOST_ENDED


def _is_raw(columns: int, size: tuple[int, int]) -> bool:
    return columns in (count(size), count(size, P6), count(size, STRIDES[1:]), count(size, (4, *STRIDES)))


def _arguments(signature: Signature) -> dict[str, object]:
    """Return what the file was exported with."""
    try:
        found = ast.literal_eval(signature.metadata.get("args", "{}"))
    except (ValueError, SyntaxError, MemoryError, RecursionError, TypeError):
        return {}
    return found if isinstance(found, dict) else {}


def _points(signature: Signature) -> int:
    """Return the values of a pose's key points: "[17, 3]"."""
    numbers = _numbers(signature.metadata.get("kpt_shape", ""))
    return numbers[0] * numbers[1] if len(numbers) == 2 else 0
