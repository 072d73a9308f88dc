"""Networks with the stand-in weights of the goldens: made once per session, threads kept few."""

from __future__ import annotations

import gzip
import importlib.util
import json
import os
import re
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from types import ModuleType
from typing import Any

import cv2
import numpy as np
import pytest
import torch
from torch import nn
from torch.utils._python_dispatch import TorchDispatchMode

from engine.nets.recorded import Recorded

DEVICE = torch.device(os.environ.get("TERMWAND_DEVICE", "cpu"))
"""Where the networks run: `TERMWAND_DEVICE=cuda:0 pytest tests/engine/nets` proves a card."""
WIDER = 1.0 if DEVICE.type == "cpu" else 20.0
"""How much wider every tolerance is on another device, whose kernels add in another order. For the goldens they compute
in whole float32; by default convolutions there round their factors to 11 bits (TF32), which moves these untrained
networks' logits by up to 0.05 of the largest: `test_another_device_cuts_out_the_same` holds what that does to masks."""


@pytest.fixture(scope="session", autouse=True)
def few_threads() -> Iterator[None]:
    """Leave the machine to others, and give it back as it was."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    with torch.backends.cudnn.flags(allow_tf32=False):
        yield
    torch.set_num_threads(before)


@pytest.fixture(scope="session")
def parity(shared: Path) -> Path:
    return shared / "parity"


@pytest.fixture(scope="session")
def filler(parity: Path) -> ModuleType:
    """The module that computes stand-in weights, loaded by its path."""
    spec = importlib.util.spec_from_file_location("parity_fill", parity / "fill.py")
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def manifest(path: Path) -> dict[str, tuple[int, ...]]:
    """Names and shapes of a published checkpoint, counters too."""
    lines = gzip.decompress(path.read_bytes()).decode().splitlines()
    rows = [re.match(r"(\S+)\s+\((.*)\)", line) for line in lines if line and not line.startswith("#")]
    return {row[1]: tuple(int(n) for n in row[2].split(",") if n.strip()) for row in rows if row}


@pytest.fixture(scope="session")
def filled(filler: ModuleType) -> Callable[..., nn.Module]:
    """Make a network with stand-in weights: fill, then the measured values of an overrides file over it."""

    def make(net: nn.Module, overrides: Path | None = None) -> Any:
        filler.fill_module(net)
        if overrides is not None:
            values = {name: torch.from_numpy(array) for name, array in np.load(overrides).items()}
            assert not set(values) - set(net.state_dict())
            net.load_state_dict({**net.state_dict(), **values})
        return net.eval().requires_grad_(False).to(DEVICE)

    return make


def rescaled(net: Any, file: Path) -> Any:
    """Multiply and set weights as a `scale.json` says, where plain stand-ins would drown what is to be seen."""
    said = json.loads(file.read_text())
    state = net.state_dict()
    for name, factor in said.get("multiply", said if "set" not in said else {}).items():
        state[name].mul_(factor)
    for name, values in said.get("set", {}).items():
        state[name].copy_(torch.tensor(values))
    return net


def video(parity: Path) -> list[np.ndarray]:
    """Return the trackers' twelve frames, RGB."""
    return [read_rgb(path) for path in sorted((parity / "video").glob("frame_*.png"))]


def read_rgb(path: Path) -> np.ndarray:
    return cv2.cvtColor(cv2.imread(str(path)), cv2.COLOR_BGR2RGB)


def cases(folder: Path, pattern: str) -> list[tuple[str, Any]]:
    """Golden files by case letter; `pattern` has {} where the letter stands."""
    found = [(letter, folder / pattern.format(letter)) for letter in "ab"]
    return [(letter, np.load(path)) for letter, path in found if path.exists()]


def unpacked(bits: np.ndarray, shape: Any) -> np.ndarray:
    shape = tuple(int(n) for n in shape)
    return np.unpackbits(bits)[: int(np.prod(shape))].reshape(shape).astype(bool)


def near(found: Any, golden: np.ndarray, *, relative: float = 0.0, absolute: float = 0.0) -> None:
    """Assert that arrays differ by at most `absolute` + `relative` x max |golden|."""
    wider = WIDER if isinstance(found, torch.Tensor) else 1.0
    found = found.detach().cpu().numpy() if isinstance(found, torch.Tensor) else np.asarray(found)
    assert found.shape == golden.shape
    worst = float(np.abs(found.astype(np.float64) - golden).max())
    allowed = absolute + relative * float(np.abs(golden).max())
    assert worst <= wider * allowed, f"worst difference {worst}, {worst / max(allowed, 1e-30):.1f} x a CPU's tolerance"


def given(values: np.ndarray) -> torch.Tensor:
    """Return an input on the device."""
    return torch.from_numpy(values).to(DEVICE)


def pixels(count: int) -> int:
    """Return how many pixels of a mask may differ."""
    return round(count * WIDER**0.5)


class Taps:
    """Outputs of a network's modules, sampled as in the goldens; of a list, item i is name.i."""

    def __init__(self, net: nn.Module, names: list[str]) -> None:
        self.names, self.seen = names, {}
        wanted = {*names, *(name.rpartition(".")[0] for name in names)}
        self.hooks = [m.register_forward_hook(self._keep(n)) for n, m in net.named_modules() if n in wanted]

    def _keep(self, name: str) -> Callable[..., None]:
        def hook(_module: nn.Module, _inputs: Any, output: Any) -> None:
            if torch.cuda.is_initialized() and torch.cuda.is_current_stream_capturing():
                return  # nothing is computed while a recording is made
            if isinstance(output, torch.Tensor):
                self.seen[name] = output.detach().clone()
            elif isinstance(output, list):
                self.seen.update({f"{name}.{i}": x.detach().clone() for i, x in enumerate(output)})

        return hook

    def check(self, golden: Any, prefix: str, *, relative: float) -> int:
        """Compare every module that was seen; return how many there were."""
        for hook in self.hooks:
            hook.remove()
        names = [name for name in self.names if name in self.seen]
        for name in names:
            channels, rows, columns = (int(n) for n in golden[f"{prefix}/tapstride/{name}"])
            wanted = golden[f"{prefix}/tap/{name}"]
            found = self.seen[name][0, ::channels, ::rows, ::columns]
            near(found.expand(wanted.shape) if found.shape[1:] == (1, 1) else found, wanted, relative=relative)
        return len(names)


class Recordable(TorchDispatchMode):
    """Refuses what cannot be recorded on CUDA: looking at values, and sending any from one device to another."""

    FORBIDDEN = ("_local_scalar_dense", "_to_copy", "lift_fresh", "nonzero", "is_nonzero", "equal")

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        name = str(func.overloadpacket).rpartition(".")[2]
        assert name not in self.FORBIDDEN, f"{name} cannot be recorded"
        return func(*args, **(kwargs or {}))


def tapes(tool: Any, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Let what a tool has recorded on CUDA be recorded here; return the names of what is replayed, as it comes."""
    played = list[str]()

    class Tape:
        def __init__(self, name: str, function: Any) -> None:
            self.name, self.function = name, function

        def replay(self, inputs: Any) -> Any:
            played.append(self.name)
            return self.function(*inputs)

    for name, own in [*vars(tool).items()]:
        if isinstance(own, Recorded):
            function, after = own._function, own._after
            record = partial(lambda name, function, *given: Tape(name, function), name)
            monkeypatch.setattr(tool, name, Recorded(function, after=after, device=DEVICE.type, record=record))
    return played


class Once:
    """A network that computes the same input only once: several checks of one case share its answer."""

    def __init__(self, net: nn.Module) -> None:
        self.net, self.parameters, self.seen = net, net.parameters, {}

    def recorded(self, x: torch.Tensor) -> tuple[torch.Tensor]:
        return (self(x),)

    def __call__(self, x: torch.Tensor) -> torch.Tensor:
        key = x.cpu().numpy().tobytes()
        if key not in self.seen:
            self.seen[key] = self.net(x)
        return self.seen[key]


def tap_names(golden: Any, prefix: str) -> list[str]:
    return [key.removeprefix(f"{prefix}/tap/") for key in golden if key.startswith(f"{prefix}/tap/")]
