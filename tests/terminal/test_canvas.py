"""The canvas end to end: a program on a pty, the pixels that its bytes make, and how many bytes they are."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from engine.render import Renderer
from tests.terminal.canvas_program import State, load, scene
from tests.terminal.terminal_model import PATIENCE, Session, Terminal
from tui.surfaces.png import BITS, with_edges_of

PROGRAM = Path(__file__).with_name("canvas_program.py")
VIEW = (1600, 900)
Start = Callable[..., Session]
pytestmark = pytest.mark.pty


def drawn(seed: int) -> np.ndarray:
    """Draw a picture with soft and sharp parts, 1280 x 720."""
    rng = np.random.default_rng(seed)
    rough = Image.fromarray(rng.integers(0, 255, (45, 80, 3), np.uint8)).resize((1280, 720), Image.Resampling.BICUBIC)
    pixels = np.asarray(rough).copy()
    pixels[200:400, 300:700] = rng.integers(0, 255, (200, 400, 3), np.uint8)
    return pixels


@pytest.fixture(scope="session")
def pictures(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    folder = tmp_path_factory.mktemp("pictures")
    paths = [folder / f"{seed}.png" for seed in range(3)]
    for seed, path in enumerate(paths):
        Image.fromarray(drawn(seed)).save(path)
    return paths


@pytest.fixture(scope="session")
def mosaic(tmp_path_factory: pytest.TempPathFactory, shared: Path) -> list[Path]:
    """Three 1920 x 1080 pictures of nine real video frames each: as much detail as a camera gives."""
    folders = sorted((shared / "data" / "tracks").glob("davis_*"))
    folder = tmp_path_factory.mktemp("mosaic")
    paths = [folder / f"mosaic{number}.png" for number in range(3)]
    for number, path in enumerate(paths):
        whole = Image.new("RGB", (1920, 1080))
        for place in range(9):
            frames = sorted((folders[place % len(folders)] / "frames").glob("*.jpg"))
            frame = Image.open(frames[(number + place // len(folders) * 9) % len(frames)])
            whole.paste(frame.resize((640, 360)), (place % 3 * 640, place // 3 * 360))
        whole.save(path)
    return paths


@pytest.fixture
def start() -> Iterator[Start]:
    sessions: list[Session] = []

    def begin(pictures: list[Path], terminal: Terminal | None = None, **options: object) -> Session:
        session = Session([sys.executable, str(PROGRAM), *map(str, pictures)], terminal, **options)  # type: ignore[arg-type]
        sessions.append(session)
        return session

    yield begin
    for session in sessions:
        session.close()


def expected(state: State, paths: list[Path], size: tuple[int, int] = VIEW) -> np.ndarray:
    """Return the pixels of a state without the crosshair, drawn here; twice, with either coarseness of edges."""
    return _expected(state, tuple(paths), size)


@cache
def _expected(state: State, paths: tuple[Path, ...], size: tuple[int, int]) -> np.ndarray:
    wanted, renderer = scene(state, [load(path) for path in paths], size), Renderer()
    base, overlay = renderer.paint_base(wanted), renderer.paint_overlay(wanted, (0, 0, *size))
    blends = []
    for bits in BITS:
        drawing = with_edges_of(bits, overlay)
        alpha = drawing[..., 3:].astype(np.uint16)
        blends.append(((drawing[..., :3] * alpha + base * (255 - alpha) + 127) // 255).astype(np.uint8))
    found = np.stack(blends)
    found.flags.writeable = False
    return found


def shows(session: Session, pictures: np.ndarray) -> Callable[[], bool]:
    def matches() -> bool:
        screen = session.terminal.screen()[: pictures.shape[1], : pictures.shape[2]]
        return bool((screen == pictures).all(axis=-1).any(axis=0).all())

    return matches


def measure(session: Session, action: Callable[[], None], picture: np.ndarray | None = None) -> int:
    """Return how many bytes an action costs, after the screen shows a picture, or anything else, and is quiet."""
    session.settle()
    before = session.total
    action()
    session.wait_for((lambda: session.total != before) if picture is None else shows(session, picture))
    session.settle()
    return session.total - before


def test_picture_and_changes_are_exact_and_small(start: Start, pictures: list[Path]) -> None:
    session = start(pictures)
    session.wait_for(shows(session, expected(State(), pictures)))
    vertex = measure(session, lambda: session.write(b"v"), expected(State(dragged=1), pictures))
    assert vertex <= 8_000
    mask = measure(session, lambda: session.write(b"m"), expected(State(dragged=1, mask=1), pictures))
    assert mask <= 16_000
    other = measure(session, lambda: session.write(b"m"), expected(State(dragged=1, mask=2), pictures))
    assert other <= 16_000
    small = measure(session, lambda: session.write(b"s"), expected(State(dragged=1, mask=2, small=1), pictures))
    assert small <= 16_000
    measure(session, lambda: session.write(b"n"), expected(State(1, dragged=1, mask=2, small=1), pictures))
    measure(session, lambda: session.write(b"z"), expected(State(1, dragged=1, mask=2, small=1, zoom=1), pictures))


def test_crosshair_costs_200_bytes_and_is_where_the_mouse_is(start: Start, pictures: list[Path]) -> None:
    session = start(pictures)
    plain = expected(State(), pictures)
    session.wait_for(shows(session, plain))
    plain = plain[0]
    measure(session, lambda: session.write(b"\x1b[<35;401;701M"))
    size = measure(session, lambda: session.write(b"\x1b[<35;405;707M"))
    assert 0 < size <= 200
    screen = session.terminal.screen()
    x, y = 405, 707  # kitty counts the mouse's pixels from 0
    assert (screen[: y - 10, x] == 255).all() and (screen[y, x + 10 :] == 255).all()
    assert np.array_equal(screen[y - 3 : y + 4, x - 3 : x + 4], plain[y - 3 : y + 4, x - 3 : x + 4])
    away = np.ones(VIEW[::-1], bool)
    away[:, x - 1 : x + 2] = away[y - 1 : y + 2] = False
    assert np.array_equal(screen[away], plain[away])


def test_crosshair_at_the_corners_stays_inside(start: Start, pictures: list[Path]) -> None:
    session = start(pictures, Terminal(100, 30))
    session.wait_for(shows(session, expected(State(), pictures, (1000, 600))))
    for x, y in ((0, 0), (999, 599), (999, 0)):
        session.write(b"\x1b[<35;%d;%dM" % (x, y))
        session.settle()
        screen = session.terminal.screen()
        assert (screen[300 if y < 300 else 250, x] == 255).all()
        assert (screen[y, 500] == 255).all()


def test_many_mouse_moves_become_few_writes(start: Start, pictures: list[Path]) -> None:
    session = start(pictures)
    session.wait_for(shows(session, expected(State(), pictures)))
    session.settle()
    before = len(session.terminal.commands)
    session.write(b"".join(b"\x1b[<35;%d;%dM" % (100 + n, 200 + n) for n in range(300)))
    session.wait_for(lambda: (session.terminal.screen()[:100, 399] == 255).all())
    assert len(session.terminal.commands) - before <= 60


def test_terminal_memory_stays_flat(start: Start, pictures: list[Path]) -> None:
    session = start(pictures, Terminal(60, 20))
    session.wait_for(shows(session, expected(State(), pictures, (600, 400))))
    memory = session.terminal.memory
    for _ in range(40):
        session.write(b"n")
        session.settle(0.02)
    session.wait_for(shows(session, expected(State(40), pictures, (600, 400))))
    assert session.terminal.memory <= 1.3 * memory  # a draft may have been needed in between
    assert len(session.terminal.images) <= 5


def test_dialog_covers_and_gives_back(start: Start, pictures: list[Path]) -> None:
    session = start(pictures)
    whole = expected(State(), pictures)
    session.wait_for(shows(session, whole))
    session.write(b"d")
    session.wait_for(lambda: "a dialog" in session.terminal.text())
    session.settle()
    bare = session.terminal.screen()
    dialog = np.zeros(bare.shape[:2], bool)
    dialog[18 * 20 : 27 * 20, 60 * 10 : 100 * 10] = True
    assert not bare[dialog].any(), "nothing lies over the dialog"
    assert (bare == whole).all(axis=-1).any(axis=0)[~dialog].all(), "picture and shapes stay round it"
    session.write(b"d")
    session.wait_for(shows(session, whole))


@pytest.mark.parametrize(("graphics", "screens"), [("kitty", 2), ("sixel", 4)])
def test_a_dialog_writes_each_cell_once_and_the_picture_once(
    start: Start, pictures: list[Path], graphics: str, screens: int
) -> None:
    """A screen is what the cells of one drawing take: below a dialog, after it, and in Sixel those of the stand-in."""
    session = start(pictures, environment={"TERMWAND_GRAPHICS": graphics})
    session.wait_for(lambda: session.total > 20_000)
    session.settle(1.0)

    def change() -> int:
        before = session.total
        session.write(b"d")
        session.settle(1.0)
        return session.total - before

    before = session.total
    session.write(b"n")
    session.settle(1.5)
    frame = session.total - before if graphics == "sixel" else 0
    change()
    change()
    again = change() + change()
    screen = 160 * 45 * 10
    assert again <= screens * screen + 1.2 * frame


@pytest.mark.parametrize("key", ["q", "x", "k"])
def test_terminal_is_left_as_it_was_found(start: Start, pictures: list[Path], key: str) -> None:
    session = start(pictures)
    session.wait_for(shows(session, expected(State(), pictures)))
    session.write(key.encode())
    session.process.wait(PATIENCE)
    session.settle()
    terminal = session.terminal
    assert not terminal.images and not terminal.placements
    assert not terminal.keyboard
    assert terminal.modes <= {7, 25}
    if key == "x":
        assert "a bug" in terminal.text()


def test_stopped_and_continued(start: Start, pictures: list[Path]) -> None:
    session = start(pictures)
    whole = expected(State(), pictures)
    session.wait_for(shows(session, whole))
    os.kill(session.process.pid, signal.SIGTSTP)
    session.wait_for(lambda: not session.terminal.images and 1049 not in session.terminal.modes)
    session.settle()
    os.kill(session.process.pid, signal.SIGCONT)
    session.wait_for(shows(session, whole))


def test_resize_and_font_zoom(start: Start, pictures: list[Path]) -> None:
    session = start(pictures)
    session.wait_for(shows(session, expected(State(), pictures)))
    for columns, rows, cell in ((100, 30, (10, 20)), (100, 30, (12, 24)), (50, 15, (24, 48))):
        terminal = session.terminal
        with session.lock:
            terminal.columns, terminal.rows, terminal.cell = columns, rows, cell
            terminal.cells.clear()
            session.set_size()
        session.write(terminal.size_report())
        session.wait_for(shows(session, expected(State(), pictures, (columns * cell[0], rows * cell[1]))))


def test_colours_work_without_colorterm_and_with_no_color(start: Start, pictures: list[Path]) -> None:
    session = start(pictures, environment={"NO_COLOR": "1"})
    session.wait_for(shows(session, expected(State(), pictures)))


def test_no_stray_keys(start: Start, pictures: list[Path], tmp_path: Path) -> None:
    log = tmp_path / "keys"
    session = start(pictures, environment={"KEY_LOG": str(log)})
    session.wait_for(shows(session, expected(State(), pictures)))
    late = (b"\x1b_Gi=31;OK\x1b\\", b"\x1b[?62;22c", b"\x1bP>|kitty(0.41.1)\x1b\\", b"\x1b[6;20;10t", b"\x1b[?0u")
    for answer in late:
        session.write(answer[:4])
        session.write(answer[4:])
    session.write(b"v\x1b[118;1:3u")  # a press, and the release of a key
    session.wait_for(shows(session, expected(State(dragged=1), pictures)))
    session.settle()
    assert log.read_text().split() == ["v"]


def test_ctrl_is_held_and_released(start: Start, pictures: list[Path]) -> None:
    session = start(pictures)
    session.wait_for(shows(session, expected(State(), pictures)))
    assert session.terminal.keyboard and session.terminal.keyboard[-1] & 2
    session.write(b"\x1b[57442;5u")
    session.wait_for(shows(session, expected(State(small=1), pictures)))
    session.write(b"\x1b[57442;5:3u")
    session.wait_for(shows(session, expected(State(small=3), pictures)))


@pytest.mark.parametrize("brand", ["Konsole 25.04.2", "ghostty 1.1.3"])
def test_terminals_without_frame_edits(start: Start, pictures: list[Path], brand: str) -> None:
    session = start(pictures, Terminal(brand=brand))
    session.wait_for(shows(session, expected(State(), pictures)))
    measure(session, lambda: session.write(b"v"), expected(State(dragged=1), pictures))
    measure(session, lambda: session.write(b"n"), expected(State(1, dragged=1), pictures))
    session.write(b"d")
    session.wait_for(lambda: "a dialog" in session.terminal.text())
    session.settle()
    session.write(b"d")
    session.wait_for(shows(session, expected(State(1, dragged=1), pictures)))
    session.write(b"q")
    session.process.wait(PATIENCE)
    session.settle()
    assert not session.terminal.images


def test_slow_link_draft_first_then_lossless(start: Start, mosaic: list[Path]) -> None:
    session = start(mosaic, rate=1e6, delay=0.025)
    session.wait_for(shows(session, expected(State(), mosaic)))
    session.settle()
    mark = len(session.terminal.commands)
    session.write(b"n")
    session.wait_for(shows(session, expected(State(1), mosaic)))
    commands = session.terminal.commands[mark:]
    draft = next(place for place, (keys, _) in enumerate(commands) if keys["i"] == str(7 + 2))
    assert sum(size for _, size in commands[: draft + 1]) <= 250_000
    early = [keys for keys, size in commands[:draft] if keys["i"] == str(7) and size]  # without pixels it is a question
    assert not early, "the base came before the draft"


def test_lossless_frame_is_no_larger_than_the_peers(start: Start, mosaic: list[Path]) -> None:
    import io

    session = start(mosaic)
    session.wait_for(shows(session, expected(State(), mosaic)))
    size = measure(session, lambda: session.write(b"n"), expected(State(1), mosaic))
    peer = io.BytesIO()
    frame = Renderer().paint_base(scene(State(1), [load(path) for path in mosaic], VIEW))
    Image.fromarray(frame).save(peer, "PNG", compress_level=2)
    assert size <= 1.2 * 4 / 3 * len(peer.getvalue())


def test_waiting_for_a_silent_terminal_is_short(start: Start, pictures: list[Path]) -> None:
    session = start(pictures, answers=False, environment={"COLUMNS": "", "LINES": ""})
    session.wait_for(lambda: 1049 in session.terminal.modes, 10)
    session.settle()
    assert not session.terminal.images
    assert os.path.exists(pictures[0])


@pytest.mark.parametrize(
    ("graphics", "move"), [("kitty", 1_000), ("sixel", 4_000), ("iterm2", 12_000), ("symbols", 8_000)]
)
def test_moves_and_messages_do_not_send_the_picture_again(
    start: Start, pictures: list[Path], graphics: str, move: int
) -> None:
    session = start(pictures, environment={"TERMWAND_GRAPHICS": graphics})
    session.wait_for(lambda: session.total > 50_000)
    session.settle(1.0)
    before = session.total
    session.write(b"n")
    session.settle(1.5)
    frame = session.total - before
    measure(session, lambda: session.write(b"\x1b[<35;401;701M"))
    assert 0 < measure(session, lambda: session.write(b"\x1b[<35;405;707M")) <= move
    before = session.total
    session.write(b"\x1b[<0;409;709M\x1b[<0;409;709m")
    session.settle(0.6)
    assert session.total - before <= move
    before = session.total
    session.write(b"t")
    session.wait_for(lambda: "a message" in session.terminal.text())
    session.wait_for(lambda: "a message" not in session.terminal.text())
    session.settle(0.6)
    assert session.total - before <= frame / 3


def test_nothing_is_drawn_over_a_message(start: Start, pictures: list[Path]) -> None:
    session = start(pictures)
    session.wait_for(lambda: session.total > 50_000)
    session.settle(1.0)
    session.write(b"m")
    drawn, bare = expected(State(mask=1), pictures), expected(State(), pictures)
    session.wait_for(shows(session, drawn))
    row, columns = slice(480, 500), slice(300, 390)
    assert (drawn[:, row, columns] != bare[:, row, columns]).any()
    session.write(b"o")
    session.wait_for(lambda: "a message" in session.terminal.text())
    session.wait_for(lambda: not session.terminal.screen()[row, columns].any())
    session.wait_for(shows(session, drawn))  # and what was there is back when it has gone
    assert "a message" not in session.terminal.text()
