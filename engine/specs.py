"""What a tool declares about itself, and the files of weights that it can use.

Below `engine.weights` and `engine.tools` in the order of imports, so that both read these very classes. Nothing here
loads anything: what a tool can do stands in `engine.tools.base`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from engine.document import Attribute
from engine.prompt import Prompt

Family = Literal["opencv", "ai"]


@dataclass(frozen=True, slots=True)
class WeightFile:
    """A file as its publisher offers it; `digest` is "sha256:..." (or of another kind), "" if unpublished."""

    file: str
    url: str = ""
    digest: str = ""
    size: int = 0
    """Bytes, 0 if unknown."""
    optional: bool = False
    """The set works without it (names of labels beside a network that may name them itself)."""


@dataclass(frozen=True, slots=True, init=False)
class Weights:
    """A set of files that a tool loads together, under one licence; `files[0]` is the one that names the others.

    Short form for a set of one file, which is called as its file: `Weights("net.pth", url, digest, size, licence)`.
    """

    name: str
    files: tuple[WeightFile, ...]
    licence: str
    non_commercial: bool

    def __init__(
        self, name: str, url: str = "", digest: str = "", size: int = 0, licence: str = "",
        non_commercial: bool = False, *, files: tuple[WeightFile, ...] = (),
    ) -> None:  # fmt: skip
        if files and (url or digest or size):
            raise ValueError(f"{name}: a set's files have their own addresses, checksums and sizes")
        if files and files[0].optional:
            raise ValueError(f"{name}: the first file names the others and cannot be missing")
        object.__setattr__(self, "name", name)
        object.__setattr__(self, "files", files or (WeightFile(name, url, digest, size),))
        object.__setattr__(self, "licence", licence)
        object.__setattr__(self, "non_commercial", non_commercial)

    @property
    def alone(self) -> bool:
        """Whether it is one file, called as the set."""
        return len(self.files) == 1 and self.files[0].file == self.name

    @property
    def size(self) -> int:
        """Bytes of all files that have to be there, 0 if one's are unknown."""
        sizes = [item.size for item in self.files if not item.optional]
        return sum(sizes) if all(sizes) else 0

    @property
    def fetchable(self) -> bool:
        """Whether every file that has to be there has an address."""
        return all(item.url for item in self.files if not item.optional)


@dataclass(frozen=True, slots=True)
class ToolSpec:
    """What is common to every tool."""

    id: str
    name: str
    help: str
    """How to prompt or use it, in one or two sentences that a person reads beside `?`."""
    family: Family = "ai"
    licence: str = ""
    source: str = ""
    """Paper, manual or repository that it follows."""
    weights: tuple[Weights, ...] = ()
    """Alternatives: the first set that is installed is used unless the user picks another."""
    packages: tuple[str, ...] = ()
    """Modules that `load` and what it returns import, and that come with the extra `ai` alone."""
    runs_in: Literal["", "screen", "engine"] = ""
    """The process that it runs in; "": see `process`."""

    @property
    def process(self) -> Literal["screen", "engine"]:
        """The process that it runs in: the engine's if it loads a network, unless `runs_in` says otherwise."""
        return self.runs_in or ("engine" if self.weights or self.packages else "screen")


@dataclass(frozen=True, slots=True)
class InteractorSpec(ToolSpec):
    """A tool that turns a prompt into a mask, or, if `path` is set, a chain of points into an outline."""

    min_points: int = 1
    """Positive points that a request needs."""
    min_points_with_box: int = 0
    """The same when a box is given."""
    max_points: int = 0
    """Positive points it can use, 0 for no limit."""
    negatives: bool = True
    needs_box: bool = False
    accepts_box: bool = False
    refines: bool = False
    """Takes an earlier mask of the object as a start."""
    path: bool = False

    def ready(self, prompt: Prompt) -> bool:
        """Say whether the prompt is enough for a request."""
        if self.needs_box and prompt.box is None:
            return False
        needed = self.min_points_with_box if prompt.box is not None and self.accepts_box else self.min_points
        return bool(prompt) and len(prompt.positive) >= needed


@dataclass(frozen=True, slots=True)
class DetectorSpec(ToolSpec):
    """A tool that finds objects of its own labels."""

    labels: tuple[str, ...] = ()
    """What it finds, if that does not depend on the file that it is loaded with."""
    attributes: tuple[Attribute, ...] = ()
    """What it may say of an object besides."""
    gives_masks: bool = False
    threshold: float = 0.5
    off: tuple[str, ...] = ()
    """Labels that are matched with nothing unless somebody asks for them (a background)."""
    nameless: bool = False
    """Its labels are no classes (whatever moves, a region): what object hints propose where no detector was used."""
    watches: bool = False
    """It has to see the frames before one (a Watcher): for videos, and for folders whose pictures are a video's."""
    runs_in: Literal["", "screen", "engine"] = "engine"
    """Never beside the screen: a run takes more than a key press may."""


@dataclass(frozen=True, slots=True)
class TrackerSpec(ToolSpec):
    """A tool that follows objects from frame to frame."""

    gives_masks: bool = False
    runs_in: Literal["", "screen", "engine"] = "engine"


@dataclass(frozen=True, slots=True)
class FitterSpec(ToolSpec):
    """A tool that moves the border of what somebody drew to the object in the picture.

    An Interactor whose prompt is a box, to be fitted alone, or else empty: then `previous` is the mask to be fitted.
    It answers with a mask, a full one for a box, and with the very box or mask where it knows none that is surer.
    """


@dataclass(frozen=True, slots=True)
class FilterSpec(ToolSpec):
    """A tool that changes how a frame is shown; shapes and models always see the original pixels."""
