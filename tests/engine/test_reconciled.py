"""A kept reconciliation answers like a fresh one; a damaged or foreign file is made anew."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from pensionbook.data.load import load_package
from pensionbook.engine import kept as module
from pensionbook.engine.kept import reconciled
from pensionbook.engine.reconcile import reconcile
from pensionbook.engine.system import Quantity
from projects import ROOT

PACKAGE = ROOT / "data" / "example-county-2004"


@pytest.fixture
def counted(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Names of the packages that are reconciled from here on."""
    names: list[str] = []

    def counting(package):
        names.append(package.name)
        return reconcile(package)

    monkeypatch.setattr(module, "reconcile", counting)
    return names


def test_a_kept_reconciliation_answers_like_a_fresh_one(tmp_path: Path, counted: list[str]) -> None:
    package = load_package(PACKAGE)
    fresh = reconciled(package, tmp_path)
    kept = reconciled(package, tmp_path)
    assert counted == [package.name]
    assert kept.bounds == fresh.bounds == reconcile(package).bounds
    assert kept.verdicts == fresh.verdicts
    one, other = list(fresh.bounds)[:2]
    assert isinstance(one, Quantity)
    assert kept.bound({one: 1, other: -2}) == fresh.bound({one: 1, other: -2})


@pytest.mark.parametrize("damage", [b"", b"x", b"cut"])
def test_a_damaged_file_is_made_anew(tmp_path: Path, counted: list[str], damage: bytes) -> None:
    package = load_package(PACKAGE)
    reconciled(package, tmp_path)
    (path,) = tmp_path.glob("*.pickle")
    content = path.read_bytes()
    path.write_bytes(content[:-10] if damage == b"cut" else damage)
    assert reconciled(package, tmp_path).bounds == reconcile(package).bounds
    assert len(counted) == 2
    assert path.read_bytes() == content


def test_another_content_is_another_file(tmp_path: Path, counted: list[str]) -> None:
    package = load_package(PACKAGE)
    reconciled(package, tmp_path)
    other = replace(package, sha256=package.sha256 | {"figures.csv": "0" * 64})
    reconciled(other, tmp_path)
    assert len(counted) == 2


def test_nothing_is_kept_where_no_folder_is_named(
    monkeypatch: pytest.MonkeyPatch, counted: list[str]
) -> None:
    monkeypatch.delenv(module.RECONCILED, raising=False)
    package = load_package(PACKAGE)
    reconciled(package)
    reconciled(package)
    assert len(counted) == 2
