"""Every failure that a person can do something about.

AppError
├── MediaError        a picture or video that cannot be opened or decoded
├── StoreError        the annotation file or its folder
│   ├── FormatError   the file's content is wrong: says line and column
│   ├── LockedError   another writer holds the document
│   └── ChangedError  the file was changed on disk by somebody else
├── EditError         an edit that does not fit the document
├── KeymapError       an unknown key, action or mode; two actions on one key
├── SettingsError     an option or setting out of its range
└── ToolError         a tool that cannot do what was asked (prompt incomplete, model failed)
    └── WeightsError  a checkpoint that is missing, wrong or unverified

Each has a title (one short sentence: what) and a detail (where, and what to do next). Anything that is not an
AppError is a bug and is allowed to crash: the journal keeps the work.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable


class AppError(Exception):
    """A failure with a title to show and a detail that says where and what to do."""

    def __init__(self, title: str, detail: str = "") -> None:
        super().__init__(f"{title}: {detail}" if detail else title)
        self.title = title
        self.detail = detail


class MediaError(AppError):
    """A picture or video that cannot be opened or decoded."""


class StoreError(AppError):
    """The annotation file, its journal or its folder."""


class FormatError(StoreError):
    """Wrong content in an annotation file; `line` and `column` count from 1."""

    def __init__(self, title: str, detail: str = "", *, line: int = 0, column: int = 0) -> None:
        where = f"line {line}, column {column}" if line else ""
        super().__init__(title, "; ".join(part for part in (where, detail) if part))
        self.line = line
        self.column = column


class LockedError(StoreError):
    """Another writer holds the document; `owner` says who and where."""

    def __init__(self, title: str, detail: str = "", *, owner: str = "") -> None:
        super().__init__(title, detail)
        self.owner = owner


class ChangedError(StoreError):
    """The file on disk is not the one that was read."""


class EditError(AppError):
    """An edit that does not fit the document it is applied to."""


class KeymapError(AppError):
    """A keymap file with an unknown name or a clash."""


class SettingsError(AppError):
    """A setting or option out of its range."""


class ToolError(AppError):
    """A tool that cannot do what was asked."""


class WeightsError(ToolError):
    """A checkpoint that is missing, wrong or unverified."""


def nearest(name: str, valid: Iterable[str]) -> str:
    """Return a hint such as `did you mean "car"?`, or the list of valid names where nothing is near."""
    names = [str(item) for item in valid]
    close = difflib.get_close_matches(name, names, n=1, cutoff=0.5)
    if close:
        return f'did you mean "{close[0]}"?'
    return f"valid: {', '.join(names[:12])}" if names else "nothing is valid here"
