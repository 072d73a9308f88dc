"""Checkpoint files: read them without running anything in them, tell what they are, load them strictly.

Apart from the networks, because every family's files come in the same few wrappings: a bare dict of tensors, a dict
with `state_dict` and `config`, one with `net` and objects of the trainer's own classes (read as empty ones), or a list
of such dicts (one per number of clicks); with a `module.` prefix or none; zip or the older pickle format. A network
module that has `recognise` and `build` is a family that `identify` knows.
"""

from __future__ import annotations

import pickle
import threading
import warnings
import zipfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Protocol, cast

import torch
from torch import Tensor, nn

from engine.discover import modules_of
from engine.errors import WeightsError
from engine.nets.archives import look_through
from engine.nets.pickles import ExcessError, UnsafeError
from engine.text import plain
from engine.textfile import is_web_page

Shapes = Mapping[str, tuple[int, ...]]
COUNTER = "num_batches_tracked"
"""Counts training steps; files converted from other frameworks or saved by torch 0.4 lack it."""
IGNORED = ("aspp_dropout",)
"""A leftover of a converter in some f-BRS files; no tensor of the network."""
NETWORKS = ("engine.tools.interactors", "engine.tools.detectors", "engine.tools.trackers")
"""Packages of models; a model with a network is a folder in one of them."""
STAGES = 24
"""Networks that one file may hold; published ones hold one, or one for each of a few numbers of clicks."""
SHOWN = 3
"""Tensor names that an error lists of each kind."""


@dataclass(frozen=True, slots=True)
class Identity:
    """What a file is: the tool it belongs to, the variant's name, and what the family needs to build it."""

    tool: str
    variant: str
    options: Any = None


class Family(Protocol):
    """A module with a network in it."""

    EXPECTS: str
    """What its files hold, in words for an error."""

    def recognise(self, shapes: Shapes) -> Identity | None:
        """Say what the tensors are, or None if they are not this family's."""

    def build(self, options: Any) -> nn.Module:
        """Return the network of `Identity.options`, its weights undefined."""


def identify(path: Path, *, more: Iterable[Callable[[Shapes], Identity | None]] = ()) -> Identity:
    """Say which tool and variant the file belongs to; raise WeightsError if it is damaged, unknown or does not fit.

    `more` are recognisers of networks that are not in this package; whether those fit is not checked.
    """
    tensors = read(path)[0]
    shapes = shapes_of(tensors)
    with refusing(path):
        for family in families():
            found = family.recognise(shapes)
            if found is not None:
                check(bare(family, found), tensors, source=source_of(path, found))
                return found
        for recognise in more:
            found = recognise(shapes)
            if found is not None:
                return found
    raise WeightsError(f"{path.name} is a checkpoint of an unknown kind", f"found {describe(tensors)} in {path}")


def bare(family: Family, identity: Identity) -> nn.Module:
    """Return the network without memory for its weights."""
    with torch.device("meta"):
        return family.build(identity.options)


def source_of(path: Path, identity: Identity) -> str:
    """Return how errors name a file."""
    return f"{path.name} ({identity.tool} {identity.variant})"


def families() -> Iterator[Family]:
    """Yield the networks of models that recognise their checkpoints: `net.py` in the folders of models."""
    for kind in NETWORKS:
        for model in modules_of(kind):
            if hasattr(model, "__path__") and find_spec(f"{model.__name__}.net") is not None:
                yield cast(Family, import_module(f"{model.__name__}.net"))


def load(path: Path, family: Family) -> tuple[list[nn.Module], Identity]:
    """Return the file's networks (one, or one per stage), ready for inference on the CPU, and what they are.

    Every tensor must be there with its shape, and no other; raise WeightsError that says what differs.
    """
    nets, first = [], None
    for tensors in read(path):
        with refusing(path):
            found = family.recognise(shapes_of(tensors))
            if found is None:
                raise WeightsError(
                    f"{path.name} does not belong to this model",
                    f"expected {family.EXPECTS}; found {describe(tensors)} in {path}",
                )
            first = first or found
            net = bare(family, found)
        fill(net, tensors, source=source_of(path, found))
        nets.append(net)
    assert first is not None
    return nets, first


def ready(path: Path | None, family: Family, device: str) -> tuple[list[Any], torch.device]:
    """Return a tool's networks on the device."""
    if path is None:
        raise WeightsError("The weights of this model are not installed", f"expected {family.EXPECTS}")
    place = torch.device(device)
    nets, _ = load(path, family)
    return [net.to(place) for net in nets], place


def check(net: nn.Module, tensors: Mapping[str, Tensor], *, source: str) -> None:
    """Refuse missing, unknown or misshapen tensors; only counters may lack."""
    expected = net.state_dict()
    weights = {name: tensor.shape for name, tensor in expected.items() if not name.endswith(COUNTER)}
    both = [name for name in weights if name in tensors]
    faults = [
        _listed("missing", [name for name in weights if name not in tensors]),
        _listed("not expected", [n for n in tensors if n not in expected and not n.endswith(COUNTER)]),
        _listed("of another shape", [_shapes(n, weights[n], tensors[n].shape) for n in both
                                     if weights[n] != tensors[n].shape]),
        _listed("not floating point", [name for name in both if not _usable(tensors[name])]),
    ]  # fmt: skip
    if any(faults):
        told = f"expected {len(weights)} tensors, found {len(tensors)}: " + "; ".join(f for f in faults if f)
        raise WeightsError(f"{source} does not fit its network", told)


def fill(net: nn.Module, tensors: Mapping[str, Tensor], *, source: str) -> None:
    """Give `net` exactly these tensors, as float32, and set it to inference."""
    check(net, tensors, source=source)
    state = {
        name: torch.zeros(old.shape, dtype=old.dtype) if name.endswith(COUNTER) else tensors[name].to(torch.float32)
        for name, old in net.state_dict().items()
    }
    net.load_state_dict(state, strict=True, assign=True)
    net.eval().requires_grad_(False)


def _usable(tensor: Tensor) -> bool:
    return tensor.is_floating_point() and tensor.layout is torch.strided


def _shapes(name: str, expected: torch.Size, found: torch.Size) -> str:
    return f"{name} {tuple(expected)} expected, {tuple(found)} found"


def _listed(what: str, names: list[str]) -> str:
    if not names:
        return ""
    more = f" and {len(names) - SHOWN} more" if len(names) > SHOWN else ""
    return f"{len(names)} {what} ({', '.join(name[:200] for name in names[:SHOWN])}{more})"


def shapes_of(tensors: Mapping[str, Tensor]) -> dict[str, tuple[int, ...]]:
    """Return every tensor's shape."""
    return {name: tuple(tensor.shape) for name, tensor in tensors.items()}


def describe(tensors: Mapping[str, Tensor]) -> str:
    """Return in words what a file holds."""
    names = ", ".join(repr(name)[:60] for name in list(tensors)[:SHOWN])
    return f"{len(tensors)} tensors, the first named {names}"


def read(path: Path) -> list[dict[str, Tensor]]:
    """Return the file's dicts of tensors, one for each stage (nearly always one), `module.` prefixes removed."""
    refuse_other_kinds(path)
    with refusing(path):
        content = _unpickled(path, look_through(path))
        stages = content if isinstance(content, list | tuple) else [content]
        if not stages:
            raise WeightsError(f"{path.name} is empty", f"expected tensors, found an empty list in {path}")
        if len(stages) > STAGES:
            raise ExcessError(f"{len(stages)} networks in a row")
        return [_tensors(stage, path) for stage in stages]


def _tensors(stage: object, path: Path) -> dict[str, Tensor]:
    inner = _inner(stage) if isinstance(stage, Mapping) else stage
    if not isinstance(inner, Mapping):
        expected = "expected a dict of tensors, or one with the key state_dict or net"
        raise WeightsError(f"{path.name} holds no network", f"{expected}; found {type(inner).__name__} in {path}")
    named = {str(name): value for name, value in inner.items()
             if isinstance(value, Tensor) and name not in IGNORED}  # fmt: skip
    if not named:
        keys = ", ".join(repr(key)[:40] for key in list(inner)[:SHOWN]) or "nothing"
        raise WeightsError(f"{path.name} holds no network", f"expected tensors by name; found {keys} in {path}")
    if all(name.startswith("module.") for name in named):
        named = {name.removeprefix("module."): value for name, value in named.items()}
    return {name: value for name, value in named.items() if name not in IGNORED}


def _inner(stage: Mapping[Any, Any]) -> object:
    """Return the dict of tensors in what was saved beside it, or what stands there alone."""
    if "state_dict" in stage:
        return stage["state_dict"]
    return stage["net"] if isinstance(stage.get("net"), Mapping) else stage


class Empty:
    """What is read in place of a stranger's object."""

    __slots__ = ()

    def __setstate__(self, state: object) -> None:
        """Forget everything."""


def _empty(name: str) -> type:
    """Return a class that torch's reader takes for the stranger's "module name"."""
    module, _, own = name.partition(" ")
    return type(own, (Empty,), {"__slots__": (), "__module__": module})


_allowing = threading.Lock()
"""torch's allow list is the process's: one file adds to it at a time."""


@contextmanager
def _allowed(strangers: Iterable[str]) -> Iterator[None]:
    """Let torch's reader take empty classes for strangers inside the block."""
    classes: list[Any] = [_empty(name) for name in strangers]
    if not classes:
        yield
        return
    with _allowing, torch.serialization.safe_globals(classes):
        yield


def _unpickled(path: Path, strangers: Iterable[str]) -> object:
    """Read the file by torch's allow list and empty classes for strangers: tensors and plain values, never code."""
    with _allowed(strangers), warnings.catch_warnings():
        warnings.simplefilter("ignore")  # torch advises developers; here the file is either read or refused
        return torch.load(path, map_location="cpu", weights_only=True)


@contextmanager
def refusing(path: Path) -> Iterator[None]:
    """Turn whatever a stranger's file makes a reader raise into a refusal of the file."""
    try:
        yield
    except WeightsError:
        raise
    except (pickle.UnpicklingError, UnsafeError) as error:
        raise WeightsError(
            f"{path.name} holds more than numbers and was not opened",
            f"only tensors and plain values are read, nothing is run; {_first_line(error)} ({path})",
        ) from error
    except ExcessError as error:
        detail = f"no checkpoint needs the time or memory that it asks for: {_first_line(error)} ({path})"
        raise WeightsError(f"{path.name} declares too much and was not opened", detail) from error
    except MemoryError as error:
        raise WeightsError(f"{path.name} cannot be read as a checkpoint", f"the memory is full ({path})") from error
    except Exception as error:
        detail = f"the file is damaged, cut short or no PyTorch checkpoint: {_first_line(error)} ({path})"
        raise WeightsError(f"{path.name} cannot be read as a checkpoint", detail) from error


def _first_line(error: BaseException) -> str:
    lines = str(error).strip().splitlines() or [type(error).__name__]
    telling = next((line.strip() for line in lines if "Unsupported" in line), lines[0])
    return plain(telling, 200)


def refuse_other_kinds(path: Path) -> None:
    """Raise WeightsError if the file's beginning shows that it is no PyTorch checkpoint, saying what it is."""
    try:
        with path.open("rb") as file:
            head = file.read(512)
    except OSError as error:
        raise WeightsError(f"{path.name} cannot be opened", f"{error.strerror or error} ({path})") from error
    if not head:
        raise WeightsError(f"{path.name} is empty", f"expected a PyTorch checkpoint, found 0 bytes in {path}")
    if is_web_page(head):
        advice = "the publisher answered with a page (a login, a warning or an error); fetch the file in a browser"
        raise WeightsError(f"{path.name} is a web page, not a checkpoint", f"{advice} ({path})")
    if _is_text(head):
        quoted = head.decode("utf-8", "replace").split("\n")[0].strip()[:60]
        raise WeightsError(f"{path.name} is a text, not a checkpoint", f"it begins with {quoted!r} ({path})")
    if head.startswith(b"PK") and not zipfile.is_zipfile(path):
        raise WeightsError(f"{path.name} is cut short", f"the end of the archive is missing; fetch it again ({path})")


def _is_text(head: bytes) -> bool:
    """Say whether the first bytes are printable; a pickle begins with control characters."""
    return all(byte >= 32 or byte in b"\t\r\n" for byte in head)
