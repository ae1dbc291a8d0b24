"""Where kernels cannot be forked: ordinary ones start, and the log says why."""

from __future__ import annotations

import logging
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest
from traitlets.log import get_logger

from kernel_harness import kernel
from pensionbook.notebooks.kernels import client, provisioner
from pensionbook.notebooks.kernels.client import NoForkedKernel, Server, close_servers

pytestmark = pytest.mark.slow


@pytest.fixture(autouse=True)
def _own_folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("IPYTHONDIR", str(tmp_path / "ipython"))
    monkeypatch.setenv("JUPYTER_RUNTIME_DIR", str(tmp_path / "runtime"))
    # Two of these tests may not run into the most servers there can be.
    monkeypatch.setattr(client, "_MOST_SERVERS", 100)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A working folder."""
    return tmp_path_factory.mktemp("work")


# -- where there is no forking --------------------------------------------------------------------


def starts_ordinarily(folder: Path, reason: str, caplog: pytest.LogCaptureFixture) -> None:
    """Assert that an ordinary kernel starts and that the log says why."""
    provisioner._said.clear()
    logger = get_logger()
    logger.addHandler(caplog.handler)
    try:
        with caplog.at_level(logging.WARNING), kernel(folder, forked=None) as one:
            assert isinstance(one.manager.provisioner.process, subprocess.Popen)
            assert one.ask("6 * 7") == 42
    finally:
        logger.removeHandler(caplog.handler)
    said = [record.getMessage() for record in caplog.records]
    assert any("ordinary kernel starts" in line and reason in line for line in said), said


def test_on_macos(
    folder: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(client, "reason_against", lambda _: "macOS cannot")
    starts_ordinarily(folder, "macOS cannot", caplog)


@pytest.mark.parametrize(
    ("path", "reason"),
    [("plain:here", "PYTHONPATH names a folder"), ("/nowhere", None), ("", None)],
)
def test_a_path_relative_to_the_working_folder_cannot_be_followed(
    path: str, reason: str | None
) -> None:
    found = client.reason_against({"PYTHONPATH": path})
    assert found == reason or (reason is not None and found is not None and reason in found)


def test_each_system_without_forking_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    assert client.reason_against({}) is None
    with monkeypatch.context() as patch:
        patch.setattr(sys, "platform", "darwin")
        assert "macOS" in str(client.reason_against({}))
    with monkeypatch.context() as patch:
        patch.delattr(os, "fork")
        assert "cannot fork" in str(client.reason_against({}))


def test_where_the_server_cannot_start(
    folder: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(*_: object) -> Server:
        raise OSError("no more processes")

    close_servers()
    monkeypatch.setattr(Server, "start", fail)
    starts_ordinarily(folder, "no more processes", caplog)


def test_where_something_cannot_be_imported(
    folder: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    (tmp_path / "statsmodels.py").write_text("raise ImportError('broken')", encoding="utf-8")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    starts_ordinarily(folder, "has ended", caplog)
    # Nor does the next wait for a server that will not come.
    begin = time.monotonic()
    with pytest.raises(NoForkedKernel, match="its imports"):
        client.server_for((sys.executable, "-P"), os.environ)
    assert time.monotonic() - begin < 1


def test_where_a_settings_file_of_matplotlib_would_be_read(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "matplotlibrc").write_text("font.size: 31\n", encoding="utf-8")
    starts_ordinarily(tmp_path, "matplotlibrc", caplog)


def test_a_folder_that_is_not_there_is_an_error_as_ever(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError), kernel(tmp_path / "missing", forked=None):
        pass


def test_kernels_of_too_many_environments_start_ordinarily(
    folder: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(client, "_MOST_SERVERS", 0)
    close_servers()
    starts_ordinarily(folder, "other environments", caplog)
