"""Where kernels cannot be forked: ordinary ones start, and the log says why."""

from __future__ import annotations

import contextlib
import logging
import os
import subprocess
import sys
from pathlib import Path

import pytest
from traitlets.log import get_logger

from kernel_harness import kernel
from pensionbook.notebooks.kernels import client, provisioner
from pensionbook.notebooks.kernels.client import Server
from pensionbook.notebooks.kernels.spec import INTERPRETER, write_specification

pytestmark = pytest.mark.slow


@pytest.fixture(autouse=True)
def _own_folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("IPYTHONDIR", str(tmp_path / "ipython"))
    monkeypatch.setenv("JUPYTER_PATH", str(tmp_path / "jupyter"))
    monkeypatch.setenv("JUPYTER_RUNTIME_DIR", str(tmp_path / "runtime"))
    write_specification(tmp_path / "jupyter")


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


def test_where_something_cannot_be_imported(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "statsmodels.py").write_text("raise ImportError('broken')", encoding="utf-8")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    monkeypatch.setattr(provisioner, "_said", set())
    logger = get_logger()
    logger.addHandler(caplog.handler)
    try:
        with (
            caplog.at_level(logging.WARNING),
            contextlib.closing(Server.start(INTERPRETER, os.environ)) as server,
            kernel(tmp_path, server, forked=False) as one,
        ):
            assert isinstance(one.manager.provisioner.process, subprocess.Popen)
            assert one.ask("6 * 7") == 42
    finally:
        logger.removeHandler(caplog.handler)
    said = [record.getMessage() for record in caplog.records]
    assert any("ordinary kernel starts" in line and "has ended" in line for line in said), said


def test_a_folder_that_is_not_there_is_an_error_as_ever(tmp_path: Path) -> None:
    with (
        contextlib.closing(Server.start(INTERPRETER, os.environ)) as server,
        pytest.raises(FileNotFoundError),
        kernel(tmp_path / "missing", server),
    ):
        pass
