"""Tells what a network's file is, from its bytes, and which detector can use it; nothing in the file is run.

A detector's file may have `knows(signature) -> str`: "" if the file is not its own, else what it understood in words
("object detection, 80 classes, 640 x 640"); and `classes(signature) -> int`: how many classes the file scores, that
is, how many names a file of labels has to have, 0 where that cannot be told. Checkpoints and pickles are read in a
process of their own (`engine.tools.sandbox`).
"""

from __future__ import annotations

import mmap
import zipfile
import zlib
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from engine.errors import WeightsError
from engine.text import plain
from engine.textfile import is_web_page
from engine.tools.detecting.ports import ANY, WORDS, Kind, Port, Signature
from engine.tools.detecting.reading import archive, ir, onnx, tensorflow, wire
from engine.tools.sandbox import shapes_in
from engine.weights.digests import OnProgress, quiet

__all__ = ["ANY", "WORDS", "Kind", "Port", "Signature", "kind_of", "signature_of"]
LEGACY = b"\x80\x02\x8a\x0al\xfc\x9cF\xf9 j\xa8P\x19."
"""The first pickle of a checkpoint in PyTorch's older format: its magic number."""
KINDS = "ONNX, OpenVINO IR (.xml), TensorFlow (.pb), PyTorch (.pth), darknet (.weights)"
PROGRAMS = (b"ultralytics.nn", b"models.yolo")
"""Modules of YOLO's programs whose objects are in their files."""
PICKLE = 64 << 20
"""Bytes of such a file's pickle that are looked through."""
Reader = Callable[[memoryview, Path], Signature]


def signature_of(file: Path, on_progress: OnProgress = quiet) -> Signature:
    """Return what a file is; raise WeightsError for one that is damaged, or of a kind that nothing here reads."""
    try:
        with file.open("rb") as opened:
            head = opened.read(512)
        if head.startswith(archive.GZIP):
            return _packed(file, on_progress)
        kind = _kind(file, head)
        if kind == "torch" and not head.startswith(LEGACY):
            _refuse_objects(file)
        if kind in ("torch", "pickle"):
            return Signature(kind, file, tensors=shapes_in(file, kind, on_progress))
        if kind == "darknet":
            version = ".".join(str(int.from_bytes(head[at : at + 4], "little")) for at in (0, 4, 8))
            return Signature(kind, file, metadata={"version": version})
        if kind == "ir":
            return _ir(file)
        return _mapped(file, head)
    except OSError as error:
        raise WeightsError(f"{file.name} cannot be opened", f"{error.strerror or error} ({file})") from error


def kind_of(file: Path) -> Kind:
    """Return a file's kind, by its first bytes alone; raise WeightsError as `signature_of` for one that has none."""
    try:
        with file.open("rb") as opened:
            return _kind(file, opened.read(512))
    except OSError as error:
        raise WeightsError(f"{file.name} cannot be opened", f"{error.strerror or error} ({file})") from error


def _kind(file: Path, head: bytes) -> Kind:
    """Return a file's kind by its first bytes; raise WeightsError if it has none."""
    if not head:
        raise WeightsError(f"{file.name} is empty", f"expected a network's file, found 0 bytes in {file}")
    if head.lstrip(b"\xef\xbb\xbf \r\n\t").startswith((b"<?xml", b"<net")):
        return "ir"
    if is_web_page(head):
        advice = "the publisher answered with a page; fetch the file in a browser"
        raise WeightsError(f"{file.name} is a web page, not a network", f"{advice} ({file})")
    if head.startswith((b"PK\x03\x04", LEGACY)):
        return "torch"
    if head[:1] == b"\x80" and head[1:2] in (b"\2", b"\3", b"\4", b"\5"):
        return "pickle"
    if file.suffix.lower() == ".weights":
        return "darknet"
    if head.startswith(b"\x89HDF"):
        raise WeightsError(f"{file.name} is a Keras file", f"none of its networks is read here; {KINDS} are ({file})")
    if head.startswith(b"\x08"):
        return "onnx"
    if head.startswith(b"\x0a") and file.suffix.lower() == ".pb":
        return "tf"
    raise WeightsError(f"{file.name} is of no kind of file that is known here", f"{KINDS} are ({file})")


def _packed(file: Path, on_progress: OnProgress) -> Signature:
    """Read the graph in an archive of TensorFlow's."""
    with archive.graph_in(file) as graph:
        found = signature_of(graph, on_progress)
    return replace(found, file=file, metadata={**found.metadata, "form": "archive"})


def _refuse_objects(file: Path) -> None:
    """Raise WeightsError for what YOLO's programs save: objects of their classes, which are programs, not numbers.

    One that is damaged or encrypted is refused, too, before a process is started to read it.
    """
    try:
        with zipfile.ZipFile(file) as archive:
            item = next((one for one in archive.infolist() if one.filename.endswith("/data.pkl")), None)
            text = archive.read(item) if item and item.file_size <= PICKLE else b""
    except (zipfile.BadZipFile, zlib.error, EOFError, ValueError, RuntimeError) as error:
        raise _damaged(file, "torch", f"it is cut short or damaged ({error})") from error
    if any(name in text for name in PROGRAMS):
        advice = f"export it: yolo export model={file.name} format=onnx, and add the .onnx file ({file})"
        raise WeightsError(f"{file.name} holds YOLO's own objects, which are not opened", advice)


def _ir(file: Path) -> Signature:
    """Read an IR's text; its numbers lie in the .bin beside it."""
    if file.stat().st_size > ir.MOST:
        raise _damaged(file, "ir", f"it has more than {ir.MOST >> 20} MB of text")
    try:
        return ir.signature(file.read_bytes(), file)
    except ValueError as error:
        raise _damaged(file, "ir", str(error)) from error


def _mapped(file: Path, head: bytes) -> Signature:
    """Read a protocol buffer without loading its numbers."""
    # a SavedModel begins with its schema's version, 1, and goes on with a graph (field 2), which ONNX has in field 7
    saved = file.suffix.lower() == ".pb" and head.startswith(b"\x08\x01")
    kind: Kind = "tf" if saved or head.startswith(b"\x0a") else "onnx"
    read: Reader = tensorflow.saved if saved else tensorflow.frozen if kind == "tf" else onnx.signature
    with file.open("rb") as opened:
        view = memoryview(mmap.mmap(opened.fileno(), 0, access=mmap.ACCESS_READ))  # goes with its last slice
    try:
        with wire.bounded(wire.ALL):
            found = read(view, file)
    except ValueError as error:
        raise _damaged(file, kind, str(error)) from error
    if not found.outputs:
        raise _damaged(file, kind, "it has no outputs")
    return found


def _damaged(file: Path, kind: Kind, why: str) -> WeightsError:
    return WeightsError(f"{file.name} cannot be read as {WORDS[kind]}", f"{plain(why, 200)} ({file})")
