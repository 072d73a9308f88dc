"""What a person can set once for all documents: one dataclass, a docstring under each field, read from a YAML file.

Every field can be set in `settings.yaml` in the user's configuration folder; a few have command line options.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any

from engine.errors import FormatError, SettingsError, nearest
from engine.textfile import text_in

DEVICES = ("auto", "cpu", "cuda", "cuda:0", "mps")
DEVICE = re.compile(r"auto|cpu|mps|cuda(:\d+)?")
"""Which of them are there is known only where torch is loaded."""


@dataclass(frozen=True, slots=True)
class Settings:
    """Defaults are what a new user gets."""

    keymap: str = "cvat"
    """Name of a keymap that ships (cvat, keyboard, left-hand) or a file."""
    graphics: str = "auto"
    """auto, kitty, sixel, iterm2, symbols or basic."""
    device: str = "auto"
    """Where networks run: auto, cpu, cuda, cuda:N or mps."""
    patience: float = 60.0
    """Seconds for which a model may say nothing before you are asked whether to wait on."""
    points: int = 9
    """Slider of polygon points, 0 (fewest) to 13 (all)."""
    polygons: bool = True
    """Convert masks to polygons."""
    largest_part: bool = False
    """Keep only the largest part of a mask when it becomes a polygon."""
    holes_as_polygon: bool = False
    """Let a mask with holes become a polygon (the holes are filled); otherwise it stays a mask."""
    fill: float = 0.25
    """Opacity of the inside of shapes, 0 to 1."""
    texts: bool = True
    """Show label and id at shapes."""
    reach: int = 300
    """Side of the scissors' square in frame pixels."""
    brush: float = 12.0
    """Radius of brush and eraser in frame pixels."""
    auto_grid: bool = False
    """Open the jump's grid by itself for each point of a drawing or prompt; its last letter clicks (a box: 9 keys)."""
    cache_mb: int = 512
    """Memory for decoded frames."""
    autosave: float = 60.0
    """Seconds between rewrites of the YAML file when something changed; the journal is written at once."""
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
    """Return settings with some values replaced, checked by name and type."""
    known = {field.name: type(getattr(settings, field.name)) for field in fields(settings)}
    for name, value in values.items():
        if name not in known:
            raise SettingsError(f'No setting is called "{name}"', f"{where}: {nearest(str(name), known)}")
        kind = known[name]
        if kind is float and isinstance(value, int) and not isinstance(value, bool):
            value = float(value)
        if type(value) is not kind:
            found = repr(value)[:60] if isinstance(value, str | int | float | None) else f"a {type(value).__name__}"
            raise SettingsError(f'Setting "{name}" has to be a {kind.__name__}', f"{where}: it is {found}")
        settings = replace(settings, **{name: value})
    if not DEVICE.fullmatch(settings.device):
        detail = f"{where}: {nearest(settings.device, DEVICES)}; cuda:1 is the second of several cards"
        raise SettingsError(f'There is no device "{settings.device}"', detail)
    return settings
