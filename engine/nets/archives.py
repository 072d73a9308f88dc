"""Looks a checkpoint file through before it is read: that it is what it says, and no larger than it is.

A file in either of PyTorch's formats, a zip or a row of pickles with the numbers behind them, may declare anything.
Here its declarations are compared with the bytes that are there, so that reading it takes no more than its size.
"""

from __future__ import annotations

import os
import struct
import zipfile
from collections.abc import Iterable
from io import BytesIO
from pathlib import Path
from typing import IO

from engine.nets.pickles import ExcessError, List, Machine, UnsafeError, plain

LARGEST = 16 << 30
"""Bytes of a file; the largest published one has 2.6 GB."""
PICKLE = 32 << 20
"""Bytes of a file's pickles, which hold names and shapes but no numbers."""
DIRECTORY = 16 << 20
"""Bytes of a zip's directory."""
TIMES = 4
"""How many times as large as the file what is in it may be: numbers hardly compress, and few tensors share theirs."""
END = struct.Struct("<4s4H2LH")
END64 = 20 + 56
"""Bytes of the two records that come before the end of a large zip."""
LEGACY = ("magic number", "version", "system", "content", "keys")


def look_through(path: Path) -> frozenset[str]:
    """Return the strangers' classes that a file names, as "module name".

    Raise UnsafeError or ExcessError for a file that may not be read, and any other exception for a damaged one.
    """
    size = path.stat().st_size
    if size > LARGEST:
        raise ExcessError(f"it has {size} bytes; no network has more than {LARGEST}")
    machine = Machine()
    with path.open("rb") as file:
        if file.read(4) == b"PK\x03\x04":
            _zip(file, size, machine)
        else:
            file.seek(0)
            _legacy(file, size, machine)
    needed = sum(machine.storages.values())
    if needed > (memory := os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")):
        raise ExcessError(f"it holds {needed} bytes of numbers, and this machine has {memory} of memory")
    if machine.tensors > TIMES * size:
        raise ExcessError(f"its tensors have {machine.tensors} bytes, and it has {size}")
    return frozenset(machine.strangers)


def _legacy(file: IO[bytes], size: int, machine: Machine) -> None:
    """Follow the pickles; behind them lies every storage, its length before it."""
    start = BytesIO(file.read(PICKLE))
    contents = [machine.run(start) for _ in LEGACY]
    keys = contents[-1].items if isinstance(contents[-1], List) else None
    if keys is None or sorted(map(str, map(plain, keys))) != sorted(machine.storages):
        raise ValueError("the storages that it uses are not those that it holds")
    held = sum(machine.storages.values()) + 8 * len(machine.storages)
    if start.tell() + held > size:
        raise ExcessError(f"it says that it holds {held} bytes of numbers, and has {size} in all")


def _zip(file: IO[bytes], size: int, machine: Machine) -> None:
    """Compare the directory with the file, and the storages that the pickle uses with the parts."""
    _one_directory(file, size)
    with zipfile.ZipFile(file) as archive:
        parts = archive.infolist()
        _parts(parts, size)
        prefix = parts[0].filename.partition("/")[0] + "/" if parts else ""
        with archive.open(prefix + "data.pkl") as packed:
            content = packed.read(PICKLE + 1)
        if len(content) > PICKLE:
            raise ExcessError(f"its pickle has more than {PICKLE} bytes")
        machine.run(BytesIO(content))
        held = {part.filename: part.file_size for part in parts}
        for key, needed in machine.storages.items():
            if held.get(f"{prefix}data/{key}", -1) < needed:
                raise ValueError(f"storage {key[:40]} has fewer than the {needed} bytes that it is said to have")


def _one_directory(file: IO[bytes], size: int) -> None:
    """Demand that the zip's directory lies where every reader looks for it: readers differ where there are two."""
    file.seek(max(0, size - END.size))
    mark, *disks, _, total, length, start, comment = END.unpack(file.read(END.size))
    end = size - END.size
    file.seek(max(0, end - END64))
    large = file.read(4) == b"PK\x06\x06"
    if large:
        record = file.read(END64 - 4)
        total, length, start = struct.unpack_from("<3Q", record, 28)
        end -= END64
        if record[52:56] != b"PK\x06\x07" or struct.unpack_from("<Q", record, 60)[0] != end:
            raise ValueError("the zip's directory is not where it should be")
    if mark != b"PK\x05\x06" or any(disks) or comment or start + length != end:
        raise ValueError("the zip's directory is not at its end")
    if length > DIRECTORY or total > length:
        raise ExcessError(f"its directory has {length} bytes")


def _parts(parts: Iterable[zipfile.ZipInfo], size: int) -> None:
    """Refuse parts that cannot all be in the file, that unpack to far more, or that two readers would tell apart."""
    parts = list(parts)
    names = {part.filename.casefold() for part in parts}
    if len(names) < len(parts):
        raise UnsafeError("two of its parts have one name")
    if any(".." in name.split("/") or name.startswith("/") or "\\" in name for name in names):
        raise UnsafeError("a part is to lie outside it")
    if sum(part.compress_size for part in parts) > size:
        raise ExcessError("its parts lie over one another")
    unpacked = sum(part.file_size for part in parts)
    if unpacked > TIMES * size:
        raise ExcessError(f"it unpacks to {unpacked} bytes")
    if any(part.flag_bits & 1 for part in parts):
        raise UnsafeError("its parts are encrypted")
    if any(part.filename != part.orig_filename for part in parts):
        raise UnsafeError("the name of a part goes on behind its end")
