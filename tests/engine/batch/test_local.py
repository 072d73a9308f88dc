"""Jobs shared among processes: each once, on the devices given, and what a broken one does to the others: nothing."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
PROGRAM = """
import json, os, signal, sys, threading
sys.path.insert(0, {root!r})
from engine.batch.local import Fleet
from engine.cli.track import heeding

if __name__ == "__mp_main__" and os.environ.get("AT_START"):  # in a process that is being started
    os.kill(os.getpid(), int(os.environ["AT_START"]))

def work(job, device, tell, stopped):
    tell(job)
    if job == "hung up":
        os.kill(os.getpid(), signal.SIGHUP)
        return [job, stopped()]
    if job == "asks":
        return [job, stopped()]
    if job in ("deaf", "dies of it"):
        print("waiting", os.getpid(), file=sys.stderr, flush=True)
        while not stopped():
            threading.Event().wait(0.01)
        if job == "dies of it":
            os.kill(os.getpid(), signal.SIGKILL)
        print("told", file=sys.stderr, flush=True)
        threading.Event().wait(30)  # not without end, should nobody kill it
        open({mark!r}, "w").close()
    if job == "dies":
        os.kill(os.getpid(), signal.SIGSEGV)
    if job == "fails":
        raise KeyError("a fault")
    if job == "waits":
        print("waiting", os.getpid(), file=sys.stderr, flush=True)
        while not stopped():
            threading.Event().wait(0.01)
        open({mark!r}, "w").close()
        return [job, "stopped"]
    return [job, device, os.getpid()]

if __name__ == "__main__":
    heard = []
    with heeding() as (stop, _):
        fleet = Fleet(work, sys.argv[2:], heard=lambda number, step: heard.append((number, step)), stop=stop,
                      died=lambda why: ["died", why], done=lambda number, result: heard.append((number, "done")))
        print(json.dumps([fleet.run(sys.argv[1].split(",")), heard, os.getpid()]))
"""


def program(folder: Path, *arguments: str) -> tuple[list[str], Path]:
    """Return a command that shares jobs among devices, and the file that a job that waits makes at its end."""
    mark = folder / "mark"
    (folder / "jobs.py").write_text(PROGRAM.format(root=str(ROOT), mark=str(mark)))
    return [sys.executable, str(folder / "jobs.py"), *arguments], mark


def run(folder: Path, *arguments: str, before: tuple[str, ...] = (), **environment: str):
    command, _ = program(folder, *arguments)
    return json.loads(subprocess.run(
        [*before, *command], capture_output=True, text=True, timeout=60, check=True, env={**os.environ, **environment}
    ).stdout)  # fmt: skip


def test_one_job_is_done_in_this_process(tmp_path: Path) -> None:
    results, heard, own = run(tmp_path, "cpu", "only")
    assert results == [["only", "cpu", own]] and heard == [[0, "only"], [0, "done"]]


def test_a_process_that_ends_takes_no_other_job_along(tmp_path: Path) -> None:
    results, heard, own = run(tmp_path, "cpu", "a", "dies", "fails", "b")
    (_, _, first), died, failed, (name, device, other) = results
    assert died == ["died", "Its process has ended: Segmentation fault"]
    assert failed[0] == "died" and "a fault of the program" in failed[1] and "KeyError: 'a fault'" in failed[1]
    assert (name, device) == ("b", "cpu") and len({first, other, own}) == 3
    assert [one for one in heard if one[1] == "done"] == [[number, "done"] for number in range(4)]


def test_each_device_has_one_process_that_takes_the_next_job(tmp_path: Path) -> None:
    results, _, own = run(tmp_path, "cuda:0,cuda:1", *"abcdef")
    assert [one[0] for one in results] == list("abcdef")
    assert all(len({pid for _, device, pid in results if device == name}) <= 1 for name in ("cuda:0", "cuda:1"))
    assert own not in {pid for _, _, pid in results} and len({pid for _, _, pid in results}) <= 2


def test_a_signal_stops_what_runs_and_what_waits_is_not_begun(tmp_path: Path) -> None:
    command, mark = program(tmp_path, "cpu", "waits", "never")
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as started:
        assert started.stderr is not None and started.stderr.readline().startswith("waiting")
        started.send_signal(signal.SIGTERM)
        out, _ = started.communicate(timeout=60)
    assert json.loads(out)[0] == [["waits", "stopped"], None] and mark.exists()


def test_a_process_whose_starter_was_killed_stops_too(tmp_path: Path) -> None:
    command, mark = program(tmp_path, "cpu", "waits", "never")
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as started:
        assert started.stderr is not None
        pid = int(started.stderr.readline().split()[1])
        started.kill()
        started.stderr.read()  # to its end: the other process has closed it, too
    assert mark.exists()
    assert not Path(f"/proc/{pid}").exists() or not os.path.exists(f"/proc/{pid}/exe")


def test_a_signal_that_is_ignored_here_is_ignored_there(tmp_path: Path) -> None:
    results, _, _ = run(tmp_path, "cpu", "hung up", "asks", before=("nohup",))
    assert results == [["hung up", False], ["asks", False]]


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_to_a_process_that_is_being_started_stops_its_job(tmp_path: Path, number: int) -> None:
    results, _, _ = run(tmp_path, "cpu", "asks", "asks", AT_START=str(int(number)))
    assert results == [["asks", True], ["asks", True]]


def test_a_process_that_ends_while_all_shall_stop_was_stopped(tmp_path: Path) -> None:
    command, _ = program(tmp_path, "cpu", "dies of it", "never")
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as started:
        assert started.stderr is not None and started.stderr.readline().startswith("waiting")
        started.send_signal(signal.SIGTERM)
        out, _ = started.communicate(timeout=60)
    assert json.loads(out)[:2] == [[None, None], [[0, "dies of it"]]]


@pytest.mark.parametrize(("number", "status"), [(signal.SIGTERM, 143), (signal.SIGHUP, 129), (signal.SIGINT, -2)])
def test_a_second_signal_ends_all_at_once(tmp_path: Path, number: int, status: int) -> None:
    command, mark = program(tmp_path, "cpu", "deaf", "never")
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as started:
        assert started.stderr is not None
        pid = int(started.stderr.readline().split()[1])
        started.send_signal(number)
        assert started.stderr.readline() == "told\n"
        started.send_signal(number)
        out, _ = started.communicate(timeout=60)
    assert (out, started.returncode) == ("", status) and not mark.exists(), "it was not waited for"
    assert not Path(f"/proc/{pid}").exists() or not os.path.exists(f"/proc/{pid}/exe")
