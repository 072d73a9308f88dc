"""Pictures, folders of pictures, animations and videos as numbered RGB frames; the one place that reads pixels.

A package because a picture, a folder, an animation and a video have little in common but the contract:

    base          the contract (Media) and what its frames are     listing    names: folders, patterns, natural order
    reading       what all readers share: bounds, errors, quiet    cache      bounded cache and read-ahead
    picture       one picture file to RGB                          pictures   Media of picture files
    png, tiff     what Pillow reads less well                      pages      Media of a TIFF of several pages
    transparency  alpha that is none                               animation  Media of one file with several pictures
    bands         bands to RGB by what their file says of them     pixels     deep samples, alpha, orientation
    ranges        what is shown as black and white                 table      which frames a video has, and when
    decoder       a video container, stepped and landed            video      Media of a video

Nothing here imports PIL, av or cv2 before the first file is opened.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

from engine.errors import MediaError
from engine.media.base import Cancelled, Media, Pixels
from engine.media.cache import FrameCache
from engine.media.listing import PICTURES, common_folder, expand, extension, list_folder, saved_at

__all__ = ["Cancelled", "FrameCache", "Media", "Pixels", "open_media"]


def open_media(paths: Sequence[Path]) -> Media:
    """Open a picture, an animation, a video, a folder of pictures or several pictures.

    MediaInfo.path is relative to the folder of the annotations. Animations and multi-page TIFFs are of kind
    "video", a list of pictures is of kind "folder". MediaError names the file and says what is wrong.
    """
    files = expand(paths)
    saved_in = saved_at(files).parent
    if len(files) > 1:
        return _open_several(files, saved_in)
    return _open_folder(files[0], saved_in) if files[0].is_dir() else _open_file(files[0], saved_in)


def _open_folder(folder: Path, saved_in: Path) -> Media:
    from engine.media.pictures import Pictures

    names = list_folder(folder)
    if not names:
        raise MediaError(f"There are no pictures in {folder.name or folder}", f"{folder}; open a video by its own name")
    return Pictures(folder, names, kind="folder", saved_in=saved_in)


def _open_several(files: Sequence[Path], saved_in: Path) -> Media:
    from engine.media.pictures import Pictures

    for path in files:
        if extension(path.name) not in PICTURES:
            raise MediaError(f"{path.name} is not a picture", f"{path}; several paths must all be pictures")
    folder = common_folder(files)
    prefix = len(os.path.join(folder, ""))
    names = [str(path)[prefix:] for path in files]
    return Pictures(folder, names, kind="folder", saved_in=saved_in)


def _open_file(path: Path, saved_in: Path) -> Media:
    from engine.media.animation import Animation
    from engine.media.pages import Pages
    from engine.media.picture import read_header
    from engine.media.pictures import Pictures
    from engine.media.reading import refuse
    from engine.media.video import Video

    try:
        empty = path.stat().st_size == 0
        readable = path.is_file()
    except OSError as error:
        raise refuse(path, error.strerror or error) from error
    if empty or not readable:  # a pipe would block
        raise refuse(path, "the file is empty" if readable else "it is not a file")
    try:
        header = read_header(path)
    except MediaError:
        if extension(path.name) in PICTURES:
            raise
        return Video(path, saved_in=saved_in)
    if header.frames > 1 and header.format == "TIFF":
        return Pages(path, header, saved_in=saved_in)
    if header.frames > 1:
        return Animation(path, header, saved_in=saved_in)
    return Pictures(path.parent, [path.name], kind="image", saved_in=saved_in)
