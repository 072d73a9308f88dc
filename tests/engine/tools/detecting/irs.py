"""Small OpenVINO networks whose answers can be worked out by hand, as the published ones answer.

A network's first score is the mean of one channel of its input as it receives it, over 255, and all else is constant:
one plain picture then shows order of channels, scale, threshold, places and numbers of classes.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np

RED, GREEN, BLUE = 204, 102, 51


def picture(height=50, width=120):
    """Return a picture that is of one colour all over, with 0.8 of red, 0.4 of green, 0.2 of blue."""
    return np.full((height, width, 3), (RED, GREEN, BLUE), np.uint8)


def taken(shape, name, kind=np.float32):
    """Return an input."""
    from openvino import opset13 as op

    found = op.parameter(list(shape), kind, name=name)
    found.output(0).get_tensor().set_names({name})
    return found


def share(source, channel, *, first=True):
    """Return the mean of one channel over 255, as one number (1,); `first`: channels come before rows."""
    from openvino import opset13 as op

    axis = 1 if first else 3
    one = op.gather(source, op.constant(np.array([channel], np.int64)), op.constant(np.int64(axis)))
    mean = op.reduce_mean(op.convert(one, "f32"), op.constant(np.array([0, 1, 2, 3], np.int64)), False)
    return op.divide(op.reshape(mean, op.constant(np.array([1], np.int64)), False), op.constant(np.float32(255)))


def scored(source, rows, column, channel, *, first=True):
    """Return rows (n, m) whose first has a channel's share in a column."""
    from openvino import opset13 as op

    rows = np.array(rows, np.float32)
    place = np.zeros_like(rows)
    place[0, column] = 1
    rows[0, column] = 0
    return op.add(op.constant(rows), op.multiply(op.constant(place), share(source, channel, first=first)))


def fixed(source, values):
    """Return constant values, as an answer that is not folded away."""
    from openvino import opset13 as op

    first = source.get_output_shape(0)[1] == 3
    nothing = op.multiply(share(source, 0, first=first), op.constant(np.float32(0)))
    return op.add(op.constant(np.array(values, np.float32)), nothing)


def save(path: Path, inputs, outputs, *, half=False) -> Path:
    """Write .xml and .bin of the outputs, by name; half: numbers of 16 bits."""
    import openvino

    results = []
    for name, node in outputs.items():
        node.output(0).get_tensor().set_names({name})
        results.append(node.output(0))
    openvino.save_model(openvino.Model(results, list(inputs)), str(path), compress_to_fp16=half)
    return path


def faces(path: Path, rows, size=(40, 60), *, half=False) -> Path:
    """Write a finder of faces: rows x1, y1, x2, y2, score of input pixels; the first one's score is the red's share."""
    from openvino import opset13 as op

    image = taken((1, 3, *size), "image")
    boxes = scored(image, rows, 4, 2)
    labels = op.convert(fixed(image, np.zeros(len(rows))), "i64")
    return save(path, [image], {"boxes": boxes, "labels": labels}, half=half)


def ages(path: Path) -> Path:
    """Write a teller of age and gender: the age is the blue's share, the chance of male the red's."""
    from openvino import opset13 as op

    face = taken((1, 3, 62, 62), "data")
    shape = op.constant(np.array([1, 1, 1, 1], np.int64))
    male = op.reshape(share(face, 2), shape, False)
    both = op.concat([op.subtract(op.constant(np.float32(1)), male), male], 1)
    return save(path, [face], {"age_conv3": op.reshape(share(face, 0), shape, False), "prob": both})


def emotions(path: Path) -> Path:
    """Write a teller of emotions: surprise has the red's share as chance, all others 0.5."""
    from openvino import opset13 as op

    face = taken((1, 3, 64, 64), "data")
    chances = scored(face, [[0.0], [0.5], [0.5], [0.5], [0.5]], 0, 2)
    moved = op.gather(chances, op.constant(np.array([1, 2, 3, 0, 4], np.int64)), op.constant(np.int64(0)))
    return save(path, [face], {"prob_emotion": op.reshape(moved, op.constant(np.array([1, 5, 1, 1], np.int64)), False)})


def classes(path: Path, size=(32, 64), *, kind="f32") -> Path:
    """Write a segmenter whose class is a twentieth of the last (red) channel of each pixel."""
    from openvino import opset13 as op

    image = taken((1, 3, *size), "data")
    red = op.gather(image, op.constant(np.array([2], np.int64)), op.constant(np.int64(1)))
    return save(
        path, [image], {"segmentation": op.convert(op.round(op.divide(red, op.constant(np.float32(10)))), kind)}
    )


def rcnn(path: Path, size=(40, 60), *, masks=True, first=True, half=False, planes=90, last=90) -> Path:
    """Write an R-CNN as the Open Model Zoo has them; its answers are in `ROWS` and `MASKS`.

    The first score is the red's share, the second a hundredth of the first number of `image_info`.
    """
    from openvino import opset13 as op

    image = taken((1, 3, *size) if first else (1, *size, 3), "image_tensor")
    info = taken((1, 3), "image_info")
    own = [row for row in [[0, last, *ROWS[0][2:]], *ROWS[1:]] if row[1] <= planes]
    rows = scored(image, own, 2, 2, first=first)
    place = np.zeros((len(own), 7), np.float32)
    place[1, 2] = 0.01
    height = op.gather(op.reshape(info, op.constant(np.array([3], np.int64)), False), op.constant(np.array([0])),
                       op.constant(np.int64(0)))  # fmt: skip
    rows = op.add(rows, op.multiply(op.constant(place), height))
    if not masks:
        shape = op.constant(np.array([1, 1, len(own), 7], np.int64))
        return save(path, [image, info], {"detection_output": op.reshape(rows, shape, False)}, half=half)
    values = np.zeros((len(own), planes, 4, 4), np.float32)
    values[0, last - 1, :, :2] = 1  # the left half of the object of the first row
    values[1, 0] = 1
    return save(path, [image, info], {"reshape_do_2d": rows, "masks": fixed(image, values)}, half=half)


ROWS = [
    [0, 90, 0, 0.125, 0.25, 0.5, 0.75], [0, 1, 0, 0.5, 0.0, 1.0, 1.0], [0, 12, 0.9, 0, 0, 1, 1], [-1, 0, 0, 0, 0, 0, 0],
    [0, 1, 0.99, 0, 0, 1, 1],
]  # fmt: skip
"""Image, class, score, box as parts: a toothbrush, a person, a class that COCO leaves out, the end, and no object."""
