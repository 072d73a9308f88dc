"""Draws the samples: `street/` (six pictures) and `street.mp4` (a short clip), each with its annotation file.

Run it as `python samples/draw.py` to make them anew. Everything is drawn here, so the outlines are known exactly: they
become the finished annotations. A street from afternoon to dusk: cars both ways, people, a tree and a lamp in front.
"""

from __future__ import annotations

import math
import sys
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFilter

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))

SIZE = (1280, 720)
FINE = 2
"""Everything is drawn at twice the size and shrunk, which smooths the edges."""
HORIZON, KERB, ROAD = 330, 470, 690


@dataclass(frozen=True)
class Car:
    """A car: where it starts, how fast it goes (pixels a second, negative to the left), its lane and colour."""

    x: float
    speed: float
    lane: float
    length: float
    color: tuple[int, int, int]


@dataclass(frozen=True)
class Person:
    """Somebody walking on the pavement."""

    x: float
    speed: float
    y: float
    height: float
    color: tuple[int, int, int]


CARS = (
    Car(160, 150, 560, 250, (196, 60, 52)),
    Car(1120, -185, 655, 300, (52, 110, 176)),
    Car(-420, 210, 575, 240, (236, 196, 80)),
    Car(1760, -170, 668, 320, (96, 150, 110)),
)
PEOPLE = (
    Person(330, 34, 478, 128, (70, 90, 160)),
    Person(880, -28, 484, 136, (180, 84, 110)),
    Person(1010, -30, 480, 122, (90, 130, 90)),
)


def mix(a: tuple[int, ...], b: tuple[int, ...], t: float) -> tuple[int, ...]:
    """Return a colour between two."""
    return tuple(round(x + (y - x) * t) for x, y in zip(a, b, strict=True))


def car_outline(car: Car, seconds: float) -> list[tuple[float, float]]:
    """Return the silhouette of a car without its wheels, in frame pixels."""
    left, length = car.x + car.speed * seconds, car.length
    height = length * 0.30
    profile = [(0, .62), (.02, .42), (.17, .36), (.30, .04), (.36, 0), (.66, 0), (.74, .06), (.86, .38), (.97, .46),
               (1, .62), (.99, .86), (0.01, .86)]  # fmt: skip
    if car.speed < 0:
        profile = [(1 - x, y) for x, y in profile]
    return [(left + x * length, car.lane - height + y * height) for x, y in profile]


def person_outline(person: Person, seconds: float) -> list[tuple[float, float]]:
    """Return the silhouette of a person, in frame pixels."""
    x, h = person.x + person.speed * seconds, person.height
    swing = math.sin(seconds * 6 + person.x) * 0.10
    profile = [(0, -1), (.07, -.97), (.08, -.88), (.05, -.83), (.14, -.78), (.17, -.45), (.13, -.44), (.10, -.62),
               (.11, -.42), (.06 + swing, 0), (-.01 + swing, 0), (0, -.36), (-.02 - swing, 0), (-.09 - swing, 0),
               (-.11, -.42), (-.10, -.62), (-.13, -.44), (-.17, -.45), (-.14, -.78), (-.05, -.83), (-.08, -.88),
               (-.07, -.97)]  # fmt: skip
    return [(x + dx * h, person.y + dy * h) for dx, dy in profile]


def scaled(points: list[tuple[float, float]]) -> list[tuple[float, float]]:
    """Return points on the fine canvas."""
    return [(x * FINE, y * FINE) for x, y in points]


def picture(seconds: float, dusk: float) -> Image.Image:
    """Draw the street at a time; `dusk` 0 is afternoon, 1 is evening."""
    image = Image.new("RGB", (SIZE[0] * FINE, SIZE[1] * FINE))
    draw = ImageDraw.Draw(image)
    sky(draw, dusk)
    houses(draw, dusk)
    ground(draw, dusk)
    for person in PEOPLE:
        walker(draw, person, seconds, dusk)
    lamp(draw, dusk)
    tree(draw, dusk)
    for car in sorted(CARS, key=lambda car: car.lane):
        vehicle(draw, car, seconds, dusk)
    image = image.resize(SIZE, Image.Resampling.LANCZOS)
    if dusk > 0.4:
        glow = Image.new("RGB", SIZE)
        ImageDraw.Draw(glow).ellipse((180, 200, 340, 330), fill=(120, 100, 50))
        glow = glow.filter(ImageFilter.GaussianBlur(40))
        image = Image.fromarray(np.clip(np.asarray(image, np.int16) + np.asarray(glow), 0, 255).astype(np.uint8))
    noise = np.random.default_rng(round(seconds * 1000)).normal(0, 1.6, (SIZE[1], SIZE[0], 1))
    return Image.fromarray(np.clip(np.asarray(image) + noise, 0, 255).astype(np.uint8))


def sky(draw: ImageDraw.ImageDraw, dusk: float) -> None:
    top, low = mix((96, 160, 216), (44, 48, 92), dusk), mix((216, 232, 240), (236, 150, 96), dusk)
    for row in range(KERB * FINE):
        draw.line(((0, row), (SIZE[0] * FINE, row)), fill=mix(top, low, min(row / (HORIZON * FINE), 1.0)))
    sun = (960 * FINE, (110 + 150 * dusk) * FINE)
    draw.ellipse((sun[0] - 70, sun[1] - 70, sun[0] + 70, sun[1] + 70), fill=mix((255, 248, 220), (255, 170, 90), dusk))


def houses(draw: ImageDraw.ImageDraw, dusk: float) -> None:
    rng = np.random.default_rng(7)
    x = -20
    while x < SIZE[0]:
        width, height = int(rng.integers(90, 190)), int(rng.integers(120, 270))
        wall = mix(tuple(int(c) for c in rng.integers(120, 205, 3)), (40, 38, 58), dusk * 0.72)
        top = KERB - 50 - height
        draw.rectangle((x * FINE, top * FINE, (x + width) * FINE, (KERB - 40) * FINE), fill=wall)
        roof = [(x - 4, top), (x + width / 2, top - 28), (x + width + 4, top)]
        draw.polygon(scaled(roof), fill=mix((120, 70, 60), (34, 28, 44), dusk * 0.7))
        for wy in range(top + 18, KERB - 90, 38):
            for wx in range(x + 14, x + width - 20, 32):
                lit = rng.random() < 0.55
                pane = mix((150, 180, 200), (255, 214, 130) if lit else (36, 40, 60), dusk)
                draw.rectangle((wx * FINE, wy * FINE, (wx + 16) * FINE, (wy + 22) * FINE), fill=pane)
        x += width + int(rng.integers(0, 10))


def ground(draw: ImageDraw.ImageDraw, dusk: float) -> None:
    width = SIZE[0] * FINE
    draw.rectangle((0, (KERB - 46) * FINE, width, (KERB + 24) * FINE), fill=mix((176, 170, 160), (70, 66, 78), dusk))
    draw.rectangle((0, (KERB + 24) * FINE, width, (KERB + 30) * FINE), fill=mix((210, 206, 198), (92, 88, 96), dusk))
    draw.rectangle((0, (KERB + 30) * FINE, width, SIZE[1] * FINE), fill=mix((92, 94, 98), (42, 42, 52), dusk))
    for x in range(-40, SIZE[0], 150):
        line = [(x, 606), (x + 84, 606), (x + 78, 614), (x - 6, 614)]
        draw.polygon(scaled(line), fill=mix((236, 232, 220), (130, 126, 120), dusk))


def vehicle(draw: ImageDraw.ImageDraw, car: Car, seconds: float, dusk: float) -> None:
    left, length, base = car.x + car.speed * seconds, car.length, car.lane
    height, flip = length * 0.30, car.speed < 0
    shadow = (left - 6, base - height * 0.10, left + length + 6, base + height * 0.14)
    draw.ellipse([v * FINE for v in shadow], fill=mix((62, 62, 66), (26, 26, 34), dusk))
    body = mix(car.color, (30, 28, 46), dusk * 0.45)
    draw.polygon(scaled(car_outline(car, seconds)), fill=body)

    def at(x: float, y: float) -> tuple[float, float]:
        return left + (1 - x if flip else x) * length, base - height + y * height

    glass = mix((186, 214, 228), (70, 82, 110), dusk)
    draw.polygon(scaled([at(0.22, 0.36), at(0.33, 0.09), at(0.48, 0.08), at(0.48, 0.36)]), fill=glass)
    draw.polygon(scaled([at(0.51, 0.36), at(0.51, 0.08), at(0.68, 0.09), at(0.80, 0.37)]), fill=glass)
    draw.line(scaled([at(0.02, 0.52), at(0.98, 0.54)]), fill=mix(body, (255, 255, 255), 0.25), width=3)
    for x in (0.20, 0.80):
        cx, cy = at(x, 0.84)
        for radius, color in ((0.085, (24, 24, 26)), (0.048, mix((190, 192, 196), (90, 90, 98), dusk))):
            r = radius * length
            draw.ellipse([v * FINE for v in (cx - r, cy - r, cx + r, cy + r)], fill=color)
    lamp_x, lamp_y = at(0.97, 0.55)
    draw.ellipse([v * FINE for v in (lamp_x - 7, lamp_y - 5, lamp_x + 7, lamp_y + 5)], fill=(255, 246, 200))


def walker(draw: ImageDraw.ImageDraw, person: Person, seconds: float, dusk: float) -> None:
    outline = person_outline(person, seconds)
    draw.polygon(scaled(outline), fill=mix(person.color, (26, 24, 40), dusk * 0.45))
    x, y, r = person.x + person.speed * seconds, person.y - person.height * 0.925, person.height * 0.075
    draw.ellipse([v * FINE for v in (x - r, y - r, x + r, y + r)], fill=mix((226, 184, 154), (110, 84, 84), dusk))


def lamp(draw: ImageDraw.ImageDraw, dusk: float) -> None:
    pole = mix((60, 66, 70), (24, 24, 30), dusk)
    draw.rectangle((256 * FINE, 250 * FINE, 264 * FINE, 498 * FINE), fill=pole)
    shade = [(236, 268), (284, 268), (272, 240), (248, 240)]
    draw.polygon(scaled(shade), fill=mix((220, 216, 200), (255, 226, 140), dusk))


def tree(draw: ImageDraw.ImageDraw, dusk: float) -> None:
    draw.polygon(scaled([(694, 500), (700, 380), (716, 380), (724, 500)]), fill=mix((104, 78, 58), (40, 32, 34), dusk))
    rng = np.random.default_rng(3)
    for _ in range(130):
        angle, far, r = rng.uniform(0, 2 * math.pi), rng.uniform(0, 1) ** 0.5, rng.uniform(16, 34)
        x, y = 708 + 104 * far * math.cos(angle), 306 + 82 * far * math.sin(angle)
        leaf = mix((60 + int(rng.integers(0, 50)), 120 + int(rng.integers(0, 50)), 56), (24, 36, 34), dusk * 0.8)
        draw.ellipse([v * FINE for v in (x - r, y - r, x + r, y + r)], fill=leaf)


def annotate(path: Path, media: Path, times: list[float]) -> None:
    """Write finished annotations of the frames at these times: polygons of cars, boxes of people."""
    from engine.document import Document, Label, Shape
    from engine.edits import PutShape, apply
    from engine.media import open_media
    from engine.palette import label_color
    from engine.store import save

    opened = open_media((media,))
    shrink = opened.size(0)[0] / SIZE[0]
    labels = tuple(Label(name, color=label_color(i)) for i, name in enumerate(("car", "person")))
    document = Document(opened.info, labels=labels, author="termwand")
    number = 1
    for frame, seconds in enumerate(times):
        for thing in (*CARS, *PEOPLE):
            is_car = isinstance(thing, Car)
            ring = car_outline(thing, seconds) if is_car else person_outline(thing, seconds)
            inside = [(min(max(x, 0.0), SIZE[0]) * shrink, min(max(y, 0.0), SIZE[1]) * shrink) for x, y in ring]
            xs, ys = [x for x, _ in inside], [y for _, y in inside]
            if max(xs) - min(xs) < 12:
                continue
            points = tuple(inside) if is_car else ((min(xs), min(ys)), (max(xs), max(ys)))
            kind = "polygon" if is_car else "rectangle"
            shape = Shape(id=number, frame=frame, label="car" if is_car else "person", type=kind, points=points)
            document, _ = apply(document, PutShape(shape))
            number += 1
    opened.close()
    save(path, document)


def main() -> None:
    """Draw pictures and clip, and annotate the clip."""
    folder = HERE / "street"
    folder.mkdir(exist_ok=True)
    times = [index * 0.9 for index in range(6)]
    for index, seconds in enumerate(times):
        picture(seconds, index / 6).save(folder / f"street_{index + 1}.jpg", quality=88)
    annotate(folder / "annotations.termwand.yaml", folder, times[:1])  # the other pictures are for you
    clip(HERE / "street.mp4", [index / 15 for index in range(75)])
    annotate(HERE / "street.termwand.yaml", HERE / "street.mp4", [index / 15 for index in range(75)])


def clip(path: Path, times: list[float]) -> None:
    """Write a clip of 15 frames a second, H.264 with B-frames."""
    import av

    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=15, options={"crf": "27", "preset": "slow"})
        stream.width, stream.height, stream.pix_fmt = 960, 540, "yuv420p"
        for seconds in times:
            drawn = picture(seconds, seconds / 6).resize((960, 540), Image.Resampling.LANCZOS)
            container.mux(stream.encode(av.VideoFrame.from_image(drawn)))
        container.mux(stream.encode())


if __name__ == "__main__":
    main()
