"""A document that has everything that a format may or may not carry."""

from __future__ import annotations

from immutables import Map

from engine.document import (
    Attribute,
    Document,
    Keyframe,
    Label,
    MediaInfo,
    PromptRecord,
    Review,
    Rle,
    Shape,
    TableRow,
    Tag,
    Track,
)

CAR = Label("car", "#ff0000", "1", ("rectangle",), (Attribute("colour", "select", ("red", "blue")),))
PROMPT = PromptRecord("sam", ((4.0, 3.0, True),))


def everything() -> Document:
    """Return it: a video of 10 frames of 8 x 6 pixels, each kind of shape, one track, one tag."""
    box = ((1.0, 1.0), (5.0, 4.0))
    shapes = (
        Shape(1, 0, "car", "rectangle", box, 30.0, occluded=True, z=2, group=9, attributes={"colour": "red"}),
        Shape(2, 0, "bus", "polygon", ((1.0, 1.0), (5.0, 1.0), (3.0, 4.0)), source="auto", model="m", score=0.5),
        Shape(3, 0, "bus", "polyline", box, verified=True),
        Shape(4, 0, "bus", "points", box),
        Shape(5, 0, "bus", "ellipse", box, source="semi-auto", prompt=PROMPT),
        Shape(6, 0, "bus", "mask", mask=Rle((6, 8), "`1")),
    )
    keyframes = (
        Keyframe(1, box, occluded=True),
        Keyframe(4, box, by="tracker", score=0.7, agreement=0.9),
        Keyframe(6, outside=True),
    )
    track = Track(7, "car", "rectangle", source="auto", tracker="tracker", pinned=True,
                  review=(Review(1, 6, "accepted"),), keyframes=keyframes)  # fmt: skip
    return Document(
        MediaInfo("clip.mp4", "video", 10, 8, 6), (CAR, Label("bus")), Map({0: shapes}), Map({7: track}),
        Map({2: (Tag(2, "bus"),)}), Map({"yolo": (TableRow("auto", "car"),)}), next_id=10,
    )  # fmt: skip
