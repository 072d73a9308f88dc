"""What goes over the socket between the screen's process and the engine process: messages, framing, descriptors.

Apart from both ends so that neither imports the other. A message is four bytes of length and msgpack. A picture does
not travel: its file descriptor does (SCM_RIGHTS), of memory that has no name, so nothing is left behind whichever
side is killed. Both sides are this program, started from the same files: there is no version to negotiate.
"""

from __future__ import annotations

import array
import socket
import struct
from collections import deque
from typing import ClassVar

import msgspec

from engine import requests
from engine.requests import Lane

LIMIT = 1 << 28
"""Bytes of one message; more means that the two sides no longer understand each other."""
CHUNK = 1 << 18
MOST_DESCRIPTORS = 16
WINDOW = 8
"""Answers that a run may be ahead of what the screen has taken of it."""


class WireMask(msgspec.Struct, array_like=True, frozen=True):
    """A Prediction without its alternatives: bits of `mask` in row-major order, deflated."""

    rows: int
    columns: int
    origin: tuple[int, int]
    bits: bytes
    score: float | None


class WirePrompt(msgspec.Struct, array_like=True, frozen=True):
    """A Prompt: (x, y, positive) for each click."""

    clicks: list[tuple[float, float, bool]]
    box: tuple[float, float, float, float] | None


class WireTarget(msgspec.Struct, array_like=True, frozen=True):
    """A Target under its key; its score where a tracker gave one."""

    key: int
    box: tuple[float, float, float, float]
    rotation: float
    mask: WireMask | None = None
    score: float | None = None


class WireDetection(msgspec.Struct, array_like=True, frozen=True):
    """A Detection."""

    label: str
    score: float
    box: tuple[float, float, float, float]
    mask: WireMask | None
    attributes: dict[str, str] = {}
    rotation: float = 0.0


class WireMedia(msgspec.Struct, array_like=True, frozen=True):
    """A Reference; paths as bytes, because a file's name need not be UTF-8."""

    paths: list[bytes]
    frames: int
    digest: str


class Share(msgspec.Struct, tag=True, frozen=True):
    """A picture of (rows, columns, 3) uint8; its descriptor travels with this message."""

    picture: int
    rows: int
    columns: int


class Forget(msgspec.Struct, tag=True, frozen=True):
    """The picture is no longer needed."""

    picture: int


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """What is common to all requests. `queue` names whose it is: in one queue a newer one replaces one that waits."""

    ticket: int
    queue: str
    tool: str
    weights: str


class Prepare(Asked, tag=True, frozen=True, kw_only=True):
    """Compute what a tool needs of a picture."""

    lane: ClassVar[Lane] = requests.Prepare.lane
    picture: int


class Predict(Asked, tag=True, frozen=True, kw_only=True):
    """Answer a prompt."""

    lane: ClassVar[Lane] = requests.Predict.lane
    picture: int
    prompt: WirePrompt
    previous: WireMask | None


class Follow(Asked, tag=True, frozen=True, kw_only=True):
    """Follow objects over frames of media that the engine process opens itself."""

    lane: ClassVar[Lane] = requests.Follow.lane
    media: WireMedia
    frames: list[int]
    starts: list[WireTarget]
    check: bool = True
    after: dict[int, int] = {}


class Detect(Asked, tag=True, frozen=True, kw_only=True):
    """Find objects on frames of media that the engine process opens itself."""

    lane: ClassVar[Lane] = requests.Detect.lane
    media: WireMedia
    frames: list[int]
    threshold: float
    tiles: int = 0


class Taken(msgspec.Struct, tag=True, frozen=True):
    """The screen has taken one more answer of a run; that goes at most `WINDOW` answers ahead of it."""

    ticket: int


class Cancel(msgspec.Struct, tag=True, frozen=True):
    """Nobody waits for this ticket any longer."""

    ticket: int


class Ready(msgspec.Struct, tag=True, frozen=True):
    """The engine process listens."""

    pid: int


class Started(msgspec.Struct, tag=True, frozen=True):
    """Work on the ticket has begun."""

    ticket: int


class Paused(msgspec.Struct, tag=True, frozen=True):
    """Work on the ticket waits for something more urgent; it will be Started again."""

    ticket: int
    full: bool = False
    """A run waits for nothing but its answers to be taken."""


class Progressed(msgspec.Struct, tag=True, frozen=True):
    """How far it is; also the sign that it is alive."""

    ticket: int
    text: str
    done: int
    total: int


class Prepared(msgspec.Struct, tag=True, frozen=True):
    """The end of Prepare."""

    ticket: int
    seconds: float


class Answered(msgspec.Struct, tag=True, frozen=True):
    """The end of Predict: the best mask."""

    ticket: int
    mask: WireMask
    seconds: float
    more: bool = False
    """Others follows."""


class Others(msgspec.Struct, tag=True, frozen=True):
    """The alternatives to a mask that was answered, best first: they follow it, so that nobody waits for them."""

    ticket: int
    masks: list[WireMask]


class Followed(msgspec.Struct, tag=True, frozen=True):
    """What came of one frame of Follow; `lost` are keys with reasons, `refused` those that could not be begun."""

    ticket: int
    frame: int
    found: list[WireTarget]
    lost: list[tuple[int, str]]
    refused: list[int] = []


class Found(msgspec.Struct, tag=True, frozen=True):
    """What was found on one frame of Detect, best first."""

    ticket: int
    frame: int
    detections: list[WireDetection]


class Ended(msgspec.Struct, tag=True, frozen=True):
    """The end of Follow or Detect."""

    ticket: int
    seconds: float


class Dropped(msgspec.Struct, tag=True, frozen=True):
    """The end of a request that was cancelled, or replaced by a newer one."""

    ticket: int


class Refused(msgspec.Struct, tag=True, frozen=True):
    """The end of a request that failed; `kind` is the name of an AppError class."""

    ticket: int
    kind: str
    title: str
    detail: str


Request = Prepare | Predict | Follow | Detect
ToEngine = Share | Forget | Request | Taken | Cancel
OnFrame = Followed | Found
End = Prepared | Answered | Ended | Dropped | Refused
"""An Answered that says so is followed by Others."""
ToScreen = Ready | Started | Paused | Progressed | OnFrame | Others | End


def pack(message: ToEngine | ToScreen) -> bytes:
    """Return the message as it travels."""
    body = msgspec.msgpack.encode(message)
    return struct.pack("<I", len(body)) + body


class Inbox:
    """Puts messages together from the pieces that a socket delivers, and keeps descriptors in the order they came."""

    def __init__(self, kinds: object) -> None:
        self._decoder = msgspec.msgpack.Decoder(kinds)
        self._data = bytearray()
        self.descriptors: deque[int] = deque()

    def receive(self, link: socket.socket) -> list[object] | None:
        """Wait for data and return the messages it completes; None at the end of the stream."""
        space = socket.CMSG_LEN(MOST_DESCRIPTORS * array.array("i").itemsize)
        data, extra, _flags, _address = link.recvmsg(CHUNK, space)
        for level, kind, content in extra:
            if level == socket.SOL_SOCKET and kind == socket.SCM_RIGHTS:
                numbers = array.array("i")
                numbers.frombytes(content[: len(content) - len(content) % numbers.itemsize])
                self.descriptors.extend(numbers)
        if not data:
            return None
        self._data += data
        return list(self._complete())

    def _complete(self) -> list[object]:
        found = []
        while len(self._data) >= 4:
            (length,) = struct.unpack_from("<I", self._data)
            if length > LIMIT:
                raise ValueError(f"a message of {length} bytes")
            if len(self._data) < 4 + length:
                break
            found.append(self._decoder.decode(bytes(self._data[4 : 4 + length])))
            del self._data[: 4 + length]
        return found


def send(link: socket.socket, message: ToEngine | ToScreen, descriptor: int | None = None) -> None:
    """Send a whole message, with a descriptor if it has one; raise OSError when the other side is gone."""
    data = memoryview(pack(message))
    if descriptor is not None:
        data = data[socket.send_fds(link, [data], [descriptor]) :]
    link.sendall(data)


def said(text: object) -> str:
    """Return a text, of an error perhaps, in characters that can travel: a file's name need not be UTF-8."""
    return str(text).encode("utf-8", "replace").decode()
