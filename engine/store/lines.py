"""The lines of the file as msgspec types: what a section holds and how one item is written on one line.

Apart because reader and writer both need the same types.
"""

from __future__ import annotations

from typing import Any, Literal

import msgspec

from engine.document import Certificate, Id, Keyframe, Label, Left, MediaInfo, Picture, Shape, TableRow, Tag, Track

VERSION = 2
"""The format's version, in the file's key `termwand`."""
Section = Literal["pictures", "shapes", "tracks", "keyframes", "tags", "certificates"]
SECTIONS: tuple[Section, ...] = ("pictures", "shapes", "tracks", "keyframes", "tags", "certificates")
ONLY_IF_ANY: tuple[Section, ...] = ("pictures", "certificates")
"""Sections that are not written where they are empty: a video has no pictures of its own."""


def _keyframe_line() -> Any:
    fields: list[Any] = [("track", Id)]
    for field in msgspec.structs.fields(Keyframe):
        if field.required:
            fields.append((field.encode_name, field.type))
        else:
            default: Any = msgspec.field(default=field.default, default_factory=field.default_factory)  # type: ignore[call-overload]
            fields.append((field.encode_name, field.type, default))
    return msgspec.defstruct(
        "KeyframeLine", fields, frozen=True, gc=False, omit_defaults=True, forbid_unknown_fields=True
    )


KeyframeLine: Any = _keyframe_line()
"""A keyframe's line begins with the track it belongs to; the other fields are those of Keyframe, in its order."""
ITEMS: dict[Section, Any] = {
    "pictures": Picture, "shapes": Shape, "tracks": Track, "keyframes": KeyframeLine, "tags": Tag,
    "certificates": Certificate,
}  # fmt: skip


class Header(msgspec.Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """What stands above the sections."""

    termwand: int
    media: MediaInfo
    author: str = ""
    created: str = ""
    last_frame: int = 0
    left: Left | None = None
    next_id: int = 1
    labels: tuple[Label, ...] = ()
    label_tables: dict[str, tuple[TableRow, ...]] = {}
