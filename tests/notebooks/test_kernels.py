"""Forked kernels: as clean as ordinary ones, apart from each other, and none left behind."""

from __future__ import annotations

import contextlib
import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from kernel_harness import Kernel, kernel
from kernel_probe import CELLS, IMPORTS, STATE
from pensionbook.notebooks import pool as workers
from pensionbook.notebooks.kernels.client import Server
from pensionbook.notebooks.kernels.preload import IMPORTS as PRELOADED
from pensionbook.notebooks.kernels.spec import INTERPRETER, write_specification
from pensionbook.notebooks.pool import Job, clean_environment, open_pool
from projects import wait_until

pytestmark = pytest.mark.slow

# What the preloading brings along that a notebook's own imports would not.
HARMLESS = ("docutils", "IPython.", "PIL.", "matplotlib.", "matplotlib_inline", "pensionbook.")


@pytest.fixture(autouse=True)
def _own_folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("IPYTHONDIR", str(tmp_path / "ipython"))
    monkeypatch.setenv("JUPYTER_PATH", str(tmp_path / "jupyter"))
    monkeypatch.setenv("JUPYTER_RUNTIME_DIR", str(tmp_path / "runtime"))
    write_specification(tmp_path / "jupyter")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A working folder."""
    return tmp_path_factory.mktemp("work")


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    """A process that forks kernels."""
    with new_server() as found:
        yield found


@pytest.fixture
def forked(folder: Path, server: Server) -> Iterator[Kernel]:
    """A forked kernel."""
    with kernel(folder, server) as found:
        yield found


def new_server() -> contextlib.closing[Server]:
    """A process that forks kernels for the environment as it is now."""
    return contextlib.closing(Server.start(INTERPRETER, os.environ))


def runs(pid: int) -> bool:
    """Whether a process runs; one that ended and was not waited for does not."""
    try:
        status = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8")
    except OSError:
        return False
    return status.rpartition(")")[2].split()[0] != "Z"


# -- as clean as an ordinary one ------------------------------------------------------------------


def test_it_is_as_an_ordinary_one_before_and_after_its_imports(
    folder: Path, server: Server
) -> None:
    answers = []
    for forks in (server, None):
        with kernel(folder, forks) as one:
            assert one.run(STATE)[-1]["status"] == "ok"
            modules = "list(__import__('sys').modules)"
            found = [one.ask("state()"), one.ask(modules)]
            assert one.run(IMPORTS)[-1]["status"] == "ok"
            answers.append([*found, one.ask("libraries()"), one.ask("state()"), one.ask(modules)])
    forked, ordinary = answers
    # BLAS starts its threads in a fork when it first needs them.
    assert forked[3].pop("tasks") <= ordinary[3].pop("tasks")
    for ours, theirs in ((forked[at], ordinary[at]) for at in (0, 2, 3)):
        assert len(ours) > 5
        assert changed(theirs, ours) == {}
    # Modules that were there early are those a notebook of the report imports.
    assert set(forked[1]) >= set(ordinary[1])
    assert set(forked[4]) >= set(ordinary[4])
    assert [
        name for name in set(forked[4]) - set(ordinary[4]) if not name.startswith(HARMLESS)
    ] == []
    assert set(PRELOADED) <= set(forked[1])


def outputs(one: Kernel) -> list[str]:
    """What the cells of the probe send, less the addresses and numbers of processes."""
    return [re.sub(r"ipykernel_\d+/\d+|\b0x[0-9a-f]+", "N", str(one.run(cell))) for cell in CELLS]


def test_a_notebook_has_the_same_outputs(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONHASHSEED", "7")
    with new_server() as server, kernel(folder, server) as one:
        forked = outputs(one)
    with kernel(folder, None) as one:
        ordinary = outputs(one)
    assert forked == ordinary
    assert any("image/png" in sent for sent in forked)
    assert any("ZeroDivisionError" in sent for sent in forked)


def test_it_hashes_as_the_caller_says(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = "[hash('figure'), __import__('time').tzname, __import__('os').environ['TZ']]"
    for seed, zone in (("1", "UTC"), ("2", "Asia/Shanghai")):
        monkeypatch.setenv("PYTHONHASHSEED", seed)
        monkeypatch.setenv("TZ", zone)
        with new_server() as server, kernel(folder, server) as one:
            ours = one.ask(asked)
        with kernel(folder, None) as one:
            assert ours == one.ask(asked)


def test_its_exit_handlers_run(folder: Path, forked: Kernel) -> None:
    mark = folder / "ended"
    forked.run(f"import atexit; atexit.register(open, {str(mark)!r}, 'w')")
    forked.manager.shutdown_kernel()
    assert wait_until(mark.exists, 10)


def changed(before: dict[str, Any], after: dict[str, Any]) -> dict[str, Any]:
    """What is not as it was."""
    assert before.keys() == after.keys()
    return {key: (before[key], after[key]) for key in before if before[key] != after[key]}


# -- apart from each other ------------------------------------------------------------------------


def test_two_draw_different_numbers(folder: Path, server: Server, forked: Kernel) -> None:
    draw = (
        "[__import__('numpy').random.random(), __import__('numpy').random.default_rng().random(),"
        " __import__('random').random(), __import__('scipy.stats').stats.norm.rvs(),"
        " __import__('uuid').uuid4().hex, __import__('tempfile').mktemp()]"
    )
    with kernel(folder, server) as other:
        ours, theirs = forked.ask(draw), other.ask(draw)
    assert [one for one, another in zip(ours, theirs, strict=True) if one == another] == []
    seeded = "[__import__('numpy').random.RandomState(5).random()]"
    with kernel(folder, None) as ordinary:
        assert forked.ask(seeded) == ordinary.ask(seeded)


def test_none_sees_what_another_changes(
    folder: Path, server: Server, forked: Kernel, tmp_path: Path
) -> None:
    forked.run(STATE + IMPORTS)
    look = (
        # Each look itself adds to the history and to what is open.
        "libraries() | state() | dict.fromkeys(['files', 'tasks', 'main']) | {'own':"
        " [hasattr(pandas, 'mine'), hasattr(__import__('builtins'), 'mine')],"
        " 'fit': str(statsmodels.api.OLS)}"
    )
    before = forked.ask(look)
    with kernel(folder, server) as other:
        change = (
            "import builtins, os, signal, warnings, decimal; builtins.mine = 1; pandas.mine = 1\n"
            "matplotlib.rcParams['font.size'] = 99; numpy.set_printoptions(precision=2)\n"
            f"os.chdir({str(tmp_path)!r}); os.environ['MINE'] = '1'; os.umask(0o22 ^ 0o77)\n"
            "signal.signal(signal.SIGUSR1, signal.SIG_IGN); warnings.simplefilter('error')\n"
            "pandas.set_option('display.max_rows', 7); sys.path.append('/mine')\n"
            "statsmodels.api.OLS = None; decimal.getcontext().prec = 3; kept = open('/dev/null')"
        )
        assert other.run(STATE + IMPORTS + change)[-1]["status"] == "ok"
        after = other.ask("[__import__('pandas').mine, __import__('builtins').mine]")
        assert after == [1, 1]
        assert changed(before, forked.ask(look)) == {}
        with kernel(folder, server) as later:
            later.run(STATE + IMPORTS)
            assert changed(before, later.ask(look)) == {}


# -- interrupted, restarted, ended ----------------------------------------------------------------


def busy(one: Kernel, cell: str = "import time\nwhile True: time.sleep(0.01)") -> None:
    """Have it run a cell that does not end."""
    # Otherwise what is asked next may be dropped with it.
    one.client.execute(cell, stop_on_error=False)
    while one.client.get_iopub_msg(timeout=60)["msg_type"] != "execute_input":
        pass


def test_it_is_interrupted_and_goes_on(forked: Kernel) -> None:
    busy(forked)
    forked.manager.interrupt_kernel()
    assert forked.client.get_shell_msg(timeout=60)["content"]["ename"] == "KeyboardInterrupt"
    assert forked.ask("6 * 7") == 42


@pytest.mark.parametrize("now", [False, True])
def test_it_restarts_afresh(forked: Kernel, now: bool) -> None:
    forked.run("kept = 1")
    first = forked.pid
    forked.manager.restart_kernel(now=now)
    forked.client.wait_for_ready(timeout=60)
    assert not runs(first)
    assert forked.pid != first
    assert forked.ask("'kept' in dir()") is False
    assert forked.ask("__import__('os').getpid()") == forked.pid


@pytest.mark.parametrize("now", [False, True])
def test_a_busy_one_is_shut_down_with_its_children(forked: Kernel, now: bool) -> None:
    forked.run("import subprocess; child = subprocess.Popen(['sleep', '600'])")
    child = forked.ask("child.pid")
    busy(forked)
    pid = forked.pid
    forked.manager.shutdown_kernel(now=now)
    assert wait_until(lambda: not runs(pid), 10)
    assert wait_until(lambda: not runs(child), 10)


def test_its_death_is_noticed_with_its_status(forked: Kernel) -> None:
    process = forked.manager.provisioner.process
    assert forked.manager.is_alive()
    forked.client.execute("import os; os._exit(3)")
    assert wait_until(lambda: not forked.manager.is_alive(), 10)
    assert process.wait(1) == 3


def test_a_server_that_is_killed_takes_its_kernels_and_an_ordinary_one_follows(
    folder: Path,
) -> None:
    with new_server() as server, kernel(folder, server) as one:
        forks, pid = one.ask("__import__('os').getppid()"), one.pid
        assert forks != os.getpid()
        busy(one)
        os.kill(forks, signal.SIGKILL)
        assert wait_until(lambda: not one.manager.is_alive(), 10)
        assert wait_until(lambda: not runs(pid), 10)
        one.manager.restart_kernel()
        one.client.wait_for_ready(timeout=60)
        assert one.ask("__import__('os').getppid()") == os.getpid()


_PARENT = """
import contextlib, os, sys
from jupyter_client.manager import KernelManager
from pensionbook.notebooks.kernels.client import Server
from pensionbook.notebooks.kernels.provisioner import fork_from
from pensionbook.notebooks.kernels.spec import INTERPRETER
with contextlib.closing(Server.start(INTERPRETER, os.environ)) as server:
    managers = [KernelManager(kernel_name="pensionbook") for _ in range(3)]
    for manager, cell in zip(managers, ("1", "while True: pass", "sum(range(10**12))")):
        fork_from(server, manager)
        manager.start_kernel(cwd=os.getcwd())
        client = manager.client()
        client.start_channels()
        client.wait_for_ready(timeout=60)
        client.execute_interactive("import subprocess; child = subprocess.Popen(['sleep', '600'])")
        client.execute(cell)
        client.get_iopub_msg(timeout=60)
    print(*(manager.provisioner.pid for manager in managers), flush=True)
    sys.stdin.read(1)
"""


@pytest.mark.parametrize("killed", [False, True])
def test_none_outlives_its_parent(folder: Path, killed: bool) -> None:
    process = subprocess.Popen(
        [sys.executable, "-W", "ignore", "-c", _PARENT],
        cwd=folder,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    assert process.stdin is not None
    assert process.stdout is not None
    with process:
        pids = [int(word) for word in process.stdout.readline().split()]
        assert len(pids) == 3
        (server,) = {parent(pid) for pid in pids}
        assert server != process.pid
        assert all(runs(pid) for pid in [*pids, server])
        if killed:
            process.kill()
        else:
            process.stdin.write("\n")
            process.stdin.flush()
        assert wait_until(lambda: not any(runs(pid) for pid in [*pids, server]), 15)


def parent(pid: int) -> int:
    """The parent of a process."""
    status = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8")
    return int(status.rpartition(")")[2].split()[1])


def test_a_server_ends_with_its_kernels_when_it_is_closed(folder: Path) -> None:
    with new_server() as server, kernel(folder, server) as one:
        forks, pid = one.ask("__import__('os').getppid()"), one.pid
        server.close()
        assert not runs(forks)
        assert not runs(pid)
        assert not one.manager.is_alive()


# -- builds ---------------------------------------------------------------------------------------


def test_a_client_of_a_server_has_kernels_of_it(
    folder: Path, server: Server, forked: Kernel, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert Server.told_of() is None
    channel, told = server.client()
    channel.detach()
    for name, descriptor in told.items():
        monkeypatch.setenv(name, descriptor)
    client = Server.told_of()
    assert client is not None
    with kernel(folder, client) as other:
        assert parent(other.pid) == parent(forked.pid)
    client.close()
    assert forked.ask("6 * 7") == 42


@pytest.mark.parametrize("lacking", [False, True])
def test_a_build_forks_its_kernels_where_it_can(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, lacking: bool
) -> None:
    if lacking:
        monkeypatch.setattr(workers, "reason_against", lambda _: "this system cannot fork")
    source = "import sys; early = 'statsmodels.api' in sys.modules; print(early)"
    cell = {"cell_type": "code", "source": source, "metadata": {}, "outputs": []}
    content = {"cells": [cell], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}
    environment = clean_environment(tmp_path, tmp_path)
    jobs = [Job(name, content, {}, tmp_path) for name in ("one", "two")]
    with open_pool(environment, 2) as pool:
        ended = [event for _, event in pool.run(jobs) if event["event"] not in ("started", "cell")]
    assert [event["event"] for event in ended] == ["done", "done"]
    printed = {event["notebook"]["cells"][0]["outputs"][0]["text"].strip() for event in ended}
    assert printed == {str(not lacking)}
