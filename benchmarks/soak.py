"""Whether memory levels off: presses random keys in the real program and measures its two processes.

Run: python benchmarks/soak.py [--actions 3000] [--seed 1] [--data FOLDER] [--graphics kitty] [--json]
     [--weights FILE] [--keep FILE | --again FILE]

The default is fifty pictures that are drawn here, and a model without weights in the engine process that keeps as much
as SAM does; `--weights` takes SAM itself (a stand-in from `tests/stand_in_publisher.py` will do). `--keep` writes the
keys, one action a line, `--again` presses those of such a file. Level means: from action 1,000 on (of fewer, from a
third on), in the last third a process holds no more than at first by a twentieth or 16 MB, and 4 descriptors.
Ends with status 1 where something is not level, or the program has ended.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import re
import statistics
import sys
import tempfile
import time
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
from PIL import Image

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from benchmarks.pty_harness import Sink  # noqa: E402
from benchmarks.soak_keys import CUT, MODEL, read, recorded, typed  # noqa: E402
from tests.terminal.ai_hands import engine_of  # noqa: E402
from tests.terminal.conftest import Termwand  # noqa: E402

WARM = 1000
"""Actions after which everything has been done that fills a cache."""
OPENS = frozenset("iOM?!sA:")
"""Keys that open a dialog: the next one is typed when it is there."""
SHARE, ROOM, MORE = 0.05, 16.0, 4
PATIENCE = 120.0
"""Seconds that anything may take on a busy machine."""
NOWHERE = "http://127.0.0.1:9"


class Watcher(Sink):
    """Knows the screen's text, and passes over a picture's cell that a dialog's edge has cut in two."""

    def _text(self, text: str) -> None:
        with contextlib.suppress(IndexError):
            super()._text(text)


@dataclass(frozen=True)
class Held:
    """What a process holds: megabytes of its own, resident ones with its libraries, descriptors, threads.

    How much of a library counts as whose depends on what else runs on the machine, so only `own` is judged.
    """

    own: float
    rss: float
    descriptors: int
    threads: int


@dataclass(frozen=True)
class Sample:
    """Both processes after so many actions, and the frame that was shown, which tells that keys are still taken."""

    actions: int
    frame: int
    screen: Held
    engine: Held


def held(process: int) -> Held:
    """Measure a process."""
    folder = Path(f"/proc/{process}")
    rows = re.findall(r"^(\w+): +(\d+) kB", (folder / "smaps_rollup").read_text(), re.MULTILINE)
    sizes = {name: round(int(size) / 1024, 1) for name, size in rows}
    counts = [len(list((folder / name).iterdir())) for name in ("fd", "task")]
    return Held(round(sizes["Pss_Anon"] + sizes["Pss_Shmem"], 1), sizes["Rss"], counts[0], counts[1])


def drawn(folder: Path, count: int = 50) -> Path:
    """Draw pictures of 1280 x 720 in which there is something to be found."""
    folder.mkdir()
    for number in range(count):
        chance = np.random.default_rng(number)
        small = Image.fromarray(chance.integers(0, 255, (12, 20, 3), np.uint8))
        picture = np.asarray(small.resize((1280, 720), Image.Resampling.BICUBIC)).copy()
        for x, y, side in chance.integers((0, 0, 60), (1100, 560, 220), (6, 3)):
            picture[y : y + side, x : x + side] = chance.integers(0, 255, 3)
        Image.fromarray(picture).save(folder / f"{number:04}.jpg", quality=90)
    return folder


def begun(options: argparse.Namespace, home: Path) -> Termwand:
    """Start the program with a model at hand."""
    environment = {
        "TERMWAND_WEIGHTS": str(home / "weights"), "TERMWAND_EMBEDDINGS": str(home / "embeddings"),
        "XDG_CONFIG_HOME": str(home / "config"), "https_proxy": NOWHERE, "http_proxy": NOWHERE,
        "TERMWAND_EXTRA_TOOLS": str(ROOT / "benchmarks" / "soak_tools"),
    }  # fmt: skip
    if options.weights:
        os.environ |= environment
        from engine.tools.adopting import adopt
        from engine.tools.registry import find

        adopt(find("sam").SPEC, options.weights)
    folder = options.data or drawn(home / "pictures")
    annotations = ("--annotations", str(home / "soak.termwand.yaml"), "--labels", "car,person,sun")
    app = Termwand([folder], home, *annotations, graphics=options.graphics, terminal=Watcher(), environment=environment)
    return app.sees("1/", PATIENCE)


def numbers_of(app: Termwand, model: str) -> dict[str, str]:
    """Return the keys of a model and of the graph cut in the picker, and leave the engine process started."""
    app.press("i").sees("Interactors", PATIENCE).sees(model)
    found = {what: re.search(rf"(\d) {re.escape(name)}", app.text()) for what, name in ((MODEL, model), (CUT, "Graph"))}
    numbers = {what: number[1] for what, number in found.items() if number}
    app.press(numbers[MODEL]).sees("0+ 0-", PATIENCE).press("was", "enter", "esc", "esc", "esc")
    engine_of(app)
    return numbers


def pressed(app: Termwand, line: str) -> None:
    """Do one action: wait for dialogs to be there, and for its end."""
    for key in line.split():
        app.pty.write(typed(key))
        if key in OPENS:
            rested(app)
    rested(app)
    del app.pty.log[:-200]


def rested(app: Termwand, seconds: float = 0.5) -> None:
    """Wait until the program has done what it was told: it writes nothing, and none of its threads is running.

    On a busy machine some thread nearly always waits for a processor: then so many seconds have to do.
    """
    end = time.monotonic() + seconds
    app.pty.settle(0.02, seconds)
    while time.monotonic() < end and runs(app.pty.process.pid):
        app.pty.settle(0.02, seconds)


def runs(process: int) -> bool:
    """Say whether any thread of a process runs, or would if a processor were free."""
    for stat in Path(f"/proc/{process}/task").glob("*/stat"):
        with contextlib.suppress(OSError):
            if stat.read_text().rpartition(")")[2].split()[0] in "RD":
                return True
    return False


def run(app: Termwand, lines: list[str], every: int, *, quiet: bool) -> list[Sample]:
    """Press everything; measure every so many actions."""
    engine, samples = engine_of(app), []
    for number, line in enumerate(lines, 1):
        pressed(app, line)
        if app.pty.process.poll() is not None or not app.pty.thread.is_alive():
            raise SystemExit(f"{last_words(app)}\nThe program ended at action {number}: {line}")
        if number % every == 0:
            frame = frame_shown(app)
            if not Path(f"/proc/{engine}").exists():
                engine = engine_of(app)
            samples.append(Sample(number, frame, held(app.pty.process.pid), held(engine)))
            if not quiet:
                print(row(samples[-1]), flush=True)
    return samples


def frame_shown(app: Termwand) -> int:
    """Leave whatever is open, and return the number of the frame that the status line tells."""
    for key in ("esc", "esc", "esc", "esc"):
        app.pty.write(typed(key))
    rested(app, 5.0)
    status = re.compile(r"^ (\d+)/\d+ ", re.MULTILINE)
    app.pty.wait_for(lambda: status.search(app.text()) is not None, PATIENCE)
    with app.pty.lock:
        found = status.search(app.text())
    return int(found[1]) if found else -1


def last_words(app: Termwand) -> str:
    """Return what the program wrote last, without what moves and colours it."""
    text = b"".join(data for _, data in app.pty.log).decode("utf-8", "replace")
    return re.sub(r"\x1b_[^\x1b]*\x1b\\|\x1b\[[^@-~]*[@-~]", "", text)[-6000:]


def row(sample: Sample) -> str:
    """Return a line for a person."""
    parts = [f"{sample.actions:6}   frame {sample.frame:4}"]
    for process in (sample.screen, sample.engine):
        parts.append(f"{process.own:8.1f} MB {process.descriptors:4} descriptors {process.threads:3} threads")
    return "   ".join(parts)


def risen(samples: list[Sample]) -> dict[str, tuple[float, float]]:
    """Return what rises: name -> what is usual in the first and in the last third of the samples after warming up."""
    begin = WARM if samples[-1].actions > 2 * WARM else samples[-1].actions // 3
    after = [sample for sample in samples if sample.actions >= begin]
    third = max(len(after) // 3, 1)
    found = {}
    for process in ("screen", "engine"):
        for what in ("own", "descriptors"):
            values = [float(getattr(getattr(sample, process), what)) for sample in after]
            first, last = statistics.median(values[:third]), statistics.median(values[-third:])
            allowed = MORE if what == "descriptors" else max(SHARE * first, ROOM)
            if last > first + allowed:
                found[f"{process} {what}"] = (first, last)
    return found


def main() -> int:
    """Read the command line, run, judge."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--actions", type=int, default=3000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--data", type=Path, help="a folder of pictures, or a video; default: fifty drawn pictures")
    parser.add_argument("--graphics", default="kitty", help="kitty, sixel, iterm2, symbols")
    parser.add_argument("--weights", type=Path, help="a SAM checkpoint")
    parser.add_argument("--every", type=int, default=100, help="actions between two measurements")
    parser.add_argument("--json", action="store_true", help="print samples and what rises as JSON")
    parser.add_argument("--keep", type=Path, help="write the keys")
    parser.add_argument("--again", type=Path, help="press the keys of a file")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        app, since = begun(options, Path(folder)), time.monotonic()
        try:
            numbers = numbers_of(app, "SAM" if options.weights else "Blob")
            frames = int(re.findall(r" \d+/(\d+) ", app.text())[0]) + 1
            lines = read(options.again) if options.again else recorded(options.actions, options.seed, frames, numbers)
            if options.keep:
                options.keep.write_text("\n".join(lines) + "\n", encoding="utf-8")
            samples = run(app, lines, options.every, quiet=options.json)
        finally:
            app.pty.close()
    rising = risen(samples)
    if options.json:
        print(json.dumps({"rising": rising, "samples": [asdict(sample) for sample in samples]}))
    else:
        print("level" if not rising else f"rising: {rising}", f"({time.monotonic() - since:.0f} s)")
    return 1 if rising else 0


if __name__ == "__main__":
    sys.exit(main())
