"""What this package reads of a tool's declaration, and what its licences ask of the user.

Protocols in place of the classes in `engine.tools.base`, because tools stand above weights in the order of imports.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Protocol

ASKS_FOR_CONSENT = re.compile(
    r"\b[AL]?GPL|\bMPL|copyleft|non[- ]?commercial|research only|BY-NC|BY-SA|share-?alike"
    r"|no licence|no license|(nothing|none|not) stated|all rights reserved",
    re.IGNORECASE,
)


class Declared(Protocol):
    """A checkpoint file as its publisher offers it: `engine.tools.base.Weights`."""

    @property
    def file(self) -> str:
        """File name."""

    @property
    def url(self) -> str:
        """Where it is published, or ""."""

    @property
    def digest(self) -> str:
        """ "sha256:..." or "md5:...", or "" if the publisher gives none."""

    @property
    def size(self) -> int:
        """Bytes, 0 if unknown."""

    @property
    def licence(self) -> str:
        """Terms of the file."""

    @property
    def non_commercial(self) -> bool:
        """Commercial use is forbidden."""


class Owner(Protocol):
    """The tool that uses checkpoints: `engine.tools.base.ToolSpec`."""

    @property
    def id(self) -> str:
        """The tool's id."""

    @property
    def name(self) -> str:
        """Name to show."""

    @property
    def weights(self) -> Sequence[Declared]:
        """The files it can use."""


def terms(weights: Declared) -> str:
    """Return what a user has to agree to before the file is fetched, or "" if its licence is permissive."""
    licence = weights.licence or "no licence is stated"
    if weights.non_commercial:
        return f"{weights.file} is for non-commercial use only ({licence})"
    if ASKS_FOR_CONSENT.search(licence):
        return f"{weights.file} comes with terms of its own: {licence}"
    return ""
