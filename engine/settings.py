"""What a person can set once for all documents: one dataclass, a docstring under each field, read from a YAML file.

Every field can be set in `settings.yaml` in the user's configuration folder; a few have command line options.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated, Any, Literal, get_args, get_origin, get_type_hints

from engine.errors import FormatError, SettingsError, nearest
from engine.textfile import text_in

DEVICES = ("auto", "cpu", "cuda", "cuda:0", "mps")
DEVICE = re.compile(r"auto|cpu|mps|cuda(:\d+)?")
"""Which of them are there is known only where torch is loaded."""

KEPT = (
    "points", "polygons", "largest_part", "smallest_hole", "holes_as_polygon", "reach", "brush", "auto_grid",
    "interpolation", "overlap", "tiles",
)  # fmt: skip
"""Those that the result of keys depends on: a recording holds them."""


@dataclass(frozen=True, slots=True)
class Range:
    """The numbers that a setting takes, both ends included."""

    lowest: float
    highest: float = math.inf

    def holds(self, value: float) -> bool:
        """Say whether a number is one of them; what is no number is not."""
        return self.lowest <= value <= self.highest

    def __str__(self) -> str:
        return f" from {self.lowest} on" if math.isinf(self.highest) else f" from {self.lowest} to {self.highest}"


@dataclass(frozen=True, slots=True)
class OfDetectors:
    """What runs of detectors go by."""

    overlap: Annotated[float, Range(0, 1)] = 0.6
    """Of objects that a detector found and that overlap each other or what is there by more, one goes; 1 keeps all."""
    tiles: Annotated[int, Range(0, 100_000)] = 0
    """Side in frame pixels of the tiles that detectors look at beside the whole frame, for what is small; 0: none."""


@dataclass(frozen=True, slots=True)
class Settings(OfDetectors):
    """Defaults are what a new user gets."""

    keymap: str = "cvat"
    """Name of a keymap that ships (cvat, keyboard, left-hand) or a file."""
    graphics: Literal["auto", "kitty", "sixel", "iterm2", "symbols", "basic"] = "auto"
    """How pictures are shown; auto asks the terminal."""
    device: str = "auto"
    """Where networks run: auto, cpu, cuda, cuda:N or mps."""
    patience: Annotated[float, Range(1)] = 60.0
    """Seconds for which a model may say nothing before you are asked whether to wait on."""
    points: Annotated[int, Range(0, 13)] = 9
    """Slider of polygon points, 0 (fewest) to 13 (all)."""
    polygons: bool = True
    """Convert masks to polygons."""
    largest_part: bool = False
    """Keep only the largest part of a mask when it becomes a polygon."""
    smallest_hole: Annotated[int, Range(0)] = 100
    """Holes of fewer frame pixels in what a tool answers are filled; 0 keeps all."""
    holes_as_polygon: bool = False
    """Let a mask with holes become a polygon (the holes are filled); otherwise it stays a mask."""
    fill: Annotated[float, Range(0, 1)] = 0.25
    """Opacity of the inside of shapes, 0 to 1; that of boxes is less than half of it."""
    texts: bool = True
    """Show label and id at shapes."""
    trail: Annotated[int, Range(0, 200)] = 20
    """Frames before and after the shown one for which the selected track's way is drawn; 0 draws none."""
    reach: Annotated[int, Range(20)] = 300
    """Side of the scissors' square in frame pixels."""
    brush: Annotated[float, Range(0.5, 500)] = 12.0
    """Radius of brush and eraser in frame pixels."""
    interpolation: Literal["steady", "linear"] = "steady"
    """Between keyframes objects move with the scene where that fits better, or always in the frame."""
    auto_grid: bool = False
    """Open the jump's grid by itself for each point of a drawing or prompt; its last letter clicks (a box: 9 keys)."""
    cache_mb: Annotated[int, Range(0)] = 512
    """Memory for decoded frames."""
    autosave: Annotated[float, Range(5)] = 60.0
    """Seconds between rewrites of the YAML file when something changed; the journal is written at once."""
    effort: bool = True
    """Note in your state folder how many keys and seconds objects take, by tool, for `termwand stats`."""
    author: str = ""
    """Name written into new documents."""


def load_settings(path: Path) -> Settings:
    """Read settings from a YAML file; a missing file gives the defaults. Raise SettingsError on anything odd."""
    if not path.exists():
        return Settings()
    import yaml

    try:
        data = yaml.safe_load(text_in(path))
    except (OSError, FormatError, ValueError, RecursionError, yaml.YAMLError) as error:
        why = (error.strerror or str(error)) if isinstance(error, OSError) else str(error)
        raise SettingsError("The settings cannot be read", f"{path}: {' '.join(why.split())}") from error
    if data is None:
        return Settings()
    if not isinstance(data, dict):
        raise SettingsError("The settings are not a list of names and values", str(path))
    return with_values(Settings(), data, str(path))


def with_values(settings: Settings, values: dict[Any, Any], where: str) -> Settings:
    """Return settings with some values replaced, checked by name, type and range."""
    hints = get_type_hints(Settings, include_extras=True)
    for name, value in values.items():
        if name not in hints:
            raise SettingsError(f'No setting is called "{name}"', f"{where}: {nearest(str(name), hints)}")
        settings = replace(settings, **{name: _checked(name, value, hints[name], where)})
    if not DEVICE.fullmatch(settings.device):
        detail = f"{where}: {nearest(settings.device, DEVICES)}; cuda:1 is the second of several cards"
        raise SettingsError(f'There is no device "{settings.device}"', detail)
    return settings


def _checked(name: str, value: object, hint: Any, where: str) -> Any:
    """Return a value as the setting takes it; raise SettingsError if it does not."""
    kind, limits = get_args(hint) if get_origin(hint) is Annotated else (hint, None)
    if get_origin(kind) is Literal:
        if value not in get_args(kind):
            detail = f"{where}: {nearest(str(value), get_args(kind))}"
            raise SettingsError(f'Setting "{name}" has no value "{str(value)[:60]}"', detail)
        return value
    if kind is float and type(value) is int:
        value = float(value)
    if type(value) is not kind or (limits is not None and not limits.holds(value)):
        found = repr(value)[:60] if isinstance(value, str | int | float | None) else f"a {type(value).__name__}"
        wanted = {bool: "true or false", int: "a whole number", float: "a number", str: "a text"}[kind]
        raise SettingsError(f'Setting "{name}" has to be {wanted}{limits or ""}', f"{where}: it is {found}")
    return value
