"""What all readers of strangers' files share: bounds, errors that name the file, quiet libraries."""

from __future__ import annotations

import logging
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import numpy as np

from engine.errors import MediaError
from engine.media.base import MAX_PIXELS, Cancelled, Pixels

T = TypeVar("T")
_LIBRARIES = ("PIL", "tifffile", "libav")


@dataclass(frozen=True)
class Header:
    """What a picture's header says: size as shown, number of frames, format."""

    width: int
    height: int
    frames: int = 1
    format: str = ""


@dataclass(frozen=True)
class Decoded:
    """A picture's pixels, and what is doubtful about them."""

    pixels: Pixels
    warning: str = ""


def refuse(path: Path, why: object) -> MediaError:
    """Return the error that names the file and says what is wrong with it."""
    text = " ".join(str(why).replace(str(path), path.name).split()) or type(why).__name__
    return MediaError(f"Cannot read {path.name}", f"{text} ({path})")


def guarded(path: Path, read: Callable[[], T]) -> T:
    """Run a reader of untrusted bytes and turn whatever it raises into a MediaError."""
    quieten()
    try:
        with np.errstate(all="ignore"):  # samples at the end of their type run over, which is no harm
            return read()
    except (MediaError, Cancelled):
        raise
    except MemoryError as error:
        raise refuse(path, "there is not enough memory to decode it") from error
    except Exception as error:  # decoders answer hostile bytes with any exception at all
        raise refuse(path, error) from error


def quieten() -> None:
    """Keep what libraries have to say off the screen: their records go to the log, if there is one."""
    warnings.filterwarnings("ignore", module=r"PIL\.")
    for name in _LIBRARIES:
        logger = logging.getLogger(name)
        if not logger.handlers:  # without any, Python itself prints what is serious
            logger.addHandler(logging.NullHandler())


def check_size(path: Path, width: int, height: int) -> None:
    """Raise MediaError for a frame that no memory should be asked to hold."""
    if width < 1 or height < 1:
        raise refuse(path, f"its size is {width}x{height}")
    if width * height > MAX_PIXELS:
        raise refuse(path, f"{width}x{height} is more than the limit of {MAX_PIXELS // 10**6} megapixels")


def first_bytes(path: Path, count: int = 32) -> bytes:
    """Return the first bytes of a file."""
    with path.open("rb") as file:
        return file.read(count)
