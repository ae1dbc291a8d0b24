"""A reconciliation kept in a file, so that the notebooks of a build need not each repeat it.

A build names a folder in the environment of its notebooks. A file there belongs to one content of
a package; it begins with the digest of the rest, so that a cut or altered one is noticed and made
anew. The folder is the user's own cache: nothing that others wrote is read from it.
"""

from __future__ import annotations

import contextlib
import gc
import os
import pickle
from pathlib import Path

from pensionbook.data.package import Package, without_looks
from pensionbook.engine.reconcile import Reconciliation, reconcile
from pensionbook.files.cache import load_sound, store_sound
from pensionbook.files.digests import sha256_json

# Names, in the environment of notebooks, the folder that keeps reconciliations.
RECONCILED = "PENSIONBOOK_RECONCILED"
_KEPT_FILES = 20


def reconciled(package: Package, folder: Path | None = None) -> Reconciliation:
    """The reconciliation of a package, taken from a file where there is a sound one.

    Args:
        folder: of the files; by default the one the environment names. Without any, nothing is
            kept.
    """
    named = os.environ.get(RECONCILED)
    folder = folder or (Path(named) if named else None)
    if folder is None:
        return reconcile(package)
    content = [package.name, without_looks(package.sha256), package.changes]
    path = folder / f"{sha256_json(content)}.pickle"
    found = _load(path)
    if found is not None:
        found.package = package
        return found
    result = reconcile(package)
    with contextlib.suppress(OSError):
        _store(result, path)
    return result


def _load(path: Path) -> Reconciliation | None:
    content = load_sound(path)
    if content is None:
        return None
    # A collection would look through all that is made meanwhile, again and again.
    gc.disable()
    try:
        found: Reconciliation = pickle.loads(content)
        return found
    finally:
        gc.enable()


def _store(result: Reconciliation, path: Path) -> None:
    store_sound(path, pickle.dumps(result.without_models(), protocol=5))
    used = sorted(path.parent.glob("*.pickle"), key=lambda p: p.stat().st_mtime, reverse=True)
    for old in used[_KEPT_FILES:]:
        old.unlink(missing_ok=True)
