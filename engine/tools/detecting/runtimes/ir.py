"""Looks an OpenVINO IR over before OpenVINO is given it: its version, and that the .bin is there and long enough.

OpenVINO would map a .bin that is cut off into memory, and name neither file in what it says.
"""

from __future__ import annotations

from pathlib import Path
from xml.etree import ElementTree

from engine.errors import WeightsError
from engine.text import plain
from engine.tools.detecting.ports import Signature
from engine.tools.detecting.reading.ir import whole
from engine.tools.detecting.signatures import signature_of

OLDEST, NEWEST = 10, 11
"""Versions of the format that OpenVINO reads."""


def opened(path: Path) -> Signature:
    """Return what an IR holds; raise WeightsError if it is none, or as `refuse_broken`."""
    found = signature_of(path)
    if found.kind != "ir":
        raise WeightsError(f"{path.name} is no OpenVINO network", f"it is {found.described()}")
    refuse_broken(found, path.with_suffix(".bin"))
    return found


def refuse_broken(found: Signature, data: Path) -> None:
    """Raise WeightsError if an IR is too old, or `data`, its .bin, is missing or cut off."""
    path = found.file
    version = found.metadata.get("version", "")
    if not OLDEST <= whole(version) <= NEWEST:
        why = f"{OLDEST} and {NEWEST} can be read: get the file of a newer Open Model Zoo, or convert it anew"
        raise WeightsError(
            f"{path.name} is an OpenVINO IR of version {plain(version, 20) or 'unknown'}", f"{why} ({path})"
        )
    if needed := _needed(path):
        _refuse_data(path, data, needed)


def _needed(path: Path) -> int:
    """Return how many bytes of its .bin a network refers to; `signature_of` has read this text before."""
    places = [[whole(data.get(key, "")) for key in ("offset", "size")] for data in ElementTree.parse(path).iter("data")]
    return max((sum(place) for place in places if min(place) >= 0), default=0)


def _refuse_data(path: Path, data: Path, needed: int) -> None:
    """Raise WeightsError unless the .bin of an IR has all bytes that it needs."""
    try:
        size = data.stat().st_size
    except OSError as error:
        way = f"the two belong together: put it into {path.parent}"
        raise WeightsError(f"{data.name} is missing beside {path.name}", way) from error
    if size < needed:
        why = f"it has {size:,} bytes, and {path.name} needs {needed:,}: it is cut off, or of another network"
        raise WeightsError(f"{data.name} does not fit {path.name}", f"{why} ({data})")
