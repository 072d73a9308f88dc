"""The commands of Kitty's graphics protocol: from a few keys and a file to the bytes on the wire.

Apart from `kitty.py`, which decides what to show, and shared with `kitty_plain.py`. Read it beside
https://sw.kovidgoyal.net/kitty/graphics-protocol/.
"""

from __future__ import annotations

import os
from base64 import b64encode
from collections.abc import Callable

from tui.surfaces.base import Capabilities

FAILURES = 1
"""As `q`: the terminal answers only where something went wrong, as when it does not know the image any more."""
CHUNK = 4096
"""Most base64 characters in one command, by the specification."""


def command(keys: str, payload: bytes = b"", again: str = "") -> list[bytes]:
    """Return the escape sequences of one command; `again` are the keys that every later chunk has to repeat."""
    text = b64encode(payload)
    if len(text) <= CHUNK:
        return [b"\x1b_G%b%b\x1b\\" % (keys.encode(), b";" + text if text else b"")]
    more, last = (f"\x1b_G{again}{',' if again else ''}q=2,m={flag};".encode() for flag in (1, 0))
    starts = range(CHUNK, len(text), CHUNK)
    heads = [f"\x1b_G{keys},m=1;".encode(), *[more] * (len(starts) - 1), last]
    places = zip(heads, (0, *starts), strict=True)
    return [b"%b%b\x1b\\" % (head, text[start : start + CHUNK]) for head, start in places]


def through_tmux(sequence: bytes) -> bytes:
    """Wrap one escape sequence so that tmux hands it on to the terminal outside."""
    return b"\x1bPtmux;" + sequence.replace(b"\x1b", b"\x1b\x1b") + b"\x1b\\"


def first_image(capabilities: Capabilities) -> int:
    """Return the number of the base image; a small one is short on the wire.

    Panes of one tmux share the terminal's images, so there it follows from the process; and it is a grey when read as a
    colour, which placeholders name it by, so that NO_COLOR's filter leaves it alone.
    """
    return (7 + os.getpid() % 240) * 0x010101 if capabilities.tmux else 7


class Images:
    """One terminal's images, by small numbers counted from the first of this program."""

    def __init__(self, capabilities: Capabilities) -> None:
        self._first = first_image(capabilities)
        self._wrap: Callable[[bytes], bytes] = through_tmux if capabilities.tmux else bytes

    def hide(self, image: int) -> bytes:
        """Take an image off the screen, and keep its data."""
        return self.send(f"a=d,d=i,i={self.id(image)},q=2")

    def free(self, image: int) -> bytes:
        """Take an image off the screen, and its data out of the terminal's memory."""
        return self.send(f"a=d,d=I,i={self.id(image)},q=2")

    def transmit(self, image: int, file: bytes) -> bytes:
        """Send a PNG file as a new image; an older one of that number goes, with its placements."""
        return self.send(f"a=t,i={self.id(image)},f=100,q=2", file)

    def edit(self, image: int, file: bytes, at: tuple[int, int]) -> bytes:
        """Overwrite a rectangle of an image.

        Kitty loses track of the edit unless every chunk says which frame it is for; it takes overwriting from X up to
        0.44 and from C up to 0.48, from both later.
        """
        frame = f"a=f,i={self.id(image)},r=1"
        where = "".join(f",{key}={value}" for key, value in zip("xy", at, strict=True) if value)
        return self.send(f"{frame}{where},X=1,C=1,f=100,q={FAILURES}", file, frame)

    def spread(self, image: int, columns: int, rows: int) -> bytes:
        """Show an image by placeholders, so many columns and rows of them."""
        return self.send(f"a=p,U=1,i={self.id(image)},p=1,c={columns},r={rows},q={FAILURES}")

    def send(self, keys: str, payload: bytes = b"", again: str = "") -> bytes:
        """Return the bytes of one command."""
        return b"".join(self._wrap(sequence) for sequence in command(keys, payload, again))

    def id(self, image: int) -> int:
        """Return the number by which the terminal knows an image."""
        return self._first + image
