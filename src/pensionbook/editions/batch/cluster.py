"""The cluster that a batch runs on: one embedded in this process, or one that stands elsewhere."""

from __future__ import annotations

import logging
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from typing import TYPE_CHECKING

from pensionbook.errors import BuildError
from pensionbook.files.temporary import sweep_sockets

if TYPE_CHECKING:
    from distributed import Client
    from distributed.security import Security

_SECONDS_TO_CONNECT = 15
_SECONDS_FOR_A_WORKER = 30
_SECONDS_TO_CLOSE = 10
_LOOPBACK = "127.0.0.1"
_SETTINGS = {
    # A worker that dies takes down only what it was doing; a task that kills every worker ends.
    "distributed.scheduler.allowed-failures": 3,
    "distributed.scheduler.work-stealing": True,
    "distributed.admin.tick.limit": "1h",
    "distributed.worker.multiprocessing-method": "spawn",
}
# Pages on tasks, logs and call stacks, which nobody looks at and anybody on the machine could.
_NO_PAGES: dict[str, list[str]] = {
    f"distributed.{role}.http.routes": [] for role in ("scheduler", "worker", "nanny")
}
_TLS = {
    "tls_ca_file": "DASK_DISTRIBUTED__COMM__TLS__CA_FILE",
    "tls_client_cert": "DASK_DISTRIBUTED__COMM__TLS__CLIENT__CERT",
    "tls_client_key": "DASK_DISTRIBUTED__COMM__TLS__CLIENT__KEY",
}


@contextmanager
def open_client(scheduler: str, jobs: int) -> Iterator[Client]:
    """A client of a cluster whose workers are there.

    Whoever reaches a scheduler can run programs on its workers. The embedded one therefore takes
    only who has its credentials, which are made for it and never leave memory of its processes.

    Args:
        scheduler: address such as ``tls://host:8786``, the credentials for which Dask's settings
            name, or ``tcp://host:8786``; empty for a cluster of this machine that lives as long
            as the block.
        jobs: workers of the embedded cluster.

    Raises:
        BuildError: the scheduler cannot be reached, or has no workers.
    """
    import dask
    from distributed import Client, LocalCluster
    from distributed.security import Security

    logging.getLogger("distributed").setLevel(logging.CRITICAL)
    with ExitStack() as stack:
        stack.enter_context(dask.config.set(_SETTINGS))
        if scheduler:
            yield stack.enter_context(_connected(scheduler))
            return
        # Workers that are stopped leave theirs.
        stack.callback(sweep_sockets)
        folder = stack.enter_context(
            tempfile.TemporaryDirectory(prefix="pensionbook-dask-", ignore_cleanup_errors=True)
        )
        stack.enter_context(dask.config.set({"temporary-directory": folder, **_NO_PAGES}))
        cluster = LocalCluster(
            n_workers=jobs,
            threads_per_worker=1,
            processes=True,
            host=_LOOPBACK,
            security=Security.temporary(),
            # Any port that is free: another batch may run here.
            dashboard_address=f"{_LOOPBACK}:0",
            memory_limit=0,
            local_directory=folder,
            silence_logs=logging.CRITICAL,
        )
        stack.callback(cluster.close, timeout=_SECONDS_TO_CLOSE)
        client = Client(cluster, set_as_default=False)
        stack.callback(client.close, timeout=_SECONDS_TO_CLOSE)
        yield client


@contextmanager
def _connected(address: str) -> Iterator[Client]:
    from distributed import Client

    security = _credentials(address)
    try:
        client = Client(
            address, timeout=_SECONDS_TO_CONNECT, set_as_default=False, security=security
        )
    except (OSError, ValueError, TypeError, KeyError) as error:
        raise BuildError(
            f"--scheduler {address}: no scheduler answers there "
            f"({type(error).__name__}: {str(error)[:200]}); start one with `dask scheduler`, "
            "and write the address that it prints, such as tls://host:8786"
        ) from error
    try:
        try:
            client.wait_for_workers(1, timeout=_SECONDS_FOR_A_WORKER)
        except TimeoutError:
            raise BuildError(
                f"--scheduler {address}: it has no workers; start some with "
                f"`dask worker {address} --nthreads 1`"
            ) from None
        yield client
    finally:
        with suppress(Exception):
            client.close(timeout=_SECONDS_TO_CLOSE)


def _credentials(address: str) -> Security:
    """What Dask's settings name for the client.

    Raises:
        BuildError: the address asks for credentials and there are none, or they cannot be read.
    """
    from distributed.security import Security

    security = Security()
    if not address.startswith("tls:"):
        return security
    lacking = [variable for field, variable in _TLS.items() if not getattr(security, field)]
    if lacking:
        raise BuildError(
            f"--scheduler {address}: it asks for credentials; "
            f"name their files in the environment: {', '.join(lacking)}"
        )
    try:
        security.get_connection_args("client")
    except OSError as error:
        named = ", ".join(str(getattr(security, field)) for field in _TLS)
        raise BuildError(
            f"--scheduler {address}: its credentials {named} cannot be used ({error}); "
            "name those that the scheduler was started with"
        ) from error
    return security
