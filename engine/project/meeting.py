"""Where a document meets its media: what is known of the media is taken from it, everything goes to its picture.

Apart from opening because it changes no file: the same happens to a document that is only looked at.
"""

from __future__ import annotations

import os
from pathlib import Path

from msgspec.structs import replace

from engine.document import Document, MediaInfo
from engine.edit_types import Arrange, Edit
from engine.edits import apply
from engine.media import Media
from engine.media.listing import storable
from engine.media.pictures import Pictures
from engine.pictures import arrange, differences


def facts(media: Media, home: Path) -> MediaInfo:
    """Return what is known of a media, its path relative to the folder of the annotation file."""
    if media.info.kind == "image":
        path = Path(os.path.realpath(media.root), media.name(0))
    elif media.info.kind == "folder":
        path = Path(os.path.realpath(media.root))
    else:
        path = Path(os.path.realpath(media.root.parent), media.root.name)
    return replace(media.info, path=storable(os.path.relpath(path, home)))


def meet(document: Document, media: Media, home: Path) -> tuple[Document, tuple[Edit, ...], list[str]]:
    """Return the document as it is on this media, the edits that made it so, and what to say about it."""
    info, old = facts(media, home), document.media
    if isinstance(media, Pictures) and (info.kind == "folder" or old.kind == "folder"):
        if info.kind == "image":  # one of the pictures that the document is about
            info = MediaInfo(os.path.dirname(info.path) or ".", "folder", 1)
        edit, notes = arrange(document, info, media, home)
    else:
        notes = differences(document, info)
        # labels made on other frame times stay doubtful, whoever opens them
        info = replace(info, times=old.times) if old.times and info.times else info
        edit = Arrange(info) if info != old else None
    if edit is None:
        return document, (), notes
    return apply(document, edit)[0], (edit,), notes
