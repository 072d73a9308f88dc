"""What is saved: labels, shapes, tracks, tags. Frozen, plain values only, no arrays.

Coordinates are frame pixels: x to the right, y down, (0, 0) the upper left corner of the upper left pixel, so the
centre of that pixel is (0.5, 0.5). Frames are numbered from 0. The classes are msgspec structs because the reader
decodes 100,000 of them at a time. A dictionary inside one is never changed in place. Those of which there are most are
`gc=False`: they hold plain values and make no cycle, so the garbage collector, for which all waits, passes them over.

A Document shares structure: shapes are kept by frame in a persistent map, so that an edit replaces one frame's tuple
and leaves the rest, whatever the size of the document.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated, Literal

import msgspec
from immutables import Map

from engine.camera import Camera as Camera
from engine.certificate import Certificate as Certificate
from engine.ids import Ids
from engine.judgement import Judgement as Judgement
from engine.judgement import ReviewState as ReviewState
from engine.memo import kept
from engine.packed import Packed

if TYPE_CHECKING:
    from engine.tracks.motion import Motion

# The limits are checked where bytes are decoded, at no cost worth naming; `engine.rules` checks them elsewhere.
Coordinate = Annotated[float, msgspec.Meta(ge=-10_000_000, le=10_000_000)]
Degrees = Annotated[float, msgspec.Meta(ge=0, lt=360)]
Id = Annotated[int, msgspec.Meta(ge=1, le=2**53 - 1)]
GroupId = Annotated[int, msgspec.Meta(ge=0, le=2**53 - 1)]
FrameNumber = Annotated[int, msgspec.Meta(ge=0, le=2**31 - 1)]
Order = Annotated[int, msgspec.Meta(ge=-(2**31) + 1, le=2**31 - 1)]
Name = Annotated[str, msgspec.Meta(min_length=1, max_length=128)]
Point = tuple[Coordinate, Coordinate]
Box = tuple[Coordinate, Coordinate, Coordinate, Coordinate]
"""x1, y1, x2, y2 in frame pixels, x1 <= x2 and y1 <= y2."""
ShapeType = Literal["rectangle", "polygon", "polyline", "points", "ellipse", "mask"]
SHAPE_TYPES: tuple[ShapeType, ...] = ("rectangle", "polygon", "polyline", "points", "ellipse", "mask")
Source = Literal["manual", "semi-auto", "auto", "imported"]
AttributeKind = Literal["select", "radio", "checkbox", "number", "text"]
AttributeValue = str | float | bool


class Attribute(msgspec.Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """A property that shapes of a label can have; `values` for select and radio, `minimum`..`maximum` for number."""

    name: str
    kind: AttributeKind = "text"
    values: tuple[str, ...] = ()
    default: AttributeValue = ""
    mutable: bool = False
    minimum: float | None = None
    maximum: float | None = None


class Label(msgspec.Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """A class of objects; `types` empty means that every shape type is allowed."""

    name: str
    color: str = ""
    """#rrggbb."""
    hotkey: str = ""
    types: tuple[ShapeType, ...] = ()
    attributes: tuple[Attribute, ...] = ()


class Rle(msgspec.Struct, frozen=True, gc=False, forbid_unknown_fields=True):
    """A mask as COCO compressed run lengths: column-major, starting with zeros; size is (height, width)."""

    size: tuple[int, int]
    counts: str


class PromptRecord(msgspec.Struct, frozen=True, gc=False, omit_defaults=True, forbid_unknown_fields=True):
    """The prompt that made a shape, so that it can be reopened; points in the order they were given."""

    tool: str
    points: tuple[tuple[Coordinate, Coordinate, bool], ...] = ()
    """x, y, positive."""
    box: Box | None = None
    options: dict[Name, float] = {}
    """The tool's own numbers, such as the scissors' reach or the slider's value."""


class Shape(msgspec.Struct, frozen=True, gc=False, omit_defaults=True, forbid_unknown_fields=True):
    """One region on one frame.

    `points` by type: rectangle (x1, y1), (x2, y2) before rotation; ellipse centre, then (x radius, y radius) as a
    corner offset: (cx, cy), (cx + rx, cy + ry); polygon, polyline and points their vertices; mask none, see `mask`.
    `rotation` is in degrees, clockwise on the screen, about the centre (rectangle and ellipse only), 0 <= r < 360.
    """

    id: Id
    frame: FrameNumber
    label: str
    type: ShapeType
    points: tuple[Point, ...] = ()
    rotation: Degrees = 0.0
    mask: Rle | None = None
    occluded: bool = False
    z: Order = 0
    group: GroupId = 0
    """0 is no group."""
    attributes: dict[Name, AttributeValue] = {}
    source: Source = "manual"
    model: str = ""
    score: float | None = None
    verified: bool = False
    prompt: PromptRecord | None = None
    review: Judgement | None = None


class Keyframe(msgspec.Struct, frozen=True, gc=False, omit_defaults=True, forbid_unknown_fields=True):
    """A track's region on one frame; `by` = "human", a tracker's id, or "fill" where two passes of one met."""

    frame: FrameNumber
    points: tuple[Point, ...] = ()
    rotation: Degrees = 0.0
    mask: Rle | None = None
    outside: bool = False
    occluded: bool = False
    z: Order = 0
    attributes: dict[Name, AttributeValue] = {}
    by: str = "human"
    score: float | None = None
    """What the tracker says of itself."""
    agreement: float | None = None
    """IoU of the two passes that met here, 0..1."""


class Review(msgspec.Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """What a person said of a track from a first frame to a last one; where nobody said anything it is unseen."""

    first: FrameNumber
    last: FrameNumber
    state: ReviewState
    reason: str = ""
    """Id of the finding that it answers."""
    comment: str = ""
    by: str = ""
    at: str = ""
    """When, as ISO 8601."""
    evidence: str = ""
    """A digest of what stood there then; "" if it counts whatever stands there."""


class Track(msgspec.Struct, frozen=True, weakref=True, omit_defaults=True, forbid_unknown_fields=True):
    """One object over frames; keyframes are sorted by frame and saved as lines of their own."""

    id: Id
    label: str
    type: ShapeType
    attributes: dict[Name, AttributeValue] = {}
    group: GroupId = 0
    source: Source = "manual"
    tracker: str = ""
    """Id of the tracker that follows it, "" if none does."""
    pinned: bool = False
    """Whether it is followed to every new frame."""
    prompt: PromptRecord | None = None
    """What made it, on the frame of its first keyframe."""
    review: tuple[Review, ...] = ()
    keyframes: tuple[Keyframe, ...] = ()


class Tag(msgspec.Struct, frozen=True, gc=False, omit_defaults=True, forbid_unknown_fields=True):
    """A label on a whole frame."""

    frame: FrameNumber
    label: str
    attributes: dict[Name, AttributeValue] = {}
    source: Source = "manual"


class TableRow(msgspec.Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """A line of a detector's label table; a label may stand in many, on either side."""

    theirs: str
    """The detector's label."""
    ours: str = ""
    """Our label; "" drops what is found."""
    threshold: Annotated[float, msgspec.Meta(ge=0, le=1)] | None = None
    """The lowest score that is taken; None is the detector's own."""
    phrase: str = ""
    """What a detector that is told by words is asked for."""
    attributes: dict[Name, str] = {}
    """The detector's attribute -> ours."""


class Picture(msgspec.Struct, frozen=True, gc=False, omit_defaults=True, forbid_unknown_fields=True):
    """Which picture of a folder a frame is; what is not known of it yet is 0 or ""."""

    frame: FrameNumber
    name: Annotated[str, msgspec.Meta(min_length=1, max_length=100_000)]
    """Relative to the media's folder."""
    width: FrameNumber = 0
    height: FrameNumber = 0
    bytes: Annotated[int, msgspec.Meta(ge=0, le=2**53 - 1)] = 0
    digest: Annotated[str, msgspec.Meta(max_length=128)] = ""
    """A fingerprint of the file's content."""
    review: Judgement | None = None
    """What was said of the picture where nothing is on it."""


class MediaInfo(msgspec.Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """What the shapes were drawn on; `times` is a hash of a video's presentation times, so labels cannot shift."""

    path: str
    """The media's name relative to the annotation file's folder."""
    kind: Literal["image", "folder", "video"] = "image"
    frames: int = 1
    width: int = 0
    height: int = 0
    rotation: int = 0
    times: str = ""


class Left(msgspec.Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """How the annotator left the last frame, to go on with when it is opened again."""

    label: str = ""
    tool: tuple[str, ...] = ()
    """The action, with arguments, that takes the last tool in hand."""
    in_hand: bool = False
    """It was in hand."""
    zoom: float = 0.0
    """View pixels per frame pixel; 0: the whole frame was shown."""
    centre: Point | None = None
    """The frame point in the middle of the view."""


class Document(msgspec.Struct, frozen=True):
    """All of it; changed only by `engine.edits.apply`, which returns a new one."""

    media: MediaInfo
    labels: tuple[Label, ...] = ()
    frames: Map[int, tuple[Shape, ...]] = Map()
    """Shapes by frame, in the order in which they were made."""
    tracks: Map[int, Track] = Map()
    tags: Map[int, tuple[Tag, ...]] = Map()
    tables: Map[str, tuple[TableRow, ...]] = Map()
    """Detector id -> its label table."""
    author: str = ""
    created: str = ""
    last_frame: int = 0
    next_id: int = 1
    """Never used before, by shape, track or group."""
    ids: Ids | None = None
    """The ids that are taken; derived, made when an edit first needs it, ignored in comparisons."""
    pictures: Map[int, Picture] = Map()
    """Which pictures of a folder the frames are on which something is. A frame beyond the media's last one is a picture
    that is not there now: what is on it is kept."""
    beyond: int = 0
    """Frames that were in use when it was opened, where those are more than the media has; derived, never saved."""
    left: Left | None = None
    certificates: Map[int, Certificate] = Map()
    camera: Camera | None = None
    """What steady interpolation goes by; derived, ignored in comparisons."""
    packed: tuple[Packed, ...] = ()
    """Stretches, rising, whose shapes and pictures are in none of the maps above (see `engine.store.packing`): only
    for commands that go through a document once. They are saved with the rest."""

    @property
    def motion(self) -> Motion | None:
        """Return the camera's motion where tracks are shown with it."""
        return None if self.camera is None else self.camera.motion

    def shapes(self, frame: int) -> tuple[Shape, ...]:
        """Return the shapes on one frame."""
        return self.frames.get(frame, ())

    def shape(self, frame: int, shape_id: int) -> Shape | None:
        """Return one shape, or None."""
        return next((shape for shape in self.shapes(frame) if shape.id == shape_id), None)

    def label(self, name: str) -> Label | None:
        """Return the label of that name, or None."""
        return by_name(self.labels).get(name)

    def all_shapes(self) -> Iterator[Shape]:
        """Yield every shape, by frame number, then in the order in which they were made."""
        for frame in sorted(self.frames):
            yield from self.frames[frame]


@kept
def by_name(labels: tuple[Label, ...]) -> dict[str, Label]:
    """Return labels by name; there may be thousands, and every edit asks for one."""
    return {label.name: label for label in reversed(labels)}
