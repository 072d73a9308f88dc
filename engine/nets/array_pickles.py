"""Shapes of the arrays in a pickle, without making an array, or calling anything that the pickle names.

detectron2 publishes its networks so: {"model": {name: array}}, written by Python 2. Whatever the pickle would make is
a stand-in that notes what it is given.
"""

from __future__ import annotations

import pickle
from pathlib import Path
from typing import Any

from engine.errors import WeightsError
from engine.text import plain

Shapes = dict[str, tuple[int, ...]]
DIMENSIONS = 16
MODULES = ("numpy", "numpy.core.multiarray", "numpy._core.multiarray", "_codecs", "collections")
NAMES = ("_reconstruct", "ndarray", "dtype", "scalar", "encode", "OrderedDict")


class StrangerError(pickle.UnpicklingError):
    """The pickle names what is no part of an array."""


class Noted:
    """What stands for an array; numpy gives one its version, shape, type, order and bytes."""

    shape: tuple[int, ...] | None = None

    def __init__(self, *_: Any) -> None:
        """Take whatever an array is made of."""

    def __setstate__(self, state: object) -> None:
        """Note the shape and forget the rest."""
        sides = state[1] if isinstance(state, tuple) and len(state) == 5 else None
        if isinstance(sides, tuple) and len(sides) <= DIMENSIONS and all(isinstance(side, int) for side in sides):
            self.shape = sides


class Reader(pickle.Unpickler):
    """Makes stand-ins only."""

    def find_class(self, module: str, name: str) -> Any:
        """Return what stands for a class or function of numpy; raise StrangerError for any other."""
        if module not in MODULES or name not in NAMES:
            raise StrangerError(f"it names {plain(f'{module}.{name}', 100)}")
        return dict if name == "OrderedDict" else Noted


def shapes_in(path: Path) -> Shapes:
    """Return the arrays' shapes by name, of the dict itself or of `model` in it; raise WeightsError."""
    try:
        with path.open("rb") as file:
            content = Reader(file, encoding="latin1").load()
    except StrangerError as error:
        told = f"only arrays are read, nothing is run; {error} ({path})"
        raise WeightsError(f"{path.name} holds more than numbers and was not opened", told) from error
    except Exception as error:
        told = f"it is damaged or cut short: {plain(str(error), 100)} ({path})"
        raise WeightsError(f"{path.name} cannot be read as a pickle of arrays", told) from error
    inner = content.get("model", content) if isinstance(content, dict) else None
    named = {str(name): one.shape for name, one in inner.items() if isinstance(one, Noted)} if isinstance(inner, dict) \
        else {}  # fmt: skip
    found = {name: shape for name, shape in named.items() if shape is not None}
    if not found:
        raise WeightsError(f"{path.name} holds no network", f"expected arrays by name in a dict ({path})")
    return found
