"""From a Scene to pixels: the base (the frame), the overlay (everything drawn on it), and what changed between two.

`paint_base` makes the frame's visible part, `Renderer` the overlay and its dirty rectangles. Both know nothing of
terminals; a surface turns their arrays into bytes. A canvas should keep one Renderer. One file per concern: base, layer
(drawing with alpha), text, shapes, origins and trail (of tracks), marks (prompt, draft, preview, grid ...), strip (of a
review), dirty, cache, and overlay, which puts them in order.
"""

from engine.render.base import Pyramid, paint_base, same_base
from engine.render.overlay import Renderer, dirty, paint_overlay

__all__ = ["Pyramid", "Renderer", "dirty", "paint_base", "paint_overlay", "same_base"]
