"""Folders as bytes, for machines that share no folder."""

from __future__ import annotations

import hashlib
import io
import tarfile
from collections.abc import Mapping
from pathlib import Path

from pensionbook.errors import BuildError
from pensionbook.files.digests import visible_files

# Compressing takes longer than sending, but for the fastest level.
_LEVEL = 1
_DIGEST = hashlib.sha256().digest_size


def pack(folders: Mapping[str, Path]) -> bytes:
    """Files and folders, without hidden files, under the names given to them."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:gz", compresslevel=_LEVEL) as archive:
        for name, path in folders.items():
            if path.is_file():
                archive.add(path, name, filter=_plain)
                continue
            for file in visible_files(path):
                archive.add(file, f"{name}/{file.relative_to(path).as_posix()}", filter=_plain)
    content = buffer.getvalue()
    return hashlib.sha256(content).digest() + content


def unpack(content: bytes, folder: Path) -> None:
    """Write what was packed into a folder.

    Raises:
        BuildError: the archive is damaged, or would write outside the folder.
    """
    digest, content = content[:_DIGEST], content[_DIGEST:]
    if hashlib.sha256(content).digest() != digest:
        raise BuildError("what came over the scheduler cannot be read: it is cut or damaged")
    try:
        with tarfile.open(fileobj=io.BytesIO(content), mode="r:gz") as archive:
            archive.extractall(folder, filter="data")
    except (tarfile.TarError, EOFError) as error:
        raise BuildError(f"what came over the scheduler cannot be read: {error}") from error


def _plain(entry: tarfile.TarInfo) -> tarfile.TarInfo:
    entry.uid = entry.gid = 0
    entry.uname = entry.gname = ""
    return entry
