"""Detectors on real pictures: how much they find, and what the program adds to the network's own time.

Every detector that can run here is measured: those without weights, and those that know a file in the folder of
weights (`--weights`).
ap50       mean over labels of the average precision (area under the curve of precision and recall, made monotone) at
           an overlap (IoU) of 0.5, on sets of pictures whose labels are complete; null where none is
recall50   part of all objects that are found at the detector's own threshold, incomplete sets too
Labels count that the detector and the set share by name, as the screen's label table matches them. Of a detector
           without classes recall50 is of the masks and boxes of every second picture, whatever they are called: the
           others were used to choose its numbers
overhead   of `detect` over a bare loop on the same runtime, which does no more than it must (cv2 fits the picture, the
           network runs, cv2 suppresses overlaps), in processor time, which a busy machine does not stretch; rounds of
           both in turn, the best of each counts: 0.1 is a tenth more; null where there is no such loop

Run: python benchmarks/detectors.py [--data FOLDER] [--weights FOLDER] [--detectors yolox,hog] [--json]
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import yaml
from numpy.typing import NDArray

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from engine.errors import AppError
from engine.label_match import folded
from engine.tools.base import Detection, Detector, Image
from engine.tools.detecting.boxes import overlaps
from engine.tools.detecting.signatures import signature_of
from engine.tools.packages import lacking
from engine.tools.registry import detectors, find

SHARED = Path(__file__).resolve().parent.parent.parent / "shared"
RIGHT = 0.5
"""Overlap from which an object is found."""
LOW = 0.05
"""Score from which detections count for the curve."""
ROUNDS = 3
SECONDS = 4.0
"""Of processor time that a bare loop takes in a round: a slow detector is timed on fewer pictures."""
Entry = dict[str, Any]
Bare = Callable[[Image], int]
"""The bare loop's work on a picture; returns how many objects it finds."""


def runnable(weights: Path, wanted: set[str]) -> Iterator[tuple[str, Path | None]]:
    """Yield the detectors that can run, each with its file."""
    files = sorted(weights.glob("*")) if weights.is_dir() else []
    for name, spec in sorted(detectors().items()):
        if (wanted and name not in wanted) or lacking(spec) or spec.watches:
            continue
        if not spec.weights:
            yield name, None
        elif (file := next((one for one in files if knows(name, one)), None)) is not None:
            yield name, file


def knows(name: str, file: Path) -> bool:
    """Say whether it is this detector's file."""
    try:
        return hasattr(find(name), "knows") and bool(find(name).knows(signature_of(file)))  # type: ignore[attr-defined]
    except AppError:
        return False


# how much is found


def matches(found: list[Detection], entry: Entry, labels: set[str]) -> tuple[list[tuple[str, float, bool]], int]:
    """Return each detection as its label, score and whether it is right, those of ignored objects left out.

    The other is how many objects of these labels there are.
    """
    truth = [one for one in entry["boxes"] if folded(one["label"]) in labels]
    boxes = np.array([one["box"] for one in truth], float).reshape(-1, 4)
    boxes[:, 2:] += boxes[:, :2]
    taken, said = set[int](), list[tuple[str, float, bool]]()
    for one in found:
        label = folded(one.label)
        if label not in labels:
            continue
        over = overlaps(np.array([one.box]), boxes)[0]
        same = [i for i in np.argsort(-over) if over[i] >= RIGHT and folded(truth[i]["label"]) == label]
        free = next((i for i in same if i not in taken and not truth[i].get("ignore")), None)
        if free is not None:
            taken.add(int(free))
        if free is not None or not any(truth[i].get("ignore") for i in same):
            said.append((label, one.score, free is not None))
    return said, sum(not one.get("ignore") for one in truth)


def precision(said: list[tuple[float, bool]], objects: int) -> float:
    """Return the area under the curve of precision and recall."""
    right = np.array([good for _, good in sorted(said, key=lambda one: -one[0])], float)
    if not objects or not len(right):
        return 0.0
    hits = np.cumsum(right)
    best = np.maximum.accumulate((hits / np.arange(1, len(right) + 1))[::-1])[::-1]
    return float((best * right).sum() / objects)


def score(detector: Detector, entries: list[Entry], folder: Path, threshold: float) -> dict[str, float | None]:
    """Return ap50 and recall50."""
    known = {folded(label) for label in detector.labels}
    said, objects, found, whole = dict[str, list[tuple[float, bool]]](), dict[str, int](), 0, 0
    for subset in dict.fromkeys(entry["subset"] for entry in entries):
        some = [entry for entry in entries if entry["subset"] == subset]
        labels = known & {folded(one["label"]) for entry in some for one in entry["boxes"]}
        for entry in some if labels else ():
            rows, count = matches(detector.detect([read(folder, entry)], LOW)[0], entry, labels)
            found += sum(right for _, value, right in rows if value >= threshold)
            whole += count
            for one in entry["boxes"] if entry["complete"] else ():
                if folded(one["label"]) in labels and not one.get("ignore"):
                    objects[folded(one["label"])] = objects.get(folded(one["label"]), 0) + 1
            for label, value, right in rows if entry["complete"] else ():
                said.setdefault(label, []).append((value, right))
    each = [precision(said.get(label, []), count) for label, count in objects.items()]
    return {"ap50": float(np.mean(each)) if each else None, "recall50": found / whole if whole else None}


def proposed(detector: Detector, manifest: Entry, folder: Path) -> dict[str, float | None]:
    """Return which part of what people marked a detector without classes proposes, on every second picture."""
    found, whole = 0, 0
    for number, entry in enumerate((*manifest.get("segmentation", ()), *manifest["detection"])):
        if number % 2:
            continue
        (some,) = detector.detect([read(folder, entry)], LOW)
        if "mask" in entry:
            truth = cv2.imread(str(folder / entry["mask"]), cv2.IMREAD_GRAYSCALE)
            best = [max((likeness(one, truth) for one in some), default=0.0)]
        else:
            boxes = np.array([one["box"] for one in entry["boxes"] if not one.get("ignore")], float).reshape(-1, 4)
            boxes[:, 2:] += boxes[:, :2]
            best = overlaps(boxes, np.array([one.box for one in some]).reshape(-1, 4)).max(1, initial=0).tolist()
        found, whole = found + sum(value >= RIGHT for value in best), whole + len(best)
    return {"ap50": None, "recall50": found / whole if whole else None}


def likeness(one: Detection, truth: NDArray[np.uint8]) -> float:
    """Return the overlap of a detection's mask with a true one, in which 128 counts neither way."""
    mask = np.zeros(truth.shape, bool)
    if one.mask is not None:
        (x, y), (height, width) = one.mask.origin, one.mask.mask.shape
        mask[y : y + height, x : x + width] = one.mask.mask
    counts, right = truth != 128, truth == 255
    return float((mask & right).sum() / max(((mask | right) & counts).sum(), 1))


def read(folder: Path, entry: Entry) -> Image:
    """Return a picture of the set."""
    return np.ascontiguousarray(cv2.imread(str(folder / entry["image"]))[..., ::-1])


# what the program adds


def bare_yolox(file: Path | None, threshold: float) -> Bare:
    """Return the least that YOLOX needs."""
    import onnxruntime

    from engine.tools.detecting.decoding.yolox import cells
    from engine.tools.detecting.runtimes.onnx import cores

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = max(1, cores() - 1)
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    session = onnxruntime.InferenceSession(str(file), options, providers=["CPUExecutionProvider"])
    name, (_, _, height, width) = session.get_inputs()[0].name, session.get_inputs()[0].shape
    places, sides = cells((height, width))

    def work(image: Image) -> int:
        ratio = min(height / image.shape[0], width / image.shape[1])
        small = cv2.resize(image, (int(image.shape[1] * ratio), int(image.shape[0] * ratio)))
        canvas = np.full((height, width, 3), 114, np.uint8)
        canvas[: small.shape[0], : small.shape[1]] = small
        (rows,) = session.run(None, {name: cv2.dnn.blobFromImage(canvas, swapRB=True)})
        scores = rows[0, :, 4:5] * rows[0, :, 5:]
        kept = np.flatnonzero(scores.max(1) >= threshold)
        centres = (rows[0, kept, :2] + places[kept]) * sides[kept]
        extents = np.exp(rows[0, kept, 2:4]) * sides[kept]
        boxes = np.concatenate((centres - extents / 2, extents), 1) / ratio
        return len(cv2.dnn.NMSBoxesBatched(boxes, scores[kept].max(1), scores[kept].argmax(1), threshold, 0.45))

    return work


def bare_yunet(file: Path | None, threshold: float) -> Bare:
    """Return OpenCV's own detector of faces."""
    net = cv2.FaceDetectorYN.create(str(file), "", (320, 320), threshold, 0.3, 5000)

    def work(image: Image) -> int:
        net.setInputSize(image.shape[1::-1])
        _, rows = net.detect(cv2.cvtColor(image, cv2.COLOR_RGB2BGR))
        return 0 if rows is None else len(rows)

    return work


def bare_hog(file: Path | None, threshold: float) -> Bare:
    """Return OpenCV's own detector of people on the picture that the program gives it."""
    from engine.tools import registry

    tool: Any = registry.find("hog")
    hog = cv2.HOGDescriptor()
    hog.setSVMDetector(cv2.HOGDescriptor.getDefaultPeopleDetector())

    def work(image: Image) -> int:
        scale = max(1.0, tool.SHORT / min(image.shape[:2]))
        grey = cv2.cvtColor(cv2.resize(image, None, fx=scale, fy=scale), cv2.COLOR_RGB2GRAY)
        border = round(tool.MARGIN * min(grey.shape))
        grey = cv2.copyMakeBorder(grey, border, border, border, border, cv2.BORDER_REPLICATE)
        least = threshold * tool.FULL
        return len(hog.detectMultiScale(grey, winStride=(8, 8), hitThreshold=least, groupThreshold=tool.ALONE)[0])

    return work


BARE: dict[str, Callable[[Path | None, float], Bare]] = {
    "hog": bare_hog,
    "yolox": bare_yolox,
    "yunet": bare_yunet,
}


def overhead(detector: Detector, bare: Bare, images: list[Image], threshold: float) -> float:
    """Return how much more processor time the detector takes."""
    ours = least = float("inf")
    bare(images[0])
    slowest = taken(lambda: bare(max(images, key=lambda image: image.size)))
    images = images[: max(1, int(SECONDS / max(slowest, 1e-3)))]
    for _ in range(ROUNDS):
        least = min(least, taken(lambda: [bare(image) for image in images]))
        ours = min(ours, taken(lambda: detector.detect(images, threshold)))
    return ours / least - 1


def taken(work: Callable[[], object]) -> float:
    """Return a call's seconds of processor time."""
    start = time.process_time()
    work()
    return time.process_time() - start


def measured(name: str, file: Path | None, manifest: Entry, folder: Path) -> dict[str, float | None]:
    """Return what is measured of a detector."""
    spec, detector = detectors()[name], find(name).load(file, "cpu")
    entries = manifest["detection"]
    found = proposed(detector, manifest, folder) if spec.nameless else score(detector, entries, folder, spec.threshold)
    make = BARE.get(name)
    images = [read(folder, entry) for entry in entries]
    found["overhead"] = overhead(detector, make(file, spec.threshold), images, spec.threshold) if make else None
    return {key: None if value is None else round(value, 4) for key, value in found.items()}


def main(argv: list[str]) -> None:
    """Measure, and print a table, or a line of JSON at the end."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=SHARED / "data")
    parser.add_argument("--weights", type=Path, default=SHARED / "weights")
    parser.add_argument("--detectors", default="")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args(argv)
    manifest = yaml.safe_load((options.data / "manifest.yaml").read_text())
    answer = {}
    print(f"{'detector':12} {'ap50':>8} {'recall50':>8} {'overhead':>8}  file")
    for name, file in runnable(options.weights, set(filter(None, options.detectors.split(",")))):
        answer[name] = measured(name, file, manifest, options.data)
        cells = ["-" if value is None else f"{value:.3f}" for value in answer[name].values()]
        print(f"{name:12} {cells[0]:>8} {cells[1]:>8} {cells[2]:>8}  {file.name if file else ''}", flush=True)
    if options.json:
        print(json.dumps(answer))


if __name__ == "__main__":
    main(sys.argv[1:])
