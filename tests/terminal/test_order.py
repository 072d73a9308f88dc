"""Keys and clicks count in the order in which they were made, also when they arrive in one piece."""

from __future__ import annotations

from tests.terminal.conftest import Launch, saved


def sgr(button: int, x: int, y: int, *, up: bool = False) -> bytes:
    return f"\x1b[<{button};{x};{y}{'m' if up else 'M'}".encode()


def test_drags_and_the_keys_between_them(launch: Launch, street):
    app = launch(street, options=("--labels", "car"), graphics="kitty").sees("1/6")
    app.pty.settle()
    everything = b""
    for i in range(6):
        x, y = 200 + 100 * i, 400
        everything += b"b" + sgr(35, x, y) + sgr(0, x, y) + sgr(32, x + 40, y + 50) + sgr(0, x + 40, y + 50, up=True)
    app.pty.write(everything)
    app.sees("car 6 rect").leave()
    document, _ = saved(street / "annotations.termwand.yaml")
    corners = [shape.points[0] for shape in document.shapes(0)]
    assert len(corners) == 6 and corners == sorted(corners)


def test_a_polygon_clicked_and_finished_in_one_piece(launch: Launch, street):
    app = launch(street, options=("--labels", "car"), graphics="kitty").sees("1/6")
    app.pty.settle()
    clicks = [sgr(0, x, y) + sgr(0, x, y, up=True) for x, y in ((300, 300), (500, 310), (400, 500))]
    app.pty.write(b"p" + b"".join(clicks) + b"n" + b"f")
    app.sees("2/6").leave()
    document, _ = saved(street / "annotations.termwand.yaml")
    assert [len(shape.points) for shape in document.shapes(0)] == [3]
