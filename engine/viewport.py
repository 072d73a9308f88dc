"""Frame pixels to view pixels and back: zoom, pan, fit.

The view is the canvas's area in terminal pixels (cells times cell size, square pixels). A frame point maps to
view_point = (frame_point - origin) * scale. Immutable: zooming returns a new one.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from engine.document import Box, Point

Rect = tuple[int, int, int, int]
"""x, y, width, height in whole view pixels."""
MAX_SCALE = 64.0
"""View pixels per frame pixel: a single pixel is then a visible square."""
MARGIN = 1.1
"""How much more than what is to be seen is shown."""


def rect_union(a: Rect, b: Rect) -> Rect:
    """Return the smallest rectangle round two."""
    left, top = min(a[0], b[0]), min(a[1], b[1])
    return left, top, max(a[0] + a[2], b[0] + b[2]) - left, max(a[1] + a[3], b[1] + b[3]) - top


@dataclass(frozen=True, slots=True)
class Viewport:
    """Which part of a frame the view shows, and how large."""

    frame_size: tuple[int, int]
    """Width, height in frame pixels."""
    view_size: tuple[int, int]
    """Width, height in view pixels."""
    scale: float = 1.0
    """View pixels per frame pixel."""
    origin: Point = (0.0, 0.0)
    """The frame point at the view's upper left corner; negative where the frame is smaller than the view."""
    band: int = 0
    """View pixels at the lower edge that something else lies over: nothing is shown there that is to be looked at."""

    @classmethod
    def fit(cls, frame_size: tuple[int, int], view_size: tuple[int, int]) -> Viewport:
        """Return the viewport that shows the whole frame, centred, as large as it goes."""
        return cls(frame_size, view_size).fitted()

    @property
    def usable(self) -> tuple[int, int]:
        """Width, height of the view without its band."""
        return self.view_size[0], max(self.view_size[1] - self.band, 1)

    @property
    def fit_scale(self) -> float:
        """The scale at which the whole frame just fits."""
        (fw, fh), (vw, vh) = self.frame_size, self.usable
        return max(min(vw / max(fw, 1), vh / max(fh, 1), MAX_SCALE), 1e-6)

    @property
    def is_fitted(self) -> bool:
        """Whether the whole frame is shown as large as it goes."""
        return self == self.fitted()

    def fitted(self) -> Viewport:
        """Return it with the whole frame shown and centred."""
        return replace(self, scale=self.fit_scale)._clamped()

    def to_view(self, point: Point) -> Point:
        """Return the view point of a frame point."""
        return (point[0] - self.origin[0]) * self.scale, (point[1] - self.origin[1]) * self.scale

    def to_frame(self, view_point: Point) -> Point:
        """Return the frame point of a view point."""
        return view_point[0] / self.scale + self.origin[0], view_point[1] / self.scale + self.origin[1]

    def zoomed(self, factor: float, at: Point) -> Viewport:
        """Return it zoomed by a factor with the frame point `at` kept where it is on the view."""
        low = min(self.fit_scale, 1.0)
        scale = min(max(self.scale * factor, low), MAX_SCALE)
        view = self.to_view(at)
        origin = (at[0] - view[0] / scale, at[1] - view[1] / scale)
        return replace(self, scale=scale, origin=origin)._clamped()

    def panned(self, dx: float, dy: float) -> Viewport:
        """Return it moved over the frame by so many view pixels."""
        origin = (self.origin[0] + dx / self.scale, self.origin[1] + dy / self.scale)
        return replace(self, origin=origin)._clamped()

    def resized(self, view_size: tuple[int, int], band: int = 0) -> Viewport:
        """Return it for a view of another size: still fitted if it was, else centred on the same frame point."""
        other = replace(self, view_size=view_size, band=band)
        return other.fitted() if self.is_fitted else other._centred(self.middle)

    @property
    def middle(self) -> Point:
        """The frame point in the middle of the view."""
        return self.to_frame((self.usable[0] / 2, self.usable[1] / 2))

    def showing(self, point: Point) -> Viewport:
        """Return it panned just as far as it takes to bring a frame point into view."""
        x, y = self.to_view(point)
        dx = min(x, 0) + max(x - self.usable[0] + 1, 0)
        dy = min(y, 0) + max(y - self.usable[1] + 1, 0)
        return self.panned(dx, dy) if dx or dy else self

    def around(self, box: Box) -> Viewport:
        """Return it with a part of the frame in the middle, zoomed out if that is what it takes to show it whole."""
        width, height = max(box[2] - box[0], 1.0) * MARGIN, max(box[3] - box[1], 1.0) * MARGIN
        scale = min(self.scale, self.usable[0] / width, self.usable[1] / height)
        middle = ((box[0] + box[2]) / 2, (box[1] + box[3]) / 2)
        return replace(self, scale=max(scale, min(self.fit_scale, 1.0)))._centred(middle)

    def visible(self) -> Box:
        """Return the part of the frame that is in view, in frame pixels, clipped to the frame."""
        x1, y1 = self.to_frame((0, 0))
        x2, y2 = self.to_frame(self.usable)
        width, height = self.frame_size
        return max(x1, 0.0), max(y1, 0.0), min(x2, float(width)), min(y2, float(height))

    def _centred(self, point: Point) -> Viewport:
        half = (self.usable[0] / 2 / self.scale, self.usable[1] / 2 / self.scale)
        return replace(self, origin=(point[0] - half[0], point[1] - half[1]))._clamped()

    def _clamped(self) -> Viewport:
        """Keep the frame in view: centred along an axis on which it is smaller than the view, else no margin."""
        origin = []
        for axis in (0, 1):
            shown = self.usable[axis] / self.scale
            spare = self.frame_size[axis] - shown
            origin.append(spare / 2 if spare <= 0 else min(max(self.origin[axis], 0.0), spare))
        return replace(self, origin=(origin[0], origin[1]))
