"""The arrays in a pickle, made without calling anything that the pickle names.

`array_pickles` notes what a file says of its arrays; here the numbers are taken from what was noted.
"""

from __future__ import annotations

from math import prod
from pathlib import Path
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from engine.errors import WeightsError
from engine.nets.array_pickles import Noted, Reader, StrangerError
from engine.text import plain

CODES = ("f2", "f4", "f8", "i4", "i8")
ORDERS: dict[str, Literal["<", ">"]] = {"<": "<", ">": ">", "|": "<", "=": "<"}


class Kept(Noted):
    """What stands for an array, its kind of numbers, or bytes: all that it was given."""

    def __init__(self, *given: Any) -> None:
        super().__init__(*given)
        self.given: tuple[Any, ...] = given
        self.state: tuple[Any, ...] = ()

    def __setstate__(self, state: object) -> None:
        """Keep the state."""
        super().__setstate__(state)
        self.state = state if isinstance(state, tuple) else ()


class KeepingReader(Reader):
    """Makes stand-ins that keep what they are given."""

    def find_class(self, module: str, name: str) -> Any:
        """Return what stands for a class or function of numpy; raise StrangerError for any other."""
        found = super().find_class(module, name)
        return Kept if found is Noted else found


def arrays_in(path: Path) -> dict[str, NDArray[Any]]:
    """Return the arrays by name, of the dict itself or of `model` in it; raise WeightsError."""
    try:
        with path.open("rb") as file:
            content = KeepingReader(file, encoding="latin1").load()
        inner = content.get("model", content) if isinstance(content, dict) else {}
        names = [name for name, one in inner.items() if isinstance(one, Kept) and one.shape is not None]
        return {str(name): _array(inner.pop(name)) for name in names}  # what has been read needs no memory twice
    except StrangerError as error:
        told = f"only arrays are read, nothing is run; {plain(str(error), 200)} ({path})"
        raise WeightsError(f"{path.name} holds more than numbers and was not opened", told) from error
    except OSError as error:
        raise WeightsError(f"{path.name} cannot be opened", f"{error.strerror or error} ({path})") from error
    except Exception as error:  # whatever a damaged pickle makes its reader raise
        told = f"it is damaged or cut short: {plain(str(error), 100)} ({path})"
        raise WeightsError(f"{path.name} cannot be read as a pickle of arrays", told) from error


def _array(one: Kept) -> NDArray[Any]:
    """Return an array of its state (version, shape, type, column-major, bytes); raise ValueError if it does not fit."""
    _, shape, kind, turned, data = one.state
    code = kind.given[0] if isinstance(kind, Kept) and kind.given else ""
    order = kind.state[1] if isinstance(kind, Kept) and len(kind.state) > 1 else "<"
    if code not in CODES or order not in ORDERS:
        raise ValueError(f"an array of {code!s:.20} is no network's")
    raw = _bytes(data)
    dtype = np.dtype(code).newbyteorder(ORDERS[order])
    if min(shape, default=1) < 0 or len(raw) != prod(shape) * dtype.itemsize:
        raise ValueError(f"an array of {'x'.join(map(str, shape))} has {len(raw)} bytes")
    return np.frombuffer(raw, dtype).reshape(shape, order="F" if turned else "C").astype(dtype.newbyteorder("="))


def _bytes(data: Any) -> bytes:
    """Return what Python 2 wrote as text, or Python 3 as text to be encoded."""
    if isinstance(data, Kept) and len(data.given) == 2 and data.given[1] in ("latin1", "latin-1"):
        data = data.given[0]
    return data.encode("latin-1") if isinstance(data, str) else bytes(data) if isinstance(data, bytes) else b""
