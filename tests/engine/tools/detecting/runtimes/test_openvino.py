"""The OpenVINO runtime: what is kept on disk, which precision and device, how it agrees with ONNX Runtime."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from engine.errors import WeightsError
from engine.tools.detecting.fitting import Fit, fit
from engine.tools.detecting.runtimes import onnx
from engine.tools.detecting.runtimes import openvino as runtime
from engine.tools.progress import heard
from tests.engine.tools.detecting import graphs, irs

openvino = pytest.importorskip("openvino")
ROOT = Path(__file__).resolve().parents[5]
ROWS = [[0, 0, 1, 1, 0]]


@pytest.fixture(autouse=True)
def cache(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return tmp_path / "cache" / "termwand" / "openvino"


def score(network):
    return network.run({"image": np.full((1, 3, 40, 60), 51, np.float32)})["boxes"][0, 4]


def test_what_was_compiled_is_kept_and_used_again_and_a_damaged_copy_does_no_harm(tmp_path, cache):
    path = irs.faces(tmp_path / "face.xml", ROWS)
    assert score(runtime.Network(path)) == pytest.approx(0.2)
    (blob,) = cache.glob("*.blob")
    before, content = blob.stat().st_mtime_ns, blob.read_bytes()
    assert score(runtime.Network(path)) == pytest.approx(0.2)
    assert [one.stat().st_mtime_ns for one in cache.glob("*.blob")] == [before]
    blob.write_bytes(content[: len(content) // 2])
    assert score(runtime.Network(path)) == pytest.approx(0.2)


def test_what_was_used_longest_ago_goes_where_too_much_is_kept(tmp_path, cache, monkeypatch):
    runtime.Network(irs.faces(tmp_path / "a.xml", ROWS))
    (first,) = cache.glob("*.blob")
    monkeypatch.setattr(runtime, "KEPT", first.stat().st_size // 2)
    runtime.Network(irs.classes(tmp_path / "b.xml"))
    assert not first.exists() and len(list(cache.glob("*.blob"))) == 1


def test_it_computes_in_32_bits_where_bfloat16_would_be_quicker(tmp_path):
    network = runtime.Network(irs.faces(tmp_path / "face.xml", ROWS, half=True))
    compiled = network._request.get_compiled_model()
    assert compiled.get_property("INFERENCE_PRECISION_HINT") == openvino.Type.f32


def test_another_device_than_its_own_is_the_cpu_which_is_said(tmp_path):
    told = list[str]()
    with heard(lambda text, done, total: told.append(text)):
        network = runtime.Network(irs.faces(tmp_path / "face.xml", ROWS), "cuda:0")
    if "GPU" not in openvino.Core().available_devices:
        assert "OpenVINO computes on the CPU" in told
    assert score(network) == pytest.approx(0.2)


def test_nothing_reports_home(tmp_path):
    path = irs.faces(tmp_path / "face.xml", ROWS)
    code = f"""
import pathlib, sys
from engine.tools.detecting.runtimes.openvino import Network
Network(pathlib.Path({str(path)!r}))
print(sorted(name for name, module in sys.modules.items() if "telemetry" in name and module))
"""
    home = tmp_path / "home"
    home.mkdir()
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, env={**os.environ, "HOME": str(home)}
    )
    assert done.stdout.strip() == "[]", done.stderr
    assert not (home / "intel").exists()


def test_an_operation_that_is_not_known_is_named(tmp_path):
    path = tmp_path / "net.pb"
    path.write_bytes(graphs.graph(masks=False) + graphs.node("odd", "FooBar", "mean", T=graphs.of_type(graphs.FLOAT)))
    with pytest.raises(WeightsError, match=r"net\.pb cannot be loaded by OpenVINO.*FooBar"):
        runtime.Network(path)


def test_a_real_network_answers_as_with_onnx_runtime(shared):
    path = shared / "weights" / "yolox_nano.onnx"
    pixels = np.random.default_rng(1).integers(0, 255, (300, 400, 3)).astype(np.uint8)
    given = fit(pixels, Fit("corner", (416, 416), order="BGR", pad=114)).pixels
    (one,) = runtime.Network(path).run({"images": given}).values()
    (other,) = onnx.Network(path).run({"images": given}).values()
    assert np.abs(one - other).max() < 2e-3 and np.abs(other).max() > 1
