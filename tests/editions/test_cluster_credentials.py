"""Nobody without credentials gets into a cluster of ours, as who does can run programs in it."""

from __future__ import annotations

import os
import re
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from copy import deepcopy
from pathlib import Path

import dask
import pytest
from distributed import Client
from distributed.security import Security

from pensionbook.editions.batch import cluster
from pensionbook.editions.batch.cluster import _TLS, open_client
from pensionbook.errors import BuildError
from projects import wait_until


def _refused(address: str, security: Security | None) -> bool:
    """Whether a stranger gets nothing run there; one who is let in fails the test by his task."""
    try:
        with Client(address, security=security, timeout=2, set_as_default=False) as client:
            return client.submit(os.getpid).result(timeout=10) <= 0
    except (OSError, TypeError):
        return True


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore::ResourceWarning")
def test_the_embedded_cluster_takes_nobody_without_its_credentials() -> None:
    with open_client("", 1) as client:
        address = client.scheduler.address
        assert address.startswith("tls://127.0.0.1:")
        information = client.scheduler_info(n_workers=-1)
        (worker,) = information["workers"]
        for place in (address, worker):
            plain = place.replace("tls://", "tcp://")
            for stranger in (place, plain):
                assert _refused(stranger, Security(require_encryption=False)), stranger
            assert _refused(place, Security.temporary()), place
        # The page server of a scheduler has nothing to say.
        port = information["services"].get("dashboard")
        assert port is None or _status(port) == 404
        # Who belongs to it is served still.
        assert client.submit(os.getpid).result(timeout=30) > 0


def _status(port: int) -> int:
    with socket.create_connection(("127.0.0.1", port), timeout=10) as connection:
        connection.sendall(b"GET /info/main/workers.html HTTP/1.0\r\n\r\n")
        return int(connection.recv(100).split()[1])


@contextmanager
def _running(folder: Path, *command: str) -> Iterator[Path]:
    """What a process says, which is ended with the block."""
    said = folder / f"{command[1]}.txt"
    with said.open("w") as file:
        program = [sys.executable, "-m", *command]
        process = subprocess.Popen(program, cwd=folder, stdout=file, stderr=file)
        try:
            yield said
        finally:
            process.kill()
            process.wait()


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore::ResourceWarning")
def test_a_scheduler_with_credentials_is_reached_by_who_has_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    files = _credentials(tmp_path)
    tls = tuple(f"--tls-{name}={file}" for name, file in files.items())
    quiet = ("--no-dashboard", *tls)
    listen = ("--host", "tls://127.0.0.1", "--port", "0", "--no-show")
    with _running(tmp_path, "dask", "scheduler", *listen, *quiet) as said:
        pattern = r"tls://127\.0\.0\.1:\d+"
        assert wait_until(lambda: re.search(pattern, said.read_text()), 60), said.read_text()
        address = re.search(pattern, said.read_text())[0]
        with pytest.raises(BuildError, match="CLIENT__KEY"), open_client(address, 1):
            pass
        with (
            _configured(*files.values()),
            _running(tmp_path, "dask", "worker", address, "--nthreads=1", "--no-nanny", *quiet),
            open_client(address, 1) as client,
        ):
            assert client.submit(os.getpid).result(timeout=30) > 0
        (tmp_path / "others").mkdir()
        monkeypatch.setattr(cluster, "_SECONDS_TO_CONNECT", 3)
        with (
            _configured(*_credentials(tmp_path / "others").values()),
            pytest.raises(BuildError, match="no scheduler answers"),
            open_client(address, 1),
        ):
            pass
        with (
            _configured(*[tmp_path / "missing.pem"] * 3),
            pytest.raises(BuildError, match=r"missing\.pem cannot be used"),
            open_client(address, 1),
        ):
            pass


def _credentials(folder: Path) -> dict[str, Path]:
    """New credentials as files, by the names that the programs of Dask give them."""
    made = Security.temporary()
    texts = {"ca-file": made.tls_ca_file, "cert": made.tls_client_cert, "key": made.tls_client_key}
    for name, text in texts.items():
        (folder / f"{name}.pem").write_text(text)
    return {name: folder / f"{name}.pem" for name in texts}


@contextmanager
def _configured(*files: Path) -> Iterator[None]:
    """Dask's settings as it reads them from these variables of the environment."""
    settings = dask.config.config
    before = deepcopy(settings)
    environment = {name: str(file) for name, file in zip(_TLS.values(), files, strict=True)}
    dask.config.update(settings, dask.config.collect_env(environment))
    try:
        yield
    finally:
        settings.clear()
        settings.update(before)
